//! What is shown of the events of a chat.

use coze::chat::{Chat, ChatEvent};
use coze::message::{Message, MessageType};
use coze::types::MessageId;

use crate::failure::Failure;
use crate::screen::Screen;

/// Longest output of a tool that is told, in characters.
const TOLD: usize = 200;

/// What was shown of one answer.
pub(super) struct Show {
    /// Answers that were shown, piece by piece or whole.
    shown: Vec<MessageId>,
    /// Calls of tools that are not told yet: those that wait for their output are told when it is asked for.
    calls: Vec<String>,
    follow_ups: Vec<String>,
    has_audio: bool,
}

impl Show {
    pub(super) fn new() -> Self {
        Self { shown: Vec::new(), calls: Vec::new(), follow_ups: Vec::new(), has_audio: false }
    }

    pub(super) fn event(&mut self, event: &ChatEvent, screen: &mut Screen) -> Result<(), Failure> {
        match event {
            ChatEvent::MessageDelta(message) => self.piece(message, screen)?,
            ChatEvent::MessageCompleted(message) => self.message(message, screen)?,
            ChatEvent::AudioDelta(_) => self.has_audio = true,
            ChatEvent::RequiresAction(_) => self.calls.clear(),
            ChatEvent::Completed(chat) if screen.is_verbose() => {
                screen.end_answer()?;
                tell_usage(chat, screen);
            }
            _ => {}
        }
        Ok(())
    }

    fn piece(&mut self, message: &Message, screen: &mut Screen) -> Result<(), Failure> {
        if let Some(reasoning) = &message.reasoning_content
            && !reasoning.is_empty()
            && screen.tells_asides()
        {
            screen.aside(reasoning);
        }
        if !message.is_answer() || message.content.is_empty() {
            return Ok(());
        }
        self.begin(message, screen)?;
        screen.answer(&message.content)
    }

    /// Sets an answer apart from the one before.
    fn begin(&mut self, message: &Message, screen: &mut Screen) -> Result<(), Failure> {
        if self.shown.last() == Some(&message.id) {
            return Ok(());
        }
        self.tell_calls(screen);
        self.shown.push(message.id.clone());
        screen.end_answer()
    }

    fn message(&mut self, message: &Message, screen: &mut Screen) -> Result<(), Failure> {
        match &message.kind {
            // Some answers, such as cards, come whole.
            Some(MessageType::Answer) if !self.shown.contains(&message.id) && !message.content.is_empty() => {
                self.begin(message, screen)?;
                screen.answer(&message.content)?;
            }
            Some(MessageType::FunctionCall) if screen.tells_asides() => {
                self.calls.push(match message.function_call() {
                    Ok(call) => format!("{} {}", call.name, call.arguments),
                    Err(_) => message.content.clone(),
                });
            }
            Some(MessageType::ToolResponse | MessageType::ToolOutput) if screen.tells_asides() => {
                self.tell_calls(screen);
                screen.note(&format!("gets {}", shortened(&message.content)));
            }
            // Coze Studio may send one twice.
            Some(MessageType::FollowUp) if !self.follow_ups.contains(&message.content) => {
                self.follow_ups.push(message.content.clone());
            }
            _ => {}
        }
        Ok(())
    }

    fn tell_calls(&mut self, screen: &mut Screen) {
        for call in self.calls.drain(..) {
            screen.note(&format!("calls {call}"));
        }
    }

    /// Tells what is left once the answer is complete.
    pub(super) fn finish(&mut self, screen: &mut Screen) {
        if !screen.tells_asides() {
            return;
        }
        self.tell_calls(screen);
        if self.has_audio {
            screen.note("the answer has audio too, which is not played here; --json prints it");
        }
        for question in self.follow_ups.drain(..) {
            screen.note(&format!("  › {question}"));
        }
    }
}

fn tell_usage(chat: &Chat, screen: &mut Screen) {
    screen.note(&format!("chat {}", chat.id));
    if let Some(conversation) = &chat.conversation_id {
        screen.note(&format!("conversation {conversation}"));
    }
    if let Some(count) = chat.usage.as_ref().and_then(|usage| usage.token_count) {
        screen.note(&format!("{count} tokens"));
    }
}

fn shortened(text: &str) -> String {
    let mut line = text.replace(['\r', '\n'], " ");
    if let Some((end, _)) = line.char_indices().nth(TOLD) {
        line.truncate(end);
        line.push('…');
    }
    line
}
