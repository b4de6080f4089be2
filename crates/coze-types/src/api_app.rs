//! Callback apps: Coze sends events to their server, such as the publication of an agent.

use serde::{Deserialize, Serialize};

use crate::core::paged::{self, Page, Paged, Position};
use crate::core::reply::{Data, Empty};
use crate::core::validate::{ValidationError, too_long};
use crate::model::id::{ApiAppId, ConnectorId};
use crate::model::secret::Secret;

mod event;

pub use event::{
    ApiAppEvent, ApiAppEventPage, ApiAppEventType, CreateApiAppEvents, DeleteApiAppEvents, ListApiAppEvents,
};

answer! {
    /// A callback app.
    pub struct ApiApp {
        /// Id.
        id: ApiAppId [required],
        /// Name.
        name: Option<String>,
        /// Whose events it receives.
        app_type: Option<ApiAppType>,
        /// Address that the events are sent to.
        callback_url: Option<String>,
        /// Channel, of an app of a channel.
        connector_id: Option<ConnectorId>,
        /// Token that signs the callbacks, so that a server can verify that Coze has sent them.
        verify_token: Option<Secret>,
    }
}

open_enum! {
    /// Whose events a callback app receives.
    pub enum ApiAppType {
        /// Those of its owner.
        Normal = "normal",
        /// Those of a channel.
        Connector = "connector",
    }
}

/// Creates a callback app, which gets an address by [`UpdateApiApp`] and events by [`CreateApiAppEvents`].
///
/// In an enterprise only its administrators can do so; an app of a channel can be created by who created the channel. Needs the
/// permission `createApiApp`.
///
/// See <https://docs.coze.cn/developer_guides/create_callback_app>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateApiApp {
    /// Whose events it receives.
    pub app_type: ApiAppType,
    /// Name of a normal app, at most 128 characters; an app of a channel has the name of the channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Channel, of an app of a channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connector_id: Option<ConnectorId>,
}

endpoint!(CreateApiApp: POST "/v1/api_apps", json, validate => Data<ApiApp>);

builder! {
    /// Creates an app of a type; what the type needs is still to be set.
    CreateApiApp(app_type: ApiAppType) { name: String, connector_id: ConnectorId }
}

impl CreateApiApp {
    /// Creates an app that receives events of its owner.
    pub fn normal(name: impl Into<String>) -> Self {
        Self::new(ApiAppType::Normal).name(name)
    }

    /// Creates an app that receives events of a channel.
    pub fn of_connector(connector_id: impl Into<ConnectorId>) -> Self {
        Self::new(ApiAppType::Connector).connector_id(connector_id)
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        let name = self.name.as_deref().unwrap_or_default();
        if self.app_type == ApiAppType::Normal && name.is_empty() {
            errors.push(ValidationError::fatal("name", "is missing; a normal app needs one"));
        }
        errors.extend(too_long("name", name, 128));
        if self.app_type == ApiAppType::Connector
            && self.connector_id.as_ref().is_none_or(ConnectorId::is_empty)
        {
            let rule = "is missing; an app of a channel needs the channel";
            errors.push(ValidationError::fatal("connector_id", rule));
        }
        errors
    }
}

/// Changes the name or the address of a callback app.
///
/// Coze posts a `challenge` to a new address, which has to return it unchanged within 3 seconds. Only the creator of an app can
/// change it, in an enterprise its administrators. Needs the permission `updateApiApp`.
///
/// See <https://docs.coze.cn/developer_guides/update_callback_app>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateApiApp {
    /// App.
    #[serde(skip_serializing)]
    pub api_app_id: ApiAppId,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Address that the events are sent to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
}

endpoint!(UpdateApiApp: PUT "/v1/api_apps/{api_app_id}" (api_app_id), json => Empty);

builder!(UpdateApiApp(api_app_id: ApiAppId) { name: String, callback_url: String });

/// Deletes a callback app: none of its events are sent any more.
///
/// Only the creator of an app can delete it, in an enterprise its administrators. Needs the permission `deleteApiApp`.
///
/// See <https://docs.coze.cn/developer_guides/delete_callback_app>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteApiApp {
    /// App.
    pub api_app_id: ApiAppId,
}

endpoint!(DeleteApiApp: DELETE "/v1/api_apps/{api_app_id}" (api_app_id) => Empty);

builder!(DeleteApiApp(api_app_id: ApiAppId));

/// Lists the callback apps of the owner of the token; of the whole enterprise, for its administrators.
///
/// Needs the permission `listApiApp`.
///
/// See <https://docs.coze.cn/developer_guides/list_callback_app>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListApiApps {
    /// Where the page starts, as the page before it said; the first when unset.
    pub page_token: Option<String>,
    /// Apps on a page: 1 to 50, 50 by default.
    #[serde(default = "paged::fifty", deserialize_with = "paged::or::<50, _>")]
    pub page_size: u32,
    /// Only apps of a type; all by default.
    pub app_type: Option<ApiAppType>,
}

endpoint!(ListApiApps: GET "/v1/api_apps" ?page_token ?page_size ?app_type, validate => Data<ApiAppPage>);

setters!(ListApiApps { page_token: String, app_type: ApiAppType });

impl Default for ListApiApps {
    fn default() -> Self {
        Self::new()
    }
}

setters!(ListApiApps = { page_size: u32 });

impl ListApiApps {
    /// Lists all apps.
    pub fn new() -> Self {
        Self { page_token: None, page_size: 50, app_type: None }
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        page_errors(self.page_size)
    }
}

fn page_errors(page_size: u32) -> Vec<ValidationError> {
    let rule = || format!("is {page_size}; 1 to 50 are allowed");
    let fits = (1..=50).contains(&page_size);
    (!fits).then(|| ValidationError::limit("page_size", rule())).into_iter().collect()
}

impl Paged for ListApiApps {
    type Item = ApiApp;

    fn page(answer: ApiAppPage) -> Page<ApiApp> {
        Page::new(answer.items).has_more(answer.has_more).next(answer.next_page_token)
    }

    fn position(&mut self) -> Position<'_> {
        Position::Token(&mut self.page_token)
    }

    fn key(item: &ApiApp) -> Option<&str> {
        Some(item.id.as_str())
    }
}

answer! {
    /// A page of callback apps.
    pub struct ApiAppPage {
        /// Apps.
        items: Vec<ApiApp>,
        /// Whether more pages follow.
        has_more: bool,
        /// Token of the next page.
        next_page_token: Option<String>,
    }
}
