//! The latest conversation with each agent, for `coze chat --continue`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use coze::types::{BotId, ConversationId, UserId};

use crate::state;

/// So many conversations are remembered; which of the others go is no matter.
const MANY: usize = 500;

type Conversations = BTreeMap<String, String>;

/// The latest conversation of this user with this agent at this server, if one is remembered.
pub(super) fn find(server: &str, bot: &BotId, user: &UserId) -> Option<ConversationId> {
    read(&state::file(FILE)?).get(&key(server, bot, user)).map(ConversationId::new)
}

/// Remembers a conversation. Where that cannot be, a chat without a memory is better than none.
pub(super) fn keep(server: &str, bot: &BotId, user: &UserId, conversation: &ConversationId) {
    let Some(path) = state::file(FILE) else { return };
    let mut conversations = read(&path);
    let key = key(server, bot, user);
    if conversations.get(&key).is_some_and(|known| known == conversation.as_str()) {
        return;
    }
    while conversations.len() >= MANY {
        conversations.pop_first();
    }
    conversations.insert(key, conversation.to_string());
    if let Ok(json) = serde_json::to_vec_pretty(&conversations) {
        let _ = state::replace(&path, &json);
    }
}

const FILE: &str = "conversations.json";

fn key(server: &str, bot: &BotId, user: &UserId) -> String {
    format!("{} {bot} {user}", server.trim_end_matches('/'))
}

/// A file that is not there, or damaged, remembers nothing.
fn read(path: &Path) -> Conversations {
    fs::read(path).ok().and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default()
}
