//! Rooms for voice calls, and their live broadcasts.

use axum::routing::{get, post};
use serde_json::json;

use super::voice;
use crate::bot;
use crate::http::{Body, Call, Payload, Reply, Routes, fields};
use crate::state::{Id, Refusal, State};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.official("/v1/audio/rooms", post(create)).official("/v1/audio/live/{live_id}", get(live))
}

/// Id of the application of all rooms.
const APP: &str = "6705332c79516e0100000001";

fields! {
    struct AudioConfig {
        codec: Option<String> => OneOf(&["AACLC", "G711A", "OPUS", "G722"]),
    }

    struct VideoConfig {
        codec: Option<String> => OneOf(&["H264", "BYTEVC1"]),
        video_frame_rate: Option<u8> => Int(1, 24),
        stream_video_type: Option<String> => OneOf(&["main", "screen"]),
        video_frame_expire_duration: Option<u8> => Int(1, 10),
    }

    // The SDKs have more modes than the page, and turn detection by the client.
    struct TurnDetection {
        mode: Option<String> as "type" =>
            OneOf(&["server_vad", "client_interrupt", "semantic_vad", "client_vad"]),
    }

    struct TranslateConfig {
        from: Option<String>,
        // The spelling of the Python SDK.
        from_: Option<String>,
        to: Option<String>,
    }

    struct Config {
        room_mode: Option<String> => OneOf(&["default", "podcast", "s2s", "translate"]),
        audio_config: Option<AudioConfig>,
        video_config: Option<VideoConfig>,
        turn_detection: Option<TurnDetection>,
        translate_config: Option<TranslateConfig>,
        prologue_content: Option<String>,
        prologue_delay_duration_ms: Option<u32> => Int(0, 5000),
    }

    struct CreateRoom {
        bot_id: Id,
        conversation_id: Option<Id>,
        voice_id: Option<Id>,
        config: Config; optional,
        uid: Option<String>,
        // Only in the SDKs.
        connector_id: Option<String>,
        workflow_id: Option<Id>,
    }
}

/// All rooms.
type Rooms = Vec<Room>;

/// A created room.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    id: Id,
    owner: Id,
    translated: bool,
}

async fn create(call: Call, Body(request): Body<CreateRoom>) -> Reply {
    let bot = request.bot_id;
    bot::check_answers(&call, bot, bot::Wanted::default())?;
    call.sim.check_scope(&call.head, bot)?;
    if let Some(id) = request.voice_id {
        voice::find(&call, id)?;
    }
    let mint = &call.sim.store.mint;
    let mut state = call.sim.store.lock();
    if let Some(id) = request.conversation_id {
        state.conversation(id, call.user)?;
    }
    let translated = request.config.room_mode.as_deref() == Some("translate");
    let room = Room { id: mint.id(), owner: call.user, translated };
    state.keep("room", room.id, 0, |state: &mut State, id| state.of::<Rooms>().retain(|room| room.id != id));
    state.of::<Rooms>().push(room);
    let answer = json!({
        "room_id": room.id,
        "app_id": APP,
        "token": format!("001{APP}{}", mint.uuid().replace('-', "")),
        "uid": request.uid.filter(|uid| !uid.is_empty()).unwrap_or_else(|| format!("uid_{}", mint.id())),
    });
    Ok(Payload::Data(answer).into())
}

async fn live(call: Call) -> Reply {
    let id = call.path_id("live_id")?;
    let mut state = call.sim.store.lock();
    let room = state.of::<Rooms>().iter().find(|room| room.id == id && room.owner == call.user);
    let room = room.ok_or_else(|| {
        Refusal::invalid("live_id", format!("there is no live {id}; each room is a live of the same id"))
    })?;
    let stream = |kind: &str| json!({"stream_id": format!("{id}_{kind}"), "name": kind, "live_type": kind});
    let kinds: &[&str] = if room.translated { &["origin", "translation"] } else { &["origin"] };
    let streams: Vec<_> = kinds.iter().map(|kind| stream(kind)).collect();
    Ok(Payload::Data(json!({"app_id": APP, "stream_infos": streams})).into())
}
