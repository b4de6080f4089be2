//! The scanner against the general parser.

use std::borrow::Cow;

use super::*;

const DELTA: &str = r#"{"id":"7382159494123470858","conversation_id":"7381473525342978089","bot_id":"7379462189365198898","role":"assistant","type":"answer","content":"你好","content_type":"text","chat_id":"7382159487131697202"}"#;

/// Both readers agree: on the value, or on refusing the text.
fn agree(text: &str) {
    let general = crate::core::json::read::<Message>(text);
    match (Message::read(text), &general) {
        (Ok(read), Ok(general)) => assert_eq!(read, *general, "{text}"),
        (Err(read), Err(general)) => assert_eq!(read.to_string(), general.to_string(), "{text}"),
        (read, general) => panic!("{text}\nread: {read:?}\ngeneral: {general:?}"),
    }
    match (MessageRef::parse(text), general) {
        (Ok(borrowed), Ok(general)) => assert_eq!(borrowed, MessageRef::owned(general), "{text}"),
        (Err(_), Err(_)) => {}
        (borrowed, general) => panic!("{text}\nborrowed: {borrowed:?}\ngeneral: {general:?}"),
    }
}

#[test]
fn usual_deltas_are_scanned_and_borrowed() {
    for delta in [
        DELTA,
        r#"{"id":"1"}"#,
        r#"{"id":"1","content":null,"role":null,"type":"","meta_data":{}}"#,
        r#"{"id":"","conversation_id":"","bot_id":"","chat_id":"","section_id":"","role":"","type":"x","content_type":""}"#,
        r#"{"id":"1","section_id":"2","created_at":1718609571,"updated_at":0,"reasoning_content":"因为"}"#,
        r#"{"id":"1","meta_data":{"a":"b","c":"","a":"d"}}"#,
        r#"{"id":"1","content":"a\n\"\u4f60\u003c\\"}"#,
    ] {
        assert!(MessageRef::scan(delta).is_some(), "{delta}");
        agree(delta);
    }
    let delta = MessageRef::parse(DELTA).unwrap();
    assert!(matches!((&delta.id, &delta.content), (Cow::Borrowed(_), Cow::Borrowed("你好"))));
    assert_eq!(delta.answer_piece(), Some("你好"));
}

#[test]
fn other_forms_are_left_to_the_general_parser() {
    for text in [
        r#"{"id":5}"#,
        r#" {"id": "1" , "content" : "a"} "#,
        r#"{"id":"1","unknown":[1,{"a":2}]}"#,
        r#"{"id":"\u0031","role":"\u0061"}"#,
        r#"{"id":"1","meta_data":{"a":1,"b":null,"c":{"d":"e"}}}"#,
        r#"{"id":"1","meta_data":{"a":"\n"}}"#,
        r#"{"id":"1","meta_data":null}"#,
        r#"{"id":"1","created_at":"1718609571"}"#,
        r#"{"id":"1","created_at":-5,"updated_at":1e3}"#,
        r#"{"id":"1","created_at":12345678901234567890}"#,
        r#"{"id":"1","role":"narrator","type":"aside","content_type":"scent"}"#,
    ] {
        agree(text);
    }
}

#[test]
fn what_is_no_message_is_refused_alike() {
    for text in [
        "",
        "{",
        "{}",
        "null",
        "[]",
        r#"{"id":null}"#,
        r#"{"id":"1",}"#,
        r#"{"id":"1"}}"#,
        r#"{"id":"1"} x"#,
        r#"{"id":"1","id":"2"}"#,
        r#"{"id":"1","created_at":01}"#,
        r#"{"id":"1","created_at":1x}"#,
        r#"{"id":"1","content":nulL}"#,
        r#"{"id":"1","content":{}}"#,
        r#"{"id":"1","content":"\x"}"#,
        r#"{"id":"1","content":"\ud800"}"#,
        "{\"id\":\"1\",\"content\":\"a\nb\"}",
        r#"{"id":"1","content":"a\"#,
        r#"{"id":"1","meta_data":{"a"}}"#,
        r#"{"id":"1","meta_data":{"a":"b",}}"#,
    ] {
        agree(text);
    }
}

/// Every delta cut anywhere, and with any byte changed to each of those that mean something.
#[test]
fn broken_deltas_are_read_alike() {
    let whole = r#"{"id":"12","role":"user","content":"a\"你","meta_data":{"k":"v"},"created_at":17,"section_id":null}"#;
    for (end, _) in whole.char_indices() {
        agree(&whole[..end]);
    }
    for (place, old) in whole.char_indices() {
        for new in ['"', '\\', '{', '}', ':', ',', '0', 'n', ' ', '\n', '\0', '\u{7f}', '你'] {
            agree(&format!("{}{new}{}", &whole[..place], &whole[place + old.len_utf8()..]));
        }
    }
}
