//! Patterns that capture words of an input.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

/// A text such as `apply for {job_id} with {match_score}`.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    /// Text before the first name.
    prefix: String,
    /// The names, each with the text after it.
    names: Vec<(String, String)>,
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = |problem: &str| format!("pattern {text:?}: {problem}");
        let mut parts = text.split('{');
        let prefix = parts.next().unwrap_or_default().to_owned();
        let mut names: Vec<(String, String)> = Vec::new();
        for part in parts {
            let (name, behind) = part.split_once('}').ok_or_else(|| wrong("a { has no }"))?;
            if names.last().is_some_and(|(_, between)| between.is_empty()) {
                return Err(wrong("there must be a text between two names"));
            }
            if name.is_empty() || name.contains(char::is_whitespace) {
                return Err(wrong("expected a name between { and }"));
            }
            names.push((name.to_owned(), behind.to_owned()));
        }
        if names.is_empty() {
            return Err(wrong("expected at least one {name}; without, use exact"));
        }
        Ok(Self { prefix, names })
    }

    /// Returns the words at the names; `None` if the input does not match.
    pub(super) fn captures(&self, input: &str) -> Option<BTreeMap<String, String>> {
        let mut rest = input.strip_prefix(self.prefix.as_str())?;
        let mut kept = BTreeMap::new();
        let (last, others) = self.names.split_last()?;
        for (name, behind) in others {
            let (word, after) = rest.split_once(behind.as_str())?;
            kept.insert(name.clone(), word.trim().to_owned());
            rest = after;
        }
        let (name, behind) = last;
        kept.insert(name.clone(), rest.strip_suffix(behind.as_str())?.trim().to_owned());
        kept.values().all(|word| !word.is_empty()).then_some(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn words_are_kept_in_order() {
        let pattern = Pattern::parse("申请职位{job_id}，匹配度{score}分").unwrap();
        let kept = pattern.captures("申请职位 J-7，匹配度 87.5 分").unwrap();
        assert_eq!((kept["job_id"].as_str(), kept["score"].as_str()), ("J-7", "87.5"));
        for other in ["申请职位 J-7", "申请职位，匹配度1分", "我申请职位1，匹配度1分", "申请职位1，匹配度1"]
        {
            assert!(pattern.captures(other).is_none(), "{other}");
        }
        let open = Pattern::parse("apply {job} as {user}").unwrap();
        assert_eq!(open.captures("apply 7 as me as you").unwrap()["user"], "me as you");
    }

    #[test]
    fn bad_patterns_are_refused() {
        for bad in ["hello", "{a", "{a}{b}", "{}", "{a b}"] {
            assert!(Pattern::parse(bad).is_err(), "{bad}");
        }
    }
}
