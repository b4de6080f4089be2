//! The run of an agent: step by step, with or without a listener.

mod tool;
mod workflow;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::agent::{report, speak, words};
use crate::http::answer::View;
use crate::http::stream::Signal;
use crate::http::{StreamItem, StreamOf};
use crate::script::event::Event;
use crate::script::step::{Detailed, Problem, Sound, Spoken, Step, Turn, Words};
use crate::server::Shared;
use crate::state::{Chat, Id, Message, MetaData, Role, Status};
use crate::workflow::template::{dig, plain};

/// Whether the run continues after a step.
#[derive(PartialEq, Eq)]
enum Flow {
    On,
    /// The stream ends here, with or without the done event.
    Stop {
        done: bool,
    },
}

struct Run {
    sim: Arc<Shared>,
    chat: Id,
    turn: Turn,
    /// `None` if nobody listens any more.
    listener: Option<mpsc::Sender<Signal>>,
    /// The message whose deltas are sent; reasoning starts it before its answer does.
    message_id: Option<Id>,
    reasoning: String,
    late: Vec<String>,
}

/// Runs a chat to its end, or until it waits for tool outputs.
pub(super) async fn run(sim: Arc<Shared>, chat: Id, turn: Turn, listener: Option<mpsc::Sender<Signal>>) {
    let mut run =
        Run { sim, chat, turn, listener, message_id: None, reasoning: String::new(), late: Vec::new() };
    if !run.turn.bare {
        run.chat_event("created").await;
        run.update(|chat| {
            if chat.status == Status::Created {
                chat.status = Status::InProgress;
            }
        });
        run.chat_event("in_progress").await;
    }
    run.go().await;
    run.tell(Signal::End).await;
}

impl Run {
    /// Executes the steps one by one, and ends the chat after the last one.
    async fn go(&mut self) {
        while let Some(step) = self.turn.steps.pop_front() {
            if let Flow::Stop { done } = self.perform(step).await {
                if done && !self.turn.bare {
                    self.tell(Signal::Done).await;
                }
                return;
            }
        }
        self.finish().await;
    }

    async fn tell(&mut self, signal: Signal) {
        if let Some(listener) = &self.listener
            && listener.send(signal).await.is_err()
        {
            self.listener = None;
        }
    }

    async fn event(&mut self, name: &str, data: &Value) {
        if self.listener.is_some() {
            self.tell(Signal::Event(Event::new(name, data).into())).await;
        }
    }

    async fn message(&mut self, name: &'static str, message: &Message, view: View) {
        if self.listener.is_some() {
            let message = Box::new(message.clone());
            self.tell(Signal::Event(StreamItem::Message { name, message, view, of: StreamOf::Chat })).await;
        }
    }

    /// Changes the chat, and returns a copy; `None` if it was deleted.
    fn update(&self, change: impl FnOnce(&mut Chat)) -> Option<Chat> {
        let mut state = self.sim.store.lock();
        let chat = state.chats.get_mut(&self.chat)?;
        change(chat);
        Some(chat.clone())
    }

    /// Sends the chat event of the given name.
    async fn chat_event(&mut self, name: &str) {
        if let Some(chat) = self.update(|_| {}) {
            let item = StreamItem::Chat { name: name.to_owned(), chat: Box::new(chat), run: None };
            self.tell(Signal::Event(item)).await;
        }
    }

    async fn perform(&mut self, step: Step) -> Flow {
        match step {
            Step::Answer(words) => self.answer(words).await,
            Step::Reasoning(words) => self.reason(words).await,
            Step::Message(made) => {
                let content = self.filled(&made.content);
                let content_type = made.content_type.unwrap_or_else(|| "text".into());
                self.say(&made.kind, content, &content_type, MetaData::new()).await;
            }
            Step::Call(calls) => return self.call(calls).await,
            Step::Workflow(step) => return self.workflow(step).await,
            Step::Report { tool, chinese } => {
                let text = report(&tool, &self.turn.output, chinese);
                self.answer(Words::Text(text)).await;
            }
            Step::Audio(Sound::Base64(audio)) => self.audio(audio).await,
            Step::Audio(Sound::Spoken(spoken)) => self.speak(spoken).await,
            Step::Chat(name) => self.chat_event(&name).await,
            Step::Event(custom) => {
                let mut event = Event::from(custom);
                event.data = self.filled(&event.data);
                self.tell(Signal::Event(event.into())).await;
            }
            Step::Error(problem) => return self.error(problem).await,
            Step::Fail(problem) => return self.fail(problem).await,
            Step::Raw(text) => {
                let text = self.filled(&text);
                self.tell(Signal::Raw(text.into())).await;
            }
            Step::RawBytes(bytes) => self.tell(Signal::Raw(bytes.into())).await,
            Step::Comment(text) => self.tell(Signal::Comment(text)).await,
            Step::WaitMs(time) => tokio::time::sleep(Duration::from_millis(time)).await,
        }
        Flow::On
    }

    /// Replaces the names of ids, input, output and stored words by their values, without expanding those again.
    fn filled(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let known = after.split_once('}').and_then(|(name, after)| Some((self.named(name)?, after)));
            let (value, after) = known.unwrap_or_else(|| ("{".into(), after));
            filled.push_str(&value);
            rest = after;
        }
        filled + rest
    }

    /// Returns the value of a name in braces.
    fn named(&self, name: &str) -> Option<String> {
        if let Some(path) = name.strip_prefix("output.") {
            let output: Value = serde_json::from_str(&self.turn.output).unwrap_or_default();
            let path: Vec<&str> = path.split('.').collect();
            return Some(dig(&output, &path).map(plain).unwrap_or_default());
        }
        Some(match name {
            "input" => self.turn.input.clone(),
            "output" => self.turn.output.clone(),
            "chat_id" => self.chat.to_string(),
            "conversation_id" => self.update(|_| {})?.conversation_id.to_string(),
            "bot_id" => self.update(|_| {})?.bot_id.to_string(),
            kept => self.turn.kept.get(kept)?.clone(),
        })
    }

    async fn pace(&self) {
        if self.turn.pace.is_zero() {
            // Long answers must let other tasks run.
            tokio::task::consume_budget().await;
        } else {
            tokio::time::sleep(self.turn.pace).await;
        }
    }

    /// Starts a message of the agent; `None` if the chat was deleted.
    fn draft(&self, id: Id, kind: &str, content: String, content_type: &str) -> Option<Message> {
        let chat = self.update(|_| {})?;
        Some(Message {
            id,
            conversation_id: chat.conversation_id,
            section_id: chat.section_id,
            bot_id: Some(chat.bot_id),
            chat_id: Some(chat.id),
            role: Role::Assistant,
            kind: kind.to_owned(),
            content,
            content_type: content_type.to_owned(),
            created_at: self.sim.now(),
            updated_at: self.sim.now(),
            forgotten: chat.status == Status::Canceled,
            ..Message::default()
        })
    }

    /// Stores a completed message, and sends it.
    async fn complete(&mut self, message: Message) {
        {
            let mut state = self.sim.store.lock();
            if state.chats.get(&self.chat).is_some_and(|chat| chat.saved) {
                state.add(message.clone());
            }
        }
        self.message("conversation.message.completed", &message, View::Completed).await;
    }

    /// Sends a completed message without deltas.
    async fn say(&mut self, kind: &str, content: String, content_type: &str, meta_data: MetaData) {
        let id = self.sim.store.mint.id();
        if let Some(message) = self.draft(id, kind, content, content_type) {
            self.complete(Message { meta_data, ..message }).await;
        }
    }

    fn open_message(&mut self) -> Id {
        let Self { message_id, sim, .. } = self;
        *message_id.get_or_insert_with(|| sim.store.mint.id())
    }

    async fn reason(&mut self, words: Words) {
        let (deltas, times) = self.deltas(words);
        let id = self.open_message();
        let Some(mut delta) = self.draft(id, "answer", String::new(), "text") else { return };
        for _ in 0..times {
            for piece in &deltas {
                self.pace().await;
                self.reasoning.push_str(piece);
                delta.reasoning_content.clone_from(piece);
                self.message("conversation.message.delta", &delta, View::Delta).await;
            }
        }
    }

    /// Returns the pieces of a text, and the number of repetitions.
    fn deltas(&self, words: Words) -> (Vec<String>, u64) {
        match words {
            Words::Text(text) => {
                (words::pieces(&self.filled(&text)).into_iter().map(str::to_owned).collect(), 1)
            }
            Words::Deltas(deltas) => (deltas.iter().map(|delta| self.filled(delta)).collect(), 1),
            Words::Detailed(Detailed { deltas, times, stretch, .. }) => {
                let stretched = |delta: &String| self.filled(delta).repeat(stretch.unwrap_or(1));
                (deltas.iter().map(stretched).collect(), times.unwrap_or(1))
            }
        }
    }

    async fn answer(&mut self, words: Words) {
        let (completed, content_type) = match &words {
            Words::Detailed(detailed) => (detailed.completed.unwrap_or(1), detailed.content_type.clone()),
            Words::Text(_) | Words::Deltas(_) => (1, None),
        };
        let content_type = content_type.unwrap_or_else(|| "text".into());
        let (deltas, times) = self.deltas(words);
        let id = self.open_message();
        let Some(mut delta) = self.draft(id, "answer", String::new(), &content_type) else { return };
        let mut text = String::new();
        for _ in 0..times {
            for piece in &deltas {
                self.pace().await;
                text.push_str(piece);
                if self.listener.is_some() {
                    delta.content.clone_from(piece);
                    self.message("conversation.message.delta", &delta, View::Delta).await;
                }
            }
        }
        self.message_id = None;
        let reasoning_content = std::mem::take(&mut self.reasoning);
        let words = (words::count(&text).words + words::count(&reasoning_content).words) as u64;
        let usage = self.update(|chat| chat.usage.output += words).map(|chat| chat.usage).unwrap_or_default();
        let Some(message) = self.draft(id, "answer", text, &content_type) else { return };
        let meta_data = (self.sim.behavior.cost)(usage);
        let message = Message { reasoning_content, meta_data, ..message };
        if completed > 0 {
            self.complete(message.clone()).await;
        }
        for _ in 1..completed {
            self.message("conversation.message.completed", &message, View::Completed).await;
        }
    }

    async fn speak(&mut self, spoken: Spoken) {
        let mut deltas = spoken.deltas;
        if let Some(text) = &spoken.say {
            deltas.extend(speak(&self.filled(text)));
        }
        for _ in 0..spoken.times.unwrap_or(1) {
            if spoken.late {
                self.late.extend(deltas.iter().cloned());
                continue;
            }
            for delta in &deltas {
                self.pace().await;
                self.audio(delta.clone()).await;
            }
        }
    }

    async fn audio(&mut self, audio: String) {
        let id = self.open_message();
        self.message_id = None;
        if let Some(message) = self.draft(id, "answer", audio, "audio") {
            self.message("conversation.audio.delta", &message, View::Delta).await;
        }
    }

    /// Sends an error event; the chat has failed, unless the script continues.
    async fn error(&mut self, problem: Problem) -> Flow {
        let Problem { code, msg, go_on, .. } = problem;
        self.event("error", &json!({"code": code, "msg": msg})).await;
        if go_on {
            return Flow::On;
        }
        self.mark_failed(code, msg);
        Flow::Stop { done: false }
    }

    async fn fail(&mut self, problem: Problem) -> Flow {
        let Problem { code, msg, bare, .. } = problem;
        if !self.sim.behavior.has_failed_event {
            // A failure in the middle: an error, followed by a regular end.
            return self.error(Problem { code, msg, go_on: true, bare }).await;
        }
        self.mark_failed(code, msg.clone());
        if bare {
            self.event("conversation.chat.failed", &json!({"code": code, "msg": msg})).await;
        } else {
            self.chat_event("failed").await;
        }
        Flow::Stop { done: true }
    }

    fn mark_failed(&self, code: i64, msg: String) {
        self.update(|chat| {
            if chat.status != Status::Canceled {
                chat.status = Status::Failed;
                chat.failed_at = Some(self.sim.now());
                chat.last_error = Some((code, msg));
            }
        });
        self.release();
    }

    /// Frees the conversation for the next chat.
    fn release(&self) {
        let mut state = self.sim.store.lock();
        let conversation = state.chats.get(&self.chat).map(|chat| chat.conversation_id);
        if let Some(conversation) = conversation.and_then(|id| state.conversations.get_mut(&id))
            && conversation.running == Some(self.chat)
        {
            conversation.running = None;
        }
    }

    /// Completes the chat: the closing messages, the completed chat, the end of the stream.
    async fn finish(&mut self) {
        if !self.turn.bare {
            let verbose_first = self.sim.behavior.verbose_first;
            let follow_ups = std::mem::take(&mut self.turn.follow_ups);
            if verbose_first {
                self.verbose().await;
            }
            for text in follow_ups {
                self.say("follow_up", text, "text", MetaData::new()).await;
            }
            if !verbose_first {
                self.verbose().await;
            }
        }
        let lasts = self.sim.behavior.cancel_lasts;
        self.update(|chat| {
            if !(lasts && chat.status == Status::Canceled) {
                chat.status = Status::Completed;
                chat.completed_at = Some(self.sim.now());
            }
        });
        self.release();
        if !self.turn.bare {
            self.chat_event("completed").await;
            for audio in std::mem::take(&mut self.late) {
                self.audio(audio).await;
            }
            self.tell(Signal::Done).await;
        }
    }

    async fn verbose(&mut self) {
        let content = (self.sim.behavior.finish)();
        self.say("verbose", content, "text", MetaData::new()).await;
    }
}
