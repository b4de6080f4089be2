//! Groups of voiceprints, their voiceprints, and the identification of speakers.

use axum::routing::{get, post, put};
use serde_json::{Value, json};

use super::sound;
use crate::http::{Answer, Body, Call, Content, Form, Payload, Query, Reply, Routes, fields, page};
use crate::state::{Id, Refusal, State};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .official("/v1/audio/voiceprint_groups", get(list_groups).post(create_group))
        .official("/v1/audio/voiceprint_groups/{group_id}", put(update_group).delete(delete_group))
        .official("/v1/audio/voiceprint_groups/{group_id}/speaker_identify", post(identify))
        .official("/v1/audio/voiceprint_groups/{group_id}/features", get(list).post(create))
        .official("/v1/audio/voiceprint_groups/{group_id}/features/{feature_id}", put(update).delete(delete))
}

const MAX_GROUPS: usize = 1000;
const MAX_VOICEPRINTS: usize = 10;
const MAX_BYTES: u64 = 4 << 20;

fields! {
    struct ListGroups {
        page_num: Option<usize> => Int(1, i64::MAX),
        page_size: Option<usize> => Int(1, 200),
        name: Option<String>,
        user_id: Option<Id>,
        group_id: Option<Id>,
        // In the Node SDK only.
        coze_account_id: Option<Id>,
    }

    struct CreateGroup {
        name: String => Name(20),
        desc: String => Short(500); optional,
        coze_account_id: Option<Id>,
    }

    struct UpdateGroup {
        name: Option<String> => Name(20),
        desc: Option<String> => Short(500),
    }

    struct ListVoiceprints {
        page_num: Option<usize> => Int(1, i64::MAX),
        page_size: Option<usize> => Int(1, 200),
    }

    struct CreateVoiceprint {
        name: String => Filled,
        desc: String; optional,
        sample_rate: Option<u32> => Int(1, 192_000),
        channel: Option<u32> => Int(1, 8),
    }

    struct UpdateVoiceprint {
        name: Option<String> => Filled,
        desc: Option<String>,
        sample_rate: Option<u32> => Int(1, 192_000),
        channel: Option<u32> => Int(1, 8),
    }

    struct IdentifySpeaker {
        top_k: Option<usize> => Int(1, i64::MAX),
        sample_rate: Option<u32> => Int(1, 192_000),
        channel: Option<u32> => Int(1, 8),
    }
}

type Groups = Vec<Group>;

#[derive(Clone, Debug)]
pub(crate) struct Group {
    id: Id,
    owner: Id,
    name: String,
    desc: String,
    created_at: u64,
    updated_at: u64,
    voiceprints: Vec<Voiceprint>,
}

#[derive(Clone, Debug)]
struct Voiceprint {
    id: Id,
    owner: Id,
    name: String,
    desc: String,
    /// Hash of the recording.
    hash: u64,
    format: String,
    created_at: u64,
    updated_at: u64,
}

impl State {
    /// Finds a group; all users belong to one team, which shares its groups.
    fn group(&mut self, id: Id) -> Result<&mut Group, Refusal> {
        let group = self.of::<Groups>().iter_mut().find(|group| group.id == id);
        group.ok_or_else(|| Refusal::invalid("group_id", format!("there is no voiceprint group {id}")))
    }

    /// Finds a group that the user created.
    fn own_group(&mut self, id: Id, user: Id) -> Result<&mut Group, Refusal> {
        match self.group(id)? {
            group if group.owner == user => Ok(group),
            _ => Err(Refusal::NotOwner(format!("voiceprint group {id}"))),
        }
    }
}

impl Group {
    /// Finds the position of a voiceprint that the user created.
    fn own(&self, id: Id, user: Id) -> Result<usize, Refusal> {
        match self.voiceprints.iter().position(|voiceprint| voiceprint.id == id) {
            Some(at) if self.voiceprints[at].owner == user => Ok(at),
            Some(_) => Err(Refusal::NotOwner(format!("voiceprint {id}"))),
            None => Err(Refusal::invalid("feature_id", format!("the group has no voiceprint {id}"))),
        }
    }
}

fn user(id: Id) -> Value {
    json!({
        "id": id,
        "name": format!("user{id}"),
        "nickname": "Simulated user",
        "avatar_url": "https://example.com/avatar.png",
    })
}

/// Returns a page of a list.
fn listed(items: Vec<Value>, number: Option<usize>, size: Option<usize>) -> Answer {
    let total = items.len();
    let (items, _) = page(items, number, size.unwrap_or(10));
    Payload::Data(json!({"items": items, "total": total})).into()
}

async fn list_groups(Query(query): Query<ListGroups>, call: Call) -> Reply {
    if query.user_id.is_some_and(|user| user != call.user) {
        let problem = format!("only your own groups can be listed; the user of this token is {}", call.user);
        return Err(Refusal::invalid("user_id", problem));
    }
    let mut state = call.sim.store.lock();
    let groups = state
        .of::<Groups>()
        .iter()
        .rev()
        .filter(|group| query.user_id.is_none_or(|user| group.owner == user))
        .filter(|group| query.group_id.is_none_or(|id| group.id == id))
        .filter(|group| query.name.as_ref().is_none_or(|name| group.name.starts_with(name)))
        .map(|group| {
            json!({
                "id": group.id,
                "name": group.name,
                "desc": group.desc,
                "icon_url": "https://example.com/voiceprint_group.png",
                "user_info": user(group.owner),
                "created_at": group.created_at,
                "updated_at": group.updated_at,
                "feature_count": group.voiceprints.len(),
            })
        });
    let groups = groups.collect();
    Ok(listed(groups, query.page_num, query.page_size))
}

fn forget(state: &mut State, id: Id) {
    state.of::<Groups>().retain(|group| group.id != id);
}

async fn create_group(call: Call, Body(request): Body<CreateGroup>) -> Reply {
    let id = call.sim.store.mint.id();
    let mut state = call.sim.store.lock();
    if state.of::<Groups>().iter().filter(|group| group.owner == call.user).count() >= MAX_GROUPS {
        return Err(Refusal::Invalid(format!("at most {MAX_GROUPS} voiceprint groups, and that many exist")));
    }
    state.keep("voiceprint group", id, request.name.len() + request.desc.len(), forget);
    state.of::<Groups>().push(Group {
        id,
        owner: call.user,
        name: request.name,
        desc: request.desc,
        created_at: call.sim.now(),
        updated_at: call.sim.now(),
        voiceprints: Vec::new(),
    });
    Ok(Payload::Data(json!({"id": id})).into())
}

async fn update_group(call: Call, Body(request): Body<UpdateGroup>) -> Reply {
    let id = call.path_id("group_id")?;
    let mut state = call.sim.store.lock();
    let group = state.own_group(id, call.user)?;
    group.name = request.name.unwrap_or_else(|| group.name.clone());
    group.desc = request.desc.unwrap_or_else(|| group.desc.clone());
    group.updated_at = call.sim.now();
    Ok(Payload::Nothing.into())
}

async fn delete_group(call: Call) -> Reply {
    let id = call.path_id("group_id")?;
    let mut state = call.sim.store.lock();
    state.own_group(id, call.user)?;
    state.release(id);
    forget(&mut state, id);
    Ok(Payload::Nothing.into())
}

async fn list(Query(query): Query<ListVoiceprints>, call: Call) -> Reply {
    let id = call.path_id("group_id")?;
    let mut state = call.sim.store.lock();
    let group = state.group(id)?;
    let voiceprints = group.voiceprints.iter().rev().map(|voiceprint| {
        json!({
            "id": voiceprint.id,
            "group_id": group.id,
            "name": voiceprint.name,
            "desc": voiceprint.desc,
            "icon_url": "https://example.com/voiceprint.png",
            "audio_url": format!("https://example.com/voiceprints/{}.{}", voiceprint.id, voiceprint.format),
            "user_info": user(voiceprint.owner),
            "created_at": voiceprint.created_at,
            "updated_at": voiceprint.updated_at,
        })
    });
    let voiceprints = voiceprints.collect();
    Ok(listed(voiceprints, query.page_num, query.page_size))
}

/// Validates a recording by the rules for voiceprints, and returns its format.
fn check(content: Option<&Content>, rate: Option<u32>, channel: Option<u32>) -> Result<String, Refusal> {
    let format = sound(content, &["wav", "pcm"])?;
    if format == "pcm" && rate.is_some_and(|rate| rate != 16_000) {
        return Err(Refusal::invalid("sample_rate", "expected 16000, which pcm files must have"));
    }
    if format == "pcm" && channel.is_some_and(|channel| channel != 1) {
        return Err(Refusal::invalid("channel", "expected 1, which pcm files must have"));
    }
    Ok(format)
}

async fn create(call: Call, form: Form) -> Reply {
    let of = call.path_id("group_id")?;
    let (request, content): (CreateVoiceprint, _) = form.read(MAX_BYTES).await?;
    let format = check(content.as_ref(), request.sample_rate, request.channel)?;
    let id = call.sim.store.mint.id();
    let mut state = call.sim.store.lock();
    let group = state.group(of)?;
    if group.voiceprints.len() >= MAX_VOICEPRINTS {
        let problem = format!("at most {MAX_VOICEPRINTS} voiceprints, and the group has that many");
        return Err(Refusal::invalid("group_id", problem));
    }
    let weight = request.name.len() + request.desc.len();
    group.voiceprints.push(Voiceprint {
        id,
        owner: call.user,
        name: request.name,
        desc: request.desc,
        hash: content.map_or(0, |content| content.hash),
        format,
        created_at: call.sim.now(),
        updated_at: call.sim.now(),
    });
    state.keep("voiceprint group", of, weight, forget);
    Ok(Payload::Data(json!({"id": id})).into())
}

async fn update(call: Call, form: Form) -> Reply {
    let (group, id) = (call.path_id("group_id")?, call.path_id("feature_id")?);
    // The Python SDK sends JSON if there is no file.
    let (request, content): (UpdateVoiceprint, _) = form.read_or_json(MAX_BYTES).await?;
    let check = |content| check(Some(content), request.sample_rate, request.channel);
    let format = content.as_ref().map(check).transpose()?;
    let mut state = call.sim.store.lock();
    let group = state.group(group)?;
    let at = group.own(id, call.user)?;
    let voiceprint = &mut group.voiceprints[at];
    if let (Some(content), Some(format)) = (content, format) {
        (voiceprint.hash, voiceprint.format) = (content.hash, format);
    }
    voiceprint.name = request.name.unwrap_or_else(|| voiceprint.name.clone());
    voiceprint.desc = request.desc.unwrap_or_else(|| voiceprint.desc.clone());
    voiceprint.updated_at = call.sim.now();
    Ok(Payload::Data(json!({"id": id})).into())
}

async fn delete(call: Call) -> Reply {
    let (group, id) = (call.path_id("group_id")?, call.path_id("feature_id")?);
    let mut state = call.sim.store.lock();
    let group = state.group(group)?;
    let at = group.own(id, call.user)?;
    group.voiceprints.remove(at);
    Ok(Payload::Nothing.into())
}

async fn identify(call: Call, form: Form) -> Reply {
    let group = call.path_id("group_id")?;
    let (request, content): (IdentifySpeaker, _) = form.read(MAX_BYTES).await?;
    check(content.as_ref(), request.sample_rate, request.channel)?;
    let heard = content.map_or(0, |content| content.hash);
    let mut state = call.sim.store.lock();
    let mut scores: Vec<(f64, &Voiceprint)> = state
        .group(group)?
        .voiceprints
        .iter()
        .map(|voiceprint| (score(heard, voiceprint.hash), voiceprint))
        .collect();
    scores.sort_by(|one, other| other.0.total_cmp(&one.0));
    let scores: Vec<Value> = scores
        .into_iter()
        .take(request.top_k.unwrap_or(usize::MAX))
        .map(|(score, Voiceprint { id, name, desc, .. })| {
            json!({"feature_id": id, "feature_name": name, "feature_desc": desc, "score": score})
        })
        .collect();
    Ok(Payload::Data(json!({"feature_score_list": scores})).into())
}

/// Compares recordings: identical ones match completely, all others less than half.
fn score(heard: u64, known: u64) -> f64 {
    if heard == known { 100.0 } else { f64::from((heard ^ known).count_ones()) / 64.0 * 50.0 - 0.5 }
}
