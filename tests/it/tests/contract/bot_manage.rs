//! Rows of the group `bot`: creating, publishing and listing agents, and who edits them.

use coze_types::Timestamp;
use coze_types::bot::{
    CacheType, CollaborationMode, CreateBot, CreateBotCollaborator, DeleteBotCollaborator, KnowledgeConfig,
    ListBotVersions, ListBots, ListPublishedBots, ModelInfo, OnboardingInfo, PluginIdList, PromptInfo,
    PublishBot, PublishStatus, ResponseFormat, SearchStrategy, SuggestReplyInfo, SuggestReplyMode,
    UnpublishBot, UpdateBot, UpdateBotCollaborationMode, WorkflowIdList,
};
use serde_json::{Value, json};

use super::{Row, fixture, written};

fn done() -> Value {
    json!({ "code": 0, "msg": "", "detail": { "logid": "20241210152726467C48D89D6DB2****" } })
}

#[test]
fn create() {
    let bot = Row {
        request: CreateBot::new("736142423532160", "每日学一菜")
            .description("每天教你一道菜的做法")
            .icon_file_id("73694959811")
            .prompt_info("你是一位经验丰富的中餐大厨")
            .plugin_id_list(PluginIdList::new([("731198934927553", "735057536617362")]))
            .onboarding_info(
                OnboardingInfo::new("欢迎你，学徒")
                    .suggested_questions(["川菜，我想吃辣的", "随机教我一道菜"]),
            )
            .workflow_id_list(WorkflowIdList::new(["746049108611037"]))
            .model_info_config(ModelInfo::new("1706077826")),
        line: "POST /v1/bot/create",
        body: json!({
            "space_id": "736142423532160",
            "name": "每日学一菜",
            "description": "每天教你一道菜的做法",
            "icon_file_id": "73694959811",
            "prompt_info": { "prompt": "你是一位经验丰富的中餐大厨" },
            "plugin_id_list": {
                "id_list": [{ "plugin_id": "731198934927553", "api_id": "735057536617362" }],
            },
            "onboarding_info": {
                "prologue": "欢迎你，学徒",
                "suggested_questions": ["川菜，我想吃辣的", "随机教我一道菜"],
            },
            "workflow_id_list": { "ids": [{ "id": "746049108611037" }] },
            "model_info_config": { "model_id": "1706077826" },
        }),
        answer: fixture!("create_bot"),
        payload: "/data",
    }
    .check();
    assert_eq!(bot.bot_id, "73428668*****");
    let body = json!({ "space_id": "1", "name": "n" });
    written(&CreateBot::new("1", "n"), "POST /v1/bot/create", "application/json", &body);
}

#[test]
fn create_with_every_setting_of_the_model() {
    let model = ModelInfo::new("1")
        .top_k(50)
        .top_p(0.7)
        .max_tokens(4096)
        .temperature(0.5)
        .sp_anti_leak(true)
        .context_round(30)
        .response_format(ResponseFormat::Markdown)
        .sp_current_time(true)
        .presence_penalty(0.25)
        .frequency_penalty(-0.25)
        .cache_type(CacheType::Prefix)
        .api_mode("responses_api")
        .parameter("caching", json!({ "type": "enabled" }))
        .parameter("store", true)
        .parameter("caching_expire_time", 259_200);
    Row {
        request: CreateBot::new("1", "n")
            .prompt_info(PromptInfo::prefixed("rules", "now"))
            .model_info_config(model)
            .suggest_reply_info(SuggestReplyInfo::customized("Ask on.")),
        line: "POST /v1/bot/create",
        body: json!({
            "space_id": "1", "name": "n",
            "prompt_info": {
                "prompt_mode": "prefix",
                "prefix_prompt_info": { "prefix_prompt": "rules", "dynamic_prompt": "now" },
            },
            "model_info_config": {
                "model_id": "1", "top_k": 50, "top_p": 0.7, "max_tokens": 4096, "temperature": 0.5,
                "sp_anti_leak": true, "context_round": 30, "response_format": "markdown", "sp_current_time": true,
                "presence_penalty": 0.25, "frequency_penalty": -0.25, "cache_type": "prefix",
                "api_mode": "responses_api",
                "parameters": {
                    "caching": { "type": "enabled" }, "store": true, "caching_expire_time": 259_200,
                },
            },
            "suggest_reply_info": { "reply_mode": "customized", "customized_prompt": "Ask on." },
        }),
        answer: json!({ "code": 0, "data": { "bot_id": "7" } }),
        payload: "/data",
    }
    .check();
}

#[test]
fn update() {
    Row {
        request: UpdateBot::new("73428668")
            .name("每日学一菜")
            .description("")
            .icon_file_id("73694959811")
            .prompt_info(PromptInfo::new("你是一位大厨"))
            .plugin_id_list(PluginIdList::new::<&str, &str>([]))
            .onboarding_info(OnboardingInfo::default().suggested_questions::<&str>([]))
            .knowledge(
                KnowledgeConfig::new(["738509371792341"])
                    .auto_call(true)
                    .search_strategy(SearchStrategy::Hybrid),
            )
            .model_info_config(ModelInfo::new("1706077826"))
            .workflow_id_list(WorkflowIdList::new(["746049108611037"]))
            .suggest_reply_info(SuggestReplyInfo::new(SuggestReplyMode::Enable)),
        line: "POST /v1/bot/update",
        // What is empty takes away what was there.
        body: json!({
            "bot_id": "73428668",
            "name": "每日学一菜",
            "description": "",
            "icon_file_id": "73694959811",
            "prompt_info": { "prompt": "你是一位大厨" },
            "plugin_id_list": { "id_list": [] },
            "onboarding_info": { "suggested_questions": [] },
            "knowledge": { "dataset_ids": ["738509371792341"], "auto_call": true, "search_strategy": 1 },
            "model_info_config": { "model_id": "1706077826" },
            "workflow_id_list": { "ids": [{ "id": "746049108611037" }] },
            "suggest_reply_info": { "reply_mode": "enable" },
        }),
        answer: done(),
        payload: "",
    }
    .check();
    let body = json!({ "bot_id": "1" });
    written(&UpdateBot::new("1"), "POST /v1/bot/update", "application/json", &body);
}

#[test]
fn publish() {
    let bot = Row {
        request: PublishBot::new("73428668"),
        line: "POST /v1/bot/publish",
        body: json!({ "bot_id": "73428668", "connector_ids": ["1024"] }),
        answer: fixture!("publish_bot"),
        payload: "/data",
    }
    .check();
    assert_eq!((bot.bot_id.as_str(), bot.version.as_deref()), ("743961547827****", Some("1732190531***")));
    let request = PublishBot::new("73428668").connector_ids(["1024", "74708495147488"]).setting(
        "74708495147488",
        "device_id",
        json!(["51237825"]),
    );
    let body = json!({
        "bot_id": "73428668",
        "connector_ids": ["1024", "74708495147488"],
        "connectors": { "74708495147488": { "device_id": "[\"51237825\"]" } },
    });
    written(&request, "POST /v1/bot/publish", "application/json", &body);
}

#[test]
fn unpublish() {
    Row {
        request: UnpublishBot::new("73428668", "1024").unpublish_reason("终止服务"),
        line: "POST /v1/bots/73428668/unpublish",
        body: json!({ "connector_id": "1024", "unpublish_reason": "终止服务" }),
        answer: done(),
        payload: "",
    }
    .check();
}

#[test]
fn list() {
    let page = Row {
        request: ListBots::new("5123945629"),
        line: "GET /v1/bots?workspace_id=5123945629&page_num=1&page_size=20",
        body: Value::Null,
        answer: fixture!("bots_list_draft_published"),
        payload: "/data",
    }
    .check();
    let [bot] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!((bot.id.as_str(), page.total), ("7493066380997****", Some(1)));
    assert_eq!((bot.name.as_deref(), bot.is_published), (Some("语音伴侣"), Some(false)));
    assert_eq!(bot.published_at, Some(Timestamp::from_unix(1_718_289_297)));
    assert_eq!(bot.folder_id.as_ref().unwrap(), "75231612553354***");
    assert!(bot.extra.is_empty(), "{:?}", bot.extra);
}

#[test]
fn list_with_every_field() {
    let request = ListBots::new("1").publish_status(PublishStatus::PublishedDraft).connector_id("999");
    Row {
        request: request.page_num(2).page_size(5),
        line: "GET /v1/bots?workspace_id=1&publish_status=published_draft&connector_id=999&page_num=2&page_size=5",
        body: Value::Null,
        answer: json!({ "code": 0, "data": { "total": 0, "items": [] } }),
        payload: "/data",
    }
    .check();
}

#[test]
fn list_published() {
    let page = Row {
        request: ListPublishedBots::new("737620236629291").page_index(2).page_size(10),
        line: "GET /v1/space/published_bots_list?space_id=737620236629291&page_index=2&page_size=10",
        body: Value::Null,
        answer: fixture!("published_bots_list"),
        payload: "/data",
    }
    .check();
    let [bot, _] = &page.space_bots[..] else { panic!("{page:?}") };
    assert_eq!((bot.bot_id.as_str(), bot.bot_name.as_deref()), ("737965697151719****", Some("图片生成文本")));
    // A string of digits.
    assert_eq!(bot.publish_time, Some(Timestamp::from_unix(1_718_212_388)));
    assert_eq!((page.total, bot.extra.is_empty()), (Some(2), true));
}

#[test]
fn versions() {
    let page = Row {
        request: ListBotVersions::new("73428668")
            .page_size(20)
            .publish_status(PublishStatus::PublishedOnline)
            .connector_id("1024"),
        line: "GET /v1/bots/73428668/versions?page_num=1&page_size=20&publish_status=published_online&connector_id=1024",
        body: Value::Null,
        answer: fixture!("list_bot_versions"),
        payload: "/data",
    }
    .check();
    let [version] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!((version.version.as_deref(), page.has_more), (Some("171638852****"), Some(false)));
    assert_eq!(version.changelog.as_deref(), Some("更新了智能体的对话逻辑"));
    assert_eq!(version.created_at, Some(Timestamp::from_unix(1_718_609_571)));
    assert_eq!(version.publish_status, Some(PublishStatus::PublishedOnline));
    assert_eq!(version.creator.as_ref().unwrap().name.as_deref(), Some("Susan"));
    assert!(version.extra.is_empty(), "{:?}", version.extra);
}

#[test]
fn collaboration() {
    Row {
        request: UpdateBotCollaborationMode::new("73428668", CollaborationMode::Collaboration),
        line: "POST /v1/bots/73428668/collaboration_mode",
        body: json!({ "collaboration_mode": "collaboration" }),
        answer: done(),
        payload: "",
    }
    .check();
    Row {
        request: CreateBotCollaborator::new("737946218936519", "411479148551"),
        line: "POST /v1/bots/737946218936519/collaborators",
        body: json!({ "collaborators": [{ "user_id": "411479148551" }] }),
        answer: done(),
        payload: "",
    }
    .check();
    Row {
        request: DeleteBotCollaborator::new("737946218936519", "411479148551"),
        line: "DELETE /v1/bots/737946218936519/collaborators/411479148551",
        body: Value::Null,
        answer: done(),
        payload: "",
    }
    .check();
}
