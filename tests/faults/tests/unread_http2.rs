//! A reader that stops reading holds back the sender over HTTP/2 as well; no other test runs in this process.
#![cfg(target_os = "linux")]
#![cfg(test)]

use coze_transport::HyperTransport;
use faults::server::{Act, Frame};
use faults::unread::{batches, takes_little};
use faults::wire::{completed, created, done};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_million_unread_events_take_less_than_10_mib_over_http2() {
    let (batch, times) = batches();
    let whole = batch.len() * times;
    let frames = [
        Frame::Take,
        Frame::Head,
        Frame::Data(created().into()),
        Frame::Repeat(batch, times),
        Frame::Data([completed(), done()].concat().into()),
        Frame::End,
    ];
    let script = [vec![Act::Http2], frames.map(Act::Frame).to_vec()].concat();
    takes_little(script, HyperTransport::builder().no_proxy().http2_only().build().unwrap(), whole).await;
}
