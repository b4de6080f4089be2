//! Streams of events, byte for byte, over a transport in memory.

use std::time::Duration;

use coze::{ChatEvent, CreateChat, Error, ErrorKind, EventStream, Message};

use crate::mock::{Mock, Reply};

mod cut;
mod done;
mod events;
mod fault;
mod framing;
mod idle;
mod quiet;
mod recover;
mod rule;
mod views;

const LOG_ID: &str = "20241001-log";

/// One event on the wire.
fn frame(name: &str, data: &str) -> String {
    format!("event:{name}\ndata:{data}\n\n")
}

const CREATED: &str = r#"{"id":"2","conversation_id":"1","status":"created"}"#;
const COMPLETED: &str = r#"{"id":"2","conversation_id":"1","status":"completed","usage":{"token_count":3,"output_count":2,"input_count":1}}"#;

fn created() -> String {
    frame("conversation.chat.created", CREATED)
}

fn delta(text: &str) -> String {
    let data = serde_json::json!({"id": "3", "role": "assistant", "type": "answer", "content": text, "content_type": "text"});
    frame("conversation.message.delta", &data.to_string())
}

fn answer(id: &str, text: &str) -> String {
    message(id, "answer", text)
}

fn message(id: &str, kind: &str, text: &str) -> String {
    let data = serde_json::json!({"id": id, "role": "assistant", "type": kind, "content": text, "content_type": "text"});
    frame("conversation.message.completed", &data.to_string())
}

fn completed() -> String {
    frame("conversation.chat.completed", COMPLETED)
}

fn done() -> String {
    frame("done", "[DONE]")
}

fn ask() -> CreateChat {
    CreateChat::new("7", "u").message(Message::user("hi"))
}

async fn open_on(mock: &Mock) -> EventStream<ChatEvent> {
    mock.client().chat().stream(ask()).await.unwrap()
}

async fn open(reply: Reply) -> EventStream<ChatEvent> {
    open_on(&Mock::always(reply.header("x-tt-logid", LOG_ID))).await
}

/// Reads to the end, and a bit further. Time is paused in these tests, so that a stream that hangs is found at
/// once.
async fn drain(mut events: EventStream<ChatEvent>) -> Vec<Result<ChatEvent, Error>> {
    let reading = async {
        let mut seen = Vec::new();
        while let Some(event) = events.next().await {
            seen.push(event);
        }
        for _ in 0..3 {
            assert!(events.next().await.is_none(), "the end is not the end");
        }
        seen
    };
    tokio::time::timeout(Duration::from_secs(86_400), reading).await.expect("the stream hangs")
}

async fn read(reply: Reply) -> Vec<Result<ChatEvent, Error>> {
    drain(open(reply).await).await
}

/// Events and errors as words, to be compared at a glance.
async fn words(reply: Reply) -> Vec<String> {
    read(reply).await.into_iter().map(word).collect()
}

fn word(event: Result<ChatEvent, Error>) -> String {
    match event {
        Ok(ChatEvent::Created(_)) => "created".to_owned(),
        Ok(ChatEvent::InProgress(_)) => "in_progress".to_owned(),
        Ok(ChatEvent::MessageDelta(message)) => format!("+{}", message.content),
        Ok(ChatEvent::MessageCompleted(message)) => format!("={}", message.content),
        Ok(ChatEvent::AudioDelta(message)) => format!("~{}", message.content),
        Ok(ChatEvent::Completed(_)) => "completed".to_owned(),
        Ok(ChatEvent::RequiresAction(_)) => "requires_action".to_owned(),
        Ok(ChatEvent::Canceled(_)) => "canceled".to_owned(),
        Ok(ChatEvent::Done(_)) => "done".to_owned(),
        Ok(ChatEvent::Unknown(event)) => format!("?{}", event.name),
        Ok(other) => panic!("{other:?}"),
        Err(error) => {
            assert_eq!(error.endpoint(), Some("/v3/chat"), "{error}");
            assert_eq!(error.log_id().map(coze::types::LogId::as_str), Some(LOG_ID), "{error}");
            match error.api() {
                Some(api) => format!("!{}", api.code),
                None => format!("!{:?}", error.kind()),
            }
        }
    }
}

const TRUNCATED: &str = "!Truncated";

fn is_truncated(event: &Result<ChatEvent, Error>) -> bool {
    matches!(event, Err(error) if error.kind() == ErrorKind::Truncated)
}
