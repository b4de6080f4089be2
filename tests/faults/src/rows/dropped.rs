//! Readers that leave before the end, and what becomes of their connections.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use coze::Coze;

use crate::call::{Call, Calling, Outcome, PATIENCE, get, half, post, question, stream};
use crate::row::Row;
use crate::server::Act::{self, Hold, Http2, Repeat, Take, Tls};
use crate::server::Frame::{Data, Given, Head, Take as TakeFrame};
use crate::server::{Cert, Script, say};
use crate::wire::{ME, STREAM, chunk, created, delta, json_of};

/// Polls a future so many times, each time that it asks for it, and then drops it.
pub(crate) async fn given_up<T>(polls: usize, future: impl Future<Output = T>) -> Option<T> {
    let (mut future, mut left) = (pin!(future), polls);
    std::future::poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        let polled = future.as_mut().poll(cx).map(Some);
        // There is no other poll to come that would see that none is left.
        if polled.is_pending() && left == 0 { Poll::Ready(None) } else { polled }
    })
    .await
}

/// Makes a call again and again, each time dropped one poll later, until it comes to its end.
fn at_every_point(client: Coze, call: Call) -> Calling {
    Box::pin(async move {
        for polls in 0..1000 {
            if let Some(outcome) = given_up(polls, call(client.clone())).await {
                return outcome;
            }
        }
        Outcome::of(Ok("it never ends"))
    })
}

/// A stream that goes on for ever.
fn endless() -> Script {
    vec![
        Take,
        say([STREAM.as_bytes(), &chunk([created(), delta("hello ")].concat())].concat()),
        Repeat(chunk(delta("x")), usize::MAX),
    ]
}

pub fn rows() -> Vec<Row> {
    let secured = |script: Script| [vec![Tls(Cert::Good)], script].concat();
    vec![
        Row::new("an endless stream, of which two events are read: its connection ends", half)
            .serve([endless()])
            .yields("hello ")
            .sent(1)
            .connects(2, 1),
        Row::new("an endless stream over TLS, of which two events are read", half)
            .tls()
            .serve([secured(endless())])
            .yields("hello ")
            .sent(1)
            .connects(2, 1),
        Row::new("a stream that falls silent behind two events", half)
            .serve([vec![
                Take,
                say([STREAM.as_bytes(), &chunk([created(), delta("hello ")].concat())].concat()),
                Hold,
            ]])
            .yields("hello ")
            .connects(2, 1),
        Row::new("HTTP/2: a stream of which two events are read is reset, and its connection goes on", half)
            .http2()
            .serve([vec![
                Tls(Cert::Http2),
                Http2,
                Act::Frame(TakeFrame),
                Act::Frame(Head),
                Act::Frame(Data([created(), delta("hello ")].concat().into())),
                Act::Frame(Given),
            ]])
            .yields("hello ")
            .connects(1, 0),
        Row::new("the head of a stream alone is awaited", |client| {
            Box::pin(async move { Outcome::of(client.chat().stream(question()).await.map(|_| "")) })
        })
        .serve([endless()])
        .yields("")
        .connects(2, 1),
        Row::new("a request that is dropped before the head: its connection ends", |client| {
            Box::pin(async move {
                let call = tokio::time::timeout(crate::call::SHORT, get(client));
                Outcome::of(Ok(if call.await.is_err() { "dropped" } else { "answered" }))
            })
        })
        .serve([vec![Take, Hold]])
        .yields("dropped")
        .sent(1)
        .connects(2, 1),
        Row::new("a request that is dropped amid the body: its connection ends", |client| {
            Box::pin(async move {
                let call = tokio::time::timeout(crate::call::SHORT, get(client));
                Outcome::of(Ok(if call.await.is_err() { "dropped" } else { "answered" }))
            })
        })
        .serve([vec![Take, say(&json_of(ME)[..60]), Hold]])
        .client(|client| client.timeout(PATIENCE))
        .yields("dropped")
        .sent(1)
        .connects(2, 1),
        Row::new("a GET that is dropped at every point", |client| at_every_point(client, get)).yields("well"),
        Row::new("a POST that is dropped at every point", |client| at_every_point(client, post)).yields("2"),
        Row::new("a stream that is dropped at every point", |client| at_every_point(client, stream)),
        Row::new("a GET that is dropped at every point, over TLS", |client| at_every_point(client, get))
            .tls()
            .yields("well"),
        Row::new("a stream that is dropped at every point, over HTTP/2", |client| {
            at_every_point(client, stream)
        })
        .http2(),
    ]
}
