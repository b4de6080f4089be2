//! Conversations, their messages and the feedback on these.

use coze::types::MessageId;
use coze::types::conversation::{
    CreateConversation, CreateMessageFeedback, FeedbackType, ListConversations, ListMessages, MessageOrder,
    UpdateMessage,
};
use coze::{ErrorKind, Message};
use coze_sim::{DEMO_BOT, Dialect, Id};

use crate::served::{ask, patiently, serve};

both!(
    a_conversation_is_made_read_renamed_cleared_and_deleted,
    conversations_are_listed_across_pages,
    messages_of_chats_are_listed_across_pages,
    the_list_of_an_empty_conversation_is_empty,
);

async fn a_conversation_is_made_read_renamed_cleared_and_deleted(dialect: Dialect) {
    let served = serve(dialect).await;
    let client = &served.client;
    let conversations = client.conversations();
    let request = CreateConversation::new().bot_id(DEMO_BOT).meta("key", "值");
    let made = conversations.create(request).await.unwrap();
    assert_eq!(made.meta_data["key"], "值");
    let read = conversations.retrieve(&made.id).await.unwrap();
    assert_eq!((&read.id, &read.meta_data), (&made.id, &made.meta_data));
    assert!(read.creator_id.is_some() && read.created_at.unwrap().is_set(), "{read:?}");

    let renamed = conversations.update(&made.id, "a name <&>").await.unwrap().unwrap();
    assert_eq!(renamed.name.as_deref(), Some("a name <&>"));

    let section = conversations.clear(&made.id).await.unwrap().unwrap();
    assert_eq!(section.conversation_id, Some(made.id.clone()));
    assert_ne!(Some(&section.id), read.last_section_id.as_ref());

    conversations.delete(&made.id).await.unwrap();
    let left = conversations.list(ListConversations::new(DEMO_BOT)).items().collect().await.unwrap();
    assert!(left.is_empty(), "{left:?}");
}

async fn conversations_are_listed_across_pages(dialect: Dialect) {
    let served = serve(dialect).await;
    let conversations = served.client.conversations();
    assert!(conversations.list(ListConversations::new(DEMO_BOT)).items().collect().await.unwrap().is_empty());
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(conversations.create(CreateConversation::new().bot_id(DEMO_BOT)).await.unwrap().id);
    }
    made.sort();
    for size in [1, 2, 3, 7, 50] {
        let list = ListConversations::new(DEMO_BOT).page_size(size);
        let mut pages = conversations.list(list.clone()).pages();
        let mut lengths = Vec::new();
        while let Some(page) = pages.next().await {
            lengths.push(page.unwrap().len());
        }
        assert_eq!(lengths.iter().sum::<usize>(), 7, "{size}: {lengths:?}");
        let items = conversations.list(list).items().collect().await.unwrap();
        let mut ids: Vec<_> = items.into_iter().map(|conversation| conversation.id).collect();
        ids.sort();
        assert_eq!(ids, made, "{size}");
    }
    let page = conversations.list(ListConversations::new(DEMO_BOT).page_size(3).page_num(3)).await.unwrap();
    assert_eq!((page.conversations.len(), page.has_more), (1, false));
    // Coze Studio loses the last one without both.
    let lists = served.sim.requests().into_iter().filter(|request| request.path == "/v1/conversations");
    assert!(
        lists.into_iter().all(|list| list.query.contains("page_num=") && list.query.contains("page_size="))
    );
}

async fn messages_of_chats_are_listed_across_pages(dialect: Dialect) {
    let served = serve(dialect).await;
    let client = &served.client;
    let mut conversation_id = None;
    for text in ["one", "two", "three", "four"] {
        let mut request = ask(text);
        request.conversation_id.clone_from(&conversation_id);
        let answer = client.chat().stream(request).await.unwrap().collect().await.unwrap();
        conversation_id = answer.chat.conversation_id;
    }
    let conversation_id = conversation_id.unwrap();
    let list = || ListMessages::new(&conversation_id);
    let all = client.conversations().messages().list(list()).items().collect().await.unwrap();
    let questions: Vec<_> =
        all.iter().filter(|message| !message.is_answer()).map(|message| message.content.as_str()).collect();
    assert_eq!(questions, ["four", "three", "two", "one"], "newest first");
    assert_eq!(all.len(), 8);
    // Coze Studio compares times: at a page border it passes over messages of the same millisecond.
    if dialect == Dialect::Official {
        for limit in [1, 3, 4, 8, 50] {
            let list = client.conversations().messages().list(list().limit(limit));
            let paged = list.items().collect().await.unwrap();
            assert_eq!(paged, all, "{limit}");
        }
        let ascending =
            client.conversations().messages().list(list().limit(3).order(MessageOrder::Ascending));
        let mut ascending = ascending.items().collect().await.unwrap();
        ascending.reverse();
        assert_eq!(ascending, all);
    }
}

async fn the_list_of_an_empty_conversation_is_empty(dialect: Dialect) {
    let served = serve(dialect).await;
    let client = &served.client;
    let made = client.conversations().create(CreateConversation::new()).await.unwrap();
    let messages = client.conversations().messages().list(ListMessages::new(&made.id));
    assert!(messages.items().collect().await.unwrap().is_empty());
    let page = client.conversations().messages().list(ListMessages::new(&made.id)).await.unwrap();
    assert!(!page.has_more && page.messages.is_empty());
}

#[tokio::test]
async fn messages_are_put_in_read_changed_and_deleted() {
    patiently(async {
        let served = serve(Dialect::Official).await;
        let client = &served.client;
        let request = CreateConversation::new().bot_id(DEMO_BOT).message(Message::user("I like tea"));
        let conversation_id = client.conversations().create(request).await.unwrap().id;
        let messages = client.conversations().messages();

        let put = messages.create(&conversation_id, Message::user("I like ☕️").meta("a", "b")).await.unwrap();
        assert_eq!((put.content.as_str(), put.meta_data["a"].as_str()), ("I like ☕️", "b"));
        assert_eq!(messages.retrieve(&conversation_id, &put.id).await.unwrap().content, "I like ☕️");

        let change = UpdateMessage::new(&conversation_id, &put.id).text("I like water").meta("c", "d");
        let changed = messages.update(change).await.unwrap().unwrap();
        assert_eq!((&changed.id, changed.content.as_str()), (&put.id, "I like water"));
        assert_eq!(messages.retrieve(&conversation_id, &put.id).await.unwrap().meta_data["c"], "d");

        let answer = client.chat().stream(ask("what did I say before?").conversation_id(&conversation_id));
        let text = answer.await.unwrap().collect().await.unwrap().text();
        assert!(text.contains("I like water"), "{text}");

        assert_eq!(messages.delete(&conversation_id, &put.id).await.unwrap().unwrap().id, put.id);
        let error = messages.retrieve(&conversation_id, &put.id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        let nothing = UpdateMessage::new(&conversation_id, &put.id);
        let error = messages.update(nothing).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, None), "never sent");
    })
    .await;
}

#[tokio::test]
async fn feedback_is_given_and_taken_back() {
    patiently(async {
        let served = serve(Dialect::Official).await;
        let answer = served.client.chat().create_and_poll(ask("hi")).await.unwrap();
        let conversation_id = answer.chat.conversation_id.clone().unwrap();
        let message: MessageId =
            answer.messages.iter().find(|message| message.is_answer()).unwrap().id.clone();
        let id = Id::parse(message.as_str()).unwrap();
        let feedback = served.client.conversations().messages().feedback();

        let unlike = CreateMessageFeedback::new(&conversation_id, &message, FeedbackType::Unlike);
        feedback.create(unlike.reason("too short").comment("更多！")).await.unwrap();
        let given = served.sim.feedback(id).unwrap();
        assert_eq!((given.feedback_type.as_str(), given.comment.as_str()), ("unlike", "更多！"));
        assert_eq!(given.reason_types, ["too short"]);

        feedback
            .create(CreateMessageFeedback::new(&conversation_id, &message, FeedbackType::Like))
            .await
            .unwrap();
        assert_eq!(served.sim.feedback(id).unwrap().feedback_type, "like");
        feedback.delete(&conversation_id, &message).await.unwrap();
        assert!(served.sim.feedback(id).is_none());
    })
    .await;
}
