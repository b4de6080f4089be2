//! The benchmarks inside a crate, which compare functions within one process.

use serde::Deserialize;

use super::Group;
use super::goals::{Bound, Outcome};
use super::statistics::Spread;
use crate::shell::{Result, capture, cargo};

/// What such a benchmark prints with `--json`, a line for each goal.
#[derive(Deserialize)]
struct Line {
    what: String,
    low: f64,
    median: f64,
    high: f64,
    at_most: Option<f64>,
    at_least: Option<f64>,
    allocations: bool,
}

pub(crate) fn run(package: &str, group: Group, quick: bool) -> Result<Vec<Outcome>> {
    let mut command = cargo(&["bench", "--quiet", "--package", package, "--", "--json"]);
    if quick {
        command.arg("--quick");
    }
    println!("$ cargo bench --package {package}");
    capture(&mut command)?
        .lines()
        .map(|line| Ok(serde_json::from_str::<Line>(line)?.outcome(package, group)))
        .collect()
}

impl Line {
    fn outcome(self, package: &str, group: Group) -> Outcome {
        let goal = self.at_most.map(Bound::AtMost).or(self.at_least.map(Bound::AtLeast));
        Outcome {
            group,
            what: format!("{package}: {}", self.what),
            spread: Spread { low: self.low, median: self.median, high: self.high },
            unit: if self.allocations { "" } else { " x" },
            goal,
        }
    }
}
