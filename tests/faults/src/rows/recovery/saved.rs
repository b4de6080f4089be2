//! Chats that are recovered from what the server has saved, event by event.

use coze::ErrorKind::Truncated;
use coze::{ChatEvent, Coze};
use serde_json::{Value, json};

use crate::call::{Calling, Outcome, PATIENCE, SHORT, question};
use crate::row::Row;
use crate::server::{once, then_well};
use crate::wire::{CHAT, STREAM, chunk, created, event, json_of};

/// Streams a chat, recovers it, and notes what came: pieces as they are, the ids of what was completed, the end.
fn told(client: Coze) -> Calling {
    Box::pin(async move {
        let call = client.chat().stream(question()).timeout(PATIENCE).idle_timeout(SHORT);
        let mut events = match call.recover_within(PATIENCE).await {
            Ok(events) => events,
            Err(error) => return Outcome::of(Err::<String, _>(error)),
        };
        let mut outcome = Outcome::default();
        while let Some(event) = events.next().await {
            match event {
                Ok(ChatEvent::MessageDelta(message)) => outcome.text += &message.content,
                Ok(ChatEvent::MessageCompleted(message)) => {
                    outcome.text.extend(["(", message.id.as_str(), ")"]);
                }
                Ok(ChatEvent::Completed(_)) => outcome.text += " completed",
                Ok(ChatEvent::Canceled(_)) => outcome.text += " canceled",
                Ok(ChatEvent::Done(_)) => outcome.text += " done",
                Ok(_) => {}
                Err(error) => outcome.errors.push(error),
            }
        }
        outcome
    })
}

fn message(id: &str, kind: &str, content: &str) -> Value {
    json!({"id": id, "conversation_id": "1", "chat_id": "2", "role": "assistant", "type": kind,
        "content": content, "content_type": "text"})
}

fn piece(id: &str, content: &str) -> String {
    event("conversation.message.delta", &message(id, "answer", content).to_string())
}

fn whole(id: &str, kind: &str, content: &str) -> String {
    event("conversation.message.completed", &message(id, kind, content).to_string())
}

/// A stream that breaks off behind these bytes; the server has saved these messages.
fn saved(name: &'static str, came: &[&str], list: &Value) -> Row {
    of_status(name, came, "completed", &json!({"code": 0, "data": list}))
}

fn of_status(name: &'static str, came: &[&str], status: &str, list: &Value) -> Row {
    let came = [&[created().as_str()], came].concat().concat();
    let chat = CHAT.replace("completed", status);
    Row::new(name, told)
        .serve([
            once([STREAM.as_bytes(), &chunk(came)].concat()),
            [then_well(json_of(chat)), then_well(json_of(list.to_string()))].concat(),
        ])
        .sent(3)
}

pub(super) fn rows() -> Vec<Row> {
    let escaped = |until: &str| {
        let event = piece("3", "hello @").replace('@', r"\ud83d\ude00\u4e16");
        event[..event.find(until).unwrap() + until.len()].to_owned()
    };
    let smile = json!([message("3", "answer", "hello 😀世")]);
    let without = |name, list: Value| {
        of_status(name, &[&piece("3", "hello ")], "completed", &list)
            .yields("hello ")
            .fails(Truncated, "the saved chat lacks the answer")
            .check(|errors| {
                errors[0].chat().is_some_and(|(conversation, chat)| *conversation == "1" && *chat == "2")
            })
    };
    vec![
        saved(
            "several messages: none is told twice, and none is missing",
            &[
                &whole("3", "function_call", "{}"),
                &piece("4", "one "),
                &piece("4", "two"),
                &whole("4", "answer", "one two"),
                &piece("5", "thr"),
            ],
            &json!([
                message("9", "question", "hi"),
                message("3", "function_call", "{}"),
                message("4", "answer", "one two"),
                message("5", "answer", "three"),
                message("6", "answer", "four"),
                message("7", "follow_up", "and then?"),
            ]),
        )
        .yields("(3)one two(4)three(5)four(6)(7) completed done"),
        saved(
            "several messages begun at once",
            &[&piece("3", "a"), &piece("4", "x"), &piece("3", "b")],
            &json!([message("3", "answer", "abc"), message("4", "answer", "xyz")]),
        )
        .yields("axbc(3)yz(4) completed done"),
        saved(
            "a message that is saved in another place of the list",
            &[&piece("3", "a")],
            &json!([message("4", "answer", "xyz"), message("3", "answer", "abc"),]),
        )
        .yields("axyz(4)bc(3) completed done"),
        saved(
            "all had come but the end",
            &[&piece("3", "abc"), &whole("3", "answer", "abc")],
            &json!([message("3", "answer", "abc"),]),
        )
        .yields("abc(3) completed done"),
        saved("cut amid two escapes of one character", &[&escaped(r"\ud83d")], &smile)
            .yields("hello 😀世(3) completed done"),
        saved("cut inside a JSON escape", &[&escaped(r"\u4e")], &smile)
            .yields("hello 😀世(3) completed done"),
        saved("cut behind an escape", &[&piece("3", "hel"), &escaped(r"\ude00")], &smile)
            .yields("hello 😀世(3) completed done"),
        saved("cut behind a character of two escapes", &[&piece("3", "hello 😀")], &smile)
            .yields("hello 😀世(3) completed done"),
        without("an empty list of messages", json!({"code": 0, "data": []})),
        without(
            "no list of messages, as Coze Studio says it",
            json!({"code": 0, "msg": "", "BaseResp": null}),
        ),
        without(
            "a list with the question alone",
            json!({"code": 0, "data": [message("9", "question", "hi")]}),
        ),
        of_status(
            "a list whose only answer stands before the question",
            &[],
            "completed",
            &json!({"code": 0, "data": [message("8", "answer", "well?"), message("9", "question", "hi")]}),
        )
        .yields("")
        .fails(Truncated, "the saved chat lacks the answer"),
        without(
            "a list whose answer has another id",
            json!({"code": 0, "data": [message("8", "answer", "hello world")]}),
        ),
        saved(
            "a list whose answer has another id than the one that was completed",
            &[&piece("3", "abc"), &whole("3", "answer", "abc")],
            &json!([message("8", "answer", "abc")]),
        )
        .yields("abc(3)")
        .fails(Truncated, "another id"),
        of_status(
            "a canceled chat whose answer has another id",
            &[&piece("3", "hello ")],
            "canceled",
            &json!({"code": 0, "data": [message("8", "answer", "hello wor")]}),
        )
        .yields("hello ")
        .fails(Truncated, "another id"),
        of_status(
            "a canceled chat without a saved answer",
            &[&piece("3", "hello ")],
            "canceled",
            &json!({"code": 0, "data": []}),
        )
        .yields("hello  canceled done"),
    ]
}
