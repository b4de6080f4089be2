//! Callback apps.

use coze_types::ApiAppId;
use coze_types::api_app::{
    ApiAppEventType, CreateApiApp, CreateApiAppEvents, DeleteApiApp, DeleteApiAppEvents, ListApiAppEvents,
    ListApiApps, UpdateApiApp,
};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Callback apps: Coze tells a server of theirs what happens.
    #[doc(alias = "webhook")]
    ApiApps, by Coze::api_apps
}

impl ApiApps {
    /// Creates a callback app: see [`CreateApiApp`].
    pub fn create(&self, request: CreateApiApp) -> Call<CreateApiApp> {
        self.client.send(request)
    }

    /// Lists callback apps: see [`ListApiApps`].
    pub fn list(&self, request: ListApiApps) -> Call<ListApiApps> {
        self.client.send(request)
    }

    /// Changes the name or the address of a callback app: see [`UpdateApiApp`].
    pub fn update(&self, request: UpdateApiApp) -> Call<UpdateApiApp> {
        self.client.send(request)
    }

    /// Deletes a callback app: see [`DeleteApiApp`].
    pub fn delete(&self, api_app_id: impl Into<ApiAppId>) -> Call<DeleteApiApp> {
        self.client.send(DeleteApiApp::new(api_app_id))
    }
}

handle! {
    /// Events that callback apps are told of.
    ApiAppEvents, by ApiApps::events
}

impl ApiAppEvents {
    /// Subscribes a callback app to events: see [`CreateApiAppEvents`].
    #[doc(alias = "subscribe")]
    pub fn create<T: Into<ApiAppEventType>>(
        &self,
        api_app_id: impl Into<ApiAppId>,
        event_types: impl IntoIterator<Item = T>,
    ) -> Call<CreateApiAppEvents> {
        self.client.send(CreateApiAppEvents::new(api_app_id, event_types))
    }

    /// Lists the events that a callback app has subscribed to: see [`ListApiAppEvents`].
    pub fn list(&self, request: ListApiAppEvents) -> Call<ListApiAppEvents> {
        self.client.send(request)
    }

    /// Takes the subscription to events back: see [`DeleteApiAppEvents`].
    #[doc(alias = "unsubscribe")]
    pub fn delete<T: Into<ApiAppEventType>>(
        &self,
        api_app_id: impl Into<ApiAppId>,
        event_types: impl IntoIterator<Item = T>,
    ) -> Call<DeleteApiAppEvents> {
        self.client.send(DeleteApiAppEvents::new(api_app_id, event_types))
    }
}
