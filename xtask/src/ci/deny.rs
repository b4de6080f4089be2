//! Validates the dependencies by the policy in `deny.toml`, with `cargo-deny`.

use crate::shell::{Result, capture, command, run};

/// A list with unused entries would accept such a dependency unnoticed.
const UNUSED: [&str; 6] =
    ["--deny", "license-not-encountered", "--deny", "unmatched-skip", "--deny", "unnecessary-skip"];

pub(crate) fn check() -> Result {
    if capture(command("cargo").args(["deny", "--version"])).is_err() {
        return Err("cargo-deny is missing: `cargo install cargo-deny --locked`".into());
    }
    run(command("cargo").args(["deny", "check"]).args(UNUSED).args(["bans", "licenses", "sources"]))?;
    // The database of advisories is separate from the registry, and not available to everybody who builds.
    match capture(command("cargo").args(["deny", "fetch", "db"])) {
        Ok(_) => run(command("cargo").args(["deny", "--offline", "check", "advisories"])),
        Err(error) => {
            println!("known weaknesses were not looked up, since their database was not to be had:\n{error}");
            Ok(())
        }
    }
}
