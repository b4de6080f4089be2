//! The output of a chatflow as the events of a chat.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::mpsc;

use crate::agent::words;
use crate::http::answer::View;
use crate::http::stream::Signal as Written;
use crate::http::{StreamItem, StreamOf};
use crate::script::event::Event;
use crate::server::Shared;
use crate::state::{Chat, Id, Message, Role, Status};
use crate::workflow::engine::{Piece, Signal};

pub(super) struct Relay {
    sim: Arc<Shared>,
    chat: Id,
    run: Id,
    debug_url: String,
    /// `None` if nobody listens any more; the conversation is still updated.
    out: Option<mpsc::Sender<Written>>,
    /// The current message, by the execution of its node.
    open: Option<(String, Message)>,
}

impl Relay {
    pub(super) fn new(
        sim: Arc<Shared>,
        chat: Id,
        run: Id,
        debug_url: String,
        out: mpsc::Sender<Written>,
    ) -> Self {
        Self { sim, chat, run, debug_url, out: Some(out), open: None }
    }

    /// Relays the run up to its end or its next interrupt.
    pub(super) async fn run(mut self, mut signals: mpsc::Receiver<Signal>) {
        self.chat_event("created").await;
        self.update(|chat| chat.status = Status::InProgress);
        self.chat_event("in_progress").await;
        while let Some(signal) = signals.recv().await {
            match signal {
                Signal::Message(piece) => self.piece(piece).await,
                Signal::Interrupt(interrupt) => {
                    self.say("answer", interrupt.asked, true).await;
                    let content =
                        json!({"msg_type": "interrupt", "data": "", "from_module": null, "from_unit": null});
                    self.verbose(content.to_string()).await;
                    self.finish(|chat| chat.status = Status::RequiresAction);
                    self.chat_event("requires_action").await;
                    self.tell(Written::Done).await;
                }
                Signal::Done(_) => {
                    self.verbose((self.sim.behavior.finish)()).await;
                    self.finish(|chat| {
                        chat.status = Status::Completed;
                        chat.completed_at = Some(self.sim.now());
                    });
                    self.chat_event("completed").await;
                    self.tell(Written::Done).await;
                }
                Signal::Failed { code, message } => self.failed(code, message).await,
            }
        }
        // An aborted run frees its conversation.
        self.finish(|_| {});
        self.tell(Written::End).await;
    }

    async fn tell(&mut self, written: Written) {
        if let Some(out) = &self.out
            && out.send(written).await.is_err()
        {
            self.out = None;
        }
    }

    fn update(&self, change: impl FnOnce(&mut Chat)) -> Option<Chat> {
        let mut state = self.sim.store.lock();
        let chat = state.chats.get_mut(&self.chat)?;
        change(chat);
        Some(chat.clone())
    }

    /// Finishes the chat, and frees its conversation.
    fn finish(&self, change: impl FnOnce(&mut Chat)) {
        let Some(chat) = self.update(change) else { return };
        let mut state = self.sim.store.lock();
        if let Some(conversation) = state.conversations.get_mut(&chat.conversation_id) {
            conversation.running = conversation.running.filter(|running| *running != chat.id);
        }
    }

    async fn failed(&mut self, code: i64, message: String) {
        self.finish(|chat| {
            chat.status = Status::Failed;
            chat.failed_at = Some(self.sim.now());
            chat.last_error = Some((code, message.clone()));
        });
        if self.sim.behavior.has_failed_event {
            self.chat_event("failed").await;
            self.tell(Written::Done).await;
        } else {
            // The code is a text here.
            let data = json!({"code": code.to_string(), "msg": message, "debug_url": self.debug_url});
            self.tell(Written::Last(Event::new("error", &data).into())).await;
        }
    }

    async fn chat_event(&mut self, name: &str) {
        let Some(chat) = self.update(|_| {}) else { return };
        let item = StreamItem::Chat { name: name.to_owned(), chat: Box::new(chat), run: Some(self.run) };
        self.tell(Written::Event(item)).await;
    }

    async fn message_event(&mut self, message: Message, view: View) {
        let name =
            if view == View::Delta { "conversation.message.delta" } else { "conversation.message.completed" };
        let item = StreamItem::Message { name, message: Box::new(message), view, of: StreamOf::Chatflow };
        self.tell(Written::Event(item)).await;
    }

    fn draft(&self, kind: &str, content: String) -> Option<Message> {
        let chat = self.update(|_| {})?;
        Some(Message {
            id: self.sim.store.mint.id(),
            conversation_id: chat.conversation_id,
            section_id: chat.section_id,
            bot_id: Some(chat.bot_id).filter(|id| *id != Id::new(0)),
            chat_id: Some(chat.id),
            role: Role::Assistant,
            kind: kind.to_owned(),
            content,
            content_type: "text".into(),
            created_at: self.sim.now(),
            updated_at: self.sim.now(),
            ..Message::default()
        })
    }

    /// Sends a piece as a delta, and the whole message after its last one.
    async fn piece(&mut self, piece: Piece) {
        if self.open.as_ref().is_none_or(|(uuid, _)| *uuid != piece.uuid) {
            self.open = self.draft("answer", String::new()).map(|message| (piece.uuid.clone(), message));
        }
        let Some((_, message)) = &mut self.open else { return };
        message.content.push_str(&piece.content);
        let delta = Message { content: piece.content, ..message.clone() };
        self.message_event(delta, View::Delta).await;
        if piece.last
            && let Some((_, message)) = self.open.take()
        {
            self.complete(message).await;
        }
    }

    async fn say(&mut self, kind: &str, content: String, delta: bool) {
        let Some(message) = self.draft(kind, content) else { return };
        if delta {
            self.message_event(message.clone(), View::Delta).await;
        }
        self.complete(message).await;
    }

    async fn verbose(&mut self, content: String) {
        if self.sim.behavior.chatflows_are_verbose {
            self.say("verbose", content, false).await;
        }
    }

    async fn complete(&mut self, message: Message) {
        if message.kind == "answer" {
            let words = words::count(&message.content).words as u64;
            self.update(|chat| chat.usage.output += words);
        }
        self.sim.store.lock().add(message.clone());
        self.message_event(message, View::Completed).await;
    }
}
