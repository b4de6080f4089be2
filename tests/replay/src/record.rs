//! A recorded request, as it stands in a line of a file.

use std::fmt::Write as _;

use bytes::Bytes;
use http::Request;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;

/// A request; `query` and `multipart` hold decoded values.
#[derive(Clone, Debug, Deserialize)]
pub struct Record {
    /// Client that sent it.
    #[serde(default)]
    pub sdk: String,
    /// Method.
    pub method: String,
    /// Path, percent-encoded, without a query.
    pub path: String,
    #[serde(default)]
    /// Names and values of the query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// Media type of the body.
    #[serde(default)]
    pub content_type: Option<String>,
    /// JSON body.
    #[serde(default)]
    pub json: Option<Value>,
    #[serde(default)]
    /// Parts of a form.
    pub multipart: Option<Vec<Field>>,
}

/// A part of a form.
#[derive(Clone, Debug, Deserialize)]
pub struct Field {
    /// Name of the field.
    pub name: String,
    /// Name of the file, for a file.
    #[serde(default)]
    pub filename: Option<String>,
    /// Media type, where the part names one.
    #[serde(default)]
    pub content_type: Option<String>,
    /// Bytes of a file, whose content is not recorded.
    #[serde(default)]
    pub size: Option<usize>,
    /// Content of a part that is no file.
    #[serde(default)]
    pub value: Option<String>,
}

impl Field {
    /// The content, or as many bytes.
    pub fn content(&self) -> Bytes {
        match &self.value {
            Some(value) => Bytes::copy_from_slice(value.as_bytes()),
            None => vec![b'x'; self.size.unwrap_or_default()].into(),
        }
    }
}

/// Occurs in no recording.
const BOUNDARY: &str = "replay-7b1f0c9e5a";
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Record {
    /// The request as a server receives it.
    pub fn request(&self) -> Result<Request<Bytes>, String> {
        let mut target = self.path.clone();
        for (index, (name, value)) in self.query.iter().enumerate() {
            target.push(if index == 0 { '?' } else { '&' });
            target.extend(utf8_percent_encode(name, RESERVED));
            target.push('=');
            target.extend(utf8_percent_encode(value, RESERVED));
        }
        let builder = Request::builder().method(self.method.as_str()).uri(&target);
        let request = match (&self.json, &self.multipart) {
            (Some(_), Some(_)) => return Err("the line has both `json` and `multipart`".to_owned()),
            (Some(json), None) => {
                builder.header("content-type", "application/json").body(json.to_string().into())
            }
            (None, Some(parts)) => builder
                .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
                .body(form(parts)),
            (None, None) => builder.body(Bytes::new()),
        };
        request.map_err(|error| format!("the line is no request: {error}"))
    }
}

fn form(parts: &[Field]) -> Bytes {
    let mut body = Vec::new();
    for part in parts {
        let mut head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{}\"", part.name);
        // Writing to a string does not fail.
        if let Some(name) = &part.filename {
            let _ = write!(head, "; filename=\"{}\"", name.replace('"', "%22"));
        }
        if let Some(kind) = &part.content_type {
            let _ = write!(head, "\r\ncontent-type: {kind}");
        }
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(&part.content());
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body.into()
}
