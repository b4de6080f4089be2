//! A stream of a million events whose reader stops, and how much of it the memory of this process takes meanwhile.

use std::time::Duration;

use coze::Coze;
use coze_transport::HyperTransport;

use crate::call::{PATIENCE, question};
use crate::server::{Plan, Script, Server};
use crate::soak::resident;
use crate::wire::delta;

pub const EVENTS: usize = 1_000_000;
const BATCH: usize = 50;
const BOUND: u64 = 10 << 20;

/// Some of the events, and how many such batches there are.
pub fn batches() -> (Vec<u8>, usize) {
    (delta("0123456789abcdef").repeat(BATCH).into_bytes(), EVENTS / BATCH)
}

/// Begins to read, stops, and goes on to the end; `whole` is how much the server has to say.
pub async fn takes_little(script: Script, transport: HyperTransport, whole: usize) {
    let server = Server::start(Plan { scripts: vec![script], ..Plan::default() }).await;
    let client = Coze::builder()
        .token("t")
        .base_url(format!("http://{}", server.addr))
        .stream_idle_timeout(PATIENCE)
        .transport(transport)
        .build()
        .unwrap();
    let mut events = client.chat().stream(question()).await.unwrap();
    events.next().await.unwrap().unwrap();

    let before = resident();
    let said = held_back(&server).await;
    let unread = resident().saturating_sub(before);
    println!("unread: {said} of {whole} bytes were taken by the network, {unread} by the memory");
    assert!(unread < BOUND, "the memory grew by {unread} bytes");
    assert!(said < whole as u64 / 2, "nothing holds the server back: it has said {said} of {whole} bytes");

    let mut count = 0;
    while let Some(event) = events.next().await {
        count += usize::from(event.unwrap().text().is_some());
    }
    let read = resident().saturating_sub(before);
    println!("read: {count} events, the memory grew by {read} bytes");
    assert_eq!(count, EVENTS);
    assert!(read < BOUND, "the memory grew by {read} bytes");
}

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
