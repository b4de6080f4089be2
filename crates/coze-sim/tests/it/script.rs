use std::time::Duration;

use coze_sim::{DEMO_BOT, Script, Sim};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::support::{
    AUTH, JSON, LONG, all_of, chat, chat_with, events, find, get, names, open, post, said, samples, scripted,
    stream, text, until, with,
};

/// A simulator with one bot, "5", whose one rule is the given one.
async fn ruled(rule: Value) -> Sim {
    scripted(json!({"bots": [{"id": "5", "rules": [rule]}]})).await
}

async fn raw(sim: &Sim) -> String {
    let reply = post(sim, "/v3/chat", chat_with("5", "go")).await;
    String::from_utf8(reply.body.to_vec()).unwrap()
}

/// Reads a stream to where it breaks: what came, and whether the end was a broken connection.
async fn broken(sim: &Sim) -> (Vec<u8>, bool) {
    let mut response =
        open(sim, "POST", "/v3/chat", &[AUTH, JSON], chat_with("5", "go").to_string()).await.unwrap();
    let mut seen = Vec::new();
    while let Some(frame) = response.body_mut().frame().await {
        match frame {
            Ok(frame) => seen.extend_from_slice(frame.data_ref().unwrap()),
            Err(_) => return (seen, true),
        }
    }
    (seen, false)
}

#[tokio::test]
async fn the_example_script_runs() {
    let script = Script::read(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/faults.json")).unwrap();
    let sim = Sim::builder().pace(Duration::ZERO).script(script).start().await.unwrap();
    let bot = "7400000000000000002";
    assert_eq!(said(&stream(&sim, "/v3/chat", chat_with(bot, "hi")).await), "Hello from the script.");
    let thinking = stream(&sim, "/v3/chat", chat_with(bot, "think")).await;
    assert!(thinking.iter().any(|event| event.data.contains("reasoning_content")));
    let waiting = stream(&sim, "/v3/chat", chat_with(bot, "weather in 杭州")).await;
    find(&waiting, "conversation.chat.requires_action");
    assert_eq!(post(&sim, "/v3/chat", chat_with(bot, "refuse")).await.refusal().1, 4013);
    // What no rule matches goes to the demo agent.
    assert_eq!(
        said(&stream(&sim, "/v3/chat", chat_with(bot, "2024年10月1日是星期几")).await),
        "2024年10月1日是星期二。"
    );
    assert_eq!(get(&sim, &format!("/v1/bots/{bot}")).await.data()["name"], "Scripted bot");
    assert_eq!(get(&sim, "/v1/users/me").await.status, 503);
    assert_eq!(get(&sim, "/v1/users/me").await.status, 200);
}

#[test]
fn the_scripts_in_the_readmes_are_scripts() {
    for readme in [include_str!("../../README.md"), include_str!("../../README.zh-CN.md")] {
        let blocks = readme.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
        let scripts: Vec<&str> = blocks.filter(|block| block.contains("\"bots\"")).collect();
        assert_eq!(scripts.len(), 1);
        Script::parse(scripts[0]).unwrap();
    }
}

#[tokio::test]
async fn deltas_come_as_written_with_reasoning_and_follow_ups() {
    let sim = ruled(json!({"reply": {"follow_ups": ["more?"], "steps": [
        {"reasoning": ["hm, ", "ok"]},
        {"answer": ["Hel", "lo {input}", "\n", "😀"]},
        {"message": {"type": "knowledge", "content": "recall"}},
        {"answer": "second answer"},
    ]}}))
    .await;
    let events = stream(&sim, "/v3/chat", chat_with("5", "world")).await;
    let deltas = all_of(&events, "conversation.message.delta");
    let contents: Vec<_> = deltas.iter().map(|delta| text(&delta["content"])).collect();
    assert_eq!(contents, ["", "", "Hel", "lo world", "\n", "😀", "second ", "answer"]);
    assert_eq!(
        (&deltas[0]["reasoning_content"], &deltas[1]["reasoning_content"]),
        (&json!("hm, "), &json!("ok"))
    );
    assert_eq!(deltas[0]["id"], deltas[2]["id"]);
    assert_ne!(deltas[2]["id"], deltas[6]["id"]);
    let completed = all_of(&events, "conversation.message.completed");
    let kinds: Vec<_> = completed.iter().map(|message| text(&message["type"])).collect();
    assert_eq!(kinds, ["answer", "knowledge", "answer", "verbose", "follow_up"]);
    assert_eq!(completed[0]["content"], "Hello world\n😀");
    assert_eq!(completed[0]["reasoning_content"], "hm, ok");
    assert_eq!(completed[4]["content"], "more?");
}

#[tokio::test]
async fn many_and_large_deltas_are_made_on_the_fly() {
    let sim = ruled(json!({"reply": {"steps": [
        {"answer": {"deltas": ["ab"], "times": 5000}},
        {"answer": {"deltas": ["x"], "stretch": 1_000_000, "completed": 2, "content_type": "card"}},
        {"answer": {"deltas": ["y"], "completed": 0}},
    ]}}))
    .await;
    let events = stream(&sim, "/v3/chat", chat_with("5", "go")).await;
    assert_eq!(said(&events).len(), 10_000 + 1_000_000 + 1);
    let completed: Vec<Value> = all_of(&events, "conversation.message.completed")
        .into_iter()
        .filter(|message| message["type"] == "answer")
        .collect();
    assert_eq!(completed.len(), 3);
    assert_eq!(completed[1], completed[2]);
    assert_eq!(completed[1]["content_type"], "card");
}

#[tokio::test]
async fn chats_fail_with_their_error() {
    let fail = |bare: bool| {
        let problem = json!({"code": 5000, "msg": "event interval error", "bare": bare});
        json!({"reply": {"steps": [{"answer": ["so f"]}, {"fail": problem}]}})
    };
    let sim = ruled(fail(false)).await;
    let events = stream(&sim, "/v3/chat", chat_with("5", "go")).await;
    let failed = find(&events, "conversation.chat.failed");
    assert_eq!((&failed["status"], &failed["last_error"]["code"]), (&json!("failed"), &json!(5000)));
    assert_eq!(events.last().unwrap().name, "done");
    let (conversation, id) = (text(&failed["conversation_id"]), text(&failed["id"]));
    let kept = until(&sim, &conversation, &id, "failed").await;
    assert!(kept["failed_at"].is_u64());
    assert_eq!(kept["last_error"]["msg"], "event interval error");
    // The conversation is free again.
    let path = format!("/v3/chat?conversation_id={conversation}");
    assert_eq!(names(&stream(&sim, &path, chat_with("5", "go")).await)[0], "conversation.chat.created");

    let events = stream(&ruled(fail(true)).await, "/v3/chat", chat_with("5", "go")).await;
    assert_eq!(
        find(&events, "conversation.chat.failed"),
        json!({"code": 5000, "msg": "event interval error"})
    );
}

#[tokio::test]
async fn error_events_end_the_stream_or_not() {
    let error = |go_on: bool| {
        let problem = json!({"code": 4013, "msg": "slow down", "go_on": go_on});
        json!({"reply": {"steps": [{"answer": ["a"]}, {"error": problem}]}})
    };
    let sim = ruled(error(false)).await;
    let events = stream(&sim, "/v3/chat", chat_with("5", "go")).await;
    assert_eq!(events.last().unwrap().name, "error");
    assert_eq!(events.last().unwrap().json(), json!({"code": 4013, "msg": "slow down"}));
    let created = find(&events, "conversation.chat.created");
    until(&sim, &text(&created["conversation_id"]), &text(&created["id"]), "failed").await;
    let events = stream(&ruled(error(true)).await, "/v3/chat", chat_with("5", "go")).await;
    let order = names(&events);
    assert!(
        order.contains(&"error") && order.ends_with(&["conversation.chat.completed", "done"]),
        "{order:?}"
    );
}

#[tokio::test]
async fn bare_replies_send_only_what_is_written() {
    let sim = ruled(json!({"reply": {"bare": true, "steps": [
        {"chat": "created"},
        {"event": {"name": "conversation.unknown", "data": {"id": "{chat_id}"}}},
        {"event": {"name": "error", "data": "plain text"}},
        {"comment": "ping"},
        {"raw": "data:no name {conversation_id}\n\n"},
    ]}}))
    .await;
    let sent = raw(&sim).await;
    let all = events(&sent);
    assert_eq!(names(&all), ["conversation.chat.created", "conversation.unknown", "error"]);
    let created = all[0].json();
    assert_eq!(all[1].json()["id"], created["id"]);
    assert_eq!(all[2].data, "plain text");
    assert!(sent.contains(": ping\n\n"));
    assert!(sent.ends_with(&format!("data:no name {}\n\n", text(&created["conversation_id"]))), "{sent}");
    assert_eq!(raw(&ruled(json!({"reply": {"bare": true}})).await).await, "");
}

#[tokio::test]
async fn bytes_go_out_as_they_are() {
    let sim = ruled(
        json!({"reply": {"bare": true, "steps": [{"raw_bytes": [255, 254, 10, 10]}, {"audio": "AAAA"}]}}),
    )
    .await;
    let (seen, cut) = broken(&sim).await;
    assert_eq!(&seen[..4], [255, 254, 10, 10]);
    assert!(!cut && String::from_utf8_lossy(&seen).contains("event:conversation.audio.delta"));
}

#[tokio::test]
async fn audio_is_spoken_and_comes_late_as_the_script_says() {
    let sim = ruled(json!({"reply": {"steps": [
        {"answer": "listen"},
        {"audio": {"say": "two words"}},
        {"audio": {"deltas": ["AAAA", "AQEB"], "times": 2, "late": true}},
        {"audio": "AgIC"},
    ]}}))
    .await;
    let events = stream(&sim, "/v3/chat", chat_with("5", "x")).await;
    let sounds: Vec<(usize, Vec<u8>)> = events
        .iter()
        .enumerate()
        .filter(|(_, event)| event.name == "conversation.audio.delta")
        .map(|(at, event)| (at, samples(&event.json()["content"])))
        .collect();
    let completed = names(&events).iter().position(|name| *name == "conversation.chat.completed").unwrap();
    let (before, after): (Vec<_>, Vec<_>) = sounds.into_iter().partition(|(at, _)| *at < completed);
    assert_eq!(before.iter().map(|(_, pcm)| pcm.len()).collect::<Vec<_>>(), [12_000, 12_000, 3]);
    let after: Vec<Vec<u8>> = after.into_iter().map(|(_, pcm)| pcm).collect();
    assert_eq!(after, [[0, 0, 0], [1, 1, 1], [0, 0, 0], [1, 1, 1]]);
    assert_eq!(names(&events).last(), Some(&"done"));
    Script::parse("\u{feff}{\"bots\": []}").unwrap();
    let wrong = Script::parse(r#"{"bots":[{"id":"5","rules":[{"reply":{"steps":[{"audio":7}]}}]}]}"#);
    assert!(wrong.unwrap_err().to_string().contains("base64 as a text, or an object with say, deltas"));
}

#[tokio::test]
async fn done_has_as_many_spellings_as_a_script_gives_it() {
    for (done, expected) in [
        (json!("[DONE]"), "event:done\ndata:[DONE]\n\n"),
        (json!(""), "event:done\ndata:\n\n"),
        (json!("{\"debug_url\":\"https://x\"}"), "event:done\ndata:{\"debug_url\":\"https://x\"}\n\n"),
        (
            json!({"name": "conversation.stream.done", "data": ""}),
            "event:conversation.stream.done\ndata:\n\n",
        ),
        (json!(true), "event:done\ndata:\"[DONE]\"\n\n"),
    ] {
        let sent = raw(&ruled(json!({"reply": "x", "wire": {"done": done}})).await).await;
        assert!(sent.ends_with(expected), "{done}: {sent}");
    }
    let sent = raw(&ruled(json!({"reply": "x", "wire": {"done": false}})).await).await;
    assert_eq!(names(&events(&sent)).last(), Some(&"conversation.chat.completed"));
    let after = json!({"after_done": [{"name": "late", "data": {"a": 1}}]});
    let sent = raw(&ruled(json!({"reply": "x", "wire": after})).await).await;
    assert!(sent.ends_with("event:done\ndata:\"[DONE]\"\n\nevent:late\ndata:{\"a\":1}\n\n"), "{sent}");
}

#[tokio::test]
async fn framing_is_as_odd_as_asked() {
    let wire =
        json!({"line_end": "crlf", "space_after_colon": true, "bom": true, "retry_ms": 3000, "ids": true});
    let sent = raw(&ruled(json!({"reply": "x", "wire": wire})).await).await;
    assert!(
        sent.starts_with("\u{feff}retry:3000\r\n\r\nid: 0\r\nevent: conversation.chat.created\r\ndata: {"),
        "{sent}"
    );
    assert!(sent.ends_with("event: done\r\ndata: \"[DONE]\"\r\n\r\n"), "{sent}");
    let sent = raw(&ruled(json!({"reply": "x", "wire": {"line_end": "cr"}})).await).await;
    assert!(!sent.contains('\n') && sent.ends_with("event:done\rdata:\"[DONE]\"\r\r"), "{sent}");
    let sent = raw(&ruled(json!({"reply": "x", "wire": {"split_data": true}})).await).await;
    assert!(sent.starts_with("event:conversation.chat.created\ndata:{\ndata:\"bot_id\""), "{sent}");
    assert_eq!(said(&events(&sent)), "x");
}

#[tokio::test]
async fn content_type_and_headers_are_replaced() {
    let headers = json!({"x-tt-logid": "fixed", "x-a": "b"});
    let wire = json!({"content_type": "text/event-stream; charset=utf-8", "headers": headers});
    let reply =
        post(&ruled(json!({"reply": "x", "wire": wire})).await, "/v3/chat", chat_with("5", "go")).await;
    assert_eq!(reply.header("content-type"), "text/event-stream; charset=utf-8");
    assert_eq!((reply.header("x-tt-logid"), reply.header("x-a")), ("fixed", "b"));
}

#[tokio::test]
async fn one_byte_chunks_arrive_one_by_one() {
    let sim = ruled(json!({"reply": "你好", "wire": {"chunk_bytes": 1}})).await;
    let mut response =
        open(&sim, "POST", "/v3/chat", &[AUTH, JSON], chat_with("5", "go").to_string()).await.unwrap();
    let mut seen = Vec::new();
    while let Some(frame) = response.body_mut().frame().await {
        let bytes = frame.unwrap().into_data().unwrap();
        assert_eq!(bytes.len(), 1);
        seen.extend_from_slice(&bytes);
    }
    assert_eq!(said(&events(std::str::from_utf8(&seen).unwrap())), "你好");
}

#[tokio::test]
async fn streams_break_where_the_script_says() {
    let cut = |cut: Value| json!({"reply": {"steps": [{"answer": ["一", "二"]}]}, "wire": {"cut": cut}});
    let (seen, aborted) = broken(&ruled(cut(json!({"after_events": 3}))).await).await;
    assert!(aborted);
    let all = events(std::str::from_utf8(&seen).unwrap());
    assert_eq!((all.len(), said(&all).as_str()), (3, "一"));

    let whole = raw(&ruled(cut(json!({"how": "end"}))).await).await;
    // Inside of the first character of the first delta.
    let inside = whole.find('一').unwrap() + 1;
    for bytes in [0, 1, inside] {
        let (seen, aborted) = broken(&ruled(cut(json!({"after_bytes": bytes}))).await).await;
        assert_eq!((seen.len(), aborted), (bytes, true));
    }
    let (seen, aborted) = broken(&ruled(cut(json!({"after_bytes": inside, "how": "end"}))).await).await;
    assert_eq!((seen.len(), aborted), (inside, false));

    let (seen, aborted) = broken(&ruled(cut(json!({"before_done": true}))).await).await;
    let seen = String::from_utf8(seen).unwrap();
    assert!(aborted);
    assert_eq!(names(&events(&seen)).last(), Some(&"conversation.chat.completed"));
}

#[tokio::test]
async fn a_stalled_stream_stays_open_and_silent() {
    let sim = ruled(json!({"reply": "x", "wire": {"cut": {"after_events": 1, "how": "stall"}}})).await;
    let mut response =
        open(&sim, "POST", "/v3/chat", &[AUTH, JSON], chat_with("5", "go").to_string()).await.unwrap();
    response.body_mut().frame().await.unwrap().unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(200), response.body_mut().frame()).await.is_err());
    assert_eq!(sim.open_streams(), 1);
    drop(response);
    tokio::time::timeout(LONG, sim.disconnected(1)).await.unwrap();
}

#[tokio::test]
async fn silence_is_filled_with_comments() {
    let sim = ruled(json!({
        "reply": {"steps": [{"wait_ms": 1000}, {"answer": ["x"]}]},
        "wire": {"keep_alive_ms": 20},
    }))
    .await;
    let sent = raw(&sim).await;
    assert!(sent.matches(": keep-alive\n\n").count() >= 2, "{sent}");
    assert_eq!(said(&events(&sent)), "x");
}

#[tokio::test]
async fn the_head_can_be_late() {
    let sim = ruled(json!({"reply": "x", "wire": {"delay_head_ms": 300}})).await;
    let started = std::time::Instant::now();
    let response =
        open(&sim, "POST", "/v3/chat", &[AUTH, JSON], chat_with("5", "go").to_string()).await.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn a_stream_request_can_be_refused_by_json() {
    let refuse =
        json!({"refuse": {"code": 4013, "msg": "too many", "headers": {"retry-after": "1"}}, "times": 1});
    let sim = ruled(refuse).await;
    let reply = post(&sim, "/v3/chat", chat_with("5", "go")).await;
    assert_eq!(reply.refusal(), (200, 4013, "too many".to_owned()));
    assert_eq!(reply.header("retry-after"), "1");
    assert_eq!(reply.json()["detail"]["logid"], reply.header("x-tt-logid"));
    // A refused chat is none, so the next one is free to go.
    assert_eq!(
        said(&stream(&sim, "/v3/chat", chat_with("5", "hello there you")).await).split(' ').next(),
        Some("You")
    );
}

#[tokio::test]
async fn rules_also_hold_for_the_demo_bot_and_for_plain_chats() {
    let rule = json!({"when": {"prefix": "say"}, "reply": "said"});
    let sim = scripted(json!({"bots": [{"id": DEMO_BOT, "pace_ms": 0, "rules": [rule]}]})).await;
    assert_eq!(said(&stream(&sim, "/v3/chat", chat("say it")).await), "said");
    assert!(said(&stream(&sim, "/v3/chat", chat("hello")).await).starts_with("Hello!"));
    let started = post(&sim, "/v3/chat", with(chat("say it"), json!({"stream": false}))).await.data();
    let (conversation, id) = (text(&started["conversation_id"]), text(&started["id"]));
    until(&sim, &conversation, &id, "completed").await;
}
