//! Lists of bots.

use serde_json::{Value, json};

use super::built_in::{self, Listed};
use super::{API, Bot, Bots};
use crate::http::{Call, Payload, Query, Reply, fields, page};
use crate::state::{Id, WORKSPACE};

fields! {
    pub(super) struct ListBots {
        workspace_id: Id,
        publish_status: Option<String> => OneOf(&["all", "published_online", "published_draft", "unpublished_draft"]),
        connector_id: Option<Id>,
        page_num: Option<usize> => Int(1, i64::MAX),
        page_size: Option<usize> => Int(1, i64::MAX),
        // Sent by the Python SDK, which therefore always gets the first page.
        page_index: Option<usize>,
    }

    pub(super) struct ListPublished {
        space_id: Id,
        page_index: Option<usize> => Int(1, i64::MAX),
        page_size: Option<usize> => Int(1, i64::MAX),
    }
}

/// Default page size.
const PAGE: usize = 20;

impl Bot {
    /// Describes it as published to a channel, or its draft.
    fn listed(&self, id: Id, channel: Id, online: bool) -> Option<Listed> {
        let version = self.online(channel);
        let config = if online { &version?.config } else { &self.draft };
        Some(Listed {
            id,
            name: config.name.clone(),
            description: config.description.clone(),
            icon_url: config.icon_url(),
            updated_at: self.updated_at,
            published_at: self.online.keys().filter_map(|id| Some(self.online(*id)?.created_at)).max(),
            owner: self.team.owner,
        })
    }
}

pub(super) async fn all(Query(query): Query<ListBots>, call: Call) -> Reply {
    let channel = query.connector_id.unwrap_or(API);
    let status = query.publish_status.as_deref().unwrap_or("published_online");
    let mut state = call.sim.store.lock();
    let bots = state.of::<Bots>().iter().rev().filter(|(_, bot)| bot.team.workspace == query.workspace_id);
    let mut listed: Vec<Listed> = bots
        .filter(|(_, bot)| match status {
            "published_draft" => bot.changed && bot.online(channel).is_some(),
            "unpublished_draft" => bot.versions.is_empty(),
            _ => true,
        })
        .filter_map(|(id, bot)| bot.listed(*id, channel, status == "published_online"))
        .collect();
    if query.workspace_id == WORKSPACE && (status == "all" || status == "published_online" && channel == API)
    {
        listed.extend(built_in::list(&call.sim));
    }
    let total = listed.len();
    let size = query.page_size.unwrap_or(PAGE);
    let (page, _) = page(listed, query.page_num, size);
    let items: Vec<Value> = page
        .into_iter()
        .map(|bot| {
            let mut item = json!({
                "id": bot.id, "name": bot.name, "description": bot.description, "icon_url": bot.icon_url,
                "is_published": bot.published_at.is_some(), "updated_at": bot.updated_at,
                "owner_user_id": bot.owner,
            });
            if let Some(time) = bot.published_at {
                item["published_at"] = json!(time);
            }
            item
        })
        .collect();
    Ok(Payload::Data(json!({"items": items, "total": total})).into())
}

pub(super) async fn published(Query(query): Query<ListPublished>, call: Call) -> Reply {
    let mut state = call.sim.store.lock();
    let bots = state.of::<Bots>().iter().filter(|(_, bot)| bot.team.workspace == query.space_id);
    let mut listed: Vec<(u64, Listed)> = bots
        .filter_map(|(id, bot)| Some((bot.online(API)?.created_at, bot.listed(*id, API, true)?)))
        .collect();
    if query.space_id == WORKSPACE {
        listed.extend(built_in::list(&call.sim).into_iter().map(|bot| (built_in::CREATED, bot)));
    }
    listed.sort_by_key(|(time, bot)| std::cmp::Reverse((*time, bot.id)));
    let total = listed.len();
    let size = query.page_size.unwrap_or(PAGE);
    let (page, _) = page(listed, query.page_index, size);
    let bots = page.into_iter().map(|(time, bot)| {
        json!({
            "bot_id": bot.id, "bot_name": bot.name, "description": bot.description, "icon_url": bot.icon_url,
            "publish_time": time.to_string(),
        })
    });
    Ok(Payload::Data(json!({"space_bots": bots.collect::<Vec<_>>(), "total": total})).into())
}
