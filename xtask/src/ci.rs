//! `cargo xtask ci`: every check that a change has to pass.

mod budgets;
mod circles;
mod deny;
mod docs;
mod features;
pub(crate) mod msrv;
mod platforms;
mod text;
mod wasm;
mod words;

use std::fmt::{self, Display, Formatter};
use std::time::{Duration, Instant};

use clap::Args;

use crate::book;
use crate::conformance::Conformance;
use crate::costs::Costs;
use crate::coverage::Coverage;
use crate::faults::Soak;
use crate::fuzz::Fuzz;
use crate::metadata::Metadata;
use crate::packages;
use crate::shell::{Result, cargo, run};

/// Runs every check; continues after a failure, and exits with 1 if any check failed
#[derive(Args)]
pub(crate) struct Ci {
    /// Skip the tests, for example after `cargo test --workspace`
    #[arg(long)]
    skip_tests: bool,
    /// Run only this check; may be repeated
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Print the names of the checks
    #[arg(long)]
    list: bool,
}

struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&Metadata) -> Result,
}

/// Quick checks first, so that small mistakes show within seconds.
const STEPS: &[Step] = &[
    Step { name: "format", about: "rustfmt has nothing to change", run: |_| format() },
    Step {
        name: "text",
        about: "nothing unfinished, no local paths, no overlong files",
        run: |_| text::check(),
    },
    Step { name: "words", about: "plain words in documents and texts", run: |_| words::check() },
    Step {
        name: "docs",
        about: "documents come in both languages, their code is compiled",
        run: docs::check,
    },
    Step {
        name: "msrv",
        about: "one minimum Rust version, which no dependency exceeds and which builds",
        run: msrv::check,
    },
    Step {
        name: "deny",
        about: "dependencies: licences, doubled versions, sources, known weaknesses",
        run: |_| deny::check(),
    },
    Step { name: "circles", about: "no files import each other in a circle", run: |_| circles::check() },
    Step { name: "packages", about: "what crates.io gets of each published crate", run: packages::check },
    Step { name: "budgets", about: "dependency trees stay small", run: |_| budgets::check() },
    Step {
        name: "coverage",
        about: "every endpoint of the API is there, and docs/coverage.md says so",
        run: |_| Coverage::default().run(),
    },
    Step { name: "clippy", about: "no warnings in any target", run: |_| clippy() },
    Step {
        name: "features",
        about: "libraries build with each feature alone, none and all",
        run: features::check,
    },
    Step {
        name: "platforms",
        about: "builds for Windows and macOS, where their targets are installed",
        run: |_| platforms::check(),
    },
    Step {
        name: "wasm",
        about: "what has no IO builds for WebAssembly, or its trees hold no system",
        run: |_| wasm::check(),
    },
    Step { name: "rustdoc", about: "documentation builds without warnings", run: |_| rustdoc() },
    Step {
        name: "book",
        about: "the guide in both languages, with search and no broken link",
        run: book::build,
    },
    Step { name: TESTS, about: "all tests and doctests", run: |_| test() },
    Step {
        name: "proxy",
        about: "an unreachable proxy in the environment is not between tests and this machine",
        run: |_| proxy(),
    },
    Step { name: "soak", about: "a minute of many operations with faults", run: |_| Soak::default().run() },
    Step { name: "costs", about: "instructions and allocations stay within their budgets", run: costs },
    Step { name: "conformance", about: "the official clients against the simulator", run: conformance },
    Step {
        name: "fuzz",
        about: "each fuzz target with 20,000 inputs, always the same",
        run: |_| Fuzz::repeatable().run(),
    },
];

const TESTS: &str = "test";

impl Ci {
    pub(crate) fn run(&self) -> Result {
        if self.list {
            for Step { name, about, .. } in STEPS {
                println!("{name:<12} {about}");
            }
            return Ok(());
        }
        if let Some(unknown) = self.only.iter().find(|only| STEPS.iter().all(|step| step.name != *only)) {
            return Err(format!("no check {unknown:?}; `cargo xtask ci --list` names them").into());
        }
        let metadata = Metadata::load()?;
        let selected = STEPS
            .iter()
            .filter(|step| self.only.is_empty() || self.only.iter().any(|only| only == step.name));
        let rows: Vec<_> = selected.map(|step| (step.name, self.step(step, &metadata))).collect();

        println!("\n== result");
        for (name, result) in &rows {
            println!("{name:<12} {result}");
        }
        let failed: Vec<_> = rows.iter().filter(|(_, result)| matches!(result, Outcome::Failed(_))).collect();
        if failed.is_empty() {
            return Ok(());
        }
        let names: Vec<_> = failed.iter().map(|(name, _)| *name).collect();
        Err(format!("{} of {} checks failed: {}", names.len(), rows.len(), names.join(", ")).into())
    }

    fn step(&self, step: &Step, metadata: &Metadata) -> Outcome {
        if self.skip_tests && step.name == TESTS {
            return Outcome::Skipped;
        }
        println!("\n== {}: {}", step.name, step.about);
        let start = Instant::now();
        match (step.run)(metadata) {
            Ok(()) => Outcome::Passed(start.elapsed()),
            Err(error) => {
                println!("{error}");
                Outcome::Failed(start.elapsed())
            }
        }
    }
}

enum Outcome {
    Passed(Duration),
    Failed(Duration),
    Skipped,
}

impl Display for Outcome {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed(time) => write!(f, "{:>7.1} s  ok", time.as_secs_f64()),
            Self::Failed(time) => write!(f, "{:>7.1} s  failed", time.as_secs_f64()),
            Self::Skipped => write!(f, "{:>7}    skipped", "-"),
        }
    }
}

fn format() -> Result {
    let options = ["fmt", "--all", "--check", "--message-format", "short"];
    run(&mut cargo(&options))?;
    run(cargo(&options).args(["--manifest-path", "benches/e2e/Cargo.toml"]))
}

fn clippy() -> Result {
    run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"]))
}

fn rustdoc() -> Result {
    // The program `coze` would overwrite the library `coze`.
    let mut doc = cargo(&["doc", "--workspace", "--lib", "--no-deps", "--all-features"]);
    run(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

fn test() -> Result {
    run(&mut cargo(&["test", "--workspace", "--no-fail-fast"]))
}

/// Runs what reads the proxy from the environment: the programs of users, and the documented transport on reqwest.
fn proxy() -> Result {
    let consumers = ["consumer-facade", "consumer-custom-transport", "consumer-types-only"];
    let mut tests = cargo(&["test"]);
    tests.args(consumers.map(|package| format!("--package={package}")));
    let mut doctests = cargo(&["test", "--package", "coze", "--doc", "--", "own-transport"]);
    for command in [&mut tests, &mut doctests] {
        for name in ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"] {
            command.env(name, DEAD_PROXY).env(name.to_lowercase(), DEAD_PROXY);
        }
        // As companies set it: without exceptions for this machine.
        run(command.env("NO_PROXY", "intranet.example").env("no_proxy", "intranet.example"))?;
    }
    Ok(())
}

/// Nothing listens on the first port.
const DEAD_PROXY: &str = "http://127.0.0.1:1";

fn costs(metadata: &Metadata) -> Result {
    Costs::default().run_with(metadata)
}

fn conformance(metadata: &Metadata) -> Result {
    Conformance::default().run_with(metadata)
}
