//! The model of an agent.

use serde::{Deserialize, Serialize};

use crate::id::ModelId;
use crate::lenient::{self, Extra};

/// The model of an agent, and how it is asked.
///
/// Which parameters there are, and their ranges, depends on the model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelInfo {
    /// Model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_id: Option<ModelId>,
    /// Name of the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_name: Option<String>,
    /// Randomness of the answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Share of the likeliest words to choose from, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Number of the likeliest words to choose from.
    #[serde(
        default,
        deserialize_with = "lenient::optional_integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub top_k: Option<i64>,
    /// Penalty for words that were said before, by how often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency_penalty: Option<f64>,
    /// Penalty for topics that were spoken of before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence_penalty: Option<f64>,
    /// Longest answer, in tokens.
    #[serde(
        default,
        deserialize_with = "lenient::optional_integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub max_tokens: Option<i64>,
    /// Rounds of the conversation that the model sees.
    #[serde(
        default,
        deserialize_with = "lenient::optional_integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub context_round: Option<i64>,
    /// Format of the answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_format: Option<ResponseFormat>,
    /// Parameters of this model alone, such as `thinking_type`: `enabled` (the model thinks before it answers, and
    /// cannot call tools), `disabled` or `auto`.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Extra::is_empty")]
    pub parameters: Extra,
    /// Protocol by which the model is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_mode: Option<ApiMode>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The format of a model's answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseFormat {
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
    /// JSON.
    Json,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(ResponseFormat { Text = "text", Markdown = "markdown", Json = "json" });

/// The protocol by which a model is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiMode {
    /// Each request carries the history.
    ChatApi,
    /// The model keeps the context and caches prefixes; some models only.
    ResponsesApi,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(ApiMode { ChatApi = "chat_api", ResponsesApi = "responses_api" });
