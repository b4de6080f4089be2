//! The model of an agent.

use serde_json::Value;

use crate::core::validate::ValidationError;
use crate::model::id::ModelId;
use crate::model::lenient::Extra;

answer! {
    /// The model of an agent, and how it is asked.
    ///
    /// Which parameters there are, and their ranges, depends on the model.
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
        /// Parameters of this model alone.
        ///
        /// `thinking_type` is `enabled` (the model thinks before it answers, and cannot call tools), `disabled` or `auto`.
        /// With [`ApiMode::ResponsesApi`], `caching` is `{"type": "enabled"}` or `{"type": "disabled"}` (the default),
        /// `store` says whether messages are stored (the default), which caching needs, and `caching_expire_time` for how
        /// many seconds: at most 259200 (3 days), which is the default.
        parameters: Extra [skip_if_empty],
        /// Protocol by which the model is asked; [`ApiMode::ChatApi`] by default.
        api_mode: Option<ApiMode>,
        /// Whether prefixes are cached, for [`ApiMode::ChatApi`]; paid plans and some models only.
        cache_type: Option<CacheType>,
        /// Whether the agent refuses to reveal its prompt; `false` by default.
        sp_anti_leak: Option<bool>,
        /// Whether the prompt contains the current time; `false` by default.
        sp_current_time: Option<bool>,
    }
}

setters!(ModelInfo {
    temperature: f64,
    top_p: f64,
    top_k: i64,
    frequency_penalty: f64,
    presence_penalty: f64,
    max_tokens: i64,
    context_round: i64,
    response_format: ResponseFormat,
    api_mode: ApiMode,
    cache_type: CacheType,
    sp_anti_leak: bool,
    sp_current_time: bool,
});

impl ModelInfo {
    /// Creates the configuration of a model with its default settings.
    pub fn new(model_id: impl Into<ModelId>) -> Self {
        Self { model_id: Some(model_id.into()), ..Self::default() }
    }

    /// Sets one of the [`parameters`](Self#structfield.parameters).
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.parameters.insert(name.into(), value.into());
        self
    }

    /// Lists what the documentation forbids in the configuration of a new model.
    pub(super) fn validate(&self) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        if self.model_id.as_ref().is_none_or(ModelId::is_empty) {
            errors.push(ValidationError::fatal("model_id", "is missing; name the model"));
        }
        let numbers = [
            ("temperature", self.temperature),
            ("top_p", self.top_p),
            ("frequency_penalty", self.frequency_penalty),
            ("presence_penalty", self.presence_penalty),
        ];
        for (field, number) in numbers {
            if let Some(number) = number.filter(|number| !number.is_finite()) {
                errors
                    .push(ValidationError::fatal(field, format!("is {number}, which is no number of JSON")));
            }
        }
        let responses = self.api_mode == Some(ApiMode::ResponsesApi);
        if responses && self.cache_type == Some(CacheType::Prefix) {
            let rule =
                "is prefix while `api_mode` is responses_api; set `caching` among the parameters instead";
            errors.push(ValidationError::limit("cache_type", rule));
        }
        let seconds = self.parameters.get("caching_expire_time").and_then(Value::as_i64);
        if let Some(seconds) = seconds.filter(|seconds| *seconds > 259_200) {
            let rule = format!("is {seconds}; at most 259200 seconds are allowed");
            errors.push(ValidationError::limit("parameters.caching_expire_time", rule));
        }
        errors
    }
}

open_enum! {
    /// The format of a model's answers.
    pub enum ResponseFormat {
        /// Plain text.
        Text = "text",
        /// Markdown.
        Markdown = "markdown",
        /// JSON.
        Json = "json",
    }
}

open_enum! {
    /// The protocol by which a model is asked.
    pub enum ApiMode {
        /// Each request carries the history.
        ChatApi = "chat_api",
        /// The model keeps the context and caches prefixes; some models only.
        ResponsesApi = "responses_api",
    }
}

open_enum! {
    /// Whether prefixes of requests to a model are cached.
    pub enum CacheType {
        /// No.
        Closed = "closed",
        /// Yes: the prompt is given in two parts, as a [`PrefixPromptInfo`](super::PrefixPromptInfo).
        Prefix = "prefix",
    }
}
