//! `cargo xtask faults` and `cargo xtask soak`: the client against servers that misbehave.

use clap::Args;

use crate::shell::{Result, cargo, run};

/// Runs the fault matrix: a line for each row, then `N passed, M failed`
#[derive(Args)]
pub(crate) struct Faults {
    /// Only rows whose group or name holds this text
    filter: Option<String>,
}

impl Faults {
    pub(crate) fn run(&self) -> Result {
        run(cargo(&["run", "--quiet", "--package", "faults", "--", "matrix"]).args(&self.filter))
    }
}
