//! Rows of the group `workflow`.

use coze_types::workflow::{
    ChatWorkflow, CollaborationMode, CreateWorkflowCollaborator, CreateWorkflowConversation,
    DeleteWorkflowCollaborator, ExecuteStatus, Interrupt, InterruptType, ListWorkflowVersions, ListWorkflows,
    PublishStatus, ResumeWorkflow, ResumeWorkflowStream, RetrieveNodeExecution, RetrieveRunHistory,
    RetrieveStudioRunHistory, RetrieveWorkflow, RunMode, RunWorkflow, StreamWorkflow, TerminatePlan,
    UpdateWorkflowCollaborationMode, WorkflowMode, WorkflowPage, WorkflowVersionPage,
};
use coze_types::{Pager, Timestamp, message::Message};
use serde_json::{Value, json};

use super::{Row, fixture, written};

#[test]
fn run() {
    let run = Row {
        request: RunWorkflow::new("738958910358870"),
        line: "POST /v1/workflow/run",
        body: json!({ "workflow_id": "738958910358870" }),
        answer: fixture!("workflow_run"),
        payload: "",
    }
    .check();
    assert_eq!(run.output::<Value>().unwrap()["output"], "北京的经度为116.4074°E，纬度为39.9042°N。");
    assert_eq!(run.usage.unwrap().token_count, Some(150));
    assert!(run.debug_url.unwrap().starts_with("https://www.coze.cn/work_flow?execute_id=74136478903072"));
}

#[test]
fn run_with_every_field() {
    let run = Row {
        request: RunWorkflow::new("1")
            .parameter("user_id", "12345")
            .parameter("score", 0.5)
            .bot_id("2")
            .app_id("3")
            .ext("latitude", "39.98")
            .is_async(true)
            .workflow_version("v0.0.5")
            .connector_id("1024"),
        line: "POST /v1/workflow/run",
        body: json!({
            "workflow_id": "1",
            "parameters": { "user_id": "12345", "score": 0.5 },
            "bot_id": "2",
            "app_id": "3",
            "ext": { "latitude": "39.98" },
            "is_async": true,
            "workflow_version": "v0.0.5",
            "connector_id": "1024",
        }),
        // Without a code, as the page shows it.
        answer: fixture!("workflow_run_async"),
        payload: "",
    }
    .check();
    assert_eq!((run.execute_id.unwrap().as_str(), run.data), ("74248231312884****", None));
}

#[test]
fn run_on_studio() {
    let run = Row {
        request: RunWorkflow::new("1"),
        line: "POST /v1/workflow/run",
        body: json!({ "workflow_id": "1" }),
        answer: json!({
            "code": 0, "msg": null, "data": "{\"a\":1}", "token": 5, "cost": "0.00000", "debug_url": "http://h/w",
            "execute_id": "7400000000000000001",
        }),
        payload: "",
    }
    .check();
    assert_eq!(run.output::<Value>().unwrap(), json!({ "a": 1 }));
    assert_eq!((run.token, run.cost.as_deref()), (Some(5), Some("0.00000")));
}

#[test]
fn stream() {
    let request = StreamWorkflow::new("1").parameter("input", "x").bot_id("2").ext("user_id", "u");
    let body = json!({
        "workflow_id": "1", "parameters": { "input": "x" }, "bot_id": "2", "ext": { "user_id": "u" },
    });
    written(&request, "POST /v1/workflow/stream_run", "text/event-stream", &body);
}

fn interrupt() -> Interrupt {
    let answer = fixture!("resume_workflow");
    serde_json::from_value(answer["interrupt_data"].clone()).unwrap()
}

#[test]
fn resume() {
    let run = Row {
        request: ResumeWorkflow::new("75688742653", &interrupt(), r#"{"img":"{\"file_id\":\"1\"}"}"#),
        line: "POST /v1/workflows/resume",
        body: json!({
            "workflow_id": "75688742653",
            "event_id": "75694987037***/2691977632***",
            "interrupt_type": 5,
            "resume_data": "{\"img\":\"{\\\"file_id\\\":\\\"1\\\"}\"}",
        }),
        answer: fixture!("resume_workflow"),
        payload: "",
    }
    .check();
    let interrupt = run.interrupt_data.unwrap();
    assert_eq!(
        (interrupt.event_id.as_str(), interrupt.kind),
        ("75694987037***/2691977632***", Some(InterruptType::Input))
    );
    assert_eq!(interrupt.required_parameters["img"].kind.as_deref(), Some("image"));
}

#[test]
fn resume_a_stream() {
    let body = json!({
        "workflow_id": "1", "event_id": "75694987037***/2691977632***", "interrupt_type": 5, "resume_data": "杭州",
    });
    let request = ResumeWorkflowStream::new("1", &interrupt(), "杭州");
    written(&request, "POST /v1/workflow/stream_resume", "text/event-stream", &body);
}

#[test]
fn chat() {
    let request = ChatWorkflow::new("1")
        .message(Message::user("你好"))
        .parameter("CONVERSATION_NAME", "default")
        .app_id("2")
        .conversation_id("3")
        .ext("latitude", "1")
        .workflow_version("v0.0.1")
        .connector_id("1024");
    let body = json!({
        "workflow_id": "1",
        "additional_messages": [{ "role": "user", "content": "你好", "content_type": "text" }],
        "parameters": { "CONVERSATION_NAME": "default" },
        "app_id": "2",
        "conversation_id": "3",
        "ext": { "latitude": "1" },
        "workflow_version": "v0.0.1",
        "connector_id": "1024",
    });
    written(&request, "POST /v1/workflows/chat", "text/event-stream", &body);
    // Parameters are required, if only as an empty object.
    let body = json!({ "workflow_id": "1", "additional_messages": [], "parameters": {}, "bot_id": "2" });
    written(&ChatWorkflow::new("1").bot_id("2"), "POST /v1/workflows/chat", "text/event-stream", &body);
}

#[test]
fn create_a_conversation() {
    let conversation = Row {
        request: CreateWorkflowConversation::new("1", "默认").workflow_id("2").get_or_create(true).draft_mode(false),
        line: "POST /v1/workflow/conversation/create",
        body: json!({
            "app_id": "1", "conversation_name": "默认", "workflow_id": "2", "get_or_create": true, "draft_mode": false,
        }),
        answer: json!({
            "data": { "id": "7400000000000000001", "last_section_id": "5", "created_at": 0, "meta_data": null },
            "code": 0, "msg": "", "BaseResp": null,
        }),
        payload: "/data",
    }
    .check();
    assert_eq!(
        (conversation.id.as_str(), conversation.last_section_id),
        ("7400000000000000001", Some("5".into()))
    );
}

#[test]
fn retrieve_run_history() {
    let run = Row {
        request: RetrieveRunHistory::new("742963539464539", "743104097880585"),
        line: "GET /v1/workflows/742963539464539/run_histories/743104097880585",
        body: Value::Null,
        answer: fixture!("workflow_history"),
        payload: "/data/0",
    }
    .check();
    assert_eq!((&run.execute_status, &run.run_mode), (&Some(ExecuteStatus::Success), &Some(RunMode::Sync)));
    assert_eq!(run.error(), None);
    assert_eq!(run.output::<String>().unwrap(), "来找姐姐有什么事呀");
    assert_eq!(run.logid.unwrap(), "20241029115423ED85C3401395715F726E");
}

#[test]
fn get_run_history() {
    let run = Row {
        request: RetrieveStudioRunHistory::new("1", "2"),
        line: "GET /v1/workflow/get_run_history?workflow_id=1&execute_id=2",
        body: Value::Null,
        // Ids as numbers, and neither code nor message.
        answer: json!({
            "data": [{
                "execute_id": 7_400_000_000_000_000_001_u64, "bot_id": 0, "connector_id": 1024, "token": 3,
                "execute_status": "<UNSET>", "run_mode": 2, "output": "{\"a\":1}", "error_code": null, "error_message": null,
            }],
            "BaseResp": null,
        }),
        payload: "/data/0",
    }
    .check();
    assert_eq!(
        (run.execute_id.as_str(), &run.execute_status),
        ("7400000000000000001", &Some(ExecuteStatus::Interrupted))
    );
    assert_eq!(run.output::<Value>().unwrap(), json!({ "a": 1 }));
}

#[test]
fn retrieve_node_execution() {
    let node = Row {
        request: RetrieveNodeExecution::new("1", "2", "3/4"),
        line: "GET /v1/workflows/1/run_histories/2/execute_nodes/3%2F4",
        body: Value::Null,
        answer: json!({
            "code": 0, "msg": "", "data": { "is_finish": false, "node_output": "0《零的奇妙冒险》" },
            "detail": { "logid": "202506112018****AB2ADDA" },
        }),
        payload: "/data",
    }
    .check();
    assert_eq!((node.is_finish, node.node_output.as_deref()), (Some(false), Some("0《零的奇妙冒险》")));
}

#[test]
fn list() {
    let page = Row {
        request: ListWorkflows::new("73"),
        line: "GET /v1/workflows?workspace_id=73&page_num=1&page_size=10",
        body: Value::Null,
        answer: fixture!("get_workflow_list"),
        payload: "/data",
    }
    .check();
    let [workflow] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!((workflow.workflow_id.as_str(), page.has_more), ("7524966*******", true));
    assert_eq!(workflow.updated_at, Some(Timestamp::from_unix(1_752_060_827)));
    assert_eq!(workflow.creator.as_ref().unwrap().name.as_deref(), Some("alan"));
}

#[test]
fn list_with_every_field() {
    Row {
        request: ListWorkflows::new("73")
            .page_num(2)
            .page_size(30)
            .workflow_mode(WorkflowMode::Chatflow)
            .app_id("74")
            .publish_status(PublishStatus::All),
        line: "GET /v1/workflows?workspace_id=73&page_num=2&page_size=30&workflow_mode=chatflow&app_id=74\
            &publish_status=all",
        body: Value::Null,
        answer: fixture!("get_workflow_list"),
        payload: "/data",
    }
    .check();
}

#[test]
fn lists_end_when_the_server_does_not_move() {
    let page = |ids: &[&str]| -> WorkflowPage {
        let items: Vec<_> = ids.iter().map(|id| json!({ "workflow_id": id })).collect();
        serde_json::from_value(json!({ "items": items, "has_more": true })).unwrap()
    };
    let mut pager = Pager::new(ListWorkflows::new("1"));
    assert_eq!(pager.turn(page(&["a"])).len(), 1);
    assert_eq!(pager.next_request().unwrap().page_num, 2);
    // The same page again and again.
    assert_eq!((pager.turn(page(&["a"])).len(), pager.next_request()), (0, None));
    for (request, ids) in
        [(ListWorkflows::new("1"), &[][..]), (ListWorkflows::new("1").page_num(u32::MAX), &["a"])]
    {
        let mut pager = Pager::new(request);
        assert_eq!((pager.turn(page(ids)).len(), pager.next_request()), (ids.len(), None));
    }
    let versions = |token: &str| -> WorkflowVersionPage {
        serde_json::from_value(
            json!({ "items": [{ "workflow_id": "1" }], "has_more": true, "next_page_token": token }),
        )
        .unwrap()
    };
    let mut pager = Pager::new(ListWorkflowVersions::new("1"));
    for (token, more) in [("t", true), ("u", true), ("t", false)] {
        assert_eq!(pager.turn(versions(token)).len(), 1);
        let next = pager.next_request().map(|next| next.page_token.as_deref());
        assert_eq!(next, more.then_some(Some(token)));
    }
    let mut pager = Pager::new(ListWorkflowVersions::new("1"));
    assert_eq!((pager.turn(versions("")).len(), pager.next_request()), (1, None));
}

#[test]
fn get() {
    let info = Row {
        request: RetrieveWorkflow::new("75071291219").include_input_output(true),
        line: "GET /v1/workflows/75071291219?include_input_output=true",
        body: Value::Null,
        answer: fixture!("get_workflow_info"),
        payload: "/data",
    }
    .check();
    assert_eq!(info.workflow_detail.unwrap().workflow_name.as_deref(), Some("workflow_image"));
    assert_eq!(info.input.unwrap().parameters["USER_INPUT"].required, Some(false));
    assert_eq!(info.output.unwrap().terminate_plan, Some(TerminatePlan::UseAnswerContent));
}

#[test]
fn list_versions() {
    let page = Row {
        request: ListWorkflowVersions::new("75383478076").publish_status(PublishStatus::PublishedOnline).page_token("t&1"),
        line: "GET /v1/workflows/75383478076/versions?publish_status=published_online&page_size=10&page_token=t%261",
        body: Value::Null,
        answer: fixture!("list_workflow_version"),
        payload: "/data",
    }
    .check();
    assert_eq!(page.next_page_token.as_deref(), Some("17552****000"));
    assert_eq!(page.items[0].version.as_deref(), Some("v0.0.1"));
}

#[test]
fn collaboration() {
    let done = json!({ "code": 0, "msg": "", "detail": { "logid": "20241210152726467C48D89D6DB2****" } });
    Row {
        request: UpdateWorkflowCollaborationMode::new("73505836754923", CollaborationMode::Single),
        line: "POST /v1/workflows/73505836754923/collaboration_mode",
        body: json!({ "collaboration_mode": "single" }),
        answer: done.clone(),
        payload: "",
    }
    .check();
    Row {
        request: CreateWorkflowCollaborator::new("73505836754923", "411479148551"),
        line: "POST /v1/workflows/73505836754923/collaborators",
        body: json!({ "collaborators": [{ "user_id": "411479148551" }] }),
        answer: done.clone(),
        payload: "",
    }
    .check();
    Row {
        request: DeleteWorkflowCollaborator::new("73505836754923", "411479148551"),
        line: "DELETE /v1/workflows/73505836754923/collaborators/411479148551",
        body: Value::Null,
        answer: done,
        payload: "",
    }
    .check();
}
