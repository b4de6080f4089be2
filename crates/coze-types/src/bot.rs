//! Agents, which the API calls bots.

use crate::model::id::{BotId, CozeUserId, FolderId};
use crate::model::timestamp::Timestamp;

mod collaboration;
mod config;
mod create;
mod display;
mod list;
mod model;
mod prompt;
mod publish;
mod retrieve;
mod tool;
mod version;

pub(crate) use collaboration::validate_collaborators;
pub use collaboration::{
    CollaborationMode, Collaborator, CreateBotCollaborator, DeleteBotCollaborator, UpdateBotCollaborationMode,
};
pub use config::{
    KnowledgeConfig, PluginIdInfo, PluginIdList, SearchStrategy, WorkflowIdInfo, WorkflowIdList,
};
pub use create::{CreateBot, UpdateBot};
pub use display::{
    BackgroundImage, BackgroundImages, CanvasPosition, GradientPosition, MediaConfig, UserInputType, Voice,
};
pub use list::{BotPage, ListBots, ListPublishedBots, PublishedBot, PublishedBotPage, SimpleBot};
pub use model::{ApiMode, CacheType, ModelInfo, ResponseFormat};
pub use prompt::{
    OnboardingInfo, PrefixPromptInfo, PromptInfo, PromptMode, SuggestReplyInfo, SuggestReplyMode, Variable,
    VariableChannel, VariableType,
};
pub use publish::{PublishBot, UnpublishBot};
pub use retrieve::{OnlineBot, RetrieveBot, RetrieveOnlineBot};
pub use tool::{
    Knowledge, KnowledgeInfo, PluginInfo, PluginTool, ShortcutCommandComponent, ShortcutCommandComponentType,
    ShortcutCommandInfo, ShortcutCommandTool, ShortcutCommandToolType, WorkflowInfo,
};
pub(crate) use version::validate_version;
pub use version::{BotVersion, BotVersionPage, Creator, ListBotVersions, PublishStatus};

answer! {
    /// An agent and how it is configured.
    ///
    /// See <https://docs.coze.cn/developer_guides/get_metadata_draft_published>.
    pub struct Bot {
        /// Id.
        bot_id: BotId [required],
        /// Name.
        name: Option<String>,
        /// Description.
        description: Option<String>,
        /// Address of the avatar.
        icon_url: Option<String>,
        /// Time of creation; not set in Coze Studio.
        create_time: Option<Timestamp>,
        /// Time of the last change; not set in Coze Studio.
        update_time: Option<Timestamp>,
        /// Newest version; empty for a draft.
        version: Option<String>,
        /// Persona and rules.
        prompt_info: Option<PromptInfo>,
        /// How it opens a conversation.
        onboarding_info: Option<OnboardingInfo>,
        /// How it works: alone, with other agents, or as a workflow.
        bot_mode: Option<BotMode>,
        /// Plugins that it can call.
        plugin_info_list: Vec<PluginInfo> [skip_if_empty],
        /// Model, and how it is asked.
        model_info: Option<ModelInfo>,
        /// Folder of the workspace that holds it.
        folder_id: Option<FolderId>,
        /// Knowledge bases that it reads.
        knowledge: Option<Knowledge>,
        /// Variables of its users; only those that users define are listed.
        variables: Vec<Variable> [skip_if_empty],
        /// Settings of calls by voice.
        media_config: Option<MediaConfig>,
        /// Account that created it.
        owner_user_id: Option<CozeUserId>,
        /// Voices, one for each language.
        voice_info_list: Vec<Voice> [skip_if_empty],
        /// Shortcut commands; [`CreateChat`](crate::chat::CreateChat) runs one by its id.
        shortcut_commands: Vec<ShortcutCommandInfo> [skip_if_empty],
        /// Workflows that it can run.
        workflow_info_list: Vec<WorkflowInfo> [skip_if_empty],
        /// Background images.
        background_image_info: Option<BackgroundImages>,
        /// How users put something in by default.
        default_user_input_type: Option<UserInputType>,
        /// Whether it suggests questions after an answer.
        suggest_reply_info: Option<SuggestReplyInfo>,
    }
}

open_number! {
    /// How an agent works.
    pub enum BotMode {
        /// Alone, led by its prompt.
        SingleAgent = 0,
        /// Together with other agents.
        MultiAgent = 1,
        /// Alone, led by a workflow or chatflow.
        Workflow = 2,
    }
}
