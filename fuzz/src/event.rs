//! Events of chats and workflows, from a stream and from a name and data.

use std::fmt::Debug;

use bytes::Bytes;
use coze_sse::Parser;
use coze_types::chat::{Chat, ChatEvent};
use coze_types::message::{ContentPart, Message, Verbose};
use coze_types::workflow::WorkflowEvent;
use coze_types::{Event, UnknownEvent};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::kept;
use super::sse::cuts;

/// An input is a stream; its first line and the rest are a name and data besides.
pub fn chat_event(input: &[u8]) {
    for_each(input, check_chat_event);
}

/// An input is a stream; its first line and the rest are a name and data besides.
pub fn workflow_event(input: &[u8]) {
    for_each(input, check_workflow_event);
}

fn for_each(input: &[u8], check: fn(&str, &str)) {
    let text = String::from_utf8_lossy(input);
    let (name, data) = text.split_once('\n').unwrap_or((&text, ""));
    check(name, data);

    let whole = Bytes::copy_from_slice(input);
    let mut parser = Parser::new();
    let mut start = 0;
    let ends = cuts(input.first().copied().unwrap_or_default(), input.len());
    for end in ends.into_iter().chain([input.len()]) {
        parser.push(whole.slice(start..end));
        start = end;
        while let Some(event) = parser.next_event() {
            let event = event.unwrap();
            check(&event.name(), &event.data());
        }
    }
}

/// Reads an event, and fails where the fault it reports cannot be told.
fn parse<E: Event + Clone + Debug + PartialEq>(name: &str, data: &str) -> Option<E> {
    let event = match E::parse(name, data) {
        Ok(event) => event,
        Err(error) => {
            let text = error.to_string();
            assert!(!text.contains('\n') && error.excerpt().chars().count() <= 301, "{text:?}");
            return None;
        }
    };
    match event.clone().into_result() {
        Ok(same) => assert_eq!(same, event),
        Err(error) => {
            let text = error.to_string();
            assert!(!text.is_empty() && !text.contains(char::is_control), "{text:?}");
            let _ = (error.kind(), error.retry_advice());
        }
    }
    let _ = (event.phase(), format!("{event:?}"));
    Some(event)
}

fn check_chat_event(name: &str, data: &str) {
    let Some(event) = parse::<ChatEvent>(name, data) else { return };
    let written = match &event {
        ChatEvent::MessageDelta(message)
        | ChatEvent::MessageCompleted(message)
        | ChatEvent::AudioDelta(message) => {
            check_message(message);
            stored(data, message)
        }
        ChatEvent::Unknown(unknown) => return check_unknown(unknown, name, data),
        _ => {
            let Some(chat) = event.chat() else { return };
            check_chat(chat);
            stored(data, chat)
        }
    };
    assert_eq!(ChatEvent::parse(name, &written).unwrap(), event, "{written}");
}

fn check_workflow_event(name: &str, data: &str) {
    let Some(event) = parse::<WorkflowEvent>(name, data) else { return };
    let written = match &event {
        WorkflowEvent::Message(message) => stored(data, message),
        WorkflowEvent::Interrupt { interrupt, node_title, debug_url, extra } => {
            let given = object(data).and_then(|mut given| given.remove("interrupt_data"));
            if let Some(given) = given {
                stored(&given.to_string(), interrupt);
            }
            let mut written = extra.clone();
            for (name, value) in [("node_title", node_title), ("debug_url", debug_url)] {
                written.extend(value.clone().map(|value| (name.to_owned(), value.into())));
            }
            // What is no interrupt stays as it came.
            written.entry("interrupt_data").or_insert_with(|| json!(interrupt));
            Value::Object(written).to_string()
        }
        WorkflowEvent::Unknown(unknown) => return check_unknown(unknown, name, data),
        _ => return,
    };
    assert_eq!(WorkflowEvent::parse(name, &written).unwrap(), event, "{written}");
}

fn check_unknown(unknown: &UnknownEvent, name: &str, data: &str) {
    assert_eq!((unknown.name.as_str(), unknown.data.as_str()), (name, data));
}

fn check_chat(chat: &Chat) {
    let _ = chat.error().map(|error| error.to_string());
    for call in chat.tool_calls() {
        let _ = (call.name(), call.arguments::<Value>());
    }
}

/// Reads the JSON within the content of a message.
fn check_message(message: &Message) {
    if let Ok(objects) = message.parts() {
        let _ = ContentPart::check_list(&objects);
        assert_eq!(ContentPart::parse_list(&ContentPart::write_list(objects.clone())).unwrap(), objects);
    }
    if let Ok(verbose) = message.verbose() {
        assert_eq!(Verbose::parse(&stored(&message.content, &verbose)).unwrap(), verbose);
    }
    if let Ok(call) = message.function_call() {
        let _ = call.arguments::<Value>();
    }
}

/// Writes what was read from `data`; fails where something of it is lost.
fn stored<T: Serialize + DeserializeOwned>(data: &str, value: &T) -> String {
    let written = serde_json::to_string(value).unwrap();
    if let (Some(given), Some(written)) = (object(data), object(&written)) {
        kept::check(&given, &written);
    }
    written
}

fn object(json: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(json).ok()
}
