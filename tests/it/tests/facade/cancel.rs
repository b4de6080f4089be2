//! Chats that end with their readers, in time that the tests control.

use std::future::{IntoFuture, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use coze::auth::{Token, TokenProvider, TokenRequest};
use coze::{ChatEvent, CreateChat, Message, RetryPolicy, SubmitToolOutputs};
use serde_json::json;

use crate::mock::{Mock, Piece, Reply};

const SECOND: Duration = Duration::from_secs(1);
const CREATED: &str = "event:conversation.chat.created\ndata:{\"id\":\"2\",\"conversation_id\":\"1\"}\n\n";

fn ask() -> CreateChat {
    CreateChat::new("7", "u").message(Message::user("hi"))
}

fn outputs() -> SubmitToolOutputs {
    SubmitToolOutputs::new("1", "2").output("call", "22")
}

fn chat(status: &str) -> Reply {
    Reply::data(&json!({"id": "2", "conversation_id": "1", "status": status}))
}

/// A server that answers whatever is canceled, and the rest with this.
fn server(reply: Reply) -> Mock {
    Mock::new(move |_, sent| if sent.path() == "/v3/chat/cancel" { chat("canceled") } else { reply.clone() })
}

/// Gives a call up after a second, and waits for what comes of it.
async fn give_up<T>(call: impl IntoFuture<Output = T>) {
    let given_up = tokio::time::timeout(SECOND, call.into_future()).await;
    assert!(given_up.is_err(), "it should take longer");
    tokio::time::sleep(60 * SECOND).await;
}

fn paths(mock: &Mock) -> Vec<String> {
    mock.sent().iter().map(|sent| sent.path().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_given_up_goes_on_only_when_its_chat_is_to_be_canceled() {
    let mock = server(Reply::events(CREATED).after(5 * SECOND));
    let client = mock.client();
    give_up(client.chat().stream(ask())).await;
    give_up(client.chat().stream(ask()).recover()).await;
    assert_eq!(paths(&mock), ["/v3/chat", "/v3/chat"]);
    give_up(client.chat().stream(ask()).cancel_on_drop()).await;
    assert_eq!(paths(&mock)[2..], ["/v3/chat", "/v3/chat/cancel"]);
    assert_eq!(mock.sent()[3].json(), json!({"conversation_id": "1", "chat_id": "2"}));

    let mock = server(chat("in_progress").after(5 * SECOND));
    let client = mock.client();
    give_up(client.chat().create_and_poll(ask())).await;
    assert_eq!(paths(&mock), ["/v3/chat"]);
    give_up(client.chat().create_and_poll(ask()).cancel_on_drop()).await;
    assert_eq!(paths(&mock)[1..], ["/v3/chat", "/v3/chat/cancel"]);
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_is_known_before_is_canceled_behind_the_request() {
    for slow in [5, 3600] {
        let mock = server(chat("in_progress").after(slow * SECOND));
        let client = mock.client();
        give_up(client.chat().submit_and_poll(outputs()).cancel_on_drop()).await;
        assert_eq!(paths(&mock), ["/v3/chat/submit_tool_outputs", "/v3/chat/cancel"]);
        let waited = mock.sent()[1].at - mock.sent()[0].at;
        assert_eq!(waited, if slow == 5 { 5 * SECOND } else { 11 * SECOND });

        let mock = server(Reply::events(CREATED).after(slow * SECOND));
        let client = mock.client();
        give_up(client.chat().stream_tool_outputs(outputs()).cancel_on_drop()).await;
        assert_eq!(paths(&mock), ["/v3/chat/submit_tool_outputs", "/v3/chat/cancel"]);

        let mock = server(chat("in_progress").after(slow * SECOND));
        let client = mock.client();
        give_up(client.chat().poll("1", "2")).await;
        give_up(client.chat().poll("1", "2").cancel_on_drop()).await;
        assert_eq!(paths(&mock), ["/v3/chat/retrieve", "/v3/chat/retrieve", "/v3/chat/cancel"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_names_no_chat_is_not_listened_to_for_long() {
    let mock = server(Reply::pieces([Piece::Data(": hello\n\n".into()), Piece::Hang]));
    let client = mock.client();
    drop(client.chat().stream(ask()).cancel_on_drop().await.unwrap());
    tokio::time::sleep(9 * SECOND).await;
    assert_eq!(mock.open(), 1);
    tokio::time::sleep(2 * SECOND).await;
    assert_eq!((mock.open(), mock.sent().len()), (0, 1));

    let mock = server(Reply::silence());
    give_up(mock.client().chat().stream(ask()).cancel_on_drop()).await;
    assert_eq!(paths(&mock), ["/v3/chat"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_cancel_is_not_waited_for_without_end() {
    let created = Reply::pieces([Piece::Data(CREATED.into()), Piece::Hang]);
    let held = Piece::Data("{\"code\":0".into());
    let mock = Mock::new(move |_, sent| match sent.path() {
        "/v3/chat/cancel" => {
            Reply::pieces([held.clone(), Piece::Hang]).header("content-type", "application/json")
        }
        _ => created.clone(),
    });
    let client = mock.builder().timeout(None).build().unwrap();
    let mut events = client.chat().stream(ask()).cancel_on_drop().await.unwrap();
    assert!(matches!(events.next().await, Some(Ok(ChatEvent::Created(_)))));
    drop(events);
    tokio::time::sleep(SECOND).await;
    assert_eq!((paths(&mock).len(), mock.open()), (2, 1));
    tokio::time::sleep(60 * SECOND).await;
    assert_eq!(mock.open(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_is_over_is_not_canceled() {
    let failed = "event:conversation.chat.failed\ndata:{\"id\":\"2\",\"conversation_id\":\"1\",\"status\":\"failed\"}\n\n";
    let completed = failed.replace("failed", "completed");
    let busy = "event:error\ndata:{\"code\":4016,\"msg\":\"occupied\"}\n\n".to_owned();
    for events in [failed.to_owned(), completed, busy, String::new()] {
        let mock = server(Reply::events(events));
        drop(mock.client().chat().stream(ask()).cancel_on_drop().await.unwrap());
        tokio::time::sleep(60 * SECOND).await;
        assert_eq!(paths(&mock), ["/v3/chat"]);
    }
    let mock = server(chat("completed").after(2 * SECOND));
    give_up(mock.client().chat().create_and_poll(ask()).cancel_on_drop()).await;
    assert_eq!(paths(&mock), ["/v3/chat"]);
}

/// Takes its time for each token.
#[derive(Debug)]
struct Slow;

#[coze::transport::async_trait]
impl TokenProvider for Slow {
    async fn token(&self, _: TokenRequest) -> Result<Token, coze::Error> {
        tokio::time::sleep(3 * SECOND).await;
        Token::new("t")
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_on_its_way_is_not_sent_any_more() {
    let mock = server(Reply::events(CREATED));
    let client = mock.builder().auth(Slow).build().unwrap();
    give_up(client.chat().stream(ask()).cancel_on_drop()).await;
    assert!(mock.sent().is_empty());

    let mock = server(Reply::new(429, "text/plain", "slow down").header("retry-after", "5"));
    let client = mock.builder().retry(RetryPolicy::new()).build().unwrap();
    give_up(client.chat().stream(ask()).cancel_on_drop()).await;
    give_up(client.chat().create_and_poll(ask()).cancel_on_drop()).await;
    assert_eq!(paths(&mock), ["/v3/chat", "/v3/chat"]);
}

#[test]
fn without_a_runtime_nothing_is_canceled() {
    let mock = server(Reply::pieces([Piece::Data(CREATED.into()), Piece::Hang]));
    let silent = server(Reply::silence());
    let (client, waiting) = (mock.client(), silent.client());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let unread = runtime.block_on(client.chat().stream(ask()).cancel_on_drop().into_future()).unwrap();
    let mut read = runtime.block_on(client.chat().stream(ask()).cancel_on_drop().into_future()).unwrap();
    assert!(matches!(runtime.block_on(read.next()), Some(Ok(ChatEvent::Created(_)))));
    let mut request = waiting.chat().stream(ask()).cancel_on_drop().into_future();
    let pending = poll_fn(|cx| Poll::Ready(Pin::new(&mut request).poll(cx).is_pending()));
    assert!(runtime.block_on(pending));
    drop((unread, read, request));
    runtime.block_on(async { tokio::time::sleep(Duration::from_millis(50)).await });
    assert_eq!(
        (mock.open(), paths(&mock), paths(&silent)),
        (0, vec!["/v3/chat".to_owned(); 2], vec!["/v3/chat".to_owned()])
    );
}
