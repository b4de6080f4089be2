//! What an agent is told, and how it speaks.

answer! {
    /// The persona and the rules of an agent.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct PromptInfo {
        /// Prompt, at most 20000 characters; empty when the prefix is cached.
        prompt: Option<String>,
        /// Whether the prompt is one text or has a prefix that is cached; one text by default.
        prompt_mode: Option<PromptMode>,
        /// Prompt in two parts, when the prefix is cached.
        prefix_prompt_info: Option<PrefixPromptInfo>,
    }
}

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

answer! {
    /// A prompt in two parts.
    #[derive(Clone, Debug, Default, PartialEq)]
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
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct OnboardingInfo {
        /// Greeting. It may hold `{{user_name}}`, which the caller replaces before showing it.
        prologue: Option<String> [alias = "Prologue"],
        /// Questions that users may want to ask.
        suggested_questions: Vec<String> [skip_if_empty, alias = "SuggestedQuestions"],
    }
}

answer! {
    /// Whether an agent suggests questions after an answer.
    ///
    /// Not in the tables of the official page, but in its example and in the Python SDK.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct SuggestReplyInfo {
        /// Whether and how.
        reply_mode: Option<SuggestReplyMode>,
        /// Prompt for the suggestions, when they are customized.
        customized_prompt: Option<String>,
    }
}

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

answer! {
    /// A variable that an agent keeps for each user.
    #[derive(Clone, Debug, Default, PartialEq)]
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
