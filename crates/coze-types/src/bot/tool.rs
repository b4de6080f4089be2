//! What an agent can use: plugins, workflows, shortcut commands, knowledge bases.

use serde::{Deserialize, Serialize};

use crate::id::{AgentNodeId, DatasetId, PluginId, PluginToolId, ShortcutCommandId, WorkflowId};
use crate::lenient::{self, Extra};

/// A plugin that an agent can call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PluginInfo {
    /// Id.
    pub plugin_id: PluginId,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Address of the icon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Tools of the plugin that the agent can call.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub api_info_list: Vec<PluginTool>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A tool of a plugin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PluginTool {
    /// Id.
    pub api_id: PluginToolId,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A workflow that an agent can run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WorkflowInfo {
    /// Id.
    pub id: WorkflowId,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Address of the icon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The knowledge bases of an agent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Knowledge {
    /// Knowledge bases.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub knowledge_infos: Vec<KnowledgeInfo>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A knowledge base.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KnowledgeInfo {
    /// Id.
    pub id: DatasetId,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A shortcut command: a button or a word that makes the question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ShortcutCommandInfo {
    /// Id; [`ShortcutCommand`](crate::chat::ShortcutCommand) runs it.
    pub id: ShortcutCommandId,
    /// Text of the button.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Word to type, such as `/sc_demo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Question that it makes, with places for the components.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query_template: Option<String>,
    /// Address of the icon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// Components to be filled in.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<ShortcutCommandComponent>,
    /// Tool that it calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<ShortcutCommandTool>,
    /// Node that answers, for agents in multi-agent mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentNodeId>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A component of a shortcut command: one input.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ShortcutCommandComponent {
    /// Name, under which [`ShortcutCommand`](crate::chat::ShortcutCommand) gives the input.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub name: String,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Sort of input; `type` on the wire.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<ShortcutCommandComponentType>,
    /// Parameter of the tool that gets the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_parameter: Option<String>,
    /// Input when there is no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// Whether users do not see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_hide: Option<bool>,
    /// What can be selected; for files the sorts that are taken: `image`, `doc`, `table`, `audio`, `video`, `zip`,
    /// `code`, `txt`, `ppt`.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The sort of a component's input.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ShortcutCommandComponentType {
    /// Text.
    Text,
    /// One of several options.
    Select,
    /// A file.
    File,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(ShortcutCommandComponentType { Text = "text", Select = "select", File = "file" });

/// The tool that a shortcut command calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ShortcutCommandTool {
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Sort of tool; `type` on the wire.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<ShortcutCommandToolType>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The sort of a shortcut command's tool.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ShortcutCommandToolType {
    /// A workflow.
    Workflow,
    /// A plugin.
    Plugin,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(ShortcutCommandToolType { Workflow = "workflow", Plugin = "plugin" });
