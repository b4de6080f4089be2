//! How sessions end, and what does not end them.

use coze::realtime::{RealtimeEvent, SpeechEvent, TranscriptionEvent};
use coze::{ErrorKind, TimeoutKind};
use serde_json::Value;

use super::*;

async fn error_of<E: LiveEvent>(session: &mut Session<E>) -> Error {
    within(session.next()).await.expect("an item").expect_err("an error")
}

/// A transcription whose audio is on its way, and a server that then does this.
async fn transcribing<S, F>(script: S) -> Session<TranscriptionEvent>
where
    S: Fn(Peer) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let client = serving(move |mut peer| {
        let script = script.clone();
        async move {
            peer.send("transcriptions.created", Value::Null).await;
            peer.expect("input_audio_buffer.append").await;
            script(peer).await;
        }
    })
    .await;
    let session = open(client.audio().transcriptions().live()).await;
    within(session.sender().append([0; 960])).await.unwrap();
    session
}

#[tokio::test]
async fn a_close_before_the_answer_is_an_error_whatever_its_code() {
    for (code, retryable) in
        [(1000, true), (1001, true), (1008, false), (1009, false), (1011, true), (4001, false)]
    {
        let mut session = transcribing(move |mut peer| async move { peer.close(code, "why").await }).await;
        let error = error_of(&mut session).await;
        assert_eq!((error.kind(), error.close_frame().unwrap().code), (ErrorKind::Closed, code), "{error}");
        assert_eq!((error.is_retryable(), error.is_cut()), (retryable, true), "{code}");
        assert_eq!(
            (error.endpoint(), error.log_id().unwrap().as_str()),
            (Some("/v1/audio/transcriptions"), "log-1")
        );
        assert!(within(session.next()).await.is_none());
        assert!(within(session.next()).await.is_none());
    }
}

#[tokio::test]
async fn a_connection_that_breaks_off_is_an_error() {
    let mut session = transcribing(|mut peer| async move {
        // Half a frame.
        peer.socket.get_mut().write_all(&[0x81, 0x7e, 0x10, 0x00, b'{']).await.unwrap();
    })
    .await;
    let error = error_of(&mut session).await;
    assert!(error.transport().unwrap().is_closed_early() && error.kind() == ErrorKind::Transport, "{error}");
    assert!(within(session.next()).await.is_none());
    // Those who send learn of it too.
    let error = within(session.sender().complete()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
    assert_eq!(session.sender().try_append(&[0]).unwrap_err().kind(), ErrorKind::Transport);
    let error = within(session.close()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
}

#[tokio::test]
async fn a_sender_that_waits_learns_of_the_end() {
    let client = serving(|mut peer| async move {
        peer.send("chat.created", Value::Null).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    })
    .await;
    let (sender, mut events) = open(client.chat().realtime("7")).await.split();
    // More than the buffers of the system hold.
    let audio = vec![0; 16 * 1024 * 1024];
    let (sent, event) = tokio::join!(within(sender.append(&audio)), within(events.next()));
    assert_eq!(sent.unwrap_err().kind(), ErrorKind::Transport);
    assert_eq!(event.unwrap().unwrap_err().kind(), ErrorKind::Transport);
}

#[tokio::test]
async fn a_silent_server_is_a_timeout_and_a_ping_is_none() {
    let limit = Duration::from_millis(400);
    let client = serving(|mut peer| async move {
        peer.send("chat.created", Value::Null).await;
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            peer.socket.send(Message::ping("")).await.unwrap();
        }
        peer.send("conversation.cleared", Value::Null).await;
        while peer.next().await.is_some() {}
    })
    .await;
    let mut session = open(client.chat().realtime("7").idle_timeout(limit)).await;
    assert!(matches!(within(session.next()).await, Some(Ok(RealtimeEvent::ContextCleared))));
    let error = error_of(&mut session).await;
    assert_eq!(
        (error.kind(), error.timed_out()),
        (ErrorKind::Timeout(TimeoutKind::WebSocket), Some(limit)),
        "{error}"
    );
    assert!(error.to_string().contains("pings every 15 s"), "{error}");
    assert!(within(session.next()).await.is_none());
}

#[tokio::test]
async fn pings_are_answered_by_those_who_only_send() {
    let client = serving(|mut peer| async move {
        peer.send("transcriptions.created", Value::Null).await;
        peer.socket.send(Message::ping("x")).await.unwrap();
        let mut pongs = 0;
        while let Some(Ok(message)) = peer.socket.next().await {
            pongs += usize::from(message.is_pong());
            if message.as_text().is_some_and(|text| text.contains("complete")) {
                let text = if pongs == 1 { "answered" } else { "silent" };
                peer.send("transcriptions.message.completed", json!({"content": text})).await;
            }
        }
    })
    .await;
    let mut session = open(client.audio().transcriptions().live()).await;
    for _ in 0..100 {
        within(session.sender().append([0; 960])).await.unwrap();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(within(session.finish()).await.unwrap(), "answered");
}

#[tokio::test]
async fn errors_of_the_server_are_items() {
    let client = serving(|mut peer| async move {
        peer.send("chat.created", Value::Null).await;
        peer.send("error", json!({"code": 4016, "msg": "a chat is running, pat_secret"})).await;
        peer.send("conversation.chat.failed", json!({"id": "7", "conversation_id": "8", "status": "failed", "last_error": {"code": 5000, "msg": "broken"}})).await;
        for text in ["no json", "[]", r#"{"data":{}}"#, r#"{"event_type":"conversation.audio.delta","data":{"id":"1","role":"assistant","type":"answer","content":"A","content_type":"audio"}}"#] {
            peer.socket.send(Message::text(text)).await.unwrap();
        }
        peer.send("conversation.chat.new", json!({"x": 1})).await;
        // A binary frame is read as text.
        peer.socket.send(Message::binary(&br#"{"event_type":"conversation.cleared"}"#[..])).await.unwrap();
        peer.send("conversation.chat.canceled", Value::Null).await;
        peer.close(1000, "").await;
    })
    .await;
    let mut session = open(client.chat().realtime("7")).await;
    let error = error_of(&mut session).await;
    assert_eq!((error.kind(), error.log_id().unwrap().as_str()), (ErrorKind::Busy, "log-1"));
    assert!(!error.to_string().contains("pat_secret"), "{error}");
    let error = error_of(&mut session).await;
    assert_eq!(
        (error.api().unwrap().msg.as_str(), error.terminal_chat().unwrap().id.as_str()),
        ("broken", "7")
    );
    for _ in 0..4 {
        assert_eq!(error_of(&mut session).await.kind(), ErrorKind::Decode);
    }
    let mut next = async || within(session.next()).await.unwrap().unwrap();
    assert!(matches!(next().await, RealtimeEvent::Unknown(event) if event.name == "conversation.chat.new"));
    assert!(matches!(next().await, RealtimeEvent::ContextCleared));
    assert!(matches!(next().await, RealtimeEvent::ChatCanceled(_)));
    // All that was asked is answered, so the end is in order.
    assert!(within(session.next()).await.is_none());
}

#[tokio::test]
async fn a_close_for_want_of_money_quotes_the_error_before_it() {
    let mut session = transcribing(|mut peer| async move {
        peer.send("error", json!({"code": 4028, "msg": "credits used up"})).await;
        peer.close(1000, "").await;
    })
    .await;
    assert_eq!(error_of(&mut session).await.kind(), ErrorKind::Quota);
    let error = error_of(&mut session).await;
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert!(error.to_string().contains("4028"), "{error}");
}

#[tokio::test]
async fn what_the_server_says_before_it_goes_is_read_though_sending_fails() {
    for _ in 0..20 {
        let client = serving(|mut peer| async move {
            peer.send("speech.created", Value::Null).await;
            for _ in 0..20 {
                peer.send("speech.audio.update", json!({"delta": "AAAA"})).await;
            }
            peer.send("error", json!({"code": 4028, "msg": "credits used up"})).await;
            let code = CloseCode::try_from(1008).unwrap();
            let _ = peer.socket.send(Message::close(Some(code), "bye")).await;
            // Gone, without reading what the client sends.
        })
        .await;
        let mut session = open(client.audio().speech().live()).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        let mut audio = 0;
        let closed = loop {
            // Sending to a server that has gone.
            let _ = session.sender().raw("x", None).await;
            match within(session.next()).await.unwrap() {
                Ok(SpeechEvent::Audio(piece)) => audio += piece.len(),
                Err(error) if error.kind() == ErrorKind::Quota => {}
                other => break other.unwrap_err(),
            }
        };
        assert_eq!((audio, closed.close_frame().map(|why| why.code)), (60, Some(1008)), "{closed}");
    }
}

#[tokio::test]
async fn a_graceful_close_yields_what_still_comes() {
    let client = serving(|mut peer| async move {
        peer.send("speech.created", Value::Null).await;
        peer.expect("input_text_buffer.append").await;
        // The close frame of the client.
        assert_eq!(peer.next().await, None);
    })
    .await;
    let (sender, mut events) = open(client.audio().speech().live()).await.split();
    within(sender.append("你好。")).await.unwrap();
    within(sender.close()).await.unwrap();
    let error = within(sender.append("再见。")).await.unwrap_err();
    assert!(error.to_string().contains("closed by its program"), "{error}");
    assert!(within(events.next()).await.is_none());
}

#[tokio::test]
async fn a_close_that_the_server_ignores_ends_after_5_seconds() {
    let client = serving(|mut peer| async move {
        peer.send("speech.created", Value::Null).await;
        tokio::time::sleep(LONG).await;
    })
    .await;
    let session = open(client.audio().speech().live()).await;
    let started = std::time::Instant::now();
    within(session.close()).await.unwrap();
    assert!(started.elapsed() >= Duration::from_secs(4));
}
