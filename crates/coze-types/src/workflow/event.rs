//! The events of a streamed workflow.

use super::Interrupt;
use crate::chat::{Done, Usage};
use crate::core::error::{ApiError, DecodeError};
use crate::core::event::{Event, Phase, Stateless, UnknownEvent, is_failure, of_event, plain_name};
use crate::core::json;
use crate::core::reply::{is_fault, read_fault};
use crate::model::id::{NodeExecuteUuid, NodeId};
use crate::model::lenient::{self, Extra};

/// One event of a streamed workflow.
///
/// The server numbers them from 0, and from 0 again after a resume. Names are read without regard to case: those of the
/// first releases of Coze Studio are in lower case. See
/// <https://docs.coze.cn/developer_guides/workflow_stream_run>.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum WorkflowEvent {
    /// `Message`: a node puts something out.
    Message(WorkflowMessage),
    /// `Interrupt`: the workflow waits for an answer; nothing more comes until it is resumed.
    Interrupt {
        /// What it waits for; without an id where the server does not say.
        interrupt: Interrupt,
        /// Title of the node that asks.
        node_title: Option<String>,
        /// Page that shows the run; Coze Studio sends it here.
        debug_url: Option<String>,
        /// Fields of the event that this version does not know.
        extra: Extra,
    },
    /// `Error`: the workflow failed; nothing after it is read.
    Error(ApiError),
    /// `Done`: the workflow has ended.
    Done(Done),
    /// `PING`: nothing new, but the workflow runs.
    Ping,
    /// An event that this version does not know.
    Unknown(UnknownEvent),
}

answer! {
    /// What a node of a workflow puts out, or a piece of it.
    pub struct WorkflowMessage {
        /// Content.
        content: String,
        /// Form of the content, such as `text`.
        content_type: Option<String>,
        /// Title of the node.
        node_title: Option<String>,
        /// Number of the piece within its node, from 0.
        node_seq_id: Option<i64>,
        /// Whether it is the last piece of its node.
        node_is_finish: Option<bool>,
        /// Node.
        node_id: Option<NodeId>,
        /// Sort of node, such as `End` or `Message`; Coze Studio sends it.
        node_type: Option<String>,
        /// Run of the node.
        node_execute_uuid: Option<NodeExecuteUuid>,
        /// Tokens used.
        usage: Option<Usage>,
        /// Tokens used; only the Java SDK knows it, and the page has [`usage`](Self#structfield.usage) instead.
        token: Option<i64>,
        /// Further pairs.
        ext: lenient::MetaData [skip_if_empty],
    }
}

answer! {
    /// The data of an `Interrupt` event.
    #[derive(Default)]
    struct Interrupted {
        interrupt_data: Option<Interrupt>,
        node_title: Option<String>,
        debug_url: Option<String>,
    }
}

impl WorkflowEvent {
    /// Reads an event by a name that is known.
    fn known(known: &str, name: &str, data: &str) -> Result<Option<Self>, DecodeError> {
        let unreadable = |error| DecodeError::event(name, data, error);
        Ok(Some(match known {
            "Message" => Self::Message(json::read(data).map_err(unreadable)?),
            "Interrupt" => {
                let event: Interrupted = json::read(data).map_err(unreadable)?;
                Self::Interrupt {
                    interrupt: event.interrupt_data.unwrap_or_else(|| Interrupt::new("")),
                    node_title: event.node_title,
                    debug_url: event.debug_url,
                    extra: event.extra,
                }
            }
            // The lower-case event of Coze Studio has plain text instead of JSON.
            "Error" | "error" => Self::Error(read_fault(data)),
            "Done" => Self::Done(Done::parse(data)),
            "PING" => Self::Ping,
            _ => return Ok(None),
        }))
    }

    /// Reads an event whose name is another spelling of one that is known, or reports an end without success.
    #[cold]
    fn other(name: &str, data: &str) -> Result<Self, DecodeError> {
        let plain = plain_name(name);
        // An event without a name has this one, and no message of a workflow has a code.
        if plain == "message" && is_fault(data) {
            return Ok(Self::Error(read_fault(data)));
        }
        let known = ["Message", "Interrupt", "Error", "Done", "PING"];
        let known = known.into_iter().find(|known| known.eq_ignore_ascii_case(&plain));
        Ok(match known.map_or(Ok(None), |known| Self::known(known, name, data))? {
            Some(event) => event,
            None if is_failure(&plain) => Self::Error(of_event(name, read_fault(data))),
            None => Self::Unknown(UnknownEvent::new(name, data)),
        })
    }
}

impl Event for WorkflowEvent {
    const NUMBERED: bool = true;

    type Decoder = Stateless;

    fn parse(name: &str, data: &str) -> Result<Self, DecodeError> {
        match Self::known(name, name, data)? {
            Some(event) => Ok(event),
            None => Self::other(name, data),
        }
    }

    fn phase(&self) -> Phase {
        match self {
            Self::Interrupt { .. } => Phase::Terminal,
            // Anything after an error, such as another one, does not replace it.
            Self::Error(_) | Self::Done(_) => Phase::Done,
            _ => Phase::Running,
        }
    }

    fn into_result(self) -> Result<Self, ApiError> {
        match self {
            Self::Error(error) => Err(error),
            event => Ok(event),
        }
    }
}
