//! Connecting again, by policy.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use coze::ErrorKind;
use coze::auth::{self, Token, TokenRequest};
use coze::realtime::{InputAudio, RealtimeEvent};
use serde_json::Value;

use super::*;

/// A client of a server that follows `script` on each connection, with a new token for each, and how many there were.
async fn counted<S, F>(script: S) -> (Coze, Arc<AtomicUsize>)
where
    S: Fn(Peer, usize) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let url = listen(move |stream, number| {
        counted.fetch_add(1, Ordering::SeqCst);
        let script = script.clone();
        async move {
            let peer = Peer::accept(stream).await;
            let token = format!("Bearer token-{number}");
            assert_eq!(peer.request.headers()["authorization"], token.as_str());
            script(peer, number).await;
        }
    })
    .await;
    let tokens = AtomicUsize::new(0);
    let provider = auth::from_fn(move |_: TokenRequest| {
        let number = tokens.fetch_add(1, Ordering::SeqCst);
        async move { Token::new(format!("token-{number}")) }
    });
    (Coze::builder().auth(provider).base_url(url).build().unwrap(), count)
}

#[tokio::test]
async fn a_broken_session_continues_its_conversation_and_repeats_nothing() {
    let (client, _) = counted(|mut peer, number| async move {
        peer.send("chat.created", Value::Null).await;
        let update = peer.expect("chat.update").await;
        if number == 0 {
            assert_eq!(update["need_play_prologue"], true);
            assert_eq!(update["chat_config"], Value::Null);
        } else {
            assert_eq!(update["need_play_prologue"], false);
            assert_eq!(update["chat_config"]["conversation_id"], "8");
        }
        assert_eq!(update["input_audio"]["sample_rate"], 16_000);
        peer.send("chat.updated", update).await;
        peer.expect("input_audio_buffer.append").await;
        if number == 0 {
            peer.send("conversation.chat.created", json!({"id": "7", "conversation_id": "8"})).await;
            // Gone without a close frame.
            return;
        }
        peer.expect("conversation.chat.cancel").await;
        peer.send("conversation.chat.canceled", Value::Null).await;
        peer.close(1000, "").await;
    })
    .await;
    let connect = client.chat().realtime("1").input_audio(InputAudio::pcm(16_000)).need_play_prologue(true);
    let (sender, mut events) = open(connect.reconnect(3)).await.split();
    within(sender.append([0; 640])).await.unwrap();
    assert!(matches!(within(events.next()).await, Some(Ok(RealtimeEvent::ChatCreated(_)))));
    let lost = within(events.next()).await.unwrap().unwrap_err();
    assert_eq!(lost.kind(), ErrorKind::Transport, "{lost}");
    // In between, audio is dropped, and what must not be lost fails.
    within(sender.append([0; 640])).await.unwrap();
    assert!(!sender.try_append(&[0; 640]).unwrap());
    assert!(within(sender.cancel()).await.is_err());
    assert!(matches!(within(events.next()).await, Some(Ok(RealtimeEvent::Created))));
    within(sender.append([0; 640])).await.unwrap();
    within(sender.cancel()).await.unwrap();
    assert!(matches!(within(events.next()).await, Some(Ok(RealtimeEvent::ChatCanceled(_)))));
    assert!(within(events.next()).await.is_none());
    assert!(within(sender.append([0])).await.is_err());
}

#[tokio::test]
async fn a_server_that_breaks_each_time_is_given_up() {
    let (client, count) =
        counted(|mut peer, _| async move { peer.send("chat.created", Value::Null).await }).await;
    let (sender, mut events) = open(client.chat().realtime("1").reconnect(2)).await.split();
    let (mut lost, mut again) = (0, 0);
    while let Some(event) = within(events.next()).await {
        match event {
            Ok(RealtimeEvent::Created) => again += 1,
            Ok(other) => panic!("{other:?}"),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
                lost += 1;
            }
        }
    }
    assert_eq!((lost, again, count.load(Ordering::SeqCst)), (3, 2, 3));
    assert!(within(sender.append([0])).await.is_err());
}

#[tokio::test]
async fn what_a_connection_cannot_mend_ends_the_session() {
    for (error, code) in [(None, 1000), (None, 1008), (None, 4001), (Some(4028), 1011), (Some(4100), 1011)] {
        let (client, count) = counted(move |mut peer, _| async move {
            peer.send("chat.created", Value::Null).await;
            if let Some(code) = error {
                peer.send("error", json!({"code": code, "msg": "x"})).await;
            }
            peer.close(code, "").await;
        })
        .await;
        let mut session = open(client.chat().realtime("1").reconnect(5)).await;
        if error.is_some() {
            within(session.next()).await.unwrap().unwrap_err();
        }
        let closed = within(session.next()).await.unwrap().unwrap_err();
        assert_eq!(closed.close_frame().unwrap().code, code);
        assert!(within(session.next()).await.is_none());
        assert_eq!(count.load(Ordering::SeqCst), 1, "{code}");
    }
    // A close of this side.
    let (client, count) = counted(|mut peer, _| async move {
        peer.send("chat.created", Value::Null).await;
        peer.next().await;
    })
    .await;
    within(open(client.chat().realtime("1").reconnect(5)).await.close()).await.unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn reconnects_stay_within_the_budget_of_the_client() {
    let client = serving(|mut peer| async move { peer.send("chat.created", Value::Null).await }).await;
    let client = Coze::builder().token("t").base_url(client.base_url()).retry_budget(0).build().unwrap();
    let mut session = open(client.chat().realtime("1").reconnect(5)).await;
    let lost = within(session.next()).await.unwrap().unwrap_err();
    assert!(lost.is_out_of_retries(), "{lost}");
    assert!(within(session.next()).await.is_none());
}
