//! What is shown of the events of a chat.

use coze::chat::{AnswerText, Chat, ChatEvent};
use coze::message::{ContentType, Message, MessageType};
use coze::types::MessageId;

use crate::failure::Failure;
use crate::lang::say;
use crate::screen::Screen;

/// Longest output of a tool that is shown, in characters.
const TOLD: usize = 200;

/// What was shown of one answer.
pub(super) struct Show {
    text: AnswerText,
    /// Answer that is being shown.
    shown: Option<MessageId>,
    /// Calls of tools that are not shown yet: those that wait for their output are shown with the prompt for it.
    calls: Vec<String>,
    follow_ups: Vec<String>,
    has_audio: bool,
    has_card: bool,
}

impl Show {
    pub(super) fn new() -> Self {
        Self {
            text: AnswerText::new(),
            shown: None,
            calls: Vec::new(),
            follow_ups: Vec::new(),
            has_audio: false,
            has_card: false,
        }
    }

    pub(super) fn event(&mut self, event: &ChatEvent, screen: &mut Screen) -> Result<(), Failure> {
        if let ChatEvent::MessageDelta(message) = event {
            reason(message, screen);
        }
        if let Some(message) = self.text.news(event) {
            self.begin(message, screen)?;
            screen.answer(&message.content)?;
        }
        match event {
            ChatEvent::MessageCompleted(message) => self.message(message, screen),
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

    /// Sets an answer apart from the one before.
    fn begin(&mut self, message: &Message, screen: &mut Screen) -> Result<(), Failure> {
        if self.shown.as_ref() == Some(&message.id) {
            return Ok(());
        }
        self.tell_calls(screen);
        self.shown = Some(message.id.clone());
        screen.end_answer()
    }

    fn message(&mut self, message: &Message, screen: &mut Screen) {
        match &message.kind {
            Some(MessageType::Answer) => self.has_card |= message.content_type == Some(ContentType::Card),
            Some(MessageType::FunctionCall) if screen.tells_asides() => {
                self.calls.push(match message.function_call() {
                    Ok(call) => format!("{} {}", call.name, call.arguments),
                    Err(_) => message.content.clone(),
                });
            }
            Some(MessageType::ToolResponse | MessageType::ToolOutput) if screen.tells_asides() => {
                self.tell_calls(screen);
                screen.note(&say!("gets {}", "结果 {}", shortened(&message.content)));
            }
            // Coze Studio may send one twice.
            Some(MessageType::FollowUp) if !self.follow_ups.contains(&message.content) => {
                self.follow_ups.push(message.content.clone());
            }
            _ => {}
        }
    }

    fn tell_calls(&mut self, screen: &mut Screen) {
        for call in self.calls.drain(..) {
            screen.note(&say!("calls {call}", "调用 {call}"));
        }
    }

    /// Shows what is left once the answer is complete.
    pub(super) fn finish(&mut self, screen: &mut Screen) {
        if self.has_card {
            screen.note(&say!(
                "the answer has a card, which is not shown here; --json prints it",
                "回答里有卡片，这里不显示；--json 可以打印"
            ));
        }
        if !screen.tells_asides() {
            return;
        }
        self.tell_calls(screen);
        if self.has_audio {
            screen.note(&say!(
                "the answer has audio too, which is not played here; --json prints it",
                "回答里还有音频，这里不播放；--json 可以打印"
            ));
        }
        for question in self.follow_ups.drain(..) {
            screen.note(&format!("  › {question}"));
        }
    }
}

fn reason(message: &Message, screen: &mut Screen) {
    if let Some(reasoning) = &message.reasoning_content
        && !reasoning.is_empty()
        && screen.tells_asides()
    {
        screen.aside(reasoning);
    }
}

fn tell_usage(chat: &Chat, screen: &mut Screen) {
    screen.note(&say!("chat {}", "对话 {}", chat.id));
    if let Some(conversation) = &chat.conversation_id {
        screen.note(&say!("conversation {conversation}", "会话 {conversation}"));
    }
    if let Some(count) = chat.usage.as_ref().and_then(|usage| usage.token_count) {
        screen.note(&say!("{count} tokens", "用量 {count} token"));
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
