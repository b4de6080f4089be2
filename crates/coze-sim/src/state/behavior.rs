//! Differences in the behavior of the services, as data: the border provides it, and no handler depends on the name of
//! the service.

use super::refusal::WorkflowFault;
use super::{Id, MetaData, ToolCall, Usage};

/// The behavior of a service.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a difference of its own")]
pub(crate) struct Behavior {
    /// The response to a chat request without `stream` is a stream.
    pub(crate) streams_by_default: bool,
    /// A second chat in a conversation is rejected while one is running.
    pub(crate) one_chat_at_a_time: bool,
    /// An unknown conversation of a chat is replaced with a new one.
    pub(crate) replaces_unknown_conversations: bool,
    /// Tool calls pause the chat until their outputs are submitted; otherwise the chat ends with a question, and the
    /// next input is the output.
    pub(crate) has_tool_outputs: bool,
    /// A canceled chat stays canceled when its run ends.
    pub(crate) cancel_lasts: bool,
    /// `verbose` precedes the follow-up questions.
    pub(crate) verbose_first: bool,
    /// A failed run is reported as a failed chat; otherwise by an `error` event.
    pub(crate) has_failed_event: bool,
    /// `before_id` disables `after_id` and reverses the order.
    pub(crate) before_overrules: bool,
    /// Default page size of conversations; without it a page has all but the last of them.
    pub(crate) conversations_per_page: Option<usize>,
    /// Runs without a stream can be resumed, and the number of resumptions is limited.
    pub(crate) max_resumes: Option<u32>,
    /// Streams of workflows have heartbeats.
    pub(crate) pings: bool,
    /// A stream reports that its run was aborted.
    pub(crate) tells_break: bool,
    /// Chatflows send `verbose` messages.
    pub(crate) chatflows_are_verbose: bool,
    /// Chats of chatflows name their conversation, which is created if the name is unknown.
    pub(crate) opens_by_name: bool,
    /// Address of the history of a run.
    pub(crate) website: &'static str,
    /// Content of the message that announces a tool call.
    pub(crate) function_call: fn(&ToolCall) -> String,
    /// Content of the message that marks the end of all answers.
    pub(crate) finish: fn() -> String,
    /// The cost in a completed answer.
    pub(crate) cost: fn(Usage) -> MetaData,
    /// Code of a failed run.
    pub(crate) workflow_code: fn(WorkflowFault) -> i64,
}

impl Behavior {
    /// Returns the link to the history of a run.
    pub(crate) fn debug_url(&self, workflow: Id, space: Id, run: Id) -> String {
        let website = self.website;
        format!("{website}/work_flow?execute_id={run}&space_id={space}&workflow_id={workflow}&execute_mode=2")
    }
}
