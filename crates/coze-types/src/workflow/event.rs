//! The events of a streamed workflow.

use serde::Deserialize;

use super::Interrupt;
use crate::chat::{Done, StreamFault, Usage};
use crate::error::{ApiError, DecodeError};
use crate::event::{Event, Phase, UnknownEvent};
use crate::id::{NodeExecuteUuid, NodeId};
use crate::lenient::{self, Extra, Integer, Pairs};

/// One event of a streamed workflow.
///
/// The server numbers them from 0, and from 0 again after a resume. See
/// <https://docs.coze.cn/developer_guides/workflow_stream_run>.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum WorkflowEvent {
    /// `Message`: a node puts something out.
    Message(WorkflowMessage),
    /// `Interrupt`: the workflow waits for an answer; nothing more comes until it is resumed.
    Interrupt {
        /// What it waits for.
        interrupt: Interrupt,
        /// Title of the node that asks.
        node_title: Option<String>,
        /// Page that shows the run; Coze Studio sends it here.
        debug_url: Option<String>,
    },
    /// `Error`: the workflow failed.
    Error(ApiError),
    /// `Done`: the workflow has ended.
    Done(Done),
    /// `PING`: nothing new, but the workflow runs.
    Ping,
    /// An event that this version does not know.
    Unknown(UnknownEvent),
}

/// What a node of a workflow puts out, or a piece of it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct WorkflowMessage {
    /// Content.
    pub content: String,
    /// Form of the content, such as `text`.
    pub content_type: Option<String>,
    /// Title of the node.
    pub node_title: Option<String>,
    /// Number of the piece within its node, from 0.
    pub node_seq_id: Option<i64>,
    /// Whether it is the last piece of its node.
    pub node_is_finish: Option<bool>,
    /// Node.
    pub node_id: Option<NodeId>,
    /// Sort of node, such as `End` or `Message`; Coze Studio sends it.
    pub node_type: Option<String>,
    /// Run of the node.
    pub node_execute_uuid: Option<NodeExecuteUuid>,
    /// Tokens used.
    pub usage: Option<Usage>,
    /// Further pairs.
    pub ext: lenient::MetaData,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(WorkflowMessage {
    content: lenient,
    content_type: optional,
    node_title: optional,
    node_seq_id: optional as Integer,
    node_is_finish: optional,
    node_id: optional,
    node_type: optional,
    node_execute_uuid: optional,
    usage: optional,
    ext: sparse as Pairs,
});

impl Event for WorkflowEvent {
    const NUMBERED: bool = true;

    #[inline]
    fn parse(name: &str, data: &str) -> Result<Self, DecodeError> {
        #[derive(Deserialize)]
        struct Wire {
            interrupt_data: Interrupt,
            node_title: Option<String>,
            debug_url: Option<String>,
        }
        let unreadable = |error| DecodeError::event(name, data, error);
        Ok(match name {
            "Message" => Self::Message(serde_json::from_str(data).map_err(unreadable)?),
            "Interrupt" => {
                let wire: Wire = serde_json::from_str(data).map_err(unreadable)?;
                Self::Interrupt {
                    interrupt: wire.interrupt_data,
                    node_title: wire.node_title,
                    debug_url: wire.debug_url,
                }
            }
            // The lower-case event of Coze Studio has plain text in place of JSON.
            "Error" | "error" => Self::Error(StreamFault::read(data)),
            "Done" | "done" => Self::Done(Done::parse(data)),
            "PING" | "ping" => Self::Ping,
            _ => Self::Unknown(UnknownEvent::new(name, data)),
        })
    }

    fn phase(&self) -> Phase {
        match self {
            Self::Interrupt { .. } | Self::Error(_) => Phase::Settled,
            Self::Done(_) => Phase::Done,
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
