//! Feedback of users on answers.

use crate::http::answer::{Answer, Payload};
use crate::http::call::Call;
use crate::http::schema::{Field, Kind};
use crate::refusal::Refusal;
use crate::store::{Feedback, Message, State};

pub(super) const PATH: &str = "/v1/conversations/{conversation_id}/messages/{message_id}/feedback";

const FEEDBACK: &[Field] = &[
    Field::required("feedback_type", Kind::OneOf(&["like", "unlike"])),
    Field::optional("reason_types", Kind::List(10, &Kind::Short(30))),
    Field::optional("comment", Kind::Short(250)),
];

/// Finds the message, which must be the text answer of a chat.
fn answer_of<'a>(call: &Call, state: &'a mut State) -> Result<&'a mut Message, Refusal> {
    let conversation = call.path_id("conversation_id")?;
    let message = state.message(conversation, call.path_id("message_id")?, call.user)?;
    if message.kind != "answer"
        || message.chat_id.is_none()
        || message.input
        || message.content_type != "text"
    {
        return Err(Refusal::invalid("message_id", "feedback is taken only on text answers of a chat"));
    }
    Ok(message)
}

pub(super) async fn create(mut call: Call) -> Result<Answer, Refusal> {
    call.no_query()?;
    let feedback: Feedback = call.json(FEEDBACK).await?;
    let mut state = call.sim.store.lock();
    answer_of(&call, &mut state)?.feedback = Some(feedback);
    Ok(Payload::Nothing.into())
}

pub(super) async fn delete(call: Call) -> Result<Answer, Refusal> {
    call.no_query()?;
    let mut state = call.sim.store.lock();
    answer_of(&call, &mut state)?.feedback = None;
    Ok(Payload::Nothing.into())
}
