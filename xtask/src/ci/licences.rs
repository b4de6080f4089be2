//! Licences and duplicate versions, by the lists of `deny.toml`.

mod policy;
mod spdx;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::metadata::{Metadata, Node, tree};
use crate::shell::{Result, read, verdict};
use policy::{Duplicate, Policy};

pub(crate) fn check(metadata: &Metadata) -> Result {
    let policy = Policy::parse(&read(Path::new("deny.toml"))?)?;
    let mut problems = Vec::new();
    for package in &metadata.packages {
        let accepted = match &package.license {
            Some(expression) => {
                spdx::accepts(expression, |licence| policy.licences.iter().any(|l| l == licence))
            }
            None => Err("no licence is declared".to_owned()),
        };
        if let Err(reason) = accepted {
            problems.push(format!("{} {}: {reason}", package.name, package.version));
        }
    }
    println!("{} packages, {} allowed licences", metadata.packages.len(), policy.licences.len());

    let published: Vec<_> = metadata.published().map(|package| package.name.as_str()).collect();
    problems.extend(duplicates(&tree(&published, &["--all-features"], "all")?, &policy.duplicates));
    verdict(problems)
}

/// Crates that a tree holds in several versions without an exception, and exceptions that nothing needs.
fn duplicates(tree: &BTreeSet<Node>, exceptions: &[Duplicate]) -> Vec<String> {
    let mut versions = BTreeMap::<_, Vec<_>>::new();
    for node in tree {
        versions.entry(node.name.as_str()).or_default().push(node);
    }
    versions.retain(|_, nodes| nodes.len() > 1);

    let mut problems = Vec::new();
    for (name, nodes) in &versions {
        let unexplained: Vec<_> =
            nodes.iter().filter(|node| !exceptions.iter().any(|e| e.covers(node))).collect();
        if unexplained.len() > 1 {
            let list: Vec<_> = unexplained.iter().map(|node| node.version.as_str()).collect();
            let list = list.join(", ");
            problems
                .push(format!("{name}: versions {list}; unite them, or explain all but one in deny.toml"));
        }
    }
    for exception in exceptions {
        if !versions.values().flatten().any(|node| exception.covers(node)) {
            problems.push(format!("deny.toml: {exception} is no duplicate any more, remove it"));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(nodes: &[(&str, &str)]) -> BTreeSet<Node> {
        nodes.iter().map(|&(name, version)| Node { name: name.into(), version: version.into() }).collect()
    }

    fn except(name: &str, version: &str) -> Duplicate {
        Duplicate { name: name.into(), version: version.into() }
    }

    #[test]
    fn one_version_is_fine() {
        assert!(duplicates(&tree(&[("a", "1.0.0"), ("b", "1.0.0")]), &[]).is_empty());
    }

    #[test]
    fn two_versions_need_one_exception() {
        let both = tree(&[("a", "0.52.0"), ("a", "0.61.2")]);
        let problems = duplicates(&both, &[]);
        assert!(matches!(&problems[..], [one] if one.contains("0.52.0, 0.61.2")), "{problems:?}");
        assert!(duplicates(&both, &[except("a", "0.52")]).is_empty());
        assert!(!duplicates(&both, &[except("a", "0.5")]).is_empty());
    }

    #[test]
    fn three_versions_need_two_exceptions() {
        let three = tree(&[("a", "1.0.0"), ("a", "2.0.0"), ("a", "3.0.0")]);
        assert!(!duplicates(&three, &[except("a", "1")]).is_empty());
        assert!(duplicates(&three, &[except("a", "1"), except("a", "2")]).is_empty());
    }

    #[test]
    fn an_exception_that_nothing_needs_is_a_problem() {
        let problems = duplicates(&tree(&[("a", "1.0.0")]), &[except("a", "1")]);
        assert!(matches!(&problems[..], [one] if one.contains("a@1")), "{problems:?}");
    }
}
