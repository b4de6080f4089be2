//! The text of an answer, as the events of a chat bring it.

use super::ChatEvent;
use crate::message::Message;
use crate::model::id::MessageId;

/// Says which events bring text of the answer that was not there before.
///
/// One rule for everybody who shows or keeps an answer: pieces count, and messages that come whole, unless their text came in
/// pieces before. What [is no answer](Message::is_answer), or [no text](Message::is_text), does not.
///
/// ```
/// use coze_types::Event;
/// use coze_types::chat::{AnswerText, ChatEvent};
///
/// let mut text = AnswerText::new();
/// let mut shown = String::new();
/// for (name, data) in [
///     ("conversation.message.delta", r#"{"id":"1","type":"answer","content":"星期"}"#),
///     ("conversation.message.delta", r#"{"id":"1","type":"answer","content":"二"}"#),
///     ("conversation.message.completed", r#"{"id":"1","type":"answer","content":"星期二"}"#),
///     ("conversation.message.completed", r#"{"id":"2","type":"answer","content":"。"}"#),
/// ] {
///     if let Some(message) = text.news(&ChatEvent::parse(name, data)?) {
///         shown += &message.content;
///     }
/// }
/// assert_eq!(shown, "星期二。");
/// # Ok::<(), coze_types::DecodeError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct AnswerText {
    /// Answers of which text has come.
    begun: Vec<MessageId>,
    /// Text so far of the answer that is not completed.
    open: String,
    /// Answer that was completed last.
    whole: Option<MessageId>,
}

impl AnswerText {
    /// Nothing has come yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Message whose content is text that was not there before; `None` where the event brings none.
    pub fn news<'e>(&mut self, event: &'e ChatEvent) -> Option<&'e Message> {
        match event {
            ChatEvent::MessageDelta(message) if message.answer_piece().is_some() => {
                if self.whole.as_ref() == Some(&message.id) {
                    return None;
                }
                if self.begun.last() != Some(&message.id) {
                    self.open.clear();
                    self.begun.push(message.id.clone());
                }
                self.open.push_str(&message.content);
                Some(message)
            }
            ChatEvent::MessageCompleted(message) if message.is_answer() && message.is_text() => {
                // Pieces may have arrived under another id; they must not be yielded twice.
                let open = std::mem::take(&mut self.open);
                let told = self.begun.contains(&message.id)
                    || (!open.is_empty() && message.content.starts_with(&open));
                if self.begun.last() != Some(&message.id) {
                    self.begun.push(message.id.clone());
                }
                self.whole = Some(message.id.clone());
                (!told && !message.content.is_empty()).then_some(message)
            }
            _ => None,
        }
    }
}
