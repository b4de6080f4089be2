//! Chats that wait for their turn, in time that the tests control.

use std::time::Duration;

use coze::{CreateChat, ErrorKind, Message, OnBusy};
use serde_json::json;
use tokio::time::{Instant, timeout};

use crate::mock::{Mock, Piece, Reply};

const SECOND: Duration = Duration::from_secs(1);
const CREATED: &str = "event:conversation.chat.created\ndata:{\"id\":\"2\",\"conversation_id\":\"1\"}\n\n";

fn ask() -> CreateChat {
    CreateChat::new("7", "u").conversation_id("1").message(Message::user("hi"))
}

fn busy() -> Reply {
    Reply::json(&json!({"code": 4016, "msg": "conversation is occupied"}))
}

#[tokio::test(start_paused = true)]
async fn a_wait_has_an_end() {
    let mock = Mock::always(busy());
    let client = mock.client();
    for limit in [Duration::ZERO, 7 * SECOND] {
        let started = Instant::now();
        let when = OnBusy::Wait(limit);
        let errors = [
            client.chat().create(ask()).when_busy(when).await.map(drop).unwrap_err(),
            client.chat().stream(ask()).when_busy(when).await.map(drop).unwrap_err(),
            client.chat().create_and_poll(ask()).when_busy(when).await.map(drop).unwrap_err(),
        ];
        assert_eq!(started.elapsed(), 3 * limit);
        for error in errors {
            assert_eq!((error.kind(), error.endpoint()), (ErrorKind::Busy, Some("/v3/chat")), "{error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_polled_chat_waits_for_its_turn_within_its_deadline() {
    let mock = Mock::always(busy());
    let client = mock.client();
    let started = Instant::now();
    let call = client.chat().create_and_poll(ask()).when_busy(OnBusy::Wait(60 * SECOND));
    let error = call.deadline(3 * SECOND).await.unwrap_err();
    assert_eq!((error.kind(), started.elapsed()), (ErrorKind::Busy, 3 * SECOND), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_chat_whose_turn_comes_with_the_deadline_is_not_started() {
    let started = Instant::now();
    let mock = Mock::new(move |_, sent| match sent.path() {
        "/v3/chat" if sent.at - started < 3 * SECOND => busy(),
        _ => Reply::data(&json!({"id": "2", "conversation_id": "1", "status": "completed"})),
    });
    let client = mock.client();
    let call = client.chat().create_and_poll(ask()).when_busy(OnBusy::Wait(60 * SECOND));
    let error = call.deadline(3 * SECOND).await.unwrap_err();
    assert_eq!((error.kind(), started.elapsed()), (ErrorKind::Busy, 3 * SECOND), "{error}");
    assert!(mock.sent().iter().all(|sent| sent.at - started < 3 * SECOND));
    // The wait alone has a last try at its end, which the deadline leaves time for.
    let call = client.chat().create(ask()).when_busy(OnBusy::Wait(3 * SECOND));
    assert_eq!(call.await.unwrap().id.as_str(), "2");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_free_the_conversation_is_waited_for_no_longer() {
    for silent in ["/v1/conversation/message/list", "/v3/chat/cancel"] {
        let mock = Mock::new(move |_, sent| match sent.path() {
            path if path == silent => Reply::silence(),
            "/v3/chat" => busy(),
            _ => Reply::data(&json!([{"id": "9", "chat_id": "8"}])),
        });
        let client = mock.builder().timeout(None).build().unwrap();
        let started = Instant::now();
        let when = OnBusy::Cancel(60 * SECOND);
        let day = 86_400 * SECOND;
        let polled = client.chat().create_and_poll(ask()).when_busy(when).deadline(10 * SECOND);
        let polled = timeout(day, polled.into_future()).await.expect("it hangs");
        assert_eq!(started.elapsed(), 10 * SECOND);
        let streamed = client.chat().stream(ask()).when_busy(when);
        let streamed = timeout(day, streamed.into_future()).await.expect("it hangs");
        assert_eq!(started.elapsed(), 70 * SECOND);
        for error in [polled.unwrap_err(), streamed.map(drop).unwrap_err()] {
            assert_eq!((error.kind(), error.endpoint()), (ErrorKind::Busy, Some("/v3/chat")), "{error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_mistake_of_the_caller_is_told_before_anything_is_sent() {
    let mock = Mock::always(busy());
    let client = mock.client();
    let call = client.chat().create(ask()).header("x-a", "a\nb").when_busy(OnBusy::Wait(SECOND));
    assert_eq!(call.await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert!(mock.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_first_event_is_looked_at_and_not_lost() {
    let mock = Mock::always(Reply::pieces([Piece::Data(CREATED.into()), Piece::Hang]));
    let client = mock.client();
    let mut events = client.chat().stream(ask()).when_busy(OnBusy::Wait(SECOND)).await.unwrap();
    assert!(events.chat().is_none());
    assert!(matches!(events.next().await, Some(Ok(coze::ChatEvent::Created(_)))));
    assert!(timeout(SECOND, events.next()).await.is_err());
    drop(events);

    // A stream that is cut before its first event says so when it is read.
    let mock = Mock::always(Reply::events(""));
    let mut events = mock.client().chat().stream(ask()).when_busy(OnBusy::Wait(SECOND)).await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap_err().kind(), ErrorKind::Truncated);
    assert!(events.next().await.is_none());
}
