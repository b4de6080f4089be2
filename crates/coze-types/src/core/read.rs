//! Requests read back from method, path, query and body.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Method, Request};
use percent_encoding::percent_decode_str;
use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer, StringDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};
use serde_json::{Error, Map, Value};

use crate::core::error::ReadError;
use crate::core::multipart::{Content, Form, Part};
use crate::core::path;

/// What an endpoint says of its requests.
pub(crate) struct Shape {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) stream: Option<bool>,
}

/// Reads the fields of a request from all of its parts.
pub(crate) fn read<T: DeserializeOwned>(shape: &Shape, request: &Request<Bytes>) -> Result<T, ReadError> {
    let fields = Fields { rest: fields(shape, request)?.into_iter(), value: None };
    let mut unknown = Vec::new();
    let value = serde_ignored::deserialize(MapAccessDeserializer::new(fields), |path| {
        // The brackets of options and newtypes are not part of the name.
        unknown.push(path.to_string().replace(".?", "").replace("?.", ""));
    });
    // An empty value may have any name.
    if !unknown.is_empty()
        && let Ok(body) = serde_json::from_slice(request.body())
    {
        unknown.retain(|path| !is_unset(&body, path));
    }
    let value = value.and_then(|value| match &unknown[..] {
        [] => Ok(value),
        [field] => Err(Error::custom(format_args!("unknown field `{field}`"))),
        fields => Err(Error::custom(format_args!("unknown fields `{}`", fields.join("`, `")))),
    });
    value.map_err(|error| {
        ReadError::message(format!("the request is no {} {}: {error}", shape.method, shape.path))
    })
}

/// Whether the value at a path such as `messages.0.id` is null or an empty text.
fn is_unset(body: &Value, path: &str) -> bool {
    let value = path.split('.').try_fold(body, |value, name| match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        value => value.get(name),
    });
    matches!(value, Some(Value::Null)) || value.and_then(Value::as_str) == Some("")
}

fn fields<'r>(shape: &Shape, request: &'r Request<Bytes>) -> Result<Vec<(String, Source<'r>)>, ReadError> {
    let path = request.uri().path();
    if *request.method() != shape.method || !path::matches(shape.path, path) {
        let Shape { method, path: template, .. } = shape;
        return Err(ReadError::message(format!("{} {path} is no {method} {template}", request.method())));
    }
    let mut fields = Vec::new();
    for (name, value) in shape.path.split('/').zip(path.split('/')) {
        if let Some(name) = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            fields.push((name.to_owned(), Source::Text(decoded(value)?)));
        }
    }
    let of_path = fields.len();
    for pair in request.uri().query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = if value.contains('+') {
            Cow::Owned(decoded(&value.replace('+', " "))?.into_owned())
        } else {
            decoded(value)?
        };
        let name = decoded(name)?;
        match fields[of_path..].iter_mut().find(|(other, _)| *other == name) {
            Some((_, source)) => source.repeat(value),
            None => fields.push((name.into_owned(), Source::Text(value))),
        }
    }
    let before_body = fields.len();
    body(request, &mut fields)?;
    drop_repeated(&mut fields, before_body)?;
    if let Some(stream) = shape.stream {
        take_stream(stream, &mut fields)?;
    }
    Ok(fields)
}

/// Takes out of the body what stands in the path or the query as well, as some clients write it.
fn drop_repeated(fields: &mut Vec<(String, Source<'_>)>, before_body: usize) -> Result<(), ReadError> {
    let mut body = fields.split_off(before_body);
    for (name, first) in &*fields {
        let Some(place) = body.iter().position(|(other, _)| other == name) else { continue };
        let (Source::Text(first), Source::Json(second)) = (first, &body[place].1) else { continue };
        let second = second.as_str().map_or_else(|| second.to_string(), str::to_owned);
        if *first != second && second != "null" && !second.is_empty() {
            return Err(ReadError::message(format!(
                "`{name}` is {first:?} in the address and {second:?} in the body"
            )));
        }
        body.remove(place);
    }
    fields.append(&mut body);
    Ok(())
}

fn decoded(text: &str) -> Result<Cow<'_, str>, ReadError> {
    percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| ReadError::message(format!("{text:?} in the address is not UTF-8 when it is decoded")))
}

/// Adds the fields of the body.
fn body(request: &Request<Bytes>, fields: &mut Vec<(String, Source<'_>)>) -> Result<(), ReadError> {
    let content_type =
        request.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mime: Option<mime::Mime> = content_type.and_then(|value| value.parse().ok());
    if let Some(mime) = mime.filter(|mime| mime.essence_str() == "multipart/form-data") {
        let boundary = mime
            .get_param(mime::BOUNDARY)
            .ok_or(ReadError::message("the Content-Type of the form names no boundary"))?;
        for part in Form::decode(boundary.as_str(), request.body())?.parts {
            fields.push((part.name.clone(), Source::Part(part)));
        }
        return Ok(());
    }
    if request.body().is_empty() {
        return Ok(());
    }
    let object: Map<String, Value> = serde_json::from_slice(request.body())
        .map_err(|error| ReadError::message(format!("the body is no JSON object: {error}")))?;
    fields.extend(object.into_iter().map(|(name, value)| (name, Source::Json(value))));
    Ok(())
}

/// Takes the field `stream` out, which is none of the request's own.
fn take_stream(expected: bool, fields: &mut Vec<(String, Source<'_>)>) -> Result<(), ReadError> {
    let stream =
        match fields.iter().position(|(name, _)| name == "stream").map(|place| fields.remove(place).1) {
            None | Some(Source::Json(Value::Null)) => false,
            Some(Source::Json(Value::Bool(stream))) => stream,
            Some(_) => return Err(ReadError::message("`stream` is neither true nor false")),
        };
    match (stream, expected) {
        (true, false) => Err(ReadError::message("`stream` is true: read the request as `Streamed<…>`")),
        (false, true) => {
            Err(ReadError::message("`stream` is not true: read the request itself, without `Streamed<…>`"))
        }
        _ => Ok(()),
    }
}

/// Where the value of a field comes from.
enum Source<'a> {
    /// Path and query, whose values have no type of their own.
    Text(Cow<'a, str>),
    /// A parameter of the query that comes several times, as some clients write lists.
    Repeated(Vec<Cow<'a, str>>),
    Json(Value),
    Part(Part),
}

impl<'a> Source<'a> {
    /// Adds one more value of the same parameter.
    fn repeat(&mut self, value: Cow<'a, str>) {
        match self {
            Self::Text(first) => *self = Self::Repeated(vec![std::mem::take(first), value]),
            Self::Repeated(values) => values.push(value),
            Self::Json(_) | Self::Part(_) => {}
        }
    }
}

struct Fields<'a> {
    rest: std::vec::IntoIter<(String, Source<'a>)>,
    value: Option<(String, Source<'a>)>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.value = self.rest.next();
        let Some((name, _)) = &self.value else { return Ok(None) };
        let name: StringDeserializer<Error> = name.clone().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let Some((name, source)) = self.value.take() else {
            return Err(Error::custom("a field has no value"));
        };
        let value = match source {
            Source::Json(value) => seed.deserialize(value),
            Source::Text(text) => seed.deserialize(Text { text, or_unset: true }),
            Source::Repeated(values) => {
                let count = values.len();
                let once = |_| Error::custom(format_args!("comes {count} times in the query; expected once"));
                seed.deserialize(Repeated(values)).map_err(once)
            }
            Source::Part(part) => of_part(part, seed),
        };
        value.map_err(|error| Error::custom(format_args!("`{name}`: {error}")))
    }
}

fn of_part<'de, V: DeserializeSeed<'de>>(part: Part, seed: V) -> Result<V::Value, Error> {
    let Content::Bytes(content) = part.content else { return Err(Error::custom("the content is elsewhere")) };
    let Some(file_name) = part.file_name else {
        let text = std::str::from_utf8(&content).map_err(|_| Error::custom("the part is not UTF-8"))?;
        return seed.deserialize(Text { text: text.into(), or_unset: false });
    };
    let mime = part.mime.unwrap_or(mime::APPLICATION_OCTET_STREAM);
    seed.deserialize(File([
        ("file_name", FileField::Text(file_name)),
        ("mime", FileField::Text(mime.to_string())),
        ("content", FileField::Content(content)),
    ]))
}

/// A file, on its way into a [`FilePart`](crate::FilePart).
struct File([(&'static str, FileField); 3]);

impl<'de> Deserializer<'de> for File {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(MapDeserializer::new(self.0.into_iter()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// A field of a file.
enum FileField {
    Text(String),
    Content(Bytes),
}

impl IntoDeserializer<'_, Error> for FileField {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for FileField {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Text(text) => visitor.visit_string(text),
            Self::Content(content) => visitor.visit_byte_buf(content.into()),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The values of a parameter that comes several times; only a list has several.
struct Repeated<'a>(Vec<Cow<'a, str>>);

impl<'de> Deserializer<'de> for Repeated<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let items = self.0.iter().flat_map(|values| values.split(',')).filter(|item| !item.is_empty());
        visitor.visit_seq(SeqDeserializer::new(items.map(str::to_owned)))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// A value without a type, which is read as the requested type: digits may be a name as well as a number.
struct Text<'a> {
    text: Cow<'a, str>,
    /// Whether empty means unset: a query has no other way to say so, a form leaves the part out.
    or_unset: bool,
}

impl Text<'_> {
    fn parsed<'de, V: Visitor<'de>, T: std::str::FromStr>(
        self,
        visitor: V,
        visit: impl FnOnce(V, T) -> Result<V::Value, Error>,
    ) -> Result<V::Value, Error> {
        match self.text.parse() {
            Ok(value) => visit(visitor, value),
            Err(_) => visitor.visit_str(&self.text),
        }
    }
}

macro_rules! parsed {
    ($($function:ident: $type:ty => $visit:ident,)+) => {$(
        fn $function<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.parsed(visitor, |visitor, value: $type| visitor.$visit(value))
        }
    )+};
}

impl<'de> Deserializer<'de> for Text<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.text {
            Cow::Borrowed(text) => visitor.visit_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    parsed! {
        deserialize_bool: bool => visit_bool,
        deserialize_i8: i64 => visit_i64,
        deserialize_i16: i64 => visit_i64,
        deserialize_i32: i64 => visit_i64,
        deserialize_i64: i64 => visit_i64,
        deserialize_u8: u64 => visit_u64,
        deserialize_u16: u64 => visit_u64,
        deserialize_u32: u64 => visit_u64,
        deserialize_u64: u64 => visit_u64,
        deserialize_f32: f64 => visit_f64,
        deserialize_f64: f64 => visit_f64,
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.or_unset && self.text.is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// A list is one value, with commas.
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        struct Items<'a>(std::str::Split<'a, char>);
        impl<'de> SeqAccess<'de> for Items<'_> {
            type Error = Error;

            fn next_element_seed<T: DeserializeSeed<'de>>(
                &mut self,
                seed: T,
            ) -> Result<Option<T::Value>, Error> {
                self.0
                    .next()
                    .map(|item| seed.deserialize(Text { text: item.into(), or_unset: false }))
                    .transpose()
            }
        }
        let mut items = self.text.split(',');
        if self.text.is_empty() {
            items.next();
        }
        visitor.visit_seq(Items(items))
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct enum identifier
        ignored_any
    }
}
