//! The minimum supported Rust version: stated once, sufficient for all dependencies, and able to build what is
//! published.

use std::collections::BTreeMap;
use std::path::Path;

use crate::metadata::{Metadata, tree};
use crate::shell::{Result, capture, command, files, read, run, verdict};

pub(crate) fn check(metadata: &Metadata) -> Result {
    let mut problems = Vec::new();
    let minimum = stated(&read(Path::new("Cargo.toml"))?).ok_or("Cargo.toml states no rust-version")?;

    for file in
        files()?.iter().filter(|file| file.ends_with("Cargo.toml") && file.parent() != Some(Path::new("")))
    {
        if stated(&read(file)?).is_some() {
            problems.push(format!(
                "{}: write `rust-version.workspace = true` instead of a version",
                file.display()
            ));
        }
    }
    for package in metadata.members().filter(|package| package.rust_version.as_ref() != Some(&minimum)) {
        problems.push(format!("{}: its Cargo.toml lacks `rust-version.workspace = true`", package.name));
    }

    let declared: BTreeMap<_, _> = metadata
        .packages
        .iter()
        .filter_map(|package| Some(((&package.name, &package.version), package.rust_version.as_ref()?)))
        .collect();
    let published: Vec<_> = metadata.published().map(|package| package.name.as_str()).collect();
    let tree = tree(&published, &["--all-features"], "all")?;
    println!("Rust {minimum}, {} crates", tree.len());
    for node in tree {
        if let Some(needed) = declared.get(&(&node.name, &node.version))
            && version(needed)? > version(&minimum)?
        {
            problems.push(format!("{} {} needs Rust {needed}, more than {minimum}", node.name, node.version));
        }
    }
    verdict(problems)?;
    build(metadata, &minimum, &published)
}

/// Checks the published crates with the compiler of that version, if it is installed.
fn build(metadata: &Metadata, minimum: &str, published: &[&str]) -> Result {
    // rustup names a toolchain by its full version.
    let toolchain =
        if minimum.matches('.').count() == 1 { format!("{minimum}.0") } else { minimum.to_owned() };
    if !is_installed(&toolchain) {
        println!("not built: `rustup toolchain install {toolchain} --profile minimal` for it");
        return Ok(());
    }
    let mut check = command("rustup");
    check.args([
        "run",
        &toolchain,
        "cargo",
        "check",
        "--locked",
        "--quiet",
        "--all-features",
        "--target-dir",
    ]);
    check.arg(metadata.target_directory.join("msrv"));
    for name in published {
        check.args(["--package", name]);
    }
    run(&mut check)
}

/// Whether rustup has a toolchain with that name for this machine.
pub(crate) fn is_installed(toolchain: &str) -> bool {
    // Rust may be installed without rustup.
    let Ok(list) = capture(command("rustup").args(["toolchain", "list"])) else { return false };
    lists(&list, toolchain)
}

fn lists(list: &str, toolchain: &str) -> bool {
    let mut rests = list.lines().filter_map(|line| line.strip_prefix(toolchain));
    rests.any(|rest| rest.is_empty() || rest.starts_with(['-', ' ']))
}

/// The version in a line `rust-version = "1.2"`.
fn stated(manifest: &str) -> Option<String> {
    manifest.lines().find_map(|line| {
        let value = line.strip_prefix("rust-version")?.trim_start().strip_prefix('=')?;
        Some(value.trim().trim_matches('"').to_owned())
    })
}

fn version(text: &str) -> Result<(u32, u32, u32)> {
    let mut numbers = text.split('.').map(str::parse::<u32>);
    let mut next =
        || numbers.next().unwrap_or(Ok(0)).map_err(|error| format!("rust-version {text:?}: {error}"));
    Ok((next()?, next()?, next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_stated_version_but_not_an_inherited_one() {
        assert_eq!(stated("[package]\nrust-version = \"1.89\"\n").as_deref(), Some("1.89"));
        assert_eq!(stated("rust-version.workspace = true"), None);
        assert_eq!(stated("edition = \"2024\""), None);
    }

    #[test]
    fn toolchains_are_told_from_longer_names() {
        let list = "stable-x86_64-unknown-linux-gnu (active, default)\n1.89.0-x86_64-unknown-linux-gnu\n";
        assert!(lists(list, "1.89.0") && lists(list, "stable"));
        assert!(!lists(list, "1.8") && !lists(list, "1.89") && !lists(list, "nightly"));
    }

    #[test]
    fn versions_compare_as_numbers() {
        assert!(version("1.100").unwrap() > version("1.89.0").unwrap());
        assert_eq!(version("1.89").unwrap(), version("1.89.0").unwrap());
        assert!(version("1.x").unwrap_err().to_string().contains("1.x"));
    }
}
