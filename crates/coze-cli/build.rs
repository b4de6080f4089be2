//! Says which commit the program was built from, where it is built in a repository.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let version = env!("CARGO_PKG_VERSION");
    // The log of the commits that were checked out changes with each of them.
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={log}");
    }
    // A package that is unpacked within somebody else's repository is none of it.
    let is_ours = git(&["ls-files", "--error-unmatch", "build.rs"]).is_some();
    match git(&["log", "-1", "--format=%h %cs"]).filter(|_| is_ours) {
        Some(commit) => println!("cargo::rustc-env=COZE_VERSION={version} ({commit})"),
        None => println!("cargo::rustc-env=COZE_VERSION={version}"),
    }
}

/// What git prints, if it succeeds.
fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}
