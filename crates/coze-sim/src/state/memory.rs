//! The bound on what is stored: the oldest goes first.

use super::id::Id;
use super::run::RunStatus;
use super::{Conversation, Message, State};

/// What is stored of anything, beside its texts, counts as so many bytes.
const OVERHEAD: usize = 512;

impl Message {
    /// Counts the bytes that it takes, about.
    pub(crate) fn weight(&self) -> usize {
        OVERHEAD + self.content.len() + self.reasoning_content.len()
    }
}

impl Conversation {
    fn weight(&self) -> usize {
        OVERHEAD + self.messages.iter().map(Message::weight).sum::<usize>()
    }
}

impl State {
    /// Counts bytes that were stored; what is oldest is forgotten if they are too many.
    pub(crate) fn stored(&mut self, bytes: usize) {
        self.used += OVERHEAD + bytes;
        while self.limit.is_some_and(|limit| self.used > limit) {
            let Some((what, id, weight)) = self.forget_oldest() else { return };
            self.used = self.used.saturating_sub(OVERHEAD + weight);
            let limit = self.limit.unwrap_or_default();
            self.log(&format!("forgot {what} {id}, the oldest there is: more than {limit} bytes are stored"));
        }
    }

    /// Forgets the oldest file, conversation or run that is not in use.
    fn forget_oldest(&mut self) -> Option<(&'static str, Id, usize)> {
        let file = self.files.keys().next().copied();
        let idle = |(_, one): &(&Id, &Conversation)| one.running.is_none() && one.interrupted.is_none();
        let conversation = self.conversations.iter().find(idle).map(|(id, _)| *id);
        let ended = |status| matches!(status, RunStatus::Success | RunStatus::Fail);
        let run = self.runs.iter().find(|(_, record)| ended(record.status)).map(|(id, _)| *id);
        // Ids ascend with time.
        let oldest = [file, conversation, run].into_iter().flatten().min()?;
        if let Some(file) = self.files.remove(&oldest) {
            return Some(("file", oldest, file.head.len()));
        }
        if let Some(record) = self.runs.remove(&oldest) {
            return Some(("run", oldest, record.weight()));
        }
        let conversation = self.conversations.remove(&oldest)?;
        let chats = self.chats.len();
        self.chats.retain(|_, chat| chat.conversation_id != oldest);
        Some(("conversation", oldest, conversation.weight() + (chats - self.chats.len()) * OVERHEAD))
    }
}
