//! Heads of responses that are not what they should be.

use std::time::Duration;

use coze::ErrorKind::{Api, Decode, InvalidRequest, Timeout, TooLarge, Transport};
use coze::TimeoutKind;

use crate::call::{Outcome, SHORT, get, get_again, post, stream};
use crate::row::Row;
use crate::server::Act::{Close, Drip, Hold, Repeat, Take};
use crate::server::{once, say, then_well};
use crate::wire::{ME, http, json_of, json_with};

pub fn rows() -> Vec<Row> {
    let broken = |name, answer: &str| Row::new(name, post).serve([once(answer)]).fails(Transport, "").sent(1);
    vec![
        broken("closed before any byte", ""),
        Row::new("closed before any byte: a GET is tried again", get_again)
            .serve([vec![Take, Close], vec![Take, Close]])
            .yields("well")
            .sent(3),
        broken("half a head", "HTTP/1.1 200 OK\r\nContent-Le"),
        Row::new("half a head, then silence", get)
            .serve([vec![Take, say("HTTP/1.1 200 OK\r\nContent-Le"), Hold]])
            .client(|client| client.timeout(SHORT))
            .fails(Timeout(TimeoutKind::Head), "after 3s waiting for the head of the response"),
        Row::new("a head that drips for ever", get)
            .serve([vec![
                Take,
                say("HTTP/1.1 200 OK\r\nX: "),
                Drip(vec![b'x'; 100_000], Duration::from_millis(20)),
            ]])
            .client(|client| client.timeout(SHORT))
            .fails(Timeout(TimeoutKind::Head), "after 3s waiting for the head of the response"),
        Row::new("a head that drips and ends", get)
            .serve([vec![Take, Drip(json_of(ME), Duration::ZERO)]])
            .yields("well"),
        Row::new("a stream whose head drips for ever", stream)
            .serve([vec![
                Take,
                say("HTTP/1.1 200 OK\r\nX: "),
                Drip(vec![b'x'; 100_000], Duration::from_millis(20)),
            ]])
            .client(|client| client.stream_idle_timeout(SHORT))
            .fails(Timeout(TimeoutKind::Head), "after 3s waiting for the head of the response"),
        Row::new("an oversized head: one line of 10 MiB", post)
            .serve([vec![Take, say("HTTP/1.1 200 OK\r\nX: "), Repeat(vec![b'x'; 1024], 10_240), Close]])
            .fails(TooLarge, "")
            .sent(1),
        Row::new("an oversized head: a million lines", post)
            .serve([vec![Take, say("HTTP/1.1 200 OK\r\n"), Repeat(b"A: b\r\n".repeat(100), 10_000), Close]])
            .fails(TooLarge, "")
            .sent(1),
        Row::new("shorter Content-Length than the body", get)
            .serve([once(format!("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{ME}"))])
            .fails(Decode, ""),
        Row::new("bytes behind the body are no answer to the next", get)
            .serve([then_well([json_of(ME), json_of(ME.replace("well", "evil"))].concat())])
            .yields("well"),
        broken("longer Content-Length than the body", "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{}"),
        broken(
            "two values of Content-Length",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        ),
        broken("a Content-Length that is no number", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}"),
        broken(
            "a chunk size that is no number",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        ),
        broken(
            "a chunk size beyond all numbers",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}",
        ),
        broken(
            "a chunk that is longer than its size",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
        ),
        broken("a missing last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
        broken("not HTTP", "SSH-2.0-OpenSSH_9.6\r\n\r\n"),
        Row::new("not HTTP: a GET is not tried again either, since that cannot mend it", get_again)
            .serve([once("SSH-2.0-OpenSSH_9.6\r\n\r\n")])
            .fails(Transport, "")
            .sent(1),
        broken("a header with a control character", "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n{}"),
        broken("a status that is no number", "HTTP/1.1 abc\r\n\r\n"),
        Row::new("HTTP/1.0, ended by the connection", get)
            .serve([once(format!("HTTP/1.0 200 OK\r\n\r\n{ME}"))])
            .yields("well"),
        Row::new("100 Continue before the answer", get)
            .serve([then_well([b"HTTP/1.1 100 Continue\r\n\r\n".to_vec(), json_of(ME)].concat())])
            .yields("well"),
        Row::new("103 Early Hints before the answer", get)
            .serve([then_well(
                [b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n".to_vec(), json_of(ME)].concat(),
            )])
            .yields("well"),
        Row::new("101 unasked", post)
            .serve([once("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")])
            .fails(Api, "101")
            .sent(1),
        Row::new("204 in place of an answer", get)
            .serve([then_well("HTTP/1.1 204 No Content\r\n\r\n")])
            .fails(Decode, ""),
        Row::new("301 of a GET within the server", get)
            .serve([then_well(http("301 Moved", "Location: /v2/users/me?token=1\r\n", ""))])
            .fails(Transport, "redirects to /v2/users/me with status 301")
            .sent(1),
        Row::new("301 of a POST", post)
            .serve([then_well(http("301 Moved", "Location: /v4/chat\r\n", ""))])
            .fails(Transport, "redirects to /v4/chat with status 301")
            .sent(1),
        Row::new("307 across hosts", post)
            .serve([then_well(http(
                "307 Temporary Redirect",
                "Location: http://127.0.0.2:1/v3/chat\r\n",
                "",
            ))])
            .fails(Transport, "redirects to http://127.0.0.2:1/v3/chat with status 307")
            .check(|errors| !errors[0].is_retryable())
            .sent(1),
        Row::new("307 to another scheme", post)
            .serve([then_well(http("307 Temporary Redirect", "Location: ftp://localhost/\r\n", ""))])
            .fails(Transport, "redirects to ftp://localhost/")
            .sent(1),
        Row::new("307 within the server", post)
            .serve([then_well(http("307 Temporary Redirect", "Location: /v3/chat?again\r\n", ""))])
            .fails(Transport, "which is not followed")
            .sent(1),
        Row::new("a redirect that names no URL", get)
            .serve([then_well(http("302 Found", "Location: http://\r\n", ""))])
            .fails(Transport, "not a URL"),
        Row::new("a header line that is folded", get)
            .serve([then_well(json_with("200 OK", "Set-Cookie: a=1;\r\n path=/\r\n", ME))])
            .yields("well")
            .sent(1),
        Row::new("a header of the caller cannot inject", |client| {
            Box::pin(async move {
                let call = client.users().me().header("x-a", "1\r\nx-b: 2");
                Outcome::of(call.await.map(|_| ""))
            })
        })
        .fails(InvalidRequest, "x-a")
        .sent(0),
        Row::new("a parameter of a path cannot inject", |client| {
            Box::pin(async move {
                let calls = [
                    client.bots().retrieve("../users/me").await.map(drop),
                    client.bots().retrieve("1?a=b#c").await.map(drop),
                ];
                let [first, second] = calls.map(|call| call.unwrap_err().status().unwrap().as_u16());
                Outcome::of(Ok(format!("{first} {second}")))
            })
        })
        .yields("404 404")
        .sent(2),
        Row::new("a parameter of a path with a line break is refused", |client| {
            Box::pin(
                async move { Outcome::of(client.bots().retrieve("1\r\nx: y").await.map(|_| String::new())) },
            )
        })
        .fails(InvalidRequest, "bot_id")
        .sent(0),
        Row::new("a useless head of 100 fields", get)
            .serve([then_well(json_with("200 OK", &"X-Filler: 1\r\n".repeat(90), ME))])
            .yields("well"),
    ]
}
