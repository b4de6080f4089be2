//! Metadata of the workspace and of its dependencies.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::shell::{Result, capture, cargo, root};

/// The platform for which dependencies are counted: always the same, so that the numbers are comparable.
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
    pub(crate) manifest_path: PathBuf,
    pub(crate) description: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) repository: Option<String>,
    pub(crate) homepage: Option<String>,
    pub(crate) documentation: Option<String>,
    pub(crate) readme: Option<PathBuf>,
    pub(crate) keywords: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) dependencies: Vec<Dependency>,
    features: BTreeMap<String, Vec<String>>,
    targets: Vec<Target>,
    /// `None` for the members of the workspace.
    source: Option<String>,
    /// An empty list means `publish = false`.
    publish: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// The version requirement; `*` if there is none.
    pub(crate) req: String,
    /// The folder of a dependency that is another member.
    pub(crate) path: Option<PathBuf>,
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

    /// The published members.
    pub(crate) fn published(&self) -> impl Iterator<Item = &Package> {
        self.members()
            .filter(|package| package.publish.as_ref().is_none_or(|registries| !registries.is_empty()))
    }

    /// The libraries in `crates/`, which are published or are an example.
    pub(crate) fn libraries(&self) -> impl Iterator<Item = &Package> {
        self.members().filter(|package| {
            package.manifest_path.starts_with(root().join("crates")) && package.is_library()
        })
    }

    /// The address of the repository, as the packages state it.
    pub(crate) fn repository(&self) -> Result<&str> {
        let stated = self.published().find_map(|package| package.repository.as_deref());
        stated.ok_or_else(|| "Cargo.toml states no `repository` in [workspace.package]".into())
    }
}

impl Package {
    pub(crate) fn is_library(&self) -> bool {
        self.targets.iter().any(|target| target.kind.contains(&"lib".into()))
    }

    /// Its folder, relative to the root of the workspace.
    pub(crate) fn folder(&self) -> &Path {
        let folder = self.manifest_path.parent().unwrap_or(Path::new(""));
        folder.strip_prefix(root()).unwrap_or(folder)
    }

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

/// The packages that a build (without tests and examples) of the selected packages compiles, including themselves.
///
/// `cargo metadata` unites the features of the whole workspace; `cargo tree` selects them as a build does.
pub(crate) fn tree(packages: &[&str], features: &[&str], platform: &str) -> Result<BTreeSet<Node>> {
    let mut command = cargo(&["tree", "--edges", "normal,build", "--prefix", "none", "--no-dedupe"]);
    command.args(["--target", platform]).args(features);
    for package in packages {
        command.args(["--package", package]);
    }
    capture(&mut command)?.lines().filter(|line| !line.is_empty()).map(node).collect()
}

/// Parses a line such as `serde_derive v1.0.228 (proc-macro)`.
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
