//! Many chats at once, and readers that are slower than the server.

use std::collections::HashSet;
use std::time::Duration;

use coze_sim::Dialect;
use serde_json::json;

use crate::served::{ask, ask_bot, patiently, serve, serve_script};

both!(
    fifty_chats_at_once_do_not_mix,
    a_slow_reader_holds_the_server_back,
    streams_dropped_by_the_dozen_leak_nothing
);

async fn fifty_chats_at_once_do_not_mix(dialect: Dialect) {
    let served = serve(dialect).await;
    let chats = (0..50).map(|number| {
        let client = served.client.clone();
        tokio::spawn(async move {
            let text = format!("parcel{number:03}");
            let answer = match number % 2 {
                0 => client.chat().stream(ask(&text)).await?.collect().await?,
                _ => client.chat().create_and_poll(ask(&text)).await?,
            };
            assert!(answer.text().contains(&text), "{}", answer.text());
            assert_eq!(answer.text().matches("parcel").count(), answer.text().matches(&text).count());
            Ok::<_, coze::Error>(answer.chat.id)
        })
    });
    let mut ids = HashSet::new();
    for chat in chats.collect::<Vec<_>>() {
        ids.insert(chat.await.unwrap().unwrap());
    }
    assert_eq!(ids.len(), 50);
    served.sim.streams_closed().await;
    assert!(served.sim.disconnects().is_empty());
}

async fn a_slow_reader_holds_the_server_back(dialect: Dialect) {
    // 4 GiB in all.
    let endless =
        json!({"steps": [{"answer": {"deltas": ["0123456789abcdef"], "stretch": 256, "times": 1_000_000}}]});
    let served = serve_script(dialect, &json!({"bots": [{"id": "1", "rules": [{"reply": endless}]}]})).await;
    let mut events = served.client.chat().stream(ask_bot("1", "hi")).await.unwrap();
    for _ in 0..100 {
        events.next().await.unwrap().unwrap();
    }
    // Time for the server to run ahead; if the machine is slow, it gets less far.
    tokio::time::sleep(Duration::from_millis(500)).await;
    drop(events);
    served.sim.disconnected(1).await;
    let sent = served.sim.disconnects()[0].sent;
    // The buffers of two sockets, and a little more on both sides.
    assert!(sent < 16 << 20, "the server sent {sent} bytes ahead of the reader");
}

async fn streams_dropped_by_the_dozen_leak_nothing(dialect: Dialect) {
    let slow = json!({"bots": [{"id": "1", "rules": [{"reply": {"steps": [{"wait_ms": 3_600_000}]}}]}]});
    let served = serve_script(dialect, &slow).await;
    for round in 1..=5 {
        let mut open = Vec::new();
        for _ in 0..12 {
            let mut events = served.client.chat().stream(ask_bot("1", "hi")).await.unwrap();
            events.next().await.unwrap().unwrap();
            open.push(events);
        }
        assert_eq!(served.sim.open_streams(), 12);
        drop(open);
        served.sim.disconnected(12 * round).await;
        assert_eq!(served.sim.open_streams(), 0);
    }
    let answer = served.client.chat().stream(ask("hi")).await.unwrap().collect().await.unwrap();
    assert!(!answer.text().is_empty());
}

#[test]
fn a_client_outlives_the_runtime_that_it_was_first_used_on() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let served = server.block_on(serve(Dialect::Official));
    // As a client in a static that many tests use.
    for _ in 0..3 {
        runtime().block_on(patiently(async {
            served.client.users().me().await.unwrap();
            let answer = served.client.chat().stream(ask("hi")).await.unwrap().collect().await.unwrap();
            assert!(!answer.text().is_empty());
            // A connection is left in the pool, and one amid its stream.
            let mut events = served.client.chat().stream(ask("hi")).await.unwrap();
            events.next().await.unwrap().unwrap();
            std::mem::forget(events);
        }));
    }
}

#[tokio::test]
async fn calls_that_are_dropped_at_any_point_leave_a_good_client() {
    patiently(async {
        let served = serve(Dialect::Official).await;
        for round in 0..300_u64 {
            let client = &served.client;
            let work = async {
                client.users().me().await.unwrap();
                let mut events = client.chat().stream(ask("hi")).await.unwrap();
                while let Some(event) = events.next().await {
                    event.unwrap();
                }
                client.chat().create_and_poll(ask("hi")).await.unwrap();
            };
            // Longer and longer, so that the end falls everywhere.
            let given_up = tokio::time::timeout(Duration::from_micros(round * 37), work).await;
            drop(given_up);
        }
        for _ in 0..5 {
            let answer = served.client.chat().stream(ask("hi")).await.unwrap().collect().await.unwrap();
            assert!(!answer.text().is_empty());
        }
        served.sim.streams_closed().await;
    })
    .await;
}
