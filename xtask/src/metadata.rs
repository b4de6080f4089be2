//! What cargo knows of the workspace and of its dependencies.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Deserialize;

use crate::shell::{Result, capture, cargo};

/// The platform on which dependencies are counted: one for everybody, so that the numbers compare.
pub(crate) const PLATFORM: &str = "x86_64-unknown-linux-gnu";

#[derive(Deserialize)]
pub(crate) struct Metadata {
    /// Every package that any build of the workspace may need, on any platform.
    pub(crate) packages: Vec<Package>,
    pub(crate) target_directory: PathBuf,
}

#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) rust_version: Option<String>,
    features: BTreeMap<String, Vec<String>>,
    targets: Vec<Target>,
    /// `None` for the members of the workspace.
    source: Option<String>,
    /// An empty list means `publish = false`.
    publish: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
}

impl Metadata {
    pub(crate) fn load() -> Result<Self> {
        let json = capture(&mut cargo(&["metadata", "--format-version", "1"]))?;
        Ok(serde_json::from_str(&json)?)
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.source.is_none())
    }

    /// The members that are published.
    pub(crate) fn published(&self) -> impl Iterator<Item = &Package> {
        self.members()
            .filter(|package| package.publish.as_ref().is_none_or(|registries| !registries.is_empty()))
    }

    /// The published members that other crates can depend on.
    pub(crate) fn libraries(&self) -> impl Iterator<Item = &Package> {
        self.published()
            .filter(|package| package.targets.iter().any(|target| target.kind.contains(&"lib".into())))
    }
}

impl Package {
    /// The names of its features, without `default`.
    pub(crate) fn features(&self) -> impl Iterator<Item = &str> {
        self.features.keys().map(String::as_str).filter(|feature| *feature != "default")
    }
}

/// A package in a dependency tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) version: String,
}

/// What a build (no tests, no examples) of the selected packages takes, they themselves included.
///
/// `cargo metadata` unites the features of the whole workspace; `cargo tree` selects as a build does.
pub(crate) fn tree(packages: &[&str], features: &[&str], platform: &str) -> Result<BTreeSet<Node>> {
    let mut command = cargo(&["tree", "--edges", "normal,build", "--prefix", "none", "--no-dedupe"]);
    command.args(["--target", platform]).args(features);
    for package in packages {
        command.args(["--package", package]);
    }
    capture(&mut command)?.lines().filter(|line| !line.is_empty()).map(node).collect()
}

/// Reads a line such as `serde_derive v1.0.228 (proc-macro)`.
fn node(line: &str) -> Result<Node> {
    let mut words = line.split(' ');
    let (Some(name), Some(version)) = (words.next(), words.next().and_then(|word| word.strip_prefix('v')))
    else {
        return Err(format!("`cargo tree` printed a line without a name and a version: {line:?}").into());
    };
    Ok(Node { name: name.to_owned(), version: version.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_lines_of_a_tree() {
        let expected = Node { name: "serde_derive".into(), version: "1.0.228".into() };
        assert_eq!(node("serde_derive v1.0.228 (proc-macro)").unwrap(), expected);
        let error = node("[build-dependencies]").unwrap_err().to_string();
        assert!(error.contains("[build-dependencies]"), "{error}");
    }
}
