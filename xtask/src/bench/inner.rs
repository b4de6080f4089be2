//! The benchmarks of a crate, which compare functions within one process.

use serde::Deserialize;

use super::Group;
use super::goals::{Bound, Outcome};
use super::statistics::Spread;
use crate::shell::{Result, capture, cargo};

/// Output of such a benchmark with `--json`, a line for each goal.
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
    outcomes(&capture(&mut command)?, package, group)
}

fn outcomes(lines: &str, package: &str, group: Group) -> Result<Vec<Outcome>> {
    let outcomes: Vec<_> = lines
        .lines()
        .map(|line| Ok(serde_json::from_str::<Line>(line)?.outcome(package, group)))
        .collect::<Result<_>>()?;
    if outcomes.is_empty() {
        return Err(format!("the benchmark of {package} measured nothing").into());
    }
    Ok(outcomes)
}

impl Line {
    fn outcome(self, package: &str, group: Group) -> Outcome {
        let goal = self.at_most.map(Bound::AtMost).or(self.at_least.map(Bound::AtLeast));
        Outcome {
            group,
            what: format!("{package}: {}", self.what),
            spread: Some(Spread { low: self.low, median: self.median, high: self.high }),
            unit: if self.allocations { "" } else { " x" },
            goal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_benchmark_that_measures_nothing_fails() {
        let line =
            r#"{"what":"a","low":1,"median":1,"high":1,"at_most":2,"at_least":null,"allocations":false}"#;
        assert_eq!(outcomes(line, "x", Group::Sse).unwrap().len(), 1);
        let error = outcomes("", "x", Group::Sse).unwrap_err().to_string();
        assert!(error.contains("measured nothing"), "{error}");
        assert!(outcomes(&line.replace("\"median\":1", "\"median\":null"), "x", Group::Sse).is_err());
    }
}
