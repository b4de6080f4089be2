//! What users think of answers.

use serde::{Deserialize, Serialize};

use crate::core::reply::Empty;
use crate::core::validate::{ValidationError, too_long};
use crate::model::id::{ConversationId, MessageId};
use crate::model::lenient;

/// Rates an answer, with reasons and a comment; the last rating of a message counts.
///
/// Only the creator of the conversation can, and only for answers in text that a chat or a chatflow gave since
/// 11 July 2025. The ratings appear in the message log of Coze Loop. Needs the permission `feedback`.
///
/// See <https://docs.coze.cn/developer_guides/message_feedback>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateMessageFeedback {
    /// Conversation of the message.
    #[serde(skip_serializing)]
    pub conversation_id: ConversationId,
    /// Message.
    #[serde(skip_serializing)]
    pub message_id: MessageId,
    /// Whether the user likes it.
    pub feedback_type: FeedbackType,
    /// Labels of your own that say what is wrong: at most 10 of at most 30 characters.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub reason_types: Vec<String>,
    /// Comment, at most 250 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

endpoint!(CreateMessageFeedback: POST "/v1/conversations/{conversation_id}/messages/{message_id}/feedback"
    (conversation_id, message_id), json, validate => Empty);

setters!(CreateMessageFeedback { comment: String });

impl CreateMessageFeedback {
    /// Rates one message.
    pub fn new(
        conversation_id: impl Into<ConversationId>,
        message_id: impl Into<MessageId>,
        feedback_type: FeedbackType,
    ) -> Self {
        Self {
            conversation_id: conversation_id.into(),
            message_id: message_id.into(),
            feedback_type,
            reason_types: Vec::new(),
            comment: None,
        }
    }

    /// Adds a label to [`reason_types`](Self#structfield.reason_types).
    #[must_use]
    pub fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason_types.push(reason.into());
        self
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        let count = self.reason_types.len();
        if count > 10 {
            errors.push(ValidationError::limit(
                "reason_types",
                format!("has {count} labels; at most 10 are allowed"),
            ));
        }
        for (index, reason) in self.reason_types.iter().enumerate() {
            errors.extend(too_long(&format!("reason_types[{index}]"), reason, 30));
        }
        errors.extend(self.comment.as_ref().and_then(|comment| too_long("comment", comment, 250)));
        errors
    }
}

open_enum! {
    /// Whether a user likes an answer.
    pub enum FeedbackType {
        /// Thumbs up.
        Like = "like",
        /// Thumbs down.
        Unlike = "unlike",
    }
}

/// Takes the rating of a message back; only the creator of the conversation can.
///
/// Needs the permission `feedback`.
///
/// See <https://docs.coze.cn/developer_guides/delete_message_feedback>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteMessageFeedback {
    /// Conversation of the message.
    pub conversation_id: ConversationId,
    /// Message.
    pub message_id: MessageId,
}

endpoint!(DeleteMessageFeedback: DELETE "/v1/conversations/{conversation_id}/messages/{message_id}/feedback"
    (conversation_id, message_id) => Empty);

builder!(DeleteMessageFeedback(conversation_id: ConversationId, message_id: MessageId));
