//! `coze chat` with a question.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use coze_sim::{DEMO_BOT, Dialect, Sim};
use serde_json::Value;

use crate::support::{TOKEN, count, coze, coze_at, events, run, run_with, scripted, sim, steps};

const QUESTION: &str = "2024年10月1日是星期几";
const ANSWER: &str = "2024年10月1日是星期二。\n";

#[test]
fn without_a_token_the_built_in_simulator_answers_and_says_so() {
    let ran = run(coze(&["chat", QUESTION]));
    assert_eq!(ran.stdout, ANSWER);
    assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
    assert!(ran.stderr.starts_with("note: ") && ran.stderr.contains("COZE_API_TOKEN"), "{ran:?}");
    assert_eq!(ran.code, 0);
}

#[test]
fn a_proxy_is_not_between_us_and_the_built_in_simulator() {
    let mut command = coze(&["chat", QUESTION]);
    command.env("HTTP_PROXY", "http://127.0.0.1:1").env("ALL_PROXY", "http://127.0.0.1:1");
    assert_eq!(run(command).ok(), ANSWER);
}

#[test]
fn the_question_may_come_from_standard_input() {
    assert_eq!(run_with(coze(&["chat"]), QUESTION).ok(), ANSWER);
    assert_eq!(run_with(coze(&["chat", "-"]), format!("\u{feff}{QUESTION}\r\n")).ok(), ANSWER);
    // Words need no quotes, and an argument leaves standard input alone.
    assert_eq!(
        run_with(coze(&["chat", "one", "two"]), "three").ok(),
        "You said: \"one two\". That is 2 words and 6 characters.\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_a_token_answers_without_a_note() {
    let sim = sim().await;
    let ran = run(coze_at(&sim, &["chat", QUESTION]));
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (ANSWER, ""));
    // Options say it as well, before the command or behind it, and win over the environment.
    let url = sim.url();
    let mut command = coze(&["--token", TOKEN, "--base-url", &url, "chat", "--bot", DEMO_BOT, QUESTION]);
    command.env("COZE_API_BASE", "http://127.0.0.1:1").env("COZE_API_TOKEN", "x").env("COZE_BOT_ID", "9");
    assert_eq!(run(command).ok(), ANSWER);
    let args = ["--token", "x", "chat", "--token", TOKEN, "--base-url", &url, "--bot", DEMO_BOT, QUESTION];
    assert_eq!(run(coze(&args)).ok(), ANSWER);
}

#[tokio::test(flavor = "multi_thread")]
async fn coze_studio_answers_too() {
    let sim = Sim::builder().token(TOKEN).dialect(Dialect::Studio).start().await.unwrap();
    assert_eq!(run(coze_at(&sim, &["chat", QUESTION])).ok(), ANSWER);
}

#[test]
fn json_is_one_event_per_line_and_nothing_else() {
    let ran = run(coze(&["chat", "--json", QUESTION]));
    let events = ran.events();
    let names: Vec<_> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(&names[..2], ["conversation.chat.created", "conversation.chat.in_progress"], "{names:?}");
    assert_eq!(events.last(), Some(&("done".to_owned(), Value::from("[DONE]"))));
    let deltas = events.iter().filter(|(name, _)| name == "conversation.message.delta");
    let text: String = deltas.filter_map(|(_, data)| data["content"].as_str()).collect();
    assert_eq!(text, ANSWER.trim_end());
    assert_eq!(ran.code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn json_shows_events_that_nobody_knows_and_those_that_report_errors() {
    let sim = steps(
        r#"[{"event":{"name":"new.event","data":{"b":1,"a":[2]}}},
            {"raw":"event: conversation.message.delta\ndata: no json\n\n"},
            {"error":{"code":4028,"msg":"no credits left"}}]"#,
    )
    .await;
    let ran = run(coze_at(&sim, &["chat", "--bot", "1", "--json", "x"]));
    let events = ran.events();
    let find = |wanted: &str| &events.iter().find(|(name, _)| name == wanted).expect(wanted).1;
    assert_eq!(find("new.event")["a"][0], 2);
    assert_eq!(find("conversation.message.delta"), "no json");
    assert_eq!(find("error")["code"], 4028);
    // The first fault counts: an event that cannot be read.
    ran.fails(6, &["conversation.message.delta"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_seen_as_it_arrives() {
    // The agent falls silent for longer than any test runs.
    let sim = steps(r#"[{"answer":{"deltas":["first piece"]}},{"wait_ms":3600000}]"#).await;
    for (args, expected) in
        [(["chat", "x"].as_slice(), "first piece"), (&["chat", "--json", "x"], "first piece")]
    {
        let mut command = coze_at(&sim, args);
        command.env("COZE_BOT_ID", "1").stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let (mut seen, mut chunk) = (Vec::new(), [0; 256]);
        while !String::from_utf8_lossy(&seen).contains(expected) {
            let read = stdout.read(&mut chunk).unwrap();
            assert_ne!(read, 0, "it ended before it answered");
            seen.extend_from_slice(&chunk[..read]);
        }
        assert!(child.try_wait().unwrap().is_none(), "the answer is not complete yet");
        child.kill().unwrap();
        child.wait().unwrap();
    }
    sim.disconnected(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_leaves_is_no_error() {
    let sim = steps(r#"[{"answer":{"deltas":["line\n"],"times":1000000}}]"#).await;
    for args in [["chat", "x"].as_slice(), &["chat", "--json", "x"]] {
        let mut command = coze_at(&sim, args);
        command.env("COZE_BOT_ID", "1").stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(!line.is_empty());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
    sim.disconnected(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_goes_on() {
    let sim = sim().await;
    let events = events(&run(coze_at(&sim, &["chat", "--json", "今天下雨"])).ok());
    let conversation = events[0].1["conversation_id"].as_str().unwrap();
    let answer = run(coze_at(&sim, &["chat", "--conversation", conversation, "我刚才说了什么？"])).ok();
    assert_eq!(answer, "你刚才说的是：“今天下雨”。\n");
    let answer = run(coze_at(&sim, &["chat", "我刚才说了什么？"])).ok();
    assert!(!answer.contains("今天下雨"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_uploaded_and_sent_along() {
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let image = path("picture \"1\".png", b"\x89PNG\r\n\x1a\n0123");
    let file = path("报告.pdf", &vec![b'x'; 3000]);
    let audio = "https://example.com/sound.wav";
    let args = [
        "chat",
        "--image",
        &image,
        "--file",
        &file,
        "--audio",
        audio,
        "--user",
        "me",
        "what is in these files?",
    ];
    let answer = run(coze_at(&sim, &args)).ok();
    assert!(answer.starts_with("I received 3 files:\n"), "{answer}");
    for name in ["报告.pdf: PDF", audio] {
        assert!(answer.contains(name), "{name}: {answer}");
    }
    assert_eq!(count(&sim, "/v1/files/upload"), 2);
    let chat = sim.requests().into_iter().find(|request| request.path == "/v3/chat").unwrap();
    let chat: Value = serde_json::from_slice(&chat.body).unwrap();
    let message = &chat["additional_messages"][0];
    assert_eq!(
        (chat["user_id"].as_str(), message["content_type"].as_str()),
        (Some("me"), Some("object_string"))
    );
    let parts: Vec<Value> = serde_json::from_str(message["content"].as_str().unwrap()).unwrap();
    let kinds: Vec<_> = parts.iter().map(|part| part["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["image", "file", "audio", "text"]);
    assert_eq!(parts[3]["text"], "what is in these files?");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_cannot_be_sent_are_named_before_anything_is() {
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.png");
    std::fs::write(&empty, "").unwrap();
    let missing = folder.path().join("missing.png");
    for (path, why) in [(missing.as_path(), "cannot read"), (folder.path(), "a folder"), (&empty, "empty")] {
        let path = path.to_str().unwrap();
        run(coze_at(&sim, &["chat", "--image", path, "x"])).fails(2, &[path, why]);
    }
    assert!(sim.requests().is_empty());
    let odd = folder.path().join("odd.xyz");
    std::fs::write(&odd, "x").unwrap();
    let odd = odd.to_str().unwrap();
    run(coze_at(&sim, &["chat", "--file", odd, "x"])).fails(4, &[odd, "4303", "pdf, numbers"]);
    assert_eq!(count(&sim, "/v3/chat"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_known_by_their_scheme() {
    let sim = sim().await;
    for option in ["--image", "--file", "--audio"] {
        run(coze_at(&sim, &["chat", "--json", option, "HTTPS://example.com/A.png", "what?"])).ok();
        let sent: Value = serde_json::from_slice(&sim.requests().pop().unwrap().body).unwrap();
        let content = sent["additional_messages"][0]["content"].as_str().unwrap();
        assert!(content.contains(r#""file_url":"https://example.com/A.png""#), "{content}");
        let before = sim.requests().len();
        for (address, scheme) in [
            ("data:image/png;base64,iVBORw0KGgo=", "data"),
            ("DATA:image/png;base64,iVBORw0KGgo=", "data"),
            ("file:///tmp/a.png", "file"),
            ("ftp://example.com/a.png", "ftp"),
        ] {
            let ran = run(coze_at(&sim, &["chat", option, address, "what?"]));
            let ran = ran.fails(2, &[&format!("`{scheme}:`"), "a path or an http address", "hint: "]);
            assert!(!ran.stderr.contains("iVBOR"), "{ran:?}");
        }
        assert_eq!(sim.requests().len(), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_is_taken_by_path_and_by_url_more_than_once() {
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let kinds = [("image", "png"), ("file", "pdf"), ("audio", "wav")];
    let mut args = vec!["chat".to_owned(), "--json".to_owned()];
    for (kind, extension) in kinds {
        let path = folder.path().join(format!("{kind}.{extension}"));
        std::fs::write(&path, kind).unwrap();
        let url = format!("https://example.com/{kind}.{extension}");
        for value in [path.to_str().unwrap(), &url, path.to_str().unwrap()] {
            args.extend([format!("--{kind}"), value.to_owned()]);
        }
    }
    args.push("what is this?".to_owned());
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    assert!(!run(coze_at(&sim, &args)).events().is_empty());
    assert_eq!(count(&sim, "/v1/files/upload"), 6);
    let chat = sim.requests().into_iter().find(|request| request.path == "/v3/chat").unwrap();
    let chat: Value = serde_json::from_slice(&chat.body).unwrap();
    let content = chat["additional_messages"][0]["content"].as_str().unwrap();
    let parts: Vec<Value> = serde_json::from_str(content).unwrap();
    assert_eq!(parts.len(), 10);
    for ((kind, extension), parts) in kinds.iter().zip(parts.chunks(3)) {
        assert!(parts.iter().all(|part| part["type"] == *kind), "{kind}: {parts:?}");
        assert_eq!(parts[1]["file_url"], format!("https://example.com/{kind}.{extension}"));
        for part in [&parts[0], &parts[2]] {
            let file = run(coze_at(&sim, &["files", "retrieve", part["file_id"].as_str().unwrap()])).ok();
            assert!(file.contains(&format!("\"{kind}.{extension}\"")), "{file}");
        }
    }
}

const CALL: &str = r#"调用 get_weather {"city":"杭州"}"#;

#[test]
fn the_output_of_a_tool_is_given_on_the_command_line() {
    let answer = run(coze(&["chat", "--tool-output", r#"get_weather={"temp":21}"#, CALL])).ok();
    assert_eq!(answer, "工具 get_weather 返回的结果是：temp：21。\n");
}

#[test]
fn a_tool_call_without_anybody_to_answer_it_has_an_exit_code_of_its_own() {
    let hint = "--tool-output get_weather=";
    let ran = run(coze(&["chat", "--tool-output", "other=1", CALL])).fails(7, &["get_weather", "杭州", hint]);
    assert_eq!(ran.stdout, "");
    let ran = run(coze(&["chat", "--json", CALL])).fails(7, &["get_weather", hint]);
    assert!(ran.events().iter().any(|(name, _)| name == "conversation.chat.requires_action"));
}

#[tokio::test(flavor = "multi_thread")]
async fn several_calls_in_several_rounds_get_their_own_outputs() {
    let sim = steps(
        r#"[{"call":[{"name":"a","arguments":{}},{"name":"b","arguments":{}}]},
            {"call":{"name":"a","arguments":{}}},{"answer":"done"}]"#,
    )
    .await;
    let args = ["chat", "--bot", "1", "--tool-output", "a=1", "--tool-output", "b=2", "x"];
    assert_eq!(run(coze_at(&sim, &args)).ok(), "done\n");
    let submitted: Vec<Value> = sim
        .requests()
        .iter()
        .filter(|request| request.path == "/v3/chat/submit_tool_outputs")
        .map(|request| serde_json::from_slice::<Value>(&request.body).unwrap()["tool_outputs"].take())
        .collect();
    let outputs: Vec<Vec<_>> = submitted
        .iter()
        .map(|outputs| {
            outputs.as_array().unwrap().iter().map(|output| output["output"].as_str().unwrap()).collect()
        })
        .collect();
    assert_eq!(outputs, [vec!["1", "2"], vec!["1"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_beside_the_answer_is_told_when_asked_for() {
    let sim = scripted(
        r#"{"bots":[{"id":"1","rules":[{"reply":{"follow_ups":["and then?"],"steps":[
            {"reasoning":"let me think"},{"answer":"first"},
            {"message":{"type":"function_call","content":"{\"name\":\"look_up\",\"arguments\":\"{\\\"q\\\":1}\"}"}},
            {"message":{"type":"tool_response","content":"found"}},
            {"answer":"second\n"},{"audio":"AAAA"}]}}]}]}"#,
    )
    .await;
    let ran = run(coze_at(&sim, &["chat", "--bot", "1", "x"]));
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("first\nsecond\n", ""));
    let ran = run(coze_at(&sim, &["-v", "chat", "--bot", "1", "x"]));
    assert_eq!(ran.stdout, "first\nsecond\n");
    for told in [
        "let me think\n",
        "look_up {\"q\":1}\n",
        "found\n",
        "and then?\n",
        "audio",
        "log id ",
        "conversation 7",
    ] {
        assert!(ran.stderr.contains(told), "{told:?}: {ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_and_parameters_go_along() {
    let sim = sim().await;
    let args = [
        "chat",
        "--variable",
        "name=张三",
        "--variable",
        "empty=",
        "--parameter",
        "n:=3",
        "--parameter",
        "t=3",
        "hi",
    ];
    run(coze_at(&sim, &args)).ok();
    let body: Value = serde_json::from_slice(&sim.requests().last().unwrap().body).unwrap();
    assert_eq!(body["custom_variables"], serde_json::json!({"name": "张三", "empty": ""}));
    assert_eq!(body["parameters"], serde_json::json!({"n": 3, "t": "3"}));
    run(coze_at(&sim, &["chat", "--variable", "name", "hi"])).fails(2, &["--variable", "NAME=VALUE"]);
    run(coze_at(&sim, &["chat", "--parameter", "n:=x", "hi"])).fails(2, &["--parameter", "\"n\"", "JSON"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_latest_conversation_goes_on() {
    let (sim, home) = (sim().await, tempfile::tempdir().unwrap());
    let chat = |args: &[&str]| {
        let mut command = coze_at(&sim, &[&["chat"], args].concat());
        command.env("HOME", home.path()).env("XDG_STATE_HOME", home.path());
        run(command)
    };
    chat(&["-c", "hi"]).fails(2, &["no stored conversation", "--conversation"]);
    chat(&["我叫小明"]).ok();
    assert_eq!(chat(&["--continue", "我刚才说了什么"]).ok(), "你刚才说的是：“我叫小明”。\n");
    // Another user has a conversation of their own, and a damaged file remembers nothing.
    chat(&["--continue", "--user", "other", "hi"]).fails(2, &["other"]);
    std::fs::write(home.path().join("coze/conversations.json"), "{").unwrap();
    chat(&["--continue", "hi"]).fails(2, &["no stored conversation"]);
    chat(&["--continue", "--conversation", "1", "hi"]).fails(2, &["--conversation"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_region_may_come_from_the_environment() {
    let with = |region: &str, base: Option<&str>| {
        let mut command = coze(&["auth", "check"]);
        command
            .env("COZE_REGION", region)
            .env("COZE_API_TOKEN", TOKEN)
            .env("HTTPS_PROXY", "http://127.0.0.1:1");
        if let Some(base) = base {
            command.env("COZE_API_BASE", base);
        }
        run(command)
    };
    with("cn", None).fails(5, &["127.0.0.1:1"]);
    with("CN", Some("https://api.coze.cn/")).fails(5, &["127.0.0.1:1"]);
    with("us", None).fails(2, &["COZE_REGION", "\"us\"", "cn nor com"]);
    with("cn", Some("http://127.0.0.1:1")).fails(2, &["COZE_API_BASE", "COZE_REGION"]);
}
