//! `cargo xtask replay` runs this.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use replay::known::{self, Known, unexplained};
use replay::record::Record;
use replay::replay;

/// Reads recorded requests into the types of their endpoints, writes them again, and tells what differs
#[derive(Parser)]
struct Replay {
    /// Recordings: a JSON object a line
    #[arg(required = true, value_name = "FILE.jsonl")]
    files: Vec<PathBuf>,
    /// Table of mismatches that are bugs of a client
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Replay::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Replay) -> Result<bool, String> {
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
    };
    let known = match &options.known {
        Some(path) => {
            known::table(&read(path)?).map_err(|problem| format!("{}: {problem}", path.display()))?
        }
        None => Vec::new(),
    };
    let (mut passed, mut failed, mut excused) = (0, 0, 0);
    for file in &options.files {
        for (index, line) in read(file)?.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let place = format!("{}:{}", file.display(), index + 1);
            let record: Record = serde_json::from_str(line)
                .map_err(|error| format!("{place} is no recorded request: {error}"))?;
            let found = replay(&record);
            let is_exact = found.is_empty();
            let mismatches = unexplained(&known, &record, found);
            let Record { sdk, method, path, .. } = &record;
            for mismatch in &mismatches {
                println!("{place} {sdk} {method} {path}: {mismatch}");
            }
            match (mismatches.is_empty(), is_exact) {
                (false, _) => failed += 1,
                (true, false) => excused += 1,
                (true, true) => passed += 1,
            }
        }
    }
    for Known { why, hits, .. } in known.iter().filter(|known| known.hits.get() > 0) {
        println!("known, {} times: {why}", hits.get());
    }
    if excused > 0 {
        println!("{excused} requests differ in nothing but what is known");
    }
    println!("{passed} passed, {failed} failed");
    if passed + failed + excused == 0 {
        return Err("there is no request in the recordings".to_owned());
    }
    Ok(failed == 0)
}
