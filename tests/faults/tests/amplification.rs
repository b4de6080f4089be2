//! What a client adds to an outage.
#![cfg(test)]

use std::time::Duration;

use coze::{Coze, ErrorKind, RetryPolicy};
use coze_transport::HyperTransport;
use faults::server::{Act, Plan, Server};
use faults::wire::{ME, http, json_of};
use futures_util::StreamExt;

const REQUESTS: usize = 10_000;
const AT_ONCE: usize = 50;

/// Makes requests to a server that answers all with this; returns how many arrived, and how many failed.
async fn load(answer: Vec<u8>) -> (usize, usize) {
    let plan = Plan { prelude: vec![Act::Always(answer)], ..Plan::default() };
    let server = Server::start(plan).await;
    let client = Coze::builder()
        .token("t")
        .base_url(format!("http://{}", server.addr))
        .retry(RetryPolicy::new().base_delay(Duration::from_millis(1)))
        .transport(HyperTransport::builder().no_proxy().build().unwrap())
        .build()
        .unwrap();
    let calls = futures_util::stream::iter(0..REQUESTS).map(|_| {
        let client = client.clone();
        async move { client.users().me().await }
    });
    let failed = calls
        .buffer_unordered(AT_ONCE)
        .filter(|result| {
            let kind = result.as_ref().err().map(coze::Error::kind);
            assert!(kind.is_none_or(|kind| kind == ErrorKind::Server), "{result:?}");
            std::future::ready(kind.is_some())
        })
        .count()
        .await;
    (server.seen().len(), failed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_gets_at_most_a_tenth_more_requests() {
    let (arrived, failed) = load(http("503 Service Unavailable", "", "down")).await;
    println!("{arrived} requests arrived of {REQUESTS} calls");
    assert_eq!(failed, REQUESTS);
    assert!(arrived <= REQUESTS + REQUESTS / 10, "{arrived}");
    // The budget is full at first, and nothing fills it again: 100 tries, whatever the load.
    assert_eq!(arrived, REQUESTS + 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_well_adds_nothing() {
    assert_eq!(load(json_of(ME)).await, (REQUESTS, 0));
}
