//! Plugins and the tools in them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::core::error::EncodeError;
use crate::core::reply::Data;
use crate::core::validate::{ValidationError, validate_names};
use crate::model::id::{PluginId, PluginToolId};
use crate::model::list;
use crate::model::timestamp::Timestamp;

answer! {
    /// A plugin.
    pub struct Plugin {
        /// Id.
        plugin_id: PluginId [required],
        /// Name.
        name: Option<String>,
        /// Name by which models know it, which no other plugin has.
        name_for_model: Option<String>,
        /// Description.
        description: Option<String>,
        /// Signed address of the icon.
        icon_url: Option<String>,
        /// Whether it can be called; a paid plugin of a third party cannot until its terms are accepted.
        is_call_available: Option<bool>,
        /// Tools.
        tools: Vec<Tool>,
        /// How an MCP client reaches it, as JSON: see [`mcp`](Self::mcp). Paid plugins have it.
        mcp_json: Option<String>,
        /// Time of creation.
        created_at: Option<Timestamp>,
        /// Time of the last change.
        updated_at: Option<Timestamp>,
    }
}

impl Plugin {
    /// Reads [`mcp_json`](Self#structfield.mcp_json); `None` where there is none.
    pub fn mcp(&self) -> Option<Result<McpConfig, serde_json::Error>> {
        let json = self.mcp_json.as_deref().filter(|json| !json.is_empty())?;
        Some(serde_json::from_str(json))
    }
}

answer! {
    /// How MCP clients, such as editors, reach a plugin.
    pub struct McpConfig {
        /// Servers by name; `mcpServers` on the wire.
        mcp_servers: BTreeMap<String, McpServer> [rename = "mcpServers"],
    }
}

answer! {
    /// An MCP server.
    pub struct McpServer {
        /// Address.
        url: Option<String>,
        /// Headers of its requests. `Authorization` may hold a token that is valid for one day; replace it with your own.
        headers: BTreeMap<String, String> [skip_if_empty],
    }
}

answer! {
    /// A tool of a plugin.
    pub struct Tool {
        /// Name, by which it is called.
        name: String [required],
        /// Id.
        tool_id: Option<PluginToolId>,
        /// Description.
        description: Option<String>,
        /// JSON Schema of the arguments; `inputSchema` on the wire.
        input_schema: Option<Map<String, Value>> [rename = "inputSchema"],
        /// JSON Schema of the result; `outputSchema` on the wire.
        output_schema: Option<Map<String, Value>> [rename = "outputSchema"],
    }
}

/// Reads a plugin: one of Coze, of a third party, or of your own.
///
/// A plugin has another id than its product in the store. Tokens of channels are refused. Needs the permission
/// `Plugin.getPlugin`.
///
/// See <https://docs.coze.cn/developer_guides/get_plugin>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrievePlugin {
    /// Plugin; `entity_id` of the store.
    pub plugin_id: PluginId,
}

endpoint!(RetrievePlugin: GET "/v1/plugins/{plugin_id}" (plugin_id) => Data<Plugin>);

builder!(RetrievePlugin(plugin_id: PluginId));

/// Reads several plugins at once.
///
/// Tokens of channels are refused. Needs the permission `Plugin.getPlugin`.
///
/// See <https://docs.coze.cn/developer_guides/batch_get_plugins_info>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BatchRetrievePlugins {
    /// Plugins, 1 to 20.
    #[serde(deserialize_with = "list::words")]
    pub ids: Vec<PluginId>,
}

endpoint!(BatchRetrievePlugins: GET "/v1/plugins/mget" ?ids, validate => Data<PluginBatch>);

impl BatchRetrievePlugins {
    /// Reads several plugins.
    pub fn new<I: Into<PluginId>>(ids: impl IntoIterator<Item = I>) -> Self {
        Self { ids: ids.into_iter().map(Into::into).collect() }
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        validate_names("ids", "", self.ids.iter().map(PluginId::as_str), 1..=20, "plugin")
    }
}

answer! {
    /// Several plugins.
    pub struct PluginBatch {
        /// Plugins.
        items: Vec<Plugin>,
    }
}

/// Calls a tool of a paid plugin.
///
/// Only plugins of the store can be called, and only by accounts that pay; the number of calls and the rate are limited by the
/// plan: see [`RetrieveBenefits`](crate::benefit::RetrieveBenefits). Tokens of channels are refused. Needs the permission
/// `Plugin.callTool`.
///
/// ```
/// use coze_types::plugin::CallPluginTool;
///
/// let call = CallPluginTool::new("7545873263293811111", "getToutiaoNews").argument("q", "杭州秋假");
/// assert_eq!(call.arguments["q"], "杭州秋假");
/// ```
///
/// See <https://docs.coze.cn/developer_guides/call_plugin_tool>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CallPluginTool {
    /// Plugin.
    #[serde(skip_serializing)]
    pub plugin_id: PluginId,
    /// Name of the tool.
    pub tool_name: String,
    /// Arguments by name, as the tool's [`input_schema`](Tool#structfield.input_schema) asks for them.
    pub arguments: Map<String, Value>,
}

endpoint!(CallPluginTool: POST "/v1/plugins/{plugin_id}/tools/call" (plugin_id), json, validate => Data<ToolResult>);

impl CallPluginTool {
    /// Calls a tool without arguments.
    pub fn new(plugin_id: impl Into<PluginId>, tool_name: impl Into<String>) -> Self {
        Self { plugin_id: plugin_id.into(), tool_name: tool_name.into(), arguments: Map::new() }
    }

    /// Sets one argument.
    #[must_use]
    pub fn argument(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.arguments.insert(name.into(), value.into());
        self
    }

    /// Sets all arguments from a value that serialises as a JSON object.
    pub fn arguments<T: Serialize + ?Sized>(mut self, arguments: &T) -> Result<Self, EncodeError> {
        match serde_json::to_value(arguments).map_err(EncodeError::json)? {
            Value::Object(arguments) => self.arguments = arguments,
            other => {
                let problem = format!("the arguments of a tool are a JSON object, not {other}");
                return Err(EncodeError::message(problem));
            }
        }
        Ok(self)
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let missing = self.tool_name.is_empty();
        missing.then(|| ValidationError::fatal("tool_name", "is empty; name the tool")).into_iter().collect()
    }
}

answer! {
    /// What a tool returned.
    pub struct ToolResult {
        /// Result, as the tool's [`output_schema`](Tool#structfield.output_schema) describes it.
        result: Value,
    }
}
