//! `coze workflow`: runs, questions and histories.

use coze_sim::{Sim, Workflow};
use serde_json::{Value, json};

use crate::support::{TOKEN, coze_at, run, run_with, scripted};

pub(crate) const ID: &str = "7400000000000000011";

/// A simulator whose workflow greets `name`, asks for a day, and puts both out.
async fn asking() -> Sim {
    serve(json!([
        {"id": "start", "type": "start", "inputs": {
            "name": {"type": "string", "required": true},
            "days": {"type": "integer", "default": 1},
        }},
        {"id": "hello", "type": "message", "text": "hello {{name}}"},
        {"id": "ask", "type": "question", "question": "which day?"},
        {"id": "end", "type": "end", "outputs": {"name": "{{name}}", "days": "{{days}}", "day": "{{ask.answer}}"}},
    ]))
    .await
}

pub(crate) async fn serve(nodes: Value) -> Sim {
    let workflow = json!({"id": ID, "name": "greet", "nodes": nodes});
    let workflow = Workflow::parse(&workflow.to_string()).expect("the workflow is right");
    Sim::builder().token(TOKEN).workflow(workflow).start().await.expect("the simulator starts")
}

#[tokio::test(flavor = "multi_thread")]
async fn inputs_go_in_and_the_output_comes_out_as_json() {
    let sim = asking().await;
    let ran =
        run(coze_at(&sim, &["workflow", "run", ID, "-p", "name=张三", "-p", "days:=3", "--answer", "周一"]));
    let output: Value = serde_json::from_str(&ran.ok()).unwrap();
    assert_eq!(output, json!({"name": "张三", "days": 3, "day": "周一"}));

    let inputs = run_with(
        coze_at(&sim, &["workflow", "run", ID, "--params", "-", "-p", "days:=2", "--answer", "x"]),
        r#"{"name": "li", "days": 9}"#,
    );
    let output: Value = serde_json::from_str(&inputs.ok()).unwrap();
    assert_eq!((&output["name"], &output["days"]), (&json!("li"), &json!(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_without_an_answer_ends_with_a_code_of_its_own() {
    let sim = asking().await;
    for stream in [&[][..], &["--stream"]] {
        let args = [&["workflow", "run", ID, "-p", "name=a"], stream].concat();
        run(coze_at(&sim, &args)).fails(7, &["waits", "--answer"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_streamed_run_is_shown_through_its_questions() {
    let sim = asking().await;
    let args = ["workflow", "run", ID, "-p", "name=a", "--stream", "--answer", "monday"];
    let shown = run(coze_at(&sim, &args)).ok();
    assert!(shown.contains("hello a") && shown.contains("monday"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asynchronous_run_is_told_by_its_history() {
    let sim = serve(json!([
        {"id": "start", "type": "start", "inputs": {"name": {"type": "string"}}},
        {"id": "end", "type": "end", "outputs": {"name": "{{name}}"}},
    ]))
    .await;
    let started = run(coze_at(&sim, &["workflow", "run", ID, "-p", "name=a", "--async"])).ok();
    // The bare id, for `$(…)`.
    let execute_id = started.strip_suffix('\n').unwrap();
    assert!(!execute_id.is_empty() && execute_id.chars().all(|c| c.is_ascii_digit()), "{started:?}");
    let record = loop {
        let record = run(coze_at(&sim, &["workflow", "history", ID, execute_id])).ok();
        let record: Value = serde_json::from_str(&record).unwrap();
        if record["execute_status"] != "Running" {
            break record;
        }
    };
    assert_eq!((&record["execute_status"], &record["execute_id"]), (&json!("Success"), &json!(execute_id)));
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_read_in_any_case() {
    let stream = |events: &[&str]| {
        let body: String = events.join("\n\n") + "\n\n";
        json!({"body": body, "headers": {"content-type": "text/event-stream"}})
    };
    let ask = r#"{"interrupt_data":{"event_id":"75/76","type":2,"data":"{}"}}"#;
    let said = r#"{"content":"after","node_seq_id":"0","node_is_finish":true}"#;
    for case in [str::to_owned, str::to_lowercase, str::to_uppercase] {
        let event = |name: &str, data: &str| format!("event: {}\ndata: {data}", case(name));
        let script = json!({"faults": [
            {"on": "POST /v1/workflow/stream_run", "times": 2, "answer": stream(&[&event("Message", &said.replace("after", "before")), &event("Interrupt", ask)])},
            {"on": "POST /v1/workflow/stream_run", "answer": stream(&[&event("Error", r#"{"error_code":4200,"error_message":"not published"}"#)])},
            {"on": "POST /v1/workflow/stream_resume", "answer": stream(&[&event("Message", said), &event("Done", "{}")])},
        ]});
        let sim = scripted(&script.to_string()).await;
        let args = ["workflow", "run", ID, "--stream", "--answer", "x"];
        let ran = run(coze_at(&sim, &args));
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str(), ran.code), ("before\nafter\n", "", 0));
        let ran = run(coze_at(&sim, &args[..4])).fails(7, &["waits for an answer\n", "--answer"]);
        assert_eq!(ran.stdout, "before\n");
        run(coze_at(&sim, &args)).fails(4, &["4200"]);
        // The untyped command judges the same stream.
        let api = ["api", "POST", "/v1/workflow/stream_run", "--json", "{}"];
        run(coze_at(&sim, &api)).fails(4, &["4200"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_sent_as_written_or_refused() {
    let sim = serve(json!([
        {"id": "start", "type": "start", "inputs": {"n": {"type": "number"}}},
        {"id": "end", "type": "end", "outputs": {"n": "{{n}}"}},
    ]))
    .await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inputs.json");
    for number in ["12345678901234567890123", "0.12345678901234567891", "[1, {\"a\": -9007199254740993.5}]"] {
        let parameter = format!("n:={number}");
        run(coze_at(&sim, &["workflow", "run", ID, "-p", &parameter])).fails(2, &["more digits", "n"]);
        let object = format!("{{\"n\": {number}}}");
        std::fs::write(&file, &object).unwrap();
        let file = file.to_str().unwrap();
        run(coze_at(&sim, &["workflow", "run", ID, "--params", file])).fails(2, &["more digits", file]);
        run_with(coze_at(&sim, &["workflow", "run", ID, "--params", "-"]), object).fails(2, &["more digits"]);
    }
    assert!(sim.requests().is_empty());
    for (number, sent) in [
        ("9007199254740993", "9007199254740993"),
        ("0.1", "0.1"),
        ("-18446744073709551", "-18446744073709551"),
        ("1.5e3", "1500"),
        ("1e5", "100000"),
    ] {
        run(coze_at(&sim, &["workflow", "run", ID, "-p", &format!("n:={number}")])).ok();
        let body: Value = serde_json::from_slice(&sim.requests().pop().unwrap().body).unwrap();
        assert_eq!(body["parameters"]["n"].to_string(), sent);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_named() {
    let sim = asking().await;
    run(coze_at(&sim, &["workflow", "run", ID, "-p", "days:=three"])).fails(2, &["days", "JSON"]);
    run(coze_at(&sim, &["workflow", "run", ID, "-p", "name"])).fails(2, &["NAME="]);
    run(coze_at(&sim, &["workflow", "run", ID, "--params", "/no/such/file"])).fails(2, &["/no/such/file"]);
    run_with(coze_at(&sim, &["workflow", "run", ID, "--params", "-"]), "[1]").fails(2, &["object"]);
    run(coze_at(&sim, &["workflow", "run", ID])).fails(4, &["name"]);
    run(coze_at(&sim, &["workflow", "run", "7400000000000000999"])).fails(4, &["4200"]);
    run(coze_at(&sim, &["workflow", "run", ID, "--bot", "1", "--app", "2"])).fails(2, &["--app"]);
}
