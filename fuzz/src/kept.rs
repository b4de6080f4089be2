//! Whether what came in goes out again, by rules that do not look into the types.

use serde_json::{Map, Value};

/// Objects below which every value becomes a text.
const PAIRS: [&str; 2] = ["meta_data", "ext"];
/// Objects whose names are free, and whose values are known objects.
const MAPS: [&str; 2] = ["properties", "required_parameters"];
/// Words that servers write for another, which goes out.
const ALIASES: [(&str, &str); 4] = [
    ("required_action", "requires_action"),
    ("cancelled", "canceled"),
    ("conversation.chat.cancelled", "canceled"),
    ("conversation.chat.canceled", "canceled"),
];

/// Fields of chats, messages and interrupts; all others are unknown and must come out as they went in.
const KNOWN: [&str; 46] = [
    "arguments",
    "bot_id",
    "chat_id",
    "code",
    "completed_at",
    "content",
    "content_type",
    "conversation_id",
    "created_at",
    "data",
    "default_value",
    "description",
    "event_id",
    "ext",
    "failed_at",
    "function",
    "id",
    "input_count",
    "inserted_additional_messages",
    "items",
    "last_error",
    "meta_data",
    "msg",
    "msg_type",
    "name",
    "node_execute_uuid",
    "node_id",
    "node_is_finish",
    "node_seq_id",
    "node_title",
    "node_type",
    "output_count",
    "properties",
    "reasoning_content",
    "required",
    "required_action",
    "required_parameters",
    "role",
    "section_id",
    "status",
    "submit_tool_outputs",
    "token_count",
    "tool_calls",
    "type",
    "updated_at",
    "usage",
];

/// Fails where a field of `given` is missing or another in `written`.
pub(super) fn check(given: &Map<String, Value>, written: &Map<String, Value>) {
    for (name, value) in given {
        match written.get(name) {
            None => {
                // An empty text is no number.
                let is_empty = KNOWN.contains(&name.as_str()) && *value == "";
                assert!(is_empty || is_unset(value), "{name} is lost: {value}");
            }
            // An empty text is absent; a status is then that of the event.
            Some(_) if name == "status" && *value == "" => {}
            Some(out) if KNOWN.contains(&name.as_str()) => {
                assert!(same(name, value, out), "{name}: {value} became {out}");
            }
            Some(out) => assert_eq!(out, value, "{name}, which is unknown"),
        }
    }
}

fn is_unset(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(object) => object.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Whether a field that is known still says the same.
fn same(name: &str, given: &Value, written: &Value) -> bool {
    match (given, written) {
        _ if given == written => true,
        // Null is absent.
        (Value::Null, _) => true,
        (Value::Object(given), Value::Object(written)) => {
            if PAIRS.contains(&name) {
                return given
                    .iter()
                    .all(|(key, value)| value.is_null() || written.get(key) == Some(&text(value).into()));
            }
            if MAPS.contains(&name) {
                // What is no element of the map is left out.
                return given
                    .iter()
                    .filter(|(_, value)| value.is_object())
                    .all(|(key, value)| written.get(key).is_some_and(|out| same("", value, out)));
            }
            check(given, written);
            true
        }
        (Value::Array(given), Value::Array(written)) => {
            // What is no element of the list is left out.
            let given: Vec<_> = given.iter().filter(|item| item.is_object()).collect();
            given.len() == written.len() && given.into_iter().zip(written).all(|(a, b)| same(name, a, b))
        }
        // A value of another kind, as its JSON text.
        (given, Value::String(written)) if text(given) == *written => true,
        (Value::Number(_) | Value::String(_), Value::Bool(written)) => {
            matches!((text(given).as_str(), written), ("1" | "true", true) | ("0" | "false", false))
        }
        (Value::Number(_) | Value::String(_), Value::Number(_) | Value::String(_)) => {
            let (given, written) = (text(given), text(written));
            given == written
                || ALIASES.contains(&(&given, &written))
                // Numbers in another spelling.
                || given.parse::<f64>().is_ok_and(|number| Ok(number) == written.parse())
        }
        _ => false,
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
