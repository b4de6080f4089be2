//! Variables of users: what an agent or an app remembers of each of them.

use serde::{Deserialize, Serialize};

use crate::core::reply::{Data, Empty};
use crate::core::validate::{ValidationError, validate_names};
use crate::model::id::{AppId, BotId, ConnectorId, UserId};
use crate::model::list;
use crate::model::timestamp::Timestamp;

answer! {
    /// The value that a variable has for one user.
    pub struct VariableValue {
        /// Name of the variable.
        keyword: String,
        /// Value.
        value: String,
        /// Time at which the value was first set; 0 while the variable has its default.
        create_time: Option<Timestamp>,
        /// Time of the last change; 0 while the variable has its default.
        update_time: Option<Timestamp>,
    }
}

impl VariableValue {
    /// Creates a value to be set.
    pub fn new(keyword: impl Into<String>, value: impl Into<String>) -> Self {
        Self { keyword: keyword.into(), value: value.into(), ..Self::default() }
    }

    /// Whether the variable still has its default value.
    pub fn is_default(&self) -> bool {
        !self.create_time.is_some_and(Timestamp::is_set)
    }
}

impl<K: Into<String>, V: Into<String>> From<(K, V)> for VariableValue {
    fn from((keyword, value): (K, V)) -> Self {
        Self::new(keyword, value)
    }
}

answer! {
    /// Values of variables.
    pub struct VariableValues {
        /// Values.
        items: Vec<VariableValue>,
    }
}

impl VariableValues {
    /// Returns the value of a variable; `None` where there is no such variable.
    pub fn get(&self, keyword: &str) -> Option<&str> {
        self.items.iter().find(|item| item.keyword == keyword).map(|item| item.value.as_str())
    }
}

/// Reads the values that the variables of an agent or an app have for one user.
///
/// The agent or app must be published to the API or the Chat SDK. Values are kept apart by user, channel and agent, so that
/// the API does not see what a user has set on the web site. Needs the permission `readVariable`.
///
/// ```
/// use coze_types::encode;
/// use coze_types::variable::RetrieveVariables;
///
/// let request = RetrieveVariables::of_bot("7493151027400097829", "user").keywords(["name", "age"]);
/// let line = "GET /v1/variables?bot_id=7493151027400097829&connector_uid=user&keywords=name%2Cage";
/// assert_eq!(encode(&request)?.to_string(), line);
/// # Ok::<(), coze_types::EncodeError>(())
/// ```
///
/// See <https://docs.coze.cn/developer_guides/read_variable>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrieveVariables {
    /// App; either an app or an agent is needed.
    pub app_id: Option<AppId>,
    /// Agent.
    pub bot_id: Option<BotId>,
    /// Channel: `1024` for the API, the default, `999` for the Chat SDK, or one of your own.
    pub connector_id: Option<ConnectorId>,
    /// User, as chats name it by `user_id` and workflows in `ext`.
    pub connector_uid: UserId,
    /// Names of the variables; all of them if it is empty. The response omits names that do not exist.
    #[serde(default, deserialize_with = "list::words")]
    pub keywords: Vec<String>,
}

endpoint!(RetrieveVariables: GET "/v1/variables" ?app_id ?bot_id ?connector_id ?connector_uid ?keywords, validate => Data<VariableValues>);

builder! {
    /// Reads all variables of a user; the agent or app is still to be set.
    RetrieveVariables(connector_uid: UserId) [keywords] {
        app_id: AppId, bot_id: BotId, connector_id: ConnectorId,
    }
}

impl RetrieveVariables {
    /// Reads all variables that an agent has for a user.
    pub fn of_bot(bot_id: impl Into<BotId>, connector_uid: impl Into<UserId>) -> Self {
        Self::new(connector_uid).bot_id(bot_id)
    }

    /// Reads all variables that an app has for a user.
    pub fn of_app(app_id: impl Into<AppId>, connector_uid: impl Into<UserId>) -> Self {
        Self::new(connector_uid).app_id(app_id)
    }

    /// Adds names to [`keywords`](Self#structfield.keywords).
    #[must_use]
    pub fn keywords<K: Into<String>>(mut self, keywords: impl IntoIterator<Item = K>) -> Self {
        self.keywords.extend(keywords.into_iter().map(Into::into));
        self
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let commas = self.keywords.iter().any(|keyword| keyword.contains(','));
        let rule = "has a name with a comma, which separates names; read all variables instead";
        let mut errors = owner_errors(self.app_id.as_ref(), self.bot_id.as_ref(), &self.connector_uid);
        errors.extend(commas.then(|| ValidationError::fatal("keywords", rule)));
        let names = self.keywords.iter().map(String::as_str);
        errors.extend(validate_names("keywords", "", names, 0..=usize::MAX, "variable"));
        errors
    }
}

/// Sets variables of an agent or an app for one user.
///
/// The agent or app must be published to the API or the Chat SDK, and the variables must exist and be enabled there; those of
/// the system cannot be set. Needs the permission `updateVariable`.
///
/// See <https://docs.coze.cn/developer_guides/update_variable>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateVariables {
    /// App; either an app or an agent is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_id: Option<AppId>,
    /// Agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bot_id: Option<BotId>,
    /// Channel: `1024` for the API, the default, `999` for the Chat SDK, or one of your own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector_id: Option<ConnectorId>,
    /// User, as chats name it by `user_id` and workflows in `ext`.
    pub connector_uid: UserId,
    /// Values, at least one.
    pub data: Vec<VariableValue>,
}

endpoint!(UpdateVariables: PUT "/v1/variables", json, validate => Empty);

setters!(UpdateVariables { app_id: AppId, bot_id: BotId, connector_id: ConnectorId });

impl UpdateVariables {
    /// Sets variables of a user; the agent or app is still to be set.
    pub fn new<V: Into<VariableValue>>(
        connector_uid: impl Into<UserId>,
        data: impl IntoIterator<Item = V>,
    ) -> Self {
        Self {
            app_id: None,
            bot_id: None,
            connector_id: None,
            connector_uid: connector_uid.into(),
            data: data.into_iter().map(Into::into).collect(),
        }
    }

    /// Sets variables that an agent has for a user, as pairs of name and value.
    pub fn of_bot<V: Into<VariableValue>>(
        bot_id: impl Into<BotId>,
        connector_uid: impl Into<UserId>,
        data: impl IntoIterator<Item = V>,
    ) -> Self {
        Self::new(connector_uid, data).bot_id(bot_id)
    }

    /// Sets variables that an app has for a user, as pairs of name and value.
    pub fn of_app<V: Into<VariableValue>>(
        app_id: impl Into<AppId>,
        connector_uid: impl Into<UserId>,
        data: impl IntoIterator<Item = V>,
    ) -> Self {
        Self::new(connector_uid, data).app_id(app_id)
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = owner_errors(self.app_id.as_ref(), self.bot_id.as_ref(), &self.connector_uid);
        let names = self.data.iter().map(|value| value.keyword.as_str());
        errors.extend(validate_names("data", ".keyword", names, 1..=usize::MAX, "variable"));
        errors
    }
}

fn owner_errors(app_id: Option<&AppId>, bot_id: Option<&BotId>, user: &UserId) -> Vec<ValidationError> {
    let mut errors = Vec::new();
    if app_id.is_none_or(AppId::is_empty) && bot_id.is_none_or(BotId::is_empty) {
        errors.push(ValidationError::fatal("bot_id", "is missing; name an agent, or an app by `app_id`"));
    }
    if user.is_empty() {
        errors.push(ValidationError::fatal("connector_uid", "is empty; name the user"));
    }
    errors
}
