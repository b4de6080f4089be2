//! Headers of one call, on all the requests that it makes.

use std::time::Duration;

use coze::{
    ChatEvent, CreateChat, FileSource, Message, OnBusy, RunWorkflow, StreamWorkflow, SubmitToolOutputs,
};
use serde_json::json;

use crate::mock::{Mock, Reply, Sent};

const CREATED: &str = "event:conversation.chat.created\ndata:{\"id\":\"2\",\"conversation_id\":\"1\"}\n\n";
const INTERRUPT: &str = "id:0\nevent:Interrupt\ndata:{\"interrupt_data\":{\"event_id\":\"e/1\",\"type\":2},\"node_title\":\"Q\"}\n\n";

fn ask() -> CreateChat {
    CreateChat::new("7", "u").conversation_id("1").message(Message::user("hi"))
}

/// A gateway that lets nothing through without its tenant, before a server that refuses the first `busy` chats.
fn gateway(busy: usize, chat: Reply) -> Mock {
    let chats = std::sync::atomic::AtomicUsize::new(0);
    Mock::new(move |_, sent: &Sent| {
        if sent.header("x-tenant") != Some("blue") {
            return Reply::new(403, "text/plain", "whose is it?");
        }
        match sent.path() {
            "/v3/chat" if chats.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < busy => {
                Reply::json(&json!({"code": 4016, "msg": "conversation is occupied"}))
            }
            "/v3/chat" | "/v3/chat/submit_tool_outputs" => chat.clone(),
            "/v3/chat/retrieve" => {
                Reply::data(&json!({"id": "2", "conversation_id": "1", "status": "completed"}))
            }
            "/v3/chat/message/list" => {
                Reply::data(&json!([{"id": "3", "type": "answer", "content": "hello"}]))
            }
            "/v1/conversation/message/list" => Reply::data(&json!([{"id": "9", "chat_id": "8"}])),
            "/v3/chat/cancel" => Reply::data(&json!({"id": "2", "status": "canceled"})),
            "/v1/files/upload" => Reply::data(&json!({"id": "f"})),
            "/v1/workflow/run" => Reply::json(&json!({"code": 0, "execute_id": "5"})),
            "/v1/workflow/stream_run" | "/v1/workflow/stream_resume" => Reply::events(INTERRUPT),
            path => Reply::data(&json!([{"execute_id": "5", "execute_status": "Success", "path": path}])),
        }
    })
}

fn paths(mock: &Mock) -> Vec<String> {
    mock.sent().iter().map(|sent| sent.path().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_recovered_chat_asks_with_them() {
    let mock = gateway(0, Reply::events(CREATED));
    let client = mock.client();
    let call = client.chat().stream(ask()).header("x-tenant", "blue");
    let answer =
        call.attach(FileSource::bytes("a.png", "x")).recover().await.unwrap().collect().await.unwrap();
    assert_eq!(answer.text(), "hello");
    let asked = ["/v1/files/upload", "/v3/chat", "/v3/chat/retrieve", "/v3/chat/message/list"];
    assert_eq!(paths(&mock), asked);
}

#[tokio::test(start_paused = true)]
async fn a_busy_conversation_is_freed_with_them() {
    let mock = gateway(2, Reply::events(CREATED));
    let client = mock.client();
    let call = client.chat().stream(ask()).header("x-tenant", "blue");
    call.when_busy(OnBusy::Cancel(Duration::from_secs(60))).await.unwrap();
    let asked = ["/v3/chat", "/v1/conversation/message/list", "/v3/chat/cancel", "/v3/chat", "/v3/chat"];
    assert_eq!(paths(&mock), asked);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_stream_is_canceled_with_them() {
    let mock = gateway(0, Reply::events(CREATED));
    let client = mock.client();
    let outputs = SubmitToolOutputs::new("1", "2").output("call", "22");
    let submitted = client.chat().stream_tool_outputs(outputs).header("x-tenant", "blue").cancel_on_drop();
    drop(submitted.await.unwrap());
    let call = client.chat().stream(ask()).header("x-tenant", "blue");
    let mut events = call.cancel_on_drop().await.unwrap();
    assert!(matches!(events.next().await, Some(Ok(ChatEvent::Created(_)))));
    drop(events);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let sent = mock.sent();
    let canceled: Vec<_> = sent.iter().filter(|sent| sent.path() == "/v3/chat/cancel").collect();
    assert_eq!(canceled.len(), 2);
    assert!(canceled.iter().all(|sent| sent.header("x-tenant") == Some("blue")));
}

#[tokio::test(start_paused = true)]
async fn waits_ask_with_them() {
    let running = Reply::data(&json!({"id": "2", "conversation_id": "1", "status": "in_progress"}));
    let mock = gateway(0, running);
    let client = mock.client();
    let call = client.chat().create_and_poll(ask()).header("x-tenant", "blue");
    assert_eq!(call.attach(FileSource::bytes("a.png", "x")).await.unwrap().text(), "hello");
    let outputs = SubmitToolOutputs::new("1", "2").output("call", "22");
    client.chat().submit_and_poll(outputs).header("x-tenant", "blue").await.unwrap();
    client.workflows().run_and_poll(RunWorkflow::new("9")).header("x-tenant", "blue").await.unwrap();
    let refused = client.chat().create_and_poll(ask()).header("x-tenant", "a\nb").await.unwrap_err();
    assert_eq!(refused.kind(), coze::ErrorKind::InvalidRequest);
    assert!(mock.sent().iter().all(|sent| sent.header("x-tenant") == Some("blue")));
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_is_answered_with_them() {
    let mock = gateway(0, Reply::silence());
    let client = mock.client();
    let mut events =
        client.workflows().stream(StreamWorkflow::new("9")).header("x-tenant", "blue").await.unwrap();
    events.next().await.unwrap().unwrap();
    events.resume_with("yes").await.unwrap();
    assert_eq!(paths(&mock), ["/v1/workflow/stream_run", "/v1/workflow/stream_resume"]);
}
