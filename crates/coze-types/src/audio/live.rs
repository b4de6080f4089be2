//! Live streams of calls.

use serde::{Deserialize, Serialize};

use crate::core::reply::Data;
use crate::endpoint;
use crate::model::id::{LiveId, LiveStreamId, RtcAppId};

/// Reads where the streams of a live broadcast are listened to.
///
/// No official page describes it; the Python, Node and Go SDKs have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrieveLive {
    /// Broadcast.
    #[serde(skip_serializing)]
    pub live_id: LiveId,
}

endpoint!(RetrieveLive: GET "/v1/audio/live/{live_id}" (live_id) => Data<Live>);

impl RetrieveLive {
    /// Reads one broadcast.
    pub fn new(live_id: impl Into<LiveId>) -> Self {
        Self { live_id: live_id.into() }
    }
}

answer! {
    /// A live broadcast, for those who listen.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Live {
        /// App by which an RTC SDK joins.
        app_id: Option<RtcAppId>,
        /// Streams.
        stream_infos: Vec<LiveStream>,
    }
}

answer! {
    /// One stream of a live broadcast.
    #[derive(Clone, Debug, PartialEq)]
    pub struct LiveStream {
        /// Id.
        stream_id: LiveStreamId [required],
        /// Name.
        name: Option<String>,
        /// What is heard in it.
        live_type: Option<LiveType>,
    }
}

/// What is heard in a live stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LiveType {
    /// What was said.
    Origin,
    /// Its translation.
    Translation,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(LiveType { Origin = "origin", Translation = "translation" });
