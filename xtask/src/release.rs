//! `cargo xtask release`: validates a release, publishes it in order, and tags it; see docs/releasing.md.

use std::path::Path;

use clap::Args;

use crate::ci::msrv;
use crate::metadata::{Metadata, Package};
use crate::packages;
use crate::shell::{Result, capture, cargo, command, git, read, run};

/// Checks the packages, publishes them on crates.io and tags the commit
#[derive(Args)]
pub(crate) struct Release {
    /// Run all checks, but publish and tag nothing
    #[arg(long)]
    dry_run: bool,
}

impl Release {
    pub(crate) fn run(&self) -> Result {
        let metadata = Metadata::load()?;
        let order = packages::order(&metadata)?;
        let version = order.first().map_or("", |package| package.version.as_str());
        let tag = format!("v{version}");

        // Tasks of the maintainer; a dry run continues without them.
        let mut missing = Vec::new();
        step("repository");
        missing.extend(repository(&metadata, &tag)?);
        step("changelog");
        missing.extend(changelog(&read(Path::new("CHANGELOG.md"))?, version));
        step("packages");
        packages::inspect(&metadata, &order)?;
        step("minimum Rust version");
        msrv::check(&metadata)?;
        step("compatibility with the release before");
        missing.extend(compatibility(&order, &tag)?);
        if !self.dry_run && !missing.is_empty() {
            return Err(format!("not ready to be released:\n- {}", missing.join("\n- ")).into());
        }
        step("documentation as docs.rs builds it");
        docs_rs(&metadata, &order)?;
        step("each crate built from its package");
        packages::verify(&order, self.dry_run)?;

        if self.dry_run {
            println!("\nversion {version} of {} crates: nothing was published", order.len());
            if !missing.is_empty() {
                println!("to be done before the release:\n- {}", missing.join("\n- "));
            }
            return Ok(());
        }
        for package in &order {
            step(&format!("publish {}", package.name));
            publish(package)?;
        }
        run(&mut git(&["tag", "--annotate", &tag, "--message", &tag]))?;
        run(&mut git(&["push", "origin", &tag]))
    }
}

fn step(name: &str) {
    println!("\n== {name}");
}

/// A clean checkout whose `origin` is the address in the packages, without the tag.
fn repository(metadata: &Metadata, tag: &str) -> Result<Vec<String>> {
    let mut missing = Vec::new();
    let changed = capture(&mut git(&["status", "--porcelain"]))?;
    if !changed.is_empty() {
        missing.push(format!("commit or undo what `git status` shows: {} files", changed.lines().count()));
    }
    if !capture(&mut git(&["tag", "--list", tag]))?.is_empty() {
        missing.push(format!("the tag {tag} is there already: raise the version in Cargo.toml"));
    }
    let stated = metadata.repository()?;
    match capture(&mut git(&["remote", "get-url", "origin"])) {
        Ok(origin) if place(&origin) == place(stated) => {}
        Ok(origin) => missing.push(format!(
            "`repository` in Cargo.toml is {stated}, but the remote `origin` is {}: change one of them",
            origin.trim()
        )),
        Err(_) => missing.push(format!(
            "there is no remote `origin`: push to {stated}, or change `repository` in Cargo.toml"
        )),
    }
    Ok(missing)
}

/// Host and path of a repository in any notation: `git@host:a/b.git` and `https://host/a/b` are the same.
fn place(address: &str) -> String {
    let address = address.trim();
    let address = address.split_once("://").map_or(address, |(_, rest)| rest);
    let address = address.split_once('@').map_or(address, |(_, rest)| rest);
    let address = address.trim_end_matches('/').trim_end_matches(".git");
    address.replacen(':', "/", 1).to_lowercase()
}

/// The section of the version, with a date and at least one entry.
fn changelog(text: &str, version: &str) -> Option<String> {
    let title = format!("## [{version}]");
    let Some((_, section)) = text.split_once(&format!("\n{title}")) else {
        return Some(format!(
            "CHANGELOG.md has no section {title}: put `{title} - YYYY-MM-DD` below `## [Unreleased]`"
        ));
    };
    let (heading, rest) = section.split_once('\n').unwrap_or((section, ""));
    let date = heading.trim().strip_prefix("- ").unwrap_or_default();
    let is_date = date.len() == 10 && date.split('-').all(|part| part.parse::<u16>().is_ok());
    if !is_date {
        return Some(format!("CHANGELOG.md: {title} has no date: write `{title} - YYYY-MM-DD`"));
    }
    let entries = rest.split("\n## ").next().unwrap_or_default();
    let is_empty = !entries.lines().any(|line| line.starts_with("- "));
    is_empty.then(|| format!("CHANGELOG.md: {title} has no entry"))
}

/// Result of `cargo-semver-checks` for the libraries since the last tag.
fn compatibility(order: &[&Package], tag: &str) -> Result<Option<String>> {
    let tags = capture(&mut git(&["tag", "--list", "v*", "--merged", "HEAD", "--sort=-version:refname"]))?;
    let Some(before) = tags.lines().find(|before| *before != tag) else {
        println!("no earlier tag: nothing to compare with");
        return Ok(None);
    };
    if capture(command("cargo").args(["semver-checks", "--version"])).is_err() {
        return Ok(Some("install cargo-semver-checks: `cargo install cargo-semver-checks --locked`".into()));
    }
    let mut check = command("cargo");
    check.args(["semver-checks", "--baseline-rev", before]);
    for package in order.iter().filter(|package| package.is_library()) {
        check.args(["--package", &package.name]);
    }
    run(&mut check)?;
    Ok(None)
}

/// docs.rs uses a nightly toolchain, all features and `--cfg docsrs`.
fn docs_rs(metadata: &Metadata, order: &[&Package]) -> Result {
    if !msrv::is_installed("nightly") {
        println!("not built: `rustup toolchain install nightly` for it");
        return Ok(());
    }
    let mut doc = command("rustup");
    doc.args(["run", "nightly", "cargo", "doc", "--no-deps", "--lib", "--all-features", "--target-dir"]);
    doc.arg(metadata.target_directory.join("docs-rs"));
    for package in order.iter().filter(|package| package.is_library()) {
        doc.args(["--package", &package.name]);
    }
    run(doc.env("RUSTDOCFLAGS", "--cfg docsrs -D warnings"))
}

/// Uploads a crate, unless an earlier run did: crates.io limits the rate of new crates, and accepts nothing twice.
fn publish(package: &Package) -> Result {
    let spec = format!("{}@{}", package.name, package.version);
    if capture(&mut cargo(&["info", "--registry", "crates-io", &spec])).is_ok() {
        println!("{spec} is published already");
        return Ok(());
    }
    // The package was just built.
    run(&mut cargo(&["publish", "--no-verify", "--package", &package.name]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_in_each_form() {
        for address in [
            "git@github.com:Some/repo.git\n",
            "ssh://git@github.com/some/repo.git",
            "https://user@github.com/some/repo/",
        ] {
            assert_eq!(place(address), place("https://github.com/some/repo"), "{address}");
        }
        assert_ne!(place("https://github.com/other/repo"), place("https://github.com/some/repo"));
        assert_ne!(place("https://gitlab.com/some/repo"), place("https://github.com/some/repo"));
    }

    #[test]
    fn the_changelog_has_a_dated_section_with_entries() {
        let log = "# Changes\n\n## [Unreleased]\n\n## [0.2.0] - 2026-12-01\n\n### Added\n\n- a\n\n## [0.1.0]\n\n- b\n";
        assert_eq!(changelog(log, "0.2.0"), None);
        assert!(changelog(log, "0.1.0").unwrap().contains("no date"));
        assert!(changelog(log, "0.3.0").unwrap().contains("no section ## [0.3.0]"));
        let empty = "\n## [0.2.0] - 2026-12-01\n\n## [0.1.0] - 2026-11-01\n\n- b\n";
        assert!(changelog(empty, "0.2.0").unwrap().contains("no entry"));
    }
}
