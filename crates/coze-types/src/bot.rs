//! Agents, which the API calls bots.

use serde::{Deserialize, Serialize};

use crate::id::{BotId, CozeUserId, FolderId};
use crate::lenient::{self, Extra};
use crate::timestamp::Timestamp;

mod display;
mod model;
mod prompt;
mod retrieve;
mod tool;

pub use display::{
    BackgroundImage, BackgroundImages, CanvasPosition, GradientPosition, MediaConfig, UserInputType, Voice,
};
pub use model::{ApiMode, ModelInfo, ResponseFormat};
pub use prompt::{
    OnboardingInfo, PrefixPromptInfo, PromptInfo, PromptMode, SuggestReplyInfo, SuggestReplyMode, Variable,
    VariableChannel, VariableType,
};
pub use retrieve::{GetBot, GetOnlineBot, OnlineBot};
pub use tool::{
    Knowledge, KnowledgeInfo, PluginInfo, PluginTool, ShortcutCommandComponent, ShortcutCommandComponentType,
    ShortcutCommandInfo, ShortcutCommandTool, ShortcutCommandToolType, WorkflowInfo,
};

/// An agent and how it is configured.
///
/// See <https://docs.coze.cn/developer_guides/get_metadata_draft_published>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Bot {
    /// Id.
    pub bot_id: BotId,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Address of the avatar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<String>,
    /// Time of creation; not set in Coze Studio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time: Option<Timestamp>,
    /// Time of the last change; not set in Coze Studio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_time: Option<Timestamp>,
    /// Newest version; empty for a draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Persona and rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_info: Option<PromptInfo>,
    /// How it opens a conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub onboarding_info: Option<OnboardingInfo>,
    /// How it works: alone, with other agents, or as a workflow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_mode: Option<BotMode>,
    /// Plugins that it can call.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub plugin_info_list: Vec<PluginInfo>,
    /// Model, and how it is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_info: Option<ModelInfo>,
    /// Folder of the workspace that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder_id: Option<FolderId>,
    /// Knowledge bases that it reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub knowledge: Option<Knowledge>,
    /// Variables of its users; only those that users define are listed.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
    /// Settings of calls by voice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_config: Option<MediaConfig>,
    /// Account that created it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_user_id: Option<CozeUserId>,
    /// Voices, one for each language.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub voice_info_list: Vec<Voice>,
    /// Shortcut commands; [`CreateChat`](crate::chat::CreateChat) runs one by its id.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub shortcut_commands: Vec<ShortcutCommandInfo>,
    /// Workflows that it can run.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub workflow_info_list: Vec<WorkflowInfo>,
    /// Background images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background_image_info: Option<BackgroundImages>,
    /// How users put something in by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_user_input_type: Option<UserInputType>,
    /// Whether it suggests questions after an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggest_reply_info: Option<SuggestReplyInfo>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Bot {
    /// An agent with nothing but an id.
    pub fn new(bot_id: impl Into<BotId>) -> Self {
        Self {
            bot_id: bot_id.into(),
            name: None,
            description: None,
            icon_url: None,
            create_time: None,
            update_time: None,
            version: None,
            prompt_info: None,
            onboarding_info: None,
            bot_mode: None,
            plugin_info_list: Vec::new(),
            model_info: None,
            folder_id: None,
            knowledge: None,
            variables: Vec::new(),
            media_config: None,
            owner_user_id: None,
            voice_info_list: Vec::new(),
            shortcut_commands: Vec::new(),
            workflow_info_list: Vec::new(),
            background_image_info: None,
            default_user_input_type: None,
            suggest_reply_info: None,
            extra: Extra::new(),
        }
    }
}

/// How an agent works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BotMode {
    /// Alone, led by its prompt.
    SingleAgent,
    /// Together with other agents.
    MultiAgent,
    /// Alone, led by a workflow or chatflow.
    Workflow,
    /// A number that this version does not know.
    Unknown(i64),
}

open_number!(BotMode { SingleAgent = 0, MultiAgent = 1, Workflow = 2 });
