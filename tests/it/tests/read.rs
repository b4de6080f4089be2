//! Requests read back, as other clients write them too.

use std::fmt::Debug;

use bytes::Bytes;
use coze_types::api_app::{ListApiAppEvents, ListApiApps};
use coze_types::app::ListApps;
use coze_types::audio::{ListVoiceprintFeatures, ListVoiceprintGroups, ListVoices, UpdateVoiceprintFeature};
use coze_types::benefit::{ListBenefitLimitations, ListBillTasks, RetrieveBenefits};
use coze_types::bot::{
    CreateBot, KnowledgeConfig, ListBotVersions, ListBots, ListPublishedBots, PublishBot, RetrieveBot,
    UpdateBot,
};
use coze_types::chat::{CreateChat, SubmitToolOutputs};
use coze_types::conversation::{CreateConversation, CreateMessageFeedback, ListConversations};
use coze_types::dataset::{CreateDocuments, FormatType, ListDatasets, ListDocuments, ListImages};
use coze_types::enterprise::ListOrganizations;
use coze_types::file::UploadFile;
use coze_types::folder::ListFolders;
use coze_types::message::{ContentType, Role};
use coze_types::oauth::{ExchangeCode, ExchangeJwt, RefreshToken};
use coze_types::organization::ListOrganizationMembers;
use coze_types::plugin::BatchRetrievePlugins;
use coze_types::store::{ListStoreCategories, ListStorePlugins};
use coze_types::user::RetrieveMe;
use coze_types::variable::RetrieveVariables;
use coze_types::workflow::{ChatWorkflow, ListWorkflowVersions, ListWorkflows, RunWorkflow, StreamWorkflow};
use coze_types::workspace::{ListWorkspaceMembers, ListWorkspaces};
use coze_types::{Content, Endpoint, EndpointVisitor, Form, Streamed, encode, find_endpoint};
use http::{Method, Request};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn get<E: Endpoint + DeserializeOwned>(target: &str) -> Result<E, String> {
    let request = Request::get(target).body(Bytes::new()).unwrap();
    E::read(&request).map_err(|error| error.to_string())
}

fn post<E: Endpoint + DeserializeOwned>(target: &str, body: &Value) -> Result<E, String> {
    let builder = Request::builder().method(E::METHOD).uri(target);
    E::read(&builder.body(body.to_string().into()).unwrap()).map_err(|error| error.to_string())
}

#[test]
fn values_of_a_query_are_what_their_field_is() {
    let list: ListDatasets =
        get("/v1/datasets?space_id=7&name=123&format_type=2&page_num=3&page_size=20").unwrap();
    assert_eq!((list.space_id.as_str(), list.name.as_deref()), ("7", Some("123")));
    assert_eq!((list.format_type, list.page_num, list.page_size), (Some(FormatType::Image), 3, 20));
    let bot: RetrieveBot = get("/v1/bots/true?is_published=false").unwrap();
    assert_eq!((bot.bot_id.as_str(), bot.is_published), ("true", Some(false)));
    let list: ListDatasets = get("/v1/datasets?space_id=7&name=a+b%2Bc%26%E4%B8%AD").unwrap();
    assert_eq!(list.name.as_deref(), Some("a b+c&中"));
    let bot: RetrieveBot = get("/v1/bots/a%2Fb%3F+").unwrap();
    assert_eq!(bot.bot_id.as_str(), "a/b?+");
}

#[test]
fn a_list_in_the_query_has_commas_or_comes_several_times() {
    let bills = |query: &str| get::<ListBillTasks>(&format!("/v1/commerce/benefit/bill_tasks?{query}"));
    let commas = bills("task_ids=1%2C2,3").unwrap();
    assert_eq!(commas.task_ids, ["1", "2", "3"]);
    assert_eq!(bills("task_ids=1&page_num=1&task_ids=2%2C3&task_ids=").unwrap(), commas);
    assert_eq!(
        encode(&commas).unwrap().target,
        "/v1/commerce/benefit/bill_tasks?task_ids=1%2C2%2C3&page_num=1&page_size=20"
    );
    let plugins: ListStorePlugins = get("/v1/stores/plugins?category_ids=a&category_ids=b").unwrap();
    assert_eq!(plugins.category_ids, ["a", "b"]);
    let plugins: BatchRetrievePlugins = get("/v1/plugins/mget?ids=7&ids=8").unwrap();
    assert_eq!(plugins.ids, ["7", "8"]);
    let variables: RetrieveVariables =
        get("/v1/variables?bot_id=1&connector_uid=2&keywords=a&keywords=b").unwrap();
    assert_eq!(variables.keywords, ["a", "b"]);
    let benefits: RetrieveBenefits = get(
        "/v1/commerce/benefit/benefits/get?benefit_type_list=call_tool_limit&benefit_type_list=api_run_qps",
    )
    .unwrap();
    assert_eq!(benefits.benefit_type_list.len(), 2);
}

#[test]
fn what_is_empty_is_absent() {
    let list: ListDatasets = get("/v1/datasets?space_id=7&format_type=&name=").unwrap();
    assert_eq!((list.format_type, list.name), (None, None));
    let stored: ListDatasets =
        serde_json::from_value(json!({ "space_id": "7", "format_type": "", "name": null })).unwrap();
    assert_eq!((stored.format_type, stored.name), (None, None));
    let bot: RetrieveBot = get("/v1/bots/1?is_published").unwrap();
    assert_eq!(bot.is_published, None);
}

#[test]
fn lists_have_their_defaults() {
    let images: ListImages = get("/v1/datasets/1/images").unwrap();
    assert_eq!((images.page_num, images.page_size), (1, 10));
    let datasets: ListDatasets = get("/v1/datasets?space_id=1").unwrap();
    assert_eq!((datasets.page_num, datasets.page_size), (1, 10));
    let voices: ListVoices = get("/v1/audio/voices").unwrap();
    assert_eq!((voices.page_num, voices.page_size), (1, 100));
    let groups: ListVoiceprintGroups = get("/v1/audio/voiceprint_groups").unwrap();
    assert_eq!((groups.page_num, groups.page_size), (1, 10));
    let features: ListVoiceprintFeatures = get("/v1/audio/voiceprint_groups/1/features").unwrap();
    assert_eq!((features.page_num, features.page_size), (1, 10));
    let conversations: ListConversations = get("/v1/conversations?bot_id=1").unwrap();
    assert_eq!((conversations.page_num, conversations.page_size), (1, 50));
    let workflows: ListWorkflows = get("/v1/workflows?workspace_id=1").unwrap();
    assert_eq!((workflows.page_num, workflows.page_size), (1, 10));
    let versions: ListWorkflowVersions = get("/v1/workflows/1/versions").unwrap();
    assert_eq!(versions.page_size, 10);
    let bots: ListBots = get("/v1/bots?workspace_id=1&publish_status=&connector_id=1024").unwrap();
    assert_eq!((bots.page_num, bots.page_size, bots.publish_status), (1, 20, None));
    let published: ListPublishedBots = get("/v1/space/published_bots_list?space_id=1").unwrap();
    assert_eq!((published.page_index, published.page_size), (1, 20));
    let versions: ListBotVersions = get("/v1/bots/1/versions").unwrap();
    assert_eq!((versions.page_num, versions.page_size), (1, 10));
    let apps: ListApps = get("/v1/apps?workspace_id=1").unwrap();
    assert_eq!((apps.page_num, apps.page_size), (1, 20));
    let folders: ListFolders = get("/v1/folders?workspace_id=1&folder_type=development").unwrap();
    assert_eq!((folders.page_num, folders.page_size), (1, 20));
    let apps: ListApiApps = get("/v1/api_apps").unwrap();
    assert_eq!((apps.page_size, apps), (50, ListApiApps::new()));
    let bills: ListBillTasks = get("/v1/commerce/benefit/bill_tasks").unwrap();
    assert_eq!(bills, ListBillTasks::new());
    let plugins: ListStorePlugins = get("/v1/stores/plugins").unwrap();
    assert_eq!(plugins, ListStorePlugins::new());
    let workspaces: ListWorkspaces = get("/v1/workspaces").unwrap();
    assert_eq!(workspaces, ListWorkspaces::new());
    let members: ListWorkspaceMembers = get("/v1/workspaces/1/members").unwrap();
    assert_eq!(members, ListWorkspaceMembers::new("1"));
    let body = json!({ "dataset_id": 7_444_944_940_000_000_000_u64 });
    let documents: ListDocuments = post("/open_api/knowledge/document/list", &body).unwrap();
    assert_eq!((documents.page, documents.size), (1, 10));
}

#[test]
fn an_empty_page_number_is_the_default() {
    let images: ListImages = get("/v1/datasets/1/images?page_num=&page_size").unwrap();
    assert_eq!((images.page_num, images.page_size), (1, 10));
    let datasets: ListDatasets = get("/v1/datasets?space_id=1&page_num=&page_size=").unwrap();
    assert_eq!((datasets.page_num, datasets.page_size), (1, 10));
    let voices: ListVoices = get("/v1/audio/voices?page_num=&page_size=").unwrap();
    assert_eq!((voices.page_num, voices.page_size), (1, 100));
    let groups: ListVoiceprintGroups = get("/v1/audio/voiceprint_groups?page_num=&page_size=").unwrap();
    assert_eq!((groups.page_num, groups.page_size), (1, 10));
    let features: ListVoiceprintFeatures =
        get("/v1/audio/voiceprint_groups/1/features?page_num=&page_size=").unwrap();
    assert_eq!((features.page_num, features.page_size), (1, 10));
    let conversations: ListConversations = get("/v1/conversations?bot_id=1&page_num=&page_size=").unwrap();
    assert_eq!((conversations.page_num, conversations.page_size), (1, 50));
    let workflows: ListWorkflows = get("/v1/workflows?workspace_id=1&page_num=&page_size=").unwrap();
    assert_eq!((workflows.page_num, workflows.page_size), (1, 10));
    let versions: ListWorkflowVersions = get("/v1/workflows/1/versions?page_size=").unwrap();
    assert_eq!(versions.page_size, 10);
    let bots: ListBots = get("/v1/bots?workspace_id=1&connector_id=&page_num=&page_size=").unwrap();
    assert_eq!(bots, ListBots::new("1"));
    let published: ListPublishedBots =
        get("/v1/space/published_bots_list?space_id=1&page_index=&page_size=").unwrap();
    assert_eq!(published, ListPublishedBots::new("1"));
    let versions: ListBotVersions = get("/v1/bots/1/versions?page_num=&page_size=&publish_status=").unwrap();
    assert_eq!(versions, ListBotVersions::new("1"));
    let apps: ListApps = get("/v1/apps?workspace_id=1&publish_status=&page_num=&page_size=").unwrap();
    assert_eq!(apps, ListApps::new("1"));
    let folders: ListFolders =
        get("/v1/folders?workspace_id=1&folder_type=development&parent_folder_id=&page_num=&page_size=")
            .unwrap();
    assert_eq!(folders, ListFolders::new("1"));
    let workspaces: ListWorkspaces =
        get("/v1/workspaces?enterprise_id=&user_id=&coze_account_id=&page_num=&page_size=").unwrap();
    assert_eq!(workspaces, ListWorkspaces::new());
    let organizations: ListOrganizations =
        get("/v1/enterprises/1/organizations?page_num=&page_size=").unwrap();
    assert_eq!(organizations, ListOrganizations::new("1"));
    let members: ListOrganizationMembers = get("/v1/organizations/1/members?page_num=&page_size=").unwrap();
    assert_eq!(members, ListOrganizationMembers::new("1"));
    let apps: ListApiApps = get("/v1/api_apps?page_token=&page_size=&app_type=").unwrap();
    assert_eq!(apps, ListApiApps::new());
    let events: ListApiAppEvents = get("/v1/api_apps/1/events?page_token=&page_size=").unwrap();
    assert_eq!(events, ListApiAppEvents::new("1"));
    let bills: ListBillTasks = get("/v1/commerce/benefit/bill_tasks?task_ids=&page_num=&page_size=").unwrap();
    assert_eq!(bills, ListBillTasks::new());
    let query =
        "entity_type=single_device&entity_id=&benefit_type=resource_point&status=&page_token=&page_size=";
    let limits: ListBenefitLimitations = get(&format!("/v1/commerce/benefit/limitations?{query}")).unwrap();
    assert_eq!(limits, ListBenefitLimitations::new("single_device", "resource_point"));
    let query = "keyword=&is_official=&category_ids=&page_num=&page_size=&sort_type=";
    let plugins: ListStorePlugins = get(&format!("/v1/stores/plugins?{query}")).unwrap();
    assert_eq!(plugins, ListStorePlugins::new());
    let categories: ListStoreCategories =
        get("/v1/stores/categories?entity_type=plugin&page_num=&page_size=").unwrap();
    assert_eq!(categories, ListStoreCategories::of_plugins());
    let variables: RetrieveVariables =
        get("/v1/variables?app_id=&bot_id=1&connector_uid=2&keywords=").unwrap();
    assert_eq!(variables, RetrieveVariables::of_bot("1", "2"));
    let benefits: RetrieveBenefits =
        get("/v1/commerce/benefit/benefits/get?benefit_type_list=&resource_id=").unwrap();
    assert_eq!(benefits, RetrieveBenefits::new());
    let body = json!({ "dataset_id": "1", "page": null, "size": null });
    let documents: ListDocuments = post("/open_api/knowledge/document/list", &body).unwrap();
    assert_eq!((documents.page, documents.size), (1, 10));
    assert!(get::<ListWorkflows>("/v1/workflows?page_num=x").unwrap_err().contains("`page_num`"));
}

#[test]
fn null_is_absent() {
    let chat: CreateChat = post(
        "/v3/chat",
        &json!({
            "bot_id": "1", "user_id": 2, "stream": null, "additional_messages": null, "custom_variables": null, "meta_data": null,
            "extra_params": null, "parameters": null, "shortcut_command": null, "auto_save_history": null,
        }),
    )
    .unwrap();
    assert_eq!(chat, CreateChat::new("1", "2"));
    let body = json!({ "messages": null, "meta_data": null, "bot_id": null });
    let conversation: CreateConversation = post("/v1/conversation/create", &body).unwrap();
    assert_eq!(conversation, CreateConversation::new());
    let body = json!({ "workflow_id": "1", "parameters": null, "ext": null });
    assert_eq!(post::<RunWorkflow>("/v1/workflow/run", &body).unwrap(), RunWorkflow::new("1"));
    assert_eq!(post::<StreamWorkflow>("/v1/workflow/stream_run", &body).unwrap(), StreamWorkflow::new("1"));
    for body in [
        json!({ "workflow_id": "1" }),
        json!({ "workflow_id": "1", "parameters": null, "ext": null, "additional_messages": null }),
    ] {
        assert_eq!(post::<ChatWorkflow>("/v1/workflows/chat", &body).unwrap(), ChatWorkflow::new("1"));
    }
    let body = json!({ "feedback_type": "like", "reason_types": null });
    let feedback: CreateMessageFeedback = post("/v1/conversations/1/messages/2/feedback", &body).unwrap();
    assert!(feedback.reason_types.is_empty());
    for strategy in [json!({}), json!({ "chunk_strategy": null, "format_type": null })] {
        let mut body = json!({ "dataset_id": "1", "document_bases": [] });
        body.as_object_mut().unwrap().extend(strategy.as_object().unwrap().clone());
        let create: CreateDocuments = post("/open_api/knowledge/document/create", &body).unwrap();
        assert_eq!(create, CreateDocuments::new("1", []));
    }
    let body = json!({ "bot_id": "1", "user_id": "2", "additional_messages": [{ "role": "user", "content": "hi", "content_type": null, "meta_data": null }] });
    let chat: CreateChat = post("/v3/chat", &body).unwrap();
    assert_eq!(chat.additional_messages[0].content_type, ContentType::Text);
    assert_eq!(chat.additional_messages[0].role, Role::User);
}

#[test]
fn what_clients_send_with_their_defaults_is_read_and_written_again() {
    // The Python SDK sends what is empty, the others leave it out.
    let bodies = [
        json!({
            "space_id": "1", "name": "n",
            "prompt_info": { "prompt": "" },
            "onboarding_info": { "prologue": "", "suggested_questions": [] },
            "suggest_reply_info": { "reply_mode": "disable", "customized_prompt": "" },
            "plugin_id_list": {}, "workflow_id_list": { "ids": [] },
            "model_info_config": { "model_id": "1", "model_name": "m", "parameters": { "thinking_type": "auto" } },
        }),
        json!({ "space_id": "1", "name": "n", "onboarding_info": { "prologue": "p" }, "plugin_id_list": { "id_list": [{ "plugin_id": "1" }] } }),
    ];
    for body in bodies {
        let create: CreateBot = post("/v1/bot/create", &body).unwrap();
        assert_eq!(serde_json::to_value(&create).unwrap(), body);
    }
    let body = json!({
        "bot_id": "1", "description": "",
        "knowledge": { "dataset_ids": [], "auto_call": true, "search_strategy": 0 },
    });
    let update: UpdateBot = post("/v1/bot/update", &body).unwrap();
    assert_eq!(serde_json::to_value(&update).unwrap(), body);
    let body = json!({ "bot_id": 1, "prompt_info": null, "knowledge": null, "model_info_config": null });
    assert_eq!(post::<UpdateBot>("/v1/bot/update", &body).unwrap(), UpdateBot::new("1"));
    let body = json!({ "bot_id": "1", "knowledge": { "dataset_ids": null, "auto_call": null } });
    let update: UpdateBot = post("/v1/bot/update", &body).unwrap();
    assert_eq!(update.knowledge, Some(KnowledgeConfig::default()));
    for body in [
        json!({ "bot_id": "1", "connector_ids": ["1024"] }),
        json!({ "bot_id": "1", "connector_ids": ["1024"], "connectors": null }),
    ] {
        assert_eq!(post::<PublishBot>("/v1/bot/publish", &body).unwrap(), PublishBot::new("1"));
    }
}

#[test]
fn unknown_fields_are_named() {
    let body = json!({
        "bot_id": "1", "user_id": "2", "temperature": 1,
        "additional_messages": [{ "role": "user", "content": "a", "content_type": "text", "name": "n" }],
    });
    let error = post::<CreateChat>("/v3/chat?trace=1", &body).unwrap_err();
    for field in ["`trace`", "`temperature`", "`additional_messages.0.name`", "POST /v3/chat"] {
        assert!(error.contains(field) || error.contains(field.trim_matches('`')), "{error}");
    }
    assert!(get::<RetrieveMe>("/v1/users/me?x=1").unwrap_err().contains("unknown field `x`"));
    let body = json!({
        "dataset_id": "1", "document_bases": [{ "name": "n", "source_info": { "web_url": "u", "depth": 1 } }],
    });
    let error = post::<CreateDocuments>("/open_api/knowledge/document/create", &body).unwrap_err();
    assert!(error.contains("unknown field `depth`"), "{error}");
    // What belongs to the caller is no unknown field.
    let body = json!({ "workflow_id": "1", "parameters": { "any": { "thing": 1 } } });
    assert!(post::<RunWorkflow>("/v1/workflow/run", &body).is_ok());
}

#[test]
fn what_does_not_fit_is_named() {
    for (error, parts) in [
        (get::<RetrieveBot>("/v1/bots/1?is_published=maybe"), ["`is_published`", "maybe"]),
        (get::<RetrieveBot>("/v1/bot/1"), ["/v1/bot/1", "/v1/bots/{bot_id}"]),
        (get::<RetrieveBot>("/v1/bots/"), ["/v1/bots/", "/v1/bots/{bot_id}"]),
        (get::<RetrieveBot>("/v1/bots/%ff"), ["%ff", "UTF-8"]),
        (get::<RetrieveBot>("/v1/bots/1?bot_id=2"), ["duplicate field", "bot_id"]),
    ] {
        let error = error.unwrap_err();
        assert!(parts.iter().all(|part| error.contains(part)), "{error}");
    }
    assert!(get::<ListDatasets>("/v1/datasets?space_id=1&page_num=-1").unwrap_err().contains("`page_num`"));
    assert!(get::<ListDatasets>("/v1/datasets").unwrap_err().contains("`space_id`"));
    assert!(get::<CreateChat>("/v3/chat").unwrap_err().contains("GET /v3/chat is no POST"));
    assert!(post::<CreateChat>("/v3/chat", &json!([])).unwrap_err().contains("no JSON object"));
    // Errors are of one line, whatever they repeat.
    let error = get::<RetrieveBot>("/v1/bots/1?%0a%1b=1").unwrap_err();
    assert!(!error.contains(char::is_control), "{error}");
}

#[test]
fn a_stream_is_read_as_one() {
    let body = json!({ "bot_id": "1", "user_id": "2", "stream": true });
    assert_eq!(post::<Streamed<CreateChat>>("/v3/chat", &body).unwrap().0, CreateChat::new("1", "2"));
    assert!(post::<CreateChat>("/v3/chat", &body).unwrap_err().contains("Streamed"));
    let body = json!({ "bot_id": "1", "user_id": "2", "stream": false });
    assert!(post::<Streamed<CreateChat>>("/v3/chat", &body).unwrap_err().contains("`stream` is not true"));
    let body = json!({ "tool_outputs": [{ "tool_call_id": "a", "output": "b" }], "stream": "yes" });
    let target = "/v3/chat/submit_tool_outputs?conversation_id=1&chat_id=2";
    assert!(post::<SubmitToolOutputs>(target, &body).unwrap_err().contains("`stream`"));
}

#[test]
fn requests_for_tokens_are_told_apart() {
    struct Which(Request<Bytes>);
    impl EndpointVisitor for Which {
        type Output = String;

        fn visit<E: Endpoint + DeserializeOwned + Debug>(&mut self, name: &'static str) -> Option<String> {
            E::read(&self.0).ok().map(|_| name.to_owned())
        }
    }
    let which = |body: Value| {
        let target = "/api/permission/oauth2/token";
        let mut which = Which(Request::post(target).body(body.to_string().into()).unwrap());
        find_endpoint(&Method::POST, target, &mut which)
    };
    let refresh = json!({ "grant_type": "refresh_token", "client_id": "1", "refresh_token": "r" });
    assert_eq!(which(refresh.clone()).as_deref(), Some("RefreshToken"));
    let code =
        json!({ "grant_type": "authorization_code", "client_id": "1", "code": "c", "redirect_uri": "u" });
    assert_eq!(which(code).as_deref(), Some("ExchangeCode"));
    let jwt = json!({ "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer" });
    assert_eq!(which(jwt).as_deref(), Some("ExchangeJwt"));
    assert_eq!(which(json!({ "grant_type": "password" })), None);
    let target = "/api/permission/oauth2/token";
    assert!(post::<ExchangeJwt>(target, &refresh).unwrap_err().contains("refresh_token"));
    assert!(post::<ExchangeCode>(target, &json!({})).unwrap_err().contains("grant_type"));
    assert!(post::<RefreshToken>(target, &refresh).is_ok());
}

fn form<E: Endpoint + DeserializeOwned>(target: &str, boundary: &str, body: &[u8]) -> Result<E, String> {
    let builder = Request::builder().method(E::METHOD).uri(target);
    let builder = builder.header("content-type", format!("multipart/form-data; boundary={boundary}"));
    E::read(&builder.body(Bytes::copy_from_slice(body)).unwrap()).map_err(|error| error.to_string())
}

#[test]
fn forms_of_other_clients_are_read() {
    // As curl, httpx and undici write them.
    for (head, name) in [
        (
            "Content-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n",
            "a.png",
        ),
        ("content-type: image/png\r\ncontent-disposition: form-data; name=file; filename=a.png\r\n", "a.png"),
        (
            "Content-Disposition: form-data; name=\"file\"; filename=\"a.png\"; filename*=UTF-8''%E5%90%8D.png\r\n",
            "名.png",
        ),
        ("Content-Disposition: form-data; name=\"file\"; filename=\"a\\\"b;%22.png\"\r\n", "a\"b;\".png"),
    ] {
        let body = format!("--b\r\n{head}\r\nx\r\n--b\r\n--bb\r\n--b--\r\n");
        let body = body.replace("x\r\n--b\r\n--bb", "x\r\n--a\r\n");
        let upload: UploadFile = form("/v1/files/upload", "b", body.as_bytes()).unwrap();
        assert_eq!(upload.file.file_name, name);
        assert_eq!(upload.file.content, Content::from("x\r\n--a\r\n"), "{body}");
    }
    let body = "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n123\r\n--b--";
    let target = "/v1/audio/voiceprint_groups/1/features/2";
    let update: UpdateVoiceprintFeature = form(target, "b", body.as_bytes()).unwrap();
    assert_eq!((update.name.as_deref(), update.file), (Some("123"), None));
    let error = form::<UploadFile>("/v1/files/upload", "b", body.as_bytes()).unwrap_err();
    assert!(error.contains("`name`") || error.contains("`file`"), "{error}");
}

#[test]
fn broken_forms_are_errors() {
    let whole = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n--b--\r\n";
    assert!(form::<UploadFile>("/v1/files/upload", "b", whole).is_ok());
    for end in 0..whole.len() - 4 {
        let error = form::<UploadFile>("/v1/files/upload", "b", &whole[..end]).unwrap_err();
        assert!(error.contains("the form"), "{end}: {error}");
    }
    assert!(Form::decode("other", &Bytes::from_static(whole)).is_err());
    let request = Request::post("/v1/files/upload").header("content-type", "multipart/form-data");
    let error = UploadFile::read(&request.body(Bytes::from_static(whole)).unwrap()).unwrap_err();
    assert!(error.to_string().contains("boundary"), "{error}");
}
