//! The fields of an object in the file of a workflow, taken one by one so that errors name them.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::http::schema::brief;

/// The remaining fields of an object; what remains at the end is unknown.
#[derive(Debug)]
pub(super) struct Fields {
    map: Map<String, Value>,
    asked: Vec<&'static str>,
}

impl Fields {
    pub(super) fn of(value: Value) -> Result<Self, String> {
        match value {
            Value::Object(map) => Ok(Self { map, asked: Vec::new() }),
            value => Err(format!("expected an object, got {}", brief(&value))),
        }
    }

    /// Takes a field; null means absent.
    pub(super) fn optional<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<Option<T>, String> {
        self.asked.push(name);
        match self.map.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => {
                serde_json::from_value(value).map(Some).map_err(|error| format!("{name}: {error}"))
            }
        }
    }

    pub(super) fn required<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T, String> {
        self.optional(name)?.ok_or_else(|| format!("{name}: required, but missing"))
    }

    /// Rejects the remaining fields.
    pub(super) fn finish(&self) -> Result<(), String> {
        match self.map.keys().next() {
            Some(name) => Err(format!("{name}: unknown field; known here: {}", self.asked.join(", "))),
            None => Ok(()),
        }
    }
}
