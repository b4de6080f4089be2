//! The events that a callback app receives.

use serde::{Deserialize, Serialize};

use super::page_errors;
use crate::core::paged::{self, Page, Paged, Position};
use crate::core::reply::{Data, Empty};
use crate::core::validate::ValidationError;
use crate::model::id::ApiAppId;

open_enum! {
    /// An event that Coze sends.
    pub enum ApiAppEventType {
        /// An agent was published.
        BotPublished = "bot.published",
        /// An agent was deleted.
        BotDeleted = "bot.deleted",
        /// An agent was unpublished from a channel.
        BotUnpublished = "bot.unpublished",
        /// Something was used that has a price.
        BenefitUsage = "benefit.usage",
        /// More calls of a plugin were requested.
        PluginScaleRequested = "benefit.plugin.scale.requested",
        /// More calls of a plugin have expired.
        PluginScaleExpired = "benefit.plugin.scale.expired",
    }
}

macro_rules! change_events {
    ($(#[$doc:meta])* $name:ident, $new:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub struct $name {
            /// App.
            #[serde(skip_serializing)]
            pub api_app_id: ApiAppId,
            /// Events, at least one.
            pub event_types: Vec<ApiAppEventType>,
        }

        impl $name {
            #[doc = $new]
            pub fn new<T: Into<ApiAppEventType>>(
                api_app_id: impl Into<ApiAppId>,
                event_types: impl IntoIterator<Item = T>,
            ) -> Self {
                Self {
                    api_app_id: api_app_id.into(),
                    event_types: event_types.into_iter().map(Into::into).collect(),
                }
            }

            /// Lists what the documentation forbids.
            #[inline]
            pub fn validate(&self) -> Vec<ValidationError> {
                let missing = self.event_types.is_empty();
                let error = || ValidationError::fatal("event_types", "is empty; name at least one event");
                missing.then(error).into_iter().collect()
            }
        }
    };
}

change_events! {
    /// Subscribes a callback app to events. Needs the permission `subscribeApiAppEvent`.
    ///
    /// See <https://docs.coze.cn/developer_guides/subscribe_callback_message>.
    CreateApiAppEvents, "Subscribes an app to events."
}

endpoint!(CreateApiAppEvents: POST "/v1/api_apps/{api_app_id}/events" (api_app_id), json, validate => Empty);

change_events! {
    /// Unsubscribes a callback app from events. Needs the permission `unsubscribeApiAppEvent`.
    ///
    /// See <https://docs.coze.cn/developer_guides/unsubscribe_callback_message>.
    DeleteApiAppEvents, "Unsubscribes an app from events."
}

endpoint!(DeleteApiAppEvents: DELETE "/v1/api_apps/{api_app_id}/events" (api_app_id), json, validate => Empty);

/// Lists the events that a callback app has subscribed to.
///
/// Only the creator of an app can list them, in an enterprise its administrators. Needs the permission `listApiApp`.
///
/// See <https://docs.coze.cn/developer_guides/list_subscribed_callback_message>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListApiAppEvents {
    /// App.
    pub api_app_id: ApiAppId,
    /// Where the page starts, as the page before it said; the first when unset.
    pub page_token: Option<String>,
    /// Events on a page: 1 to 50, 50 by default.
    #[serde(default = "paged::fifty", deserialize_with = "paged::or::<50, _>")]
    pub page_size: u32,
}

endpoint!(ListApiAppEvents: GET "/v1/api_apps/{api_app_id}/events" (api_app_id) ?page_token ?page_size, validate => Data<ApiAppEventPage>);

builder!(ListApiAppEvents(api_app_id: ApiAppId) { page_token: String } = { page_size: u32 = 50 });

impl ListApiAppEvents {
    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        page_errors(self.page_size)
    }
}

impl Paged for ListApiAppEvents {
    type Item = ApiAppEvent;

    fn page(answer: ApiAppEventPage) -> Page<ApiAppEvent> {
        Page::new(answer.items).has_more(answer.has_more).next(answer.next_page_token)
    }

    fn position(&mut self) -> Position<'_> {
        Position::Token(&mut self.page_token)
    }

    fn key(item: &ApiAppEvent) -> Option<&str> {
        item.event_type.as_ref().map(ApiAppEventType::as_str)
    }
}

answer! {
    /// A page of events.
    pub struct ApiAppEventPage {
        /// Events.
        items: Vec<ApiAppEvent>,
        /// Whether more pages follow.
        has_more: bool,
        /// Token of the next page.
        next_page_token: Option<String>,
    }
}

answer! {
    /// An event that a callback app has subscribed to.
    pub struct ApiAppEvent {
        /// App.
        api_app_id: Option<ApiAppId>,
        /// Name of the app.
        name: Option<String>,
        /// Description.
        description: Option<String>,
        /// Event.
        event_type: Option<ApiAppEventType>,
    }
}
