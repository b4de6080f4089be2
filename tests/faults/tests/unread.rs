//! A reader that stops reading holds back the sender: the memory of this process tells, so no other test runs in it.
#![cfg(target_os = "linux")]
#![cfg(test)]

use std::time::Duration;

use coze::Coze;
use coze_transport::HyperTransport;
use faults::call::{PATIENCE, question};
use faults::server::{Act, Plan, Server, say};
use faults::soak::resident;
use faults::wire::{END, STREAM, chunk, completed, created, delta, done};

const EVENTS: usize = 1_000_000;
const BATCH: usize = 100;
const BOUND: u64 = 10 << 20;

/// Waits until the server can hand nothing more to the network.
async fn held_back(server: &Server) -> u64 {
    let mut said = server.said();
    loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let now = server.said();
        if now == said && now > 0 {
            return now;
        }
        said = now;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_million_unread_events_take_less_than_10_mib() {
    let batch = chunk(delta("0123456789abcdef").repeat(BATCH));
    let whole = (batch.len() * (EVENTS / BATCH)) as u64;
    let script = vec![
        Act::Take,
        say([STREAM.as_bytes(), &chunk(created())].concat()),
        Act::Repeat(batch, EVENTS / BATCH),
        say([&chunk([completed(), done()].concat()), END.as_bytes()].concat()),
    ];
    let server = Server::start(Plan { scripts: vec![script], ..Plan::default() }).await;
    let client = Coze::builder()
        .token("t")
        .base_url(format!("http://{}", server.addr))
        .stream_idle_timeout(PATIENCE)
        .transport(HyperTransport::builder().no_proxy().build().unwrap())
        .build()
        .unwrap();
    let mut events = client.chat().stream(question()).await.unwrap();
    events.next().await.unwrap().unwrap();

    let before = resident();
    let said = held_back(&server).await;
    let unread = resident().saturating_sub(before);
    println!("unread: {said} of {whole} bytes were taken by the network, {unread} by the memory");
    assert!(unread < BOUND, "the memory grew by {unread} bytes");
    assert!(said < whole / 2, "nothing holds the server back: it has said {said} of {whole} bytes");

    let mut count = 0;
    while let Some(event) = events.next().await {
        count += usize::from(event.unwrap().text().is_some());
    }
    let read = resident().saturating_sub(before);
    println!("read: {count} events, the memory grew by {read} bytes");
    assert_eq!(count, EVENTS);
    assert!(read < BOUND, "the memory grew by {read} bytes");
}
