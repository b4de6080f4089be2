//! What an agent can use: plugins, workflows, shortcut commands, knowledge bases.

use crate::model::id::{AgentNodeId, DatasetId, PluginId, PluginToolId, ShortcutCommandId, WorkflowId};
use crate::model::lenient::Extra;

/// A plugin that an agent can call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PluginInfo {
    /// Id.
    pub plugin_id: PluginId,
    /// Name.
    pub name: Option<String>,
    /// Address of the icon.
    pub icon_url: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Tools of the plugin that the agent can call.
    pub api_info_list: Vec<PluginTool>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(PluginInfo {
    plugin_id: required,
    name: optional,
    icon_url: optional,
    description: optional,
    api_info_list: sparse,
});

/// A tool of a plugin.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PluginTool {
    /// Id.
    pub api_id: PluginToolId,
    /// Name.
    pub name: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(PluginTool { api_id: required, name: optional, description: optional });

/// A workflow that an agent can run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WorkflowInfo {
    /// Id.
    pub id: WorkflowId,
    /// Name.
    pub name: Option<String>,
    /// Address of the icon.
    pub icon_url: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(WorkflowInfo { id: required, name: optional, icon_url: optional, description: optional });

/// The knowledge bases of an agent.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Knowledge {
    /// Knowledge bases.
    pub knowledge_infos: Vec<KnowledgeInfo>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(Knowledge { knowledge_infos: lenient });

/// A knowledge base.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct KnowledgeInfo {
    /// Id.
    pub id: DatasetId,
    /// Name.
    pub name: Option<String>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(KnowledgeInfo { id: required, name: optional });

/// A shortcut command: a button or a word that makes the question.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ShortcutCommandInfo {
    /// Id; [`ShortcutCommand`](crate::chat::ShortcutCommand) runs it.
    pub id: ShortcutCommandId,
    /// Text of the button.
    pub name: Option<String>,
    /// Word to type, such as `/sc_demo`.
    pub command: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Question that it makes, with places for the components.
    pub query_template: Option<String>,
    /// Address of the icon.
    pub icon_url: Option<String>,
    /// Components to be filled in.
    pub components: Vec<ShortcutCommandComponent>,
    /// Tool that it calls.
    pub tool: Option<ShortcutCommandTool>,
    /// Node that answers, for agents in multi-agent mode.
    pub agent_id: Option<AgentNodeId>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(ShortcutCommandInfo {
    id: required,
    name: optional,
    command: optional,
    description: optional,
    query_template: optional,
    icon_url: optional,
    components: sparse,
    tool: optional,
    agent_id: optional,
});

/// A component of a shortcut command: one input.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ShortcutCommandComponent {
    /// Name, under which [`ShortcutCommand`](crate::chat::ShortcutCommand) gives the input.
    pub name: String,
    /// Description.
    pub description: Option<String>,
    /// Sort of input; `type` on the wire.
    pub kind: Option<ShortcutCommandComponentType>,
    /// Parameter of the tool that gets the input.
    pub tool_parameter: Option<String>,
    /// Input when there is no other.
    pub default_value: Option<String>,
    /// Whether users do not see it.
    pub is_hide: Option<bool>,
    /// What can be selected; for files the sorts that are taken: `image`, `doc`, `table`, `audio`, `video`, `zip`,
    /// `code`, `txt`, `ppt`.
    pub options: Vec<String>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(ShortcutCommandComponent {
    name: lenient,
    description: optional,
    kind: optional = "type",
    tool_parameter: optional,
    default_value: optional,
    is_hide: optional,
    options: sparse,
});

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
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ShortcutCommandTool {
    /// Name.
    pub name: Option<String>,
    /// Sort of tool; `type` on the wire.
    pub kind: Option<ShortcutCommandToolType>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(ShortcutCommandTool { name: optional, kind: optional = "type" });

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
