//! Events of a stream.

use serde::Deserialize;
use serde_json::Value;

/// An event of a stream.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) data: String,
}

impl Event {
    pub(crate) fn new(name: &str, data: &Value) -> Self {
        Self { name: name.to_owned(), data: data.to_string() }
    }
}

/// An event of a script.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Custom {
    pub(crate) name: String,
    /// A text is sent unchanged, everything else as JSON.
    pub(crate) data: Value,
}

impl From<Custom> for Event {
    fn from(custom: Custom) -> Self {
        let data = match custom.data {
            Value::String(text) => text,
            data => data.to_string(),
        };
        Self { name: custom.name, data }
    }
}
