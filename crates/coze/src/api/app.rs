//! Apps.

use coze_types::AppId;
use coze_types::app::GetApp;

use crate::call::Call;
use crate::client::Coze;

impl Coze {
    /// Apps.
    pub fn apps(&self) -> Apps<'_> {
        Apps { client: self }
    }
}

/// Apps.
#[derive(Clone, Copy, Debug)]
pub struct Apps<'c> {
    client: &'c Coze,
}

impl<'c> Apps<'c> {
    /// Reads a published app, on a self-hosted Coze Studio: see [`GetApp`].
    pub fn retrieve(self, app_id: impl Into<AppId>) -> Call<'c, GetApp> {
        self.client.send(GetApp::new(app_id))
    }
}
