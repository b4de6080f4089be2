//! The inputs of a workflow.

use std::fmt;

use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::core::error::EncodeError;
use crate::model::id::FileId;

/// The inputs of a workflow by name.
///
/// Made one by one, or from any value that serialises as a JSON object:
///
/// ```
/// use coze_types::workflow::{FileRef, Parameters};
/// use serde::Serialize;
///
/// let one = Parameters::new().with("city", "杭州").file("photo", "7379462189365198898");
///
/// #[derive(Serialize)]
/// struct Inputs {
///     city: &'static str,
///     photo: FileRef,
/// }
/// let other = Parameters::from_value(&Inputs { city: "杭州", photo: FileRef::new("7379462189365198898") })?;
/// assert_eq!(one, other);
/// # Ok::<(), coze_types::EncodeError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Parameters(Map<String, Value>);

impl Parameters {
    /// No inputs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes any value that serialises as a JSON object.
    pub fn from_value<T: Serialize + ?Sized>(value: &T) -> Result<Self, EncodeError> {
        match serde_json::to_value(value).map_err(EncodeError::json)? {
            Value::Object(map) => Ok(Self(map)),
            Value::Null => Ok(Self::new()),
            other => Err(EncodeError::message(format!(
                "the parameters of a workflow are a JSON object of names and values, not {}",
                kind(&other)
            ))),
        }
    }

    /// Sets an input.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// Sets an input of a file type to an uploaded file.
    #[must_use]
    pub fn file(self, name: impl Into<String>, file_id: impl Into<FileId>) -> Self {
        self.with(name, FileRef::new(file_id).to_text())
    }

    /// Sets an input that is an array of files to uploaded files.
    #[must_use]
    pub fn files<I: Into<FileId>>(
        self,
        name: impl Into<String>,
        file_ids: impl IntoIterator<Item = I>,
    ) -> Self {
        let files: Vec<Value> =
            file_ids.into_iter().map(|file_id| FileRef::new(file_id).to_text().into()).collect();
        self.with(name, files)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Inputs as a JSON object.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }
}

impl From<Map<String, Value>> for Parameters {
    fn from(map: Map<String, Value>) -> Self {
        Self(map)
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// An uploaded file as an input of a workflow: on the wire the JSON text `{"file_id":"…"}` within a string.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct FileRef {
    /// File.
    pub file_id: FileId,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    file_id: FileId,
}

builder!(FileRef(file_id: FileId));

impl FileRef {
    /// Text on the wire.
    pub fn to_text(&self) -> String {
        // The id is escaped by the JSON writer, as any string.
        serde_json::json!({ "file_id": self.file_id }).to_string()
    }
}

impl fmt::Display for FileRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl Serialize for FileRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for FileRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wire: Wire = serde_json::from_str(&text).map_err(de::Error::custom)?;
        Ok(Self { file_id: wire.file_id })
    }
}
