//! The packages for crates.io: the published crates in the order of publication, their files and metadata.

use std::collections::BTreeSet;
use std::path::Path;

use crate::metadata::{Metadata, Package};
use crate::shell::{Result, capture, cargo, read, run, verdict};

/// The branch in links to the repository.
const BRANCH: &str = "main";
/// Required files of a package besides its code; the licenses are those of the workspace.
const LICENSES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// Base URL of the files of the repository, with a slash at the end.
pub(crate) fn files_address(repository: &str) -> String {
    format!("{repository}/blob/{BRANCH}/")
}

/// All checks of the packages except whether each builds alone, which takes minutes and is part of a release.
pub(crate) fn check(metadata: &Metadata) -> Result {
    let order = order(metadata)?;
    inspect(metadata, &order)?;
    run(package(&order).args(["--no-verify", "--allow-dirty", "--quiet"]))?;
    println!("in the order of publication: {}", names(&order).join(", "));
    Ok(())
}

/// Packages all of them, and builds each from its package with the others as they will be on crates.io.
pub(crate) fn verify(order: &[&Package], dirty: bool) -> Result {
    run(package(order).args(dirty.then_some("--allow-dirty")))
}

fn package(order: &[&Package]) -> std::process::Command {
    let mut cargo = cargo(&["package"]);
    for name in names(order) {
        cargo.args(["--package", name]);
    }
    cargo
}

fn names<'a>(order: &[&'a Package]) -> Vec<&'a str> {
    order.iter().map(|package| package.name.as_str()).collect()
}

/// The published crates, each after its dependencies, including those of its tests, which `cargo publish` requires.
pub(crate) fn order(metadata: &Metadata) -> Result<Vec<&Package>> {
    let mut waiting: Vec<_> = metadata.published().collect();
    let mut order = Vec::new();
    while !waiting.is_empty() {
        let open: BTreeSet<_> = names(&waiting).into_iter().collect();
        let is_ready = |package: &Package| {
            package.dependencies.iter().all(|dependency| !open.contains(dependency.name.as_str()))
        };
        let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|package| is_ready(package));
        if ready.is_empty() {
            return Err(format!("published crates depend on each other in a circle: {open:?}").into());
        }
        order.extend(ready);
        waiting = rest;
    }
    Ok(order)
}

/// Finds what crates.io would reject, and what its readers would miss.
pub(crate) fn inspect(metadata: &Metadata, order: &[&Package]) -> Result {
    let repository = metadata.repository()?;
    let published: BTreeSet<_> = names(order).into_iter().collect();
    let version = order.first().map_or("", |package| &package.version);
    let mut problems = Vec::new();
    for package in order {
        let mut found = stated(package, repository);
        if package.version != version {
            found.push(format!(
                "is version {}, others are {version}: write `version.workspace = true`",
                package.version
            ));
        }
        found.extend(requirements(package, &published));
        found.extend(files(package)?);
        if let Some(readme) = &package.readme {
            let readme = package.folder().join(readme);
            found.extend(links(&read(&readme)?, package.folder(), repository));
        }
        if let Some(source) = docs_rs(package)? {
            found.push(source);
        }
        problems.extend(found.into_iter().map(|problem| format!("{}: {problem}", package.name)));
    }
    verdict(problems)
}

/// What its manifest lacks, or states in a form that crates.io rejects.
fn stated(package: &Package, repository: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let texts = [
        ("description", package.description.is_some()),
        ("license", package.license.is_some()),
        ("homepage", package.homepage.is_some()),
        ("documentation", package.documentation.is_some()),
        ("readme", package.readme.is_some()),
    ];
    problems.extend(
        texts
            .iter()
            .filter(|(_, is_there)| !is_there)
            .map(|(key, _)| format!("its Cargo.toml has no `{key}`")),
    );
    if package.repository.as_deref() != Some(repository) {
        problems.push("its Cargo.toml lacks `repository.workspace = true`".to_owned());
    }
    for (key, values) in [("keywords", &package.keywords), ("categories", &package.categories)] {
        if !(1..=5).contains(&values.len()) {
            problems.push(format!("has {} {key}, crates.io takes 1 to 5", values.len()));
        }
    }
    problems.extend(
        package
            .keywords
            .iter()
            .filter(|keyword| keyword.len() > 20)
            .map(|keyword| format!("keyword {keyword:?} is longer than 20 characters")),
    );
    problems
}

/// Dependencies on other members that would not be found on crates.io, or only in a wrong version.
fn requirements(package: &Package, published: &BTreeSet<&str>) -> Vec<String> {
    let members = package.dependencies.iter().filter(|dependency| dependency.path.is_some());
    let expected = format!("^{}", package.version);
    let mut problems = Vec::new();
    for dependency in members {
        let name = &dependency.name;
        if !published.contains(name.as_str()) {
            problems.push(format!("depends on {name}, which is not published"));
        } else if dependency.req != expected {
            problems.push(format!(
                "asks for {name} {}, expected {expected}: mend it in [workspace.dependencies]",
                dependency.req
            ));
        }
    }
    problems
}

/// Missing files of its package.
fn files(package: &Package) -> Result<Vec<String>> {
    let list = capture(&mut cargo(&["package", "--list", "--allow-dirty", "--package", &package.name]))?;
    let list: BTreeSet<_> = list.lines().collect();
    let needed = LICENSES.into_iter().chain(["README.md", "README.zh-CN.md"]);
    let mut problems: Vec<_> = needed
        .filter(|file| !list.contains(file))
        .map(|file| format!("{file} is not among its packaged files"))
        .collect();
    for file in LICENSES.into_iter().filter(|file| list.contains(file)) {
        if read(&package.folder().join(file))? != read(Path::new(file))? {
            problems.push(format!("{file} differs from that of the workspace"));
        }
    }
    Ok(problems)
}

/// Links of a README that are broken on crates.io, which has no other file of the repository.
fn links(readme: &str, folder: &Path, repository: &str) -> Vec<String> {
    let targets =
        readme.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let address = files_address(repository);
    let relative = |target: &&str| {
        !target.contains("://") && !target.starts_with('#') && !target.contains(char::is_whitespace)
    };
    let mut problems: Vec<_> = targets
        .filter(relative)
        .map(|target| {
            format!("README.md links to {target}, which crates.io does not have: begin with {address}")
        })
        .collect();
    // Also detects an address that was changed in Cargo.toml, but not in the READMEs.
    let chinese = format!("{address}{}/README.zh-CN.md", folder.display());
    if !readme.contains(&format!("]({chinese})")) {
        problems.push(format!("README.md has no link to {chinese}"));
    }
    problems
}

/// docs.rs must build all features of a library that has some, and show which item requires which feature.
fn docs_rs(package: &Package) -> Result<Option<String>> {
    if !package.is_library() || package.features().next().is_none() {
        return Ok(None);
    }
    let manifest = read(&package.folder().join("Cargo.toml"))?;
    let source = read(&package.folder().join("src/lib.rs"))?;
    let tells = source.contains("#![cfg_attr(docsrs, feature(doc_cfg))]");
    let builds = manifest.contains("[package.metadata.docs.rs]\nall-features = true");
    Ok(match (builds, tells) {
        (true, true) => None,
        (false, _) => Some("its Cargo.toml has no [package.metadata.docs.rs] with all-features".to_owned()),
        (true, false) => Some("src/lib.rs lacks `#![cfg_attr(docsrs, feature(doc_cfg))]`".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(packages: &[(&str, &str)]) -> Metadata {
        let package = |(name, dependencies): &(&str, &str)| {
            let dependencies = dependencies.split_whitespace().map(|dependency| {
                let (name, req) = dependency.split_once('@').unwrap();
                format!(r#"{{"name": "{name}", "req": "{req}", "path": "/w/{name}"}}"#)
            });
            format!(
                r#"{{"name": "{name}", "version": "0.2.0", "manifest_path": "/w/{name}/Cargo.toml", "description": "d",
                "license": "MIT", "repository": "https://r", "homepage": "h", "documentation": "d", "readme": "README.md",
                "keywords": ["k"], "categories": ["c"], "features": {{}}, "targets": [], "dependencies": [{}]}}"#,
                dependencies.collect::<Vec<_>>().join(",")
            )
        };
        let packages: Vec<_> = packages.iter().map(package).collect();
        let json = format!(r#"{{"packages": [{}], "target_directory": "/w/target"}}"#, packages.join(","));
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn a_crate_comes_after_those_that_it_needs() {
        let crates = metadata(&[
            ("cli", "facade@^0.2.0 sim@^0.2.0"),
            ("facade", "types@^0.2.0"),
            ("sim", ""),
            ("types", ""),
        ]);
        assert_eq!(names(&order(&crates).unwrap()), ["sim", "types", "facade", "cli"]);
        let circle = metadata(&[("types", "sse@^0.2.0"), ("sse", "types@^0.2.0")]);
        let error = order(&circle).err().map(|error| error.to_string()).unwrap();
        assert!(error.contains("circle") && error.contains("types"), "{error}");
    }

    #[test]
    fn members_are_asked_for_in_their_version() {
        let crates = metadata(&[("cli", "types@^0.1.0 wehan@*"), ("types", "")]);
        let cli = crates.published().next().unwrap();
        let problems = requirements(cli, &BTreeSet::from(["cli", "types"]));
        assert!(problems[0].starts_with("asks for types ^0.1.0, expected ^0.2.0"), "{problems:?}");
        assert_eq!(problems[1..], ["depends on wehan, which is not published"]);
    }

    #[test]
    fn manifests_state_what_crates_io_shows() {
        let mut crates = metadata(&[("types", "")]);
        assert_eq!(stated(&crates.packages[0], "https://r"), Vec::<String>::new());
        let package = &mut crates.packages[0];
        package.homepage = None;
        package.keywords = vec!["a-keyword-of-21-chars".into()];
        package.categories.clear();
        let problems = stated(package, "https://other").join("\n");
        for part in ["no `homepage`", "repository.workspace", "has 0 categories", "a-keyword-of-21-chars"] {
            assert!(problems.contains(part), "{part}: {problems}");
        }
    }

    #[test]
    fn a_readme_links_to_whole_addresses() {
        let chinese = "[中文](https://r/blob/main/crates/a/README.zh-CN.md)";
        let links = |text: &str| links(text, Path::new("crates/a"), "https://r");
        assert_eq!(links(&format!("{chinese} [b](#here) `v[0](1 + 2)`")), Vec::<String>::new());
        let relative = links(&format!("{chinese} [b](../b/README.md)"));
        assert!(relative[0].contains("../b/README.md"), "{relative:?}");
        let stale = links("[中文](https://old/blob/main/crates/a/README.zh-CN.md)");
        assert_eq!(stale, ["README.md has no link to https://r/blob/main/crates/a/README.zh-CN.md"]);
    }
}
