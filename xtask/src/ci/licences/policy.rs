//! The two lists of `deny.toml` that the checks share with cargo-deny.

use std::fmt::{self, Display, Formatter};

use crate::metadata::Node;
use crate::shell::Result;

#[derive(Debug, PartialEq)]
pub(crate) struct Policy {
    /// `allow` of `[licenses]`.
    pub(crate) licences: Vec<String>,
    /// `skip` of `[bans]`.
    pub(crate) duplicates: Vec<Duplicate>,
}

/// A version that may stand beside another one of the same crate.
#[derive(Debug, PartialEq)]
pub(crate) struct Duplicate {
    pub(crate) name: String,
    /// A version or the first numbers of one.
    pub(crate) version: String,
}

impl Duplicate {
    pub(crate) fn covers(&self, node: &Node) -> bool {
        let rest = node.version.strip_prefix(&self.version);
        self.name == node.name && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

impl Display for Duplicate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

impl Policy {
    /// Reads the lists in the one layout that the file uses: one entry per line.
    ///
    /// A whole TOML parser would be a dependency for two lists; what is laid out differently is an error, never overlooked.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let licences =
            list(text, "[licenses]", "allow")?.iter().map(|line| quoted(line)).collect::<Result<_>>()?;
        let duplicates =
            list(text, "[bans]", "skip")?.iter().map(|line| duplicate(line)).collect::<Result<_>>()?;
        Ok(Self { licences, duplicates })
    }
}

/// The lines between `key = [` and `]` in a section, without comments.
fn list<'a>(text: &'a str, section: &str, key: &str) -> Result<Vec<&'a str>> {
    let missing = || format!("deny.toml: no list `{key} = [` with one entry per line in {section}");
    let section = text.lines().map(str::trim).skip_while(|line| *line != section).skip(1);
    let start = format!("{key} = [");
    let mut lines = section.take_while(|line| !is_header(line)).skip_while(|line| *line != start).skip(1);
    let mut entries = Vec::new();
    loop {
        match lines.next().ok_or_else(missing)? {
            "]" => return Ok(entries),
            line if line.is_empty() || line.starts_with('#') => {}
            line => entries.push(line),
        }
    }
}

fn is_header(line: &str) -> bool {
    line.starts_with('[') && line.ends_with(']')
}

/// Reads `"MIT",`.
fn quoted(line: &str) -> Result<String> {
    let value = line.strip_prefix('"').and_then(|rest| rest.strip_suffix("\","));
    let value = value
        .filter(|value| !value.contains('"'))
        .ok_or_else(|| format!("deny.toml: not a string: {line}"))?;
    Ok(value.to_owned())
}

/// Reads `{ crate = "name@version", reason = "why" },`.
fn duplicate(line: &str) -> Result<Duplicate> {
    let entry = || {
        let rest = line.strip_prefix("{ crate = \"")?;
        let (id, rest) = rest.split_once("\", reason = \"")?;
        let reason = rest.strip_suffix("\" },")?;
        let (name, version) = id.split_once('@')?;
        (!reason.is_empty()).then(|| Duplicate { name: name.to_owned(), version: version.to_owned() })
    };
    let shape = r#"{ crate = "name@version", reason = "why" },"#;
    entry().ok_or_else(|| format!("deny.toml: {line}: an entry of `skip` is written `{shape}`").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
[licenses]
confidence-threshold = 0.9
allow = [
    # Permissive.
    "MIT",
    "Apache-2.0 WITH LLVM-exception",
]

[bans]
skip = [
    { crate = "windows-sys@0.52", reason = "ring" },
]
"#;

    #[test]
    fn reads_both_lists() {
        let policy = Policy::parse(TEXT).unwrap();
        assert_eq!(policy.licences, ["MIT", "Apache-2.0 WITH LLVM-exception"]);
        assert_eq!(policy.duplicates, [Duplicate { name: "windows-sys".into(), version: "0.52".into() }]);
    }

    #[test]
    fn another_layout_is_an_error_not_an_empty_list() {
        let broken = [
            ("    \"MIT\",\n", "    \"MIT\", \"ISC\",\n"),
            ("allow = [", "allow = [ \"ISC\","),
            ("[bans]", "[advisories]"),
            (", reason = \"ring\"", ""),
            ("windows-sys@0.52", "windows-sys"),
            ("[bans]\n", "[bans]\nskip = []\n[other]\n"),
        ];
        for (from, to) in broken {
            let error = Policy::parse(&TEXT.replace(from, to)).unwrap_err().to_string();
            assert!(error.starts_with("deny.toml: "), "{to}: {error}");
        }
    }

    #[test]
    fn the_deny_toml_of_this_workspace_is_read() {
        let text = std::fs::read_to_string(crate::shell::root().join("deny.toml")).unwrap();
        let policy = Policy::parse(&text).unwrap();
        assert!(policy.licences.contains(&"MIT".to_owned()));
    }
}
