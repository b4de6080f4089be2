//! Messages of requests, and the rules for their content.

use serde::Deserialize;
use serde_json::Value;

use crate::http::fields::{Given, read};
use crate::http::{Kind, Rules, Unread, fields};
use crate::state::{Id, MetaData, Refusal, Role, State, StoredFile};

fields! {
    /// A message of a request; the last fields are sent by SDKs that reuse the type of responses.
    pub(crate) struct EnterMessage {
        pub(crate) role: Role,
        kind: String as "type"; optional,
        pub(crate) content: Option<String>,
        pub(crate) content_type: Option<String>,
        pub(crate) meta_data: MetaData => MetaData; optional,
        id: Unread,
        conversation_id: Unread,
        section_id: Unread,
        bot_id: Unread,
        chat_id: Unread,
        created_at: Unread,
        updated_at: Unread,
        reasoning_content: Unread,
        // The Java SDK sends it with every message, empty unless the content is audio.
        audio: Unread,
    }
}

impl Given for Role {
    const KIND: Kind = Kind::OneOf(&["user", "assistant"]);
}

impl EnterMessage {
    pub(crate) fn new(role: Role, content: String, content_type: String, meta_data: MetaData) -> Self {
        Self { role, content: Some(content), content_type: Some(content_type), meta_data, ..Self::default() }
    }

    /// Returns the message of a user with a question.
    pub(crate) fn question(text: &str) -> Self {
        Self::new(Role::User, text.to_owned(), "text".to_owned(), MetaData::new())
    }

    /// Returns the type of the message; by default it follows from the role.
    pub(crate) fn kind(&self) -> &str {
        match (self.kind.as_str(), self.role) {
            ("", Role::User) => "question",
            ("", Role::Assistant) => "answer",
            (kind, _) => kind,
        }
    }

    /// Validates the type, which depends on whether the chat is saved.
    pub(crate) fn check_kind(&self, path: &str, saved: bool) -> Result<(), Refusal> {
        let refuse = |problem: String| Err(Refusal::invalid(format!("{path}.type"), problem));
        match (self.kind(), self.role) {
            ("question", Role::Assistant) => refuse("question only goes with the role user".into()),
            ("question" | "answer", _) => Ok(()),
            ("function_call" | "tool_output" | "tool_response", _) if !saved => Ok(()),
            (kind @ ("function_call" | "tool_output" | "tool_response"), _) => refuse(format!(
                "{kind} is taken only with auto_save_history=false; expected question or answer"
            )),
            (kind @ ("follow_up" | "verbose"), _) => refuse(format!("{kind} only occurs in answers")),
            (kind, _) => refuse(format!(
                "expected one of question, answer, function_call, tool_output, tool_response, got {kind:?}"
            )),
        }
    }
}

/// The content of a message.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Text(String),
    Items(Vec<Item>),
}

fields! {
    /// One item of multimodal content.
    #[derive(Clone)]
    pub(crate) struct Item {
        pub(crate) kind: ItemKind as "type",
        text: Option<String>,
        file_id: Option<Id>,
        pub(crate) file_url: Option<String>,
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ItemKind {
    #[default]
    Text,
    File,
    Image,
    Audio,
}

impl Given for ItemKind {
    const KIND: Kind = Kind::OneOf(&["text", "file", "image", "audio"]);
}

impl Content {
    /// Decodes content of the given type; `path` is the path of the message.
    pub(crate) fn read(
        content: &str,
        content_type: Option<&str>,
        path: &str,
        rules: Rules,
    ) -> Result<Self, Refusal> {
        let prefix = if path.is_empty() { String::new() } else { format!("{path}.") };
        let at = format!("{prefix}content");
        match content_type {
            Some("text") => Ok(Self::Text(content.to_owned())),
            Some("object_string") => read_items(content, &at, rules).map(Self::Items),
            Some("") | None if content.is_empty() || !rules.strict => Ok(Self::Text(content.to_owned())),
            Some("") | None => {
                Err(Refusal::invalid(format!("{prefix}content_type"), "required when content is not empty"))
            }
            Some(other) if rules.strict => {
                let note =
                    if matches!(other, "card" | "audio") { ", which only occurs in answers" } else { "" };
                let problem = format!("expected one of text, object_string, got {other:?}{note}");
                Err(Refusal::invalid(format!("{prefix}content_type"), problem))
            }
            Some(_) => Ok(Self::Text(String::new())),
        }
    }

    /// Validates the items together, and against the uploaded files.
    pub(crate) fn check(&self, path: &str, user: Id, state: &State) -> Result<(), Refusal> {
        let Self::Items(items) = self else { return Ok(()) };
        let at = if path.is_empty() { "content".to_owned() } else { format!("{path}.content") };
        let texts = items.iter().filter(|item| item.kind == ItemKind::Text).count();
        if items.is_empty() || texts > 1 {
            let problem =
                format!("expected an array with one text item at most, and a file; got {texts} text items");
            return Err(Refusal::invalid(at, problem));
        }
        if texts == items.len() {
            let problem = "a text item requires a file or image item; send only text with content_type text";
            return Err(Refusal::invalid(at, problem));
        }
        items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| item.check(&format!("{at}[{index}]"), user, state))
    }

    /// Returns the text; of multimodal content, that of the text items.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Items(items) => {
                items.iter().filter_map(|item| item.text.as_deref()).collect::<Vec<_>>().join("\n")
            }
        }
    }

    /// Returns whether there are only files or images, which require an adjacent text message.
    pub(crate) fn is_only_files(&self) -> bool {
        let Self::Items(items) = self else { return false };
        !items.is_empty() && items.iter().all(|item| matches!(item.kind, ItemKind::File | ItemKind::Image))
    }

    /// Returns the items that are files, with their uploads.
    pub(crate) fn files(&self, state: &State) -> Vec<(Item, Option<StoredFile>)> {
        let Self::Items(items) = self else { return Vec::new() };
        items
            .iter()
            .filter(|item| item.kind != ItemKind::Text)
            .map(|item| (item.clone(), item.file_id.and_then(|id| state.files.get(&id).cloned())))
            .collect()
    }
}

impl Item {
    fn check(&self, path: &str, user: Id, state: &State) -> Result<(), Refusal> {
        match (self.kind, self.file_id, self.file_url.as_deref()) {
            (ItemKind::Text, ..) if self.text.is_none() => {
                Err(Refusal::invalid(format!("{path}.text"), "required for a text item"))
            }
            (ItemKind::Text, ..) => Ok(()),
            (_, Some(id), _) => match state.files.get(&id) {
                Some(file) if file.owner == user => Ok(()),
                _ => {
                    Err(Refusal::invalid(format!("{path}.file_id"), format!("no file was uploaded as {id}")))
                }
            },
            (_, None, Some(url)) if url.starts_with("http://") || url.starts_with("https://") => Ok(()),
            (_, None, Some(_)) => {
                Err(Refusal::invalid(format!("{path}.file_url"), "expected an http or https URL"))
            }
            (_, None, None) => Err(Refusal::invalid(path, "needs a file_id or a file_url")),
        }
    }
}

/// Decodes the JSON text of an array of items.
pub(crate) fn read_items(content: &str, path: &str, rules: Rules) -> Result<Vec<Item>, Refusal> {
    let wanted = "expected the JSON text of an array of items (object_string)";
    let values = match serde_json::from_str(content) {
        Ok(Value::Array(values)) => values,
        Ok(_) => return Err(Refusal::invalid(path, wanted)),
        Err(error) => return Err(Refusal::invalid(path, format!("{wanted}: {error}"))),
    };
    values
        .into_iter()
        .enumerate()
        .map(|(index, value)| {
            let at = format!("{path}[{index}]");
            let Value::Object(object) = value else { return Err(Refusal::invalid(at, "expected an object")) };
            read(object, &at, rules)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRICT: Rules = Rules { strict: true, empty_is_absent: true, by_the_page: false };

    fn problem(content: &str) -> String {
        let read = Content::read(content, Some("object_string"), "m", STRICT);
        match read.and_then(|content| content.check("m", Id::new(1), &State::default())) {
            Ok(()) => "fine".into(),
            Err(Refusal::Invalid(text)) => text,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn items_follow_the_documented_rules() {
        for (content, expected) in [
            (r#"[{"type":"text","text":"a"},{"type":"image","file_url":"https://x/y.png"}]"#, "fine"),
            (r#"[{"type":"image","text":null,"file_id":null,"file_url":"https://x/y.png"}]"#, "fine"),
            ("[]", "m.content: expected an array with one text item at most"),
            (r#"[{"type":"text","text":"a"}]"#, "m.content: a text item requires a file or image item"),
            (r#"[{"type":"text"},{"type":"file","file_url":"http://x"}]"#, "m.content[0].text: required"),
            (r#"[{"type":"text","text":"a"},{"type":"text","text":"b"}]"#, "got 2 text items"),
            (r#"[{"type":"image"}]"#, "m.content[0]: needs a file_id or a file_url"),
            (r#"[{"type":"image","file_url":"ftp://x"}]"#, "m.content[0].file_url: expected an http"),
            (r#"[{"type":"image","file_id":"5"}]"#, "m.content[0].file_id: no file was uploaded as 5"),
            (r#"[{"type":"video"}]"#, "m.content[0].type: expected one of text, file, image, audio"),
            (r#"[{"type":"image","url":"x"}]"#, "m.content[0].url: unknown field"),
            (r#"{"type":"text"}"#, "m.content: expected the JSON text of an array"),
            ("hello", "m.content: expected the JSON text of an array"),
            ("[1]", "m.content[0]: expected an object"),
        ] {
            let problem = problem(content);
            assert!(problem.contains(expected), "{content}: {problem}");
        }
    }

    #[test]
    fn content_types_of_answers_are_refused() {
        for (content_type, expected) in [
            (
                Some("card"),
                "m.content_type: expected one of text, object_string, got \"card\", which only occurs in \
                 answers",
            ),
            (None, "m.content_type: required when content is not empty"),
        ] {
            let Err(Refusal::Invalid(text)) = Content::read("x", content_type, "m", STRICT) else { panic!() };
            assert_eq!(text, expected);
        }
        assert!(Content::read("", None, "m", STRICT).is_ok());
    }
}
