//! Scripts: bots with scripted answers, faults, and results of documents.
//!
//! A script is a JSON file. Every key is optional except `id` and `reply` (or `refuse`); unknown keys are errors. The
//! documentation of the crate describes all keys.

pub(crate) mod document;
pub(crate) mod event;
pub(crate) mod fault;
mod pattern;
pub(crate) mod session;
mod shape;
pub(crate) mod step;
pub(crate) mod wire;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use crate::state::Id;
use document::DocumentResult;
use fault::{Fault, Refuse};
use pattern::Pattern;
use shape::Shape;
use step::Reply;
use wire::Wire;

/// Bots and faults besides the demo agent, results of documents, and events of WebSocket sessions.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Script {
    pub(crate) bots: Vec<Bot>,
    pub(crate) faults: Vec<Fault>,
    documents: Vec<document::Rule>,
    sessions: Vec<session::Rule>,
}

/// Why a script cannot be used.
#[derive(Debug)]
pub struct ScriptError {
    origin: String,
    problem: String,
}

impl ScriptError {
    pub(crate) fn new(origin: &str, problem: impl ToString) -> Self {
        Self { origin: origin.to_owned(), problem: problem.to_string() }
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.problem)
    }
}

impl std::error::Error for ScriptError {}

impl Script {
    /// Parses a script from JSON text.
    pub fn parse(json: &str) -> Result<Self, ScriptError> {
        Self::parse_from("script", json)
    }

    /// Reads a script from a file.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ScriptError> {
        let origin = format!("script {}", path.as_ref().display());
        match std::fs::read_to_string(path) {
            Ok(json) => Self::parse_from(&origin, &json),
            Err(error) => Err(ScriptError { origin, problem: format!("cannot be read: {error}") }),
        }
    }

    fn parse_from(origin: &str, json: &str) -> Result<Self, ScriptError> {
        let wrong = |problem: String| ScriptError { origin: origin.to_owned(), problem };
        // Editors on Windows put a byte order mark before the text.
        let json = json.trim_start_matches('\u{feff}');
        let script: Self = serde_json::from_str(json).map_err(|error| wrong(error.to_string()))?;
        for (index, bot) in script.bots.iter().enumerate() {
            bot.check().map_err(|problem| wrong(format!("bots[{index}].{problem}")))?;
            if script.bots[..index].iter().any(|other| other.id == bot.id) {
                return Err(wrong(format!("bots[{index}].id: {} occurs twice", bot.id)));
            }
        }
        for (index, fault) in script.faults.iter().enumerate() {
            fault.check().map_err(|problem| wrong(format!("faults[{index}].{problem}")))?;
        }
        for (index, session) in script.sessions.iter().enumerate() {
            session.check().map_err(|problem| wrong(format!("sessions[{index}].{problem}")))?;
        }
        Ok(script)
    }

    /// Resets the counters of all rules and faults.
    pub(crate) fn restart(&self) {
        let rules = self.bots.iter().flat_map(|bot| &bot.rules).map(|rule| &rule.uses);
        let faults = self.faults.iter().map(Fault::uses);
        let documents = self.documents.iter().map(document::Rule::uses);
        let sessions = self.sessions.iter().map(session::Rule::uses);
        rules.chain(faults).chain(documents).chain(sessions).for_each(Uses::restart);
    }

    pub(crate) fn bot(&self, id: Id) -> Option<&Bot> {
        self.bots.iter().find(|bot| Id::parse(&bot.id) == Some(id))
    }

    /// Decides how a document with the given name is processed.
    pub(crate) fn document_result(&self, name: &str) -> DocumentResult {
        self.documents.iter().find_map(|rule| rule.result(name)).unwrap_or_default()
    }

    /// Returns the events of a session of an endpoint.
    pub(crate) fn session(&self, path: &str) -> session::Rule {
        self.sessions.iter().find(|rule| rule.holds(path)).cloned().unwrap_or_default()
    }
}

/// A scripted bot; the demo agent answers inputs that no rule matches.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Bot {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) prologue: String,
    /// Variables of its users with their defaults; answers contain them as `{name}`.
    pub(crate) variables: BTreeMap<String, String>,
    /// Time between two deltas; by default that of the server.
    pub(crate) pace_ms: Option<u64>,
    /// Form of the streams of this bot, unless a rule sets its own.
    pub(crate) wire: Wire,
    pub(crate) rules: Vec<Rule>,
}

impl Bot {
    fn check(&self) -> Result<(), String> {
        if Id::parse(&self.id).is_none() {
            return Err(format!("id: expected a text of up to 19 digits, got {:?}", self.id));
        }
        self.wire.check().map_err(|problem| format!("wire.{problem}"))?;
        for (index, rule) in self.rules.iter().enumerate() {
            if rule.reply.is_some() == rule.refuse.is_some() {
                return Err(format!("rules[{index}]: expected either reply or refuse"));
            }
            let refuse = rule.refuse.as_ref().map_or(Ok(()), Refuse::check);
            refuse.map_err(|problem| format!("rules[{index}].refuse.{problem}"))?;
            let wire = rule.wire.as_ref().map_or(Ok(()), Wire::check);
            wire.map_err(|problem| format!("rules[{index}].wire.{problem}"))?;
        }
        Ok(())
    }

    /// Returns the first rule that matches an input, and counts its use.
    pub(crate) fn rule(&self, input: &str) -> Option<&Rule> {
        self.rules
            .iter()
            .find(|rule| rule.when.matches(input) && rule.uses.take(rule.every, rule.skip, rule.times))
    }
}

/// One rule: its condition, and its effect.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Rule {
    pub(crate) when: When,
    /// Applies the rule to every n-th matching input.
    every: Option<u64>,
    /// Number of those that are skipped first.
    skip: u64,
    /// How often the rule applies; always if absent.
    times: Option<u64>,
    pub(crate) reply: Option<Reply>,
    pub(crate) refuse: Option<Refuse>,
    pub(crate) wire: Option<Wire>,
    #[serde(skip)]
    uses: Uses,
}

/// Condition for the text of the user's input; all given parts must match.
#[derive(Clone, Debug, Default)]
pub(crate) struct When(Conditions);

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Conditions {
    exact: Option<String>,
    contains: Option<String>,
    prefix: Option<String>,
    /// Text with `{name}` for words to capture.
    pattern: Option<Pattern>,
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let shape: Shape<Self, IgnoredAny, Conditions> =
            Shape::new("the exact text, or an object with exact, contains, prefix, pattern", Self);
        deserializer.deserialize_any(
            shape.or_text(|text| Self(Conditions { exact: Some(text), ..Conditions::default() })),
        )
    }
}

impl When {
    fn matches(&self, input: &str) -> bool {
        let input = input.trim();
        let Conditions { exact, contains, prefix, pattern } = &self.0;
        exact.as_ref().is_none_or(|text| input == text)
            && contains.as_ref().is_none_or(|text| input.contains(text.as_str()))
            && prefix.as_ref().is_none_or(|text| input.starts_with(text.as_str()))
            && pattern.as_ref().is_none_or(|pattern| pattern.captures(input).is_some())
    }

    /// Returns the words that the pattern captures in a matching input.
    pub(crate) fn captures(&self, input: &str) -> BTreeMap<String, String> {
        self.0.pattern.as_ref().and_then(|pattern| pattern.captures(input.trim())).unwrap_or_default()
    }
}

/// Counts matches.
#[derive(Debug, Default)]
struct Uses(AtomicU64);

impl Clone for Uses {
    fn clone(&self) -> Self {
        Self(AtomicU64::new(self.0.load(Ordering::Relaxed)))
    }
}

impl Uses {
    fn restart(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// Counts one match, and returns whether it applies: every n-th, and of those `times` after the first `skip`.
    fn take(&self, every: Option<u64>, skip: u64, times: Option<u64>) -> bool {
        let every = every.unwrap_or(1).max(1);
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        let hit = number / every;
        number.is_multiple_of(every) && hit > skip && times.is_none_or(|times| hit - skip <= times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_place() {
        for (json, expected) in [
            ("{", "script: EOF"),
            (r#"{"bot":[]}"#, "unknown field `bot`"),
            (r#"{"bots":[{"id":"x"}]}"#, "bots[0].id: expected a text of up to 19 digits"),
            (r#"{"bots":[{"id":"1","rules":[{}]}]}"#, "bots[0].rules[0]: expected either reply or refuse"),
            (
                r#"{"bots":[{"id":"1","rules":[{"reply":{"steps":[{"anser":"x"}]}}]}]}"#,
                "unknown variant `anser`",
            ),
            (r#"{"bots":[{"id":"1","rules":[{"reply":7}]}]}"#, "expected a text, or an object with steps"),
            (r#"{"bots":[{"id":"1"},{"id":"1"}]}"#, "bots[1].id: 1 occurs twice"),
            (r#"{"bots":[{"id":"1","wire":{"headers":{"a b":"c"}}}]}"#, "bots[0].wire.headers: \"a b\""),
            (
                r#"{"faults":[{"on":"GET /","answer":{"status":99}}]}"#,
                "faults[0].answer.status: expected 200 to 599",
            ),
            (r#"{"faults":[{"on":"/v1"}]}"#, "faults[0].on: expected a method and a path"),
            (r#"{"sessions":[{"on":"chat"}]}"#, "sessions[0].on: expected the path of an endpoint or *"),
            (
                r#"{"sessions":[{"on":"*","cues":[{"at":"x","close":{"code":1006}}]}]}"#,
                "sessions[0].cues[0].close.code",
            ),
        ] {
            let error = Script::parse(json).unwrap_err().to_string();
            assert!(error.contains(expected), "{json}: {error}");
        }
        let missing = Script::read("/nonexistent/x.json").unwrap_err().to_string();
        assert!(missing.starts_with("script /nonexistent/x.json: cannot be read"), "{missing}");
    }

    #[test]
    fn rules_hold_in_order_and_as_often_as_they_say() {
        let script = Script::parse(
            r#"{"bots":[{"id":"1","rules":[
                {"when":"a","times":1,"reply":"first"},
                {"when":{"exact":"a"},"skip":1,"reply":"third"},
                {"when":{"contains":"b"},"reply":"b"}]}]}"#,
        )
        .unwrap();
        let bot = script.bot(Id::new(1)).unwrap();
        let reply = |input: &str| match bot.rule(input)?.reply.clone()? {
            Reply::Text(text) => Some(text),
            Reply::Plan(_) => None,
        };
        assert_eq!(reply("a").as_deref(), Some("first"));
        assert_eq!(reply("a"), None);
        assert_eq!(reply(" a ").as_deref(), Some("third"));
        assert_eq!(reply("abc").as_deref(), Some("b"));
        assert_eq!(reply("c"), None);
    }

    #[test]
    fn every_skip_and_times_go_together() {
        let uses = Uses::default();
        let taken: Vec<u32> = (1..=12).filter(|_| uses.take(Some(3), 1, Some(2))).collect();
        assert_eq!(taken, [6, 9]);
    }

    #[test]
    fn documents_are_processed_as_the_first_rule_says() {
        let script = Script::parse(
            r#"{"documents":[{"when":{"contains":"broken"},"times":1,"looks":1,"fail":"no text"},{"when":"slow","looks":9}]}"#,
        )
        .unwrap();
        let result = |looks, fail: Option<&str>| DocumentResult { looks, fail: fail.map(str::to_owned) };
        assert_eq!(script.document_result("a broken one"), result(1, Some("no text")));
        assert_eq!(script.document_result("a broken one"), result(3, None));
        assert_eq!(script.document_result("slow"), result(9, None));
        assert!(Script::parse(r#"{"documents":[{"name":"x"}]}"#).is_err());
    }

    #[test]
    fn faults_match_method_path_and_count() {
        let fault = |json: &str| serde_json::from_str::<Fault>(json).unwrap();
        let every = fault(r#"{"on":"GET /v1/bots/*","every":2}"#);
        assert_eq!([1, 2, 3, 4].map(|_| every.hits("GET", "/v1/bots/7")), [false, true, false, true]);
        assert!(!every.hits("POST", "/v1/bots/7") && !every.hits("GET", "/v1/users/me"));
        let once = fault(r#"{"on":"* /v3/chat","times":1}"#);
        assert_eq!([once.hits("POST", "/v3/chat"), once.hits("POST", "/v3/chat")], [true, false]);
    }
}
