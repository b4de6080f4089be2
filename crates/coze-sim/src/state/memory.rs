//! The limit on stored data: the oldest is removed first.

use super::id::Id;
use super::run::RunStatus;
use super::{Conversation, Message, State};

/// Estimated size of anything, in addition to its texts.
const OVERHEAD: usize = 512;

/// Removes what has an id from the state of its group.
type Forget = fn(&mut State, Id);

/// Limited state of a group.
pub(super) struct Kept {
    what: &'static str,
    weight: usize,
    forget: Forget,
}

impl Message {
    /// Estimates its size in bytes.
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
    /// Adds stored bytes; if the limit is exceeded, the oldest data is removed.
    pub(crate) fn stored(&mut self, bytes: usize) {
        self.grown(OVERHEAD + bytes);
    }

    /// Adds the bytes by which stored data has grown.
    pub(crate) fn grown(&mut self, bytes: usize) {
        self.used += bytes;
        while self.limit.is_some_and(|limit| self.used > limit) {
            let Some((what, id, weight)) = self.forget_oldest() else { return };
            self.used = self.used.saturating_sub(weight);
            let limit = self.limit.unwrap_or_default();
            self.log(&format!("forgot {what} {id}, the oldest: more than {limit} bytes are stored"));
        }
    }

    /// Adds an object of a group by its id, with its estimated size in bytes, or adds bytes to it. `forget` removes
    /// it if it is the oldest.
    pub(crate) fn keep(&mut self, what: &'static str, id: Id, bytes: usize, forget: Forget) {
        self.stored(bytes);
        self.kept.entry(id).or_insert(Kept { what, weight: 0, forget }).weight += OVERHEAD + bytes;
    }

    /// Subtracts an object that a user deleted.
    pub(crate) fn release(&mut self, id: Id) {
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

    /// Removes the oldest file, conversation or run that is not in use.
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
