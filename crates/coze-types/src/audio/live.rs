//! Live streams of calls.

use serde::{Deserialize, Serialize};

use crate::core::reply::Data;
use crate::endpoint;
use crate::model::id::{LiveId, LiveStreamId, RtcAppId};
use crate::model::lenient::Extra;

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

/// A live broadcast, for those who listen.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Live {
    /// App by which an RTC SDK joins.
    pub app_id: Option<RtcAppId>,
    /// Streams.
    pub stream_infos: Vec<LiveStream>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(Live { app_id: optional, stream_infos: lenient });

/// One stream of a live broadcast.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LiveStream {
    /// Id.
    pub stream_id: LiveStreamId,
    /// Name.
    pub name: Option<String>,
    /// What is heard in it.
    pub live_type: Option<LiveType>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(LiveStream { stream_id: required, name: optional, live_type: optional });

impl LiveStream {
    /// A stream with nothing but an id.
    pub fn new(stream_id: impl Into<LiveStreamId>) -> Self {
        Self { stream_id: stream_id.into(), name: None, live_type: None, extra: Extra::new() }
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
