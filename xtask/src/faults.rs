//! `cargo xtask faults` and `cargo xtask soak`: the client against faulty servers.

use clap::Args;

use crate::shell::{Result, cargo, run};

/// Runs the fault matrix: a line for each row, then `N passed, M failed`
#[derive(Args)]
pub(crate) struct Faults {
    /// Only rows whose group or name contains this text
    filter: Option<String>,
}

impl Faults {
    pub(crate) fn run(&self) -> Result {
        run(cargo(&["run", "--quiet", "--package", "faults", "--", "matrix"]).args(&self.filter))
    }
}

/// Runs many concurrent operations for a while against the simulator with faults, and many requests of the transport
/// alone, aborted in every way, against a server that closes at random; reports wrong responses and leaks
#[derive(Args)]
pub(crate) struct Soak {
    /// How long new operations are started; may be a fraction
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    minutes: f64,
    /// Requests of the transport over each version of HTTP
    #[arg(long, value_name = "N", default_value_t = 50_000)]
    requests: u64,
}

impl Soak {
    pub(crate) fn run(&self) -> Result {
        let (minutes, requests) = (self.minutes.to_string(), self.requests.to_string());
        run(&mut cargo(&["run", "--quiet", "--package", "faults", "--", "stress", "--requests", &requests]))?;
        run(&mut cargo(&["run", "--quiet", "--package", "faults", "--", "soak", "--minutes", &minutes]))
    }
}

impl Default for Soak {
    fn default() -> Self {
        Self { minutes: 1.0, requests: 50_000 }
    }
}
