//! What `coze::test` offers to tests of the code of users.

use std::time::Duration;

use bytes::Bytes;
use coze::test::{Content, Frame, Recorder, Recording, Reply, ScriptedTransport};
use coze::transport::{HyperTransport, TransportError};
use coze::types::chat::{Done, LastError};
use coze::types::workflow::{Interrupt, WorkflowMessage};
use coze::types::{Endpoint as _, Event};
use coze::{
    ApiError, Chat, ChatEvent, ChatStatus, CreateChat, ErrorKind, FileSource, Message, UnknownEvent,
    WorkflowEvent,
};
use coze_sim::{DEMO_BOT, DEMO_TOKEN, Sim};

fn question() -> CreateChat {
    CreateChat::new(DEMO_BOT, "user").message(Message::user("What day is 2024-10-01?"))
}

/// A chat in a state.
fn chat(status: ChatStatus) -> Chat {
    let mut chat = Chat::new("2");
    chat.conversation_id = Some("1".into());
    chat.status = Some(status);
    chat
}

/// Each event reads as what was written.
#[tokio::test]
async fn events_are_written_as_a_server_does() {
    let (name, data) = ("conversation.chat.half_time", "{}");
    let mut failed = chat(ChatStatus::Failed);
    let mut reason = LastError::default();
    (reason.code, reason.msg) = (Some(5000.into()), "broken".into());
    failed.last_error = Some(reason);
    let events = [
        ChatEvent::Created(chat(ChatStatus::Created)),
        ChatEvent::InProgress(chat(ChatStatus::InProgress)),
        ChatEvent::MessageDelta(Message::new("3")),
        ChatEvent::MessageCompleted(Message::new("3")),
        ChatEvent::AudioDelta(Message::new("3")),
        ChatEvent::Completed(chat(ChatStatus::Completed)),
        ChatEvent::RequiresAction(chat(ChatStatus::RequiresAction)),
        ChatEvent::Canceled(chat(ChatStatus::Canceled)),
        ChatEvent::Failed { error: failed.error().unwrap(), chat: Some(failed) },
        ChatEvent::Failed { chat: None, error: ApiError::new(5000, "broken") },
        ChatEvent::Error(ApiError::new(4013, "too many")),
        ChatEvent::Done(Done::default()),
        ChatEvent::Unknown(UnknownEvent::new(name, data)),
    ];
    for event in events {
        assert_eq!(read_back::<ChatEvent>(event.clone()).await, event);
    }

    let mut message = WorkflowMessage::default();
    "line\nline".clone_into(&mut message.content);
    let interrupt = WorkflowEvent::Interrupt {
        interrupt: Interrupt::new("4"),
        node_title: Some("Ask".into()),
        debug_url: None,
        extra: Default::default(),
    };
    let events = [
        WorkflowEvent::Message(message),
        interrupt,
        WorkflowEvent::Error(ApiError::new(5000, "broken")),
        WorkflowEvent::Done(Done::default()),
        WorkflowEvent::Ping,
        WorkflowEvent::Unknown(UnknownEvent::new(name, data)),
    ];
    for event in events {
        assert_eq!(read_back::<WorkflowEvent>(event.clone()).await, event);
    }
}

/// Reads an event from the bytes that are sent for it.
async fn read_back<T: Event>(event: impl Into<Frame>) -> T {
    let transport = ScriptedTransport::new([Reply::events([event])]);
    let request = transport.builder().build().unwrap().request(http::Method::GET, "/v1/x");
    let frame = request.events().await.unwrap().next().await.unwrap().unwrap();
    T::parse(&frame.name, &frame.data).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_chat_is_polled_against_a_script() {
    let mut answer = Message::new("3");
    answer.kind = Some(coze::message::MessageType::Answer);
    "Tuesday".clone_into(&mut answer.content);
    let transport = ScriptedTransport::new([
        Reply::data(chat(ChatStatus::InProgress)),
        Reply::data(chat(ChatStatus::InProgress)).delay(Duration::from_secs(5)),
        Reply::data(chat(ChatStatus::Completed)),
        Reply::data([answer]),
    ]);
    let client = transport.builder().build().unwrap();
    assert_eq!(client.chat().create_and_poll(question()).await.unwrap().text(), "Tuesday");

    let requests = transport.requests();
    let paths: Vec<_> = requests.iter().map(|request| request.uri().path()).collect();
    let poll = "/v3/chat/retrieve";
    assert_eq!(paths, ["/v3/chat", poll, poll, "/v3/chat/message/list"]);
    assert_eq!(CreateChat::read(&requests[0]).unwrap().user_id, "user");
    assert!(!format!("{requests:?}").contains("pat_test"));
}

#[tokio::test]
async fn errors_are_scripted_too() {
    let transport = ScriptedTransport::new([
        Reply::api_error(4016, "busy"),
        Reply::json(serde_json::json!({"code": 0})).status(http::StatusCode::SERVICE_UNAVAILABLE),
        Reply::fail(TransportError::connect("no route")),
        Reply::chat("Tuesday").break_after(2),
    ]);
    let client = transport.builder().build().unwrap();
    let expected = [ErrorKind::Busy, ErrorKind::Server, ErrorKind::Connect, ErrorKind::Transport];
    for kind in expected {
        let result = async { client.chat().stream(question()).await?.collect().await };
        assert_eq!(result.await.unwrap_err().kind(), kind);
    }
    let error = client.chat().stream(question()).await.unwrap_err().to_string();
    assert!(error.contains("the script has no reply left for POST /v3/chat"), "{error}");
}

#[tokio::test]
async fn what_was_recorded_is_replayed() {
    let sim = Sim::start().await.unwrap();
    let transport = HyperTransport::builder().no_proxy().build().unwrap();
    let recorder = Recorder::new(transport);
    let client = coze::Coze::builder().token(DEMO_TOKEN).base_url(sim.url()).transport(recorder.clone());
    let client = client.build().unwrap();

    let run = async |client: &coze::Coze| {
        let png = FileSource::bytes("cat.png", &b"\x89PNG\r\n\x1a\n"[..]);
        let file = client.files().upload(png).await.unwrap();
        let answer = client.chat().stream(question()).await.unwrap().collect().await.unwrap();
        let error = client.bots().retrieve("404").await.unwrap_err();
        (file, answer.text(), error.to_string())
    };
    let recorded = run(&client).await;
    assert_eq!(recorded.1, "October 1, 2024 is a Tuesday.");
    // A reader that stops early is recorded as far as it read.
    let mut events = client.chat().stream(question()).await.unwrap();
    events.next().await.unwrap().unwrap();
    drop(events);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("recording.json");
    recorder.recording().save(&path).unwrap();
    drop(sim);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains(DEMO_TOKEN), "the token was recorded");

    let recording = Recording::load(&path).unwrap();
    assert_eq!(recording.exchanges.len(), 4);
    assert!(matches!(recording.exchanges[0].request, Content::Bytes(_)), "a PNG is no text");
    let replay = ScriptedTransport::replay(recording);
    let client = replay.builder().build().unwrap();
    assert_eq!(run(&client).await, recorded);
    assert_eq!(replay.requests().len(), 3);
}

#[tokio::test]
async fn a_transport_error_is_recorded_and_replayed() {
    let script = ScriptedTransport::new([
        Reply::fail(TransportError::connect("no route")),
        Reply::new("text/plain", Bytes::from("half")).break_after(1),
    ]);
    let recorder = Recorder::new(script);
    let client =
        coze::Coze::builder().token("t").transport(recorder.clone()).retry(coze::RetryPolicy::none());
    let client = client.build().unwrap();
    let replay = || ScriptedTransport::replay(recorder.recording()).builder().build().unwrap();
    let mut errors = Vec::new();
    for _ in 0..2 {
        errors.push(client.users().me().await.unwrap_err().to_string());
    }
    let replay = replay();
    for error in errors {
        let again = replay.users().me().await.unwrap_err().to_string();
        let cause = if error.contains("no route") { "no route" } else { "the connection was closed" };
        assert!(error.contains(cause) && again.contains(cause), "{error}\n{again}");
    }
    let error = Recording::load("no-such-recording.json").unwrap_err().to_string();
    assert!(error.starts_with("no-such-recording.json: "), "{error}");
}
