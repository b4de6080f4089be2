//! Agents, which the API calls bots.

use crate::model::id::{BotId, CozeUserId, FolderId};
use crate::model::lenient::Extra;
use crate::model::timestamp::Timestamp;

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
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Bot {
    /// Id.
    pub bot_id: BotId,
    /// Name.
    pub name: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Address of the avatar.
    pub icon_url: Option<String>,
    /// Time of creation; not set in Coze Studio.
    pub create_time: Option<Timestamp>,
    /// Time of the last change; not set in Coze Studio.
    pub update_time: Option<Timestamp>,
    /// Newest version; empty for a draft.
    pub version: Option<String>,
    /// Persona and rules.
    pub prompt_info: Option<PromptInfo>,
    /// How it opens a conversation.
    pub onboarding_info: Option<OnboardingInfo>,
    /// How it works: alone, with other agents, or as a workflow.
    pub bot_mode: Option<BotMode>,
    /// Plugins that it can call.
    pub plugin_info_list: Vec<PluginInfo>,
    /// Model, and how it is asked.
    pub model_info: Option<ModelInfo>,
    /// Folder of the workspace that holds it.
    pub folder_id: Option<FolderId>,
    /// Knowledge bases that it reads.
    pub knowledge: Option<Knowledge>,
    /// Variables of its users; only those that users define are listed.
    pub variables: Vec<Variable>,
    /// Settings of calls by voice.
    pub media_config: Option<MediaConfig>,
    /// Account that created it.
    pub owner_user_id: Option<CozeUserId>,
    /// Voices, one for each language.
    pub voice_info_list: Vec<Voice>,
    /// Shortcut commands; [`CreateChat`](crate::chat::CreateChat) runs one by its id.
    pub shortcut_commands: Vec<ShortcutCommandInfo>,
    /// Workflows that it can run.
    pub workflow_info_list: Vec<WorkflowInfo>,
    /// Background images.
    pub background_image_info: Option<BackgroundImages>,
    /// How users put something in by default.
    pub default_user_input_type: Option<UserInputType>,
    /// Whether it suggests questions after an answer.
    pub suggest_reply_info: Option<SuggestReplyInfo>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(Bot {
    bot_id: required,
    name: optional,
    description: optional,
    icon_url: optional,
    create_time: optional,
    update_time: optional,
    version: optional,
    prompt_info: optional,
    onboarding_info: optional,
    bot_mode: optional,
    plugin_info_list: sparse,
    model_info: optional,
    folder_id: optional,
    knowledge: optional,
    variables: sparse,
    media_config: optional,
    owner_user_id: optional,
    voice_info_list: sparse,
    shortcut_commands: sparse,
    workflow_info_list: sparse,
    background_image_info: optional,
    default_user_input_type: optional,
    suggest_reply_info: optional,
});

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
