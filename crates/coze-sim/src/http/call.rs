//! Extractors of handlers: the context of a request, its query and its body.

use std::sync::Arc;

use axum::body::Body as Bytestream;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use bytes::Bytes;
use http_body_util::{BodyExt, Collected, Limited};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::fields::{Fields, read};
use super::journal::Received;
use super::schema::{check, query_object};
use crate::server::Shared;
use crate::state::id::Id;
use crate::state::refusal::Refusal;

/// Maximum size of JSON bodies in bytes.
pub(crate) const MAX_JSON: usize = 8 << 20;
/// Maximum size of workflow requests, as documented.
const MAX_WORKFLOW_JSON: usize = 20 << 20;
/// Maximum size of bodies with documents in base64.
const MAX_DOCUMENTS_JSON: usize = 128 << 20;

/// The context of a request.
///
/// Unless a handler extracts [`Query`] before it, the request must have no query.
pub(crate) struct Call {
    pub(crate) sim: Arc<Shared>,
    pub(crate) user: Id,
    pub(crate) head: Parts,
    /// Log id of the response.
    pub(crate) log: Arc<str>,
    params: Params,
}

/// The parameters of the path, decoded.
type Params = Arc<[(String, String)]>;

/// Marks that the token and the path of a request were validated.
#[derive(Clone)]
struct Admitted(Id, Params);

/// Marks that the query of a request was extracted.
#[derive(Clone, Copy)]
struct QueryRead;

/// Parses the parameters of the path, and finds the user of the token.
pub(crate) async fn admit(head: &mut Parts, sim: &Arc<Shared>) -> Result<(Id, Params), Refusal> {
    if let Some(Admitted(user, params)) = head.extensions.get() {
        return Ok((*user, Arc::clone(params)));
    }
    let params = RawPathParams::from_request_parts(head, sim).await;
    let params = params.map_err(|error| Refusal::invalid("path", error.to_string()))?;
    let params: Params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    if sim.dialect.knows_only_numbers() && params.iter().any(|(_, value)| Id::parse(value).is_none()) {
        return Err(Refusal::NoEndpoint(format!("{} {}", head.method, head.uri.path())));
    }
    let user = sim.user(head)?;
    head.extensions.insert(Admitted(user, Arc::clone(&params)));
    Ok((user, params))
}

/// Rejects an unknown path.
pub(crate) async fn no_endpoint(State(sim): State<Arc<Shared>>, head: Parts) -> Refusal {
    // Coze Studio serves its web interface there, before it validates the token.
    if !sim.dialect.looks_at_path_first()
        && let Err(refusal) = sim.user(&head)
    {
        return refusal;
    }
    Refusal::NoEndpoint(format!("{} {}", head.method, head.uri.path()))
}

impl FromRequestParts<Arc<Shared>> for Call {
    type Rejection = Refusal;

    async fn from_request_parts(head: &mut Parts, sim: &Arc<Shared>) -> Result<Self, Refusal> {
        let (user, params) = admit(head, sim).await?;
        if head.extensions.get::<QueryRead>().is_none() {
            check(&[], &mut query_object(&[], query_of(head), sim.rules())?, "", sim.rules())?;
        }
        let log = head.extensions.get::<Received>().map(|received| Arc::clone(&received.log));
        Ok(Self { sim: Arc::clone(sim), user, head: head.clone(), log: log.unwrap_or_default(), params })
    }
}

impl Call {
    /// Returns a parameter of the path, decoded.
    pub(crate) fn path(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
    }

    /// Parses an id of the path.
    pub(crate) fn path_id(&self, name: &'static str) -> Result<Id, Refusal> {
        let text = self.path(name);
        Id::parse(text).ok_or_else(|| {
            Refusal::invalid(name, format!("expected an id (up to 19 digits) in the path, got {text:?}"))
        })
    }
}

/// The query of a request. It must be the first extractor of a handler.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: Fields> FromRequestParts<Arc<Shared>> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(head: &mut Parts, sim: &Arc<Shared>) -> Result<Self, Refusal> {
        admit(head, sim).await?;
        let query = query_object(T::FIELDS, query_of(head), sim.rules())?;
        head.extensions.insert(QueryRead);
        read(query, "", sim.rules()).map(Self)
    }
}

fn query_of(head: &Parts) -> Vec<(String, String)> {
    pairs(head.uri.query().unwrap_or_default())
}

/// The JSON body of a request; an empty body is an empty object. It must be the last extractor of a handler.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<T: Fields> FromRequest<Arc<Shared>> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, sim: &Arc<Shared>) -> Result<Self, Refusal> {
        let (head, body) = request.into_parts();
        let limit = match head.uri.path() {
            path if path.starts_with("/v1/workflow") => MAX_WORKFLOW_JSON,
            "/open_api/knowledge/document/create" => MAX_DOCUMENTS_JSON,
            _ => MAX_JSON,
        };
        let body = bytes(body, limit).await?;
        if let Some(received) = head.extensions.get::<Received>() {
            sim.journal.body(received.record, &body);
        }
        read(object(&head, &body)?, "", sim.rules()).map(Self)
    }
}

fn object(head: &Parts, body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let kind = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        return Err(Refusal::invalid(
            "Content-Type",
            format!("expected application/json for a body, got {kind:?}"),
        ));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Refusal::invalid("body", "expected a JSON object")),
        Err(error) => Err(Refusal::invalid("body", format!("not JSON: {error}"))),
    }
}

/// Reads a complete body up to a maximum size.
pub(crate) async fn bytes(body: Bytestream, limit: usize) -> Result<Bytes, Refusal> {
    Limited::new(body, limit).collect().await.map(Collected::to_bytes).map_err(|error| {
        let problem = format!("is truncated, or larger than {limit} bytes ({error})");
        Refusal::invalid("body", problem)
    })
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

/// Returns a page of a list, and whether more items follow.
pub(crate) fn page<T>(mut items: Vec<T>, number: Option<usize>, size: usize) -> (Vec<T>, bool) {
    let start = number.unwrap_or(1).saturating_sub(1).saturating_mul(size).min(items.len());
    let mut page = items.split_off(start);
    let has_more = page.len() > size;
    page.truncate(size);
    (page, has_more)
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
