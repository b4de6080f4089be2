//! Size of the dependency tree and the program, and duration of a build.

use std::path::Path;
use std::time::Instant;

use super::goals::{Bound, Outcome};
use super::statistics::Spread;
use super::{Findings, Group, programs};
use crate::metadata::{PLATFORM, tree};
use crate::shell::{self, Result, capture, cargo, command, root};

/// The client without TLS and proxies, for small programs.
const FEATURES: [&str; 2] = ["--no-default-features", "--features=hyper"];

pub(crate) fn run(folder: &Path, quick: bool, findings: &mut Findings) -> Result {
    let mut add = |what: &str, value: f64, unit, at_most: Option<f64>| {
        findings.outcomes.push(Outcome {
            group: Group::M7,
            what: what.to_owned(),
            spread: Some(Spread::exact(value)),
            unit,
            goal: at_most.map(Bound::AtMost),
        });
    };
    let crates = tree(&["coze"], &FEATURES, PLATFORM)?.len();
    add("crates of `coze` without TLS and proxies", f64::from(u32::try_from(crates)?), "", Some(48.0));

    for (package, what, at_most) in [
        ("e2e-coze", "program of this benchmark without TLS and proxies, stripped", Some(2.4)),
        ("e2e-eventsource-stream", "the same with reqwest + eventsource-stream, stripped", None),
        ("e2e-stream", "program that only streams a chat, without TLS and proxies, stripped", None),
    ] {
        add(what, stripped(package, folder)?, " MB", at_most);
    }

    if quick {
        findings.notes.push("the clean build is not part of a quick run".to_owned());
        return Ok(());
    }
    let clean = folder.join("clean");
    let build = |arguments: &[&str], source: &str| clean_build(&clean, arguments, source);
    let small = build(&["coze", FEATURES[0], FEATURES[1]], ".")?;
    add("clean release build of `coze` without TLS and proxies, 2 cores", small, " s", Some(40.0));
    let usual = build(&["coze"], ".")?;
    add("clean release build of `coze` with its default features, 2 cores", usual, " s", None);
    let ours = build(&["e2e-coze"], programs::SOURCE)?;
    let peer = build(&["e2e-eventsource-stream"], programs::SOURCE)?;
    let what = "clean release build of the program without TLS and proxies / reqwest + eventsource-stream";
    add(what, ours / peer, " x", None);
    Ok(())
}

/// Size of a stripped program without TLS, in megabytes.
fn stripped(package: &str, folder: &Path) -> Result<f64> {
    let (program, stripped) = (programs::build(folder, package, false)?, folder.join("bin/stripped"));
    capture(command("strip").arg("-o").arg(&stripped).arg(program))?;
    Ok(f64::from(u32::try_from(std::fs::metadata(&stripped)?.len())?) / 1e6)
}

/// Duration of a release build from scratch in seconds, with the defaults of cargo.
fn clean_build(folder: &Path, arguments: &[&str], source: &str) -> Result<f64> {
    let command = |verb: &[&str]| {
        let mut command = cargo(verb);
        command.current_dir(root().join(source)).env("CARGO_TARGET_DIR", folder);
        command.env("CARGO_PROFILE_RELEASE_LTO", "false").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        command
    };
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    // Downloads are not part of a build.
    shell::run(&mut command(&["fetch", "--quiet"]))?;
    let start = Instant::now();
    shell::run(command(&["build", "--quiet", "--release", "--jobs", "2", "--package"]).args(arguments))?;
    let seconds = start.elapsed().as_secs_f64();
    std::fs::remove_dir_all(folder)?;
    Ok(seconds)
}
