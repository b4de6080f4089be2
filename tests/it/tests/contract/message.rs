//! Rows of the messages of a conversation.

use coze_types::conversation::{
    CreateMessage, DeleteMessage, ListMessages, MessageOrder, MessagePage, RetrieveMessage, UpdateMessage,
};
use coze_types::message::{ContentPart, ContentPartType, ContentType, Message, MessageType, Role};
use coze_types::{MessageId, Pager, Timestamp};
use serde_json::{Value, json};

use super::{Row, fixture};

#[test]
fn create() {
    let message = Row {
        // What a chat knows as the type of the message is not sent here.
        request: CreateMessage::new("737363834493434", Message::assistant("早上好，今天星期几？"))
            .meta("k", "v"),
        line: "POST /v1/conversation/message/create?conversation_id=737363834493434",
        body: json!({
            "role": "assistant",
            "content": "早上好，今天星期几？",
            "content_type": "text",
            "meta_data": { "k": "v" },
        }),
        answer: fixture!("create_message"),
        payload: "/data",
    }
    .check();
    let mut expected = Message::new("738130009748252****");
    expected.conversation_id = Some("737999610479815****".into());
    expected.role = Some(Role::User);
    expected.kind = Some(MessageType::Unspecified);
    expected.content = "早上好，今天星期几？".to_owned();
    expected.content_type = Some(ContentType::Text);
    expected.created_at = Some(Timestamp::from_unix(1_718_592_898));
    expected.updated_at = Some(Timestamp::from_unix(1_718_592_898));
    assert_eq!(message, expected);
}

#[test]
fn create_with_objects() {
    let objects = [ContentPart::text("帮我看看这个图片里有什么内容？"), ContentPart::image("73803312802")];
    Row {
        request: CreateMessage::new("1", Message::user_parts(objects)),
        line: "POST /v1/conversation/message/create?conversation_id=1",
        body: json!({
            "role": "user",
            "content_type": "object_string",
            "content": "[{\"type\":\"text\",\"text\":\"帮我看看这个图片里有什么内容？\"},\
                {\"type\":\"image\",\"file_id\":\"73803312802\"}]",
        }),
        answer: fixture!("create_message"),
        payload: "/data",
    }
    .check();
}

#[test]
fn retrieve() {
    let message = Row {
        request: RetrieveMessage::new("737549035601767", "737549035601806"),
        line: "GET /v1/conversation/message/retrieve?conversation_id=737549035601767&message_id=737549035601806",
        body: Value::Null,
        answer: fixture!("retrieve_message"),
        payload: "/data",
    }
    .check();
    assert_eq!(message.meta_data["KEY"], "value");
    let [text, image] = &message.parts().unwrap()[..] else { panic!("{message:?}") };
    assert_eq!((&text.kind, text.text.as_deref()), (&ContentPartType::Text, Some("你好")));
    assert_eq!(image.kind, ContentPartType::Image);
    assert_eq!(image.file_id.as_ref().unwrap(), "7372175029901787180");
}

#[test]
fn list() {
    let page = Row {
        request: ListMessages::new("737363834493434"),
        line: "POST /v1/conversation/message/list?conversation_id=737363834493434",
        body: json!({}),
        answer: fixture!("list_message"),
        payload: "",
    }
    .check();
    assert!(page.has_more);
    assert_eq!(page.first_id.as_ref().unwrap(), "737363834493437****");
    assert_eq!(page.last_id.as_ref().unwrap(), "737363834493440****");
    let contents: Vec<_> = page.messages.iter().map(|message| message.content.as_str()).collect();
    assert_eq!(contents, ["你的名字叫什么", "我的名字叫bot"]);
    assert_eq!(page.extra.len(), 0, "{:?}", page.extra);
}

#[test]
fn list_with_every_field() {
    let request = ListMessages::new("737363834493434")
        .order(MessageOrder::Ascending)
        .chat_id("737999610479815")
        .before_id("737363834493439")
        .after_id("737363834493437")
        .limit(30)
        .include_middle_message(true)
        .bot_id("737946218936519");
    assert_eq!(request.validate(), []);
    Row {
        request,
        line: "POST /v1/conversation/message/list?conversation_id=737363834493434",
        body: json!({
            "order": "asc",
            "chat_id": "737999610479815",
            "before_id": "737363834493439",
            "after_id": "737363834493437",
            "limit": 30,
            "include_middle_message": true,
            "bot_id": "737946218936519",
        }),
        answer: fixture!("list_message"),
        payload: "",
    }
    .check();
}

fn page(ids: &[&str], has_more: bool, last_id: Option<&str>) -> MessagePage {
    let messages: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
    serde_json::from_value(json!({
        "data": messages, "has_more": has_more, "first_id": ids.first(), "last_id": last_id,
    }))
    .unwrap()
}

#[test]
fn list_turns_its_pages() {
    let request = ListMessages::new("1").limit(2).order(MessageOrder::Descending);
    let mut pager = Pager::new(request.clone());
    assert_eq!(pager.turn(page(&["9", "8"], true, Some("8"))).len(), 2);
    assert_eq!(pager.next_request(), Some(&request.after_id("8")));
    assert_eq!((pager.turn(page(&["7"], false, Some("7"))).len(), pager.next_request()), (1, None));
}

#[test]
fn list_ends_when_the_server_does_not_move() {
    for last_id in [None, Some(""), Some("0"), Some("8")] {
        let mut pager = Pager::new(ListMessages::new("1").after_id("8"));
        let items = pager.turn(page(&["9"], true, last_id));
        assert_eq!((items.len(), pager.next_request()), (1, None), "{last_id:?}");
    }
    let mut pager = Pager::new(ListMessages::new("1"));
    assert_eq!((pager.turn(page(&[], true, Some("8"))).len(), pager.next_request()), (0, None));
    // Positions that alternate, whatever stands on their pages.
    let mut pager = Pager::new(ListMessages::new("1"));
    for (id, last_id, more) in [("9", "8", true), ("7", "6", true), ("5", "8", false)] {
        assert_eq!(pager.turn(page(&[id], true, Some(last_id))).len(), 1);
        assert_eq!(pager.next_request().is_some(), more, "{id}");
    }
}

#[test]
fn list_turns_forwards_only() {
    let next = |request, ids: &[&str]| {
        let mut pager = Pager::new(request);
        assert_eq!(pager.turn(page(ids, true, Some("8"))).len(), ids.len());
        pager.next_request().cloned()
    };
    // What stands before a message is one page: the next would lie behind where the list began.
    assert_eq!(next(ListMessages::new("1").before_id("5"), &["9", "8"]), None);
    // No position, in the words of the service.
    let before_none = next(ListMessages::new("1").before_id("0"), &["9", "8"]);
    assert_eq!(before_none.unwrap().after_id, Some(MessageId::from("8")));
    // Between two messages.
    let between = next(ListMessages::new("1").before_id("2").after_id("9"), &["8"]).unwrap();
    assert_eq!((between.before_id, between.after_id), (Some("2".into()), Some("8".into())));
}

#[test]
fn update() {
    let request =
        UpdateMessage::new("737475200011611", "737492830742885").text("早上好，今天深圳天气怎么样？");
    assert_eq!(request.validate(), []);
    let message = Row {
        request,
        line: "POST /v1/conversation/message/modify?conversation_id=737475200011611&message_id=737492830742885",
        body: json!({ "content": "早上好，今天深圳天气怎么样？", "content_type": "text" }),
        answer: fixture!("modify_message"),
        payload: "/message",
    }
    .check()
    .unwrap();
    assert_eq!(message.content, "早上好，今天深圳天气怎么样？");
    assert_eq!(message.updated_at, Some(Timestamp::from_unix(1_718_595_677)));
}

#[test]
fn update_of_the_meta_data() {
    Row {
        request: UpdateMessage::new("1", "2").meta("k", "v"),
        line: "POST /v1/conversation/message/modify?conversation_id=1&message_id=2",
        body: json!({ "meta_data": { "k": "v" } }),
        answer: fixture!("modify_message"),
        payload: "/message",
    }
    .check();
}

#[test]
fn delete() {
    let message = Row {
        request: DeleteMessage::new("74076802623535", "74076856761178"),
        line: "POST /v1/conversation/message/delete?conversation_id=74076802623535&message_id=74076856761178",
        body: Value::Null,
        answer: fixture!("delete_message"),
        payload: "/data",
    }
    .check()
    .unwrap();
    assert!(message.is_answer());
    assert_eq!(message.content, "您好呀！今天感觉怎么样？");
}
