//! Documents: English and Chinese in pairs, and every Rust block compiled by a doctest.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::metadata::Metadata;
use crate::packages::files_address;
use crate::shell::{Result, files, normal, read, root, verdict};

pub(crate) fn check(metadata: &Metadata) -> Result {
    let address = files_address(metadata.repository()?);
    let files = files()?;
    let mut documents = Vec::new();
    let mut included = BTreeSet::new();
    for file in files {
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("md") => documents.push((read(&file)?, file)),
            Some("rs") => included.extend(includes(&read(&file)?, &file)),
            _ => {}
        }
    }

    let names: BTreeSet<_> = documents.iter().map(|(_, file)| file.as_path()).collect();
    let mut problems = Vec::new();
    for (text, file) in &documents {
        if let Some(twin) = twin(file) {
            match documents.iter().find(|(_, other)| *other == twin) {
                None => problems.push(format!("{}: {} is missing", file.display(), twin.display())),
                Some((other, _)) if fences(text).len() != fences(other).len() => problems.push(format!(
                    "{}: has {} code blocks, {} has {}",
                    file.display(),
                    fences(text).len(),
                    twin.display(),
                    fences(other).len()
                )),
                Some(_) => {}
            }
        }
        for link in links(text, file, &address).into_iter().filter(|link| !root().join(link).exists()) {
            problems.push(format!("{}: links to {}, which does not exist", file.display(), link.display()));
        }
        if is_for_users(file) {
            let rust: Vec<_> = fences(text).into_iter().filter(|tags| tags.contains(&"rust")).collect();
            if !rust.is_empty() && !included.contains(file) {
                problems.push(format!("{}: no `#[doc = include_str!(…)]` compiles its code", file.display()));
            }
            if rust.iter().any(|tags| tags.contains(&"ignore")) {
                problems
                    .push(format!("{}: `ignore` hides code from the compiler, use `no_run`", file.display()));
            }
        }
    }
    println!("{} documents, {} compiled by doctests", names.len(), included.len());
    verdict(problems)
}

/// READMEs and everything in `docs/`.
fn is_for_users(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    file.starts_with("docs") || name.starts_with("README")
}

/// The same document in the other language, if there must be one.
fn twin(file: &Path) -> Option<PathBuf> {
    const ENGLISH: &str = "docs/guide/en";
    const CHINESE: &str = "docs/guide/zh-CN";
    if let Ok(page) = file.strip_prefix(ENGLISH) {
        return Some(Path::new(CHINESE).join(page));
    }
    if let Ok(page) = file.strip_prefix(CHINESE) {
        return Some(Path::new(ENGLISH).join(page));
    }
    if file == Path::new("README.md") {
        return Some("README.zh-CN.md".into());
    }
    let english = file.file_name()?.to_str()?.strip_suffix(".zh-CN.md")?;
    Some(file.with_file_name(format!("{english}.md")))
}

/// The tags of each code block: `["rust", "no_run"]`.
fn fences(text: &str) -> Vec<Vec<&str>> {
    let mut blocks = Vec::new();
    let mut open: Option<&str> = None;
    for line in text.lines().map(str::trim) {
        let mark = if line.starts_with('~') { '~' } else { '`' };
        let (fence, info) = line.split_at(line.len() - line.trim_start_matches(mark).len());
        match open {
            None if fence.len() >= 3 => {
                blocks.push(info.split([',', ' ']).filter(|tag| !tag.is_empty()).collect());
                open = Some(fence);
            }
            Some(opening) if fence.starts_with(opening) && info.is_empty() => open = None,
            _ => {}
        }
    }
    blocks
}

/// The Markdown files that a source file includes, relative to the root.
fn includes(source: &str, file: &Path) -> Vec<PathBuf> {
    let calls = source.split("include_str!(\"").skip(1);
    let arguments = calls.filter_map(|rest| rest.split_once('"')).map(|(argument, _)| argument);
    let folder = file.parent().unwrap_or(Path::new(""));
    let paths = arguments.map(|argument| normal(&folder.join(argument)));
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

/// The files of the workspace that a document links to, also by the address of the repository, relative to the root.
fn links(text: &str, file: &Path, address: &str) -> Vec<PathBuf> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut links = Vec::new();
    for target in targets.filter(|target| !target.contains(char::is_whitespace)) {
        let path = target.split('#').next().unwrap_or_default();
        match path.strip_prefix(address) {
            Some(path) => links.push(PathBuf::from(path)),
            None if path.is_empty() || path.contains(':') => {}
            None => links.push(normal(&folder.join(path))),
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_go_both_ways() {
        let pairs = [
            ("README.md", Some("README.zh-CN.md")),
            ("README.zh-CN.md", Some("README.md")),
            ("docs/guide/en/chat/start.md", Some("docs/guide/zh-CN/chat/start.md")),
            ("docs/guide/zh-CN/start.md", Some("docs/guide/en/start.md")),
            ("docs/architecture.zh-CN.md", Some("docs/architecture.md")),
            ("crates/coze/README.md", None),
            ("CHANGELOG.md", None),
        ];
        for (file, expected) in pairs {
            assert_eq!(twin(Path::new(file)).as_deref(), expected.map(Path::new), "{file}");
        }
    }

    #[test]
    fn code_blocks_are_told_by_their_tags() {
        let text = "a\n```rust,no_run\nlet a = \"```\";\n```\n~~~ text\n```rust\n~~~\n````md\n```rust\n```\n````\n```\nb\n```";
        assert_eq!(fences(text), [vec!["rust", "no_run"], vec!["text"], vec!["md"], vec![]]);
        assert_eq!(fences("`inline` and ``two``"), Vec::<Vec<&str>>::new());
    }

    #[test]
    fn links_within_the_workspace_are_found() {
        let text = "[a](../README.md#top) [b](https://docs.coze.cn/x) [c](#here) `v[0](1 + 2)` [d](chat.md) \
                    [e](https://r/blob/main/docs/x.md#y)";
        let expected = ["docs/guide/README.md", "docs/guide/en/chat.md", "docs/x.md"].map(Path::new);
        assert_eq!(links(text, Path::new("docs/guide/en/start.md"), "https://r/blob/main/"), expected);
    }

    #[test]
    fn included_documents_are_found_relative_to_their_source() {
        let source = "#![doc = include_str!(\"../README.md\")]\n#[doc = include_str!(\"../../../docs/guide/en/a.md\")]\n\
                      const A: &str = include_str!(\"fixture.json\");";
        let found = includes(source, Path::new("crates/coze/src/lib.rs"));
        assert_eq!(found, [Path::new("crates/coze/README.md"), Path::new("docs/guide/en/a.md")]);
    }
}
