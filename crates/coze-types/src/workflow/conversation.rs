//! Named conversations of apps, on a self-hosted Coze Studio.

use serde::{Deserialize, Serialize};

use crate::core::reply::Data;
use crate::model::id::{AppId, BotId, ConnectorId, ConversationId, SectionId, WorkflowId};
use crate::model::lenient::MetaData;
use crate::model::timestamp::Timestamp;

/// Makes, or finds, a named conversation of an app; Coze Studio only, where a chatflow without an agent needs one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateWorkflowConversation {
    /// App.
    pub app_id: AppId,
    /// Name.
    pub conversation_name: String,
    /// Chatflow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<WorkflowId>,
    /// Whether to return the conversation of that name if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub get_or_create: Option<bool>,
    /// Whether the draft of the app is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft_mode: Option<bool>,
    /// Channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector_id: Option<ConnectorId>,
    /// Agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_id: Option<BotId>,
}

endpoint!(CreateWorkflowConversation: POST "/v1/workflow/conversation/create", json => Data<WorkflowConversation>);

builder!(CreateWorkflowConversation(app_id: AppId, conversation_name: String) {
    workflow_id: WorkflowId, get_or_create: bool, draft_mode: bool, connector_id: ConnectorId, bot_id: BotId,
});

answer! {
    /// A named conversation of an app.
    pub struct WorkflowConversation {
        /// Id.
        id: ConversationId [required],
        /// Section of the conversation.
        last_section_id: Option<SectionId>,
        /// Time of creation.
        created_at: Option<Timestamp>,
        /// Key-value pairs.
        meta_data: MetaData [skip_if_empty],
    }
}
