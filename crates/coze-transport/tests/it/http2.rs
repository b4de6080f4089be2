//! HTTP/2 without TLS: streams that end well, and streams that do not.
//!
//! A server written from frames, since hyper's would not misbehave.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use coze_transport::bytes::Bytes;
use coze_transport::{Body, HyperTransport};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::server::{Connection, Server, fail, get, post, send, text, within};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;

const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;

/// `:status: 200` of the static table.
const STATUS_200: &[u8] = &[0x88];

fn transport() -> HyperTransport {
    HyperTransport::builder().no_proxy().http2_only().build().unwrap()
}

struct Frames(TcpStream);

impl Frames {
    async fn open(mut stream: TcpStream) -> Option<Self> {
        let mut preface = [0; 24];
        stream.read_exact(&mut preface).await.ok()?;
        assert_eq!(&preface, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        let mut frames = Self(stream);
        frames.send(SETTINGS, 0, 0, &[]).await;
        Some(frames)
    }

    async fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let mut frame = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
        frame.extend_from_slice(&[kind, flags]);
        frame.extend_from_slice(&stream.to_be_bytes());
        frame.extend_from_slice(payload);
        // A client that has gone is no failure of the server.
        let _ = self.0.write_all(&frame).await;
    }

    /// Reads on until a frame of this kind; returns its stream.
    async fn wait_for(&mut self, wanted: u8) -> Option<u32> {
        loop {
            let mut head = [0; 9];
            self.0.read_exact(&mut head).await.ok()?;
            let len = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            self.0.read_exact(&mut vec![0; len as usize]).await.ok()?;
            if head[3] == SETTINGS && head[4] & ACK == 0 {
                self.send(SETTINGS, ACK, 0, &[]).await;
            }
            if head[3] == wanted {
                return Some(u32::from_be_bytes([head[5], head[6], head[7], head[8]]));
            }
        }
    }

    async fn answer(&mut self, stream: u32, body: &str) {
        self.send(HEADERS, END_HEADERS, stream, STATUS_200).await;
        self.send(DATA, END_STREAM, stream, body.as_bytes()).await;
    }

    async fn go_away(&mut self, last: u32, code: u32) {
        self.send(GOAWAY, 0, 0, &[last.to_be_bytes(), code.to_be_bytes()].concat()).await;
    }
}

/// Runs `misbehave` on the first request of the first connection, and answers all that come later with "well".
async fn misbehaving<F, S>(misbehave: F) -> Server
where
    F: Fn(Frames, u32) -> S + Clone + Send + Sync + 'static,
    S: Future<Output = Frames> + Send + 'static,
{
    Server::start(move |connection: Connection, number| {
        let misbehave = misbehave.clone();
        async move {
            let Some(mut frames) = Frames::open(connection.stream).await else { return };
            if number == 0 {
                let Some(stream) = frames.wait_for(HEADERS).await else { return };
                frames = misbehave(frames, stream).await;
            }
            while let Some(stream) = frames.wait_for(HEADERS).await {
                frames.answer(stream, "well").await;
            }
        }
    })
    .await
}

#[tokio::test]
async fn requests_and_bodies_in_both_directions() {
    let server = Server::start(|connection: Connection, _| async move {
        let echo = service_fn(|request: hyper::Request<hyper::body::Incoming>| async move {
            let line = format!("{:?} {} {} ", request.version(), request.method(), request.uri());
            let length = format!("{:?} ", request.headers().get("content-length"));
            let body = request.into_body().collect().await.unwrap().to_bytes();
            let all = [line.as_bytes(), length.as_bytes(), &body].concat();
            Ok::<_, Infallible>(hyper::Response::new(Full::new(Bytes::from(all))))
        });
        let io = TokioIo::new(connection.stream);
        let _ =
            hyper::server::conn::http2::Builder::new(TokioExecutor::new()).serve_connection(io, echo).await;
    })
    .await;
    let transport = transport();
    let seen = text(&transport, post(server.url("/v3/chat?a=b"), "{}")).await.unwrap();
    assert_eq!(seen, format!("HTTP/2.0 POST {} Some(\"2\") {{}}", server.url("/v3/chat?a=b")));
    let seen = text(&transport, get(server.url("/"))).await.unwrap();
    assert_eq!(seen, format!("HTTP/2.0 GET {} None ", server.url("/")));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn dropping_a_half_read_body_resets_its_stream_alone() {
    let (reset, mut told) = mpsc::channel(1);
    let server = misbehaving(move |mut frames, stream| {
        let reset = reset.clone();
        async move {
            frames.send(HEADERS, END_HEADERS, stream, STATUS_200).await;
            frames.send(DATA, 0, stream, b"begin").await;
            assert_eq!(frames.wait_for(RST_STREAM).await, Some(stream));
            reset.send(()).await.unwrap();
            frames
        }
    })
    .await;
    let transport = transport();
    let mut body = send(&transport, get(server.url("/"))).await.unwrap().into_body();
    assert_eq!(within(body.chunk()).await.unwrap().unwrap(), "begin");
    drop(body);
    within(told.recv()).await.expect("the server sees the reset");
    assert_eq!(text(&transport, get(server.url("/"))).await.unwrap(), "well");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_refused_stream_was_not_acted_on() {
    let server = misbehaving(|mut frames, stream| async move {
        frames.send(RST_STREAM, 0, stream, &REFUSED_STREAM.to_be_bytes()).await;
        frames
    })
    .await;
    let transport = transport();
    let error = fail(&transport, post(server.url("/"), "{}")).await;
    assert!(
        error.is_unsent() && error.is_closed_early() && !error.is_body() && !error.is_connect(),
        "{error:?}"
    );
    assert_eq!(text(&transport, post(server.url("/"), "{}")).await.unwrap(), "well");
}

#[tokio::test]
async fn a_head_over_the_limit_ends_its_request_alone() {
    let server = misbehaving(|mut frames, stream| async move {
        // A literal field without an index: `x`, and a value of 127 + 9073 bytes.
        let field = [&[0, 1, b'x', 127, 0xf1, 0x46][..], &[b'v'; 9200]].concat();
        frames.send(HEADERS, END_HEADERS, stream, &[STATUS_200, &field].concat()).await;
        frames
    })
    .await;
    let transport = HyperTransport::builder().no_proxy().http2_only().max_header_bytes(8192).build().unwrap();
    let error = fail(&transport, post(server.url("/"), "{}")).await;
    assert!(error.is_too_large() && !error.is_closed_early() && !error.is_unsent(), "{error:?}");
    assert!(error.to_string().contains("larger than the limit"), "{error}");
    assert_eq!(text(&transport, post(server.url("/"), "{}")).await.unwrap(), "well");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_reset_stream_may_have_been_acted_on() {
    let server = misbehaving(|mut frames, stream| async move {
        frames.send(RST_STREAM, 0, stream, &INTERNAL_ERROR.to_be_bytes()).await;
        frames
    })
    .await;
    let transport = transport();
    let error = fail(&transport, post(server.url("/"), "{}")).await;
    assert!(!error.is_unsent() && error.is_closed_early(), "{error:?}");
    assert_eq!(text(&transport, post(server.url("/"), "{}")).await.unwrap(), "well");
}

#[tokio::test]
async fn requests_on_a_connection_that_ends_may_all_have_been_acted_on() {
    let (seen, mut told) = mpsc::channel(1);
    let server = misbehaving(move |mut frames, _| {
        let seen = seen.clone();
        async move {
            // The first is being worked on, the second is answered, and the third ends the connection.
            seen.send(()).await.unwrap();
            let quick = frames.wait_for(HEADERS).await.unwrap();
            frames.answer(quick, "well").await;
            frames.wait_for(HEADERS).await.unwrap();
            frames.0.shutdown().await.unwrap();
            frames
        }
    })
    .await;
    let transport = transport();
    let slow = async { fail(&transport, post(server.url("/"), "{}")).await };
    let others = async {
        within(told.recv()).await.expect("the server sees the first");
        assert_eq!(text(&transport, get(server.url("/"))).await.unwrap(), "well");
        fail(&transport, get(server.url("/"))).await
    };
    let (slow, last) = tokio::join!(slow, others);
    for error in [slow, last] {
        assert!(error.is_closed_early() && !error.is_unsent(), "{error:?}");
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_reset_amid_a_body() {
    let server = misbehaving(|mut frames, stream| async move {
        frames.send(HEADERS, END_HEADERS, stream, STATUS_200).await;
        frames.send(DATA, 0, stream, b"begin").await;
        // Even this code cannot unsay the answer that began.
        frames.send(RST_STREAM, 0, stream, &REFUSED_STREAM.to_be_bytes()).await;
        frames
    })
    .await;
    let transport = transport();
    let error = text(&transport, post(server.url("/"), "{}")).await.unwrap_err();
    assert!(error.is_body() && error.is_closed_early() && !error.is_unsent(), "{error:?}");
    assert_eq!(text(&transport, post(server.url("/"), "{}")).await.unwrap(), "well");
}

#[tokio::test]
async fn goaway_proves_of_no_request_that_it_was_not_acted_on() {
    // The last stream that the server took up: none, or the very one.
    for taken in [false, true] {
        let server = misbehaving(move |mut frames, stream| async move {
            frames.go_away(if taken { stream } else { 0 }, INTERNAL_ERROR).await;
            frames.0.shutdown().await.unwrap();
            frames
        })
        .await;
        let transport = transport();
        let error = fail(&transport, post(server.url("/"), "{}")).await;
        assert!(error.is_closed_early() && !error.is_body(), "{error:?}");
        assert!(!error.is_unsent(), "{error:?}");
        assert_eq!(text(&transport, post(server.url("/"), "{}")).await.unwrap(), "well");
        assert_eq!(server.connections(), 2);
    }
}

#[tokio::test]
async fn a_graceful_goaway_finishes_what_was_begun() {
    let server = misbehaving(|mut frames, stream| async move {
        frames.go_away(stream, 0).await;
        frames.answer(stream, "finished").await;
        frames
    })
    .await;
    let transport = transport();
    assert_eq!(text(&transport, get(server.url("/"))).await.unwrap(), "finished");
    assert_eq!(text(&transport, get(server.url("/"))).await.unwrap(), "well");
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_connection_cut_amid_a_body() {
    let server = misbehaving(|mut frames, stream| async move {
        frames.send(HEADERS, END_HEADERS, stream, STATUS_200).await;
        frames.send(DATA, 0, stream, b"begin").await;
        frames.0.shutdown().await.unwrap();
        frames
    })
    .await;
    let transport = transport();
    let error = text(&transport, get(server.url("/"))).await.unwrap_err();
    assert!(error.is_body() && error.is_closed_early(), "{error:?}");
    assert_eq!(text(&transport, get(server.url("/"))).await.unwrap(), "well");
}

#[tokio::test]
async fn a_server_that_speaks_only_http1() {
    let server = Server::answering("HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let error = fail(&transport(), get(server.url("/"))).await;
    assert!(!error.is_timeout() && !error.is_body(), "{error:?}");
    assert!(error.to_string().contains(&server.addr.to_string()), "{error}");
}

#[tokio::test]
async fn a_request_body_that_fails() {
    let server = misbehaving(|frames, _| async move { frames }).await;
    let (pieces, body) = mpsc::channel(2);
    pieces.send(Ok(Frame::data(Bytes::from_static(b"begin")))).await.unwrap();
    pieces.send(Err(std::io::Error::other("disk on fire"))).await.unwrap();
    let body = Body::wrap(StreamBody::new(Receiver(body)));
    let error = fail(&transport(), post(server.url("/"), body)).await;
    assert!(error.is_request() && !error.is_unsent(), "{error:?}");
    assert_eq!(error.to_string(), "cannot read the request body: disk on fire");
}

type Piece = Result<Frame<Bytes>, std::io::Error>;

struct Receiver(mpsc::Receiver<Piece>);

impl futures_core::Stream for Receiver {
    type Item = Piece;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Piece>> {
        self.0.poll_recv(cx)
    }
}

#[tokio::test]
async fn an_unanswered_ping_ends_the_connection() {
    let server = misbehaving(|frames, _| async move {
        // It reads nothing more, so it answers no ping either.
        let held = Arc::new(frames);
        tokio::time::sleep(Duration::from_secs(3600)).await;
        Arc::into_inner(held).unwrap()
    })
    .await;
    let transport = HyperTransport::builder()
        .no_proxy()
        .http2_only()
        .http2_keep_alive(Duration::from_millis(100), Duration::from_millis(100))
        .build()
        .unwrap();
    let error = fail(&transport, get(server.url("/"))).await;
    assert!(error.is_timeout() && !error.is_connect() && !error.is_unsent(), "{error:?}");
}

/// A server of hyper that takes so many requests at a time; what is asked for by `/open` is answered, but does not end.
async fn limited(streams: u32) -> Server {
    Server::start(move |connection: Connection, _| async move {
        let answer = service_fn(|request: hyper::Request<hyper::body::Incoming>| async move {
            let (pieces, body) = mpsc::channel(1);
            pieces.send(Ok(Frame::data(Bytes::from_static(b"well")))).await.unwrap();
            if request.uri().path() == "/open" {
                tokio::spawn(async move { pieces.closed().await });
            }
            Ok::<_, Infallible>(hyper::Response::new(StreamBody::new(Receiver(body))))
        });
        let mut server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        server.max_concurrent_streams(streams);
        let _ = server.serve_connection(TokioIo::new(connection.stream), answer).await;
    })
    .await
}

#[tokio::test]
async fn a_full_connection_is_joined_by_another() {
    for streams in [1, 3] {
        let server = limited(streams).await;
        let transport = transport();
        let mut open = Vec::new();
        let limit = usize::try_from(streams).unwrap();
        for number in 0..3 * limit {
            let mut body = send(&transport, get(server.url("/open"))).await.unwrap().into_body();
            assert_eq!(within(body.chunk()).await.unwrap().unwrap(), "well");
            open.push(body);
            assert_eq!(server.connections(), number / limit + 1);
        }
        // Beside all these, what is short gets through, each time by the same connection.
        for _ in 0..5 {
            assert_eq!(text(&transport, post(server.url("/"), "{}")).await.unwrap(), "well");
        }
        assert_eq!(server.connections(), 4);
        // Where one has gone there is room again.
        open.truncate(open.len() - 1);
        assert_eq!(text(&transport, get(server.url("/"))).await.unwrap(), "well");
        assert_eq!(server.connections(), 4);
    }
}

#[tokio::test]
async fn requests_that_begin_together_all_get_through_whatever_the_limit() {
    for streams in [1, 4, 100] {
        let server = limited(streams).await;
        let transport = transport();
        let requests: Vec<_> = (0..20)
            .map(|_| {
                let (transport, url) = (transport.clone(), server.url("/open"));
                tokio::spawn(async move {
                    let mut body = send(&transport, get(url)).await.unwrap().into_body();
                    assert_eq!(within(body.chunk()).await.unwrap().unwrap(), "well");
                    body
                })
            })
            .collect();
        let mut open = Vec::new();
        for request in requests {
            open.push(within(request).await.unwrap());
        }
        assert_eq!(server.connections(), 20_usize.div_ceil(usize::try_from(streams).unwrap()));
    }
}

#[tokio::test]
async fn more_than_all_connections_take_fails_at_once_with_the_reason() {
    let server = limited(1).await;
    let transport = transport();
    let mut open = Vec::new();
    let error = loop {
        match send(&transport, get(server.url("/open"))).await {
            Ok(response) => open.push(response),
            Err(error) => break error,
        }
        assert!(open.len() < 1000, "there is no bound");
    };
    assert!(error.is_unsent() && !error.is_timeout(), "{error:?}");
    let said = format!("{} connections to {} carry {} requests", open.len(), server.addr, open.len());
    assert!(error.to_string().starts_with(&said), "{error}");
    open.pop();
    assert_eq!(text(&transport, post(server.url("/"), "{}")).await.unwrap(), "well");
}

#[tokio::test]
async fn requests_that_are_given_up_make_room() {
    let server = limited(2).await;
    let transport = transport();
    assert_eq!(text(&transport, get(server.url("/"))).await.unwrap(), "well");
    for _ in 0..50 {
        let mut request = coze_transport::Transport::send(&transport, get(server.url("/open")));
        tokio::select! {
            biased;
            _ = &mut request => {}
            () = tokio::task::yield_now() => {}
        }
    }
    assert_eq!(text(&transport, get(server.url("/"))).await.unwrap(), "well");
    assert_eq!(server.connections(), 1);
}
