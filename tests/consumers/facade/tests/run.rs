//! The program against a running simulator.
#![cfg(test)]

use std::process::{Command, Output};

use coze_sim::{DEMO_BOT, Dialect, Script, Sim};
use serde_json::{Value, json};

async fn simulator(dialect: Dialect, script: &Value) -> Sim {
    Sim::builder().dialect(dialect).script(Script::parse(&script.to_string()).unwrap()).start().await.unwrap()
}

fn program(base: &str, token: &str, bot: &str, questions: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_consumer-facade"));
    let variables = [("COZE_API_BASE", base), ("COZE_API_TOKEN", token), ("COZE_BOT_ID", bot)];
    program.args(questions).envs(variables);
    program
}

async fn output(mut program: Command) -> Output {
    tokio::task::spawn_blocking(move || program.output().unwrap()).await.unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn it_converses_and_prints_the_history() {
    for dialect in [Dialect::Official, Dialect::Studio] {
        let sim = simulator(dialect, &json!({})).await;
        let questions = ["我喜欢茶", "我刚才说了什么？", "2024年10月1日是星期几"];
        let output = output(program(&sim.url(), sim.token(), DEMO_BOT, &questions)).await;
        assert!(output.status.success(), "{output:?}");
        let printed = text(&output.stdout);
        let (answers, history) = printed.split_once("history:\n").unwrap();
        assert!(answers.contains("我喜欢茶") && answers.contains("星期二"), "{printed}");
        assert_eq!(answers.contains("tokens]"), dialect == Dialect::Official, "{printed}");
        let said: Vec<_> = history.lines().filter_map(|line| line.strip_prefix("user: ")).collect();
        assert_eq!(said, questions, "{printed}");
        assert_eq!(history.matches("assistant: ").count(), 3, "{printed}");
        let pages = sim.requests().iter().filter(|sent| sent.path == "/v1/conversation/message/list").count();
        assert!(pages >= 3, "{pages} pages of 2");
    }
}

#[tokio::test]
async fn exit_codes_tell_what_went_wrong() {
    let script = json!({"bots": [
        {"id": "1", "rules": [{"refuse": {"code": 4016, "msg": "busy"}}]},
        {"id": "2", "rules": [{"refuse": {"status": 403, "code": 4101, "msg": "no permission"}}]},
        {"id": "3", "rules": [{"reply": {"steps": [{"answer": "half"}, {"fail": {"code": 5000, "msg": "broke"}}]}}]},
        {"id": "4", "rules": [{"reply": "half", "wire": {"cut": {"after_events": 3, "how": "end"}}}]},
        {"id": "5", "rules": [{"reply": "half", "wire": {"cut": {"after_events": 3}}}]},
        {"id": "6", "rules": [{"reply": {"steps": [{"call": {"name": "get_weather"}}]}}]},
    ]});
    let sim = simulator(Dialect::Official, &script).await;
    for (bot, token, code, out, err) in [
        (DEMO_BOT, "pat_wrong", 3, "", "4100"),
        ("1", "pat_sim", 1, "", "4016"),
        ("2", "pat_sim", 3, "", "no permission"),
        ("3", "pat_sim", 1, "half", "broke"),
        ("4", "pat_sim", 4, "half", "complete"),
        ("5", "pat_sim", 4, "half", "/v3/chat"),
        ("6", "pat_sim", 0, "[waits for get_weather]", ""),
        ("7499999999999999999", "pat_sim", 1, "", "not published"),
    ] {
        let output = output(program(&sim.url(), token, bot, &["hi"])).await;
        assert_eq!(output.status.code(), Some(code), "{bot}: {output:?}");
        assert!(text(&output.stdout).contains(out), "{bot}: {output:?}");
        let printed = text(&output.stderr);
        assert!(printed.contains(err) && !printed.contains(token), "{bot}: {printed}");
        assert!(code == 0 || printed.contains("log id"), "{bot}: {printed}");
    }
}

#[tokio::test]
async fn a_bad_configuration_is_told_before_anything_is_sent() {
    let sim = simulator(Dialect::Official, &json!({})).await;
    let good = || program(&sim.url(), sim.token(), DEMO_BOT, &["hi"]);
    let broken = |change: fn(&mut Command) -> &mut Command| {
        let mut program = good();
        change(&mut program);
        program
    };
    for (program, word) in [
        (broken(|program| program.env_remove("COZE_API_TOKEN")), "COZE_API_TOKEN"),
        (broken(|program| program.env("COZE_API_TOKEN", "")), "COZE_API_TOKEN is empty"),
        (broken(|program| program.env("COZE_API_TOKEN", "pat_sim\n")), "line break"),
        (broken(|program| program.env("COZE_API_BASE", "127.0.0.1:8080")), "COZE_API_BASE"),
        (broken(|program| program.env("COZE_API_BASE", "http://127.0.0.1:8080?x=1")), "query"),
        (broken(|program| program.env_remove("COZE_BOT_ID")), "usage"),
        (broken(|program| program.env("COZE_BOT_ID", "")), "bot_id"),
        (program(&sim.url(), sim.token(), DEMO_BOT, &[]), "usage"),
    ] {
        let output = output(program).await;
        assert_eq!(output.status.code(), Some(2), "{word}: {output:?}");
        assert!(text(&output.stderr).contains(word), "{word}: {output:?}");
    }
    assert!(sim.requests().is_empty());

    let (url, token) = (sim.url(), sim.token().to_owned());
    sim.shutdown().await;
    let output = output(program(&url, &token, DEMO_BOT, &["hi"])).await;
    assert_eq!(output.status.code(), Some(4), "{output:?}");
}
