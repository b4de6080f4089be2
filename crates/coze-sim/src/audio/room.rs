//! Rooms for voice calls, and the live broadcasts of them.

use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use super::voice;
use crate::bot;
use crate::http::answer::{Answer, Payload};
use crate::http::call::Call;
use crate::http::routes::Routes;
use crate::http::schema::{Field, Kind};
use crate::id::Id;
use crate::refusal::Refusal;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.official("/v1/audio/rooms", post(create)).official("/v1/audio/live/{live_id}", get(live))
}

/// Names the application that all rooms belong to.
const APP: &str = "6705332c79516e0100000001";

const AUDIO: &[Field] = &[Field::optional("codec", Kind::OneOf(&["AACLC", "G711A", "OPUS", "G722"]))];
const VIDEO: &[Field] = &[
    Field::optional("codec", Kind::OneOf(&["H264", "BYTEVC1"])),
    Field::optional("video_frame_rate", Kind::Int(1, 24)),
    Field::optional("stream_video_type", Kind::OneOf(&["main", "screen"])),
    Field::optional("video_frame_expire_duration", Kind::Int(1, 10)),
];
// The SDKs know more modes, and turns that the client detects, than the page.
const TURNS: &[Field] = &[Field::optional(
    "type",
    Kind::OneOf(&["server_vad", "client_interrupt", "semantic_vad", "client_vad"]),
)];
const TRANSLATION: &[Field] = &[
    Field::optional("from", Kind::Text),
    // As the Python SDK spells it.
    Field::optional("from_", Kind::Text),
    Field::optional("to", Kind::Text),
];
const CONFIG: &[Field] = &[
    Field::optional("room_mode", Kind::OneOf(&["default", "podcast", "s2s", "translate"])),
    Field::optional("audio_config", Kind::Object(AUDIO)),
    Field::optional("video_config", Kind::Object(VIDEO)),
    Field::optional("turn_detection", Kind::Object(TURNS)),
    Field::optional("translate_config", Kind::Object(TRANSLATION)),
    Field::optional("prologue_content", Kind::Text),
    Field::optional("prologue_delay_duration_ms", Kind::Int(0, 5000)),
];
const CREATE: &[Field] = &[
    Field::required("bot_id", Kind::Id),
    Field::optional("conversation_id", Kind::Id),
    Field::optional("voice_id", Kind::Id),
    Field::optional("config", Kind::Object(CONFIG)),
    Field::optional("uid", Kind::Text),
    // In the SDKs only.
    Field::optional("connector_id", Kind::Text),
    Field::optional("workflow_id", Kind::Id),
];

#[derive(Debug, Deserialize)]
struct CreateRoom {
    bot_id: String,
    conversation_id: Option<String>,
    voice_id: Option<String>,
    #[serde(default)]
    config: Config,
    uid: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Config {
    room_mode: Option<String>,
}

/// A room that was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    id: Id,
    owner: Id,
    translated: bool,
}

async fn create(mut call: Call) -> Result<Answer, Refusal> {
    call.no_query()?;
    let request: CreateRoom = call.json(CREATE).await?;
    let bot = Id::parse(&request.bot_id)
        .filter(|id| call.sim.script.bot(*id).is_some() || bot::is_demo(*id))
        .ok_or(Refusal::UnknownBot(request.bot_id))?;
    call.sim.check_scope(&call.head, bot)?;
    if let Some(id) = &request.voice_id {
        voice::find(&call, id)?;
    }
    let mint = &call.sim.store.mint;
    let mut state = call.sim.store.lock();
    if let Some(id) = request.conversation_id.as_deref().and_then(Id::parse) {
        state.conversation(id, call.user)?;
    }
    let translated = request.config.room_mode.as_deref() == Some("translate");
    let room = Room { id: mint.id(), owner: call.user, translated };
    state.rooms.push(room);
    let answer = json!({
        "room_id": room.id,
        "app_id": APP,
        "token": format!("001{APP}{}", mint.uuid().replace('-', "")),
        "uid": request.uid.filter(|uid| !uid.is_empty()).unwrap_or_else(|| format!("uid_{}", mint.id())),
    });
    Ok(Payload::Data(answer).into())
}

async fn live(call: Call) -> Result<Answer, Refusal> {
    call.no_query()?;
    let id = call.path_id("live_id")?;
    let state = call.sim.store.lock();
    let room = state.rooms.iter().find(|room| room.id == id && room.owner == call.user);
    let room = room.ok_or_else(|| {
        Refusal::invalid("live_id", format!("there is no live {id}; each room is a live of the same id"))
    })?;
    let stream = |kind: &str| json!({"stream_id": format!("{id}_{kind}"), "name": kind, "live_type": kind});
    let kinds: &[&str] = if room.translated { &["origin", "translation"] } else { &["origin"] };
    let streams: Vec<_> = kinds.iter().map(|kind| stream(kind)).collect();
    Ok(Payload::Data(json!({"app_id": APP, "stream_infos": streams})).into())
}
