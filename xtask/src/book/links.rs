//! Links of the guide: in its pages before they are built, and in the built book.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use crate::shell::{Result, normal, verdict};

/// A page whose links out of the guide are relative to `address`, and whose links to other books name the built pages.
pub(crate) fn rewrite(text: &str, file: &Path, guide: &Path, address: &str) -> String {
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut parts = text.split("](");
    let mut rewritten = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        rewritten.push_str("](");
        let Some((target, rest)) = part.split_once(')') else {
            rewritten.push_str(part);
            continue;
        };
        let path = target.split('#').next().unwrap_or_default();
        let is_relative = !path.is_empty() && !path.contains(':') && !path.contains(char::is_whitespace);
        let place = normal(&folder.join(path));
        if is_relative && !place.starts_with(guide) {
            let place = place.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
            rewritten.extend([address, &place, &target[path.len()..]]);
        } else if is_relative && !place.starts_with(folder) && path.ends_with("/README.md") {
            // mdBook renames only the first page of the book that it builds.
            rewritten.push_str(&target.replacen("README.md", "index.html", 1));
        } else {
            rewritten.push_str(target);
        }
        rewritten.push(')');
        rewritten.push_str(rest);
    }
    rewritten
}

/// Validates all links between the files of the books in `target`; returns the number of pages and links.
pub(crate) fn check(target: &Path, books: &[&str]) -> Result<(usize, usize)> {
    let mut pages = BTreeMap::new();
    for book in books {
        for entry in std::fs::read_dir(target.join(book))? {
            let file = entry?.path();
            // The page for missing pages is shown at any address, so its links are relative to the root of the server.
            if file.extension().is_some_and(|extension| extension == "html") && !file.ends_with("404.html") {
                let html = std::fs::read_to_string(&file)?;
                pages.insert(file, html);
            }
        }
    }
    let anchors: BTreeMap<&PathBuf, BTreeSet<&str>> =
        pages.iter().map(|(file, html)| (file, values(html, &["id"]).collect())).collect();

    let mut count = 0;
    let mut problems = Vec::new();
    for (file, html) in &pages {
        for link in values(html, &["href", "src"]).filter(|link| !link.contains(':')) {
            count += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let decoded = |text| percent_decode_str(text).decode_utf8_lossy();
            let place = match path {
                "" => file.clone(),
                path => normal(&file.with_file_name("").join(&*decoded(path))),
            };
            let is_alive = match anchors.get(&place) {
                Some(anchors) => anchor.is_empty() || anchors.contains(&*decoded(anchor)),
                None => place.exists(),
            };
            if !is_alive {
                let page = file.strip_prefix(target).unwrap_or(file);
                problems.push(format!("{}: links to {link}, which is not in the book", page.display()));
            }
        }
    }
    problems.dedup();
    verdict(problems)?;
    Ok((pages.len(), count))
}

/// The values of attributes, as mdBook writes them.
fn values<'a>(html: &'a str, names: &'static [&str]) -> impl Iterator<Item = &'a str> {
    names.iter().flat_map(move |name| {
        let start = format!(" {name}=\"");
        let parts: Vec<_> = html.split(&*start).skip(1).collect();
        parts.into_iter().filter_map(|rest| rest.split_once('"')).map(|(value, _)| value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_that_leave_the_guide_become_addresses() {
        let page = "[a](b.md#c) [d](../zh-CN/e.md) [f](../../../crates/x/README.md#g) [h](https://i) `v[0](1 + 2)` \
                    [j](../zh-CN/README.md) [k](README.md) [l](#m)";
        let file = Path::new("docs/guide/en/a.md");
        let expected = "[a](b.md#c) [d](../zh-CN/e.md) [f](https://r/blob/main/crates/x/README.md#g) [h](https://i) \
                        `v[0](1 + 2)` [j](../zh-CN/index.html) [k](README.md) [l](#m)";
        assert_eq!(rewrite(page, file, Path::new("docs/guide"), "https://r/blob/main/"), expected);
    }

    #[test]
    fn dead_links_and_anchors_are_named() {
        let target = std::env::temp_dir().join(format!("coze-xtask-links-{}", std::process::id()));
        let write = |file: &str, html: &str| {
            std::fs::create_dir_all(target.join(file).parent().unwrap()).unwrap();
            std::fs::write(target.join(file), html).unwrap();
        };
        write(
            "en/a.html",
            r##"<a href="../zh/b.html#%E4%B8%AD">, <a href="#top">, <a href="https://c">, <h1 id="top">"##,
        );
        write("zh/b.html", r#"<h2 id="中"> <img src="../en/a.html">"#);
        let fine = check(&target, &["en", "zh"]);
        write("zh/b.html", r##"<h2 id="文"> <a href="gone.html"> <a href="#gone">"##);
        let dead = check(&target, &["en", "zh"]);
        std::fs::remove_dir_all(&target).unwrap();
        assert_eq!(fine.unwrap(), (2, 3));
        let dead = dead.unwrap_err().to_string();
        let lines: Vec<_> = dead.lines().collect();
        assert!(
            matches!(&lines[..], [anchor, page, here]
            if anchor.contains("a.html: links to ../zh/b.html#%E4%B8%AD")
            && page.contains("b.html: links to gone.html") && here.contains("#gone")),
            "{dead}"
        );
    }
}
