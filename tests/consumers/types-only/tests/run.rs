//! The program against a running simulator.
#![cfg(test)]

use std::process::{Command, Output};

use coze_sim::{DEMO_BOT, Dialect, Script, Sim};
use serde_json::{Value, json};

async fn simulator(dialect: Dialect, script: &Value) -> Sim {
    Sim::builder().dialect(dialect).script(Script::parse(&script.to_string()).unwrap()).start().await.unwrap()
}

async fn ask(base: String, token: &str, bot: &str, question: &str) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_consumer-types-only"));
    program.args([bot, question]).env("COZE_API_BASE", base).env("COZE_API_TOKEN", token);
    tokio::task::spawn_blocking(move || program.output().unwrap()).await.unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn it_prints_the_answer() {
    for dialect in [Dialect::Official, Dialect::Studio] {
        let sim = simulator(dialect, &json!({})).await;
        for base in [sim.url(), format!("{}/", sim.url())] {
            let output = ask(base, sim.token(), DEMO_BOT, "2024年10月1日是星期几").await;
            assert!(output.status.success(), "{output:?}");
            assert!(text(&output.stdout).contains("星期二"), "{output:?}");
        }
        let sent = &sim.requests()[0];
        assert_eq!(sent.headers["accept"], "text/event-stream");
        let body: Value = serde_json::from_slice(&sent.body).unwrap();
        assert_eq!((&body["stream"], &body["bot_id"]), (&json!(true), &json!(DEMO_BOT)));
        assert!(sim.disconnects().is_empty());
    }
}

#[tokio::test]
async fn it_says_why_there_is_no_answer() {
    let bot = |rule: Value| json!({"bots": [{"id": "1", "rules": [rule]}]});
    let cut =
        |how: &str| bot(json!({"reply": "one two three", "wire": {"cut": {"after_events": 3, "how": how}}}));
    for (script, token, expected) in [
        (bot(json!({"reply": "unused"})), "pat_wrong", "code 4100"),
        (bot(json!({"refuse": {"code": 4016, "msg": "busy"}})), "pat_sim", "4016"),
        (bot(json!({"refuse": {"status": 502, "body": "<h1>Bad Gateway</h1>"}})), "pat_sim", "Bad Gateway"),
        (bot(json!({"reply": {"steps": [{"fail": {"code": 5000, "msg": "broke"}}]}})), "pat_sim", "broke"),
        (
            bot(json!({"reply": {"steps": [{"error": {"code": 4013, "msg": "slow down"}}]}})),
            "pat_sim",
            "slow down",
        ),
        (cut("end"), "pat_sim", "before the answer was complete"),
        (cut("abort"), "pat_sim", "unexpected end of file"),
    ] {
        let sim = simulator(Dialect::Official, &script).await;
        let output = ask(sim.url(), token, "1", "hi").await;
        assert_eq!(output.status.code(), Some(1), "{script}: {output:?}");
        assert!(text(&output.stderr).contains(expected), "{script}: {output:?}");
    }
}

#[tokio::test]
async fn odd_framing_makes_no_difference() {
    for wire in [
        json!({"chunk_bytes": 1}),
        json!({"line_end": "cr", "bom": true}),
        json!({"split_data": true, "ids": true, "line_end": "crlf"}),
        json!({"done": false}),
    ] {
        let rule = json!({"reply": {"steps": [{"answer": ["你", "好"]}]}, "wire": wire});
        let sim = simulator(Dialect::Official, &json!({"bots": [{"id": "1", "rules": [rule]}]})).await;
        let output = ask(sim.url(), sim.token(), "1", "hi").await;
        assert!(output.status.success() && text(&output.stdout) == "你好\n", "{wire}: {output:?}");
    }
}
