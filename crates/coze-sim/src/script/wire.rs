//! Form of scripted streams.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::event::Custom;
use super::fault::check_headers;
use super::shape::Shape;

/// Form of a stream; by default that of the dialect.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wire {
    /// Delay of the response head.
    pub(crate) delay_head_ms: u64,
    /// Content type instead of `text/event-stream`.
    pub(crate) content_type: Option<String>,
    pub(crate) headers: BTreeMap<String, String>,
    /// Sends chunks of this number of bytes.
    pub(crate) chunk_bytes: Option<usize>,
    pub(crate) line_end: Option<LineEnd>,
    pub(crate) space_after_colon: Option<bool>,
    /// Starts with a byte order mark.
    pub(crate) bom: bool,
    /// Starts with a `retry:` line.
    pub(crate) retry_ms: Option<u64>,
    /// Numbers the events by `id:` lines.
    pub(crate) ids: bool,
    /// Splits the data of every event into two `data:` lines.
    pub(crate) split_data: bool,
    /// Sends a comment after each silence of this duration.
    pub(crate) keep_alive_ms: Option<u64>,
    /// The event that ends the stream; `false` for none.
    pub(crate) done: Option<Done>,
    /// Events after the end.
    pub(crate) after_done: Vec<Custom>,
    pub(crate) cut: Option<CutAt>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LineEnd {
    Lf,
    Crlf,
    Cr,
}

/// The end of a stream.
#[derive(Clone, Debug)]
pub(crate) enum Done {
    Sent(bool),
    Data(String),
    Event(Custom),
}

impl Wire {
    pub(crate) fn check(&self) -> Result<(), String> {
        check_headers(&self.headers)
    }
}

impl<'de> Deserialize<'de> for Done {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let shape: Shape<Self, IgnoredAny, Custom> =
            Shape::new("true or false, the data of the done event, or an event {name, data}", Self::Event);
        deserializer.deserialize_any(shape.or_flag(Self::Sent).or_text(Self::Data))
    }
}

/// Where and how a stream is aborted; the first limit that is reached applies.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CutAt {
    pub(crate) after_events: Option<u64>,
    pub(crate) after_bytes: Option<usize>,
    /// After the whole chat, instead of the done event.
    pub(crate) before_done: bool,
    pub(crate) how: How,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum How {
    /// Aborts the connection.
    #[default]
    Abort,
    /// Ends the response regularly.
    End,
    /// Sends nothing more and keeps the connection open.
    Stall,
}
