//! `cargo xtask fuzz`: the fuzz targets of `fuzz/`, with coverage feedback, on nightly.

use clap::Args;

use crate::shell::{Result, capture, command, root, run};

/// Runs the fuzz targets one after the other
#[derive(Args)]
pub(crate) struct Fuzz {
    /// Name of one target; all of them without it
    target: Option<String>,
    /// How long each target runs
    #[arg(long, value_name = "N", default_value_t = 1)]
    minutes: u32,
}

impl Fuzz {
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
        let limit = format!("-max_total_time={}", u64::from(self.minutes) * 60);
        for target in targets {
            // The first folder takes what is found, the second one is committed.
            let folders = ["corpus", "seeds"].map(|kind| root().join("fuzz").join(kind).join(target));
            for folder in &folders {
                std::fs::create_dir_all(folder)?;
            }
            run(cargo_fuzz("run").arg(target).args(folders).args(["--", &limit]))?;
        }
        Ok(())
    }
}

fn install() -> Result {
    capture(command("cargo").args(["+nightly", "--version"]))
        .map_err(|error| format!("fuzzing needs `rustup toolchain install nightly`: {error}"))?;
    if capture(&mut cargo_fuzz("--version")).is_err() {
        run(command("cargo").args(["install", "cargo-fuzz", "--locked"]))?;
    }
    Ok(())
}

/// `cargo` is rustup's here: only that one understands `+nightly`.
fn cargo_fuzz(verb: &str) -> std::process::Command {
    let mut cargo = command("cargo");
    cargo.args(["+nightly", "fuzz", verb]);
    cargo
}
