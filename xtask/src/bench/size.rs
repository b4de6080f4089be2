//! How large the tree and the program are, and how long a build takes.

use std::path::Path;
use std::time::Instant;

use super::goals::{Bound, Outcome};
use super::statistics::Spread;
use super::{Findings, Group};
use crate::metadata::{PLATFORM, tree};
use crate::shell::{self, Result, capture, cargo, command};

/// The client without TLS, as small programs take it.
const FEATURES: [&str; 2] = ["--no-default-features", "--features=hyper"];

pub(crate) fn run(folder: &Path, quick: bool, findings: &mut Findings) -> Result {
    let mut add = |what: &str, value: f64, unit, at_most| {
        findings.outcomes.push(Outcome {
            group: Group::M7,
            what: what.to_owned(),
            spread: Spread::exact(value),
            unit,
            goal: Some(Bound::AtMost(at_most)),
        });
    };
    let crates = tree(&["coze"], &FEATURES, PLATFORM)?.len();
    add("crates of `coze` without TLS", f64::from(u32::try_from(crates)?), "", 60.0);

    let stripped = folder.join("bin/stripped");
    capture(command("strip").arg("-o").arg(&stripped).arg(folder.join("bin/e2e-coze")))?;
    let size = u32::try_from(std::fs::metadata(&stripped)?.len())?;
    add("streaming program without TLS, stripped", f64::from(size) / 1e6, " MB", 2.4);

    if quick {
        findings.notes.push("the clean build is not part of a quick run".to_owned());
        return Ok(());
    }
    let clean = folder.join("clean");
    if clean.exists() {
        std::fs::remove_dir_all(&clean)?;
    }
    // Downloads are no part of a build.
    shell::run(cargo(&["fetch", "--quiet", "--locked"]).env("CARGO_TARGET_DIR", &clean))?;
    let start = Instant::now();
    let mut build = cargo(&["build", "--quiet", "--release", "--package", "coze", "--jobs", "2"]);
    shell::run(build.env("CARGO_TARGET_DIR", &clean))?;
    add("clean release build of `coze` on 2 cores", start.elapsed().as_secs_f64(), " s", 35.0);
    Ok(std::fs::remove_dir_all(&clean)?)
}
