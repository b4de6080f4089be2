//! Why a request is not carried out.

use http::StatusCode;
use serde_json::{Value, json};

/// A status, a reason, and the field at fault.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    message: String,
    field: Option<String>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), field: None }
    }

    /// A field and the rest of a sentence about it.
    pub(crate) fn field(field: &str, rule: impl AsRef<str>) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            message: format!("`{field}` {}", rule.as_ref()),
            field: Some(field.to_owned()),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        match &self.field {
            Some(field) => json!({"message": self.message, "field": field}),
            None => json!({"message": self.message}),
        }
    }
}
