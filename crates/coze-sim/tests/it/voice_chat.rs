//! Voice chat and interpretation over WebSockets.

use std::time::Duration;

use coze_sim::{DEMO_BOT, Script, Sim, Workflow};
use serde_json::{Value, json};

use crate::realtime::spoken;
use crate::socket::{Got, Socket, audio, kinds, refused};
use crate::support::{AUTH, scripted, sim};

const PCM: &str = r#"{"format":"pcm"}"#;

async fn chat(sim: &Sim, update: Value) -> Socket {
    let mut socket = Socket::open(sim, &format!("/v1/chat?bot_id={DEMO_BOT}")).await;
    let mut all = json!({"input_audio": serde_json::from_str::<Value>(PCM).unwrap()});
    for (name, value) in update.as_object().unwrap() {
        all[name] = value.clone();
    }
    socket.send("chat.update", all).await;
    assert_eq!(kinds(&socket.until("chat.updated").await), ["chat.created", "chat.updated"]);
    socket
}

async fn ask(socket: &mut Socket, text: &str) {
    let message = json!({"role": "user", "content_type": "text", "content": text});
    socket.send("conversation.message.create", message).await;
}

/// Half a second of silence, and a bit more.
fn silence() -> Vec<u8> {
    vec![0; 48 * 520]
}

fn vad() -> Value {
    json!({"turn_detection": {"type": "server_vad"}})
}

fn find<'a>(events: &'a [Value], kind: &str) -> &'a Value {
    events.iter().find(|event| event["event_type"] == kind).unwrap_or_else(|| panic!("no {kind}: {events:?}"))
}

fn count(events: &[Value], kind: &str) -> usize {
    events.iter().filter(|event| event["event_type"] == kind).count()
}

/// Types of events in the order of their first ones.
fn order(events: &[Value]) -> Vec<&str> {
    let mut order = Vec::new();
    for kind in kinds(events) {
        if !order.contains(&kind) {
            order.push(kind);
        }
    }
    order
}

#[tokio::test]
async fn a_question_is_answered_in_the_recorded_order() {
    let sim = sim().await;
    let mut socket = Socket::open(&sim, &format!("/v1/chat?bot_id={DEMO_BOT}&device_id=123")).await;
    ask(&mut socket, "2024年10月1日是星期几").await;
    let events = socket.until("conversation.chat.completed").await;
    let expected = [
        "chat.created",
        "conversation.message.completed",
        "conversation.chat.created",
        "conversation.chat.in_progress",
        "conversation.message.delta",
        "conversation.audio.sentence_start",
        "conversation.audio.delta",
        "conversation.audio.completed",
        "conversation.chat.completed",
    ];
    assert_eq!(order(&events), expected);
    let question = &events[1]["data"];
    assert_eq!((&question["type"], &question["role"]), (&json!("question"), &json!("user")));
    let deltas: Vec<&str> = events
        .iter()
        .filter(|event| event["event_type"] == "conversation.message.delta")
        .map(|event| event["data"]["content"].as_str().unwrap())
        .collect();
    assert_eq!((deltas.concat().as_str(), deltas.last()), ("2024年10月1日是星期二。", Some(&"")));
    let messages: Vec<&Value> = events
        .iter()
        .filter(|event| event["event_type"] == "conversation.message.completed")
        .map(|event| &event["data"]["type"])
        .collect();
    assert_eq!(messages, ["question", "answer", "verbose"]);
    let piece = &find(&events, "conversation.audio.delta")["data"];
    let completed = &find(&events, "conversation.audio.completed")["data"];
    for field in ["id", "conversation_id", "chat_id", "section_id", "bot_id"] {
        assert_eq!(piece[field], completed[field]);
        assert!(piece[field].as_str().unwrap().len() > 5);
    }
    assert_eq!((&completed["content"], &completed["content_type"]), (&json!(""), &json!("audio")));
    let created = &find(&events, "conversation.chat.created")["data"];
    assert_eq!(created["usage"]["token_count"], 0);
    assert!(created.get("last_error").is_none() && created.get("meta_data").is_none());
    assert!(find(&events, "conversation.chat.completed")["data"]["usage"]["token_count"].as_u64() > Some(0));
    // What is spoken is the answer.
    let pcm = audio(&events, "conversation.audio.delta");
    let mut socket = Socket::open(&sim, "/v1/audio/transcriptions").await;
    socket.send("transcriptions.update", json!({"input_audio": {"format": "pcm"}})).await;
    socket.append(&pcm).await;
    socket.send("input_audio_buffer.complete", Value::Null).await;
    let events = socket.until("transcriptions.message.completed").await;
    assert_eq!(events[events.len() - 2]["data"]["content"], "2024年10月1日是星期二。");
}

#[tokio::test]
async fn push_to_talk_turns_speech_into_a_question() {
    let sim = sim().await;
    let pcm = spoken(&sim, "What day is 2024-10-01?", json!({})).await;
    let mut socket = chat(&sim, json!({"chat_config": {"user_id": "u1"}})).await;
    socket.append(&pcm).await;
    socket.send("input_audio_buffer.clear", Value::Null).await;
    socket.until("input_audio_buffer.cleared").await;
    socket.append(&pcm).await;
    socket.send("input_audio_buffer.complete", Value::Null).await;
    let events = socket.until("conversation.chat.completed").await;
    let transcript = &find(&events, "conversation.audio_transcript.completed")["data"]["content"];
    assert_eq!(transcript, "What day is 2024-10-01?");
    let expected = [
        "conversation.audio_transcript.update",
        "input_audio_buffer.completed",
        "conversation.audio_transcript.completed",
        "conversation.message.completed",
        "conversation.chat.created",
    ];
    assert_eq!(order(&events)[..5], expected);
    // The dialog goes on in the same conversation, where the agent remembers.
    let conversation = find(&events, "conversation.chat.created")["data"]["conversation_id"].clone();
    ask(&mut socket, "What did I say before?").await;
    let events = socket.until("conversation.chat.completed").await;
    assert_eq!(find(&events, "conversation.chat.created")["data"]["conversation_id"], conversation);
    let answer =
        events.iter().find(|event| event["data"]["type"] == "answer" && event["data"]["updated_at"].is_u64());
    assert!(answer.unwrap()["data"]["content"].as_str().unwrap().contains("What day is 2024-10-01?"));
    // A new section remembers nothing.
    socket.send("conversation.clear", Value::Null).await;
    socket.until("conversation.cleared").await;
    ask(&mut socket, "What did I say before?").await;
    let events = socket.until("conversation.chat.completed").await;
    let answer =
        events.iter().find(|event| event["data"]["updated_at"].is_u64() && event["data"]["type"] == "answer");
    assert!(answer.unwrap()["data"]["content"].as_str().unwrap().contains("start of our conversation"));
    // Nothing was said.
    socket.send("input_audio_buffer.complete", Value::Null).await;
    let events = socket.until("conversation.audio_transcript.completed").await;
    assert_eq!(events.last().unwrap()["data"]["content"], "");
}

#[tokio::test]
async fn the_server_hears_where_utterances_end_and_stops_for_them() {
    let slow = json!({"steps": [{"answer": "one two three four five six"}, {"wait_ms": 60_000}]});
    let sim = scripted(json!({"bots": [{"id": "1", "rules": [{"when": "go on", "reply": slow}]}]})).await;
    let hello = spoken(&sim, "go on", json!({})).await;
    let stop = spoken(&sim, "What day is 2024-10-01?", json!({})).await;
    let mut socket = Socket::open(&sim, "/v1/chat?bot_id=1").await;
    socket
        .send(
            "chat.update",
            json!({"input_audio": {"format": "pcm"}, "turn_detection": vad()["turn_detection"]}),
        )
        .await;
    socket.append(&silence()).await;
    // They have no effect here.
    socket.send("input_audio_buffer.complete", Value::Null).await;
    socket.send("input_audio_buffer.clear", Value::Null).await;
    socket.append(&hello).await;
    socket.append(&silence()).await;
    let events = socket.until("conversation.audio.delta").await;
    let expected = [
        "chat.created",
        "chat.updated",
        "input_audio_buffer.speech_started",
        "conversation.audio_transcript.update",
        "input_audio_buffer.speech_stopped",
        "conversation.audio_transcript.completed",
        "conversation.message.completed",
        "conversation.chat.created",
    ];
    assert_eq!(order(&events)[..8], expected);
    // The user speaks while the agent does.
    socket.append(&stop).await;
    socket.append(&silence()).await;
    let events = socket.until("conversation.chat.canceled").await;
    let started = events.len() - 2;
    assert_eq!(events[started]["event_type"], "input_audio_buffer.speech_started");
    assert_eq!(events.last().unwrap()["data"]["code"], 1);
    let events = socket.until("conversation.chat.completed").await;
    assert_eq!(
        find(&events, "conversation.audio_transcript.completed")["data"]["content"],
        "What day is 2024-10-01?"
    );
    assert_eq!(count(&events, "conversation.chat.canceled"), 0);
}

#[tokio::test]
async fn keywords_interrupt_and_nothing_else_does() {
    let slow = json!({"steps": [{"answer": "one two three"}, {"wait_ms": 60_000}]});
    let sim = scripted(json!({
        "bots": [{"id": "1", "rules": [{"when": "begin", "reply": slow}, {"when": {"contains": "be quiet"}, "reply": "Well."}]}],
        "sessions": [{"on": "/v1/chat", "heard": ["nice weather", "now be quiet"]}],
    }))
    .await;
    let sound = spoken(&sim, "anything", json!({})).await;
    let mut socket = Socket::open(&sim, "/v1/chat?bot_id=1").await;
    let interrupt = json!({"mode": "keyword_contains", "keywords": ["be quiet"]});
    let detection = json!({"type": "server_vad", "interrupt_config": interrupt});
    socket.send("chat.update", json!({"input_audio": {"format": "pcm"}, "turn_detection": detection})).await;
    ask(&mut socket, "begin").await;
    socket.until("conversation.audio.delta").await;
    for _ in 0..2 {
        socket.append(&sound).await;
        socket.append(&silence()).await;
    }
    let events = socket.until("conversation.chat.completed").await;
    assert_eq!(count(&events, "input_audio_buffer.speech_started"), 2);
    assert_eq!(count(&events, "conversation.chat.canceled"), 1);
    let place = |kind: &str| events.iter().rposition(|event| event["event_type"] == kind);
    assert!(place("conversation.audio_transcript.completed") < place("conversation.chat.canceled"));
}

#[tokio::test]
async fn answers_are_canceled_at_each_point() {
    let slow = json!({"steps": [{"answer": "One two. Three four."}, {"wait_ms": 60_000}]});
    let sim = scripted(json!({"bots": [{"id": "1", "rules": [{"when": "go", "reply": slow}]}]})).await;
    for point in [
        "conversation.message.completed",
        "conversation.chat.created",
        "conversation.message.delta",
        "conversation.audio.sentence_start",
        "conversation.audio.delta",
    ] {
        let mut socket = Socket::open(&sim, "/v1/chat?bot_id=1").await;
        ask(&mut socket, "go").await;
        socket.until(point).await;
        socket.send("conversation.chat.cancel", Value::Null).await;
        assert_eq!(socket.until("conversation.chat.canceled").await.last().unwrap()["data"]["code"], 2);
        // Nothing of it comes late, and there is nothing left to cancel.
        socket.send("conversation.chat.cancel", Value::Null).await;
        let error = socket.event().await;
        assert_eq!(
            (&error["event_type"], &error["data"]["code"]),
            (&json!("error"), &json!(4104)),
            "{point}"
        );
        // Another question takes the place of an answer.
        ask(&mut socket, "go").await;
        socket.until(point).await;
        ask(&mut socket, "hello").await;
        assert_eq!(socket.until("conversation.chat.canceled").await.last().unwrap()["data"]["code"], 3);
        let events = socket.until("conversation.chat.completed").await;
        assert_eq!(events[0]["data"]["content"], "hello");
    }
}

#[tokio::test]
async fn tools_are_asked_for_and_their_outputs_taken() {
    let sim = sim().await;
    let mut socket = chat(&sim, json!({})).await;
    ask(&mut socket, r#"call get_weather {"city":"Hangzhou"}"#).await;
    let events = socket.until("conversation.chat.requires_action").await;
    let chat = &events.last().unwrap()["data"];
    let call = &chat["required_action"]["submit_tool_outputs"]["tool_calls"][0];
    assert_eq!(call["function"], json!({"name": "get_weather", "arguments": r#"{"city":"Hangzhou"}"#}));
    let submit = |outputs: Value| json!({"chat_id": chat["id"], "tool_outputs": outputs});
    socket.send("conversation.chat.submit_tool_outputs", submit(json!([]))).await;
    let error = socket.event().await;
    assert!(error["data"]["msg"].as_str().unwrap().contains("is missing"), "{error}");
    let outputs = json!([{"tool_call_id": call["id"], "output": "sunny"}]);
    socket.send("conversation.chat.submit_tool_outputs", submit(outputs.clone())).await;
    let events = socket.until("conversation.chat.completed").await;
    let answer =
        events.iter().find(|event| event["data"]["type"] == "answer" && event["data"]["updated_at"].is_u64());
    assert_eq!(answer.unwrap()["data"]["content"], "The tool get_weather returned: sunny.");
    assert!(count(&events, "conversation.audio.delta") > 0);

    // Whoever talks on gives up the calls; their outputs come too late.
    ask(&mut socket, "call get_weather {}").await;
    let events = socket.until("conversation.chat.requires_action").await;
    let chat = events.last().unwrap()["data"].clone();
    ask(&mut socket, "hello").await;
    assert_eq!(socket.until("conversation.chat.canceled").await.last().unwrap()["data"]["code"], 3);
    socket.until("conversation.chat.completed").await;
    let late = json!({"chat_id": chat["id"], "tool_outputs": outputs});
    socket.send("conversation.chat.submit_tool_outputs", late).await;
    let error = socket.until("error").await;
    assert!(error.last().unwrap()["data"]["msg"].as_str().unwrap().contains("its status is canceled"));
}

#[tokio::test]
async fn texts_and_prologues_are_spoken_without_the_agent() {
    let sim = sim().await;
    let mut socket = chat(&sim, json!({"need_play_prologue": true, "prologue_content": "Good day"})).await;
    let events = socket.until("conversation.audio.completed").await;
    assert_eq!(find(&events, "conversation.audio.sentence_start")["data"]["text"], "Good day");
    socket.send("input_text.generate_audio", json!({"mode": "text", "text": "亲，你怎么不说话了。"})).await;
    let events = socket.until("conversation.audio.completed").await;
    let expected =
        ["conversation.audio.sentence_start", "conversation.audio.delta", "conversation.audio.completed"];
    assert_eq!(kinds(&events), expected);
    for field in ["id", "conversation_id", "bot_id", "chat_id", "section_id"] {
        assert_eq!(events[1]["data"][field], "0");
    }
    socket.send("input_text.generate_audio", json!({"mode": "text", "text": "x".repeat(1024)})).await;
    assert_eq!(socket.event().await["data"]["code"], 4000);
}

#[tokio::test]
async fn settings_are_shown_whole_and_checked() {
    let sim = sim().await;
    let mut socket = chat(&sim, json!({})).await;
    let wanted = ["conversation.chat.completed"];
    socket
        .send(
            "chat.update",
            json!({
                "output_audio": {"codec": "g711u", "pcm_config": {"frame_size_ms": 20, "limit_config": {"period": 1, "max_frame_num": 500}}},
                "turn_detection": {"type": "semantic_vad", "semantic_vad_config": {"silence_threshold_ms": 400}},
                "event_subscriptions": wanted,
            }),
        )
        .await;
    // The answer to it is not among the events that are wanted.
    ask(&mut socket, "hello").await;
    let only = socket.event().await;
    assert_eq!(only["event_type"], wanted[0]);
    for (update, expected) in [
        (json!({"output_audio": {"codec": "opus"}}), "has no encoder for opus"),
        (json!({"input_audio": {"codec": "g711a"}}), "G.711 has 8000 Hz"),
        (json!({"turn_detection": {"type": "vad"}}), "data.turn_detection.type: expected one of"),
        (json!({"chat_config": {"conversation_id": "7"}}), "the conversation 7 does not exist"),
        (json!({"turn_detection": {"interrupt_config": {"keywords": ["", "a"]}}}), "keywords[0]"),
        (json!({"session": {}}), "data.session: unknown field"),
    ] {
        socket.send("chat.update", update).await;
        let error = socket.event().await;
        assert!(error["data"]["msg"].as_str().unwrap().contains(expected), "{error}");
    }
    let mut socket = chat(&sim, json!({})).await;
    socket
        .text(r#"{"id":"e1","event_type":"chat.update","data":{"chat_config":{"meta_data":{"a":"b"}}}}"#)
        .await;
    let updated = socket.event().await;
    assert_eq!(updated["id"], "e1");
    assert_eq!(updated["data"]["chat_config"], json!({"auto_save_history": true, "meta_data": {"a": "b"}}));
    assert_eq!(updated["data"]["input_audio"]["format"], "pcm");
    assert_eq!(updated["data"]["turn_detection"]["type"], "client_interrupt");
    for (path, expected) in [
        ("/v1/chat", "bot_id: required, unless there is a workflow_id"),
        ("/v1/chat?bot_id=7", "the bot 7 does not exist"),
        ("/v1/chat?workflow_id=7", "7"),
    ] {
        let (_, _, msg) = refused(&sim, path, &[AUTH]).await.refusal();
        assert!(msg.contains(expected), "{msg}");
    }
}

#[tokio::test]
async fn failures_and_any_event_come_from_the_script() {
    let sim = scripted(json!({"bots": [{"id": "1", "rules": [
        {"when": "fail", "reply": {"steps": [{"answer": "So f"}, {"fail": {"code": 5000, "msg": "broken"}}]}},
        {"when": "odd", "reply": {"steps": [{"event": {"name": "conversation.new", "data": {"a": 1}}}, {"raw": "{"}, {"raw_bytes": [255]}]}},
        {"when": "no", "refuse": {"code": 4027, "msg": "overdue"}}]}]}))
    .await;
    let mut socket = Socket::open(&sim, "/v1/chat?bot_id=1").await;
    ask(&mut socket, "fail").await;
    let events = socket.until("conversation.chat.failed").await;
    assert_eq!(events.last().unwrap()["data"]["last_error"], json!({"code": 5000, "msg": "broken"}));
    ask(&mut socket, "no").await;
    assert_eq!(socket.event().await["data"], json!({"code": 4027, "msg": "overdue"}));
    ask(&mut socket, "odd").await;
    socket.until("conversation.new").await;
    assert!(matches!(socket.next().await, Got::Message(message) if message.as_text() == Some("{")));
    assert!(matches!(socket.next().await, Got::Message(message) if message.is_binary()));
    socket.until("conversation.chat.completed").await;
}

#[tokio::test]
async fn a_chatflow_answers_in_place_of_the_agent() {
    let flow = Workflow::parse(
        r#"{"id":"70","mode":"chatflow","nodes":[{"id":"s","type":"start"},
            {"id":"e","type":"end","text":"You said {{s.USER_INPUT}}.","stream":true}]}"#,
    )
    .unwrap();
    let sim = Sim::builder().pace(Duration::ZERO).workflow(flow).start().await.unwrap();
    let mut socket = Socket::open(&sim, "/v1/chat?workflow_id=70").await;
    for text in ["hello", "again"] {
        ask(&mut socket, text).await;
        let events = socket.until("conversation.chat.completed").await;
        let deltas = events.iter().filter(|event| event["event_type"] == "conversation.message.delta");
        let said: String = deltas.map(|event| event["data"]["content"].as_str().unwrap()).collect();
        assert_eq!(said, format!("You said {text}."));
        assert!(count(&events, "conversation.audio.delta") > 0);
    }
}

#[tokio::test]
async fn interpretation_tells_increments_and_speaks_them() {
    let sim = sim().await;
    let pcm = spoken(&sim, "hello dear world", json!({})).await;
    let path = "/v1/audio/simult_interpretation";
    let mut socket = Socket::open(&sim, path).await;
    let glossary = json!([{"original": "world", "translation": "世界"}]);
    let translate = json!({"from": "en", "to": "zh", "glossary": glossary});
    socket
        .send(
            "simult_interpretation.update",
            json!({"input_audio": {"format": "pcm"}, "translate_config": translate}),
        )
        .await;
    socket.append(&pcm).await;
    socket.send("input_audio_buffer.complete", Value::Null).await;
    let events = socket.until("simult_interpretation.message.completed").await;
    let joined = |kind: &str| -> String {
        let of_kind = events.iter().filter(|event| event["event_type"] == *kind);
        of_kind.map(|event| event["data"]["delta"].as_str().unwrap()).collect()
    };
    assert_eq!(joined("simult_interpretation.transcription.delta"), "hello dear world");
    assert_eq!(joined("simult_interpretation.translation.delta"), "hello dear 世界");
    assert!(count(&events, "simult_interpretation.transcription.delta") > 1);
    assert_eq!(audio(&events, "simult_interpretation.audio.delta").len(), 3 * 12_000);
    let expected = ["simult_interpretation.created", "simult_interpretation.updated"];
    assert_eq!(order(&events)[..2], expected);
    // No page has it.
    let strict = Sim::builder().strict(true).script(Script::default()).start().await.unwrap();
    assert_eq!(refused(&strict, path, &[AUTH]).await.status.as_u16(), 404);
}
