//! One rule which pieces are the answer, for all who read one.

use coze::chat::AnswerText;
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use super::*;
use crate::mock::Piece;

fn piece(message: &Value) -> String {
    frame("conversation.message.delta", &message.to_string())
}

fn whole(message: &Value) -> String {
    frame("conversation.message.completed", &message.to_string())
}

/// A message; what is null is left out.
fn of(id: &str, kind: Option<&str>, role: Option<&str>, form: Option<&str>, text: &str) -> Value {
    let mut message =
        json!({"id": id, "chat_id": "2", "type": kind, "role": role, "content_type": form, "content": text});
    message.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    message
}

/// Text of the answer by every reader, which must be the same.
async fn text(events: &[String]) -> String {
    let body = || created() + &events.concat() + &completed() + &done();
    let pieces: Vec<String> = open(Reply::events(body())).await.text().try_collect().await.unwrap();
    let text = pieces.concat();
    let collected = open(Reply::events(body())).await.collect().await.unwrap();
    assert_eq!(collected.text(), text, "{events:?}");
    let mut rule = AnswerText::new();
    let news = read(Reply::events(body())).await;
    let news = news.iter().flatten().filter_map(|event| Some(rule.news(event)?.content.as_str()));
    assert_eq!(news.collect::<String>(), text, "{events:?}");
    text
}

/// The forms in which servers say, or do not say, that a message is the answer.
const ANSWERS: [(Option<&str>, Option<&str>, Option<&str>); 7] = [
    (Some("answer"), Some("assistant"), Some("text")),
    (Some("answer"), None, None),
    (None, Some("assistant"), Some("text")),
    (None, None, None),
    (None, None, Some("text")),
    (Some(""), Some("assistant"), Some("")),
    (Some("answer"), None, Some("something_new")),
];

const OTHERS: [(Option<&str>, Option<&str>, Option<&str>); 10] = [
    (None, Some("user"), None),
    (Some(""), Some("user"), None),
    (Some("question"), Some("user"), Some("text")),
    (Some("function_call"), Some("assistant"), Some("text")),
    (Some("tool_response"), None, None),
    (Some("follow_up"), Some("assistant"), Some("text")),
    (Some("verbose"), None, None),
    (Some("something_new"), Some("assistant"), Some("text")),
    (Some("answer"), Some("assistant"), Some("card")),
    (None, None, Some("object_string")),
];

#[tokio::test(start_paused = true)]
async fn text_and_collect_agree_on_every_form() {
    for (kind, role, form) in ANSWERS {
        let of = |id: &str, text: &str| of(id, kind, role, form, text);
        for (events, expected) in [
            (vec![piece(&of("3", "he")), piece(&of("3", "llo"))], "hello"),
            (vec![whole(&of("3", "hello"))], "hello"),
            (vec![piece(&of("3", "he")), piece(&of("3", "llo")), whole(&of("3", "hello"))], "hello"),
            (vec![piece(&of("9", "hello")), whole(&of("3", "hello"))], "hello"),
            (vec![piece(&of("3", "one ")), whole(&of("4", "two"))], "one two"),
            (vec![whole(&of("3", "one ")), piece(&of("4", "two"))], "one two"),
            (vec![whole(&of("3", "one")), piece(&of("3", "one")), whole(&of("3", "one"))], "one"),
            (vec![piece(&of("3", "")), whole(&of("3", "late"))], "late"),
            (vec![], ""),
        ] {
            assert_eq!(text(&events).await, expected, "{kind:?} {role:?} {form:?} {events:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_answer_is_no_text_of_any_reader() {
    for (kind, role, form) in OTHERS {
        let other = of("5", kind, role, form, "other");
        for events in [vec![piece(&other)], vec![whole(&other)], vec![piece(&other), whole(&other)]] {
            let hello = of("3", None, None, None, "hello");
            let around = [vec![piece(&hello)], events, vec![whole(&hello)]].concat();
            assert_eq!(text(&around).await, "hello", "{kind:?} {role:?} {form:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_recovered_answer_follows_the_same_rule() {
    for (kind, role, form) in ANSWERS {
        let of = |text: &str| of("3", kind, role, form, text);
        for (first, rest) in [(piece(&of("hel")), "lo"), (String::new(), "hello")] {
            let (saved, first) = (json!([of("hello")]), created() + &first);
            let mock = Mock::new(move |_, sent| match sent.path() {
                "/v3/chat" => {
                    let cut = coze_transport::TransportError::body(std::io::Error::other("cut"));
                    Reply::pieces([Piece::Data(first.clone().into()), Piece::Fail(cut)])
                }
                "/v3/chat/retrieve" => {
                    Reply::data(&json!({"id": "2", "conversation_id": "1", "status": "completed"}))
                }
                _ => Reply::data(&saved),
            });
            let client = mock.client();
            let answer = client.chat().stream(ask()).recover().await.unwrap().collect().await.unwrap();
            assert_eq!(answer.text(), "hello", "{kind:?} {role:?} {form:?} {rest}");
            let pieces: Vec<String> =
                client.chat().stream(ask()).recover().await.unwrap().text().try_collect().await.unwrap();
            assert_eq!((pieces.concat().as_str(), pieces.last().unwrap().as_str()), ("hello", rest));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn reasoning_that_comes_in_pieces_is_collected() {
    let think =
        |text: &str| piece(&json!({"id": "3", "type": "answer", "content": "", "reasoning_content": text}));
    let body = created() + &think("be") + &think("cause") + &delta("so") + &completed() + &done();
    let answer = open(Reply::events(body)).await.collect().await.unwrap();
    assert_eq!(answer.text(), "so");
    assert_eq!(answer.messages[0].reasoning_content.as_deref(), Some("because"));
}
