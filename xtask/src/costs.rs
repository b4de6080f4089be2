//! `cargo xtask costs`: compares instructions and allocations of the hot paths with committed budgets.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::metadata::Metadata;
use crate::shell::{Result, capture, cargo, command, read, root, run, verdict};

/// Counts instructions and allocations of the hot paths, and compares them with tests/costs/budgets.json
#[derive(Args, Default)]
pub(crate) struct Costs {
    /// Write what was counted as the new budgets
    #[arg(long)]
    update: bool,
}

const BUDGETS: &str = "tests/costs/budgets.json";
/// Difference between the two item counts that are measured: fixed costs are in both.
const ITEMS: u64 = 1_000;
/// Tolerance in percent: the counts of one compiler vary by less than one.
const SLACK: u64 = 5;
/// The same for a compiler other than that of the budgets.
const OTHER_COMPILER_SLACK: u64 = 20;

#[derive(Serialize, Deserialize)]
struct Budgets {
    /// Compiler of the instruction counts.
    compiler: String,
    /// By name of the path.
    paths: BTreeMap<String, Cost>,
}

/// Cost of a thousand items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Cost {
    /// `None` without valgrind.
    instructions: Option<u64>,
    allocations: u64,
}

impl Costs {
    pub(crate) fn run(&self) -> Result {
        self.run_with(&Metadata::load()?)
    }

    pub(crate) fn run_with(&self, metadata: &Metadata) -> Result {
        run(&mut cargo(&["build", "--quiet", "--release", "--package", "coze-costs"]))?;
        let program = metadata.target_directory.join("release/coze-costs");
        let compiler = capture(command("rustc").arg("--version"))?.trim().to_owned();
        let has_valgrind = capture(command("valgrind").arg("--version")).is_ok();
        if !has_valgrind {
            println!(
                "valgrind is missing, so instructions are not counted (Debian: apt-get install valgrind)"
            );
        }
        let mut paths = BTreeMap::new();
        let allocations: BTreeMap<String, u64> =
            serde_json::from_str(&capture(&mut Command::new(&program))?)?;
        for (path, allocations) in allocations {
            let instructions = has_valgrind.then(|| instructions(&program, &path)).transpose()?;
            paths.insert(path, Cost { instructions, allocations });
        }

        if self.update {
            if !has_valgrind {
                return Err("budgets without instructions would be none; install valgrind".into());
            }
            let text = serde_json::to_string_pretty(&Budgets { compiler, paths })?;
            return Ok(std::fs::write(root().join(BUDGETS), text + "\n")?);
        }
        let budgets: Budgets = serde_json::from_str(&read(Path::new(BUDGETS))?)?;
        let slack = if budgets.compiler == compiler {
            SLACK
        } else {
            println!(
                "the budgets were counted with {}, so {OTHER_COMPILER_SLACK} % more is let through",
                budgets.compiler
            );
            OTHER_COMPILER_SLACK
        };
        for (path, cost) in &paths {
            let each = cost.instructions.map_or_else(|| "?".to_owned(), |count| (count / ITEMS).to_string());
            println!("{path:<34} {each:>6} instructions, {:>6} allocations in {ITEMS}", cost.allocations);
        }
        verdict(violations(&budgets.paths, &paths, slack))
    }
}

fn violations(budgets: &BTreeMap<String, Cost>, paths: &BTreeMap<String, Cost>, slack: u64) -> Vec<String> {
    let mut problems = Vec::new();
    for (path, cost) in paths {
        let Some(budget) = budgets.get(path) else {
            problems.push(format!("{path}: no budget; `cargo xtask costs --update` writes one"));
            continue;
        };
        if cost.allocations > budget.allocations {
            problems.push(format!(
                "{path}: {} allocations for {ITEMS} items, {} are allowed",
                cost.allocations, budget.allocations
            ));
        }
        if let (Some(count), Some(allowed)) = (cost.instructions, budget.instructions)
            && count > allowed * (100 + slack) / 100
        {
            problems.push(format!(
                "{path}: {count} instructions for {ITEMS} items, more than {slack} % over {allowed}; \
                 mend it, or say why and run `cargo xtask costs --update`"
            ));
        }
    }
    let gone = budgets.keys().filter(|path| !paths.contains_key(*path));
    problems.extend(gone.map(|path| format!("{path}: has a budget, but is not counted any more")));
    problems
}

/// Instructions per thousand items.
fn instructions(program: &Path, path: &str) -> Result<u64> {
    let count = |items: u64| -> Result<u64> {
        let mut valgrind = command("valgrind");
        valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program).arg(path);
        let output = valgrind.arg(items.to_string()).output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        let total = errors.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
        match total {
            Some(total) if output.status.success() => Ok(total),
            _ => Err(format!("valgrind could not count {path:?}: {errors}").into()),
        }
    };
    let (few, many) = (count(ITEMS)?, count(2 * ITEMS)?);
    Ok(many.saturating_sub(few))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(instructions: u64, allocations: u64) -> BTreeMap<String, Cost> {
        [("a".to_owned(), Cost { instructions: Some(instructions), allocations })].into()
    }

    #[test]
    fn what_stays_within_its_budget_passes() {
        assert!(violations(&paths(100_000, 5), &paths(105_000, 5), 5).is_empty());
        assert!(violations(&paths(100_000, 5), &paths(1, 0), 5).is_empty());
    }

    #[test]
    fn more_instructions_or_allocations_are_named() {
        let problems = violations(&paths(100_000, 5), &paths(105_001, 6), 5);
        assert!(
            matches!(&problems[..], [first, second] if first.contains("6 allocations") && second.contains("105001")),
            "{problems:?}"
        );
    }

    #[test]
    fn paths_and_budgets_belong_together() {
        assert!(violations(&BTreeMap::new(), &paths(1, 1), 5)[0].contains("no budget"));
        assert!(violations(&paths(1, 1), &BTreeMap::new(), 5)[0].contains("not counted"));
    }
}
