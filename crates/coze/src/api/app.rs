//! Apps.

use coze_types::AppId;
use coze_types::app::GetApp;

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Apps.
    Apps, by Coze::apps
}

impl Apps {
    /// Reads a published app, on a self-hosted Coze Studio: see [`GetApp`].
    pub fn retrieve(&self, app_id: impl Into<AppId>) -> Call<GetApp> {
        self.client.send(GetApp::new(app_id))
    }
}
