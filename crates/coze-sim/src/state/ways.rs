//! What differs between the services in what they do, as data: the border hands it over once, and nobody asks for
//! the name of the service.

use super::refusal::WorkflowFault;
use super::{Id, MetaData, ToolCall, Usage};

/// The ways of a service.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a difference of its own")]
pub(crate) struct Ways {
    /// A chat request without `stream` is answered by a stream.
    pub(crate) streams_by_default: bool,
    /// A second chat in a conversation is refused while one runs.
    pub(crate) one_chat_at_a_time: bool,
    /// An unknown conversation of a chat is replaced by a new one.
    pub(crate) replaces_unknown_conversations: bool,
    /// Tool calls stop the chat until their outputs are submitted; otherwise the chat ends with a question, and the
    /// next input is the output.
    pub(crate) has_tool_outputs: bool,
    /// A canceled chat stays canceled when its run ends.
    pub(crate) cancel_lasts: bool,
    /// `verbose` comes before the follow-up questions.
    pub(crate) verbose_first: bool,
    /// A failed run is reported as a failed chat; otherwise by an `error` event.
    pub(crate) has_failed_event: bool,
    /// `before_id` puts `after_id` out of force and turns the order round.
    pub(crate) before_overrules: bool,
    /// Conversations on a page, where the request does not say; without it a page is all but the last of them.
    pub(crate) conversations_per_page: Option<usize>,
    /// Runs that are not streamed can be resumed, and all runs only so often.
    pub(crate) max_resumes: Option<u32>,
    /// Streams of workflows have heartbeats.
    pub(crate) pings: bool,
    /// A stream says that its run was broken off.
    pub(crate) tells_break: bool,
    /// Chatflows send `verbose` messages.
    pub(crate) chatflows_are_verbose: bool,
    /// Chats of chatflows name their conversation, which is opened if there is none of the name.
    pub(crate) opens_by_name: bool,
    /// Where links to the history of a run lead.
    pub(crate) website: &'static str,
    /// Content of the message that announces a tool call.
    pub(crate) function_call: fn(&ToolCall) -> String,
    /// Content of the message that tells the end of all answers.
    pub(crate) finish: fn() -> String,
    /// What a completed answer says of its cost.
    pub(crate) cost: fn(Usage) -> MetaData,
    /// Code of a run that failed.
    pub(crate) workflow_code: fn(WorkflowFault) -> i64,
}

impl Ways {
    /// Makes the link to the history of a run.
    pub(crate) fn debug_url(&self, workflow: Id, space: Id, run: Id) -> String {
        let website = self.website;
        format!("{website}/work_flow?execute_id={run}&space_id={space}&workflow_id={workflow}&execute_mode=2")
    }
}
