//! The model of an agent.

use crate::model::id::ModelId;
use crate::model::lenient::Extra;

answer! {
    /// The model of an agent, and how it is asked.
    ///
    /// Which parameters there are, and their ranges, depends on the model.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct ModelInfo {
        /// Model.
        model_id: Option<ModelId>,
        /// Name of the model.
        model_name: Option<String>,
        /// Randomness of the answers.
        temperature: Option<f64>,
        /// Share of the likeliest words to choose from, 0 to 1.
        top_p: Option<f64>,
        /// Number of the likeliest words to choose from.
        top_k: Option<i64>,
        /// Penalty for words that were said before, by how often.
        frequency_penalty: Option<f64>,
        /// Penalty for topics that were spoken of before.
        presence_penalty: Option<f64>,
        /// Longest answer, in tokens.
        max_tokens: Option<i64>,
        /// Rounds of the conversation that the model sees.
        context_round: Option<i64>,
        /// Format of the answers.
        response_format: Option<ResponseFormat>,
        /// Parameters of this model alone, such as `thinking_type`: `enabled` (the model thinks before it answers, and
        /// cannot call tools), `disabled` or `auto`.
        parameters: Extra [skip_if_empty],
        /// Protocol by which the model is asked.
        api_mode: Option<ApiMode>,
    }
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
