//! Reading an agent.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Bot;
use crate::core::reply::{Data, Wrapped, Wrapper};
use crate::model::id::{BotId, ConnectorId};

/// Reads how an agent is configured, as published or as drafted.
///
/// Needs the permission `getMetadata`.
///
/// See <https://docs.coze.cn/developer_guides/get_metadata_draft_published>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrieveBot {
    /// Agent.
    pub bot_id: BotId,
    /// Whether to read the published version, which is the default, or the draft. Coze Studio always reads the
    /// published one.
    pub is_published: Option<bool>,
}

endpoint!(RetrieveBot: GET "/v1/bots/{bot_id}" (bot_id) ?is_published => Data<Bot>);

builder! {
    /// Reads the published version of one agent.
    RetrieveBot(bot_id: BotId) { is_published: bool }
}

/// Reads how an agent that is published to the API channel is configured.
///
/// Deprecated by the service, which is going to remove this endpoint: use [`RetrieveBot`]. Needs the permission `getMetadata`.
///
/// See <https://docs.coze.cn/developer_guides/get_metadata>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrieveOnlineBot {
    /// Agent.
    pub bot_id: BotId,
    /// Channel. Not on the official page; Coze Studio fails (500) without it: send 1024, which is the API.
    pub connector_id: Option<ConnectorId>,
}

endpoint!(RetrieveOnlineBot: GET "/v1/bot/get_online_info" ?bot_id ?connector_id => Wrapped<OnlineBot>);

builder!(RetrieveOnlineBot(bot_id: BotId) { connector_id: ConnectorId });

/// Where an agent that is online stands: under `data`; in Coze Studio it is the whole answer.
#[derive(Clone, Copy, Debug)]
pub enum OnlineBot {}

impl Wrapper for OnlineBot {
    type Payload = Bot;

    fn unwrap(body: &str) -> Result<Bot, serde_json::Error> {
        #[derive(Deserialize)]
        struct Wire<'a> {
            #[serde(borrow)]
            data: Option<&'a RawValue>,
        }
        match serde_json::from_str::<Wire<'_>>(body)?.data {
            Some(data) => serde_json::from_str(data.get()),
            None => serde_json::from_str(body),
        }
    }
}
