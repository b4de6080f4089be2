//! Crates without IO build for WebAssembly.

use crate::metadata::tree;
use crate::shell::{Result, capture, cargo, command, run};

const TARGET: &str = "wasm32-unknown-unknown";
const CRATES: [&str; 2] = ["coze-types", "coze-sse"];
/// Crates that require an operating system.
const SYSTEMS: [&str; 5] = ["tokio", "mio", "socket2", "getrandom", "libc"];

/// Builds the crates if rustup has the target, otherwise inspects their dependency trees.
pub(crate) fn check() -> Result {
    let installed = capture(command("rustup").args(["target", "list", "--installed"])).unwrap_or_default();
    let has_target = installed.lines().any(|line| line == TARGET);
    if !has_target {
        println!("trees only: `rustup target add {TARGET}` to build for it");
    }
    for package in CRATES {
        if has_target {
            run(&mut cargo(&[
                "check",
                "--quiet",
                "--all-features",
                "--target",
                TARGET,
                "--package",
                package,
            ]))?;
            continue;
        }
        let tree = tree(&[package], &["--all-features"], TARGET)?;
        if let Some(system) = SYSTEMS.into_iter().find(|system| tree.iter().any(|node| node.name == *system))
        {
            return Err(
                format!("{package}: `{system}` is in its tree for {TARGET}, and needs a system").into()
            );
        }
    }
    Ok(())
}
