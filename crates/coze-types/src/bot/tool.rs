//! What an agent can use: plugins, workflows, shortcut commands, knowledge bases.

use crate::model::id::{AgentNodeId, DatasetId, PluginId, PluginToolId, ShortcutCommandId, WorkflowId};

answer! {
    /// A plugin that an agent can call.
    pub struct PluginInfo {
        /// Id.
        plugin_id: PluginId [required],
        /// Name.
        name: Option<String>,
        /// Address of the icon.
        icon_url: Option<String>,
        /// Description.
        description: Option<String>,
        /// Tools of the plugin that the agent can call.
        api_info_list: Vec<PluginTool> [skip_if_empty],
    }
}

answer! {
    /// A tool of a plugin.
    pub struct PluginTool {
        /// Id.
        api_id: PluginToolId [required],
        /// Name.
        name: Option<String>,
        /// Description.
        description: Option<String>,
    }
}

answer! {
    /// A workflow that an agent can run.
    pub struct WorkflowInfo {
        /// Id.
        id: WorkflowId [required],
        /// Name.
        name: Option<String>,
        /// Address of the icon.
        icon_url: Option<String>,
        /// Description.
        description: Option<String>,
    }
}

answer! {
    /// The knowledge bases of an agent.
    pub struct Knowledge {
        /// Knowledge bases.
        knowledge_infos: Vec<KnowledgeInfo>,
    }
}

answer! {
    /// A knowledge base.
    pub struct KnowledgeInfo {
        /// Id.
        id: DatasetId [required],
        /// Name.
        name: Option<String>,
    }
}

answer! {
    /// A shortcut command: a button or a word that makes the question.
    pub struct ShortcutCommandInfo {
        /// Id; [`ShortcutCommand`](crate::chat::ShortcutCommand) runs it.
        id: ShortcutCommandId [required],
        /// Text of the button.
        name: Option<String>,
        /// Word to type, such as `/sc_demo`.
        command: Option<String>,
        /// Description.
        description: Option<String>,
        /// Question that it makes, with places for the components.
        query_template: Option<String>,
        /// Address of the icon.
        icon_url: Option<String>,
        /// Components to be filled in.
        components: Vec<ShortcutCommandComponent> [skip_if_empty],
        /// Tool that it calls.
        tool: Option<ShortcutCommandTool>,
        /// Node that answers, for agents in multi-agent mode.
        agent_id: Option<AgentNodeId>,
    }
}

answer! {
    /// A component of a shortcut command: one input.
    pub struct ShortcutCommandComponent {
        /// Name, under which [`ShortcutCommand`](crate::chat::ShortcutCommand) gives the input.
        name: String,
        /// Description.
        description: Option<String>,
        /// Sort of input; `type` on the wire.
        kind: Option<ShortcutCommandComponentType> [rename = "type"],
        /// Parameter of the tool that gets the input.
        tool_parameter: Option<String>,
        /// Input when there is no other.
        default_value: Option<String>,
        /// Whether users do not see it.
        is_hide: Option<bool>,
        /// What can be selected; for files the sorts that are taken: `image`, `doc`, `table`, `audio`, `video`, `zip`,
        /// `code`, `txt`, `ppt`.
        options: Vec<String> [skip_if_empty],
    }
}

open_enum! {
    /// The sort of a component's input.
    pub enum ShortcutCommandComponentType {
        /// Text.
        Text = "text",
        /// One of several options.
        Select = "select",
        /// A file.
        File = "file",
    }
}

answer! {
    /// The tool that a shortcut command calls.
    pub struct ShortcutCommandTool {
        /// Name.
        name: Option<String>,
        /// Sort of tool; `type` on the wire.
        kind: Option<ShortcutCommandToolType> [rename = "type"],
    }
}

open_enum! {
    /// The sort of a shortcut command's tool.
    pub enum ShortcutCommandToolType {
        /// A workflow.
        Workflow = "workflow",
        /// A plugin.
        Plugin = "plugin",
    }
}
