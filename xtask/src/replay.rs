//! `cargo xtask replay`: decodes recorded requests into the types of their endpoints, and encodes them again.

use std::path::PathBuf;

use clap::Args;

use crate::shell::{Result, cargo, run};

/// Decodes recorded requests into the types of their endpoints, encodes them again, and shows the differences
#[derive(Args)]
pub(crate) struct Replay {
    /// Recordings: one JSON object per line, as written by `cargo xtask conformance --record`
    #[arg(required = true, value_name = "FILE.jsonl")]
    files: Vec<PathBuf>,
    /// Table of mismatches that are bugs of a client, such as tests/replay/known.tsv
    #[arg(long, value_name = "FILE")]
    known: Option<PathBuf>,
}

impl Replay {
    pub(crate) fn run(&self) -> Result {
        let mut replay = cargo(&["run", "--quiet", "--package", "replay", "--"]);
        // The working directory of the program is the folder of the workspace.
        for file in &self.files {
            replay.arg(std::path::absolute(file)?);
        }
        if let Some(known) = &self.known {
            replay.arg("--known").arg(std::path::absolute(known)?);
        }
        run(&mut replay)
    }
}
