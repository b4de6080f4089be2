//! Plugins.

use coze_types::PluginId;
use coze_types::plugin::{BatchRetrievePlugins, CallPluginTool, RetrievePlugin};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Plugins.
    Plugins, by Coze::plugins
}

impl Plugins {
    /// Retrieves a plugin: see [`RetrievePlugin`].
    ///
    /// Awaiting the call returns [`Plugin`](crate::plugin::Plugin).
    pub fn retrieve(&self, plugin_id: impl Into<PluginId>) -> Call<RetrievePlugin> {
        self.client.send(RetrievePlugin::new(plugin_id))
    }

    /// Retrieves several plugins: see [`BatchRetrievePlugins`].
    ///
    /// Awaiting the call returns [`PluginBatch`](crate::plugin::PluginBatch).
    #[doc(alias = "mget")]
    pub fn batch_retrieve<I: Into<PluginId>>(
        &self,
        ids: impl IntoIterator<Item = I>,
    ) -> Call<BatchRetrievePlugins> {
        self.client.send(BatchRetrievePlugins::new(ids))
    }
}

handle! {
    /// Tools of plugins.
    PluginTools, by Plugins::tools
}

impl PluginTools {
    /// Calls a tool of a paid plugin: see [`CallPluginTool`].
    ///
    /// Awaiting the call returns [`ToolResult`](crate::plugin::ToolResult).
    pub fn call(&self, request: CallPluginTool) -> Call<CallPluginTool> {
        self.client.send(request)
    }
}
