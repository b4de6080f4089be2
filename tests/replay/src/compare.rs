//! What differs between a request that was recorded and the one that was written from what was read.

use std::collections::BTreeMap;

use coze_types::{Body, Content, Encoded};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::record::{Field, Record};

/// Fields that are always written with their default, whether or not they were sent: where they are missing, servers differ.
const ALWAYS: [(&str, &[&str]); 9] = [
    ("content_type", &["text"]),
    ("stream", &["false"]),
    ("page_num", &["1"]),
    ("page_index", &["1"]),
    ("page", &["1"]),
    ("format_type", &["0"]),
    ("chunk_strategy", &[r#"{"chunk_type":0}"#]),
    ("page_size", &[]),
    ("size", &[]),
];

/// Returns a line for each difference, up to the order of keys, explicit nulls and empty optional values.
pub fn differences(record: &Record, written: &Encoded) -> Vec<String> {
    let mut found = Vec::new();
    if record.method != written.method.as_str() {
        found.push(format!("the method became {}", written.method));
    }
    let (path, query) = written.target.split_once('?').unwrap_or((&written.target, ""));
    if decoded(&record.path) != decoded(path) {
        found.push(format!("the path became {path}"));
    }
    // A field may stand in another part of the request than where it is written; it must stand somewhere.
    let mut given = pairs(record.query.iter().cloned());
    let query = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    });
    let mut out = pairs(query);
    match (&record.json, &written.body) {
        (_, Body::Json(json)) => match serde_json::from_slice(json) {
            Ok(Value::Object(object)) => out.extend(object),
            _ => found.push("the body that is written is no JSON object".to_owned()),
        },
        (_, Body::Multipart(form)) => {
            let parts: Vec<_> = form.parts.iter().map(written_part).collect();
            let given = record.multipart.as_deref().unwrap_or_default();
            found.extend(part_differences(given, &parts));
        }
        _ => {}
    }
    if let Some(Value::Object(object)) = &record.json {
        given.extend(object.clone());
    }
    // Some clients say in the body what the path says.
    let of_path: Vec<_> = record.path.split('/').map(decoded).collect();
    given.retain(|name, value| {
        out.contains_key(name) || scalar(value).is_none_or(|value| !of_path.contains(&value))
    });
    compare("", &Value::Object(given), &Value::Object(out), &mut found);
    found
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A name that comes several times is a list, which other clients write with commas.
fn pairs(pairs: impl Iterator<Item = (String, String)>) -> serde_json::Map<String, Value> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in pairs {
        all.entry(name).or_default().push(value);
    }
    all.into_iter().map(|(name, values)| (name, values.join(",").into())).collect()
}

fn is_unset(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.values().all(is_unset),
        _ => false,
    }
}

/// Text of what is no list and no object: the same value may be a number, a word or a text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

fn compare(at: &str, given: &Value, written: &Value, found: &mut Vec<String>) {
    match (given, written) {
        (Value::Object(given), Value::Object(written)) => {
            let place = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
            for (name, value) in given {
                match written.get(name) {
                    Some(out) if is_unset(value) && always(name, out) => {}
                    Some(out) => compare(&place(name), value, out, found),
                    None if is_unset(value) => {}
                    None => found.push(format!("`{}` is lost: {value}", place(name))),
                }
            }
            for (name, value) in written.iter().filter(|(name, _)| !given.contains_key(*name)) {
                if !is_unset(value) && !always(name, value) {
                    found.push(format!("`{}` is added: {value}", place(name)));
                }
            }
        }
        (Value::Array(given), Value::Array(written)) if given.len() == written.len() => {
            for (index, (given, written)) in given.iter().zip(written).enumerate() {
                compare(&format!("{at}[{index}]"), given, written, found);
            }
        }
        _ if given == written || (is_unset(given) && is_unset(written)) => {}
        _ => {
            let same = scalar(given).zip(scalar(written)).is_some_and(|(given, written)| {
                given == written || given.parse::<f64>().is_ok_and(|number| Ok(number) == written.parse())
            });
            if !same {
                found.push(format!("`{at}` was {given} and became {written}"));
            }
        }
    }
}

fn always(name: &str, value: &Value) -> bool {
    let known = ALWAYS.iter().find(|(always, _)| *always == name);
    known.is_some_and(|(_, values)| {
        let text = scalar(value).unwrap_or_else(|| value.to_string());
        values.is_empty() || values.contains(&text.as_str())
    })
}

fn written_part(part: &coze_types::Part) -> Field {
    let bytes = match &part.content {
        Content::Bytes(bytes) => bytes.clone(),
        _ => bytes::Bytes::new(),
    };
    let is_file = part.file_name.is_some();
    Field {
        name: part.name.clone(),
        filename: part.file_name.clone(),
        content_type: part.mime.as_ref().map(ToString::to_string),
        size: is_file.then_some(bytes.len()),
        value: (!is_file).then(|| String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// Compares the parts by name, in any order; a file by its name, type and size.
fn part_differences(given: &[Field], written: &[Field]) -> Vec<String> {
    let mut found = Vec::new();
    for part in given {
        let name = &part.name;
        let Some(out) = written.iter().find(|out| out.name == *name) else {
            found.push(format!("the part `{name}` is lost"));
            continue;
        };
        if part.filename != out.filename {
            found.push(format!(
                "the file name of `{name}` was {:?} and became {:?}",
                part.filename, out.filename
            ));
        }
        let kind = part.content_type.as_ref().filter(|_| part.filename.is_some());
        if kind.is_some() && kind != out.content_type.as_ref() {
            found.push(format!("the type of `{name}` was {kind:?} and became {:?}", out.content_type));
        }
        if part.content().len() != out.content().len()
            || (part.value.is_some() && part.content() != out.content())
        {
            found.push(format!("the content of `{name}` is another"));
        }
    }
    let added = written.iter().filter(|out| given.iter().all(|part| part.name != out.name));
    found.extend(added.map(|out| format!("the part `{}` is added", out.name)));
    found
}
