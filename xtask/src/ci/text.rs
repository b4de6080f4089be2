//! What must not occur in any text of the project.

use std::path::Path;

use crate::shell::{Result, files, root, verdict};

/// This file, which contains the words that it looks for.
const HERE: &str = "xtask/src/ci/text.rs";
/// Words of unfinished work.
const UNFINISHED: [&str; 6] = ["TODO", "FIXME", "XXX", "todo!", "unimplemented!", "dbg!"];
/// Prefixes of paths that exist on one machine only.
const PLACES: [&str; 3] = ["/root/", "/home/", "/Users/"];
/// Longest source file, in lines: a file is one resource, and a longer one is split by sub-resource.
const LONGEST: usize = 600;
/// Generated files, whose hashes may look like anything.
const GENERATED: [&str; 2] = ["Cargo.lock", "package-lock.json"];

pub(crate) fn check() -> Result {
    let mut problems = Vec::new();
    let mut count = 0;
    for file in files()?.iter().filter(|file| *file != Path::new(HERE)) {
        // Test data may be binary.
        let Ok(text) = String::from_utf8(std::fs::read(root().join(file))?) else { continue };
        count += 1;
        if !GENERATED.iter().any(|name| file.ends_with(name)) {
            problems.extend(lines(&text).into_iter().map(|problem| format!("{}:{problem}", file.display())));
        }
        if is_source(file) && text.lines().count() > LONGEST {
            problems.push(format!(
                "{}: {} lines, split files over {LONGEST}",
                file.display(),
                text.lines().count()
            ));
        }
        if file.ends_with("package-lock.json") && text.contains("\"resolved\"") {
            problems.push(format!(
                "{}: names a registry; run npm with --omit-lockfile-registry-resolved",
                file.display()
            ));
        }
    }
    println!("{count} text files");
    verdict(problems)
}

/// `LINE: problem` for each offending line.
fn lines(text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        if let Some(word) = UNFINISHED.iter().find(|word| holds_word(line, word)) {
            problems.push(format!("{number}: {word}: finish it, or open an issue"));
        }
        if let Some(place) = PLACES.iter().find(|place| line.contains(**place)) {
            problems.push(format!("{number}: a path of one machine ({place})"));
        }
    }
    problems
}

fn holds_word(line: &str, word: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(start, _)| {
        let after = &line[start + word.len()..];
        !line[..start].ends_with(part_of_name) && (word.ends_with('!') || !after.starts_with(part_of_name))
    })
}

fn is_source(file: &Path) -> bool {
    let tests = ["tests", "benches", "fuzz"].map(std::ffi::OsStr::new);
    file.extension().is_some_and(|extension| extension == "rs")
        && !file.iter().any(|part| tests.contains(&part) || part == "tests.rs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_work_is_found_as_a_word() {
        assert_eq!(lines("fine\n// TODO later"), ["2: TODO: finish it, or open an issue"]);
        assert_eq!(lines("    todo!()").len(), 1);
        assert_eq!(lines("dbg!(a)").len(), 1);
        for fine in ["TODOS", "method_TODO", "my_dbg!(a)", "XXXL", "7XXX"] {
            assert_eq!(lines(fine), Vec::<String>::new(), "{fine}");
        }
    }

    #[test]
    fn paths_of_one_machine_are_found() {
        assert_eq!(lines("see /home/me/coze").len(), 1);
        assert_eq!(lines("see docs/homework/a.md"), Vec::<String>::new());
    }

    #[test]
    fn tests_may_be_long() {
        assert!(is_source(Path::new("crates/coze/src/client.rs")));
        assert!(!is_source(Path::new("crates/coze/tests/chat.rs")));
        assert!(!is_source(Path::new("crates/coze-sse/src/parser/tests.rs")));
        assert!(!is_source(Path::new("README.md")));
    }
}
