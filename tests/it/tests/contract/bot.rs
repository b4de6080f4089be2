//! Rows of the group `bot`: what agents are.

use coze_types::Timestamp;
use coze_types::bot::{
    Bot, BotMode, RetrieveBot, RetrieveOnlineBot, ShortcutCommandComponentType, ShortcutCommandToolType,
    SuggestReplyMode, UserInputType,
};
use serde_json::{Value, json};

use super::{Row, fixture};

#[test]
fn get() {
    let bot: Bot = Row {
        request: RetrieveBot::new("749865007353125"),
        line: "GET /v1/bots/749865007353125",
        body: Value::Null,
        answer: fixture!("get_metadata_draft_published"),
        payload: "/data",
    }
    .check();
    assert_eq!(bot.bot_id, "7515437*****");
    assert_eq!(bot.name.as_deref(), Some("owner_1"));
    assert_eq!(bot.owner_user_id.as_ref().unwrap(), "3290203****");
    assert_eq!(bot.folder_id.as_ref().unwrap(), "752316125533542***");
    assert_eq!(bot.bot_mode, Some(BotMode::SingleAgent));
    assert_eq!(bot.create_time, Some(Timestamp::from_unix(1_749_972_247)));
    assert_eq!(bot.prompt_info.as_ref().unwrap().prompt.as_deref(), Some(""));
    // The example writes these names with capitals, the table without.
    let onboarding = bot.onboarding_info.as_ref().unwrap();
    assert_eq!(onboarding.prologue.as_deref(), Some("嗨，你好！我对各种新鲜事物都很了解哦。"));
    assert_eq!(onboarding.suggested_questions.as_ref().unwrap().len(), 3);
    assert_eq!(onboarding.extra["OnboardingMode"], 2);
    let model = bot.model_info.as_ref().unwrap();
    assert_eq!(model.model_id.as_ref().unwrap(), "173752***");
    assert_eq!((model.temperature, model.context_round, model.max_tokens), (Some(0.8), Some(3), Some(4096)));
    let [search, scholar] = &bot.plugin_info_list[..] else { panic!("{:?}", bot.plugin_info_list) };
    assert_eq!(search.plugin_id, "7372463719***");
    assert_eq!(search.api_info_list[1].name.as_deref(), Some("search"));
    assert_eq!(scholar.description.as_deref(), Some("学术问题？来问我"));
    assert_eq!(bot.workflow_info_list[0].id, "751616845608***");
    assert_eq!(bot.default_user_input_type, Some(UserInputType::Text));
    assert_eq!(bot.suggest_reply_info.as_ref().unwrap().reply_mode, Some(SuggestReplyMode::Enable));
    let background = bot.background_image_info.as_ref().unwrap();
    assert_eq!(background.web_background_image.as_ref().unwrap().theme_color.as_deref(), Some(""));
    assert_eq!(bot.knowledge.as_ref().unwrap().knowledge_infos, []);
    // In the example only.
    assert_eq!(bot.extra["voice_data_list"], json!([]));
}

#[test]
fn get_the_draft() {
    // All that the tables of the page list, from its example values.
    let bot = Row {
        request: RetrieveBot::new("a/b").is_published(false),
        line: "GET /v1/bots/a%2Fb?is_published=false",
        body: Value::Null,
        answer: json!({
            "code": 0,
            "msg": "",
            "detail": { "logid": "1234567890****" },
            "data": {
                "bot_id": "73428668*****",
                "prompt_info": {
                    "prompt": "",
                    "prompt_mode": "prefix",
                    "prefix_prompt_info": { "prefix_prompt": "p", "dynamic_prompt": "d" },
                },
                "bot_mode": 1,
                "model_info": {
                    "top_k": 50, "top_p": 1, "model_id": "1706077826", "max_tokens": 4096,
                    "model_name": "豆包·Function call模型", "parameters": { "thinking_type": "enabled" },
                    "temperature": 1, "context_round": 30, "response_format": "markdown", "presence_penalty": 0,
                    "frequency_penalty": -0.5, "api_mode": "chat_api",
                },
                "knowledge": { "knowledge_infos": [{ "id": "738694398580390****", "name": "text" }] },
                "variables": [{
                    "enable": true, "channel": "custom", "keyword": "name", "description": "姓名",
                    "default_value": "-", "prompt_enable": true, "variable_type": "KVVariable",
                }],
                "media_config": { "is_voice_call_closed": false },
                "voice_info_list": [{ "voice_id": "7468512265134800000", "language_code": "zh" }],
                "background_image_info": {
                    "web_background_image": {
                        "image_url": "https://example.com/image.jpg",
                        "theme_color": "#FFFFFF",
                        "canvas_position": { "top": 100, "left": 50, "width": 300, "height": 200 },
                        "gradient_position": { "left": 0.0, "right": 800.5 },
                    },
                },
                "default_user_input_type": "call",
            },
        }),
        payload: "/data",
    }
    .check();
    assert_eq!(bot.bot_mode, Some(BotMode::MultiAgent));
    let model = bot.model_info.unwrap();
    assert_eq!((model.top_k, model.top_p, model.frequency_penalty), (Some(50), Some(1.0), Some(-0.5)));
    assert_eq!(model.parameters["thinking_type"], "enabled");
    assert_eq!(bot.variables[0].keyword, "name");
    assert_eq!(bot.voice_info_list[0].voice_id, "7468512265134800000");
    let image = bot.background_image_info.unwrap().web_background_image.unwrap();
    assert_eq!(image.canvas_position.unwrap().width, Some(300.0));
    assert_eq!(image.gradient_position.unwrap().right, Some(800.5));
}

#[test]
fn get_online() {
    let bot = Row {
        request: RetrieveOnlineBot::new("73428668"),
        line: "GET /v1/bot/get_online_info?bot_id=73428668",
        body: Value::Null,
        answer: fixture!("get_metadata"),
        payload: "/data",
    }
    .check();
    assert_eq!(bot.name.as_deref(), Some("新闻"));
    let command = &bot.shortcut_commands[0];
    assert_eq!((command.id.as_str(), command.command.as_deref()), ("745701083352557****", Some("/sc_demo")));
    let component = &command.components[0];
    assert_eq!((component.name.as_str(), component.is_hide), ("query", Some(false)));
    assert_eq!(component.kind, Some(ShortcutCommandComponentType::Text));
    assert_eq!(command.tool.as_ref().unwrap().kind, Some(ShortcutCommandToolType::Plugin));
}

/// The bot that Coze Studio answers, without what the service says and with nulls for lists.
fn studio_bot() -> Value {
    json!({
        "bot_id": "7400000000000000001", "name": "n", "description": "", "icon_url": "", "create_time": 0,
        "update_time": 0, "version": "v1", "prompt_info": { "prompt": "p" },
        "onboarding_info": { "prologue": "", "suggested_questions": null }, "bot_mode": 0,
        "plugin_info_list": null, "workflow_info_list": null, "shortcut_commands": null,
        "default_user_input_type": "", "suggest_reply_info": null, "background_image_info": null, "variables": null,
    })
}

#[test]
fn get_online_of_studio() {
    let bot = Row {
        request: RetrieveOnlineBot::new("7400000000000000001").connector_id("1024"),
        line: "GET /v1/bot/get_online_info?bot_id=7400000000000000001&connector_id=1024",
        body: Value::Null,
        answer: studio_bot(),
        payload: "",
    }
    .check();
    assert_eq!(bot.name.as_deref(), Some("n"));
    assert!(!bot.create_time.unwrap().is_set());
    assert_eq!(bot.default_user_input_type, Some(UserInputType::Unspecified));
    assert_eq!((bot.plugin_info_list.len(), bot.variables.len(), bot.suggest_reply_info), (0, 0, None));
}

#[test]
fn get_of_studio() {
    Row {
        request: RetrieveBot::new("7400000000000000001"),
        line: "GET /v1/bots/7400000000000000001",
        body: Value::Null,
        answer: json!({ "data": studio_bot(), "code": 0, "msg": "" }),
        payload: "/data",
    }
    .check();
}
