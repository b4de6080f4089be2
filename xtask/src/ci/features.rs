//! Every feature of every library crate, alone, none and all together.

use crate::metadata::Metadata;
use crate::shell::{Result, cargo, run, verdict};

pub(crate) fn check(metadata: &Metadata) -> Result {
    let mut problems = Vec::new();
    for package in metadata.libraries() {
        for features in selections(&package.features().collect::<Vec<_>>()) {
            // Clippy rather than `cargo check`: it can turn warnings into errors without rebuilding the dependencies.
            let mut clippy = cargo(&["clippy", "--quiet", "--package", &package.name]);
            if let Err(error) = run(clippy.args(features).args(["--", "-D", "warnings"])) {
                problems.push(error.to_string());
            }
        }
    }
    verdict(problems)
}

/// The command line options for: no feature, each one alone, all of them.
fn selections(features: &[&str]) -> Vec<Vec<String>> {
    const NONE: &str = "--no-default-features";
    let mut selections = vec![vec![NONE.to_owned()]];
    selections.extend(features.iter().map(|feature| vec![NONE.to_owned(), format!("--features={feature}")]));
    if features.len() > 1 {
        selections.push(vec!["--all-features".to_owned()]);
    }
    selections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_without_features_is_checked_once() {
        assert_eq!(selections(&[]), [["--no-default-features"]]);
    }

    #[test]
    fn features_are_taken_alone_and_together() {
        let selections = selections(&["simd", "stream"]);
        let lines: Vec<_> = selections.iter().map(|words| words.join(" ")).collect();
        let none = "--no-default-features";
        let alone = [format!("{none} --features=simd"), format!("{none} --features=stream")];
        assert_eq!(lines, [none, &alone[0], &alone[1], "--all-features"]);
    }
}
