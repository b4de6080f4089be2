//! The state of the simulator, in memory; nothing here knows HTTP.

pub(crate) mod behavior;
pub(crate) mod clock;
pub(crate) mod id;
mod memory;
pub(crate) mod refusal;
pub(crate) mod run;

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::file::measure::Measure;
use crate::script::step::Turn;
use clock::Clock;
pub(crate) use id::Id;
use id::Mint;
pub(crate) use refusal::Refusal;
use run::Record;

/// Workspace of all built-in objects.
pub(crate) const WORKSPACE: Id = Id::new(7_400_000_000_000_000_009);

/// Custom key-value pairs of the client.
pub(crate) type MetaData = BTreeMap<String, String>;

/// Conversations, chats, files and everything else of all users.
pub(crate) struct Store {
    pub(crate) mint: Mint,
    pub(crate) clock: Clock,
    state: Mutex<State>,
}

/// A receiver of log lines.
pub(crate) type Log = Arc<dyn Fn(&str) + Send + Sync>;

impl Store {
    /// Creates an empty store with an approximate maximum size in bytes, and a log of what it removes.
    pub(crate) fn new(limit: usize, log: Option<Log>) -> Self {
        let clock = Clock::default();
        let state = State { clock: clock.clone(), limit: Some(limit), log, ..State::default() };
        let mint = Mint::new(clock.clone());
        Self { mint, clock, state: Mutex::new(state) }
    }

    /// Deletes everything.
    pub(crate) fn reset(&self) {
        let mut state = self.lock();
        let State { clock, limit, log, .. } = std::mem::take(&mut *state);
        *state = State { clock, limit, log, ..State::default() };
        self.clock.reset();
    }

    /// Locks the state; never held across an await.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        // A panic of another task leaves the maps valid.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) conversations: BTreeMap<Id, Conversation>,
    pub(crate) chats: HashMap<Id, Chat>,
    pub(crate) files: BTreeMap<Id, StoredFile>,
    pub(crate) runs: BTreeMap<Id, Record>,
    /// Private state of groups, by its type.
    groups: HashMap<TypeId, Box<dyn Any + Send>>,
    /// The part of it that is limited.
    kept: BTreeMap<Id, memory::Kept>,
    clock: Clock,
    /// Approximate number of stored bytes, and its maximum.
    used: usize,
    limit: Option<usize>,
    log: Option<Log>,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("used", &self.used).finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Conversation {
    pub(crate) id: Id,
    pub(crate) creator: Id,
    pub(crate) bot_id: Option<Id>,
    pub(crate) connector_id: String,
    pub(crate) name: String,
    pub(crate) meta_data: MetaData,
    pub(crate) created_at: u64,
    pub(crate) updated_at: u64,
    pub(crate) section_id: Id,
    /// All messages, oldest first.
    pub(crate) messages: Vec<Message>,
    /// The running chat; a second one is rejected meanwhile.
    pub(crate) running: Option<Id>,
    /// How an interrupted run continues with the next input (Coze Studio has no tool outputs).
    pub(crate) interrupted: Option<Turn>,
}

impl Conversation {
    /// Copies everything except the messages, which may be many.
    pub(crate) fn cover(&self) -> Self {
        Self {
            bot_id: self.bot_id,
            connector_id: self.connector_id.clone(),
            name: self.name.clone(),
            meta_data: self.meta_data.clone(),
            updated_at: self.updated_at,
            section_id: self.section_id,
            running: self.running,
            ..Self::new(self.id, self.creator, self.created_at)
        }
    }

    /// Creates an empty conversation in the API channel.
    pub(crate) fn new(id: Id, creator: Id, now: u64) -> Self {
        Self {
            id,
            creator,
            connector_id: "1024".to_owned(),
            created_at: now,
            updated_at: now,
            section_id: id,
            ..Self::default()
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    pub(crate) id: Id,
    pub(crate) conversation_id: Id,
    pub(crate) section_id: Id,
    pub(crate) bot_id: Option<Id>,
    pub(crate) chat_id: Option<Id>,
    pub(crate) role: Role,
    /// The type on the wire: question, answer, `function_call`, …
    pub(crate) kind: String,
    pub(crate) content: String,
    pub(crate) content_type: String,
    pub(crate) reasoning_content: String,
    pub(crate) meta_data: MetaData,
    pub(crate) created_at: u64,
    pub(crate) updated_at: u64,
    /// Part of the request of its chat, and thus not an answer of the chat.
    pub(crate) input: bool,
    /// Part of a canceled chat, which is no context for later ones.
    pub(crate) forgotten: bool,
    pub(crate) feedback: Option<Feedback>,
}

impl Message {
    /// Returns whether it is a message of the dialog and not an intermediate one.
    pub(crate) fn is_dialog(&self) -> bool {
        matches!(self.kind.as_str(), "question" | "answer")
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    #[default]
    User,
    Assistant,
}

/// Feedback of a user on an answer.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Feedback {
    /// Either `like` or `unlike`.
    pub feedback_type: String,
    /// Labels, at most 10.
    #[serde(default)]
    pub reason_types: Vec<String>,
    /// Comment of the user.
    #[serde(default)]
    pub comment: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Status {
    #[default]
    Created,
    InProgress,
    Completed,
    Failed,
    RequiresAction,
    Canceled,
}

impl Status {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::RequiresAction => "requires_action",
            Self::Canceled => "canceled",
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Chat {
    pub(crate) id: Id,
    pub(crate) conversation_id: Id,
    pub(crate) section_id: Id,
    pub(crate) bot_id: Id,
    pub(crate) status: Status,
    pub(crate) created_at: u64,
    pub(crate) completed_at: Option<u64>,
    pub(crate) failed_at: Option<u64>,
    pub(crate) last_error: Option<(i64, String)>,
    pub(crate) meta_data: MetaData,
    pub(crate) usage: Usage,
    pub(crate) tool_calls: Vec<ToolCall>,
    /// The messages that the request added to the conversation.
    pub(crate) inserted: Vec<Id>,
    /// Whether the chat and its messages can be read later.
    pub(crate) saved: bool,
    /// The rest of the run, for when the tool outputs are submitted.
    pub(crate) resume: Option<Turn>,
}

impl Chat {
    /// Creates a chat that was just added to its conversation.
    pub(crate) fn new(id: Id, conversation: &Conversation, bot_id: Id, now: u64) -> Self {
        Self {
            id,
            conversation_id: conversation.id,
            section_id: conversation.section_id,
            bot_id,
            created_at: now,
            saved: true,
            ..Self::default()
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    pub(crate) input: u64,
    pub(crate) output: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct ToolCall {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) arguments: String,
}

/// An uploaded file: its size and its first bytes; the rest of the content is not stored.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoredFile {
    /// Id of the file in messages.
    pub id: Id,
    /// Name from the client.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// FNV-1a hash (64 bit) of the whole content.
    pub hash: u64,
    /// First bytes of the content, at most 64 KiB.
    pub head: Bytes,
    /// Time of the upload, in seconds since 1970.
    pub created_at: u64,
    pub(crate) owner: Id,
    pub(crate) measure: Option<Measure>,
}

impl State {
    fn log(&self, line: &str) {
        if let Some(log) = &self.log {
            log(line);
        }
    }

    /// Returns the private state of a group, initially its default.
    pub(crate) fn of<T: Default + Any + Send>(&mut self) -> &mut T {
        let kept = self.groups.entry(TypeId::of::<T>()).or_insert_with(|| Box::new(T::default()));
        #[expect(clippy::expect_used, reason = "the key is the type of the value")]
        kept.downcast_mut().expect("a value of the type of its key")
    }

    /// Finds a conversation of the user.
    pub(crate) fn conversation(&self, id: Id, user: Id) -> Result<&Conversation, Refusal> {
        match self.conversations.get(&id) {
            Some(conversation) if conversation.creator == user => Ok(conversation),
            Some(_) => Err(Refusal::Forbidden(id)),
            None => Err(Refusal::UnknownConversation(id)),
        }
    }

    /// Finds a conversation of the user, to change it.
    pub(crate) fn conversation_mut(&mut self, id: Id, user: Id) -> Result<&mut Conversation, Refusal> {
        self.conversation(id, user)?;
        self.conversations.get_mut(&id).ok_or(Refusal::UnknownConversation(id))
    }

    /// Finds a chat in a conversation of the user.
    pub(crate) fn chat(&mut self, conversation: Id, chat: Id, user: Id) -> Result<&mut Chat, Refusal> {
        self.conversation(conversation, user)?;
        self.chats
            .get_mut(&chat)
            .filter(|found| found.conversation_id == conversation)
            .ok_or(Refusal::UnknownChat(chat))
    }

    /// Finds a message in a conversation of the user.
    pub(crate) fn message(
        &mut self,
        conversation: Id,
        message: Id,
        user: Id,
    ) -> Result<&mut Message, Refusal> {
        self.conversation_mut(conversation, user)?
            .messages
            .iter_mut()
            .find(|found| found.id == message)
            .ok_or(Refusal::UnknownMessage(message))
    }

    /// Adds a message to its conversation, if that still exists.
    pub(crate) fn add(&mut self, message: Message) {
        if let Some(conversation) = self.conversations.get_mut(&message.conversation_id) {
            conversation.updated_at = self.clock.now();
            let weight = message.weight();
            conversation.messages.push(message);
            self.grown(weight);
        }
    }
}
