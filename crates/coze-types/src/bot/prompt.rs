//! What an agent is told, and how it speaks.

use crate::model::lenient::Extra;

/// The persona and the rules of an agent.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PromptInfo {
    /// Prompt, at most 20000 characters; empty when the prefix is cached.
    pub prompt: Option<String>,
    /// Whether the prompt is one text or has a prefix that is cached; one text by default.
    pub prompt_mode: Option<PromptMode>,
    /// Prompt in two parts, when the prefix is cached.
    pub prefix_prompt_info: Option<PrefixPromptInfo>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(PromptInfo { prompt: optional, prompt_mode: optional, prefix_prompt_info: optional });

/// Whether a prompt is one text or has a prefix that is cached.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PromptMode {
    /// One text.
    Standard,
    /// A prefix that is cached, and a rest that is not.
    Prefix,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(PromptMode { Standard = "standard", Prefix = "prefix" });

/// A prompt in two parts.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PrefixPromptInfo {
    /// Part that stays the same and is cached: rules, templates, background.
    pub prefix_prompt: Option<String>,
    /// Part that changes and is not cached.
    pub dynamic_prompt: Option<String>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(PrefixPromptInfo { prefix_prompt: optional, dynamic_prompt: optional });

/// How an agent opens a conversation.
///
/// The service writes the names of the fields in two ways; both are read.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct OnboardingInfo {
    /// Greeting. It may hold `{{user_name}}`, which the caller replaces before showing it.
    pub prologue: Option<String>,
    /// Questions that users may want to ask.
    pub suggested_questions: Vec<String>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(OnboardingInfo {
    prologue: optional = "prologue" | "Prologue",
    suggested_questions: sparse = "suggested_questions" | "SuggestedQuestions",
});

/// Whether an agent suggests questions after an answer.
///
/// Not in the tables of the official page, but in its example and in the Python SDK.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SuggestReplyInfo {
    /// Whether and how.
    pub reply_mode: Option<SuggestReplyMode>,
    /// Prompt for the suggestions, when they are customized.
    pub customized_prompt: Option<String>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(SuggestReplyInfo { reply_mode: optional, customized_prompt: optional });

/// Whether and how questions are suggested.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SuggestReplyMode {
    /// Not at all.
    Disable,
    /// Up to 3 after each answer.
    Enable,
    /// By a prompt of your own.
    Customized,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(SuggestReplyMode { Disable = "disable", Enable = "enable", Customized = "customized" });

/// A variable that an agent keeps for each user.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Variable {
    /// Name.
    pub keyword: String,
    /// Description.
    pub description: Option<String>,
    /// Value until there is another.
    pub default_value: Option<String>,
    /// Whether it is one value or a list. Not on the official page; the Python SDK knows it.
    pub variable_type: Option<VariableType>,
    /// Where it comes from; only [`VariableChannel::Custom`] is listed so far.
    pub channel: Option<VariableChannel>,
    /// Whether it is in use.
    pub enable: Option<bool>,
    /// Whether the prompt sees it; workflows always do.
    pub prompt_enable: Option<bool>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(Variable {
    keyword: lenient,
    description: optional,
    default_value: optional,
    variable_type: optional,
    channel: optional,
    enable: optional,
    prompt_enable: optional,
});

/// Whether a variable is one value or a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VariableType {
    /// One value.
    KeyValue,
    /// A list.
    List,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(VariableType { KeyValue = "KVVariable", List = "ListVariable" });

/// Where a variable comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VariableChannel {
    /// The maker of the agent.
    Custom,
    /// Coze.
    System,
    /// The place of the user.
    Location,
    /// Feishu.
    Feishu,
    /// The app of the agent.
    App,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(VariableChannel {
    Custom = "custom",
    System = "system",
    Location = "location",
    Feishu = "feishu",
    App = "app",
});
