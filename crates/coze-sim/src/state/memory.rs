//! The bound on what is stored: the oldest goes first.

use super::id::Id;
use super::run::RunStatus;
use super::{Conversation, Message, State};

/// What is stored of anything, beside its texts, counts as so many bytes.
const OVERHEAD: usize = 512;

/// Takes what has an id out of what its group keeps.
type Forget = fn(&mut State, Id);

/// What a group keeps, as far as the bound is concerned.
pub(super) struct Kept {
    what: &'static str,
    weight: usize,
    forget: Forget,
}

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
        self.grown(OVERHEAD + bytes);
    }

    /// Counts by how many bytes something that is stored has grown.
    pub(crate) fn grown(&mut self, bytes: usize) {
        self.used += bytes;
        while self.limit.is_some_and(|limit| self.used > limit) {
            let Some((what, id, weight)) = self.forget_oldest() else { return };
            self.used = self.used.saturating_sub(weight);
            let limit = self.limit.unwrap_or_default();
            self.log(&format!("forgot {what} {id}, the oldest there is: more than {limit} bytes are stored"));
        }
    }

    /// Counts what a group keeps by an id of its own, about so many bytes, or more bytes of it. `forget` takes it away
    /// when it is the oldest.
    pub(crate) fn keep(&mut self, what: &'static str, id: Id, bytes: usize, forget: Forget) {
        self.stored(bytes);
        self.kept.entry(id).or_insert(Kept { what, weight: 0, forget }).weight += OVERHEAD + bytes;
    }

    /// Counts what a group no longer keeps, since a user deleted it.
    pub(crate) fn let_go(&mut self, id: Id) {
        let weight = self.kept.remove(&id).map_or(0, |kept| kept.weight);
        self.used = self.used.saturating_sub(weight);
    }

    /// Deletes a conversation, with its chats.
    pub(crate) fn delete_conversation(&mut self, id: Id) {
        let weight = self.forget_conversation(id).unwrap_or_default();
        self.used = self.used.saturating_sub(weight);
    }

    fn forget_conversation(&mut self, id: Id) -> Option<usize> {
        let conversation = self.conversations.remove(&id)?;
        let chats = self.chats.len();
        self.chats.retain(|_, chat| chat.conversation_id != id);
        Some(conversation.weight() + (chats - self.chats.len()) * OVERHEAD)
    }

    /// Forgets the oldest file, conversation, run that is not in use.
    fn forget_oldest(&mut self) -> Option<(&'static str, Id, usize)> {
        let file = self.files.keys().next().copied();
        let idle = |(_, one): &(&Id, &Conversation)| one.running.is_none() && one.interrupted.is_none();
        let conversation = self.conversations.iter().find(idle).map(|(id, _)| *id);
        let ended = |status| matches!(status, RunStatus::Success | RunStatus::Fail);
        let run = self.runs.iter().find(|(_, record)| ended(record.status)).map(|(id, _)| *id);
        // Ids ascend with time.
        let kept = self.kept.keys().next().copied();
        let oldest = [file, conversation, run, kept].into_iter().flatten().min()?;
        if let Some(kept) = self.kept.remove(&oldest) {
            (kept.forget)(self, oldest);
            return Some((kept.what, oldest, kept.weight));
        }
        if let Some(file) = self.files.remove(&oldest) {
            return Some(("file", oldest, OVERHEAD + file.head.len()));
        }
        if let Some(record) = self.runs.remove(&oldest) {
            return Some(("run", oldest, OVERHEAD + record.counted));
        }
        Some(("conversation", oldest, self.forget_conversation(oldest)?))
    }
}
