//! Channels (connectors).

use coze_types::connector::{BindConnector, InstallConnector, UpdateConnectorBot};
use coze_types::{ConnectorId, WorkspaceId};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Channels (connectors) that agents are published to.
    Connectors, by Coze::connectors
}

impl Connectors {
    /// Adds a channel to a workspace: see [`InstallConnector`].
    ///
    /// Awaiting the call returns nothing.
    pub fn install(
        &self,
        connector_id: impl Into<ConnectorId>,
        workspace_id: impl Into<WorkspaceId>,
    ) -> Call<InstallConnector> {
        self.client.send(InstallConnector::new(connector_id, workspace_id))
    }

    /// Binds devices to a channel: see [`BindConnector`].
    ///
    /// Awaiting the call returns nothing.
    pub fn bind(&self, request: BindConnector) -> Call<BindConnector> {
        self.client.send(request)
    }
}

handle! {
    /// Agents that were published to channels.
    ConnectorBots, by Connectors::bots
}

impl ConnectorBots {
    /// Reports the result of the review of an agent: see [`UpdateConnectorBot`].
    ///
    /// Awaiting the call returns nothing.
    pub fn update(&self, request: UpdateConnectorBot) -> Call<UpdateConnectorBot> {
        self.client.send(request)
    }
}
