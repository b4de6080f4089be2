//! Each event of a chat.

use coze::types::UnknownEvent;
use coze::{ChatEvent, ChatStatus};

use super::*;

#[tokio::test(start_paused = true)]
async fn every_event_is_read_whole() {
    let body = [
        created(),
        frame("conversation.chat.in_progress", r#"{"id":"2","conversation_id":"1","status":"in_progress"}"#),
        frame(
            "conversation.message.delta",
            r#"{"id":"3","type":"answer","content":"","reasoning_content":"hm"}"#,
        ),
        delta("你"),
        delta("好"),
        message("4", "function_call", r#"{"name":"f","arguments":{"x":1}}"#),
        message("5", "tool_response", "42"),
        answer("3", "你好"),
        message("6", "follow_up", "more?"),
        message("7", "verbose", r#"{"msg_type":"generate_answer_finish","data":""}"#),
        frame("conversation.audio.delta", r#"{"id":"3","content":"AAAA","content_type":"audio"}"#),
        completed(),
        frame("done", r#"{"debug_url":"https://x/y"}"#),
    ];
    let events: Vec<_> = read(Reply::events(body.concat())).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(events.len(), body.len());
    let ChatEvent::Created(chat) = &events[0] else { panic!("{events:?}") };
    assert_eq!((chat.id.as_str(), chat.status.as_ref()), ("2", Some(&ChatStatus::Created)));
    let ChatEvent::InProgress(chat) = &events[1] else { panic!("{events:?}") };
    assert_eq!(chat.conversation_id.as_ref().unwrap().as_str(), "1");
    let ChatEvent::MessageDelta(reasoning) = &events[2] else { panic!("{events:?}") };
    assert_eq!(reasoning.reasoning_content.as_deref(), Some("hm"));
    assert_eq!(events[2].text(), None);
    assert_eq!((events[3].text(), events[4].text()), (Some("你"), Some("好")));
    let ChatEvent::MessageCompleted(call) = &events[5] else { panic!("{events:?}") };
    assert_eq!(call.function_call().unwrap().name, "f");
    let ChatEvent::MessageCompleted(verbose) = &events[9] else { panic!("{events:?}") };
    assert!(verbose.verbose().unwrap().is_answer_finish());
    assert!(matches!(&events[10], ChatEvent::AudioDelta(audio) if audio.content == "AAAA"));
    let ChatEvent::Completed(chat) = &events[11] else { panic!("{events:?}") };
    assert_eq!(chat.usage.as_ref().unwrap().token_count, Some(3));
    assert!(matches!(&events[12], ChatEvent::Done(done) if done.debug_url.as_deref() == Some("https://x/y")));
}

#[tokio::test(start_paused = true)]
async fn ends_of_other_sorts_are_read() {
    let waiting = r#"{"id":"2","status":"requires_action","required_action":{"type":"submit_tool_outputs",
        "submit_tool_outputs":{"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}}}"#
        .replace('\n', "");
    for (name, data, expected) in [
        ("conversation.chat.requires_action", waiting.as_str(), "requires_action"),
        ("conversation.chat.required_action", waiting.as_str(), "requires_action"),
        ("conversation.chat.canceled", r#"{"id":"2","status":"canceled"}"#, "canceled"),
        ("conversation.chat.cancelled", r#"{"id":"2"}"#, "canceled"),
    ] {
        let body = created() + &frame(name, data);
        assert_eq!(words(Reply::events(body.clone())).await, ["created", expected], "no done is owed");
        assert_eq!(words(Reply::events(body + &done())).await, ["created", expected, "done"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_chat_is_an_error_in_each_of_its_forms() {
    for (data, code, msg) in [
        (r#"{"id":"2","status":"failed","last_error":{"code":5000,"msg":"broke"}}"#, "5000", "broke"),
        (r#"{"id":"2","status":"failed","last_error":{"code":"5000","msg":"broke"}}"#, "5000", "broke"),
        (r#"{"id":"2","status":"failed","last_error":null}"#, "0", "no reason"),
        (r#"{"id":"2","status":"failed"}"#, "0", "no reason"),
        (r#"{"id":"2"}"#, "0", "no reason"),
        (r#"{"code":701231,"msg":"error"}"#, "701231", "error"),
        (r#"{"code":"720702204","msg":"no such name"}"#, "720702204", "no such name"),
    ] {
        let body = created() + &frame("conversation.chat.failed", data) + &done();
        let seen = read(Reply::events(body)).await;
        let [Ok(_), Err(error), Ok(ChatEvent::Done(_))] = seen.as_slice() else { panic!("{data}: {seen:?}") };
        let api = error.api().unwrap();
        assert_eq!(api.code.to_string(), code, "{data}");
        assert!(error.to_string().contains(msg), "{error}");
        assert!(error.to_string().contains(LOG_ID), "{error}");
        // A failed chat owes no done.
        assert_eq!(words(Reply::events(frame("conversation.chat.failed", data))).await, [format!("!{code}")]);
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_events_come_as_they_are_and_end_nothing() {
    let body = created()
        + &frame("conversation.message.applause", "not json")
        + &frame("PING", "{}")
        + "data: {\"nameless\":1}\n\n"
        + &delta("a")
        + &frame("conversation.chat.completed.v2", "{}");
    let seen = words(Reply::events(body.clone())).await;
    let expected = [
        "created",
        "?conversation.message.applause",
        "?PING",
        "?message",
        "+a",
        "?conversation.chat.completed.v2",
    ];
    assert_eq!(seen[..6], expected);
    assert_eq!(seen[6..], [TRUNCATED]);

    let events = read(Reply::events(body + &completed())).await;
    let Ok(ChatEvent::Unknown(unknown)) = &events[1] else { panic!("{events:?}") };
    assert_eq!(*unknown, UnknownEvent::new("conversation.message.applause", "not json"));
    assert!(events.iter().all(Result::is_ok));
}

#[tokio::test(start_paused = true)]
async fn audio_may_follow_the_completed_chat() {
    let audio = frame("conversation.audio.delta", r#"{"id":"3","content":"BBBB"}"#);
    let body = created() + &completed() + &audio + &audio + &done();
    assert_eq!(words(Reply::events(body)).await, ["created", "completed", "~BBBB", "~BBBB", "done"]);
}

#[tokio::test(start_paused = true)]
async fn odd_values_in_events_fail_nothing() {
    for data in [
        r#"{"id":3}"#,
        r#"{"id":"3","type":"new_kind","role":"system","content_type":"hologram"}"#,
        r#"{"id":"3","content":null,"meta_data":null,"created_at":null,"type":null,"role":null}"#,
        r#"{"id":"3","meta_data":{"n":1},"created_at":"17","updated_at":0,"new":[{}]}"#,
        r#"{"id":"3","content":"\ud83e\udd80 \u0000 \"\\/"}"#,
    ] {
        let body = frame("conversation.message.delta", data) + &completed();
        let seen = read(Reply::events(body)).await;
        assert!(matches!(seen.as_slice(), [Ok(ChatEvent::MessageDelta(_)), Ok(_)]), "{data}: {seen:?}");
    }
}
