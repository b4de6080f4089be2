//! Live streams of calls.

use serde::{Deserialize, Serialize};

use crate::core::reply::Data;
use crate::model::id::{LiveId, LiveStreamId, RtcAppId};

/// Reads where the streams of a live broadcast are listened to.
///
/// No official page describes it; the Python, Node and Go SDKs have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrieveLive {
    /// Broadcast.
    pub live_id: LiveId,
}

endpoint!(RetrieveLive: GET "/v1/audio/live/{live_id}" (live_id) => Data<Live>);

builder!(RetrieveLive(live_id: LiveId));

answer! {
    /// A live broadcast, for those who listen.
    pub struct Live {
        /// App by which an RTC SDK joins.
        app_id: Option<RtcAppId>,
        /// Streams.
        stream_infos: Vec<LiveStream>,
    }
}

answer! {
    /// One stream of a live broadcast.
    pub struct LiveStream {
        /// Id.
        stream_id: LiveStreamId [required],
        /// Name.
        name: Option<String>,
        /// What is heard in it.
        live_type: Option<LiveType>,
    }
}

open_enum! {
    /// What is heard in a live stream.
    pub enum LiveType {
        /// What was said.
        Origin = "origin",
        /// Its translation.
        Translation = "translation",
    }
}
