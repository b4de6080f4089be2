//! Futures that are dropped, frames that come in pieces, and connections that are slow.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use coze::realtime::{RealtimeEvent, TranscriptionEvent};
use serde_json::Value;

use super::*;

/// Polls a future a few times and drops it; returns what it came to, if it did.
async fn poll_and_drop<T>(times: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = std::pin::pin!(future);
    for _ in 0..times {
        if let Some(done) = futures_util::future::poll_immediate(&mut future).await {
            return Some(done);
        }
        tokio::task::yield_now().await;
    }
    None
}

/// A text frame as a server sends it.
fn frame(text: &str) -> Vec<u8> {
    let len = u16::try_from(text.len()).unwrap();
    [&[0x81, 126][..], &len.to_be_bytes(), text.as_bytes()].concat()
}

#[tokio::test]
async fn dropped_sends_lose_and_tear_nothing() {
    const SENDS: usize = 400;
    let client = serving(|mut peer| async move {
        peer.send("transcriptions.created", Value::Null).await;
        let mut sizes = Vec::new();
        loop {
            // Slow, so that the client has to wait.
            tokio::time::sleep(Duration::from_millis(1)).await;
            let command = peer.next().await.expect("a whole command");
            match command["event_type"].as_str().unwrap() {
                "input_audio_buffer.append" => sizes.push(command["data"]["delta"].as_str().unwrap().len()),
                "input_audio_buffer.complete" => break,
                other => panic!("{other}"),
            }
        }
        assert!(sizes.is_sorted(), "{sizes:?}");
        peer.send("transcriptions.message.completed", json!({"content": sizes.len().to_string()})).await;
        peer.next().await;
    })
    .await;
    let mut session = open(client.audio().transcriptions().live()).await;
    let (mut done, mut dropped) = (0, 0);
    for number in 0..SENDS {
        // Each is larger than the one before, so that their order shows.
        let audio = vec![0; 30_000 + 3 * number];
        match poll_and_drop(number % 4, session.sender().append(&audio)).await {
            Some(sent) => {
                sent.unwrap();
                done += 1;
            }
            None => dropped += 1,
        }
        // The reading half is dropped as well.
        assert!(poll_and_drop(number % 3, session.next()).await.is_none());
    }
    assert!(dropped > 0);
    let counted: usize = within(session.finish()).await.unwrap().parse().unwrap();
    assert!((done..=SENDS).contains(&counted), "{done} {counted}");
}

#[tokio::test]
async fn events_in_pieces_are_read_whole_though_reads_are_dropped() {
    const EVENTS: usize = 50;
    let client = serving(|mut peer| async move {
        peer.send("chat.created", Value::Null).await;
        let stream = peer.socket.get_mut();
        for number in 0..EVENTS {
            let event = json!({"event_type": "conversation.audio_transcript.update", "data": {"content": number.to_string().repeat(80)}});
            for piece in frame(&event.to_string()).chunks(1 + number) {
                stream.write_all(piece).await.unwrap();
                tokio::task::yield_now().await;
            }
            if number % 10 == 0 {
                stream.write_all(&[0x89, 0]).await.unwrap();
            }
        }
        peer.next().await;
    })
    .await;
    let mut session = open(client.chat().realtime("7")).await;
    for number in 0..EVENTS {
        let event = within(async {
            loop {
                if let Some(event) = poll_and_drop(1, session.next()).await {
                    break event;
                }
            }
        })
        .await;
        let text = number.to_string().repeat(80);
        assert!(matches!(event, Some(Ok(RealtimeEvent::TranscriptUpdate(update))) if update == text));
    }
}

#[tokio::test]
async fn audio_that_finds_no_room_is_not_taken() {
    let reading = Arc::new(AtomicBool::new(false));
    let may_read = Arc::clone(&reading);
    let client = serving(move |mut peer| {
        let may_read = Arc::clone(&may_read);
        async move {
            peer.send("transcriptions.created", Value::Null).await;
            while !may_read.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let mut count = 0;
            while peer.next().await.unwrap()["event_type"] == "input_audio_buffer.append" {
                count += 1;
            }
            peer.send("transcriptions.message.completed", json!({"content": count.to_string()})).await;
            peer.next().await;
        }
    })
    .await;
    let (sender, mut events) = open(client.audio().transcriptions().live()).await.split();
    let reader = tokio::spawn(async move { events.next().await.map(|event| (event, events)) });
    // As an audio device does: until the buffers of the system are full, and a while longer.
    let (mut taken, mut full) = (0, 0);
    while full < 100 {
        if sender.try_append(&[0; 9600]).unwrap() {
            taken += 1;
        } else {
            full += 1;
        }
        tokio::task::yield_now().await;
    }
    // One that waits is not done, and one that is dropped is not sent.
    assert!(poll_and_drop(3, sender.append(vec![0; 9600])).await.is_none());
    reading.store(true, Ordering::SeqCst);
    within(sender.append(vec![0; 9600])).await.unwrap();
    within(sender.complete()).await.unwrap();
    let (event, _events) = within(reader).await.unwrap().unwrap();
    assert_eq!(event.unwrap(), TranscriptionEvent::Completed((taken + 1).to_string()));
}

#[tokio::test]
async fn a_server_that_waits_for_its_reader_does_not_stop_those_who_send() {
    let client = serving(|mut peer| async move {
        peer.send("chat.created", Value::Null).await;
        // More than the buffers of the system hold, before anything is read.
        let text = "x".repeat(60_000);
        for _ in 0..50 {
            peer.send("conversation.audio_transcript.update", json!({"content": text})).await;
        }
        while peer.next().await.unwrap()["event_type"] == "input_audio_buffer.append" {}
        peer.send("input_audio_buffer.completed", Value::Null).await;
        peer.next().await;
    })
    .await;
    let mut session = open(client.chat().realtime("7")).await;
    for _ in 0..200 {
        within(session.sender().append(vec![0; 30_000])).await.unwrap();
    }
    within(session.sender().complete()).await.unwrap();
    for _ in 0..50 {
        assert!(matches!(within(session.next()).await, Some(Ok(RealtimeEvent::TranscriptUpdate(_)))));
    }
    assert!(matches!(within(session.next()).await, Some(Ok(RealtimeEvent::InputCompleted))));
}

#[tokio::test]
async fn dropping_both_halves_drops_the_connection() {
    let (told, gone) = tokio::sync::oneshot::channel();
    let told = Arc::new(std::sync::Mutex::new(Some(told)));
    let client = serving(move |mut peer| {
        let told = Arc::clone(&told);
        async move {
            peer.send("chat.created", Value::Null).await;
            while peer.next().await.is_some() {}
            told.lock().unwrap().take().unwrap().send(()).unwrap();
        }
    })
    .await;
    let (sender, events) = open(client.chat().realtime("7")).await.split();
    drop(events);
    // What nobody reads is dropped, and sending continues.
    within(sender.append([0; 960])).await.unwrap();
    let clone = sender.clone();
    drop(sender);
    within(clone.cancel()).await.unwrap();
    drop(clone);
    within(gone).await.unwrap();
}

#[tokio::test]
async fn many_tasks_may_send() {
    let client = serving(|mut peer| async move {
        peer.send("chat.created", Value::Null).await;
        let mut next = [0; 8];
        for _ in 0..800 {
            let command = peer.next().await.unwrap();
            let (task, number) = (command["data"][0].as_u64().unwrap(), command["data"][1].as_u64().unwrap());
            let expected = &mut next[usize::try_from(task).unwrap()];
            assert_eq!(number, *expected, "of task {task}");
            *expected += 1;
        }
        peer.send("conversation.cleared", Value::Null).await;
        peer.next().await;
    })
    .await;
    let (sender, mut events) = open(client.chat().realtime("7")).await.split();
    for task in 0..8 {
        let sender = sender.clone();
        tokio::spawn(async move {
            for number in 0..100 {
                sender.raw("x", json!([task, number, "y".repeat(2000)])).await.unwrap();
            }
        });
    }
    assert!(matches!(within(events.next()).await, Some(Ok(RealtimeEvent::ContextCleared))));
}
