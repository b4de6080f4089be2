//! One request on its way to the handler of its endpoint.

use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http_body_util::{BodyExt, Collected, Limited};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::id::Id;
use crate::refusal::Refusal;
use crate::schema::{Field, check, query_object};
use crate::server::Shared;

/// Bodies of JSON requests may have so many bytes.
pub(crate) const MAX_JSON: usize = 8 << 20;
/// Bodies of workflow requests may have so many, as their page says.
const MAX_WORKFLOW_JSON: usize = 20 << 20;
/// Bodies that hold documents, as base64, may have so many.
const MAX_DOCUMENTS_JSON: usize = 128 << 20;

/// Carries what a handler needs to serve a request.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) sim: Arc<Shared>,
    pub(crate) user: Id,
    pub(crate) head: Parts,
    pub(crate) body: Incoming,
    /// Index of the record that tests look at.
    pub(crate) record: u64,
    /// Log id of the answer.
    pub(crate) log: String,
    pub(crate) params: Vec<(&'static str, String)>,
}

impl Call {
    /// Reads the query against its table of fields.
    pub(crate) fn query<T: DeserializeOwned>(&self, fields: &[Field]) -> Result<T, Refusal> {
        let rules = self.sim.rules();
        let mut object = query_object(fields, pairs(self.head.uri.query().unwrap_or_default()), rules)?;
        check(fields, &mut object, "", rules)?;
        typed(object)
    }

    /// Refuses every query key, for endpoints that know none.
    pub(crate) fn no_query(&self) -> Result<(), Refusal> {
        self.query::<Value>(&[]).map(drop)
    }

    /// Reads the JSON body against its table of fields; no body is an empty object.
    pub(crate) async fn json<T: DeserializeOwned>(&mut self, fields: &[Field]) -> Result<T, Refusal> {
        let mut object = self.object().await?;
        check(fields, &mut object, "", self.sim.rules())?;
        typed(object)
    }

    async fn object(&mut self) -> Result<Map<String, Value>, Refusal> {
        let body = self.bytes().await?;
        if body.is_empty() {
            return Ok(Map::new());
        }
        let kind =
            self.head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
            return Err(Refusal::invalid(
                "Content-Type",
                format!("expected application/json for a body, got {kind:?}"),
            ));
        }
        match serde_json::from_slice(&body) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err(Refusal::invalid("body", "expected a JSON object")),
            Err(error) => Err(Refusal::invalid("body", format!("not JSON: {error}"))),
        }
    }

    async fn bytes(&mut self) -> Result<Bytes, Refusal> {
        let limit = match self.head.uri.path() {
            path if path.starts_with("/v1/workflow") => MAX_WORKFLOW_JSON,
            "/open_api/knowledge/document/create" => MAX_DOCUMENTS_JSON,
            _ => MAX_JSON,
        };
        let body = read(&mut self.body, limit).await.ok_or_else(|| {
            Refusal::invalid("body", format!("did not arrive whole, or has more than {limit} bytes"))
        })?;
        self.sim.journal.body(self.record, &body);
        Ok(body)
    }

    /// Reads an id from the path.
    pub(crate) fn path_id(&self, name: &'static str) -> Result<Id, Refusal> {
        let text = self.params.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value);
        Id::parse(text).ok_or_else(|| {
            Refusal::invalid(name, format!("expected an id (up to 19 digits) in the path, got {text:?}"))
        })
    }
}

/// Reads a whole body; `None` if it breaks off or is too large.
pub(crate) async fn read(body: &mut Incoming, limit: usize) -> Option<Bytes> {
    Limited::new(body, limit).collect().await.ok().map(Collected::to_bytes)
}

pub(crate) fn typed<T: DeserializeOwned>(object: Map<String, Value>) -> Result<T, Refusal> {
    // The table was checked, so this fails only if the table and the type disagree.
    serde_json::from_value(Value::Object(object)).map_err(|error| Refusal::Invalid(error.to_string()))
}

/// Splits a query (or form) into decoded pairs.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn queries_are_split_and_decoded() {
        let decoded = pairs("a=1&b=%E4%BD%A0%E5%A5%BD+x&c&&d=%3D%26");
        let expected = [("a", "1"), ("b", "你好 x"), ("c", ""), ("d", "=&")];
        assert_eq!(decoded, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
