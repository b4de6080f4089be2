//! What happens in the sessions of the WebSocket endpoints.

use serde::Deserialize;
use serde_json::Value;

use super::Uses;

/// What happens in the sessions of an endpoint.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Rule {
    /// Path of the endpoint, or `*` for all of them.
    on: String,
    /// The rule holds for every n-th session.
    every: Option<u64>,
    /// So many of those pass by before the rule holds.
    skip: u64,
    /// How often the rule holds; always if absent.
    times: Option<u64>,
    /// What the utterances of a session say, one after the other.
    pub(crate) heard: Vec<String>,
    /// Time between two pings.
    pub(crate) ping_ms: Option<u64>,
    pub(crate) cues: Vec<Cue>,
    #[serde(skip)]
    uses: Uses,
}

/// What happens where an event is to be sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Cue {
    /// Type of the event.
    pub(crate) at: String,
    /// Which of the events of that type; all of them if absent.
    pub(crate) nth: Option<u64>,
    pub(crate) wait_ms: u64,
    /// Leaves the event out.
    pub(crate) instead: bool,
    /// What is sent then: objects as events, texts as they are, arrays as the bytes of a binary message.
    pub(crate) send: Vec<Value>,
    pub(crate) close: Option<Close>,
    /// Breaks the connection.
    pub(crate) cut: bool,
    /// Sends nothing more and keeps the connection.
    pub(crate) stall: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Close {
    /// None for a close frame without a code.
    pub(crate) code: Option<u16>,
    pub(crate) reason: String,
}

impl Rule {
    pub(super) fn uses(&self) -> &Uses {
        &self.uses
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if self.on != "*" && !self.on.starts_with('/') {
            return Err(format!("on: expected the path of an endpoint or *, got {:?}", self.on));
        }
        for (index, cue) in self.cues.iter().enumerate() {
            let Some(Close { code, reason }) = &cue.close else { continue };
            if code.is_some_and(|code| !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)) {
                return Err(format!("cues[{index}].close.code: expected one of RFC 6455 that can be sent"));
            }
            if reason.len() > 123 || (code.is_none() && !reason.is_empty()) {
                let problem = "expected at most 123 bytes, and none without a code";
                return Err(format!("cues[{index}].close.reason: {problem}"));
            }
        }
        Ok(())
    }

    /// Returns whether the rule applies to a session, and counts it.
    pub(super) fn holds(&self, path: &str) -> bool {
        (self.on == "*" || self.on == path) && self.uses.take(self.every, self.skip, self.times)
    }
}
