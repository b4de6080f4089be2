//! `cargo xtask replay`: recorded requests, read into the types of their endpoints and written again.

use std::path::PathBuf;

use clap::Args;

use crate::shell::{Result, cargo, run};

/// Reads recorded requests into the types of their endpoints, writes them again, and tells what differs
#[derive(Args)]
pub(crate) struct Replay {
    /// Recordings: a JSON object a line, as `cargo xtask conformance --record` writes them
    #[arg(required = true, value_name = "FILE.jsonl")]
    files: Vec<PathBuf>,
    /// Table of mismatches that are bugs of a client, such as tests/replay/known.tsv
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
}

impl Replay {
    pub(crate) fn run(&self) -> Result {
        let mut replay = cargo(&["run", "--quiet", "--package", "replay", "--"]);
        // The program runs in the folder of the workspace.
        for file in &self.files {
            replay.arg(std::path::absolute(file)?);
        }
        if let Some(known) = &self.known {
            replay.arg("--known").arg(std::path::absolute(known)?);
        }
        run(&mut replay)
    }
}
