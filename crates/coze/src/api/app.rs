//! Apps.

use coze_types::AppId;
use coze_types::app::RetrieveApp;

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Apps.
    Apps, by Coze::apps
}

impl Apps {
    /// Reads a published app, on a self-hosted Coze Studio: see [`RetrieveApp`].
    pub fn retrieve(&self, app_id: impl Into<AppId>) -> Call<RetrieveApp> {
        self.client.send(RetrieveApp::new(app_id))
    }
}
