//! Publication of bots to channels, and the resulting versions.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{API, Bot, Version, built_in};
use crate::http::{Body, Call, Payload, Query, Reply, fields, page};
use crate::state::{Id, Refusal};

/// Channel of the Chat SDK.
const CHAT_SDK: Id = Id::new(999);

fields! {
    pub(super) struct PublishBot {
        bot_id: Id,
        connector_ids: Vec<Id>,
        connectors: Option<Map<String, Value>>,
    }

    pub(super) struct UnpublishBot {
        connector_id: Id,
        unpublish_reason: Option<String> => Short(1024),
        // Sent by the Python SDK, which has it in the path, too.
        bot_id: Option<Id>,
    }

    pub(super) struct ListVersions {
        page_num: Option<usize> => Int(1, i64::MAX),
        page_size: Option<usize> => Int(1, 30),
        publish_status: Option<String> => OneOf(&["published_online", "unpublished_draft"]),
        connector_id: Option<Id>,
    }
}

/// Validates the settings of channels: JSON texts by channel and name.
fn check_settings(channels: &[Id], connectors: &Map<String, Value>) -> Result<(), Refusal> {
    for (channel, settings) in connectors {
        let path = format!("connectors.{channel}");
        if !Id::parse(channel).is_some_and(|id| channels.contains(&id)) {
            return Err(Refusal::invalid(path, "the channel is not among connector_ids"));
        }
        let Value::Object(settings) = settings else {
            return Err(Refusal::invalid(path, "expected an object of JSON texts"));
        };
        let wrong = settings.iter().find(|(_, value)| {
            value.as_str().is_none_or(|text| serde_json::from_str::<Value>(text).is_err())
        });
        if let Some((name, _)) = wrong {
            return Err(Refusal::invalid(format!("{path}.{name}"), "expected a text that contains JSON"));
        }
    }
    Ok(())
}

pub(super) async fn publish(call: Call, Body(request): Body<PublishBot>) -> Reply {
    let PublishBot { bot_id: id, connector_ids: channels, connectors } = request;
    built_in::check_not(&call.sim, id)?;
    if channels.is_empty() {
        return Err(Refusal::invalid("connector_ids", "expected at least one channel, such as 1024 (API)"));
    }
    let own = channels.iter().find(|channel| ![API, CHAT_SDK].contains(channel));
    if let Some(own) = own.filter(|_| !channels.contains(&API)) {
        let problem = format!("the channel {own} needs the API channel (1024) as well");
        return Err(Refusal::invalid("connector_ids", problem));
    }
    check_settings(&channels, &connectors.unwrap_or_default())?;
    let now = call.sim.now();
    let mut state = call.sim.store.lock();
    let bot = state.edited_bot(id, call.user)?;
    let number = (now * 1000).max(bot.versions.last().map_or(0, |last| last.number + 1));
    for channel in &channels {
        bot.online.insert(*channel, bot.versions.len());
    }
    let config = Arc::clone(&bot.draft);
    let weight = config.weight();
    bot.versions.push(Version { number, publisher: call.user, created_at: now, config, channels });
    bot.changed = false;
    state.keep("bot", id, weight, super::forget);
    Ok(Payload::Data(json!({"bot_id": id, "version": number.to_string()})).into())
}

pub(super) async fn unpublish(call: Call, Body(request): Body<UnpublishBot>) -> Reply {
    let id = call.path_id("bot_id")?;
    built_in::check_not(&call.sim, id)?;
    let mut state = call.sim.store.lock();
    let bot = state.bot(id)?;
    bot.team.check_owner(call.user)?;
    let channel = request.connector_id;
    if bot.online.remove(&channel).is_none() {
        let problem = format!("the bot {id} is not published to the channel {channel}");
        return Err(Refusal::invalid("connector_id", problem));
    }
    Ok(Payload::Nothing.into())
}

impl Bot {
    /// Lists its versions, newest first: those of one channel or of all, or the draft.
    fn show_versions(&self, draft: bool, channel: Option<Id>) -> Vec<Value> {
        let show = |number: u64, by: Id, time: u64, status: &str| {
            json!({
                "version": number.to_string(), "changelog": "", "created_at": time, "publish_status": status,
                "creator": {"id": by, "name": format!("user{by}")},
            })
        };
        if draft {
            let time = self.updated_at;
            return vec![show(time * 1000, self.team.owner, time, "unpublished_draft")];
        }
        let versions = self.versions.iter().rev();
        versions
            .filter(|version| channel.is_none_or(|channel| version.channels.contains(&channel)))
            .map(|one| show(one.number, one.publisher, one.created_at, "published_online"))
            .collect()
    }
}

pub(super) async fn versions(Query(query): Query<ListVersions>, call: Call) -> Reply {
    let id = call.path_id("bot_id")?;
    let draft = query.publish_status.as_deref() == Some("unpublished_draft");
    let mut state = call.sim.store.lock();
    let versions = if built_in::has(&call.sim, id) {
        Bot::built_in(call.sim.owner()).show_versions(draft, query.connector_id)
    } else {
        state.bot(id)?.show_versions(draft, query.connector_id)
    };
    let size = query.page_size.unwrap_or(10);
    let (items, has_more) = page(versions, query.page_num, size);
    Ok(Payload::Data(json!({"items": items, "has_more": has_more})).into())
}
