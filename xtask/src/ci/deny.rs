//! The dependencies, by the policy of `deny.toml`, as `cargo-deny` reads it.

use crate::shell::{Result, capture, command, run};

/// Lists that allow more than is there would allow it unseen once it comes.
const UNUSED: [&str; 6] =
    ["--deny", "license-not-encountered", "--deny", "unmatched-skip", "--deny", "unnecessary-skip"];

pub(crate) fn check() -> Result {
    if capture(command("cargo").args(["deny", "--version"])).is_err() {
        return Err("cargo-deny is missing: `cargo install cargo-deny --locked`".into());
    }
    run(command("cargo").args(["deny", "check"]).args(UNUSED).args(["bans", "licenses", "sources"]))?;
    // The database of known weaknesses is no registry, and not everybody who builds can reach it.
    match capture(command("cargo").args(["deny", "fetch", "db"])) {
        Ok(_) => run(command("cargo").args(["deny", "--offline", "check", "advisories"])),
        Err(error) => {
            println!("known weaknesses were not looked up, since their database was not to be had:\n{error}");
            Ok(())
        }
    }
}
