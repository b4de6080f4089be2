//! `cargo xtask fuzz`: the fuzz targets of `fuzz/`, with coverage feedback.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;

use crate::shell::{Result, capture, command, root, run};

/// Runs the fuzz targets one after the other; exits with 1 if one of them crashed
#[derive(Args)]
pub(crate) struct Fuzz {
    /// Name of one target; all of them without it
    target: Option<String>,
    /// How long each target runs, such as 0.5
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = minutes)]
    minutes: f64,
    /// Run each target for N inputs instead, the same ones every time
    #[arg(long, value_name = "N", conflicts_with = "minutes")]
    runs: Option<u64>,
}

fn minutes(text: &str) -> std::result::Result<f64, String> {
    let minutes = text.parse().ok().filter(|minutes| (0.01..=100_000.0).contains(minutes));
    minutes.ok_or_else(|| "expected minutes, such as 0.5 or 10".to_owned())
}

impl Fuzz {
    /// All targets, each with the same inputs every time, so that a check of one commit always has the same result.
    pub(crate) fn repeatable() -> Self {
        Self { target: None, minutes: 1.0, runs: Some(20_000) }
    }

    pub(crate) fn run(&self) -> Result {
        install()?;
        let list = capture(&mut cargo_fuzz("list"))?;
        let known: Vec<_> = list.lines().map(str::trim).filter(|name| !name.is_empty()).collect();
        let targets = match &self.target {
            Some(target) if known.contains(&target.as_str()) => vec![target.as_str()],
            Some(target) => {
                return Err(format!("no fuzz target {target:?}; there are: {}", known.join(", ")).into());
            }
            None => known,
        };
        if targets.is_empty() {
            return Err("fuzz/Cargo.toml names no fuzz target".into());
        }
        // In one build: they share their dependencies.
        run(cargo_fuzz("build").args(PLAIN).args(self.target.as_deref()))?;

        let limit = match self.runs {
            Some(runs) => vec![format!("-runs={runs}"), "-seed=1".to_owned()],
            None => vec![format!(
                "-max_total_time={}",
                Duration::from_secs_f64(self.minutes * 60.0).as_secs().max(1)
            )],
        };
        // Inputs of earlier runs would change the following ones: such a run starts without them.
        let found = root().join(if self.runs.is_some() { "target/fuzz-runs" } else { "fuzz/corpus" });
        if self.runs.is_some() && found.exists() {
            std::fs::remove_dir_all(&found)?;
        }
        let mut crashed = Vec::new();
        println!("\n{:<16} {:>12} {:>9} {:>9} {:>8}", "target", "executions", "seconds", "exec/s", "crashes");
        for target in targets {
            let outcome = fuzz(target, &found, &limit)?;
            let Outcome { executions, seconds, .. } = outcome;
            #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
            let rate = executions as f64 / seconds.max(0.001);
            let crashes = u8::from(outcome.crash.is_some());
            println!("{target:<16} {executions:>12} {seconds:>9.1} {rate:>9.0} {crashes:>8}");
            if let Some(crash) = outcome.crash {
                println!("{crash}\n");
                crashed.push(target);
            }
        }
        if crashed.is_empty() { Ok(()) } else { Err(format!("crashed: {}", crashed.join(", ")).into()) }
    }
}

struct Outcome {
    executions: u64,
    seconds: f64,
    /// The crash, and how to reproduce it; libFuzzer stops at the first one.
    crash: Option<String>,
}

/// Runs one target, which is built. It stores new inputs in `found`.
fn fuzz(target: &str, found: &Path, limit: &[String]) -> Result<Outcome> {
    let folder = |kind: &str| root().join("fuzz").join(kind);
    let folders = [found.join(target), folder("seeds").join(target)];
    for folder in &folders {
        std::fs::create_dir_all(folder)?;
    }
    let mut fuzz = cargo_fuzz("run");
    fuzz.args(PLAIN).arg(target).args(folders).arg("--").args(["-print_final_stats=1", "-timeout=60"]);
    fuzz.args(limit);
    let dictionary = folder("dictionaries").join(format!("{target}.dict"));
    if dictionary.exists() {
        fuzz.arg(format!("-dict={}", dictionary.display()));
    }
    let start = Instant::now();
    // Of thousands of lines, the last ones are relevant.
    let output = fuzz.stdout(Stdio::null()).stderr(Stdio::piped()).output()?;
    let seconds = start.elapsed().as_secs_f64();
    let log = String::from_utf8_lossy(&output.stderr);
    let executions = stat(&log, "number_of_executed_units").unwrap_or_default();
    let crash = (!output.status.success()).then(|| report(target, &log));
    Ok(Outcome { executions, seconds, crash })
}

/// Parses a number in the final statistics of libFuzzer.
fn stat(log: &str, name: &str) -> Option<u64> {
    let value = log.lines().rev().find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name))?;
    value.trim_start_matches(':').trim().parse().ok()
}

/// Reports the crash, its input, and how to run it again.
fn report(target: &str, log: &str) -> String {
    let lines: Vec<_> = log.lines().collect();
    // The message, without the frames of the sanitizer and of the runtime.
    let cause = lines.iter().position(|line| line.contains(" panicked at ") || line.contains(" ERROR: "));
    let cause = cause
        .map_or(&lines[lines.len().saturating_sub(40)..], |start| &lines[start..lines.len().min(start + 6)]);
    let cause = cause.join("\n");
    let Some(input) = log.lines().rev().find_map(artifact) else {
        return format!(
            "{cause}\n`cargo fuzz run --sanitizer none {target}` failed without an input that does it"
        );
    };
    let shown = input.strip_prefix(root()).unwrap_or(&input).display().to_string();
    format!(
        "{cause}\n\nThe input is {shown}\n  again:   cargo fuzz run --sanitizer none {target} {shown}\n  \
         smaller: cargo fuzz tmin --sanitizer none {target} {shown}\n\
         When it is mended, keep the input in fuzz/seeds/{target}, which `cargo test -p it fuzz` replays."
    )
}

/// Parses the path of the input from the output of libFuzzer.
fn artifact(line: &str) -> Option<PathBuf> {
    let (_, path) = line.split_once("Test unit written to ")?;
    Some(Path::new(path.trim()).to_owned())
}

fn install() -> Result {
    if capture(&mut cargo_fuzz("--version")).is_err() {
        run(command("cargo").args(["install", "cargo-fuzz", "--locked"]))?;
    }
    Ok(())
}

fn cargo_fuzz(verb: &str) -> Command {
    let mut cargo = command("cargo");
    cargo.args(["fuzz", verb]);
    cargo
}

/// Without a sanitizer every toolchain works and the targets run many times faster; its subject, mistakes in `unsafe`
/// code, cannot occur in crates without any.
const PLAIN: [&str; 2] = ["--sanitizer", "none"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read() {
        let log = "#2 INITED cov: 5\nthread main panicked at fuzz/src/envelope.rs:9\n    #7 0x1 in main\n\
                   artifact_prefix='x/'; Test unit written to /x/fuzz/artifacts/sse/crash-1\nBase64: AA==\n\
                   stat::number_of_executed_units: 4711\nstat::average_exec_per_sec:     9\n";
        assert_eq!(stat(log, "number_of_executed_units"), Some(4711));
        assert_eq!(stat(log, "peak_rss_mb"), None);
        let found = report("sse", log);
        assert!(found.starts_with("thread main panicked at fuzz/src/envelope.rs:9\n"), "{found}");
        assert!(found.contains("fuzz run --sanitizer none sse /x/fuzz/artifacts/sse/crash-1"), "{found}");
        assert!(report("sse", "cannot link").starts_with("cannot link\n"));
    }

    #[test]
    fn minutes_may_be_fractions_and_nothing_else() {
        assert_eq!(minutes("0.5"), Ok(0.5));
        for wrong in ["0", "-1", "NaN", "inf", "x", ""] {
            assert!(minutes(wrong).is_err(), "{wrong}");
        }
    }
}
