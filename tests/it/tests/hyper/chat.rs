//! Chats from the question to the answer.

use std::time::Duration;

use coze::types::ConversationId;
use coze::{Chat, ChatEvent, ChatStatus, ErrorKind, Message};
use coze_sim::Dialect;
use serde_json::json;

use crate::served::{ask, ask_bot, builder, serve, serve_script};

both!(
    a_streamed_chat_comes_in_order_and_whole,
    the_views_of_a_stream_agree,
    a_chat_can_be_waited_for,
    context_of_the_request_is_no_part_of_the_answer,
    a_conversation_goes_on,
    a_chat_can_be_retrieved_with_its_messages,
    a_canceled_chat_says_so,
    the_wait_for_a_chat_that_never_ends_cancels_it,
    dropping_a_stream_is_seen_by_the_server,
    every_answer_has_a_log_id,
    a_base_url_with_a_slash_works,
);

const QUESTION: &str = "2024年10月1日是星期几";

fn conversation(chat: &Chat) -> ConversationId {
    chat.conversation_id.clone().expect("every server names the conversation")
}

async fn a_streamed_chat_comes_in_order_and_whole(dialect: Dialect) {
    let served = serve(dialect).await;
    let mut events = served.client.chat().stream(ask(QUESTION)).await.unwrap();
    let mut text = String::new();
    let mut seen = Vec::new();
    while let Some(event) = events.next().await {
        let event = event.unwrap();
        text.push_str(event.text().unwrap_or_default());
        seen.push(event);
    }
    assert!(text.contains("星期二"), "{text}");
    assert!(matches!(seen[0], ChatEvent::Created(_)), "{seen:?}");
    assert!(matches!(seen[1], ChatEvent::InProgress(_)), "{seen:?}");
    assert!(matches!(seen[seen.len() - 2], ChatEvent::Completed(_)), "{seen:?}");
    assert!(matches!(seen[seen.len() - 1], ChatEvent::Done(_)), "{seen:?}");
    let deltas = seen.iter().filter(|event| event.text().is_some()).count();
    assert!(deltas > 1, "the answer came in one piece");
    let whole = seen.iter().find_map(|event| match event {
        ChatEvent::MessageCompleted(message) if message.is_answer() => Some(&message.content),
        _ => None,
    });
    assert_eq!(whole, Some(&text));
    assert!(!seen.iter().any(|event| matches!(event, ChatEvent::Unknown(_))), "{seen:?}");
    assert_eq!(served.sim.open_streams(), 0);
    assert!(served.sim.disconnects().is_empty(), "a stream that was read to its end is no disconnect");
}

async fn the_views_of_a_stream_agree(dialect: Dialect) {
    let served = serve(dialect).await;
    let client = &served.client;
    let answer = client.chat().stream(ask(QUESTION)).await.unwrap().collect().await.unwrap();
    assert_eq!(answer.chat.status, Some(ChatStatus::Completed));
    assert!(!answer.follow_ups().is_empty());
    let mut text = client.chat().stream(ask(QUESTION)).await.unwrap().text();
    let mut whole = String::new();
    while let Some(piece) = text.next().await {
        whole += &piece.unwrap();
    }
    assert_eq!(whole, answer.text());
    assert!(whole.contains("星期二"), "{whole}");
}

async fn a_chat_can_be_waited_for(dialect: Dialect) {
    let served = serve(dialect).await;
    let client = &served.client;
    let answer = client.chat().create_and_poll(ask(QUESTION)).await.unwrap();
    assert_eq!(answer.chat.status, Some(ChatStatus::Completed));
    assert!(answer.text().contains("星期二"), "{answer:?}");
    assert!(!answer.follow_ups().is_empty());
    assert!(answer.usage().is_some_and(|usage| usage.token_count > Some(0)), "{answer:?}");
    let questions = answer.messages.iter().filter(|message| message.content == QUESTION).count();
    assert_eq!(questions, 0, "the question is no part of the answer");
}

async fn context_of_the_request_is_no_part_of_the_answer(dialect: Dialect) {
    let served = serve(dialect).await;
    let client = &served.client;
    let request = || {
        ask("I like tea")
            .message(Message::assistant("old answer"))
            .message(Message::user("what did I say before?"))
    };
    let streamed = client.chat().stream(request()).await.unwrap().collect().await.unwrap();
    let polled = client.chat().create_and_poll(request()).await.unwrap();
    for answer in [streamed, polled] {
        let text = answer.text();
        assert!(text.contains("I like tea") && !text.contains("old answer"), "{text}");
    }
}

async fn a_conversation_goes_on(dialect: Dialect) {
    let served = serve(dialect).await;
    let client = &served.client;
    let first = client.chat().stream(ask("我喜欢茶")).await.unwrap().collect().await.unwrap();
    let conversation_id = conversation(&first.chat);
    let next = ask("我刚才说了什么？").conversation_id(&conversation_id);
    let second = client.chat().stream(next).await.unwrap().collect().await.unwrap();
    assert!(second.text().contains("我喜欢茶"), "{}", second.text());
    assert_eq!(conversation(&second.chat), conversation_id);
    assert_ne!(second.chat.id, first.chat.id);
}

async fn a_chat_can_be_retrieved_with_its_messages(dialect: Dialect) {
    let served = serve(dialect).await;
    let client = &served.client;
    let answer = client.chat().stream(ask(QUESTION)).await.unwrap().collect().await.unwrap();
    let (conversation_id, chat_id) = (conversation(&answer.chat), answer.chat.id.clone());
    let chat = client.chat().retrieve(&conversation_id, &chat_id).await.unwrap();
    assert_eq!((&chat.id, chat.status), (&chat_id, Some(ChatStatus::Completed)));
    assert!(chat.created_at.unwrap().is_set() && chat.completed_at.unwrap().is_set());
    assert!(!chat.failed_at.is_some_and(coze::types::Timestamp::is_set));
    assert!(chat.usage.unwrap().token_count > Some(0));
    let messages = client.chat().messages(&conversation_id, &chat_id).await.unwrap();
    let answers: String = messages.iter().filter(|m| m.is_answer()).map(|m| m.content.as_str()).collect();
    assert_eq!(answers, answer.text());
}

/// A bot that says nothing for an hour.
fn slow() -> serde_json::Value {
    json!({"bots": [{"id": "1", "rules": [{"reply": {"steps": [{"wait_ms": 3_600_000}, {"answer": "late"}]}}]}]})
}

async fn a_canceled_chat_says_so(dialect: Dialect) {
    let served = serve_script(dialect, &slow()).await;
    let client = &served.client;
    let chat = client.chat().create(ask_bot("1", "hi")).await.unwrap();
    assert!(!chat.status.as_ref().unwrap().is_terminal(), "{chat:?}");
    let conversation_id = conversation(&chat);
    let canceled = client.chat().cancel(&conversation_id, &chat.id).await.unwrap().unwrap();
    assert_eq!((canceled.id, canceled.status), (chat.id.clone(), Some(ChatStatus::Canceled)));
    let chat = client.chat().retrieve(&conversation_id, &chat.id).await.unwrap();
    assert_eq!(chat.status, Some(ChatStatus::Canceled));
    // A second time it is refused.
    let error = client.chat().cancel(&conversation_id, &chat.id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidState, "{error}");
    assert!(!error.is_retryable());
}

async fn the_wait_for_a_chat_that_never_ends_cancels_it(dialect: Dialect) {
    let served = serve_script(dialect, &slow()).await;
    // A machine so slow that not even the start of the chat is in time gets more of it.
    for seconds in [1, 10, 60] {
        let call = served.client.chat().create_and_poll(ask_bot("1", "hi"));
        let error = call.deadline(Duration::from_secs(seconds)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout(coze::TimeoutKind::Rest));
        if error.chat().is_some() {
            assert!(error.to_string().contains("it was canceled"), "{error}");
            break;
        }
    }
    let canceled = served.sim.requests().into_iter().find(|request| request.path == "/v3/chat/cancel");
    assert_eq!(canceled.unwrap().status.unwrap(), 200);
}

async fn dropping_a_stream_is_seen_by_the_server(dialect: Dialect) {
    let served = serve_script(dialect, &slow()).await;
    // Once while it is silent.
    let mut events = served.client.chat().stream(ask_bot("1", "hi")).await.unwrap();
    events.next().await.unwrap().unwrap();
    assert_eq!(served.sim.open_streams(), 1);
    drop(events);
    served.sim.disconnected(1).await;
    // Once before anything is read, once from the text view, once while something is waited for.
    drop(served.client.chat().stream(ask_bot("1", "hi")).await.unwrap());
    served.sim.disconnected(2).await;
    let mut text = served.client.chat().stream(ask_bot("1", "hi")).await.unwrap().text();
    assert!(tokio::time::timeout(Duration::from_millis(50), text.next()).await.is_err());
    drop(text);
    served.sim.disconnected(3).await;
    assert_eq!(served.sim.open_streams(), 0);
    // The client is as good as new.
    let answer = served.client.chat().stream(ask(QUESTION)).await.unwrap().collect().await.unwrap();
    assert!(answer.text().contains("星期二"));
}

async fn every_answer_has_a_log_id(dialect: Dialect) {
    let served = serve(dialect).await;
    let client = &served.client;
    let streamed = client.chat().stream(ask(QUESTION)).with_response().await.unwrap();
    let log_id = streamed.log_id.clone().unwrap();
    assert_eq!(streamed.value.log_id(), Some(&log_id));
    let answer = streamed.value.collect().await.unwrap();
    let retrieve = client.chat().retrieve(conversation(&answer.chat), &answer.chat.id);
    let retrieved = retrieve.with_response().await.unwrap();
    assert!(retrieved.log_id.is_some_and(|other| other != log_id));
    let error = client.chat().retrieve("1", "2").await.unwrap_err();
    assert!(error.log_id().is_some(), "{error}");
    assert!(error.to_string().contains(error.log_id().unwrap().as_str()), "{error}");
}

async fn a_base_url_with_a_slash_works(dialect: Dialect) {
    let served = serve(dialect).await;
    let client = builder(&served.sim).base_url(format!("{}/", served.sim.url())).build().unwrap();
    client.chat().stream(ask(QUESTION)).await.unwrap().collect().await.unwrap();
    assert!(served.sim.requests().iter().all(|request| request.path == "/v3/chat"));
}
