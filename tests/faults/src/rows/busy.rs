//! Conversations in which another chat is running.

use coze::ErrorKind::{Busy, Permission};
use coze::OnBusy as When;

use crate::call::{Call, Calling, Outcome, PATIENCE, drain, question};
use crate::row::Row;
use crate::server::{Script, then_well};
use crate::wire::{NEWEST, created, event, json_of, stream};

const BUSY: &str = r#"{"code":4016,"msg":"conversation is occupied"}"#;

/// Streams a chat within a conversation.
fn streamed(client: coze::Coze, busy: When) -> Calling {
    Box::pin(async move {
        match client.chat().stream(question().conversation_id("1")).when_busy(busy).await {
            Ok(events) => drain(events).await,
            Err(error) => Outcome::of(Err::<String, _>(error)),
        }
    })
}

/// Starts a chat within a conversation.
fn created_when(client: coze::Coze, busy: When) -> Calling {
    Box::pin(async move {
        let chat = client.chat().create(question().conversation_id("1")).when_busy(busy).await;
        Outcome::of(chat.map(|chat| chat.id.to_string()))
    })
}

/// Starts a chat within a conversation and waits for its end.
fn polled(client: coze::Coze, busy: When) -> Calling {
    Box::pin(async move {
        let answer = client.chat().create_and_poll(question().conversation_id("1")).when_busy(busy).await;
        Outcome::of(answer.map(|answer| answer.text()))
    })
}

fn in_turn(answers: impl IntoIterator<Item = Vec<u8>>) -> Script {
    answers.into_iter().flat_map(then_well).collect()
}

pub fn rows() -> Vec<Row> {
    let wait: [(&str, Call, &str, usize); 3] = [
        ("a stream is waited for", |client| streamed(client, When::Wait(PATIENCE)), crate::wire::WHOLE, 3),
        ("a chat is waited for", |client| created_when(client, When::Wait(PATIENCE)), "2", 3),
        ("a polled chat is waited for", |client| polled(client, When::Wait(PATIENCE)), crate::wire::WHOLE, 4),
    ];
    let cancel: [(&str, Call, &str, usize); 3] = [
        (
            "a stream takes its place",
            |client| streamed(client, When::Cancel(PATIENCE)),
            crate::wire::WHOLE,
            4,
        ),
        ("a chat takes its place", |client| created_when(client, When::Cancel(PATIENCE)), "2", 4),
        (
            "a polled chat takes its place",
            |client| polled(client, When::Cancel(PATIENCE)),
            crate::wire::WHOLE,
            5,
        ),
    ];
    let wait = wait.map(|(name, call, text, sent)| {
        Row::new(name, call).serve([in_turn([json_of(BUSY), json_of(BUSY)])]).yields(text).sent(sent)
    });
    let cancel = cancel.map(|(name, call, text, sent)| {
        Row::new(name, call).serve([in_turn([json_of(BUSY)])]).yields(text).sent(sent)
    });
    let waited: Call = |client| streamed(client, When::Wait(PATIENCE));
    let canceled: Call = |client| streamed(client, When::Cancel(PATIENCE));
    let failed =
        |name, call: Call| Row::new(name, call).serve([in_turn([json_of(BUSY)])]).fails(Busy, "4016").sent(1);
    let more = vec![
        failed("a stream fails", |client| streamed(client, When::Fail)),
        failed("a chat fails", |client| created_when(client, When::Fail)),
        failed("a polled chat fails", |client| polled(client, When::Fail)),
        Row::new("the refusal comes as an error event: it is waited for", waited)
            .serve([in_turn([stream(event("error", BUSY))])])
            .sent(2),
        Row::new("the refusal is called an event stream: it is waited for", waited)
            .serve([in_turn([stream(BUSY)])])
            .sent(2),
        Row::new("the refusal comes as an error event: the other is canceled", canceled)
            .serve([in_turn([stream(event("error", BUSY))])])
            .sent(4),
        Row::new("an error event behind the first is none of a busy conversation", waited)
            .serve([in_turn([stream([created(), event("error", BUSY)].concat())])])
            .fails(Busy, "4016")
            .sent(1),
        Row::new("another error event is handed on", waited)
            .serve([in_turn([stream(event("error", r#"{"code":4101,"msg":"m"}"#))])])
            .fails(Permission, "4101")
            .sent(1),
        Row::new("the other has ended when it is canceled", canceled)
            .serve([in_turn([json_of(BUSY), json_of(NEWEST), json_of(r#"{"code":4104,"msg":"has ended"}"#)])])
            .sent(4),
        Row::new("the other may not be canceled", canceled)
            .serve([in_turn([json_of(BUSY), json_of(NEWEST), json_of(r#"{"code":4101,"msg":"not yours"}"#)])])
            .fails(Permission, "4101")
            .sent(3),
        Row::new("nothing names the other: it is waited for", canceled)
            .serve([in_turn([json_of(BUSY), json_of(r#"{"code":0,"data":[]}"#)])])
            .sent(3),
    ];
    wait.into_iter().chain(cancel).chain(more).collect()
}
