//! Creating and updating an agent.

use serde::{Deserialize, Serialize};

use super::{
    Bot, KnowledgeConfig, ModelInfo, OnboardingInfo, PluginIdList, PromptInfo, SuggestReplyInfo,
    WorkflowIdList,
};
use crate::core::reply::{Data, Empty};
use crate::core::validate::{ValidationError, too_long};
use crate::model::id::{BotId, FileId, WorkspaceId};

/// Creates an agent as a draft, and returns its id alone.
///
/// It answers chats once [`PublishBot`](super::PublishBot) has published it. Knowledge bases are added by [`UpdateBot`].
/// Needs the permission `createBot`.
///
/// ```
/// use coze_types::bot::{CreateBot, ModelInfo};
///
/// let request = CreateBot::new("736142423532160", "每日学一菜")
///     .prompt_info("You are a chef who teaches beginners.")
///     .model_info_config(ModelInfo::new("1706077826").temperature(0.5));
/// assert_eq!(request.validate(), []);
/// ```
///
/// See <https://docs.coze.cn/developer_guides/create_bot>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateBot {
    /// Workspace.
    pub space_id: WorkspaceId,
    /// Name, 1 to 20 characters.
    pub name: String,
    /// Description, at most 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Avatar: an uploaded image, which then never expires; by default one of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_file_id: Option<FileId>,
    /// Persona and rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_info: Option<PromptInfo>,
    /// How it opens a conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub onboarding_info: Option<OnboardingInfo>,
    /// Tools of plugins that it can call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin_id_list: Option<PluginIdList>,
    /// Workflows that it can run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_id_list: Option<WorkflowIdList>,
    /// Model, and how it is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_info_config: Option<ModelInfo>,
    /// Whether it suggests questions after an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggest_reply_info: Option<SuggestReplyInfo>,
}

endpoint!(CreateBot: POST "/v1/bot/create", json, validate => Data<Bot>);

builder!(CreateBot(space_id: WorkspaceId, name: String) {
    description: String, icon_file_id: FileId, prompt_info: PromptInfo, onboarding_info: OnboardingInfo,
    plugin_id_list: PluginIdList, workflow_id_list: WorkflowIdList, model_info_config: ModelInfo,
    suggest_reply_info: SuggestReplyInfo,
});

impl CreateBot {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        if self.space_id.is_empty() {
            errors.push(ValidationError::fatal("space_id", "is empty; name the workspace"));
        }
        let limited = Limited {
            name: Some(&self.name),
            description: self.description.as_ref(),
            prompt_info: self.prompt_info.as_ref(),
            onboarding_info: self.onboarding_info.as_ref(),
            plugin_id_list: self.plugin_id_list.as_ref(),
            workflow_id_list: self.workflow_id_list.as_ref(),
            model_info_config: self.model_info_config.as_ref(),
            suggest_reply_info: self.suggest_reply_info.as_ref(),
        };
        errors.extend(limited.validate());
        errors
    }
}

/// Updates the draft of an agent: the fields that are set replace the present ones, the others stay.
///
/// Agents that were created on the web can be updated too. The published version changes with the next
/// [`PublishBot`](super::PublishBot) only. Needs the permission `edit`.
///
/// See <https://docs.coze.cn/developer_guides/update_bot>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateBot {
    /// Agent.
    pub bot_id: BotId,
    /// Name, 1 to 20 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Description, at most 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Avatar: an uploaded image, which then never expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_file_id: Option<FileId>,
    /// Persona and rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_info: Option<PromptInfo>,
    /// How it opens a conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub onboarding_info: Option<OnboardingInfo>,
    /// Knowledge bases that it reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub knowledge: Option<KnowledgeConfig>,
    /// Tools of plugins that it can call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin_id_list: Option<PluginIdList>,
    /// Workflows that it can run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_id_list: Option<WorkflowIdList>,
    /// Model, and how it is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_info_config: Option<ModelInfo>,
    /// Whether it suggests questions after an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggest_reply_info: Option<SuggestReplyInfo>,
}

endpoint!(UpdateBot: POST "/v1/bot/update", json, validate => Empty);

builder!(UpdateBot(bot_id: BotId) {
    name: String, description: String, icon_file_id: FileId, prompt_info: PromptInfo,
    onboarding_info: OnboardingInfo, knowledge: KnowledgeConfig, plugin_id_list: PluginIdList,
    workflow_id_list: WorkflowIdList, model_info_config: ModelInfo, suggest_reply_info: SuggestReplyInfo,
});

impl UpdateBot {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        if self.bot_id.is_empty() {
            errors.push(ValidationError::fatal("bot_id", "is empty; name the agent"));
        }
        let limited = Limited {
            name: self.name.as_ref(),
            description: self.description.as_ref(),
            prompt_info: self.prompt_info.as_ref(),
            onboarding_info: self.onboarding_info.as_ref(),
            plugin_id_list: self.plugin_id_list.as_ref(),
            workflow_id_list: self.workflow_id_list.as_ref(),
            model_info_config: self.model_info_config.as_ref(),
            suggest_reply_info: self.suggest_reply_info.as_ref(),
        };
        errors.extend(limited.validate());
        let parts = self.knowledge.iter().flat_map(KnowledgeConfig::validate);
        errors.extend(parts.map(|error| error.within("knowledge")));
        errors
    }
}

/// What both requests say of an agent, and which has limits.
struct Limited<'a> {
    name: Option<&'a String>,
    description: Option<&'a String>,
    prompt_info: Option<&'a PromptInfo>,
    onboarding_info: Option<&'a OnboardingInfo>,
    plugin_id_list: Option<&'a PluginIdList>,
    workflow_id_list: Option<&'a WorkflowIdList>,
    model_info_config: Option<&'a ModelInfo>,
    suggest_reply_info: Option<&'a SuggestReplyInfo>,
}

impl Limited<'_> {
    /// Lists the limits that it exceeds.
    fn validate(&self) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        if let Some(name) = self.name {
            if name.is_empty() {
                errors.push(ValidationError::fatal("name", "is empty; give the agent a name"));
            }
            errors.extend(too_long("name", name, 20));
        }
        errors.extend(self.description.and_then(|description| too_long("description", description, 500)));
        let parts = [
            ("prompt_info", self.prompt_info.map(PromptInfo::validate)),
            ("onboarding_info", self.onboarding_info.map(OnboardingInfo::validate)),
            ("plugin_id_list", self.plugin_id_list.map(PluginIdList::validate)),
            ("workflow_id_list", self.workflow_id_list.map(WorkflowIdList::validate)),
            ("model_info_config", self.model_info_config.map(ModelInfo::validate)),
            ("suggest_reply_info", self.suggest_reply_info.map(SuggestReplyInfo::validate)),
        ];
        for (name, found) in parts {
            errors.extend(found.into_iter().flatten().map(|error| error.within(name)));
        }
        errors
    }
}
