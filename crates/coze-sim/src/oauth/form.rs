//! The JSON bodies of token and device requests.

use http::request::Parts;
use serde_json::{Map, Value};

use super::failure::Failure;
use super::is_json;

/// Fields of the official pages and of the official SDKs.
const FIELDS: [&str; 11] = [
    "grant_type",
    "client_id",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "device_code",
    "duration_seconds",
    "scope",
    "account_id",
    "enterprise_id",
];

/// A body with known fields; null and empty texts mean absent ones.
#[derive(Debug)]
pub(super) struct Form(Map<String, Value>);

impl Form {
    pub(super) fn read(head: &Parts, body: Option<&[u8]>) -> Result<Self, Failure> {
        let body =
            body.ok_or_else(|| Failure::parameter("body", "it is truncated, or larger than 64 KiB"))?;
        if !is_json(head) {
            return Err(Failure::parameter("Content-Type", "expected application/json"));
        }
        let Ok(Value::Object(mut fields)) = serde_json::from_slice(body) else {
            return Err(Failure::parameter("body", "expected a JSON object"));
        };
        fields.retain(|_, value| !value.is_null() && value.as_str() != Some(""));
        match fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
            Some(unknown) => Err(Failure::parameter(unknown, "no endpoint has such a field")),
            None => Ok(Self(fields)),
        }
    }

    /// Returns a required text.
    pub(super) fn text(&self, name: &str) -> Result<&str, Failure> {
        self.optional(name)?.ok_or_else(|| Failure::parameter(name, "it is required"))
    }

    pub(super) fn optional(&self, name: &str) -> Result<Option<&str>, Failure> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Failure::parameter(name, "expected a text")),
        }
    }

    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}
