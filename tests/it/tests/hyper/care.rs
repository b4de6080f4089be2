//! Chats that are recovered, canceled with their reader, or that wait for their turn.

use std::time::Duration;

use coze::{ChatStatus, ErrorKind, OnBusy};
use coze_sim::{Dialect, Sim};
use serde_json::json;

use crate::served::{PATIENCE, ask_bot, patiently, serve_script};

both!(
    a_cut_chat_is_followed_to_its_end,
    a_dropped_chat_is_canceled_on_the_server,
    a_dropped_wait_cancels_its_chat
);

async fn a_cut_chat_is_followed_to_its_end(dialect: Dialect) {
    for cut in [
        json!({"after_events": 1}),
        json!({"after_events": 4}),
        json!({"after_bytes": 900}),
        json!({"after_bytes": 900, "how": "end"}),
        json!({"before_done": true}),
    ] {
        let rule = json!({"reply": {"steps": [{"answer": ["hel", "lo ", "世界"]}]}, "wire": {"cut": cut}});
        let served = serve_script(dialect, &json!({"bots": [{"id": "1", "rules": [rule]}]})).await;
        let request = ask_bot("1", "hi");
        let mut text = served.client.chat().stream(request).recover().await.unwrap().text();
        let mut all = String::new();
        while let Some(piece) = text.next().await {
            all += &piece.unwrap_or_else(|error| panic!("{cut}: {error}"));
        }
        assert_eq!(all, "hello 世界", "{cut}");
    }
}

/// A bot that says nothing for an hour.
fn slow() -> serde_json::Value {
    json!({"bots": [{"id": "1", "rules": [
        {"when": {"exact": "slow"}, "reply": {"steps": [{"wait_ms": 3_600_000}, {"answer": "late"}]}},
        {"reply": "quick"},
    ]}]})
}

/// Waits until the server has served a request to cancel.
async fn canceled(sim: &Sim) {
    while !sim.requests().iter().any(|sent| sent.path == "/v3/chat/cancel" && sent.status.is_some()) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn a_dropped_chat_is_canceled_on_the_server(dialect: Dialect) {
    let served = serve_script(dialect, &slow()).await;
    let mut events = served.client.chat().stream(ask_bot("1", "slow")).cancel_on_drop().await.unwrap();
    events.next().await.unwrap().unwrap();
    let chat = events.chat().unwrap().clone();
    drop(events);
    served.sim.disconnected(1).await;
    canceled(&served.sim).await;
    let chat = served.client.chat().retrieve(chat.conversation_id.unwrap(), chat.id).await.unwrap();
    assert_eq!(chat.status, Some(ChatStatus::Canceled));
}

async fn a_dropped_wait_cancels_its_chat(dialect: Dialect) {
    let served = serve_script(dialect, &slow()).await;
    let polls = |sim: &Sim| sim.requests().iter().filter(|sent| sent.path == "/v3/chat/retrieve").count();
    let wait = async |cancel: bool| {
        let call = served.client.chat().create_and_poll(ask_bot("1", "slow"));
        if cancel { call.cancel_on_drop().await } else { call.await }
    };
    for cancel in [false, true] {
        let before = polls(&served.sim);
        tokio::select! {
            answer = wait(cancel) => panic!("{answer:?}"),
            () = async {
                while polls(&served.sim) == before {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            } => {}
        }
    }
    canceled(&served.sim).await;
    let cancels: Vec<_> =
        served.sim.requests().into_iter().filter(|sent| sent.path == "/v3/chat/cancel").collect();
    assert_eq!(cancels.len(), 1, "only the wait that was told to");
    // A wait that is over cancels nothing.
    served.client.chat().create_and_poll(ask_bot("1", "hi")).cancel_on_drop().await.unwrap();
    let all = served.sim.requests();
    assert_eq!(all.iter().filter(|sent| sent.path == "/v3/chat/cancel").count(), 1);
}

#[tokio::test]
async fn a_dropped_stream_behind_tool_outputs_cancels_its_chat() {
    patiently(async {
        let steps = json!([{"call": {"name": "f", "arguments": {}}}, {"wait_ms": 3_600_000}]);
        let script = json!({"bots": [{"id": "1", "rules": [{"reply": {"steps": steps}}]}]});
        let served = serve_script(Dialect::Official, &script).await;
        let chat = served.client.chat().create_and_poll(ask_bot("1", "hi")).await.unwrap().chat;
        let outputs = chat
            .tool_calls()
            .iter()
            .fold(coze::SubmitToolOutputs::for_chat(&chat), |outputs, call| outputs.output(&call.id, "done"));
        // Not even its first event is read.
        drop(served.client.chat().stream_tool_outputs(outputs).cancel_on_drop().await.unwrap());
        canceled(&served.sim).await;
        let chat = served.client.chat().retrieve(chat.conversation_id.unwrap(), chat.id).await.unwrap();
        assert_eq!(chat.status, Some(ChatStatus::Canceled));
    })
    .await;
}

#[tokio::test]
async fn a_chat_waits_until_the_conversation_is_free() {
    patiently(async {
        let served = serve_script(Dialect::Official, &slow()).await;
        let running = served.client.chat().create(ask_bot("1", "slow")).await.unwrap();
        let conversation_id = running.conversation_id.unwrap();
        let second = ask_bot("1", "hi").conversation_id(&conversation_id);
        let refused = served.client.chat().stream(second.clone()).when_busy(OnBusy::Fail).await;
        assert_eq!(refused.map(drop).unwrap_err().kind(), ErrorKind::Busy);
        let client = served.client.clone();
        let waiting = tokio::spawn(async move {
            client.chat().stream(second).when_busy(OnBusy::Wait(PATIENCE)).await?.collect().await
        });
        // It has asked at least once, and is told to wait.
        while served.sim.requests().iter().filter(|sent| sent.path == "/v3/chat").count() < 3 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(!waiting.is_finished());
        served.client.chat().cancel(&conversation_id, &running.id).await.unwrap();
        assert_eq!(waiting.await.unwrap().unwrap().text(), "quick");
    })
    .await;
}

#[tokio::test]
async fn a_chat_takes_the_place_of_the_one_that_runs() {
    patiently(async {
        let served = serve_script(Dialect::Official, &slow()).await;
        let running = served.client.chat().create(ask_bot("1", "slow")).await.unwrap();
        let conversation_id = running.conversation_id.unwrap();
        let second = || served.client.chat().stream(ask_bot("1", "hi").conversation_id(&conversation_id));
        let error = second().when_busy(OnBusy::Wait(Duration::from_millis(300))).await.map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy, "the wait has an end: {error}");
        let answer = second().when_busy(OnBusy::Cancel(PATIENCE)).await.unwrap().collect().await.unwrap();
        assert_eq!(answer.text(), "quick");
        let first = served.client.chat().retrieve(&conversation_id, &running.id).await.unwrap();
        assert_eq!(first.status, Some(ChatStatus::Canceled));
    })
    .await;
}
