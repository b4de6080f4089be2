//! `cargo xtask book`: builds the guide in both languages, with search and without broken links.

mod links;

use std::path::Path;
use std::process::Command;

use crate::metadata::Metadata;
use crate::packages::files_address;
use crate::shell::{Result, capture, command, files, read, root, run};

const GUIDE: &str = "docs/guide";

struct Book {
    language: &'static str,
    /// Differences from `book.toml`, which mdBook reads from the environment.
    settings: &'static [(&'static str, &'static str)],
    /// A term, and the page that a search for it must find.
    search: (&'static str, &'static str),
}

const BOOKS: [Book; 2] = [
    Book { language: "en", settings: &[], search: ("interrupt", "workflows.html") },
    Book {
        language: "zh-CN",
        settings: &[
            ("BOOK__TITLE", "扣子 (Coze) Rust SDK"),
            ("BOOK__LANGUAGE", "zh-CN"),
            ("OUTPUT__HTML__ADDITIONAL_JS", r#"["search-zh.js"]"#),
            // Terms are pairs of characters, all of which must occur in a section.
            ("OUTPUT__HTML__SEARCH__USE_BOOLEAN_AND", "true"),
            ("OUTPUT__HTML__SEARCH__TEASER_WORD_COUNT", "10"),
        ],
        search: ("工作流", "workflows.html"),
    },
];

/// Builds the books in `target/guide`.
pub(crate) fn build(metadata: &Metadata) -> Result {
    install()?;
    let target = metadata.target_directory.join("guide");
    if target.exists() {
        std::fs::remove_dir_all(&target)?;
    }
    let address = files_address(metadata.repository()?);
    for Book { language, settings, .. } in &BOOKS {
        let source = target.join("source").join(language);
        copy(&Path::new(GUIDE).join(language), &source, &address)?;
        let mut mdbook = command("mdbook");
        mdbook.args(["build", GUIDE]).env("RUST_LOG", "warn");
        mdbook.env("MDBOOK_BOOK__SRC", &source).env("MDBOOK_BUILD__BUILD_DIR", target.join(language));
        for (key, value) in *settings {
            mdbook.env(format!("MDBOOK_{key}"), value);
        }
        run(&mut mdbook)?;
    }
    let (pages, links) = links::check(&target, &BOOKS.map(|book| book.language))?;
    println!("{pages} pages, {links} links, none of them broken");
    for Book { language, search: (term, page), .. } in &BOOKS {
        search(&target.join(language), term, page)?;
    }
    Ok(())
}

/// Copies the pages of a book; links that leave the guide become addresses in the repository.
fn copy(from: &Path, to: &Path, address: &str) -> Result {
    for file in files()?.into_iter().filter(|file| file.starts_with(from)) {
        let page = to.join(file.strip_prefix(from)?);
        std::fs::create_dir_all(page.parent().unwrap_or(to))?;
        std::fs::write(page, links::rewrite(&read(&file)?, &file, Path::new(GUIDE), address))?;
    }
    Ok(())
}

/// Searches the book like a reader, if Node is available.
fn search(book: &Path, term: &str, page: &str) -> Result {
    if capture(command("node").arg("--version")).is_err() {
        println!("not searched: there is no `node`");
        return Ok(());
    }
    let script = root().join("xtask/src/book/search.js");
    let found = capture(command("node").arg(script).arg(book).arg(term))?;
    if found.lines().any(|found| found.starts_with(page)) {
        return Ok(());
    }
    Err(format!("{}: a search for {term:?} finds {found:?}, and not {page}", book.display()).into())
}

/// Only what is required, and without optimization: the guide is small.
fn install() -> Result {
    let mut cargo = Command::new("cargo");
    cargo.args(["install", "mdbook", "--version", "^0.5", "--locked", "--debug"]);
    cargo.args(["--no-default-features", "--features", "search"]);
    if capture(command("mdbook").arg("--version")).is_ok() { Ok(()) } else { run(&mut cargo) }
}
