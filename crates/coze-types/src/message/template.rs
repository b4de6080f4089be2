//! The delta before, by which the next one is read.

use std::borrow::Cow;

use super::flat::special;
use super::{Message, MessageRef};

/// A delta of which the next probably repeats all but the content.
///
/// Comparing the bytes around the content takes about a third of the instructions of reading them.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    /// Data up to the text of the content, and from there on.
    before: Box<[u8]>,
    after: Box<[u8]>,
    /// The delta without its content.
    message: Message,
}

impl Template {
    /// Learns a delta in the form that servers send; `None` for any other.
    pub(crate) fn learn(data: &str, delta: &Message) -> Option<Self> {
        let (MessageRef { content: Cow::Borrowed(content), .. }, _) = MessageRef::scan(data)? else {
            return None;
        };
        let start = content.as_ptr().addr().checked_sub(data.as_ptr().addr())?;
        let (before, after) = (data.get(..start)?, data.get(start.checked_add(content.len())?..)?);
        // Without the field, its empty content may be anywhere.
        if !before.ends_with("\"content\":\"") || !after.starts_with('"') {
            return None;
        }
        let message = Message { content: String::new(), ..delta.clone() };
        Some(Self { before: before.as_bytes().into(), after: after.as_bytes().into(), message })
    }

    /// Reads a delta that differs in nothing but the content; `None` leaves it to the general parser.
    ///
    /// The bytes around it were valid JSON up to the quotes and after them, so one string is all there is to read.
    pub(crate) fn read(&self, data: &[u8]) -> Option<Message> {
        let content = data.strip_prefix(&*self.before)?.strip_suffix(&*self.after)?;
        let content = if special(content).is_none() {
            std::str::from_utf8(content).ok()?.to_owned()
        } else {
            serde_json::from_slice(&data[self.before.len() - 1..=self.before.len() + content.len()]).ok()?
        };
        Some(Message { content, ..self.message.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learnt(data: &str) -> Option<Template> {
        Template::learn(data, &serde_json::from_str(data).unwrap())
    }

    /// What the template reads, the general parser reads too, and to the same.
    fn agree(template: &Template, data: &[u8]) -> bool {
        let read = template.read(data);
        if let Some(read) = &read {
            assert_eq!(*read, serde_json::from_slice::<Message>(data).unwrap(), "{}", data.escape_ascii());
        }
        read.is_some()
    }

    const DELTA: &str =
        r#"{"id":"12","role":"assistant","content":"星","content_type":"text","meta_data":{"content":""}}"#;

    fn with(content: &[u8]) -> Vec<u8> {
        let (before, after) = DELTA.split_once('星').unwrap();
        [before.as_bytes(), content, after.as_bytes()].concat()
    }

    #[test]
    fn deltas_with_other_content_are_read_by_the_template() {
        let template = learnt(DELTA).unwrap();
        for content in ["", " ", "期二", "a\\n\\\"b\\u4f60", "x\u{7f}", &"long ".repeat(1_000)] {
            assert!(agree(&template, &with(content.as_bytes())), "{content}");
        }
    }

    #[test]
    fn anything_else_is_left_to_the_general_parser() {
        let template = learnt(DELTA).unwrap();
        let injected = r#"a","content_type":"text","content":"b"#;
        for content in [
            &b"\n"[..],
            b"\xFF",
            b"\xFF\\n",
            b"\"",
            b"\\",
            b"\\x",
            b"\\ud800",
            b"a\\\\\"",
            injected.as_bytes(),
        ] {
            assert!(!agree(&template, &with(content)), "{}", content.escape_ascii());
        }
        let whole = with(b"ab");
        for end in 0..whole.len() {
            assert!(!agree(&template, &whole[..end]));
            for byte in (0..=u8::MAX).filter(|byte| *byte != whole[end]) {
                let mut changed = whole.clone();
                changed[end] = byte;
                agree(&template, &changed);
            }
        }
        assert!(!agree(&template, &[&whole[..], b" "].concat()));
    }

    #[test]
    fn only_a_plain_content_is_learnt() {
        for data in [
            r#"{"id":"1"}"#,
            r#"{"id":"1","content":null}"#,
            r#"{"id":"1","content":"a\n"}"#,
            r#"{"id":"1", "content":"a"}"#,
            r#"{"id":"1","content":"a","unknown":1}"#,
        ] {
            assert!(learnt(data).is_none(), "{data}");
        }
        assert!(learnt(r#"{"id":"1","content":""}"#).is_some());
    }
}
