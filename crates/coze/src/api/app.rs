//! Apps.

use coze_types::app::{CreateAppCollaborator, DeleteAppCollaborator, ListApps, RetrieveApp};
use coze_types::{AppId, CozeUserId};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Apps.
    Apps, by Coze::apps
}

impl Apps {
    /// Retrieves a published app, on a self-hosted Coze Studio: see [`RetrieveApp`].
    ///
    /// Awaiting the call returns [`App`](crate::app::App).
    pub fn retrieve(&self, app_id: impl Into<AppId>) -> Call<RetrieveApp> {
        self.client.send(RetrieveApp::new(app_id))
    }

    /// Lists the apps of a workspace: see [`ListApps`].
    ///
    /// Awaiting the call returns one page, [`AppPage`](crate::app::AppPage); [`pages`](Call::pages) and
    /// [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListApps) -> Call<ListApps> {
        self.client.send(request)
    }
}

handle! {
    /// Collaborators, who can edit apps besides their owners.
    AppCollaborators, by Apps::collaborators
}

impl AppCollaborators {
    /// Adds a collaborator to an app: see [`CreateAppCollaborator`].
    ///
    /// Awaiting the call returns nothing.
    pub fn create(
        &self,
        app_id: impl Into<AppId>,
        user_id: impl Into<CozeUserId>,
    ) -> Call<CreateAppCollaborator> {
        self.client.send(CreateAppCollaborator::new(app_id, user_id))
    }

    /// Deletes a collaborator of an app: see [`DeleteAppCollaborator`].
    ///
    /// Awaiting the call returns nothing.
    pub fn delete(
        &self,
        app_id: impl Into<AppId>,
        user_id: impl Into<CozeUserId>,
    ) -> Call<DeleteAppCollaborator> {
        self.client.send(DeleteAppCollaborator::new(app_id, user_id))
    }
}
