//! One request on its way to the handler of its endpoint.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use bytes::Bytes;
use http_body_util::{BodyExt, Collected, Limited};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::http::border::Received;
use crate::http::schema::{Field, check, query_object};
use crate::id::Id;
use crate::refusal::Refusal;
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
    body: Mutex<Body>,
    record: u64,
    /// Log id of the answer.
    pub(crate) log: String,
    params: Vec<(String, String)>,
}

impl FromRequest<Arc<Shared>> for Call {
    type Rejection = Refusal;

    async fn from_request(request: Request, sim: &Arc<Shared>) -> Result<Self, Refusal> {
        let (mut head, body) = request.into_parts();
        let (user, params) = admit(&mut head, sim).await?;
        let received = head.extensions.get::<Received>();
        let (record, log) = received.map(|one| (one.record, one.log.to_string())).unwrap_or_default();
        Ok(Self { sim: Arc::clone(sim), user, head, body: Mutex::new(body), record, log, params })
    }
}

/// Reads the parts of the path, and finds the user of the token.
pub(crate) async fn admit(
    head: &mut Parts,
    sim: &Arc<Shared>,
) -> Result<(Id, Vec<(String, String)>), Refusal> {
    let params = RawPathParams::from_request_parts(head, sim).await;
    let params = params.map_err(|error| Refusal::invalid("path", error.to_string()))?;
    let params: Vec<_> = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    if sim.dialect.knows_only_numbers() && params.iter().any(|(_, value)| Id::parse(value).is_none()) {
        return Err(Refusal::NoEndpoint(format!("{} {}", head.method, head.uri.path())));
    }
    Ok((sim.user(head)?, params))
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

    pub(super) fn body(&mut self) -> Body {
        self.body.get_mut().map(std::mem::take).unwrap_or_default()
    }

    async fn bytes(&mut self) -> Result<Bytes, Refusal> {
        let limit = match self.head.uri.path() {
            path if path.starts_with("/v1/workflow") => MAX_WORKFLOW_JSON,
            "/open_api/knowledge/document/create" => MAX_DOCUMENTS_JSON,
            _ => MAX_JSON,
        };
        let body = read(self.body(), limit).await?;
        self.sim.journal.body(self.record, &body);
        Ok(body)
    }

    /// Returns a part of the path, decoded.
    pub(crate) fn path(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
    }

    /// Reads an id from the path.
    pub(crate) fn path_id(&self, name: &'static str) -> Result<Id, Refusal> {
        let text = self.path(name);
        Id::parse(text).ok_or_else(|| {
            Refusal::invalid(name, format!("expected an id (up to 19 digits) in the path, got {text:?}"))
        })
    }
}

/// Reads a whole body, which may have so many bytes.
pub(crate) async fn read(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    Limited::new(body, limit).collect().await.map(Collected::to_bytes).map_err(|error| {
        let problem = format!("did not arrive whole, or has more than {limit} bytes ({error})");
        Refusal::invalid("body", problem)
    })
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
