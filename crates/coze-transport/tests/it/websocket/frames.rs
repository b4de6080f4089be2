//! Messages: fragments, limits, pings, the end of a connection, and futures that are dropped.

use std::time::Duration;

use coze_transport::HyperTransport;
use coze_transport::websocket::{CloseFrame, Message};
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

use super::{CLOSE, FIN, PING, PONG, Peer, TEXT, close, connected, frame, open, to};
use crate::server::{Server, within};

const BINARY: u8 = 2;

#[tokio::test]
async fn messages_go_both_ways() {
    let (_server, mut socket) = connected(|mut peer| async move {
        // Whatever comes goes back.
        while let Some((first, payload)) = peer.frame().await {
            peer.send(frame(first, payload)).await;
        }
    })
    .await;
    let long = "audio".repeat(40_000);
    for message in [
        Message::Text("你好".into()),
        Message::Text("".into()),
        Message::Text("x".repeat(126).into()),
        Message::Text("y".repeat(65_535).into()),
        Message::Binary(vec![0, 255, 128].into()),
        Message::Pong("unasked".into()),
    ] {
        within(socket.send(message.clone())).await.unwrap();
        assert_eq!(within(socket.receive()).await.unwrap().unwrap(), message);
    }
    // A long message may travel in fragments.
    within(socket.send(Message::Text(long.clone().into()))).await.unwrap();
    assert_eq!(within(socket.receive()).await.unwrap().unwrap(), Message::Text(long.into()));
}

#[tokio::test]
async fn fragments_are_one_message_and_a_ping_may_stand_between_them() {
    let (pongs, mut seen) = mpsc::unbounded_channel();
    let (_server, mut socket) = connected(move |mut peer| {
        let pongs = pongs.clone();
        async move {
            let text = "你好".as_bytes();
            // The second fragment begins within a character.
            peer.send(frame(TEXT, &text[..2])).await;
            peer.send(frame(FIN | PING, "alive?")).await;
            peer.send(frame(0, &text[2..4])).await;
            peer.send(frame(FIN, &text[4..])).await;
            pongs.send(peer.frame().await).unwrap();
            peer.gone().await;
        }
    })
    .await;
    assert_eq!(within(socket.receive()).await.unwrap().unwrap(), Message::Ping("alive?".into()));
    assert_eq!(within(socket.receive()).await.unwrap().unwrap(), Message::Text("你好".into()));
    assert_eq!(within(seen.recv()).await, Some(Some((FIN | PONG, b"alive?".to_vec()))));
}

#[tokio::test]
async fn a_message_over_the_limit_ends_the_connection() {
    for parts in [vec![(FIN | TEXT, 1025)], vec![(TEXT, 600), (FIN, 425)], vec![(FIN | TEXT, 1 << 30)]] {
        let (ends, mut seen) = mpsc::unbounded_channel();
        let server = Server::start(move |connection, _| {
            let (ends, parts) = (ends.clone(), parts.clone());
            async move {
                let mut peer = Peer::accept(connection, &frame(FIN | TEXT, "a".repeat(1024))).await;
                for (first, len) in parts {
                    let bytes = frame(first, "b".repeat(len.min(2000)));
                    // Its announced length alone decides.
                    let huge = [&[FIN | TEXT, 127][..], &(len as u64).to_be_bytes()].concat();
                    peer.send(if len > 2000 { huge } else { bytes }).await;
                }
                ends.send(peer.frame().await).unwrap();
            }
        })
        .await;
        let transport = HyperTransport::builder().no_proxy().max_message_bytes(1024).build().unwrap();
        let mut socket = open(&transport, to(server.url("/"))).await.unwrap();
        assert_eq!(within(socket.receive()).await.unwrap().unwrap(), Message::Text("a".repeat(1024).into()));
        let error = within(socket.receive()).await.unwrap().unwrap_err();
        assert!(error.is_too_large() && error.is_body(), "{error:?}");
        assert!(error.to_string().contains("1024 are allowed (max_message_bytes)"), "{error}");
        assert!(within(socket.receive()).await.is_none());
        drop(socket);
        if let Some((first, payload)) = within(seen.recv()).await.unwrap() {
            assert_eq!((first, &payload[..2]), (FIN | CLOSE, &1009_u16.to_be_bytes()[..]));
        }
    }
}

#[tokio::test]
async fn what_breaks_the_rules_is_named() {
    for (bytes, said) in [
        (vec![FIN | TEXT, 0x81, 1, 2, 3, 4, 5], "unexpected masked frame"),
        (frame(FIN | 0x40 | TEXT, "x"), "invalid extension"),
        (frame(FIN | 3, "x"), "invalid opcode"),
        (frame(FIN | TEXT, [0xC3, 0x28]), "text that is not UTF-8"),
        (frame(PING, "x"), "fragmented control frame"),
        (close(1005, ""), "invalid close code"),
    ] {
        let (_server, mut socket) = connected(move |mut peer| {
            let bytes = bytes.clone();
            async move {
                peer.send(bytes).await;
                peer.gone().await;
            }
        })
        .await;
        let error = within(socket.receive()).await.unwrap().unwrap_err();
        assert!(error.is_malformed() && !error.is_closed_early(), "{error:?}");
        assert!(error.to_string().contains(said), "{error}");
        assert!(within(socket.receive()).await.is_none());
    }
}

#[tokio::test]
async fn a_close_frame_is_handed_on_and_answered() {
    for (bytes, expected) in [
        (close(1000, "done"), Some(CloseFrame::new(1000, "done"))),
        (close(4027, "账户欠费"), Some(CloseFrame::new(4027, "账户欠费"))),
        (frame(FIN | CLOSE, ""), None),
    ] {
        let (answers, mut seen) = mpsc::unbounded_channel();
        let (_server, mut socket) = connected(move |mut peer| {
            let (answers, bytes) = (answers.clone(), bytes.clone());
            async move {
                peer.send(bytes).await;
                answers.send(peer.frame().await).unwrap();
            }
        })
        .await;
        assert_eq!(within(socket.receive()).await.unwrap().unwrap(), Message::Close(expected.clone()));
        assert!(within(socket.receive()).await.is_none());
        let (first, payload) = within(seen.recv()).await.unwrap().unwrap();
        assert_eq!(first, FIN | CLOSE);
        let code = expected.map(|close| close.code.to_be_bytes().to_vec()).unwrap_or_default();
        assert_eq!(payload, code);
        let error = within(socket.send(Message::Text("late".into()))).await.unwrap_err();
        assert!(error.is_request() && error.to_string().contains("is closed"), "{error:?}");
    }
}

#[tokio::test]
async fn a_close_of_this_side_is_answered_after_what_was_under_way() {
    let (_server, mut socket) = connected(|mut peer| async move {
        let (first, payload) = peer.frame().await.unwrap();
        assert_eq!((first, payload), (FIN | CLOSE, [&1000_u16.to_be_bytes()[..], b"bye"].concat()));
        peer.send(frame(FIN | TEXT, "under way")).await;
        peer.send(close(1000, "")).await;
        peer.gone().await;
    })
    .await;
    within(socket.send(Message::Close(Some(CloseFrame::new(1000, "bye"))))).await.unwrap();
    assert_eq!(within(socket.receive()).await.unwrap().unwrap(), Message::Text("under way".into()));
    assert_eq!(
        within(socket.receive()).await.unwrap().unwrap(),
        Message::Close(Some(CloseFrame::new(1000, "")))
    );
    assert!(within(socket.receive()).await.is_none());
}

#[tokio::test]
async fn an_end_without_a_close_frame_is_an_error() {
    let half = frame(FIN | TEXT, "0123456789");
    for bytes in [Vec::new(), half[..1].to_vec(), half[..5].to_vec(), frame(TEXT, "a fragment")] {
        let (_server, mut socket) = connected(move |mut peer| {
            let bytes = bytes.clone();
            async move {
                peer.send(bytes).await;
                // Only this direction ends.
                peer.stream.shutdown().await.unwrap();
                peer.gone().await;
            }
        })
        .await;
        let error = within(socket.receive()).await.unwrap().unwrap_err();
        assert!(error.is_closed_early() && error.is_body(), "{error:?}");
        assert!(error.to_string().contains("ended without a close frame"), "{error}");
        assert!(within(socket.receive()).await.is_none());
    }
    let (_server, mut socket) = connected(|peer| async move { peer.stream.set_zero_linger().unwrap() }).await;
    let error = within(socket.receive()).await.unwrap().unwrap_err();
    assert!(error.is_closed_early(), "{error:?}");
}

#[tokio::test]
async fn what_must_not_be_sent_is_refused_and_the_socket_lives_on() {
    let (_server, mut socket) = connected(|mut peer| async move {
        while let Some((first, payload)) = peer.frame().await {
            peer.send(frame(first, payload)).await;
        }
    })
    .await;
    for (message, said) in [
        (Message::Text(vec![0xC3, 0x28].into()), "not UTF-8"),
        (Message::Ping(vec![0; 126].into()), "at most 125"),
        (Message::Close(Some(CloseFrame::new(1006, ""))), "close code 1006 must not be sent"),
        (Message::Close(Some(CloseFrame::new(1000, "x".repeat(124)))), "at most 123"),
    ] {
        let error = within(socket.send(message)).await.unwrap_err();
        assert!(error.is_request() && error.to_string().contains(said), "{error}");
    }
    within(socket.send(Message::Binary("on".into()))).await.unwrap();
    assert_eq!(within(socket.receive()).await.unwrap().unwrap(), Message::Binary("on".into()));
}

#[tokio::test]
async fn a_receive_that_is_dropped_loses_nothing() {
    let (steps, mut go) = mpsc::unbounded_channel::<()>();
    let go = std::sync::Arc::new(tokio::sync::Mutex::new(Some(std::mem::replace(
        &mut go,
        mpsc::unbounded_channel().1,
    ))));
    let (_server, mut socket) = connected(move |mut peer| {
        let go = go.clone();
        async move {
            let mut go = go.lock().await.take().unwrap();
            let bytes = [
                frame(TEXT, "one "),
                frame(FIN | PING, ""),
                frame(FIN, "message"),
                frame(FIN | BINARY, "next"),
            ]
            .concat();
            for byte in bytes {
                go.recv().await;
                peer.send([byte]).await;
            }
            peer.gone().await;
        }
    })
    .await;
    let mut got = Vec::new();
    while got.len() < 3 {
        // Each byte comes while a future waits that is then dropped.
        steps.send(()).unwrap();
        if let Ok(message) = tokio::time::timeout(Duration::from_millis(3), socket.receive()).await {
            got.push(message.unwrap().unwrap());
        }
    }
    assert_eq!(
        got,
        [Message::Ping("".into()), Message::Text("one message".into()), Message::Binary("next".into())]
    );
}

#[tokio::test]
async fn a_send_that_is_dropped_has_sent_the_whole_message_or_nothing() {
    let (reads, allowed) = tokio::sync::oneshot::channel::<()>();
    let allowed = std::sync::Arc::new(tokio::sync::Mutex::new(Some(allowed)));
    let (frames, mut seen) = mpsc::unbounded_channel();
    let (_server, mut socket) = connected(move |mut peer| {
        let (allowed, frames) = (allowed.clone(), frames.clone());
        async move {
            let allowed = allowed.lock().await.take().unwrap();
            let _ = allowed.await;
            while let Some(frame) = peer.frame().await {
                frames.send(frame).unwrap();
            }
        }
    })
    .await;
    // Enough to fill the buffers of the system many times over.
    let size = 256 * 1024;
    let mut dropped = 0;
    for number in 0..200_u8 {
        let send = socket.send(Message::Binary(vec![number; size].into()));
        if tokio::time::timeout(Duration::from_millis(1), send).await.is_err() {
            dropped += 1;
        }
    }
    assert!(dropped > 100, "only {dropped} of the sends had to wait");
    reads.send(()).unwrap();
    within(socket.send(Message::Text("end".into()))).await.unwrap();
    let (mut numbers, mut message) = (Vec::new(), Vec::new());
    loop {
        let (first, payload) = within(seen.recv()).await.unwrap();
        if first == FIN | TEXT {
            break;
        }
        message.extend(payload);
        if first & FIN != 0 {
            assert_eq!(message.len(), size);
            assert!(message.iter().all(|byte| *byte == message[0]), "a message is torn");
            numbers.push(message[0]);
            message.clear();
        }
    }
    assert!(message.is_empty(), "a message is torn");
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    assert!(!numbers.is_empty() && numbers[0] == 0, "{numbers:?}");
}

#[tokio::test]
async fn a_peer_that_pings_and_never_reads_does_not_fill_the_memory() {
    let (_server, mut socket) = connected(|mut peer| async move {
        let pings = frame(FIN | PING, "x".repeat(125)).repeat(1000);
        while peer.stream.write_all(&pings).await.is_ok() {}
    })
    .await;
    let error = within(async {
        loop {
            match socket.receive().await.unwrap() {
                Ok(message) => assert!(matches!(message, Message::Ping(_)), "{message:?}"),
                Err(error) => break error,
            }
        }
    })
    .await;
    assert!(error.is_malformed() && error.to_string().contains("does not read the pongs"), "{error}");
}
