//! Callback apps and their event subscriptions. The simulator stores them, and sends nothing.

use std::collections::{BTreeMap, BTreeSet};

use axum::routing::{get, put};
use serde_json::{Value, json};

use crate::connector;
use crate::http::{Answer, Body, Call, Payload, Query, Reply, Routes, fields, token_page};
use crate::state::{Id, Refusal, State};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .official("/v1/api_apps", get(list).post(create))
        .official("/v1/api_apps/{api_app_id}", put(update).delete(delete))
        .official("/v1/api_apps/{api_app_id}/events", get(events).post(subscribe).delete(unsubscribe))
}

/// Events, with their descriptions in the list.
const EVENTS: [(&str, &str); 6] = [
    ("bot.published", "智能体已发布"),
    ("bot.deleted", "智能体已被所有者删除"),
    ("bot.unpublished", "智能体已下架"),
    ("benefit.usage", "账单推送"),
    ("benefit.plugin.scale.requested", "申请插件扩容"),
    ("benefit.plugin.scale.expired", "插件扩容到期"),
];

const NAMES: [&str; 6] = [EVENTS[0].0, EVENTS[1].0, EVENTS[2].0, EVENTS[3].0, EVENTS[4].0, EVENTS[5].0];

fields! {
    struct ListApps {
        page_token: Option<String>,
        page_size: Option<usize> => Int(1, 50),
        app_type: Option<String> => OneOf(&["normal", "connector"]),
    }

    struct CreateApp {
        app_type: String => OneOf(&["normal", "connector"]),
        name: Option<String> => Name(128),
        connector_id: Option<Id>,
    }

    struct UpdateApp {
        name: Option<String> => Name(128),
        callback_url: Option<String> => Filled,
    }

    struct ListEvents {
        page_token: Option<String>,
        page_size: Option<usize> => Int(1, 50),
    }

    struct Events {
        event_types: Vec<String> => List(usize::MAX, &OneOf(&NAMES)),
    }
}

/// Apps by id; ids ascend with time.
type Apps = BTreeMap<Id, App>;

#[derive(Debug)]
pub(crate) struct App {
    owner: Id,
    name: String,
    connector: Option<Id>,
    callback_url: String,
    verify_token: String,
    events: BTreeSet<String>,
}

impl App {
    fn kind(&self) -> &'static str {
        if self.connector.is_some() { "connector" } else { "normal" }
    }

    fn show(&self, id: Id) -> Value {
        let mut shown = json!({
            "id": id, "name": self.name, "app_type": self.kind(), "verify_token": self.verify_token,
        });
        if !self.callback_url.is_empty() {
            shown["callback_url"] = json!(self.callback_url);
        }
        if let Some(connector) = self.connector {
            shown["connector_id"] = json!(connector);
        }
        shown
    }
}

impl State {
    /// Finds a callback app that the user created.
    fn api_app(&mut self, call: &Call) -> Result<(Id, &mut App), Refusal> {
        let id = call.path_id("api_app_id")?;
        match self.of::<Apps>().get_mut(&id) {
            Some(app) if app.owner == call.user => Ok((id, app)),
            Some(_) => Err(Refusal::NotOwner(format!("callback app {id}"))),
            None => Err(Refusal::invalid("api_app_id", format!("there is no callback app {id}"))),
        }
    }
}

/// Returns a page of a list; the token of a page is the key of its first item.
fn page(found: Vec<(String, Value)>, token: Option<&str>, size: Option<usize>) -> Result<Answer, Refusal> {
    let (items, next) = token_page(found, token, size.unwrap_or(50))?;
    Ok(Payload::Data(json!({"items": items, "has_more": !next.is_empty(), "next_page_token": next})).into())
}

async fn create(call: Call, Body(request): Body<CreateApp>) -> Reply {
    let (name, connector) = match (request.app_type.as_str(), request.name, request.connector_id) {
        ("normal", Some(name), _) => (name, None),
        ("normal", None, _) => {
            return Err(Refusal::invalid("name", "required for a normal app, but missing"));
        }
        (_, _, Some(connector)) => {
            connector::check_own("connector_id", connector)?;
            (format!("channel {connector}"), Some(connector))
        }
        _ => return Err(Refusal::invalid("connector_id", "required for an app of a channel, but missing")),
    };
    let mint = &call.sim.store.mint;
    let id = mint.id();
    let app = App {
        owner: call.user,
        name,
        connector,
        callback_url: String::new(),
        verify_token: format!("{}{}", mint.uuid(), mint.uuid()).replace('-', ""),
        events: BTreeSet::new(),
    };
    let answer = app.show(id);
    let mut state = call.sim.store.lock();
    state.keep("callback app", id, 0, |state: &mut State, id| drop(state.of::<Apps>().remove(&id)));
    state.of::<Apps>().insert(id, app);
    drop(state);
    Ok(Payload::Data(answer).into())
}

async fn list(Query(query): Query<ListApps>, call: Call) -> Reply {
    let mut state = call.sim.store.lock();
    let found = state
        .of::<Apps>()
        .iter()
        .filter(|(_, app)| app.owner == call.user)
        .filter(|(_, app)| query.app_type.as_ref().is_none_or(|kind| app.kind() == kind))
        .map(|(id, app)| (id.to_string(), app.show(*id)))
        .collect();
    page(found, query.page_token.as_deref(), query.page_size)
}

async fn update(call: Call, Body(request): Body<UpdateApp>) -> Reply {
    let url = request.callback_url.as_deref();
    if url.is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
        return Err(Refusal::invalid("callback_url", "expected an address with http or https"));
    }
    let mut state = call.sim.store.lock();
    let (_, app) = state.api_app(&call)?;
    app.name = request.name.unwrap_or_else(|| app.name.clone());
    app.callback_url = request.callback_url.unwrap_or_else(|| app.callback_url.clone());
    Ok(Payload::Nothing.into())
}

async fn delete(call: Call) -> Reply {
    let mut state = call.sim.store.lock();
    let (id, _) = state.api_app(&call)?;
    state.of::<Apps>().remove(&id);
    state.release(id);
    Ok(Payload::Nothing.into())
}

async fn events(Query(query): Query<ListEvents>, call: Call) -> Reply {
    let mut state = call.sim.store.lock();
    let (id, app) = state.api_app(&call)?;
    let known = EVENTS.iter().filter(|(name, _)| app.events.contains(*name));
    let found = known
        .map(|(event, description)| {
            let shown = json!({
                "api_app_id": id, "name": app.name, "event_type": event, "description": description,
            });
            ((*event).to_owned(), shown)
        })
        .collect();
    page(found, query.page_token.as_deref(), query.page_size)
}

/// Finds the app of a request about events, which must contain at least one.
fn change(call: &Call, request: Events, change: fn(&mut BTreeSet<String>, String) -> bool) -> Reply {
    if request.event_types.is_empty() {
        return Err(Refusal::invalid("event_types", "expected at least one event"));
    }
    let mut state = call.sim.store.lock();
    let (_, app) = state.api_app(call)?;
    for event in request.event_types {
        change(&mut app.events, event);
    }
    Ok(Payload::Nothing.into())
}

async fn subscribe(call: Call, Body(request): Body<Events>) -> Reply {
    change(&call, request, BTreeSet::insert)
}

async fn unsubscribe(call: Call, Body(request): Body<Events>) -> Reply {
    change(&call, request, |events, event| events.remove(&event))
}
