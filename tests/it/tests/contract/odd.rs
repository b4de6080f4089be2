//! What is true of every field of every request and answer, whatever stands in it.

use std::fmt::Debug;

use bytes::Bytes;
use coze_types::{Body, Decode, Encoded, Endpoint};
use http::{Request, Response};
use serde::Serialize;
use serde::de::value::Error;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde_json::{Map, Value, json};

/// Asks a type for the names of its fields, which it gets as an error.
struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("no struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        self.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

fn fields_of<E: DeserializeOwned>() -> &'static [&'static str] {
    let mut fields: &'static [&'static str] = &[];
    drop(E::deserialize(Names(&mut fields)));
    fields
}

/// Checks for each field that may be absent that null, and nothing in a query, is the same as absent.
pub(super) fn unset<E: Endpoint + DeserializeOwned + PartialEq + Debug>(encoded: &Encoded) {
    let body: Map<String, Value> = match &encoded.body {
        Body::Empty => Map::new(),
        Body::Json(json) => serde_json::from_slice(json).unwrap(),
        _ => return,
    };
    let (path, query) = encoded.target.split_once('?').unwrap_or((&encoded.target, ""));
    let read = |query: &[&str], body: &Map<String, Value>| {
        let body =
            if body.is_empty() { Bytes::new() } else { Value::Object(body.clone()).to_string().into() };
        let uri = format!("{path}?{}", query.join("&"));
        E::read(&Request::builder().method(E::METHOD).uri(uri).body(body).unwrap())
    };
    let fields = fields_of::<E>();
    assert!(!fields.is_empty() || body.is_empty() && query.is_empty(), "{} has no fields", E::PATH);
    for field in fields {
        let other = |pair: &&str| !pair.is_empty() && pair.split('=').next() != Some(*field);
        let query: Vec<_> = query.split('&').filter(other).collect();
        let mut body = body.clone();
        body.remove(*field);
        let Ok(absent) = read(&query, &body) else { continue };
        let empty = format!("{field}=");
        // What is in the path is not repeated.
        if !E::PATH.contains(&format!("{{{field}}}")) {
            let in_query = read(&[&query[..], &[&empty]].concat(), &body);
            assert_eq!(in_query.as_ref().ok(), Some(&absent), "{} {field}= : {in_query:?}", E::PATH);
        }
        body.insert((*field).to_owned(), Value::Null);
        let null = read(&query, &body);
        assert_eq!(null.as_ref().ok(), Some(&absent), "{} {field}: null: {null:?}", E::PATH);
    }
}

/// JSON pointers of all values below one.
fn places(value: &Value, place: &str, found: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in below {
        let place = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
        places(value, &place, found);
        found.push(place);
    }
}

/// The value of a place in another answer.
fn with(answer: &Value, place: &str, value: Option<Value>) -> Value {
    let mut answer = answer.clone();
    let (parent, name) = place.rsplit_once('/').unwrap();
    match (answer.pointer_mut(parent).unwrap(), value) {
        (Value::Object(fields), None) => drop(fields.remove(&name.replace("~1", "/").replace("~0", "~"))),
        (Value::Array(items), None) => drop(items.remove(name.parse().unwrap())),
        (_, value) => *answer.pointer_mut(place).unwrap() = value.unwrap(),
    }
    answer
}

/// Checks that a value of another kind costs its own field at most, and null in a list or map itself.
pub(super) fn values<E, T>(answer: &Value, payload: &str)
where
    E: Endpoint<Reply: Decode<Output = T>>,
    T: Serialize,
{
    let decode = |answer: &Value| {
        E::Reply::decode(&Response::new(Bytes::from(answer.to_string())))
            .map(|value| serde_json::to_value(value).unwrap())
    };
    let usual = decode(answer).unwrap();
    let mut found = Vec::new();
    places(answer.pointer(payload).unwrap(), payload, &mut found);
    let odd = [
        json!(null),
        json!(""),
        json!("odd"),
        json!(7),
        json!(-0.5),
        json!(true),
        json!({}),
        json!([]),
        json!([null]),
    ];
    for place in &found {
        let top = place[payload.len() + 1..].split('/').next().unwrap();
        let envelope = payload.is_empty() && ["code", "msg", "detail"].contains(&top);
        // What is required may fail, and the envelope has rules of its own.
        if envelope || decode(&with(answer, place, None)).is_err() {
            continue;
        }
        for value in &odd {
            let read = decode(&with(answer, place, Some(value.clone())));
            let read = read.unwrap_or_else(|error| panic!("{} {place}: {value}: {error}", E::PATH));
            if let (Value::Object(usual), Value::Object(read)) = (&usual, &read) {
                for (name, value) in usual.iter().filter(|(name, _)| *name != top) {
                    assert_eq!(read.get(name), Some(value), "{} {place} costs {name}", E::PATH);
                }
            }
        }
    }
    for place in found.iter().map(String::as_str).chain([payload]) {
        let mut more = answer.clone();
        match more.pointer_mut(place).unwrap() {
            Value::Array(items) => items.insert(0, Value::Null),
            Value::Object(fields) => drop(fields.insert("x_null".to_owned(), Value::Null)),
            _ => continue,
        }
        if let Err(error) = decode(&more) {
            panic!("{} null in {place}: {error}", E::PATH);
        }
    }
}
