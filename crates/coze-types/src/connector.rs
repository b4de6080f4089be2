//! Channels (connectors) that agents are published to.

use serde::{Deserialize, Serialize};

use crate::core::reply::Empty;
use crate::core::validate::ValidationError;
use crate::model::id::{BotId, ConnectorId, CozeUserId, WorkspaceId};

/// Adds a channel to a workspace, so that its members can publish to it.
///
/// In an enterprise only its administrators can do so; members can for their personal workspace. The ids of an enterprise's own
/// channels are listed in its settings. Needs the permission `installConnector`.
///
/// See <https://docs.coze.cn/developer_guides/install_channel>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstallConnector {
    /// Channel.
    #[serde(skip_serializing)]
    pub connector_id: ConnectorId,
    /// Workspace.
    pub workspace_id: WorkspaceId,
}

endpoint!(InstallConnector: POST "/v1/connectors/{connector_id}/install" (connector_id), json, validate => Empty);

builder!(InstallConnector(connector_id: ConnectorId, workspace_id: WorkspaceId));

impl InstallConnector {
    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let missing = self.workspace_id.is_empty();
        missing.then(|| ValidationError::fatal("workspace_id", "is empty; name it")).into_iter().collect()
    }
}

/// Binds devices to a channel of an enterprise, so that agents can be published to them.
///
/// Coze has to enable this for the channel first, and fixes the keys. Needs the permission `bindConnectorConfig`.
///
/// See <https://docs.coze.cn/developer_guides/bind_connector_config>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BindConnector {
    /// Channel.
    #[serde(skip_serializing)]
    pub connector_id: ConnectorId,
    /// Devices by the key of their kind, at least one.
    pub configs: Vec<UserConfig>,
    /// Account (UID) of the developer whose agents the devices are for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<CozeUserId>,
}

endpoint!(BindConnector: POST "/v1/connectors/{connector_id}/user_configs" (connector_id), json, validate => Empty);

setters!(BindConnector { user_id: CozeUserId });

impl BindConnector {
    /// Binds devices to a channel.
    pub fn new(connector_id: impl Into<ConnectorId>, configs: impl IntoIterator<Item = UserConfig>) -> Self {
        Self { connector_id: connector_id.into(), configs: configs.into_iter().collect(), user_id: None }
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        if self.configs.is_empty() {
            errors.push(ValidationError::fatal("configs", "is empty; bind at least one device"));
        }
        for (index, config) in self.configs.iter().enumerate() {
            if config.key.is_empty() {
                let rule = "is empty; give the key that Coze has fixed for the channel";
                errors.push(ValidationError::fatal(format!("configs[{index}].key"), rule));
            }
            if config.enums.is_empty() {
                let rule = "is empty; name at least one device";
                errors.push(ValidationError::fatal(format!("configs[{index}].enums"), rule));
            }
        }
        errors
    }
}

/// Devices of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserConfig {
    /// Kind of device, such as `device_id`, as it was agreed on with Coze.
    pub key: String,
    /// Devices.
    pub enums: Vec<UserConfigEnum>,
}

impl UserConfig {
    /// Lists devices of one kind, as pairs of name and id.
    pub fn new<L: Into<String>, V: Into<String>>(
        key: impl Into<String>,
        devices: impl IntoIterator<Item = (L, V)>,
    ) -> Self {
        let enums = devices.into_iter().map(|(label, value)| UserConfigEnum::new(label, value)).collect();
        Self { key: key.into(), enums }
    }
}

/// One device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserConfigEnum {
    /// Name that users see.
    pub label: String,
    /// Id of the device.
    pub value: String,
}

builder!(UserConfigEnum(label: String, value: String));

/// Reports the result of the review of an agent by a channel.
///
/// A channel of your own may review what is published to it, and may say so later. The token must be that of the channel.
/// Needs the permission `Connector.botUpdateProfile`.
///
/// See <https://docs.coze.cn/developer_guides/update_review_result>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateConnectorBot {
    /// Channel.
    #[serde(skip_serializing)]
    pub connector_id: ConnectorId,
    /// Agent that was published to it.
    #[serde(skip_serializing)]
    pub bot_id: BotId,
    /// How the review went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit_status: Option<AuditStatus>,
    /// Why the agent was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

endpoint!(UpdateConnectorBot: PUT "/v1/connectors/{connector_id}/bots/{bot_id}" (connector_id, bot_id), json => Empty);

builder!(UpdateConnectorBot(connector_id: ConnectorId, bot_id: BotId) {
    audit_status: AuditStatus, reason: String,
});

open_number! {
    /// How the review of an agent went.
    pub enum AuditStatus {
        /// In progress.
        Pending = 1,
        /// The agent was approved.
        Approved = 2,
        /// The agent was rejected.
        Rejected = 3,
    }
}
