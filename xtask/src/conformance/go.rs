//! The official Go client: downloaded as a module, compiled with the program that drives it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::clients::SOURCE;
use crate::shell::{Result, capture, command, root};

/// Name of the compiled program.
pub(super) const PROGRAM: &str = "conformance";

/// What the program needs on the path.
pub(super) const NEEDS: &str = "Go 1.21; newer releases of Debian have it in the package golang-go";

pub(super) fn is_there() -> bool {
    let version = capture(command("go").args(["env", "GOVERSION"])).ok();
    version.as_deref().and_then(minor).is_some_and(|minor| minor >= 21)
}

/// Parses the 21 of `go1.21.13`.
fn minor(version: &str) -> Option<u32> {
    let version = version.trim().strip_prefix("go1.")?;
    version.split(|other: char| !other.is_ascii_digit()).next()?.parse().ok()
}

fn folder() -> PathBuf {
    root().join(SOURCE).join("go")
}

/// Downloads the client and what it needs; go.sum has their checksums.
pub(super) fn install() -> Result {
    capture(go("list").args(["-deps", "."])).map(drop)
}

/// Compiles the program, which takes no arguments.
pub(super) fn compile(folder: &Path) -> Result<[&'static str; 0]> {
    capture(go("build").arg("-o").arg(folder.join(PROGRAM)).arg(".").env("GOCACHE", folder.join("cache")))?;
    Ok([])
}

fn go(word: &str) -> Command {
    let mut go = Command::new("go");
    go.current_dir(folder()).arg(word).env("GOFLAGS", "-mod=readonly -buildvcs=false").env("GOWORK", "off");
    go
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        for (text, expected) in
            [("go1.21.13\n", Some(21)), ("go1.26", Some(26)), ("go1.22rc1", Some(22)), ("", None)]
        {
            assert_eq!(minor(text), expected, "{text:?}");
        }
    }
}
