//! The prompt of an agent, and how it answers.

use crate::core::validate::{ValidationError, too_long};

answer! {
    /// The persona and the rules of an agent.
    pub struct PromptInfo {
        /// Prompt, at most 20000 characters; empty when the prefix is cached.
        prompt: Option<String>,
        /// Whether the prompt is one text or has a prefix that is cached; one text by default.
        prompt_mode: Option<PromptMode>,
        /// Prompt in two parts, when the prefix is cached.
        prefix_prompt_info: Option<PrefixPromptInfo>,
    }
}

impl PromptInfo {
    /// Creates a prompt of one text.
    pub fn new(prompt: impl Into<String>) -> Self {
        Self { prompt: Some(prompt.into()), ..Self::default() }
    }

    /// Creates a prompt in two parts, the first of which is cached; requires a model that caches prefixes.
    pub fn prefixed(prefix_prompt: impl Into<String>, dynamic_prompt: impl Into<String>) -> Self {
        let parts = PrefixPromptInfo {
            prefix_prompt: Some(prefix_prompt.into()),
            dynamic_prompt: Some(dynamic_prompt.into()),
            ..PrefixPromptInfo::default()
        };
        Self { prompt_mode: Some(PromptMode::Prefix), prefix_prompt_info: Some(parts), ..Self::default() }
    }

    /// Lists what the documentation forbids.
    pub(super) fn validate(&self) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        let prompt = self.prompt.as_deref().unwrap_or_default();
        errors.extend(too_long("prompt", prompt, 20_000));
        if self.prompt_mode == Some(PromptMode::Prefix) && !prompt.is_empty() {
            let rule = "is set while `prompt_mode` is prefix; set `prefix_prompt_info` instead";
            errors.push(ValidationError::limit("prompt", rule));
        }
        errors
    }
}

impl<S: Into<String>> From<S> for PromptInfo {
    fn from(prompt: S) -> Self {
        Self::new(prompt)
    }
}

open_enum! {
    /// Whether a prompt is one text or has a prefix that is cached.
    pub enum PromptMode {
        /// One text.
        Standard = "standard",
        /// A prefix that is cached, and a rest that is not.
        Prefix = "prefix",
    }
}

answer! {
    /// A prompt in two parts.
    pub struct PrefixPromptInfo {
        /// Part that stays the same and is cached: rules, templates, background.
        prefix_prompt: Option<String>,
        /// Part that changes and is not cached.
        dynamic_prompt: Option<String>,
    }
}

answer! {
    /// How an agent opens a conversation.
    ///
    /// The service writes the names of the fields in two ways; both are read.
    pub struct OnboardingInfo {
        /// Greeting, at most 300 characters. It may hold `{{user_name}}`, which the caller replaces before showing it.
        prologue: Option<String> [alias = "Prologue"],
        /// Questions that users may want to ask, each of at most 50 characters. In an update, an empty list removes them.
        suggested_questions: Option<Vec<String>> [alias = "SuggestedQuestions"],
    }
}

impl OnboardingInfo {
    /// Creates a greeting.
    pub fn new(prologue: impl Into<String>) -> Self {
        Self { prologue: Some(prologue.into()), ..Self::default() }
    }

    /// Sets [`suggested_questions`](Self#structfield.suggested_questions).
    #[must_use]
    pub fn suggested_questions<Q: Into<String>>(mut self, questions: impl IntoIterator<Item = Q>) -> Self {
        self.suggested_questions = Some(questions.into_iter().map(Into::into).collect());
        self
    }

    /// Lists what the documentation forbids.
    pub(super) fn validate(&self) -> Vec<ValidationError> {
        let prologue = self.prologue.as_deref().and_then(|prologue| too_long("prologue", prologue, 300));
        let questions = self.suggested_questions.iter().flatten().enumerate();
        let long = questions
            .filter_map(|(index, question)| too_long(&format!("suggested_questions[{index}]"), question, 50));
        prologue.into_iter().chain(long).collect()
    }
}

answer! {
    /// Whether an agent suggests questions after an answer.
    ///
    /// Not in the tables of the official page, but in its example and in the Python SDK.
    pub struct SuggestReplyInfo {
        /// Whether and how.
        reply_mode: Option<SuggestReplyMode>,
        /// Prompt for the suggestions, when they are customized.
        customized_prompt: Option<String>,
    }
}

impl SuggestReplyInfo {
    /// Suggests questions or does not.
    pub fn new(reply_mode: impl Into<SuggestReplyMode>) -> Self {
        Self { reply_mode: Some(reply_mode.into()), ..Self::default() }
    }

    /// Suggests questions by a prompt.
    pub fn customized(prompt: impl Into<String>) -> Self {
        Self { customized_prompt: Some(prompt.into()), ..Self::new(SuggestReplyMode::Customized) }
    }

    /// Lists what the documentation forbids.
    pub(super) fn validate(&self) -> Vec<ValidationError> {
        let customized = self.reply_mode == Some(SuggestReplyMode::Customized);
        if customized && self.customized_prompt.as_ref().is_none_or(String::is_empty) {
            let rule = "is missing; the mode `customized` needs a prompt";
            return vec![ValidationError::limit("customized_prompt", rule)];
        }
        Vec::new()
    }
}

open_enum! {
    /// Whether and how questions are suggested.
    pub enum SuggestReplyMode {
        /// Not at all.
        Disable = "disable",
        /// Up to 3 after each answer.
        Enable = "enable",
        /// By a prompt of your own.
        Customized = "customized",
    }
}

answer! {
    /// A variable that an agent keeps for each user.
    pub struct Variable {
        /// Name.
        keyword: String,
        /// Description.
        description: Option<String>,
        /// Value until there is another.
        default_value: Option<String>,
        /// Whether it is one value or a list. Not on the official page; the Python SDK knows it.
        variable_type: Option<VariableType>,
        /// Where it comes from; only [`VariableChannel::Custom`] is listed so far.
        channel: Option<VariableChannel>,
        /// Whether it is in use.
        enable: Option<bool>,
        /// Whether the prompt sees it; workflows always do.
        prompt_enable: Option<bool>,
    }
}

open_enum! {
    /// Whether a variable is one value or a list.
    pub enum VariableType {
        /// One value.
        KeyValue = "KVVariable",
        /// A list.
        List = "ListVariable",
    }
}

open_enum! {
    /// Where a variable comes from.
    pub enum VariableChannel {
        /// The maker of the agent.
        Custom = "custom",
        /// Coze.
        System = "system",
        /// The place of the user.
        Location = "location",
        /// Feishu.
        Feishu = "feishu",
        /// The app of the agent.
        App = "app",
    }
}
