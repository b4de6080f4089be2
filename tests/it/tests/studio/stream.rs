//! Streams of Coze Studio.

use std::time::Duration;

use bytes::Bytes;
use coze::types::message::{ContentType, MessageType};
use coze::{ChatEvent, Error, ErrorKind};
use serde_json::{Value, json};

use super::{with_rules, with_steps};
use crate::mock::{Mock, Piece, Reply};
use crate::served::{Served, ask, ask_bot, builder, patiently};

/// What came of a stream: the names of its events, its text, its errors.
#[derive(Debug, Default)]
struct Read {
    events: Vec<ChatEvent>,
    text: String,
    errors: Vec<Error>,
}

async fn read(served: &Served) -> Read {
    let mut events = served.client.chat().stream(ask_bot("1", "hi")).await.unwrap();
    let mut read = Read::default();
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => {
                read.text += event.text().unwrap_or_default();
                read.events.push(event);
            }
            Err(error) => {
                assert!(error.log_id().is_some(), "{error}");
                read.errors.push(error);
            }
        }
    }
    read
}

/// The one error that a stream of the given steps gives, and what else it gave.
async fn failure(steps: Value) -> (Error, Read) {
    let mut read = read(&with_steps(steps, json!({})).await).await;
    assert_eq!(read.errors.len(), 1, "{read:?}");
    (read.errors.remove(0), read)
}

#[tokio::test]
async fn point_01_a_stream_ends_with_either_done_or_plainly() {
    patiently(async {
        for (wire, done) in [
            (json!({}), true),
            (json!({"done": {"name": "done", "data": "[DONE]"}}), true),
            (json!({"done": {"name": "done", "data": ""}}), true),
            (json!({"done": {"name": "conversation.stream.done", "data": "{}"}}), true),
            (json!({"done": false}), false),
        ] {
            let served = with_steps(json!([{"answer": ["hel", "lo"]}]), wire.clone()).await;
            let read = read(&served).await;
            assert!(read.errors.is_empty() && read.text == "hello", "{wire}: {read:?}");
            assert_eq!(matches!(read.events.last(), Some(ChatEvent::Done(_))), done, "{wire}");
            let answer = served.client.chat().stream(ask_bot("1", "hi")).await.unwrap().collect().await;
            assert_eq!(answer.unwrap().text(), "hello", "{wire}");
        }
        // That is what the server really sends: an event of its own, whose data is empty.
        let raw = with_steps(json!([{"answer": "hi"}]), json!({})).await;
        let body = json!({"bot_id": "1", "user_id": "u", "stream": true,
            "additional_messages": [{"role": "user", "content": "hi", "content_type": "text"}]});
        let request = raw.client.request(http::Method::POST, "/v3/chat").json(&body);
        let mut events = request.events().await.unwrap();
        let mut last = None;
        while let Some(event) = events.next().await {
            last = Some(event.unwrap());
        }
        let last = last.unwrap();
        assert_eq!((last.name.as_str(), last.data.as_str()), ("conversation.stream.done", ""));
    })
    .await;
}

#[tokio::test]
async fn point_02_an_error_is_told_whether_an_end_follows_or_not() {
    patiently(async {
        let problem = json!({"code": 103_200_002, "msg": "Internal Server Error"});
        let mut going_on = problem.clone();
        going_on["go_on"] = json!(true);
        // A model that fails midway: the error, and then an end as if all were well.
        let (error, read) = failure(json!([{"answer": "half"}, {"error": going_on}])).await;
        assert_eq!((error.kind(), read.text.as_str()), (ErrorKind::Server, "half"));
        assert!(read.events.iter().any(|event| matches!(event, ChatEvent::Completed(_))), "{read:?}");
        assert!(matches!(read.events.last(), Some(ChatEvent::Done(_))), "{read:?}");
        // A run that fails at its start: the error, and then nothing.
        let (error, read) = failure(json!([{"error": problem}])).await;
        assert_eq!(error.api().unwrap().code, 103_200_002);
        assert!(matches!(read.events.last(), Some(ChatEvent::InProgress(_))), "{read:?}");

        // Neither is a success of the views.
        for steps in [json!([{"answer": "half"}, {"error": going_on}]), json!([{"error": problem}])] {
            let served = with_steps(steps, json!({})).await;
            let events = served.client.chat().stream(ask_bot("1", "hi")).await.unwrap();
            assert_eq!(events.collect().await.unwrap_err().kind(), ErrorKind::Server);
        }

        // No event at all.
        let empty = with_rules(json!([{"reply": {"steps": [], "bare": true}}])).await;
        let events = empty.client.chat().stream(ask_bot("1", "hi")).await.unwrap();
        let error = events.collect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated);
        assert!(error.to_string().contains("no event") && error.log_id().is_some(), "{error}");
    })
    .await;
}

#[tokio::test]
async fn point_03_frames_come_in_all_their_forms() {
    patiently(async {
        for wire in [
            json!({"space_after_colon": true}),
            json!({"space_after_colon": false}),
            json!({"space_after_colon": true, "ids": true}),
            json!({"chunk_bytes": 1}),
            json!({"chunk_bytes": 5, "ids": true, "line_end": "crlf"}),
        ] {
            let served = with_steps(json!([{"answer": ["你", "好"]}]), wire.clone()).await;
            let read = read(&served).await;
            assert!(read.errors.is_empty() && read.text == "你好", "{wire}: {read:?}");
        }
        // The data line is missing where there is no data: amid the stream, and at its end.
        let steps =
            json!([{"raw": "event:PING\n\n"}, {"answer": ["你", "好"]}, {"raw": "id:7\nevent:PING\n\n"}]);
        for done in [json!({}), json!({"done": false})] {
            let read = read(&with_steps(steps.clone(), done).await).await;
            assert!(read.errors.is_empty() && read.text == "你好", "{read:?}");
        }
        let completed = "event:conversation.chat.completed\ndata:{\"id\":\"2\",\"status\":\"completed\"}\n\n";
        let bare = json!([{"raw": completed}, {"raw": "event:conversation.stream.done\n\n"}]);
        let served = with_rules(json!([{"reply": {"steps": bare, "bare": true}}])).await;
        assert!(read(&served).await.errors.is_empty());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn point_03_minutes_without_a_heartbeat_are_no_fault() {
    let five_minutes = Duration::from_secs(300);
    let event = |text: &str| Piece::Data(Bytes::from(text.to_owned()));
    let pieces = [
        event("event:conversation.chat.created\ndata:{\"id\":\"2\"}\n\n"),
        Piece::Pause(five_minutes),
        event("event:conversation.chat.completed\ndata:{\"id\":\"2\"}\n\n"),
        Piece::Pause(five_minutes),
        event("event:conversation.stream.done\ndata:\n\n"),
    ];
    // The head comes with the first event, and so as late.
    let mock = Mock::always(Reply::pieces(pieces).after(five_minutes));
    mock.client().chat().stream(ask("hi")).await.unwrap().collect().await.unwrap();
}

#[tokio::test]
async fn point_04_the_data_of_an_error_comes_in_all_its_forms() {
    patiently(async {
        let stack = "code=103100002 message=agent not exists\nstack=goroutine 1 [running]:\n\tmain.main()";
        for (name, data, code, msg) in [
            ("error", json!({"code": 103_100_001, "msg": "agent run error"}), "103100001", "agent run error"),
            ("error", json!({"code": "720701013", "msg": "failed", "debug_url": "u"}), "720701013", "failed"),
            ("error", json!({"code": 103_100_001, "msg": stack}), "103100002", "agent not exists"),
            ("error", json!("node x failed:\nstack of the node"), "0", "node x failed"),
            ("Error", json!({"error_code": 720_701_013, "error_message": "failed"}), "720701013", "failed"),
            ("Error", json!("plain text"), "0", "plain text"),
        ] {
            let (error, _) =
                failure(json!([{"event": {"name": name, "data": data}}, {"chat": "completed"}])).await;
            let api = error.api().unwrap();
            assert_eq!(api.code.to_string(), code, "{data}");
            assert!(api.msg.starts_with(msg) && !api.msg.contains("goroutine"), "{data}: {}", api.msg);
            assert!(!error.to_string().contains('\n'), "{error}");
        }
        // So is the agent that is missing told, by the server itself.
        let served = with_rules(json!([])).await;
        let events = served.client.chat().stream(ask_bot("7499999999999999999", "hi")).await.unwrap();
        let error = events.collect().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.api().unwrap().code.as_i64()),
            (ErrorKind::NotFound, Some(103_100_002))
        );
    })
    .await;
}

#[tokio::test]
async fn point_05_a_stream_is_refused_by_json_with_status_200() {
    patiently(async {
        let refuse = json!({"status": 200, "code": 720_702_011, "msg": "not published"});
        let served = with_rules(json!([{"refuse": refuse}])).await;
        let error = served.client.chat().stream(ask_bot("1", "hi")).await.map(drop).unwrap_err();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Unpublished, 200));
        assert!(error.log_id().is_some());
        let wrong = builder(&served.sim).token("pat_wrong").build().unwrap();
        let error = wrong.chat().stream(ask("hi")).await.map(drop).unwrap_err();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Authentication, 200));
    })
    .await;
}

#[tokio::test]
async fn point_15_words_of_its_own_and_messages_that_are_completed_twice() {
    patiently(async {
        let recall = json!({"msg_type": "knowledge_recall", "data": "{\"chunks\":[]}"}).to_string();
        let card = json!({"deltas": ["{}"], "content_type": "card"});
        let served = with_steps(
            json!([
                {"message": {"type": "knowledge", "content": recall}},
                {"answer": {"deltas": ["hel", "lo"], "completed": 2}},
                {"answer": card},
                {"message": {"type": "something_new", "content": "x", "content_type": "something_new"}},
            ]),
            json!({}),
        )
        .await;
        let answer = served.client.chat().stream(ask_bot("1", "hi")).await.unwrap().collect().await.unwrap();
        let of_kind = |kind: MessageType| {
            answer.messages.iter().filter(move |message| message.kind == Some(kind.clone()))
        };
        let knowledge = of_kind(MessageType::Knowledge).next().unwrap();
        assert_eq!(knowledge.verbose().unwrap().msg_type, "knowledge_recall");
        assert!(of_kind(MessageType::Verbose).any(|m| m.verbose().unwrap().is_answer_finish()), "{answer:?}");
        let texts: Vec<_> =
            of_kind(MessageType::Answer).map(|m| (m.content.as_str(), m.content_type.clone())).collect();
        assert_eq!(
            texts,
            [("hello", Some(ContentType::Text)), ("{}", Some(ContentType::Card))],
            "each answer once"
        );
        let new = of_kind(MessageType::from("something_new")).next().unwrap();
        assert_eq!(new.content_type, Some(ContentType::from("something_new")));
        // The completed answer tells its cost, since the completed chat does not.
        let first = of_kind(MessageType::Answer).next().unwrap();
        assert!(first.meta_data.contains_key("token"), "{first:?}");
    })
    .await;
}
