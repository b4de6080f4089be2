//! The program against a running simulator, and what it is made of.
#![cfg(test)]

use std::process::{Command, Output};

use coze_sim::{DEMO_BOT, Dialect, Script, Sim};
use serde_json::{Value, json};

async fn simulator(dialect: Dialect, script: &Value) -> Sim {
    Sim::builder().dialect(dialect).script(Script::parse(&script.to_string()).unwrap()).start().await.unwrap()
}

async fn ask(base: String, token: &str, bot: &str, question: &str) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_consumer-custom-transport"));
    program.args([bot, question]).env("COZE_API_BASE", base).env("COZE_API_TOKEN", token);
    // reqwest goes by way of a proxy to this machine too.
    for name in ["ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"] {
        program.env_remove(name).env_remove(name.to_lowercase());
    }
    tokio::task::spawn_blocking(move || program.output().unwrap()).await.unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn it_prints_the_answer() {
    for dialect in [Dialect::Official, Dialect::Studio] {
        let sim = simulator(dialect, &json!({})).await;
        let output = ask(sim.url(), sim.token(), DEMO_BOT, "2024年10月1日是星期几").await;
        assert!(output.status.success(), "{output:?}");
        assert!(text(&output.stdout).contains("星期二"), "{output:?}");
        let sent = &sim.requests()[0];
        assert!(sent.headers["user-agent"].to_str().unwrap().starts_with("coze-rust/"), "{sent:?}");
        assert_eq!(sent.headers["accept"], "text/event-stream");
        assert_eq!(sent.headers["content-type"], "application/json");
        assert!(sim.disconnects().is_empty());
    }
}

#[tokio::test]
async fn exit_codes_tell_what_went_wrong() {
    let bot = |rule: Value| json!({"bots": [{"id": "1", "rules": [rule]}]});
    let cut =
        |how: &str| bot(json!({"reply": "one two three", "wire": {"cut": {"after_events": 3, "how": how}}}));
    for (script, token, code, expected) in [
        (bot(json!({"reply": "unused"})), "pat_wrong", 3, "4100"),
        (bot(json!({"refuse": {"code": 4016, "msg": "busy"}})), "pat_sim", 1, "4016"),
        (bot(json!({"reply": {"steps": [{"fail": {"code": 5000, "msg": "broke"}}]}})), "pat_sim", 1, "broke"),
        (cut("end"), "pat_sim", 1, "before the server said that it was complete"),
        (cut("abort"), "pat_sim", 4, "body"),
        (bot(json!({"refuse": {"close": true}})), "pat_sim", 4, "/v3/chat"),
    ] {
        let sim = simulator(Dialect::Official, &script).await;
        let output = ask(sim.url(), token, "1", "hi").await;
        assert_eq!(output.status.code(), Some(code), "{script}: {output:?}");
        assert!(text(&output.stderr).contains(expected), "{script}: {output:?}");
        assert!(!text(&output.stderr).contains(token), "{output:?}");
    }
    let sim = simulator(Dialect::Official, &json!({})).await;
    let url = sim.url();
    sim.shutdown().await;
    let output = ask(url, "pat_sim", DEMO_BOT, "hi").await;
    assert_eq!(output.status.code(), Some(4), "{output:?}");
}

/// Each line of the tree of this package: its depth, and the name of the crate.
fn tree() -> Vec<(usize, String)> {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--package", "consumer-custom-transport", "--edges", "normal"])
        .args(["--prefix", "depth", "--no-dedupe", "--format", " {p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", text(&tree.stderr));
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        Some((words.next()?.parse().ok()?, words.next()?.to_owned()))
    };
    text(&tree.stdout).lines().filter_map(line).collect()
}

#[test]
fn http_comes_with_reqwest_alone() {
    let tree = tree();
    let mut above: Vec<&str> = Vec::new();
    let mut seen = 0;
    for (depth, name) in &tree {
        above.truncate(*depth);
        if ["hyper", "hyper-util", "h2"].contains(&name.as_str()) {
            assert!(above.contains(&"reqwest"), "{name} comes by {above:?}");
            seen += 1;
        }
        above.push(name);
    }
    assert!(seen > 0, "reqwest is there, and so is hyper");
    assert!(tree.iter().any(|(depth, name)| (*depth, name.as_str()) == (1, "coze")), "{tree:?}");
}
