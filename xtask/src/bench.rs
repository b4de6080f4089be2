//! `cargo xtask bench`: the benchmarks.

use clap::Args;

use crate::shell::{Result, cargo, run};

/// Runs the benchmarks; figures are ratios to a limit measured in the same run
#[derive(Args)]
pub(crate) struct Bench {
    /// Options for the benchmark program, for example the name of one benchmark
    #[arg(last = true)]
    options: Vec<String>,
}

impl Bench {
    pub(crate) fn run(&self) -> Result {
        run(cargo(&["bench", "--package", "coze-sse", "--"]).args(&self.options))
    }
}
