//! Publishing an agent to channels, and removing it from them.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Bot;
use crate::core::error::DecodeError;
use crate::core::reply::{Data, Empty};
use crate::core::validate::{ValidationError, too_long, validate_names};
use crate::model::id::{BotId, ConnectorId};
use crate::model::lenient;

/// Channel of the API.
const API: &str = "1024";
/// Channel of the Chat SDK.
const CHAT_SDK: &str = "999";

/// Publishes the draft of an agent, and returns its id and the new version.
///
/// Needs the permission `publish`.
///
/// See <https://docs.coze.cn/developer_guides/publish_bot>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PublishBot {
    /// Agent.
    pub bot_id: BotId,
    /// Channels: `1024` is the API, `999` the Chat SDK. Others are channels of your enterprise, which require the API as well.
    pub connector_ids: Vec<ConnectorId>,
    /// Settings for channels of your enterprise by channel and name, each as JSON within a text: see [`setting`](Self::setting).
    #[serde(
        skip_serializing_if = "BTreeMap::is_empty",
        default,
        deserialize_with = "lenient::null_as_default"
    )]
    pub connectors: BTreeMap<ConnectorId, BTreeMap<String, String>>,
}

endpoint!(PublishBot: POST "/v1/bot/publish", json, validate => Data<Bot>);

impl PublishBot {
    /// Publishes an agent to the API.
    pub fn new(bot_id: impl Into<BotId>) -> Self {
        Self { bot_id: bot_id.into(), connector_ids: vec![API.into()], connectors: BTreeMap::new() }
    }

    /// Sets [`connector_ids`](Self#structfield.connector_ids).
    #[must_use]
    pub fn connector_ids<C: Into<ConnectorId>>(mut self, connector_ids: impl IntoIterator<Item = C>) -> Self {
        self.connector_ids = connector_ids.into_iter().map(Into::into).collect();
        self
    }

    /// Sets a setting of a channel, which is sent as JSON within a text.
    ///
    /// ```
    /// use coze_types::bot::PublishBot;
    ///
    /// let channel = "7470849514748";
    /// let request = PublishBot::new("73428668")
    ///     .connector_ids(["1024", channel])
    ///     .setting(channel, "device_id", vec!["51237825"]);
    /// assert_eq!(request.connectors[channel]["device_id"], r#"["51237825"]"#);
    /// assert_eq!(request.read_setting::<Vec<String>>(channel, "device_id").unwrap()?, ["51237825"]);
    /// # Ok::<(), coze_types::DecodeError>(())
    /// ```
    #[must_use]
    pub fn setting(
        mut self,
        connector_id: impl Into<ConnectorId>,
        name: impl Into<String>,
        value: impl Into<Value>,
    ) -> Self {
        let settings = self.connectors.entry(connector_id.into()).or_default();
        settings.insert(name.into(), value.into().to_string());
        self
    }

    /// Reads a setting of a channel; `None` where it is not set.
    pub fn read_setting<T: DeserializeOwned>(
        &self,
        connector_id: impl Into<ConnectorId>,
        name: &str,
    ) -> Option<Result<T, DecodeError>> {
        let text = self.connectors.get(&connector_id.into())?.get(name)?;
        let read = serde_json::from_str(text);
        Some(read.map_err(|error| DecodeError::text("a setting of a channel", text, error)))
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        if self.bot_id.is_empty() {
            errors.push(ValidationError::fatal("bot_id", "is empty; name the agent"));
        }
        let channels = self.connector_ids.iter().map(ConnectorId::as_str);
        errors.extend(validate_names("connector_ids", "", channels, 1..=usize::MAX, "channel"));
        let own = self.connector_ids.iter().find(|id| ![API, CHAT_SDK].contains(&id.as_str()));
        if let Some(own) = own
            && !self.connector_ids.iter().any(|id| *id == API)
        {
            let rule = format!("names the channel {own} without 1024; publish to the API as well");
            errors.push(ValidationError::limit("connector_ids", rule));
        }
        for (channel, settings) in &self.connectors {
            for (name, text) in settings {
                if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
                    let field = format!("connectors.{channel}.{name}");
                    errors.push(ValidationError::limit(field, "is no JSON; set it by `setting`"));
                }
            }
        }
        errors
    }
}

/// Removes an agent from a channel.
///
/// Only its owner and the owner of the channel can do so; the channel Doubao is not supported. Needs the permissions
/// `disconnectBot` and `Connector.disconnectBot`.
///
/// See <https://docs.coze.cn/developer_guides/unpublish_agent>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnpublishBot {
    /// Agent.
    #[serde(skip_serializing)]
    pub bot_id: BotId,
    /// Channel: `1024` API, `999` Chat SDK, `10000122` Coze store, `10000113` Weixin customer service, `10000120` Weixin
    /// service account, `10000121` Weixin subscription account, `10000126` Douyin mini program, `10000127` Weixin mini
    /// program, `10000011` Feishu, `10000128` Feishu base, `10000117` Juejin, or one of your enterprise.
    pub connector_id: ConnectorId,
    /// Reason, at most 1024 characters; shown beside the channel on the web.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unpublish_reason: Option<String>,
}

endpoint!(UnpublishBot: POST "/v1/bots/{bot_id}/unpublish" (bot_id), json, validate => Empty);

builder!(UnpublishBot(bot_id: BotId, connector_id: ConnectorId) { unpublish_reason: String });

impl UnpublishBot {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        if self.connector_id.is_empty() {
            errors
                .push(ValidationError::fatal("connector_id", "is empty; name a channel, such as 1024 (API)"));
        }
        let reason = self.unpublish_reason.as_ref();
        errors.extend(reason.and_then(|reason| too_long("unpublish_reason", reason, 1024)));
        errors
    }
}
