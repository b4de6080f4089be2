//! One row per endpoint: what is written for a request, and what is read from the answer of the official page.
//!
//! A row also holds what is true of every endpoint: nothing of path and query is repeated in the body, a request
//! can be read back from its three parts, and an answer survives being stored, with what it says beyond our types.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;

use bytes::Bytes;
use coze_types::{
    Body, Decode, Encoded, Endpoint, EndpointVisitor, Form, encode, find_endpoint, visit_endpoints,
};
use http::{Request, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

mod api_app;
mod app;
mod audio;
mod audio_voiceprint;
mod benefit;
mod bot;
mod bot_manage;
mod chat;
mod connector;
mod conversation;
mod dataset;
mod enterprise;
mod file;
mod message;
mod oauth;
mod odd;
mod organization;
mod plugin;
mod small;
mod workflow;
mod workspace;

/// A file of `fixtures`, from a test in `contract/`.
macro_rules! fixture {
    ($name:literal) => {
        serde_json::from_str::<serde_json::Value>(include_str!(concat!("../../fixtures/", $name, ".json")))
            .unwrap()
    };
}
use fixture;

/// The answer of an endpoint that returns nothing.
fn done() -> Value {
    json!({ "code": 0, "msg": "", "detail": { "logid": "20241210152726467C48D89D6DB2****" } })
}

/// An endpoint and all that is expected of it.
struct Row<E> {
    request: E,
    /// Method, path and query.
    line: &'static str,
    /// Body; null when there is none.
    body: Value,
    /// Answer, as the official page shows it.
    answer: Value,
    /// Where the payload stands in the answer, as a JSON pointer; empty when it stands beside the code.
    payload: &'static str,
}

/// Checks what is written for a request, and that the request can be read back from it.
fn written<E>(request: &E, line: &str, accept: &str, expected: &Value)
where
    E: Endpoint + Serialize + DeserializeOwned + PartialEq + Debug,
{
    let encoded = encode(request).unwrap();
    assert_eq!(encoded.to_string(), line);
    assert_eq!(encoded.accept, accept);
    let body = match encoded.body {
        Body::Empty => Value::Null,
        Body::Json(json) => serde_json::from_slice(&json).unwrap(),
        other => panic!("{other:?} is no body of a row"),
    };
    assert_eq!(&body, expected);
    if body.is_null() {
        // What has no body can be stored whole.
        survives(request);
    }
    again(request, Some(request));
    let mut fields = parameters(E::PATH, &encoded.target);
    for (name, value) in body.as_object().cloned().unwrap_or_default() {
        assert!(fields.insert(name.clone(), value).is_none(), "the body repeats {name:?} of path or query");
    }
    assert_eq!(&serde_json::from_value::<E>(Value::Object(fields)).unwrap(), request);
}

/// A request as it arrives.
pub(crate) fn received(encoded: &Encoded) -> Request<Bytes> {
    let builder = Request::builder().method(encoded.method.clone()).uri(&encoded.target);
    match &encoded.body {
        Body::Empty => builder.body(Bytes::new()),
        Body::Json(json) => builder.header("content-type", "application/json").body(json.clone()),
        Body::Multipart(form) => {
            builder.header("content-type", Form::content_type("b")).body(form.encode("b").unwrap())
        }
        other => panic!("{other:?}"),
    }
    .unwrap()
}

fn bytes(encoded: &Encoded) -> (String, Bytes) {
    (encoded.to_string(), received(encoded).into_body())
}

/// Names of the endpoints that read a request and write the very same again.
struct Again<'a> {
    received: &'a Request<Bytes>,
    written: &'a (String, Bytes),
    names: Vec<&'static str>,
}

impl EndpointVisitor for Again<'_> {
    type Output = ();

    fn visit<E: Endpoint + DeserializeOwned + Debug>(&mut self, name: &'static str) -> Option<()> {
        if let Ok(request) = E::read(self.received)
            && bytes(&encode(&request).unwrap()) == *self.written
        {
            self.names.push(name);
        }
        None
    }
}

/// Checks that a request is read back whole: as what it was, and by one that finds out what it is.
pub(crate) fn again<E: Endpoint + DeserializeOwned + PartialEq + Debug>(request: &E, expected: Option<&E>) {
    let encoded = encode(request).unwrap();
    let received = received(&encoded);
    let read = E::read(&received).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(&read, expected.unwrap_or(&read));
    let written = bytes(&encoded);
    assert_eq!(bytes(&encode(&read).unwrap()), written);
    let name = std::any::type_name::<E>();
    let mut again = Again { received: &received, written: &written, names: Vec::new() };
    let path = received.uri().path();
    assert_eq!(find_endpoint(received.method(), path, &mut again), None);
    assert!(again.names.iter().any(|found| name.contains(found)), "{name} is not among {:?}", again.names);

    odd::unset::<E>(&encoded);

    // One field more is one too many, and is named.
    let separator = if encoded.target.contains('?') { '&' } else { '?' };
    let mut more = received.clone();
    *more.uri_mut() = format!("{}{separator}x_new=1", encoded.target).parse().unwrap();
    let error = E::read(&more).unwrap_err().to_string();
    assert!(error.contains("`x_new`") && error.contains(E::PATH), "{error}");

    // A parameter that comes twice is a list of all its values, or is named.
    let query = encoded.target.split_once('?').map_or("", |(_, query)| query);
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap();
        let mut twice = received.clone();
        *twice.uri_mut() = format!("{}&{parameter}", encoded.target).parse().unwrap();
        match E::read(&twice) {
            Ok(list) => {
                let target = encode(&list).unwrap().target;
                assert!(target.contains(&format!("{name}={value}%2C{value}")), "{target}");
            }
            Err(error) => {
                let problem = format!("`{name}`: comes 2 times");
                assert!(error.to_string().contains(&problem), "{error}");
            }
        }
    }
}

impl<E, T> Row<E>
where
    E: Endpoint<Reply: Decode<Output = T>> + Serialize + DeserializeOwned + PartialEq + Debug,
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    /// Checks the row and returns the answer, for the row's own assertions.
    fn check(self) -> T {
        written(&self.request, self.line, "application/json", &self.body);
        let answer: T = decode::<E>(&self.answer);
        survives(&answer);
        odd::values::<E, T>(&self.answer, self.payload);
        let mut richer = self.answer.clone();
        sprinkle(richer.pointer_mut(self.payload).expect("the payload stands where the row says"));
        let stored = survives(&decode::<E>(&richer));
        let mut payload = richer.pointer(self.payload).unwrap().clone();
        if self.payload.is_empty() {
            for name in ["code", "msg", "detail"] {
                payload.as_object_mut().unwrap().remove(name);
                assert_eq!(stored.get(name), None, "{name} of the envelope is no part of the payload");
            }
        }
        if !stored.is_null() {
            assert_kept("", &payload, &stored);
        }
        answer
    }
}

fn decode<E: Endpoint<Reply: Decode>>(answer: &Value) -> <E::Reply as Decode>::Output {
    let response = Response::new(Bytes::from(answer.to_string()));
    E::Reply::decode(&response).unwrap()
}

/// Asserts that a value is the same after it was stored, and returns what was stored.
fn survives<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> Value {
    let stored = serde_json::to_value(value).unwrap();
    assert_eq!(&serde_json::from_value::<T>(stored.clone()).unwrap(), value);
    stored
}

/// Reads path and query with other code than they were written with.
fn parameters(template: &str, target: &str) -> Map<String, Value> {
    let url = url::Url::parse("http://host").unwrap().join(target).unwrap();
    let segments = template.split('/').zip(url.path().split('/'));
    let path = segments.filter_map(|(name, value)| {
        let name = name.strip_prefix('{')?.strip_suffix('}')?;
        Some((
            name.to_owned(),
            percent_encoding::percent_decode_str(value).decode_utf8().unwrap().into_owned(),
        ))
    });
    let mut fields = Map::new();
    for (name, text) in path.chain(url.query_pairs().into_owned()) {
        // A query has no types: what reads as a flag or number is one, as in the readers of query strings.
        let value = match text.parse::<u64>() {
            Ok(number) if number.to_string() == text => json!(number),
            _ if matches!(text.as_str(), "true" | "false") => json!(text == "true"),
            _ => json!(text),
        };
        assert!(fields.insert(name.clone(), value).is_none(), "{name:?} occurs twice");
    }
    fields
}

/// Keys of maps that belong to the caller: they have no unknown fields.
const MAPS: [&str; 2] = ["meta_data", "parameters"];

/// Adds a field that no version knows to each object.
fn sprinkle(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in &mut *fields {
                if !MAPS.contains(&name.as_str()) {
                    sprinkle(value);
                }
            }
            fields.insert("x_new".to_owned(), json!({ "deep": [1, null, "2", 0.5], "big": u64::MAX }));
        }
        Value::Array(values) => values.iter_mut().for_each(sprinkle),
        _ => {}
    }
}

/// Asserts that all that was sent is still in what was stored, though perhaps in another form: a number for a string of
/// digits or the reverse, one spelling of a name for another, absent for empty.
fn assert_kept(path: &str, sent: &Value, stored: &Value) {
    match (sent, stored) {
        (Value::Object(sent), Value::Object(stored)) => {
            let spellings = BTreeMap::from([
                ("Prologue", "prologue"),
                ("SuggestedQuestions", "suggested_questions"),
                ("CreatedAt", "created_at"),
                ("creator_d", "creator_id"),
            ]);
            for (name, value) in sent {
                let name = spellings.get(name.as_str()).copied().unwrap_or(name);
                match stored.get(name) {
                    Some(stored) => assert_kept(&format!("{path}/{name}"), value, stored),
                    None => assert!(is_nothing(value), "{path}/{name} is lost: {value}"),
                }
            }
        }
        (Value::Array(sent), Value::Array(stored)) => {
            assert_eq!(sent.len(), stored.len(), "{path} has lost elements");
            for (index, (sent, stored)) in sent.iter().zip(stored).enumerate() {
                assert_kept(&format!("{path}/{index}"), sent, stored);
            }
        }
        _ => {
            let same_number = sent.as_f64().is_some() && sent.as_f64() == stored.as_f64();
            let [sent_text, stored_text] =
                [sent, stored].map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            assert!(same_number || sent_text == stored_text, "{path} was {sent} and is {stored}");
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// The sources of a folder and of all below it.
fn sources(folder: &Path) -> Vec<String> {
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources.extend(self::sources(&path));
        } else {
            sources.push(std::fs::read_to_string(&path).unwrap());
        }
    }
    sources
}

struct Names(Vec<String>);

impl EndpointVisitor for Names {
    type Output = ();

    fn visit<E: Endpoint + DeserializeOwned + Debug>(&mut self, name: &'static str) -> Option<()> {
        self.0.push(name.to_owned());
        None
    }
}

/// Names of all endpoints, as the sources declare them.
fn declared() -> Vec<String> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = sources(&package.join("../../crates/coze-types/src"));
    let lines = sources.iter().flat_map(|source| source.lines());
    let names = lines.filter_map(|line| Some(line.strip_prefix("endpoint!(")?.split(':').next()?.to_owned()));
    // These two are made by a macro.
    let resumes = ["ResumeWorkflow", "ResumeWorkflowStream"].map(str::to_owned);
    names.chain(resumes).collect()
}

#[test]
fn every_endpoint_has_a_row() {
    let rows = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract")).concat();
    let names = declared();
    assert!(names.len() >= 70, "found only {names:?}");
    for name in names {
        assert!(rows.contains(&format!("{name}::new(")), "{name} has no row");
    }
}

#[test]
fn every_endpoint_can_be_found() {
    let mut names = Names(Vec::new());
    assert_eq!(visit_endpoints(&mut names), None);
    let (mut found, mut declared) = (names.0, declared());
    found.sort();
    found.dedup();
    declared.sort();
    assert_eq!(found, declared, "`coze-types/src/lib.rs` lists the endpoints");
}
