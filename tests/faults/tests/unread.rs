//! A reader that stops reading holds back the sender: the memory of this process tells, so no other test runs in it.
#![cfg(target_os = "linux")]
#![cfg(test)]

use coze_transport::HyperTransport;
use faults::server::{Act, say};
use faults::unread::{batches, takes_little};
use faults::wire::{END, STREAM, chunk, completed, created, done};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_million_unread_events_take_less_than_10_mib() {
    let (batch, times) = batches();
    let batch = chunk(batch);
    let whole = batch.len() * times;
    let script = vec![
        Act::Take,
        say([STREAM.as_bytes(), &chunk(created())].concat()),
        Act::Repeat(batch, times),
        say([&chunk([completed(), done()].concat()), END.as_bytes()].concat()),
    ];
    takes_little(script, HyperTransport::builder().no_proxy().build().unwrap(), whole).await;
}
