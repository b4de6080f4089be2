//! Rows of the group `conversation`, but for messages.

use coze_types::conversation::{
    ClearConversation, Conversation, ConversationPage, CreateConversation, CreateMessageFeedback,
    DeleteConversation, DeleteMessageFeedback, FeedbackType, ListConversations, RetrieveConversation,
    Section, SortOrder, UpdateConversation,
};
use coze_types::message::{ContentPart, Message};
use coze_types::{Pager, Timestamp};
use serde_json::{Value, json};

use super::{Row, fixture};

/// Conversation of the examples.
fn example() -> Conversation {
    let mut conversation = Conversation::new("737999610479815****");
    conversation.name = Some("推荐杭州美食".to_owned());
    conversation.meta_data.insert("uuid".to_owned(), "newid1234".to_owned());
    conversation.creator_id = Some("247877439325****".into());
    conversation.created_at = Some(Timestamp::from_unix(1_718_289_297));
    conversation.updated_at = Some(Timestamp::from_unix(1_718_289_297));
    conversation.last_section_id = Some("7495664347616952360".into());
    conversation.connector_id = Some("1024".into());
    conversation
}

#[test]
fn create() {
    let conversation = Row {
        request: CreateConversation::new()
            .bot_id("730454116184516")
            .name("推荐杭州美食")
            .message(Message::user_parts([
                ContentPart::text("你好，这是我的图片"),
                ContentPart::image("145657573"),
            ]))
            .messages([Message::assistant("你好").meta("uuid", "2")])
            .connector_id("1024")
            .user_id("u1")
            .meta("uuid", "newid1234"),
        line: "POST /v1/conversation/create",
        body: json!({
            "bot_id": "730454116184516",
            "name": "推荐杭州美食",
            "messages": [
                {
                    "role": "user",
                    "content": "[{\"type\":\"text\",\"text\":\"你好，这是我的图片\"},\
                        {\"type\":\"image\",\"file_id\":\"145657573\"}]",
                    "content_type": "object_string",
                },
                {
                    "role": "assistant",
                    "type": "answer",
                    "content": "你好",
                    "content_type": "text",
                    "meta_data": { "uuid": "2" },
                },
            ],
            "connector_id": "1024",
            "meta_data": { "uuid": "newid1234" },
            "user_id": "u1",
        }),
        answer: fixture!("create_conversation"),
        payload: "/data",
    }
    .check();
    assert_eq!(conversation, example());
}

#[test]
fn create_an_empty_one() {
    Row {
        request: CreateConversation::new(),
        line: "POST /v1/conversation/create",
        body: json!({}),
        answer: fixture!("create_conversation"),
        payload: "/data",
    }
    .check();
}

#[test]
fn retrieve() {
    let conversation = Row {
        request: RetrieveConversation::new("737989918257"),
        line: "GET /v1/conversation/retrieve?conversation_id=737989918257",
        body: Value::Null,
        answer: fixture!("retrieve_conversation"),
        payload: "/data",
    }
    .check();
    assert_eq!(conversation, example());
}

#[test]
fn list() {
    let page = Row {
        request: ListConversations::new("73428668"),
        line: "GET /v1/conversations?bot_id=73428668&page_num=1&page_size=50",
        body: Value::Null,
        answer: fixture!("list_conversations"),
        payload: "/data",
    }
    .check();
    assert_eq!(page.conversations, [example()]);
    assert!(!page.has_more);
}

#[test]
fn list_with_every_field() {
    let request = ListConversations::new("73428668")
        .page_num(3)
        .page_size(40)
        .sort_order(SortOrder::Ascending)
        .connector_id("999")
        .user_id("张三");
    assert_eq!(request.validate(), []);
    Row {
        request,
        line: "GET /v1/conversations?bot_id=73428668&page_num=3&page_size=40&sort_order=ASC&connector_id=999\
            &user_id=%E5%BC%A0%E4%B8%89",
        body: Value::Null,
        answer: fixture!("list_conversations"),
        payload: "/data",
    }
    .check();
}

fn page(ids: &[&str], has_more: bool) -> ConversationPage {
    let conversations: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
    serde_json::from_value(json!({ "conversations": conversations, "has_more": has_more })).unwrap()
}

fn ids(conversations: &[Conversation]) -> Vec<&str> {
    conversations.iter().map(|conversation| conversation.id.as_str()).collect()
}

#[test]
fn list_turns_its_pages() {
    let mut pager = Pager::new(ListConversations::new("1").page_size(2));
    assert_eq!(ids(&pager.turn(page(&["a", "b"], true))), ["a", "b"]);
    let next = pager.next_request().unwrap();
    assert_eq!((next.page_num, next.page_size), (2, 2));
    assert_eq!(ids(&pager.turn(page(&["c"], false))), ["c"]);
    assert_eq!(pager.next_request(), None);
}

#[test]
fn list_ends_when_the_server_does_not_move() {
    // An empty page, whatever it says of more.
    let mut pager = Pager::new(ListConversations::new("1"));
    assert_eq!((pager.turn(page(&[], true)).len(), pager.next_request()), (0, None));
    // The same page again and again.
    for second in [&[][..], &["a"]] {
        let mut pager = Pager::new(ListConversations::new("1"));
        assert_eq!(pager.turn(page(&["a"], true)).len(), 1);
        assert!(pager.next_request().is_some());
        assert_eq!((pager.turn(page(second, true)).len(), pager.next_request()), (0, None));
        // What comes after the end is no part of the list.
        assert_eq!(pager.turn(page(&["b"], true)), []);
    }
    // The last number that there is.
    let mut pager = Pager::new(ListConversations::new("1").page_num(u32::MAX));
    assert_eq!((pager.turn(page(&["a"], true)).len(), pager.next_request()), (1, None));
}

#[test]
fn update() {
    let conversation = Row {
        request: UpdateConversation::new("7513776737285", "推荐杭州美食"),
        line: "PUT /v1/conversations/7513776737285",
        body: json!({ "name": "推荐杭州美食" }),
        answer: fixture!("edit_conversation"),
        payload: "/data",
    }
    .check()
    .unwrap();
    assert_eq!(conversation.updated_at, Some(Timestamp::from_unix(1_753_326_053)));
    assert_eq!(conversation.name.as_deref(), Some("推荐杭州美食"));
}

#[test]
fn delete() {
    Row {
        request: DeleteConversation::new("737999610479815"),
        line: "DELETE /v1/conversations/737999610479815",
        body: Value::Null,
        answer: json!({ "code": 0, "msg": "", "detail": { "logid": "20241210152726467C48D89D6DB2****" } }),
        payload: "",
    }
    .check();
}

#[test]
fn clear() {
    let section = Row {
        request: ClearConversation::new("737989918257"),
        line: "POST /v1/conversations/737989918257/clear",
        body: Value::Null,
        answer: fixture!("clear_conversation_context"),
        payload: "/data",
    }
    .check();
    let mut expected = Section::new("75331946251175***");
    expected.conversation_id = Some("737989918257****".into());
    assert_eq!(section, Some(expected));
}

#[test]
fn create_feedback() {
    Row {
        request: CreateMessageFeedback::new("7515364893", "752173729302", FeedbackType::Unlike)
            .reason("内容有误")
            .reason("不够详细")
            .comment("实际参数应为 5.0 版本而非 4.0 版本。"),
        line: "POST /v1/conversations/7515364893/messages/752173729302/feedback",
        body: json!({
            "feedback_type": "unlike",
            "reason_types": ["内容有误", "不够详细"],
            "comment": "实际参数应为 5.0 版本而非 4.0 版本。",
        }),
        answer: json!({ "code": 0, "msg": "", "detail": { "logid": "20241210191248C8EF760***" } }),
        payload: "",
    }
    .check();
}

#[test]
fn delete_feedback() {
    Row {
        request: DeleteMessageFeedback::new("751536489399", "751903981556"),
        line: "DELETE /v1/conversations/751536489399/messages/751903981556/feedback",
        body: Value::Null,
        answer: json!({ "code": 0, "msg": "", "detail": { "logid": "20241210191248C8EF76****" } }),
        payload: "",
    }
    .check();
}
