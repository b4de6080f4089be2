//! The official Go client: taken from the cache of Go modules, compiled with the program that drives it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::clients::SOURCE;
use crate::shell::{Result, capture, command, read, root};

/// Name of the compiled program.
pub(super) const PROGRAM: &str = "conformance";

const MODULE: &str = "github.com/coze-dev/coze-go";

/// What the program needs and this machine lacks.
///
/// Not every registry of Go modules has the client, so it is never downloaded here: it is there, or it is left out.
pub(super) fn lacks() -> Result<Option<String>> {
    let version = capture(command("go").args(["env", "GOVERSION"])).ok();
    if version.as_deref().and_then(minor).is_none_or(|minor| minor < 21) {
        return Ok(Some("Go 1.21".to_owned()));
    }
    let pins = read(&folder().join("go.mod"))?;
    let version = pinned(&pins).ok_or_else(|| format!("go.mod asks for no version of {MODULE}"))?;
    let cache = capture(command("go").args(["env", "GOMODCACHE"]))?;
    let there = Path::new(cache.trim()).join(format!("{MODULE}@{version}")).is_dir();
    let needed = format!(
        "{MODULE} {version} in the cache of Go modules; `go mod download` in a copy of {} puts it there",
        folder().display()
    );
    Ok((!there).then_some(needed))
}

/// Reads the 21 of `go1.21.13`.
fn minor(version: &str) -> Option<u32> {
    let version = version.trim().strip_prefix("go1.")?;
    version.split(|other: char| !other.is_ascii_digit()).next()?.parse().ok()
}

fn pinned(pins: &str) -> Option<&str> {
    pins.lines().find_map(|line| line.strip_prefix("require")?.trim().strip_prefix(MODULE)).map(str::trim)
}

fn folder() -> PathBuf {
    Path::new(SOURCE).join("go")
}

/// Takes the pinned version into `folder`, where Go keeps the checksums beside it.
pub(super) fn install(folder: &Path) -> Result {
    std::fs::copy(root().join(self::folder()).join("go.mod"), folder.join("go.mod"))?;
    Ok(())
}

/// Compiles the program, which takes no arguments.
pub(super) fn compile(folder: &Path) -> Result<[&'static str; 0]> {
    let mut go = Command::new("go");
    go.current_dir(root().join(self::folder())).arg("build");
    go.arg("-modfile").arg(folder.join("go.mod")).arg("-o").arg(folder.join(PROGRAM)).arg(".");
    // Whoever filled the cache has checked what came into it.
    go.env("GOFLAGS", "-mod=mod").env("GOPROXY", "off").env("GOSUMDB", "off").env("GOWORK", "off");
    go.env("GOCACHE", folder.join("cache"));
    capture(&mut go)?;
    Ok([])
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
        let pins = format!("module m\n\ngo 1.21\n\nrequire {MODULE} v0.0.0-2026\n");
        assert_eq!(pinned(&pins), Some("v0.0.0-2026"));
        assert_eq!(pinned("module m"), None);
    }
}
