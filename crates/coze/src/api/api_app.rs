//! Callback apps.

use coze_types::ApiAppId;
use coze_types::api_app::{
    ApiAppEventType, CreateApiApp, CreateApiAppEvents, DeleteApiApp, DeleteApiAppEvents, ListApiAppEvents,
    ListApiApps, UpdateApiApp,
};

use crate::call::Call;
use crate::client::Coze;

handle! {
    /// Callback apps: Coze sends events to their server.
    #[doc(alias = "webhook")]
    ApiApps, by Coze::api_apps
}

impl ApiApps {
    /// Creates a callback app: see [`CreateApiApp`].
    ///
    /// Awaiting the call returns [`ApiApp`](crate::api_app::ApiApp).
    pub fn create(&self, request: CreateApiApp) -> Call<CreateApiApp> {
        self.client.send(request)
    }

    /// Lists callback apps: see [`ListApiApps`].
    ///
    /// Awaiting the call returns one page, [`ApiAppPage`](crate::api_app::ApiAppPage); [`pages`](Call::pages) and
    /// [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListApiApps) -> Call<ListApiApps> {
        self.client.send(request)
    }

    /// Changes the name or the address of a callback app: see [`UpdateApiApp`].
    ///
    /// Awaiting the call returns nothing.
    pub fn update(&self, request: UpdateApiApp) -> Call<UpdateApiApp> {
        self.client.send(request)
    }

    /// Deletes a callback app: see [`DeleteApiApp`].
    ///
    /// Awaiting the call returns nothing.
    pub fn delete(&self, api_app_id: impl Into<ApiAppId>) -> Call<DeleteApiApp> {
        self.client.send(DeleteApiApp::new(api_app_id))
    }
}

handle! {
    /// Events that callback apps receive.
    ApiAppEvents, by ApiApps::events
}

impl ApiAppEvents {
    /// Subscribes a callback app to events: see [`CreateApiAppEvents`].
    ///
    /// Awaiting the call returns nothing.
    #[doc(alias = "subscribe")]
    pub fn create<T: Into<ApiAppEventType>>(
        &self,
        api_app_id: impl Into<ApiAppId>,
        event_types: impl IntoIterator<Item = T>,
    ) -> Call<CreateApiAppEvents> {
        self.client.send(CreateApiAppEvents::new(api_app_id, event_types))
    }

    /// Lists the events that a callback app subscribes to: see [`ListApiAppEvents`].
    ///
    /// Awaiting the call returns one page, [`ApiAppEventPage`](crate::api_app::ApiAppEventPage);
    /// [`pages`](Call::pages) and [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListApiAppEvents) -> Call<ListApiAppEvents> {
        self.client.send(request)
    }

    /// Cancels the subscription to events: see [`DeleteApiAppEvents`].
    ///
    /// Awaiting the call returns nothing.
    #[doc(alias = "unsubscribe")]
    pub fn delete<T: Into<ApiAppEventType>>(
        &self,
        api_app_id: impl Into<ApiAppId>,
        event_types: impl IntoIterator<Item = T>,
    ) -> Call<DeleteApiAppEvents> {
        self.client.send(DeleteApiAppEvents::new(api_app_id, event_types))
    }
}
