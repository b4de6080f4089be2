//! Frames of HTTP/2 that end requests.

use std::time::Duration;

use coze::ErrorKind::{Timeout, TooLarge, Transport};
use coze::TimeoutKind;

use crate::call::{SHORT, get_again, stream};
use crate::row::Row;
use crate::server::Act::{self, Close, Hold, Http2, Tls};
use crate::server::Cert;
use crate::server::Frame::{self, Data, End, GoAway, Head, LongHead, Reset, Take};
use crate::server::{CANCEL, INTERNAL_ERROR, NO_ERROR, REFUSED_STREAM};
use crate::wire::{WHOLE, completed, done, opening};

fn frames(frames: impl IntoIterator<Item = Frame>) -> Vec<Act> {
    let opening = [Tls(Cert::Http2), Http2, Act::Frame(Take)];
    opening.into_iter().chain(frames.into_iter().map(Act::Frame)).collect()
}

fn closing(mut acts: Vec<Act>) -> Vec<Act> {
    acts.push(Close);
    acts
}

fn begun() -> [Frame; 2] {
    [Head, Data(opening().into())]
}

pub fn rows() -> Vec<Row> {
    let row = |name, call, acts| Row::new(name, call).http2().serve([acts]);
    let ended = || Data([completed(), done()].concat().into());
    vec![
        Row::new("all well", stream).http2().sent(1),
        Row::new("pings beyond the end of the clock", stream)
            .http2()
            .transport(|transport| transport.http2_keep_alive(Duration::MAX, Duration::MAX))
            .sent(1),
        row(
            "RST_STREAM before the head, refused: a POST is sent again",
            stream,
            frames([Reset(REFUSED_STREAM)]),
        )
        .sent(2),
        row("RST_STREAM before the head: a POST is not sent again", stream, frames([Reset(INTERNAL_ERROR)]))
            .fails(Transport, "no response")
            .sent(1),
        row("RST_STREAM before the head: a GET is sent again", get_again, frames([Reset(INTERNAL_ERROR)]))
            .yields("well")
            .sent(2),
        row("RST_STREAM amid a body", stream, frames(begun().into_iter().chain([Reset(INTERNAL_ERROR)])))
            .yields(WHOLE)
            .fails(Transport, "cannot read the response body")
            .sent(1),
        row(
            "RST_STREAM amid a body, called refused",
            stream,
            frames(begun().into_iter().chain([Reset(REFUSED_STREAM)])),
        )
        .yields(WHOLE)
        .fails(Transport, "cannot read the response body")
        .sent(1),
        row("RST_STREAM amid a body, canceled", stream, frames(begun().into_iter().chain([Reset(CANCEL)])))
            .yields(WHOLE)
            .fails(Transport, "cannot read the response body")
            .sent(1),
        row(
            "GOAWAY before the request was taken up: a POST is not sent again, since nothing proves it",
            stream,
            closing(frames([GoAway { taken: false, code: NO_ERROR }])),
        )
        .fails(Transport, "may have been carried out")
        .sent(1),
        row(
            "GOAWAY after the request was taken up: a POST is not sent again",
            stream,
            closing(frames([GoAway { taken: true, code: INTERNAL_ERROR }])),
        )
        .fails(Transport, "no response")
        .sent(1),
        row(
            "GOAWAY amid a body, which is finished",
            stream,
            frames(begun().into_iter().chain([GoAway { taken: true, code: NO_ERROR }, ended(), End])),
        )
        .sent(1),
        row(
            "GOAWAY amid a body, which is not finished",
            stream,
            closing(frames(begun().into_iter().chain([GoAway { taken: true, code: INTERNAL_ERROR }]))),
        )
        .yields(WHOLE)
        .fails(Transport, "cannot read the response body")
        .sent(1),
        row("the connection ends amid a body", stream, closing(frames(begun())))
            .yields(WHOLE)
            .fails(Transport, "cannot read the response body")
            .sent(1),
        row("a long head that is within the limit", stream, {
            let body = Data([opening(), completed(), done()].concat().into());
            frames([LongHead(10_000), body, End])
        })
        .sent(1),
        row("an oversized head", stream, frames([LongHead(20_000)]))
            .fails(TooLarge, "the head of the response from")
            .check(|errors| !errors[0].is_retryable())
            .sent(1),
        row("an oversized head: a GET is not tried again", get_again, frames([LongHead(20_000)]))
            .fails(TooLarge, "is larger than the limit")
            .sent(1),
        // It ends the connection, on which the head may have been another's.
        row("a head of more than four times the limit", stream, frames([LongHead(70_000)]))
            .fails(TooLarge, "perhaps that of another response")
            .check(|errors| errors[0].is_retryable())
            .sent(1),
        row("an oversized head in a flood of frames", stream, frames([LongHead(1_000_000)]))
            .fails(TooLarge, "excessive load")
            .sent(1),
        // The rest of the connection is well.
        row("silence before the head", stream, frames([]))
            .client(|client| client.stream_idle_timeout(SHORT))
            .fails(Timeout(TimeoutKind::Head), "after 3s waiting for the head of the response"),
        row("silence of the whole connection, which answers no ping", stream, {
            let mut acts = frames([]);
            acts.push(Hold);
            acts
        })
        .transport(|transport| transport.http2_keep_alive(Duration::from_secs(1), Duration::from_secs(2)))
        .fails(Timeout(TimeoutKind::Head), "")
        .sent(1),
    ]
}
