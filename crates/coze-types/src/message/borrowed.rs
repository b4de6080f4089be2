//! Messages that borrow from the text they were read from.

use std::borrow::Cow;

use super::flat::{Flat, Value};
use super::{ContentType, Message, MessageType, Role, answers, reads_as_text};
use crate::core::error::DecodeError;
use crate::model::lenient::{Extra, Lenient, MetaData};
use crate::model::timestamp::Timestamp;

/// A message, or a piece of one in a stream, that borrows from the data of its event.
///
/// For programs that look at each delta and keep little of it: reading one allocates nothing, unless it has escapes or a form that no
/// server is known to send. What it does not hold, such as unknown fields, is in [`Message`].
///
/// ```
/// use coze_types::message::MessageRef;
///
/// let data = r#"{"id":"7382159494123470858","role":"assistant","type":"answer","content":"星期二"}"#;
/// let piece = MessageRef::parse(data)?;
/// assert_eq!((piece.id.as_ref(), piece.answer_piece()), ("7382159494123470858", Some("星期二")));
/// # Ok::<(), coze_types::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MessageRef<'a> {
    /// Id; the pieces of one message share it.
    pub id: Cow<'a, str>,
    /// Conversation that holds the message.
    pub conversation_id: Option<Cow<'a, str>>,
    /// Agent that wrote it.
    pub bot_id: Option<Cow<'a, str>>,
    /// Chat that produced it.
    pub chat_id: Option<Cow<'a, str>>,
    /// Section of the conversation.
    pub section_id: Option<Cow<'a, str>>,
    /// Who sent it.
    pub role: Option<Role>,
    /// What it is for.
    pub kind: Option<MessageType>,
    /// Content; how to read it is said by `content_type`.
    pub content: Cow<'a, str>,
    /// Form of the content.
    pub content_type: Option<ContentType>,
    /// Chain of thought of models that show one.
    pub reasoning_content: Option<Cow<'a, str>>,
    /// Time of creation.
    pub created_at: Option<Timestamp>,
    /// Time of the last change.
    pub updated_at: Option<Timestamp>,
}

impl<'a> MessageRef<'a> {
    /// Reads the data of an event such as `conversation.message.delta`.
    #[inline]
    pub fn parse(data: &'a str) -> Result<Self, DecodeError> {
        if let Some((message, _)) = Self::scan(data) {
            return Ok(message);
        }
        let message =
            crate::core::json::read(data).map_err(|error| DecodeError::text("a message", data, error))?;
        Ok(Self::owned(message))
    }

    /// Text of a piece of the answer: see [`Message::answer_piece`].
    pub fn answer_piece(&self) -> Option<&str> {
        let answers = answers(self.kind.as_ref(), self.role.as_ref());
        let text = reads_as_text(self.content_type.as_ref());
        (answers && text && !self.content.is_empty()).then_some(self.content.as_ref())
    }

    /// Reads the form that servers send, and the text of the pairs of `meta_data`; `None` for any other.
    pub(super) fn scan(data: &'a str) -> Option<(Self, Option<&'a str>)> {
        let mut flat = Flat::open(data)?;
        let mut id = None;
        let mut message = Self::empty();
        let (mut seen, mut pairs, mut first) = (0_u16, None, true);
        while flat.more(first)? {
            first = false;
            let place = place(&mut flat)?;
            // The general parser decides between duplicates.
            if seen & (1 << place) != 0 {
                return None;
            }
            seen |= 1 << place;
            let value = flat.value()?;
            match place {
                0 => id = Some(plain(value)??),
                1 => message.conversation_id = id_of(value)?,
                2 => message.bot_id = id_of(value)?,
                3 => message.chat_id = id_of(value)?,
                4 => message.section_id = id_of(value)?,
                5 => message.role = word(value)?,
                6 => message.kind = word(value)?,
                7 => message.content = text(value)?.unwrap_or_default(),
                8 => message.content_type = word(value)?,
                9 => message.reasoning_content = text(value)?,
                10 => {
                    pairs = match value {
                        Value::Null | Value::Empty => None,
                        Value::Texts(pairs) => Some(pairs),
                        _ => return None,
                    }
                }
                11 => message.created_at = time(value)?,
                _ => message.updated_at = time(value)?,
            }
        }
        message.id = Cow::Borrowed(id?);
        flat.is_over().then_some((message, pairs))
    }

    const fn empty() -> Self {
        Self {
            id: Cow::Borrowed(""),
            conversation_id: None,
            bot_id: None,
            chat_id: None,
            section_id: None,
            role: None,
            kind: None,
            content: Cow::Borrowed(""),
            content_type: None,
            reasoning_content: None,
            created_at: None,
            updated_at: None,
        }
    }

    fn owned(message: Message) -> Self {
        fn id(id: Option<impl AsRef<str>>) -> Option<Cow<'static, str>> {
            id.map(|id| Cow::Owned(id.as_ref().to_owned()))
        }
        Self {
            id: Cow::Owned(message.id.as_str().to_owned()),
            conversation_id: id(message.conversation_id),
            bot_id: id(message.bot_id),
            chat_id: id(message.chat_id),
            section_id: id(message.section_id),
            role: message.role,
            kind: message.kind,
            content: Cow::Owned(message.content),
            content_type: message.content_type,
            reasoning_content: message.reasoning_content.map(Cow::Owned),
            created_at: message.created_at,
            updated_at: message.updated_at,
        }
    }
}

impl Message {
    /// Reads a message: what `serde_json::from_str` reads, faster in the form that servers send.
    #[inline]
    pub(crate) fn read(data: &str) -> Result<Self, serde_json::Error> {
        let Some((message, pairs)) = MessageRef::scan(data) else { return crate::core::json::read(data) };
        Ok(Self {
            id: message.id.as_ref().into(),
            conversation_id: message.conversation_id.as_deref().map(Into::into),
            bot_id: message.bot_id.as_deref().map(Into::into),
            chat_id: message.chat_id.as_deref().map(Into::into),
            section_id: message.section_id.as_deref().map(Into::into),
            role: message.role,
            kind: message.kind,
            content: message.content.into_owned(),
            content_type: message.content_type,
            reasoning_content: message.reasoning_content.map(Cow::into_owned),
            meta_data: pairs.map(meta_data).unwrap_or_default(),
            created_at: message.created_at,
            updated_at: message.updated_at,
            extra: Extra::new(),
        })
    }
}

/// Reads the next key and returns its field.
///
/// Comparing with what it can be takes half the time of looking for its end first.
#[inline]
fn place(flat: &mut Flat<'_>) -> Option<u8> {
    Some(match flat.letter()? {
        b'i' if flat.skip(b"\"id\":") => 0,
        b'c' if flat.skip(b"\"conversation_id\":") => 1,
        b'b' if flat.skip(b"\"bot_id\":") => 2,
        b'c' if flat.skip(b"\"chat_id\":") => 3,
        b's' if flat.skip(b"\"section_id\":") => 4,
        b'r' if flat.skip(b"\"role\":") => 5,
        b't' if flat.skip(b"\"type\":") => 6,
        b'c' if flat.skip(b"\"content\":") => 7,
        b'c' if flat.skip(b"\"content_type\":") => 8,
        b'r' if flat.skip(b"\"reasoning_content\":") => 9,
        b'm' if flat.skip(b"\"meta_data\":") => 10,
        b'c' if flat.skip(b"\"created_at\":") => 11,
        b'u' if flat.skip(b"\"updated_at\":") => 12,
        _ => return None,
    })
}

/// A string without escapes, or nothing.
#[inline]
#[expect(clippy::option_option, reason = "the outer one leaves the value to the general parser")]
fn plain(value: Value<'_>) -> Option<Option<&str>> {
    match value {
        Value::Null => Some(None),
        Value::Text(text) => Some(Some(text)),
        _ => None,
    }
}

/// An id; an empty one is none.
#[inline]
#[expect(clippy::option_option, reason = "the outer one leaves the value to the general parser")]
fn id_of(value: Value<'_>) -> Option<Option<Cow<'_, str>>> {
    Some(plain(value)?.filter(|id| !id.is_empty()).map(Cow::Borrowed))
}

#[inline]
#[expect(clippy::option_option, reason = "the outer one leaves the value to the general parser")]
fn word<T: for<'a> From<&'a str> + Lenient>(value: Value<'_>) -> Option<Option<T>> {
    Some(plain(value)?.map(T::from).filter(T::is_something))
}

#[inline]
#[expect(clippy::option_option, reason = "the outer one leaves the value to the general parser")]
fn text(value: Value<'_>) -> Option<Option<Cow<'_, str>>> {
    match value {
        Value::Escaped(quoted) => serde_json::from_str(quoted).ok().map(|text| Some(Cow::Owned(text))),
        value => Some(plain(value)?.map(Cow::Borrowed)),
    }
}

#[expect(clippy::option_option, reason = "the outer one leaves the value to the general parser")]
fn time(value: Value<'_>) -> Option<Option<Timestamp>> {
    match value {
        Value::Null => Some(None),
        Value::Integer(seconds) => Some(Some(Timestamp::from_unix(seconds))),
        _ => None,
    }
}

/// Pairs of an object of strings that was read before.
fn meta_data(object: &str) -> MetaData {
    let mut pairs = MetaData::new();
    let Some(mut flat) = Flat::open(object) else { return pairs };
    let mut first = true;
    while flat.more(first) == Some(true)
        && let Some(key) = flat.key()
        && let Some(Value::Text(value)) = flat.value()
    {
        first = false;
        pairs.insert(key.to_owned(), value.to_owned());
    }
    pairs
}

#[cfg(test)]
mod tests;
