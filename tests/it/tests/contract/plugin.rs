//! Rows of the group `plugin`.

use coze_types::Timestamp;
use coze_types::plugin::{BatchRetrievePlugins, CallPluginTool, RetrievePlugin};
use serde_json::{Value, json};

use super::{Row, fixture};

#[test]
fn retrieve() {
    let plugin = Row {
        request: RetrievePlugin::new("75458732632938906"),
        line: "GET /v1/plugins/75458732632938906",
        body: Value::Null,
        answer: fixture!("get_plugin"),
        payload: "/data",
    }
    .check();
    assert_eq!(plugin.plugin_id, "7506818401994***");
    assert_eq!((plugin.name.as_deref(), plugin.is_call_available), (Some("语音识别"), Some(true)));
    assert_eq!(plugin.created_at, Some(Timestamp::from_unix(1_759_045_245)));
    let [tool] = &plugin.tools[..] else { panic!("{plugin:?}") };
    assert_eq!(
        (tool.name.as_str(), tool.tool_id.as_ref().unwrap().as_str()),
        ("asr_lite", "7506818401994***")
    );
    assert_eq!(tool.input_schema.as_ref().unwrap()["required"], json!(["audio_url", "language"]));
    assert!(tool.output_schema.as_ref().unwrap().contains_key("properties"));
    assert!(plugin.extra.is_empty() && tool.extra.is_empty());
    let mcp = plugin.mcp().unwrap().unwrap();
    let server = &mcp.mcp_servers["coze_plugin_yuyinshibie"];
    assert_eq!(server.url.as_deref(), Some("https://mcp.coze.cn/v1/plugins/7506818401994735616"));
    assert_eq!(server.headers["Authorization"], "Bearer ${COZE_API_TOKEN}");
    // It is written as it was read.
    let again: Value = serde_json::from_str(plugin.mcp_json.as_deref().unwrap()).unwrap();
    assert_eq!(serde_json::to_value(&mcp).unwrap(), again);
}

#[test]
fn batch_retrieve() {
    let batch = Row {
        request: BatchRetrievePlugins::new(["7506817938062819", "742665585406735"]),
        line: "GET /v1/plugins/mget?ids=7506817938062819%2C742665585406735",
        body: Value::Null,
        answer: fixture!("batch_get_plugins_info"),
        payload: "/data",
    }
    .check();
    let ids: Vec<_> = batch.items.iter().map(|plugin| plugin.plugin_id.as_str()).collect();
    assert_eq!(ids, ["75068179380628***", "742665585406***"]);
}

#[test]
fn call_tool() {
    let result = Row {
        request: CallPluginTool::new("7545873263293", "getToutiaoNews").argument("q", "杭州秋假"),
        line: "POST /v1/plugins/7545873263293/tools/call",
        body: json!({ "tool_name": "getToutiaoNews", "arguments": { "q": "杭州秋假" } }),
        answer: fixture!("call_plugin_tool"),
        payload: "/data",
    }
    .check();
    assert_eq!(result.result["news"][0]["media_name"], "长江日报");
    let request = CallPluginTool::new("1", "t").arguments(&json!({ "a": [1] })).unwrap();
    assert_eq!(request.arguments["a"], json!([1]));
    let error = CallPluginTool::new("1", "t").arguments("a").unwrap_err().to_string();
    assert!(error.contains("a JSON object"), "{error}");
}
