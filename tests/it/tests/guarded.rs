//! Streams that survive a cut, end with their reader, or wait for their turn; against the simulator.

use std::time::Duration;

use coze::{ChatEvent, ChatStatus, Coze, CreateChat, ErrorKind, Message, OnBusy};
use coze_sim::{Script, Sim};
use serde_json::{Value, json};

const BOT: &str = "7400000000000000007";
const LONG: Duration = Duration::from_secs(60);

/// A simulator whose agent answers "一二三四五六七八" in eight pieces, and follows up once.
async fn simulator(wire: Value, pace: u64) -> (Sim, Coze) {
    let script = json!({"bots": [{
        "id": BOT,
        "pace_ms": pace,
        "rules": [{
            "when": {"contains": ""},
            "reply": {
                "steps": [{"answer": ["一", "二", "三", "四", "五", "六", "七", "八"]}],
                "follow_ups": ["还有吗？"],
            },
            "wire": wire,
        }],
    }]});
    let script = Script::parse(&script.to_string()).unwrap();
    let sim = Sim::builder().script(script).start().await.unwrap();
    let client = Coze::builder().base_url(sim.url()).token(sim.token()).build().unwrap();
    (sim, client)
}

fn question() -> CreateChat {
    CreateChat::new(BOT, "user").message(Message::user("数到八"))
}

#[tokio::test]
async fn a_stream_that_is_cut_anywhere_brings_every_character_once() {
    // Events: created, in progress, eight deltas, completed answer, verbose, follow-up, completed chat, done.
    for after in 1..=14 {
        let (_sim, client) = simulator(json!({"cut": {"after_events": after}}), 1).await;
        let mut events = client.chat().stream(question()).recover().await.unwrap();
        let mut text = String::new();
        let (mut answers, mut follow_ups, mut ends) = (0, 0, 0);
        while let Some(event) = events.next().await {
            match event.unwrap_or_else(|error| panic!("cut after {after}: {error}")) {
                ChatEvent::MessageDelta(message) => text.push_str(&message.content),
                ChatEvent::MessageCompleted(message) if message.is_answer() => {
                    assert_eq!(message.content, "一二三四五六七八");
                    answers += 1;
                }
                ChatEvent::MessageCompleted(message) => {
                    follow_ups += usize::from(message.kind == Some(coze::message::MessageType::FollowUp));
                }
                ChatEvent::Completed(_) => ends += 1,
                _ => {}
            }
        }
        assert_eq!(text, "一二三四五六七八", "cut after {after} events");
        assert_eq!((answers, follow_ups, ends), (1, 1, 1), "cut after {after} events");
    }
}

#[tokio::test]
async fn views_of_a_recovered_stream_are_whole() {
    let (_sim, client) = simulator(json!({"cut": {"after_events": 5}}), 1).await;
    let mut text = client.chat().stream(question()).recover().await.unwrap().text();
    let mut whole = String::new();
    while let Some(piece) = text.next().await {
        whole.push_str(&piece.unwrap());
    }
    assert_eq!(whole, "一二三四五六七八");
    let answer = client.chat().stream(question()).recover().await.unwrap().collect().await.unwrap();
    assert_eq!(answer.text(), "一二三四五六七八");
    assert_eq!(answer.chat.status, Some(ChatStatus::Completed));
}

#[tokio::test]
async fn without_recovery_a_cut_is_an_error() {
    let (_sim, client) = simulator(json!({"cut": {"after_events": 5}}), 1).await;
    let error = client.chat().stream(question()).await.unwrap().collect().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Truncated | ErrorKind::Transport), "{error}");
}

#[tokio::test]
async fn what_is_not_kept_cannot_be_recovered() {
    let (sim, client) = simulator(Value::Null, 1).await;
    let error = client.chat().stream(question().auto_save_history(false)).recover().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("auto_save_history"), "{error}");
    assert!(sim.requests().is_empty());
}

#[tokio::test]
async fn a_cut_before_the_chat_exists_stays_an_error() {
    let (_sim, client) = simulator(json!({"cut": {"after_bytes": 10}}), 1).await;
    let error = client.chat().stream(question()).recover().await.unwrap().collect().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Truncated | ErrorKind::Transport), "{error}");
}

#[tokio::test]
async fn a_dropped_stream_cancels_its_chat_only_when_asked() {
    for cancel in [true, false] {
        let (sim, client) = simulator(Value::Null, 200).await;
        let (conversation_id, chat_id);
        {
            let call = client.chat().stream(question());
            let mut events =
                if cancel { call.cancel_on_drop() } else { call.when_busy(OnBusy::Fail) }.await.unwrap();
            let Some(Ok(ChatEvent::Created(chat))) = events.next().await else { panic!("not created") };
            (conversation_id, chat_id) = (chat.conversation_id.unwrap(), chat.id);
        }
        sim.streams_closed().await;
        let status = loop {
            let status = client.chat().retrieve(&conversation_id, &chat_id).await.unwrap().status.unwrap();
            if status.is_terminal() {
                break status;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert_eq!(status, if cancel { ChatStatus::Canceled } else { ChatStatus::Completed });
    }
}

/// A conversation in which a chat is running for about two seconds.
async fn busy_conversation(client: &Coze) -> coze::ConversationId {
    let chat = client.chat().create(question()).await.unwrap();
    chat.conversation_id.unwrap()
}

#[tokio::test]
async fn a_busy_conversation_fails_or_is_waited_for_or_is_freed() {
    let (_sim, client) = simulator(Value::Null, 200).await;
    let conversation = busy_conversation(&client).await;
    let again = || question().conversation_id(&conversation);
    let error = client.chat().stream(again()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
    let error = client.chat().stream(again()).when_busy(OnBusy::Wait(Duration::ZERO)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy, "{error}");

    let waited = client.chat().stream(again()).when_busy(OnBusy::Wait(LONG)).await.unwrap();
    assert_eq!(waited.collect().await.unwrap().text(), "一二三四五六七八");

    let conversation = busy_conversation(&client).await;
    let again = question().conversation_id(&conversation);
    let freed = client.chat().stream(again).when_busy(OnBusy::Cancel(LONG)).await.unwrap();
    assert_eq!(freed.collect().await.unwrap().text(), "一二三四五六七八");
}
