//! Feedback of users on answers.

use crate::http::{Body, Call, Payload, Reply, fields};
use crate::state::{Feedback, Message, Refusal, State};

pub(super) const PATH: &str = "/v1/conversations/{conversation_id}/messages/{message_id}/feedback";

fields! {
    pub(super) struct CreateFeedback {
        feedback_type: String => OneOf(&["like", "unlike"]),
        reason_types: Vec<String> => List(10, &Short(30)); optional,
        comment: String => Short(250); optional,
    }
}

/// Finds the message, which must be the text answer of a chat.
fn answer_of<'a>(call: &Call, state: &'a mut State) -> Result<&'a mut Message, Refusal> {
    let conversation = call.path_id("conversation_id")?;
    let message = state.message(conversation, call.path_id("message_id")?, call.user)?;
    if message.kind != "answer"
        || message.chat_id.is_none()
        || message.input
        || message.content_type != "text"
    {
        return Err(Refusal::invalid("message_id", "feedback is possible only on text answers of a chat"));
    }
    Ok(message)
}

pub(super) async fn create(call: Call, Body(request): Body<CreateFeedback>) -> Reply {
    let CreateFeedback { feedback_type, reason_types, comment } = request;
    let feedback = Feedback { feedback_type, reason_types, comment };
    let mut state = call.sim.store.lock();
    answer_of(&call, &mut state)?.feedback = Some(feedback);
    Ok(Payload::Nothing.into())
}

pub(super) async fn delete(call: Call) -> Reply {
    let mut state = call.sim.store.lock();
    answer_of(&call, &mut state)?.feedback = None;
    Ok(Payload::Nothing.into())
}
