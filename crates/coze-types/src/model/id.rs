//! Ids: strings of digits that are never mixed up and never computed with.

use std::cell::RefCell;
use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use smol_str::SmolStr;

use crate::model::plain;

macro_rules! ids {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        ///
        /// Reads a JSON string or number, writes a string, prints unchanged; up to 23 bytes it does not allocate.
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        pub struct $name(SmolStr);

        impl $name {
            /// Takes an id as the API printed it.
            pub fn new(id: impl AsRef<str>) -> Self {
                Self(SmolStr::new(id))
            }

            /// Text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether nothing is in it; no object has such an id.
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self::new(id)
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id.into())
            }
        }

        impl From<&String> for $name {
            fn from(id: &String) -> Self {
                Self::new(id)
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl From<u64> for $name {
            fn from(id: u64) -> Self {
                Self(smol_str::format_smolstr!("{id}"))
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(id: &str) -> Result<Self, Self::Err> {
                Ok(Self::new(id))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                look(stringify!($name), self.as_str());
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.as_str()).finish()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                look(stringify!($name), self.as_str());
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(IdVisitor).map(Self)
            }
        }

        impl crate::model::lenient::Lenient for $name {
            fn read<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<crate::model::lenient::Field<Self>, D::Error> {
                crate::model::lenient::read_word(deserializer)
            }

            #[inline]
            fn is_something(&self) -> bool {
                !self.is_empty()
            }
        }

        impl crate::model::query_value::QueryValue for $name {
            fn to_query(&self) -> Option<std::borrow::Cow<'_, str>> {
                look(stringify!($name), self.as_str());
                Some(self.as_str().into())
            }
        }
    )+};
}

/// What a thread writes.
enum Writing {
    /// No request, so that ids may be anything.
    Nothing,
    /// A request whose ids so far can be ids.
    Request,
    /// A request, and what is wrong with one of its ids.
    Flawed(String),
}

thread_local! {
    static WRITING: RefCell<Writing> = const { RefCell::new(Writing::Nothing) };
}

/// Writes a request, and says what is wrong with an id in it that cannot be one, be it in the path, the query or anywhere in
/// the body.
///
/// What variables and files leave in an id, such as a line break, would be sent well encoded, and no server would know the
/// object. Ids of responses are unchanged.
pub(crate) fn watched<T>(write: impl FnOnce() -> T) -> (T, Option<String>) {
    let outer = WRITING.replace(Writing::Request);
    let written = write();
    match WRITING.replace(outer) {
        Writing::Flawed(flaw) => (written, Some(flaw)),
        Writing::Nothing | Writing::Request => (written, None),
    }
}

/// Notes what is wrong with an id of a request that is being written.
fn look(name: &str, id: &str) {
    const PLAIN: [bool; 256] = plain::table(b"-._/:");
    if !plain::all(id, &PLAIN) {
        WRITING.with_borrow_mut(|writing| {
            if let Writing::Request = writing
                && let Some(flaw) = flaw(name, id)
            {
                *writing = Writing::Flawed(flaw);
            }
        });
    }
}

/// What keeps a text from being an id.
#[cold]
fn flaw(name: &str, id: &str) -> Option<String> {
    const QUOTES: [char; 3] = ['"', '\'', '`'];
    let (first, last) = (id.chars().next()?, id.chars().next_back()?);
    let is_quoted = first == last && QUOTES.contains(&first);
    let end = id.chars().count() - 1;
    // Users choose their names, and models those of tool calls: they may contain spaces, quotes and joined emoji.
    let is_name = matches!(name, "UserId" | "ToolCallId");
    let within = |at| is_name && at != 0 && at != end;
    let found = id.chars().enumerate().find_map(|(at, c)| match c {
        '\r' | '\n' => Some((at, "a line break")),
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{feff}' => {
            (!within(at)).then_some((at, "a character that does not show"))
        }
        c if c.is_control() => Some((at, "a control character")),
        c if c.is_whitespace() => (!within(at)).then_some((at, "a blank")),
        c if QUOTES.contains(&c) => (is_quoted || !is_name).then_some((at, "a quote")),
        _ => None,
    });
    let (at, what) = found?;
    let mut field = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !field.is_empty() {
            field.push('_');
        }
        field.push(c.to_ascii_lowercase());
    }
    let beginning: String = id.chars().take(100).collect();
    Some(format!(
        "`{field}` is {beginning:?}, with {what} at position {at}; take it out where the id comes from"
    ))
}

struct IdVisitor;

impl Visitor<'_> for IdVisitor {
    type Value = SmolStr;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id: a string or a whole number")
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<SmolStr, E> {
        Ok(SmolStr::new(value))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<SmolStr, E> {
        Ok(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<SmolStr, E> {
        Ok(smol_str::format_smolstr!("{value}"))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<SmolStr, E> {
        Ok(smol_str::format_smolstr!("{value}"))
    }
}

ids! {
    /// Id of an agent (bot).
    BotId;
    /// Id of a conversation.
    ConversationId;
    /// Id of a chat: one run of an agent within a conversation.
    ChatId;
    /// Id of a message.
    MessageId;
    /// Id of a section of a conversation; clearing the context starts a new one.
    SectionId;
    /// Id of an uploaded file.
    FileId;
    /// Name of an end user, chosen by the caller; it separates context and memory.
    UserId;
    /// Id of a Coze account (UID): who owns agents and conversations, as opposed to [`UserId`].
    CozeUserId;
    /// Id of a tool call, sent back with its output.
    ToolCallId;
    /// Id of a channel (connector), such as `1024` for the API.
    ConnectorId;
    /// Id of a shortcut command of an agent.
    ShortcutCommandId;
    /// Id of a node of an agent in multi-agent mode.
    AgentNodeId;
    /// Id of a workspace (space).
    WorkspaceId;
    /// Id of a folder of a workspace.
    FolderId;
    /// Id of a model.
    ModelId;
    /// Id of a plugin.
    PluginId;
    /// Id of a tool of a plugin.
    PluginToolId;
    /// Id of a workflow.
    WorkflowId;
    /// Id of one run of a workflow.
    ExecuteId;
    /// Id of a node of a workflow.
    NodeId;
    /// Id of one run of a node.
    NodeExecuteUuid;
    /// Id of an interrupt of a workflow; holds a slash.
    InterruptId;
    /// Id of an app.
    AppId;
    /// Id of a dataset (knowledge base).
    DatasetId;
    /// Id of a document of a dataset: a text, a table or an image.
    DocumentId;
    /// Id of an enterprise, such as `volcano_210195…`.
    EnterpriseId;
    /// Id of an account that gives access: the UID of who owns a workspace, or the id of an organization.
    AccountId;
    /// Id of an OAuth app: digits for service apps, `….app.coze` for the others.
    ClientId;
    /// Id of a voice.
    VoiceId;
    /// Id of a group of voiceprints.
    VoiceprintGroupId;
    /// Id of a voiceprint.
    VoiceprintFeatureId;
    /// Id of a room for a call.
    RoomId;
    /// Id of an app of the RTC service, by which its SDK joins rooms and broadcasts.
    RtcAppId;
    /// Id of a live broadcast.
    LiveId;
    /// Id of one stream of a live broadcast.
    LiveStreamId;
    /// Id of an organization; `coze_account_id` on the wire.
    OrganizationId;
    /// Id of a callback app.
    ApiAppId;
    /// Id of a limit on what devices may use.
    BenefitId;
    /// Id of a task that writes a bill.
    BillTaskId;
    /// Id of an agent, an app or a workflow, where it may be any of them.
    EntityId;
    /// Id of a task that copies an agent, an app or a workflow.
    CopyTaskId;
    /// Id of a template.
    TemplateId;
    /// Id of a product of the store.
    ProductId;
    /// Id of a category of the store.
    CategoryId;
    /// Id of a request in the logs of the server: the first thing its support asks for.
    LogId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_numbers_are_read_and_strings_written() {
        for (json, text) in [
            (r#""7379462189365198898""#, "7379462189365198898"),
            ("7379462189365198898", "7379462189365198898"),
            ("18446744073709551615", "18446744073709551615"),
            ("-5", "-5"),
            (r#""007""#, "007"),
            (r#""""#, ""),
        ] {
            let id: BotId = serde_json::from_str(json).unwrap();
            assert_eq!(id.to_string(), text);
            assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{text}\""));
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for json in ["null", "1.5", "true", "[]", "{}"] {
            assert!(serde_json::from_str::<BotId>(json).is_err(), "{json}");
        }
    }
}
