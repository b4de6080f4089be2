//! Plain words in documents, comments and texts of programs, by the list in `words.txt`.

use std::ffi::OsStr;
use std::path::Path;

use crate::shell::{Result, files, read, verdict};

const LIST: &str = include_str!("words.txt");
/// This file, whose tests contain such phrases.
const HERE: &str = "xtask/src/ci/words.rs";
/// Folders with Rust sources that are checked: comments, and texts in quotes.
const SOURCES: [&str; 8] = [
    "crates/coze/src",
    "crates/coze-cli/src",
    "crates/coze-sim/src",
    "crates/coze-sse/src",
    "crates/coze-transport/src",
    "crates/coze-types/src",
    "crates/wehan/src",
    "xtask/src",
];

pub(crate) fn check() -> Result {
    let list = parse(LIST)?;
    let (mut problems, mut count) = (Vec::new(), 0);
    for file in files()? {
        let text = match Kind::of(&file) {
            None => continue,
            Some(Kind::Document) => document(&read(&file)?),
            Some(Kind::Source) => source(&read(&file)?),
        };
        count += 1;
        for (line, phrase, instead) in find(&text, &list) {
            problems.push(format!("{}:{line}: \"{phrase}\": {instead}", file.display()));
        }
    }
    println!("{count} files, {} phrases", list.iter().map(|entry| entry.phrases.len()).sum::<usize>());
    verdict(problems)
}

struct Entry<'a> {
    phrases: Vec<Vec<&'a str>>,
    instead: &'a str,
}

fn parse(list: &str) -> Result<Vec<Entry<'_>>> {
    let mut entries = Vec::new();
    for line in list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (phrases, instead) =
            line.split_once(" -> ").ok_or_else(|| format!("words.txt: no `->` in {line:?}"))?;
        let phrases = phrases.split(", ").map(|phrase| phrase.split(' ').collect()).collect();
        entries.push(Entry { phrases, instead });
    }
    Ok(entries)
}

enum Kind {
    Document,
    Source,
}

impl Kind {
    fn of(file: &Path) -> Option<Self> {
        let name = file.file_name().and_then(OsStr::to_str).unwrap_or_default();
        let chinese = name.contains("zh-CN") || file.iter().any(|part| part == "zh-CN");
        match file.extension().and_then(OsStr::to_str) {
            Some("md") if !chinese => Some(Self::Document),
            Some("rs")
                if file != Path::new(HERE) && SOURCES.iter().any(|folder| file.starts_with(folder)) =>
            {
                let is_test = file.iter().any(|part| part == "tests" || part == "tests.rs");
                (!is_test).then_some(Self::Source)
            }
            _ => None,
        }
    }
}

/// The prose of a document: without code blocks.
fn document(text: &str) -> String {
    let mut fenced = false;
    let keep = |line: &str| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        if fence || fenced { String::from(BREAK) } else { line.to_owned() }
    };
    text.lines().map(keep).collect::<Vec<_>>().join("\n")
}

/// The prose of a source: comments without their code, and quoted text on one line.
fn source(text: &str) -> String {
    let mut fenced = false;
    let keep = |line: &str| {
        let line = line.trim_start();
        if let Some(comment) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) {
            let fence = comment.trim_start().starts_with("```");
            fenced ^= fence;
            return if fence || fenced { String::from(BREAK) } else { comment.to_owned() };
        }
        fenced = false;
        if let Some(comment) = line.strip_prefix("//") {
            return comment.to_owned();
        }
        let quoted = line.split('"').skip(1).step_by(2).map(without_names);
        format!("{BREAK}{}{BREAK}", quoted.collect::<Vec<_>>().join(&String::from(BREAK)))
    };
    text.lines().map(keep).collect::<Vec<_>>().join("\n")
}

/// A text without the names of formatted values.
fn without_names(text: &str) -> String {
    let mut parts = text.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "{" + part.split_once('}').map_or(part, |(_, rest)| rest))
}

/// Replaces anything that is not prose.
const BREAK: char = '|';

/// `(line, phrase, replacement)` for each phrase of the list.
fn find<'a>(text: &str, list: &[Entry<'a>]) -> Vec<(usize, String, &'a str)> {
    let words = words(text);
    let mut found = Vec::new();
    for (at, (line, _)) in words.iter().enumerate() {
        for entry in list {
            let holds = |phrase: &&Vec<&str>| {
                words.get(at..at + phrase.len()).is_some_and(|words| {
                    words.iter().zip(*phrase).all(|((_, word), expected)| word == expected)
                })
            };
            if let Some(phrase) = entry.phrases.iter().filter(holds).max_by_key(|phrase| phrase.len()) {
                found.push((*line, phrase.join(" "), entry.instead));
            }
        }
    }
    found
}

/// The words of a text in lower case, each with its line; code and punctuation become words that occur in no phrase.
fn words(text: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    let mut in_code = false;
    for (line, number) in text.lines().zip(1..) {
        in_code &= !line.trim().is_empty();
        for (position, piece) in line.split('`').enumerate() {
            in_code ^= position > 0;
            if in_code {
                words.push((number, String::from(BREAK)));
                continue;
            }
            let is_word = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '-' | '_');
            for part in piece.split_inclusive(|c| !is_word(c)) {
                let word = part.trim_end_matches(|c| !is_word(c));
                if !word.is_empty() {
                    words.push((number, word.to_lowercase()));
                }
                if part[word.len()..].chars().any(|c| !c.is_whitespace()) {
                    words.push((number, String::from(BREAK)));
                }
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, String, &'static str)> {
        let list = parse("come to rest, at rest -> in a terminal state\nfor ever -> forever").unwrap();
        find(text, &list)
    }

    #[test]
    fn phrases_are_found_across_lines_and_in_any_case() {
        assert_eq!(found("a\nCome to\nrest."), [(2, "come to rest".to_owned(), "in a terminal state")]);
        assert_eq!(found("At rest, for ever").len(), 2);
    }

    #[test]
    fn parts_of_words_code_and_sentences_are_no_phrases() {
        for fine in ["come to restore", "come `to` rest", "He has come. To rest", "`at rest`", "at-rest"] {
            assert_eq!(found(fine), [], "{fine}");
        }
    }

    #[test]
    fn blocks_of_code_are_no_prose() {
        assert_eq!(
            found(&document("a\n```\nat rest\n```\nat rest")),
            [(5, "at rest".to_owned(), "in a terminal state")]
        );
        let text = "//! for ever\n// for ever\nlet a = \"at rest\"; // at rest\n/// ```\n/// for ever\n/// ```\nfor ever";
        assert_eq!(found(&source("format!(\"{a} at rest {at:?}rest\")")).len(), 1);
        let lines: Vec<_> = found(&source(text)).into_iter().map(|(line, ..)| line).collect();
        assert_eq!(lines, [1, 2, 3]);
    }

    #[test]
    fn the_list_is_well_formed() {
        assert!(parse(LIST).unwrap().len() > 20);
        assert!(parse("no arrow").is_err());
    }
}
