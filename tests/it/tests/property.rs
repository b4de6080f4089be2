//! What is written is read back by parsers that share no code with it.

use bytes::Bytes;
use coze_types::bot::RetrieveBot;
use coze_types::chat::CreateChat;
use coze_types::conversation::{CreateMessageFeedback, FeedbackType, ListConversations};
use coze_types::file::UploadFile;
use coze_types::message::Message;
use coze_types::{Body, Endpoint, Form, Part, encode};
use proptest::prelude::*;

/// Text of any characters, with those that mean something in URLs, headers and paths more often than not.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        any::<char>(),
        prop::sample::select(
            " \t\r\n\0\"'\\/?#%&=+;:@,.~-_{}[]()<>|^`*$!é中😀\u{7f}\u{85}\u{2028}"
                .chars()
                .collect::<Vec<_>>()
        ),
    ];
    prop::collection::vec(character, 0..24).prop_map(|characters| characters.into_iter().collect())
}

/// Whether no id has this character.
fn is_foreign(c: char) -> bool {
    let is_hidden = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{feff}');
    is_hidden || c.is_control() || c.is_whitespace() || matches!(c, '"' | '\'' | '`')
}

/// Text that can be an id, or nothing.
fn id() -> impl Strategy<Value = String> {
    text().prop_map(|text| text.replace(is_foreign, "x"))
}

/// Text that can be an id in a path.
fn segment() -> impl Strategy<Value = String> {
    id().prop_filter("names another path", |text| !matches!(text.as_str(), "" | "." | ".."))
}

fn url(target: &str) -> url::Url {
    assert!(target.is_ascii() && target.starts_with('/'), "{target}");
    url::Url::parse("https://api.example.com/prefix/").unwrap().join(&format!(".{target}")).unwrap()
}

/// Segments of a path behind the prefix.
fn segments(url: &url::Url) -> Vec<String> {
    let segments = url.path_segments().unwrap().skip(1);
    segments
        .map(|text| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned())
        .collect()
}

/// Reads a form with the parser of another library: name, file name, media type and content of each part.
fn read_form(boundary: &str, body: Bytes) -> Vec<(String, Option<String>, Option<String>, Bytes)> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let chunks = futures_util::stream::iter([Ok::<_, std::convert::Infallible>(body)]);
        let mut form = multer::Multipart::new(chunks, boundary);
        let mut parts = Vec::new();
        while let Some(field) = form.next_field().await.unwrap() {
            let name = field.name().unwrap().to_owned();
            let file_name = field.file_name().map(str::to_owned);
            let mime = field.content_type().map(ToString::to_string);
            parts.push((name, file_name, mime, field.bytes().await.unwrap()));
        }
        parts
    })
}

/// A name as it arrives: what would break out of its quotes is percent-encoded.
fn arrived(name: &str) -> String {
    let escape = |c: char| match c {
        '"' | '\\' | '\0'..='\x1f' | '\x7f' => format!("%{:02X}", u32::from(c)),
        c => c.to_string(),
    };
    name.chars().map(escape).collect()
}

proptest! {
    #[test]
    fn a_path_parameter_stays_one_segment(id in segment()) {
        let url = url(&encode(&RetrieveBot::new(&id)).unwrap().target);
        prop_assert_eq!(segments(&url), ["v1", "bots", &id]);
        prop_assert_eq!((url.query(), url.fragment()), (None, None));
    }

    #[test]
    fn what_is_no_id_is_refused_by_name(id in text()) {
        let impossible = matches!(id.as_str(), "" | "." | "..") || id.contains(is_foreign);
        match encode(&RetrieveBot::new(&id)) {
            Ok(_) => prop_assert!(!impossible),
            Err(error) => prop_assert!(impossible && error.to_string().contains("`bot_id`"), "{error}"),
        }
    }

    #[test]
    fn two_path_parameters_stay_apart(one in segment(), other in segment()) {
        let url = url(&encode(&CreateMessageFeedback::new(&one, &other, FeedbackType::Like)).unwrap().target);
        prop_assert_eq!(segments(&url), ["v1", "conversations", &one, "messages", &other, "feedback"]);
    }

    #[test]
    fn query_values_come_out_as_they_went_in(bot in id(), user in id(), page in any::<u32>()) {
        let encoded = encode(&ListConversations::new(&bot).user_id(&user).page_num(page));
        if bot.is_empty() {
            prop_assert!(encoded.unwrap_err().to_string().contains("bot_id"));
            return Ok(());
        }
        let url = url(&encoded.unwrap().target);
        let mut expected = vec![("bot_id", bot), ("page_num", page.to_string()), ("page_size", "50".to_owned())];
        if !user.is_empty() {
            expected.push(("user_id", user));
        }
        let read: Vec<_> = url.query_pairs().collect();
        let read: Vec<_> = read.iter().map(|(name, value)| (name.as_ref(), value.as_ref().to_owned())).collect();
        prop_assert_eq!(read, expected);
        prop_assert_eq!((segments(&url), url.fragment()), (vec!["v1".to_owned(), "conversations".to_owned()], None));
    }

    #[test]
    fn a_body_comes_out_as_it_went_in(user in id(), content in text(), key in text(), value in text()) {
        let request =
            CreateChat::new("1", &user).message(Message::user(&content)).custom_variable(&key, &value).meta(&key, &value);
        let Body::Json(body) = encode(&request).unwrap().body else { panic!() };
        prop_assert_eq!(serde_json::from_slice::<CreateChat>(&body).unwrap(), request);
    }

    #[test]
    fn an_upload_is_read_back_whatever_its_name(name in text(), content in prop::collection::vec(any::<u8>(), 0..200)) {
        let request = UploadFile::new(&name, content.clone());
        let Body::Multipart(form) = encode(&request).unwrap().body else { panic!() };
        let parts = read_form("coze-0123456789", form.encode("coze-0123456789").unwrap());
        let octets = Some("application/octet-stream".to_owned());
        prop_assert_eq!(parts, [("file".to_owned(), Some(arrived(&name)), octets, content.into())]);
        // Our own reader gives what is written the same.
        let body = form.encode("coze-0123456789").unwrap();
        let read = Form::decode("coze-0123456789", &body).unwrap();
        prop_assert_eq!(read.encode("coze-0123456789").unwrap(), body);
    }

    #[test]
    fn parts_stay_apart(names in prop::collection::vec((text(), text()), 0..5), boundary in any::<u64>()) {
        let boundary = Form::choose_boundary(|| boundary);
        let form = names.iter().fold(Form::new(), |form, (name, value)| form.part(Part::text(name, value)));
        let parts = read_form(&boundary, form.encode(&boundary).unwrap());
        let expected: Vec<_> = names
            .into_iter()
            .map(|(name, value)| (arrived(&name), None, None, Bytes::from(value)))
            .collect();
        prop_assert_eq!(parts, expected);
    }
}

#[test]
fn what_would_name_another_path_is_refused() {
    for id in ["", ".", ".."] {
        let error = encode(&RetrieveBot::new(id)).unwrap_err();
        assert!(error.to_string().contains("bot_id"), "{error}");
    }
    assert_eq!(RetrieveBot::PATH, "/v1/bots/{bot_id}");
}
