//! Workflows: the client against the engine of the simulator, in both dialects.

use std::time::Duration;

use coze::workflow::{
    ChatWorkflow, CreateWorkflowConversation, ListWorkflows, ResumeWorkflow, RetrieveStudioRunHistory,
};
use coze::{ChatEvent, ErrorKind, Message, RunWorkflow, StreamWorkflow, WorkflowEvent};
use coze_sim::{Dialect, Sim, Workflow};
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use crate::served::{Served, builder, patiently};

fn files() -> Vec<Value> {
    let start =
        json!({"id": "start", "type": "start", "inputs": {"name": {"type": "string", "required": true}}});
    let bare = json!({"id": "start", "type": "start"});
    let ask = json!({"id": "ask", "type": "question", "title": "Ask", "question": "Which city?",
        "parameters": {"city": {"type": "string", "required": true}, "days": {"type": "integer", "required": true}}});
    let stream =
        json!({"id": "end", "type": "end", "text": "{{ask.city}} for {{ask.days}} days", "stream": true});
    let down = json!({"id": "b", "type": "http", "title": "B side", "url": "http://127.0.0.1:9/jobs"});
    vec![
        json!({"id": "1", "name": "greet", "nodes": [
            start,
            {"id": "say", "type": "message", "title": "Say", "text": "one two three"},
            {"id": "end", "type": "end", "outputs": {"greeting": "Hello {{name}}"}},
        ]}),
        json!({"id": "2", "nodes": [bare, ask, stream]}),
        json!({"id": "3", "nodes": [bare, down, {"id": "end", "type": "end"}]}),
        json!({"id": "4", "published": false, "nodes": [bare, {"id": "end", "type": "end"}]}),
        json!({"id": "5", "mode": "chatflow", "nodes": [
            bare,
            {"id": "ask", "type": "question", "question": "Sure, {{USER_INPUT}}?"},
            {"id": "end", "type": "end", "text": "{{ask.answer}} it is", "stream": true},
        ]}),
    ]
}

async fn served(dialect: Dialect, paid: bool) -> Served {
    let empty = Sim::builder().dialect(dialect).paid(paid).pace(Duration::ZERO);
    let all = files().into_iter().map(|file| Workflow::parse(&file.to_string()).unwrap());
    let sim = all.fold(empty, coze_sim::SimBuilder::workflow).start().await.unwrap();
    let client = builder(&sim).build().unwrap();
    Served { sim, client }
}

const BOTH: [Dialect; 2] = [Dialect::Official, Dialect::Studio];

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Greeting {
    greeting: String,
}

#[tokio::test]
async fn a_run_returns_its_output() {
    for dialect in BOTH {
        let Served { client, sim: _sim } = served(dialect, true).await;
        let run = client.workflows().run(RunWorkflow::new("1").parameter("name", "张\"三\"")).await.unwrap();
        assert_eq!(run.output::<Greeting>().unwrap().greeting, "Hello 张\"三\"");
        assert!(run.debug_url.unwrap().contains("workflow_id=1"));
    }
}

#[tokio::test]
async fn one_loop_reads_answers_and_ends() {
    for dialect in BOTH {
        let Served { client, sim: _sim } = served(dialect, true).await;
        let mut events = client.workflows().stream(StreamWorkflow::new("2")).await.unwrap();
        let (mut text, mut answers) = (String::new(), vec![r#"{"city":"杭州","days":2}"#, "city:杭州"]);
        let mut debug_url = None;
        // A gap between ids would be an error of the stream.
        while let Some(event) = patiently(events.next()).await {
            match event.unwrap() {
                WorkflowEvent::Message(message) if message.node_title.as_deref() == Some("End") => {
                    text.push_str(&message.content);
                }
                WorkflowEvent::Interrupt { interrupt, .. } => {
                    let (run, event) = interrupt.event_id.as_str().split_once('/').unwrap();
                    assert_eq!((run.len(), event.len()), (19, 19));
                    events.resume_with(answers.pop().unwrap()).await.unwrap();
                }
                WorkflowEvent::Done(done) => debug_url = done.debug_url,
                _ => {}
            }
        }
        assert_eq!(text, "杭州 for 2 days");
        assert!(answers.is_empty() && debug_url.is_some());
    }
}

#[tokio::test]
async fn an_interrupted_run_is_resumed_without_a_stream() {
    let Served { client, sim: _sim } = served(Dialect::Official, true).await;
    let run = client.workflows().run(RunWorkflow::new("2")).await.unwrap();
    let interrupt = run.interrupt_data.unwrap();
    assert_eq!(interrupt.required_parameters["days"].kind.as_deref(), Some("integer"));
    let answer = ResumeWorkflow::new("2", &interrupt, r#"{"city":"x","days":1}"#);
    let run = client.workflows().resume(answer).await.unwrap();
    assert!(run.data.unwrap().contains("x for 1 days"));
}

#[tokio::test]
async fn run_and_wait_follows_a_run_to_its_end() {
    for dialect in BOTH {
        let Served { client, sim: _sim } = served(dialect, true).await;
        let request = RunWorkflow::new("1").parameter("name", "x");
        let run = patiently(async { client.workflows().run_and_poll(request).await }).await.unwrap();
        assert_eq!(run.output::<Greeting>().unwrap().greeting, "Hello x");
        let failed = patiently(async { client.workflows().run_and_poll(RunWorkflow::new("3")).await }).await;
        let error = failed.unwrap_err();
        let api = error.api().unwrap();
        assert!(api.msg.starts_with("node b (B side) failed: GET http://127.0.0.1:9/jobs"), "{api:?}");
        assert!(api.debug_url.is_some() && error.log_id().is_some(), "{error:?}");
    }
}

#[tokio::test]
async fn histories_and_nodes_are_read() {
    let Served { client, sim: _sim } = served(Dialect::Official, true).await;
    let request = RunWorkflow::new("1").parameter("name", "x");
    let run = patiently(async { client.workflows().run_and_poll(request).await }).await.unwrap();
    assert_eq!(run.node_output("Say").unwrap(), "one two three");
    let uuid = run.node_execute_status["Say"].node_execute_uuid.clone().unwrap();
    let node = client.workflows().node_execution("1", &run.execute_id, uuid).await.unwrap();
    assert_eq!((node.is_finish, node.node_output.as_deref()), (Some(true), Some("one two three")));

    let Served { client, sim: _sim } = served(Dialect::Studio, true).await;
    let run = client.workflows().run(RunWorkflow::new("1").parameter("name", "x")).await.unwrap();
    let history = client.send(RetrieveStudioRunHistory::new("1", run.execute_id.unwrap())).await.unwrap();
    assert_eq!(history.output::<Greeting>().unwrap().greeting, "Hello x");
}

#[tokio::test]
async fn errors_keep_code_reason_and_debug_url() {
    for (dialect, unpublished, missing) in [(Dialect::Official, 4200, 4000), (Dialect::Studio, 6031, 4000)] {
        let Served { client, sim: _sim } = served(dialect, true).await;
        let code = async |request: RunWorkflow| {
            let error = client.workflows().run(request).await.unwrap_err();
            let api = error.api().unwrap_or_else(|| panic!("{error:?}")).clone();
            (api.code.to_string(), api.debug_url.is_some())
        };
        assert_eq!(code(RunWorkflow::new("4")).await.0, unpublished.to_string());
        assert_eq!(code(RunWorkflow::new("1")).await.0, missing.to_string());
        assert_eq!(code(RunWorkflow::new("3")).await, ("720701013".to_owned(), true));
        let mut events = client.workflows().stream(StreamWorkflow::new("3")).await.unwrap();
        let error = patiently(events.next()).await.unwrap().unwrap_err();
        assert!(error.api().unwrap().msg.starts_with("node b (B side) failed"), "{error:?}");
    }
    let Served { client, sim: _sim } = served(Dialect::Official, false).await;
    let refused = client.workflows().run(RunWorkflow::new("1").parameter("name", "x").is_async(true)).await;
    assert_eq!(refused.unwrap_err().api().unwrap().code.to_string(), "6003");
}

#[tokio::test]
async fn a_chatflow_asks_and_is_answered() {
    for dialect in BOTH {
        let Served { client, sim: _sim } = served(dialect, true).await;
        let ask = async |text: &str, conversation: Option<coze::ConversationId>| {
            let mut chat = ChatWorkflow::new("5").message(Message::user(text)).app_id("77");
            match conversation {
                Some(id) => chat = chat.conversation_id(id),
                None if dialect == Dialect::Studio => chat = chat.parameter("CONVERSATION_NAME", "talk"),
                None => {}
            }
            let mut events = client.workflows().chat(chat).await.unwrap();
            let (mut said, mut waits, mut id) = (String::new(), false, None);
            while let Some(event) = patiently(events.next()).await {
                match event.unwrap() {
                    ChatEvent::MessageDelta(message) => said.push_str(&message.content),
                    ChatEvent::Created(chat) => id = chat.conversation_id,
                    ChatEvent::RequiresAction(_) => waits = true,
                    _ => {}
                }
            }
            (said, waits, id)
        };
        let (said, waits, id) = ask("Anna", None).await;
        assert_eq!((said.as_str(), waits), ("Sure, Anna?", true), "{dialect:?}");
        let (said, waits, _) = ask("yes", id).await;
        assert_eq!((said.as_str(), waits), ("yes it is", false), "{dialect:?}");
    }
}

#[tokio::test]
async fn named_conversations_are_opened_on_coze_studio() {
    let Served { client, sim: _sim } = served(Dialect::Studio, true).await;
    let opened = client.send(CreateWorkflowConversation::new("77", "talk")).await.unwrap();
    let again = client.send(CreateWorkflowConversation::new("77", "talk").get_or_create(true)).await.unwrap();
    assert_eq!(opened.id, again.id);
}

#[tokio::test]
async fn lists_turn_their_pages() {
    let Served { client, sim: _sim } = served(Dialect::Official, true).await;
    let list = ListWorkflows::new("7400000000000000009").page_size(2);
    let found: Vec<_> = client.workflows().list(list).items().try_collect().await.unwrap();
    let ids: Vec<_> = found.iter().map(|workflow| workflow.workflow_id.as_str()).collect();
    assert_eq!(ids, ["1", "2", "3", "5"]);
    let Served { client, sim: _sim } = served(Dialect::Studio, true).await;
    let lacking = client.workflows().list(ListWorkflows::new("1")).await.unwrap_err();
    assert_eq!(lacking.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_run_that_outlives_its_deadline_can_be_waited_for_again() {
    let Served { client, sim } = served(Dialect::Official, true).await;
    let run = client.workflows().run_and_poll(RunWorkflow::new("1").parameter("name", "a"));
    let error = run.deadline(Duration::ZERO).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Timeout(_)), "{error}");
    // The run may not even have been answered; where it was, the error names it.
    if let Some((workflow_id, execute_id)) = error.run() {
        client.workflows().poll(workflow_id, execute_id).await.unwrap();
    }
    let started =
        client.workflows().run(RunWorkflow::new("1").parameter("name", "a").is_async(true)).await.unwrap();
    let ended = client.workflows().poll("1", started.execute_id.unwrap()).await.unwrap();
    assert_eq!(ended.output::<Greeting>().unwrap(), Greeting { greeting: "Hello a".to_owned() });
    drop(sim);
}

#[test]
fn an_end_node_that_answers_with_text_reads_as_text() {
    let envelope = json!({"content_type": 1, "data": "sunny", "original_result": null, "type_for_model": 2});
    let run: coze::workflow::WorkflowRun =
        serde_json::from_value(json!({"data": envelope.to_string()})).unwrap();
    assert_eq!(
        (run.output_text().unwrap(), run.output::<String>().unwrap()),
        ("sunny".to_owned(), "sunny".to_owned())
    );
    let output = json!({"Output": envelope.to_string()}).to_string();
    let record: coze::workflow::WorkflowExecution =
        serde_json::from_value(json!({"execute_id": "1", "output": output})).unwrap();
    assert_eq!(
        (record.output_text().unwrap(), record.output::<String>().unwrap()),
        ("sunny".to_owned(), "sunny".to_owned())
    );
}
