//! Workflows over real sockets: runs, streams, interrupts, histories and lists.

use std::time::Duration;

use coze_sim::{DEMO_BOT, Dialect, Sim, SimBuilder, Workflow};
use serde_json::{Value, json};

use crate::party::{Party, ok};
use crate::support::{LONG, get, post, with};

pub(crate) fn workflow(id: &str, nodes: Value) -> Value {
    json!({"id": id, "name": "test", "nodes": nodes})
}

pub(crate) fn builder(files: impl IntoIterator<Item = Value>) -> SimBuilder {
    let builder = Sim::builder().pace(Duration::ZERO);
    files
        .into_iter()
        .fold(builder, |builder, file| builder.workflow(Workflow::parse(&file.to_string()).unwrap()))
}

fn greeting() -> Value {
    workflow(
        "1",
        json!([
            {"id": "start", "type": "start", "inputs": {
                "name": {"type": "string", "required": true},
                "times": {"type": "integer", "default": 2},
                "image": {"type": "file"},
            }},
            {"id": "text", "type": "text", "text": "Hello {{name}}"},
            {"id": "end", "type": "end", "outputs": {"output": "{{text.output}}", "times": "{{times}}"}},
        ]),
    )
}

fn talking() -> Value {
    workflow(
        "2",
        json!([
            {"id": "start", "type": "start", "inputs": {}},
            {"id": "hi", "type": "message", "title": "Hi", "text": "one two three"},
            {"id": "ask", "type": "question", "title": "问答", "question": "Which city?",
             "parameters": {"city": {"type": "string", "required": true}, "days": {"type": "integer", "required": true}}},
            {"id": "end", "type": "end", "text": "{{ask.city}} for {{ask.days}} days", "stream": true},
        ]),
    )
}

/// Id, name and data of the events of a stream.
pub(crate) fn numbered(stream: &str) -> Vec<(Option<u64>, String, Value)> {
    let field = |block: &str, name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.map(|value| value.strip_prefix(' ').unwrap_or(value).to_owned())
    };
    let blocks = stream.split("\n\n").filter(|block| !block.is_empty());
    blocks
        .map(|block| {
            let data = field(block, "data").unwrap_or_default();
            let id = field(block, "id").map(|id| id.parse().unwrap());
            (id, field(block, "event").unwrap(), serde_json::from_str(&data).unwrap_or(Value::String(data)))
        })
        .collect()
}

async fn streamed(sim: &Sim, path: &str, body: Value) -> Vec<(Option<u64>, String, Value)> {
    let reply = post(sim, path, body).await;
    assert!(reply.header("content-type").starts_with("text/event-stream"), "{}", reply.text());
    let events = numbered(reply.text());
    let ids: Vec<_> = events.iter().map(|(id, _, _)| id.unwrap()).collect();
    assert_eq!(ids, (0..events.len() as u64).collect::<Vec<_>>(), "{}", reply.text());
    events
}

fn content(events: &[(Option<u64>, String, Value)]) -> String {
    let messages = events.iter().filter(|(_, name, _)| name == "Message");
    messages.map(|(_, _, data)| data["content"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_run_returns_the_variables_of_its_end() {
    let sim = builder([greeting()]).start().await.unwrap();
    let body = json!({"workflow_id": "1", "parameters": {"name": "张三", "times": "3"}});
    let reply = post(&sim, "/v1/workflow/run", body).await.json();
    assert_eq!(reply["code"], 0, "{reply}");
    assert_eq!(reply["data"], r#"{"output":"Hello 张三","times":3}"#);
    assert!(reply["debug_url"].as_str().unwrap().contains("workflow_id=1"));
    assert!(reply["usage"]["token_count"].as_u64().unwrap() > 0);
    assert_eq!(reply["detail"]["logid"].as_str().unwrap().len(), 34);
    // The page says that parameters are a JSON text.
    let body = json!({"workflow_id": "1", "parameters": r#"{"name": "x"}"#});
    assert_eq!(
        post(&sim, "/v1/workflow/run", body).await.json()["data"],
        r#"{"output":"Hello x","times":2}"#
    );
}

#[tokio::test]
async fn wrong_requests_are_refused_with_the_field() {
    let mut draft = greeting();
    draft["id"] = json!("9");
    draft["published"] = json!(false);
    let mut of_app = greeting();
    of_app["id"] = json!("8");
    of_app["app_id"] = json!("77");
    let sim = builder([greeting(), draft, of_app]).paid(false).start().await.unwrap();
    let good = json!({"workflow_id": "1", "parameters": {"name": "x"}});
    for (fields, status, code, problem) in [
        (json!({"workflow_id": null}), 400, 4000, "workflow_id: required"),
        (json!({"workflow_id": "404"}), 404, 4200, "the workflow 404 does not exist"),
        (json!({"workflow_id": "9"}), 404, 4200, "not published"),
        (json!({"parameters": []}), 400, 4000, "parameters: expected an object, or a text that contains one"),
        (json!({"parameters": {}}), 400, 4000, "parameters.name: required, but missing; expected string"),
        (json!({"parameters": {"name": 1}}), 400, 4000, "parameters.name: expected string, got 1"),
        (
            json!({"parameters": {"name": "", "times": 1.5}}),
            400,
            4000,
            "parameters.times: expected integer, got 1.5",
        ),
        (json!({"parameters": {"name": "", "image": "x"}}), 400, 4000, "parameters.image: expected file"),
        (json!({"bot_id": DEMO_BOT, "app_id": "1"}), 400, 4000, "app_id: cannot be combined with bot_id"),
        (json!({"bot_id": "5"}), 200, 4015, "the bot 5"),
        (
            json!({"workflow_id": "8"}),
            400,
            4000,
            "app_id: required, since the workflow belongs to the app 77",
        ),
        (json!({"ext": {"city": "x"}}), 400, 4000, "ext.city: unknown key"),
        (
            json!({"workflow_version": "v9"}),
            400,
            4000,
            "workflow_version: unknown; this workflow has: v0.0.1",
        ),
        (json!({"stream": true}), 400, 4000, "stream: unknown field"),
        (json!({"is_async": true}), 200, 6003, "premium"),
    ] {
        let reply = post(&sim, "/v1/workflow/run", with(good.clone(), fields.clone())).await;
        let (got_status, got, msg) = reply.refusal();
        assert_eq!((got_status, got), (status, code), "{fields}: {msg}");
        assert!(msg.contains(problem), "{fields}: {msg}");
    }
    for fields in
        [json!({"bot_id": DEMO_BOT, "ext": {"user_id": "u"}}), json!({"workflow_version": "v0.0.1"})]
    {
        let reply = post(&sim, "/v1/workflow/run", with(good.clone(), fields)).await;
        assert_eq!(reply.json()["code"], 0, "{}", reply.text());
    }
}

#[tokio::test]
async fn a_stream_is_answered_and_numbers_its_events_anew() {
    let sim = builder([talking()]).start().await.unwrap();
    let first = streamed(&sim, "/v1/workflow/stream_run", json!({"workflow_id": "2"})).await;
    let hi: Vec<_> = first.iter().filter(|(_, _, data)| data["node_title"] == "Hi").collect();
    assert_eq!(hi.len(), 3);
    assert_eq!(hi[0].2["node_seq_id"], "0");
    assert_eq!(
        hi.iter().map(|(_, _, data)| data["node_is_finish"] == true).collect::<Vec<_>>(),
        [false, false, true]
    );
    let (_, name, asked) = first.last().unwrap();
    assert_eq!(name, "Interrupt");
    let interrupt = &asked["interrupt_data"];
    assert_eq!((interrupt["type"].as_i64(), asked["node_title"].as_str()), (Some(2), Some("问答")));
    assert_eq!(interrupt["required_parameters"]["days"], json!({"type": "integer", "required": true}));
    assert!(interrupt["data"].as_str().unwrap().contains("Which city?"));

    let answer = |event: &Value, text: &str| json!({"workflow_id": "2", "event_id": event, "interrupt_type": 2, "resume_data": text});
    // Not all that is required: it asks again, under another id.
    let again =
        streamed(&sim, "/v1/workflow/stream_resume", answer(&interrupt["event_id"], "city:杭州")).await;
    let second = again.last().unwrap().2["interrupt_data"]["event_id"].clone();
    assert_ne!(second, interrupt["event_id"]);
    let old = post(&sim, "/v1/workflow/stream_resume", answer(&interrupt["event_id"], "x")).await;
    assert_eq!(old.refusal().1, 4000);

    let done =
        streamed(&sim, "/v1/workflow/stream_resume", answer(&second, r#"{"city":"杭州","days":3}"#)).await;
    assert_eq!(content(&done), "杭州 for 3 days");
    let (_, name, data) = done.last().unwrap();
    assert_eq!(name, "Done");
    assert!(data["debug_url"].as_str().unwrap().contains("execute_id="));
}

#[tokio::test]
async fn the_fourth_question_fails_the_run() {
    let sim = builder([talking()]).start().await.unwrap();
    let mut events = streamed(&sim, "/v1/workflow/stream_run", json!({"workflow_id": "2"})).await;
    for _ in 0..3 {
        let event = events.last().unwrap().2["interrupt_data"]["event_id"].clone();
        let body = json!({"workflow_id": "2", "event_id": event, "interrupt_type": 2, "resume_data": "?"});
        events = streamed(&sim, "/v1/workflow/stream_resume", body).await;
    }
    let (_, name, data) = events.last().unwrap();
    assert_eq!(name, "Error");
    assert_eq!(data["error_code"], 720_701_013);
    let message = data["error_message"].as_str().unwrap();
    assert!(message.starts_with("node ask (问答) failed: the run was resumed 3 times"), "{message}");
}

#[tokio::test]
async fn resuming_needs_the_right_run_type_and_endpoint() {
    let sim = builder([talking(), greeting()]).token("one").token("two").start().await.unwrap();
    let auth = ("authorization", "Bearer one");
    let send = async |path: &str, token: &str, body: &Value| {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), crate::support::JSON];
        crate::support::send(&sim, "POST", path, &headers, body.to_string()).await
    };
    assert_eq!(auth.1, "Bearer one");
    let reply = send("/v1/workflow/run", "one", &json!({"workflow_id": "2"})).await.json();
    let event = reply["interrupt_data"]["event_id"].as_str().unwrap();
    assert_eq!(event.split_once('/').unwrap().0, reply["execute_id"].as_str().unwrap());
    assert_eq!(reply["execute_id"].as_str().unwrap().len(), 19);
    let good = json!({"workflow_id": "2", "event_id": event, "interrupt_type": 2, "resume_data": r#"{"city":"a","days":1}"#});
    for (path, token, fields, problem) in [
        ("/v1/workflow/stream_resume", "one", json!({}), "event_id: the run was not streamed"),
        ("/v1/workflows/resume", "two", json!({}), "event_id: no run of this workflow waits"),
        (
            "/v1/workflows/resume",
            "one",
            json!({"workflow_id": "1"}),
            "event_id: no run of this workflow waits",
        ),
        (
            "/v1/workflows/resume",
            "one",
            json!({"event_id": "1/2"}),
            "event_id: no run of this workflow waits",
        ),
        ("/v1/workflows/resume", "one", json!({"event_id": "x"}), "event_id: no run of this workflow waits"),
        (
            "/v1/workflows/resume",
            "one",
            json!({"interrupt_type": 5}),
            "interrupt_type: the interrupt is of type 2, got 5",
        ),
        ("/v1/workflows/resume", "one", json!({"resume_data": null}), "resume_data: required"),
    ] {
        let (_, code, msg) = send(path, token, &with(good.clone(), fields.clone())).await.refusal();
        assert_eq!(code, 4000, "{fields}");
        assert!(msg.contains(problem), "{fields}: {msg}");
    }
    let reply = send("/v1/workflows/resume", "one", &good).await.json();
    let data: Value = serde_json::from_str(reply["data"].as_str().unwrap()).unwrap();
    assert_eq!(
        data,
        json!({"content_type": 1, "data": "a for 1 days", "original_result": null, "type_for_model": 2})
    );
}

async fn history(sim: &Sim, workflow: &str, run: &str, status: &str) -> Value {
    let path = format!("/v1/workflows/{workflow}/run_histories/{run}");
    let poll = async {
        loop {
            let data = get(sim, &path).await.data();
            assert_eq!(data.as_array().unwrap().len(), 1);
            let waits = data[0]["interrupt_data"].is_object();
            if data[0]["execute_status"] == status && (status != "Running" || waits) {
                return data[0].clone();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LONG, poll).await.unwrap_or_else(|_| panic!("never {status}"))
}

#[tokio::test]
async fn an_asynchronous_run_is_told_by_its_history() {
    let sim = builder([talking()]).start().await.unwrap();
    let body = json!({"workflow_id": "2", "is_async": true, "ext": {"user_id": "u-7"}});
    let reply = post(&sim, "/v1/workflow/run", body).await.json();
    let run = reply["execute_id"].as_str().unwrap();
    assert!(reply.get("data").is_none() && reply["debug_url"].is_string(), "{reply}");
    let waits = history(&sim, "2", run, "Running").await;
    let event = waits["interrupt_data"]["event_id"].as_str().unwrap();
    let body = json!({"workflow_id": "2", "event_id": event, "interrupt_type": 2, "resume_data": "{\"city\":\"a\",\"days\":1}"});
    let resumed = post(&sim, "/v1/workflows/resume", body).await.json();
    assert_eq!(resumed["execute_id"], run);
    let done = history(&sim, "2", run, "Success").await;
    let output: Value = serde_json::from_str(done["output"].as_str().unwrap()).unwrap();
    assert_eq!(output["Hi"], "one two three");
    assert!(output["Output"].as_str().unwrap().contains("a for 1 days"));
    assert_eq!((done["run_mode"].as_i64(), done["connector_uid"].as_str()), (Some(2), Some("u-7")));
    assert_eq!((done["error_code"].as_str(), done["bot_id"].as_str()), (Some(""), Some("0")));
    let node = &done["node_execute_status"]["Hi"];
    assert_eq!(node["is_finish"], true);
    let uuid = node["node_execute_uuid"].as_str().unwrap();
    let path = format!("/v1/workflows/2/run_histories/{run}/execute_nodes/{uuid}");
    assert_eq!(get(&sim, &path).await.data(), json!({"is_finish": true, "node_output": "one two three"}));
    let path = format!("/v1/workflows/2/run_histories/{run}/execute_nodes/nope");
    assert_eq!(get(&sim, &path).await.refusal().1, 4000);
    assert_eq!(get(&sim, "/v1/workflows/2/run_histories/12").await.refusal().1, 4200);
}

#[tokio::test]
async fn a_failed_node_shows_in_stream_and_history() {
    let nodes = json!([
        {"id": "start", "type": "start"},
        {"id": "b", "type": "http", "title": "B side", "url": "http://127.0.0.1:9/x"},
        {"id": "end", "type": "end"},
    ]);
    let sim = builder([workflow("3", nodes)]).start().await.unwrap();
    let events = streamed(&sim, "/v1/workflow/stream_run", json!({"workflow_id": "3"})).await;
    let [(_, name, data)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(name, "Error");
    assert!(
        data["error_message"]
            .as_str()
            .unwrap()
            .starts_with("node b (B side) failed: GET http://127.0.0.1:9/x")
    );
    assert!(data["debug_url"].is_string());
    let run = post(&sim, "/v1/workflow/run", json!({"workflow_id": "3", "is_async": true})).await.json();
    let failed = history(&sim, "3", run["execute_id"].as_str().unwrap(), "Fail").await;
    assert_eq!(failed["error_code"], "720701013");
    assert!(failed["error_message"].as_str().unwrap().starts_with("node b (B side) failed"));
    assert_eq!((failed["output"].as_str(), failed["debug_url"].is_string()), (Some(""), true));
}

#[tokio::test]
async fn loops_batches_conditions_and_inputs_work_together() {
    let party = Party::start(|seen, _| ok(&json!({"echo": seen.uri}))).await;
    let nodes = json!([
        {"id": "start", "type": "start", "inputs": {"items": {"type": "array", "items": {"type": "integer"}}}},
        {"id": "form", "type": "input", "parameters": {"limit": {"type": "integer", "required": true}}},
        {"id": "big", "type": "loop", "over": "{{items}}", "outputs": {"label": "{{check.branch}}", "at": "{{index}}"}, "nodes": [
            {"id": "check", "type": "condition", "if": {"left": "{{item}}", "is": ">", "right": "{{form.limit}}"},
             "then": [{"id": "say", "type": "message", "title": "Big", "text": "{{item}} is big"}]},
        ]},
        {"id": "many", "type": "batch", "over": "{{items}}", "parallel": 2, "outputs": {"echo": "{{get.body.echo}}"}, "nodes": [
            {"id": "get", "type": "http", "url": format!("http://{}/{{{{item}}}}", party.host)},
        ]},
        {"id": "list", "type": "text", "each": "{{many.echo}}", "text": "{{index}}:{{item}}", "separator": " "},
        {"id": "end", "type": "end", "outputs": {
            "labels": "{{big.label}}", "count": "{{big.count}}", "list": "{{list.output}}", "first": "{{many.echo[0]}}",
        }},
    ]);
    let sim = builder([workflow("4", nodes)]).allow_host(party.host.clone()).start().await.unwrap();
    let body = json!({"workflow_id": "4", "parameters": {"items": [1, 5, 9]}});
    let reply = post(&sim, "/v1/workflow/run", body.clone()).await.json();
    let interrupt = &reply["interrupt_data"];
    assert_eq!(interrupt["type"], 5, "{reply}");
    let form: Value = serde_json::from_str(interrupt["data"].as_str().unwrap()).unwrap();
    assert_eq!(form["content"], r#"[{"name":"limit","required":true,"type":"integer"}]"#);
    let resume = json!({"workflow_id": "4", "event_id": interrupt["event_id"], "interrupt_type": 5, "resume_data": "{\"limit\":4}"});
    let reply = post(&sim, "/v1/workflows/resume", resume).await.json();
    let data: Value = serde_json::from_str(reply["data"].as_str().unwrap()).unwrap();
    assert_eq!(
        data,
        json!({"labels": ["else", "then", "then"], "count": 3, "list": "0:/1 1:/5 2:/9", "first": "/1"})
    );
    assert_eq!(party.seen().len(), 3);
    let run = interrupt["event_id"].as_str().unwrap().split_once('/').unwrap().0.to_owned();
    let done = history(&sim, "4", &run, "Success").await;
    assert_eq!(done["node_execute_status"]["Big"]["loop_index"], 1);
    assert_eq!(done["node_execute_status"]["Big_2"]["loop_index"], 2);
    let wrong = json!({"workflow_id": "4", "parameters": {"items": [1, "x"]}});
    let (_, _, msg) = post(&sim, "/v1/workflow/run", wrong).await.refusal();
    assert!(msg.contains("parameters.items: [1]: expected integer, got \"x\""), "{msg}");
}

#[tokio::test]
async fn silence_is_filled_with_heartbeats() {
    let party = Party::start(|_, _| (200, "1".into(), Duration::from_millis(300))).await;
    let nodes = json!([
        {"id": "start", "type": "start"},
        {"id": "slow", "type": "http", "url": format!("http://{}/", party.host)},
        {"id": "end", "type": "end"},
    ]);
    let ping = Duration::from_millis(20);
    let sim =
        builder([workflow("5", nodes)]).ping(ping).allow_host(party.host.clone()).start().await.unwrap();
    let events = streamed(&sim, "/v1/workflow/stream_run", json!({"workflow_id": "5"})).await;
    assert_eq!((events[0].1.as_str(), &events[0].2), ("PING", &json!({})));
    assert_eq!(events.last().unwrap().1, "Done");
}

#[tokio::test]
async fn workflows_are_listed_and_described() {
    let files = (10..33).map(|id| {
        let mut file = greeting();
        file["id"] = json!(id.to_string());
        file["published"] = json!(id != 12);
        if id == 11 {
            file["mode"] = json!("chatflow");
            file["versions"] = json!(["v0.0.1", "v0.0.2", "v0.1.0"]);
        }
        file
    });
    let files: Vec<Value> = files.collect();
    let strict = builder(files.clone()).strict(true).start().await.unwrap();
    for (query, problem) in [
        (
            "workspace_id=7400000000000000009&page_num=1&page_size=31",
            "page_size: expected an integer from 1 to 30, got 31",
        ),
        ("page_num=1", "workspace_id: required"),
    ] {
        let (_, code, msg) = get(&strict, &format!("/v1/workflows?{query}")).await.refusal();
        assert!(code == 4000 && msg.contains(problem), "{msg}");
    }
    let sim = builder(files).start().await.unwrap();
    let list = async |query: &str| {
        get(&sim, &format!("/v1/workflows?workspace_id=7400000000000000009&{query}")).await.data()
    };
    let first = list("page_num=1&page_size=20").await;
    assert_eq!((first["items"].as_array().unwrap().len(), first["has_more"].as_bool()), (20, Some(true)));
    assert_eq!(first["items"][0]["workflow_id"], "10");
    assert_eq!(list("page_num=2&page_size=20").await["items"].as_array().unwrap().len(), 2);
    assert_eq!(list("page_num=1").await["items"].as_array().unwrap().len(), 10);
    assert_eq!(list("page_num=1&workflow_mode=chatflow").await["items"][0]["workflow_id"], "11");
    assert_eq!(list("page_num=1&publish_status=unpublished_draft").await["items"][0]["workflow_id"], "12");
    assert_eq!(list("page_num=1&app_id=5").await["items"], json!([]));
    assert_eq!(get(&sim, "/v1/workflows?workspace_id=1").await.refusal().1, 4000);
    // The Python client asks for pages of 100, and may leave out the workspace; a page has 30 at most.
    assert_eq!(list("page_num=1&page_size=100").await["items"].as_array().unwrap().len(), 22);
    let all = get(&sim, "/v1/workflows?page_num=1&page_size=100").await.data();
    assert_eq!((all["items"].as_array().unwrap().len(), all["has_more"].as_bool()), (22, Some(false)));
    let (_, code, msg) = get(&sim, "/v1/workflows?page_num=1&page_size=101").await.refusal();
    assert!(code == 4000 && msg.contains("page_size: expected an integer from 1 to 100"), "{msg}");

    let info = get(&sim, "/v1/workflows/11?include_input_output=true").await.data();
    assert_eq!(info["workflow_detail"]["workflow_name"], "test");
    assert_eq!(info["input"]["parameters"]["USER_INPUT"], json!({"type": "string", "required": false}));
    assert_eq!(info["input"]["parameters"]["times"]["default_value"], "2");
    assert_eq!(info["output"]["terminate_plan"], "return_variables");
    assert!(get(&sim, "/v1/workflows/10").await.data().get("input").is_none());

    let page = get(&sim, "/v1/workflows/11/versions?page_size=2").await.data();
    assert_eq!(
        (page["items"][0]["version"].as_str(), page["has_more"].as_bool()),
        (Some("v0.1.0"), Some(true))
    );
    let token = page["next_page_token"].as_str().unwrap();
    let last = get(&sim, &format!("/v1/workflows/11/versions?page_size=2&page_token={token}")).await.data();
    assert_eq!(
        (last["items"][0]["version"].as_str(), last["has_more"].as_bool()),
        (Some("v0.0.1"), Some(false))
    );
    assert_eq!(get(&sim, "/v1/workflows/404").await.refusal().1, 4200);
}

#[tokio::test]
async fn coze_studio_answers_in_its_own_shapes() {
    let mut draft = greeting();
    draft["id"] = json!("9");
    draft["published"] = json!(false);
    let mut chatflow = greeting();
    chatflow["id"] = json!("11");
    chatflow["mode"] = json!("chatflow");
    chatflow["app_id"] = json!("77");
    let sim =
        builder([greeting(), talking(), draft, chatflow]).dialect(Dialect::Studio).start().await.unwrap();
    let run = async |body: Value| post(&sim, "/v1/workflow/run", body).await.json();
    let good = run(json!({"workflow_id": "1", "parameters": {"name": "x"}})).await;
    assert_eq!(
        (&good["msg"], good["code"].as_i64(), &good["BaseResp"]),
        (&Value::Null, Some(0), &Value::Null)
    );
    assert_eq!(good["cost"], "0.00000");
    assert!(good.get("usage").is_none() && good.get("interrupt_data").is_none());
    assert_eq!(run(json!({"workflow_id": "9"})).await["code"], 6031);
    assert_eq!(run(json!({"workflow_id": "1"})).await["code"], 4000);
    assert_eq!(run(json!({"workflow_id": "2"})).await["code"], 6039);
    let both = run(json!({"workflow_id": "1", "bot_id": "1", "app_id": "2"})).await;
    assert_eq!((both["code"].as_i64(), &both["data"]), (Some(720_701_013), &Value::Null));
    let unpublished = post(&sim, "/v1/workflow/stream_run", json!({"workflow_id": "9"})).await;
    assert_eq!((unpublished.status.as_u16(), unpublished.json()["code"].as_i64()), (200, Some(720_702_011)));

    let execute_id = good["execute_id"].as_str().unwrap();
    let history = get(&sim, &format!("/v1/workflow/get_run_history?workflow_id=1&execute_id={execute_id}"))
        .await
        .json();
    assert!(history.get("code").is_none() && history.get("msg").is_none(), "{history}");
    let one = &history["data"][0];
    assert_eq!(one["execute_id"].as_u64().unwrap().to_string(), execute_id);
    assert_eq!(
        (one["output"].as_str(), &one["error_code"]),
        (Some(r#"{"output":"Hello x","times":2}"#), &Value::Null)
    );

    let mut events = streamed(&sim, "/v1/workflow/stream_run", json!({"workflow_id": "2"})).await;
    for _ in 0..5 {
        // There is no limit here, and the type is not looked at.
        let data = &events.last().unwrap().2;
        assert!(
            data.get("node_title").is_none() && data["interrupt_data"].get("required_parameters").is_none()
        );
        let event = data["interrupt_data"]["event_id"].clone();
        let body = json!({"workflow_id": "2", "event_id": event, "interrupt_type": 1, "resume_data": "?"});
        events = streamed(&sim, "/v1/workflow/stream_resume", body).await;
    }
    assert_eq!(events.last().unwrap().1, "Interrupt");

    assert_eq!(get(&sim, "/v1/workflows/11").await.data()["role"]["workflow_id"], "11");
    assert_eq!(get(&sim, "/v1/apps/77").await.json()["data"]["app_id"], "77");
    assert_eq!(get(&sim, "/v1/apps/78").await.json(), Value::Null);
    assert_eq!(get(&sim, "/v1/workflows?workspace_id=1&page_num=1").await.status.as_u16(), 401);
    assert_eq!(post(&sim, "/v1/workflows/resume", json!({})).await.status.as_u16(), 401);
}

#[tokio::test]
async fn files_are_refused_with_node_and_field() {
    let start = json!({"id": "start", "type": "start", "inputs": {"a": {"type": "string"}}});
    let end = json!({"id": "end", "type": "end"});
    let http = |fields: Value| with(json!({"id": "h", "type": "http", "url": "http://x/"}), fields);
    for (node, problem) in [
        (json!({"type": "text"}), "nodes[1]: id: required"),
        (json!({"id": "a b", "type": "text"}), "nodes[1]: id: expected letters"),
        (json!({"id": "a", "type": "text"}), "nodes[1]: id: \"a\" is taken"),
        (json!({"id": "t", "type": "txt"}), "node \"t\": type: expected one of start, http"),
        (json!({"id": "t", "type": "text"}), "node \"t\": text: required, but missing"),
        (json!({"id": "t", "type": "text", "text": 5}), "node \"t\": text: invalid type: integer"),
        (
            json!({"id": "t", "type": "text", "text": "", "txt": 1}),
            "node \"t\": txt: unknown field; known here",
        ),
        (
            json!({"id": "t", "type": "text", "text": "{{b}}"}),
            "node \"t\": text: {{b}}: no input and no earlier node",
        ),
        (json!({"id": "t", "type": "text", "text": "{{end.x}}"}), "no earlier node has this name"),
        (json!({"id": "t", "type": "start"}), "node \"t\": type: start can only be the first"),
        (http(json!({"method": "FETCH"})), "node \"h\": method: expected GET"),
        (http(json!({"body": {"a": 1}})), "node \"h\": body: expected a text or an array of lines"),
        (http(json!({"body": "{\"a\": {{a}}"})), "node \"h\": body: not JSON"),
        (http(json!({"headers": {"a b": "x"}})), "node \"h\": headers.a b: no name of an HTTP header"),
        (http(json!({"headers": {"Host": "x"}})), "node \"h\": headers.Host: is set by the node itself"),
        (http(json!({"timeout_ms": 0})), "node \"h\": timeout_ms: expected 1 to 600000, got 0"),
        (http(json!({"statuses": [99]})), "node \"h\": statuses: expected 200 to 599, got 99"),
        (http(json!({"url": "{{constants.t}}"})), "node \"h\": url: {{constants.t}}: no such constant"),
        (
            json!({"id": "c", "type": "condition", "if": {"left": 1, "is": "="}, "then": []}),
            "node \"c\": if: is: expected one of",
        ),
        (
            json!({"id": "b", "type": "batch", "over": "{{a}}", "nodes": [{"id": "q", "type": "question", "question": "?"}]}),
            "node \"b\": node \"q\": type: question is not allowed in a batch",
        ),
        (
            json!({"id": "l", "type": "loop", "over": "{{a}}", "nodes": [{"id": "e", "type": "end"}]}),
            "node \"l\": node \"e\": type: end is not allowed in a loop or batch",
        ),
        (
            json!({"id": "q", "type": "question", "question": "?", "parameters": {"x": {"type": "date"}}}),
            "node \"q\": parameters.x: type: expected one of string",
        ),
    ] {
        let file = workflow("1", json!([start, node, end])).to_string();
        let error = Workflow::parse(&file).unwrap_err().to_string();
        assert!(error.starts_with("workflow: ") && error.contains(problem), "{node}: {error}");
    }
    let error = |file: Value| Workflow::parse(&file.to_string()).unwrap_err().to_string();
    assert!(error(workflow("1", json!([start]))).contains("the last one must be of type end"));
    assert!(error(workflow("1", json!([end]))).contains("the first one must be of type start"));
    assert!(error(workflow("x", json!([]))).contains("id: expected a text of up to 19 digits"));
    assert!(error(with(greeting(), json!({"mode": "flow"}))).contains("mode: expected workflow or chatflow"));
    assert!(error(with(greeting(), json!({"modes": 1}))).contains("modes: unknown field"));
    assert!(Workflow::parse(&format!("\u{feff}{}", greeting())).is_ok());
    let missing = Workflow::read("/nonexistent/w.json").unwrap_err().to_string();
    assert!(missing.starts_with("workflow /nonexistent/w.json: cannot be read"), "{missing}");
}

#[tokio::test]
async fn constants_must_be_there_at_the_start() {
    let file = with(greeting(), json!({"constants": {"token": null}}));
    let error = builder([file.clone()]).start().await.unwrap_err().to_string();
    assert_eq!(
        error,
        "workflow 1 requires the constant token; set it with --constant token=VALUE or SimBuilder::constant"
    );
    assert!(builder([file]).constant("token", "x").start().await.is_ok());
    let file = with(greeting(), json!({"constants": {"token": "${COZE_SIM_NO_SUCH_VARIABLE}"}}));
    let error = builder([file.clone()]).start().await.unwrap_err().to_string();
    assert!(error.contains("COZE_SIM_NO_SUCH_VARIABLE, which is not set"), "{error}");
    let parsed = Workflow::parse(&with(file, json!({"constants": {"token": "sesame"}})).to_string()).unwrap();
    assert!(!format!("{parsed:?}").contains("sesame"));
    let twice = builder([greeting(), greeting()]).start().await.unwrap_err().to_string();
    assert!(twice.contains("two workflows have the id 1"), "{twice}");
}

#[tokio::test]
async fn the_example_runs() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/jobs.json");
    let jobs = json!({"jobs": [{"title": "Rust", "score": 90}, {"title": "Go", "score": 40}]});
    let party = Party::start(move |_, _| ok(&jobs)).await;
    let sim = Sim::builder()
        .pace(Duration::ZERO)
        .workflow(Workflow::read(path).unwrap())
        .constant("b_url", format!("http://{}", party.host))
        .constant("b_token", "t")
        .allow_host(party.host.clone())
        .start()
        .await
        .unwrap();
    let id = "7400000000000000011";
    let body = json!({"workflow_id": id, "parameters": {"user_id": "u\"1"}});
    let first = streamed(&sim, "/v1/workflow/stream_run", body).await;
    let event = first.last().unwrap().2["interrupt_data"]["event_id"].clone();
    let body = json!({"workflow_id": id, "event_id": event, "interrupt_type": 2, "resume_data": "杭州"});
    let events = streamed(&sim, "/v1/workflow/stream_resume", body).await;
    assert_eq!(content(&events), r#"Rust (90){"count":2,"titles":["Rust","Go"]}"#);
    let seen = party.seen();
    assert_eq!(seen[0].uri, "/api/jobs?city=%E6%9D%AD%E5%B7%9E");
    assert_eq!(seen[1].json(), json!({"userId": "u\"1", "job": {"title": "Rust", "score": 90}, "score": 90}));
}
