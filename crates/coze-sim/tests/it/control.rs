//! What tests do to a running simulator: faults, replies, the clock, a bound on memory, a fresh start.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use coze_sim::{DEMO_BOT, Fault, Script, Sim, Workflow};
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{
    AUTH, chat, delete, field, form, get, names, open, part, post, said, scripted, send, sim, stream, text,
    wav, with,
};

#[tokio::test]
async fn faults_are_injected_by_endpoint() {
    let sim = scripted(json!({"faults": [{"on": "GET /v1/users/me", "answer": {"status": 500}}]})).await;
    sim.inject(Fault::on("GET /v1/users/*").times(1).code(4013, "slow down").header("Retry-After", "3"))
        .unwrap();
    sim.inject(Fault::on("* /v1/bots/*").skip(1).times(1).status(503).body("no")).unwrap();
    sim.inject(Fault::on("POST /v3/chat").every(2).close()).unwrap();

    // What was injected goes first, then what the script says.
    let first = get(&sim, "/v1/users/me").await;
    assert_eq!((first.json()["code"].as_i64(), first.header("retry-after")), (Some(4013), "3"));
    assert_eq!(get(&sim, "/v1/users/me").await.status, StatusCode::INTERNAL_SERVER_ERROR);

    let bot = format!("/v1/bots/{DEMO_BOT}");
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(get(&sim, &bot).await.status.as_u16());
    }
    assert_eq!(answers, [200, 503, 200]);

    assert_eq!(
        said(&stream(&sim, "/v3/chat", chat("one")).await),
        "You said: \"one\". That is 1 word and 3 characters."
    );
    assert!(open(&sim, "POST", "/v3/chat", &[AUTH], "").await.is_err());
    for wrong in [Fault::on("nowhere"), Fault::on("GET /").status(99), Fault::on("GET /").header("a b", "c")]
    {
        assert!(sim.inject(wrong).unwrap_err().to_string().starts_with("fault: "));
    }
}

#[tokio::test]
async fn the_next_chats_are_answered_as_told() {
    let sim =
        scripted(json!({"bots": [{"id": "5", "rules": [{"when": "hi", "times": 1, "reply": "by rule"}]}]}))
            .await;
    sim.reply_next("by test").unwrap();
    sim.reply_next(json!({"steps": [{"answer": "So f"}, {"fail": {"code": 5000, "msg": "broken"}}]}))
        .unwrap();
    let ask = async || stream(&sim, "/v3/chat", with(chat("hi"), json!({"bot_id": "5"}))).await;
    assert_eq!(said(&ask().await), "by test");
    let failed = ask().await;
    assert_eq!(names(&failed)[failed.len() - 2], "conversation.chat.failed");
    // The rule was not used up meanwhile.
    assert_eq!(said(&ask().await), "by rule");
    assert!(sim.reply_next(json!({"stepz": []})).unwrap_err().to_string().contains("stepz"));
}

#[tokio::test]
async fn the_clock_stops_and_moves() {
    let sim = sim().await;
    sim.freeze_clock();
    let created = async || {
        let conversation = post(&sim, "/v1/conversation/create", json!({})).await.data();
        conversation["created_at"].as_u64().unwrap()
    };
    let frozen = created().await;
    sim.advance_clock(Duration::from_secs(3600));
    assert_eq!(created().await, frozen + 3600);
    assert_eq!(created().await, frozen + 3600);
    // All answers tell the time, and log ids begin with it.
    let reply = get(&sim, "/v1/users/me").await;
    let date = httpdate(reply.header("date"));
    assert_eq!(date, frozen + 3600);
    sim.reset();
    assert!(created().await < frozen + 3600);
}

/// Reads the seconds since 1970 of a header.
fn httpdate(text: &str) -> u64 {
    let since = std::time::SystemTime::UNIX_EPOCH;
    ::httpdate::parse_http_date(text).unwrap().duration_since(since).unwrap().as_secs()
}

#[tokio::test]
async fn a_reset_forgets_everything() {
    let sim =
        scripted(json!({"faults": [{"on": "GET /v1/bots/*", "times": 1, "answer": {"status": 503}}]})).await;
    let bot = format!("/v1/bots/{DEMO_BOT}");
    let conversation = text(&post(&sim, "/v1/conversation/create", json!({})).await.data()["id"]);
    let file = form(&sim, "POST", "/v1/files/upload", &[part("file", "a.csv", b"x")]).await.data();
    sim.inject(Fault::on("GET /v1/users/me").status(500)).unwrap();
    sim.reply_next("never said").unwrap();
    assert_eq!(get(&sim, &bot).await.status.as_u16(), 503);
    sim.reset();
    assert!(sim.requests().is_empty() && sim.disconnects().is_empty());
    let path = format!("/v1/conversation/retrieve?conversation_id={conversation}");
    assert_eq!(get(&sim, &path).await.refusal().1, 4001);
    let path = format!("/v1/files/retrieve?file_id={}", text(&file["id"]));
    assert_eq!(get(&sim, &path).await.refusal().1, 4000);
    assert_eq!(get(&sim, "/v1/users/me").await.status.as_u16(), 200);
    assert!(said(&stream(&sim, "/v3/chat", chat("hi")).await).starts_with("Hello!"));
    // The script begins anew.
    assert_eq!(get(&sim, &bot).await.status.as_u16(), 503);
    assert_eq!(sim.requests().len(), 5);
}

#[tokio::test]
async fn the_oldest_goes_when_memory_is_full() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let sim = Sim::builder()
        .memory(100_000)
        .pace(Duration::ZERO)
        .log(move |line| log.lock().unwrap().push(line.to_owned()))
        .start()
        .await
        .unwrap();
    let create = async || text(&post(&sim, "/v1/conversation/create", json!({})).await.data()["id"]);
    let (old, young) = (create().await, create().await);
    let say = async |conversation: &str| {
        let path = format!("/v1/conversation/message/create?conversation_id={conversation}");
        let body = json!({"role": "user", "content": "x".repeat(30_000), "content_type": "text"});
        post(&sim, &path, body).await.json()["code"].as_i64()
    };
    let known = async |conversation: &str| {
        let path = format!("/v1/conversation/retrieve?conversation_id={conversation}");
        get(&sim, &path).await.json()["code"] == 0
    };
    for conversation in [&old, &old, &young] {
        assert_eq!(say(conversation).await, Some(0));
    }
    assert!(known(&old).await && lines.lock().unwrap().is_empty());
    assert_eq!(say(&young).await, Some(0));
    assert!(!known(&old).await && known(&young).await);
    let said = format!("forgot conversation {old}, the oldest: more than 100000 bytes are stored");
    assert_eq!(*lines.lock().unwrap(), [said]);

    // Files and chats as well; whatever comes, the newest stays.
    let mut last = String::new();
    for _ in 0..8 {
        last = text(
            &form(&sim, "POST", "/v1/files/upload", &[part("file", "a.csv", &vec![b'x'; 60_000])])
                .await
                .data()["id"],
        );
        stream(&sim, "/v3/chat", chat("hi")).await;
    }
    assert!(!known(&young).await);
    assert!(get(&sim, &format!("/v1/files/retrieve?file_id={last}")).await.json()["code"] == 0);
    assert!(lines.lock().unwrap().iter().any(|line| line.starts_with("forgot file ")));
}

#[tokio::test]
async fn what_groups_keep_is_bounded_too() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let sim = Sim::builder()
        .memory(20_000)
        .log(move |line| log.lock().unwrap().push(line.to_owned()))
        .start()
        .await
        .unwrap();
    let dataset = async || {
        let body = json!({"name": "d", "space_id": "1", "format_type": 0});
        text(&post(&sim, "/v1/datasets", body).await.data()["dataset_id"])
    };
    let old = dataset().await;
    let group = text(&post(&sim, "/v1/audio/voiceprint_groups", json!({"name": "g"})).await.data()["id"]);
    let parts = [field("voice_name", "v"), field("audio_format", "wav"), part("file", "a.wav", &wav(1000))];
    let voice = text(&form(&sim, "POST", "/v1/audio/voices/clone", &parts).await.data()["voice_id"]);
    let room = text(&post(&sim, "/v1/audio/rooms", json!({"bot_id": DEMO_BOT})).await.data()["room_id"]);
    let body = json!({"space_id": "1", "name": "b", "description": "d".repeat(400)});
    let bot = text(&post(&sim, "/v1/bot/create", body).await.data()["bot_id"]);
    let publish = || json!({"bot_id": bot, "connector_ids": ["1024"]});
    assert_eq!(post(&sim, "/v1/bot/publish", publish()).await.json()["code"], 0);
    // What a user deletes is room for more.
    for _ in 0..100 {
        let passing = dataset().await;
        assert_eq!(delete(&sim, &format!("/v1/datasets/{passing}")).await.json()["code"], 0);
        let passing = text(&post(&sim, "/v1/conversation/create", json!({})).await.data()["id"]);
        assert_eq!(delete(&sim, &format!("/v1/conversations/{passing}")).await.json()["code"], 0);
    }
    assert!(lines.lock().unwrap().is_empty());

    let mut last = String::new();
    for _ in 0..60 {
        last = dataset().await;
    }
    let forgotten = lines.lock().unwrap().clone();
    for (index, (what, id)) in
        [("dataset", &old), ("voiceprint group", &group), ("voice", &voice), ("room", &room), ("bot", &bot)]
            .into_iter()
            .enumerate()
    {
        assert!(forgotten[index].starts_with(&format!("forgot {what} {id}, the oldest")), "{forgotten:?}");
    }
    let list = get(&sim, "/v1/datasets?space_id=1&page_size=300").await.data();
    let kept: Vec<&Value> =
        list["dataset_list"].as_array().unwrap().iter().map(|one| &one["dataset_id"]).collect();
    assert!((30..40).contains(&kept.len()) && kept[0] == &json!(last), "{kept:?}");
    assert_eq!(get(&sim, "/v1/audio/voiceprint_groups").await.data()["total"], 0);
    assert_eq!(get(&sim, &format!("/v1/audio/live/{room}")).await.json()["code"], 4000);
    assert_eq!(post(&sim, "/v1/bot/publish", publish()).await.json()["code"], 4015);
    let voices = get(&sim, "/v1/audio/voices?filter_system_voice=true").await.data();
    assert_eq!(voices["voice_list"], json!([]));
}

/// Finds the names that an error message offers.
fn offered(error: &str) -> BTreeSet<String> {
    let (_, list) = error.split_once("expected one of ").or_else(|| error.split_once("expected ")).unwrap();
    let list = list.split(" at line").next().unwrap();
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_schema_knows_what_the_readers_know() {
    let schema: Value = serde_json::from_str(include_str!("../../schema.json")).unwrap();
    let keys = |name: &str| -> BTreeSet<String> {
        schema["$defs"][name]["properties"].as_object().unwrap().keys().cloned().collect()
    };
    // A key that nobody knows makes the reader name those that it knows.
    let step = |step: Value| json!({"bots": [{"id": "1", "rules": [{"reply": {"steps": [step]}}]}]});
    let rule = |rule: Value| json!({"bots": [{"id": "1", "rules": [rule]}]});
    let x = || json!({"x": 1});
    for (name, script) in [
        ("script", x()),
        ("bot", json!({"bots": [x()]})),
        ("rule", rule(x())),
        ("conditions", rule(json!({"when": x()}))),
        ("plan", rule(json!({"reply": x()}))),
        ("step", step(x())),
        ("detailed", step(json!({"answer": x()}))),
        ("message", step(json!({"message": x()}))),
        ("call", step(json!({"call": x()}))),
        ("run", step(json!({"workflow": x()}))),
        ("spoken", step(json!({"audio": x()}))),
        ("event", step(json!({"event": x()}))),
        ("problem", step(json!({"error": x()}))),
        ("wire", rule(json!({"wire": x()}))),
        ("cut", rule(json!({"wire": {"cut": x()}}))),
        ("answer", rule(json!({"refuse": x()}))),
        ("fault", json!({"faults": [x()]})),
        ("document", json!({"documents": [x()]})),
    ] {
        let error = Script::parse(&script.to_string()).unwrap_err().to_string();
        assert_eq!(offered(&error), keys(name), "{name}: {error}");
    }

    let node = |node: Value| json!({"id": "1", "nodes": [{"id": "s", "type": "start"}, node]});
    let of = |kind: &str, fields: Value| with(json!({"id": "n", "type": kind, "x": 1}), fields);
    let test = json!({"left": 1, "is": "==", "x": 1});
    for (name, workflow) in [
        ("workflow", json!({"id": "1", "nodes": [], "x": 1})),
        ("start_node", json!({"id": "1", "nodes": [{"id": "s", "type": "start", "x": 1}]})),
        ("http_node", node(of("http", json!({"url": "http://x"})))),
        ("text_node", node(of("text", json!({"text": "a"})))),
        ("condition_node", node(of("condition", json!({"if": {"left": 1, "is": "=="}, "then": []})))),
        ("comparison", node(of("condition", json!({"if": test, "then": []})))),
        ("question_node", node(of("question", json!({"question": "a"})))),
        ("input_node", node(of("input", json!({"parameters": {"a": {"type": "string"}}})))),
        ("input", node(of("input", json!({"parameters": {"a": {"type": "string", "x": 1}}})))),
        ("message_node", node(of("message", json!({"text": "a"})))),
        ("loop_node", node(of("loop", json!({"over": [], "nodes": []})))),
        ("batch_node", node(of("batch", json!({"over": [], "nodes": []})))),
        ("end_node", node(of("end", json!({})))),
    ] {
        let error = Workflow::parse(&workflow.to_string()).unwrap_err().to_string();
        let (_, known) = error.split_once("known here: ").unwrap_or_else(|| panic!("{name}: {error}"));
        assert_eq!(known.split(", ").map(str::to_owned).collect::<BTreeSet<_>>(), keys(name), "{name}");
    }
}

#[tokio::test]
async fn requests_are_recorded_in_order() {
    let sim = sim().await;
    get(&sim, "/v1/users/me?x=1").await;
    send(&sim, "POST", "/v3/chat", &[AUTH], "").await;
    let seen: Vec<_> =
        sim.requests().iter().map(|one| format!("{} {}?{}", one.method, one.path, one.query)).collect();
    assert_eq!(seen, ["GET /v1/users/me?x=1", "POST /v3/chat?"]);
}
