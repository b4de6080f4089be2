//! Who reads a body over HTTP/1.1 drives its connection: on both kinds of runtime, whatever readers do.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use coze_transport::bytes::Bytes;
use coze_transport::http_body::{Body as HttpBody, Frame};
use coze_transport::{Body, HyperTransport, Incoming, TransportError};
use http_body_util::BodyExt;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::server::{Channel, Connection, Server, get, ok, post, send, text, transport, within};

const HEAD: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const END: &str = "0\r\n\r\n";

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

fn runtimes() -> [Runtime; 2] {
    [Builder::new_current_thread(), Builder::new_multi_thread()]
        .map(|mut builder| builder.worker_threads(4).enable_all().build().unwrap())
}

/// Runs a test on a runtime of one thread and on one of several.
fn on_both<F: Future<Output = ()>>(test: impl Fn() -> F) {
    for runtime in runtimes() {
        runtime.block_on(within(test()));
    }
}

/// Polls once, so that a body that is not there yet has a reader who waits for it.
async fn wait_a_moment(body: &mut Incoming) {
    poll_fn(|cx| {
        assert!(body.poll_chunk(cx).is_pending());
        Poll::Ready(())
    })
    .await;
}

async fn piece(body: &mut Incoming) -> Bytes {
    body.chunk().await.expect("there is more").unwrap()
}

/// What a test tells a server to send, and for whom it waits.
struct Script {
    server: Server,
    tell: mpsc::UnboundedSender<String>,
    gone: mpsc::UnboundedReceiver<()>,
}

impl Script {
    /// Answers each request with what the test tells, piece by piece, until an empty one; `close` closes then.
    async fn start(close: bool) -> Self {
        let (tell, told) = mpsc::unbounded_channel::<String>();
        let (report, gone) = mpsc::unbounded_channel();
        let told = Arc::new(Mutex::new(told));
        let server = Server::start(move |mut connection: Connection, _| {
            let (told, report) = (told.clone(), report.clone());
            async move {
                while connection.request().await.is_some() {
                    let mut told = told.lock().await;
                    while let Some(piece) = told.recv().await.filter(|piece| !piece.is_empty()) {
                        connection.send(piece).await;
                    }
                    if close {
                        connection.finish().await;
                        break;
                    }
                }
                report.send(()).unwrap();
            }
        })
        .await;
        Self { server, tell, gone }
    }

    fn tell(&self, pieces: impl IntoIterator<Item = impl Into<String>>) {
        for piece in pieces {
            self.tell.send(piece.into()).unwrap();
        }
    }

    async fn body(&self, transport: &HyperTransport) -> Incoming {
        self.tell([HEAD]);
        send(transport, get(self.server.url("/"))).await.unwrap().into_body()
    }
}

#[test]
fn a_body_is_read_by_one_task_after_another() {
    on_both(async || {
        let script = Script::start(false).await;
        let mut body = script.body(&transport()).await;
        for number in 0..200 {
            // One task waits, another reads, and a third gets what is there already.
            body = tokio::spawn(async move {
                wait_a_moment(&mut body).await;
                body
            })
            .await
            .unwrap();
            script.tell([chunk(&number.to_string())]);
            body = tokio::spawn(async move {
                assert_eq!(piece(&mut body).await, number.to_string());
                body
            })
            .await
            .unwrap();
        }
        script.tell([END, ""]);
        assert!(body.chunk().await.is_none());
    });
}

#[test]
fn a_reader_that_waits_and_goes_closes_the_connection() {
    on_both(async || {
        let mut script = Script::start(true).await;
        let mut body = script.body(&transport()).await;
        wait_a_moment(&mut body).await;
        drop(body);
        script.tell([chunk("nobody reads this"), String::new()]);
        script.gone.recv().await.unwrap();
    });
}

#[test]
fn a_connection_whose_body_was_read_serves_again() {
    let numbered = |number: usize| async move {
        let server = Server::start(move |mut connection, _| async move {
            let mut served = 0;
            while connection.request().await.is_some() {
                served += 1;
                for piece in [HEAD, &chunk("a"), &chunk(&served.to_string()), END] {
                    connection.send(piece).await;
                    tokio::task::yield_now().await;
                }
            }
        })
        .await;
        let transport = transport();
        // The next request starts at once. It may be faster than the pool, and connect anew, but not each time.
        loop {
            let served = text(&transport, get(server.url("/"))).await.unwrap();
            if served.trim_start_matches('a').parse::<usize>().unwrap() >= number {
                break;
            }
        }
    };
    on_both(|| numbered(20));
}

#[test]
fn a_kept_connection_that_the_server_closes_is_closed_here_too() {
    on_both(async || {
        let mut script = Script::start(true).await;
        let transport = transport();
        for round in 1..=20 {
            let mut body = script.body(&transport).await;
            wait_a_moment(&mut body).await;
            script.tell([chunk("one"), END.to_owned(), String::new()]);
            assert_eq!(piece(&mut body).await, "one");
            assert!(body.chunk().await.is_none());
            // Nobody reads any more, so this is seen by the task.
            script.gone.recv().await.unwrap();
            assert_eq!(script.server.connections(), round);
        }
    });
}

#[test]
fn the_tasks_of_connections_that_ended_while_they_were_read_end_too() {
    let [server_runtime, _] = runtimes();
    let (address, told) = std::sync::mpsc::channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let thread = std::thread::spawn(move || {
        server_runtime.block_on(async {
            let server = Server::start(|mut connection, _| async move {
                connection.request().await;
                connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").await;
                connection.send("to the end").await;
                connection.finish().await;
            })
            .await;
            address.send(server.url("/")).unwrap();
            let _ = stopped.await;
        });
    });
    let url = told.recv().unwrap();
    on_both(async || {
        let transport = transport();
        for _ in 0..20 {
            assert_eq!(text(&transport, get(&url)).await.unwrap(), "to the end");
        }
        while Handle::current().metrics().num_alive_tasks() > 0 {
            tokio::task::yield_now().await;
        }
    });
    stop.send(()).unwrap();
    thread.join().unwrap();
}

#[test]
fn a_reader_left_alone_does_not_hold_up_other_requests() {
    on_both(async || {
        let transport = transport();
        for end in [[END, ""], ["0\r\nx-trailer: 1\r\n\r\n", ""]] {
            let script = Script::start(false).await;
            let mut body = script.body(&transport).await;
            wait_a_moment(&mut body).await;
            script.tell(end);
            if end[0] == END {
                // Woken, but never polled again.
                tokio::task::yield_now().await;
            } else {
                // Read to what is mostly the end, but not asked for it.
                assert!(body.frame().await.unwrap().unwrap().is_trailers());
            }
            script.tell([ok("again"), String::new(), ok("again"), String::new()]);
            for _ in 0..2 {
                tokio::task::yield_now().await;
                assert_eq!(text(&transport, get(script.server.url("/"))).await.unwrap(), "again");
            }
            drop(body);
        }
    });
}

/// Answers at once, then sends back what comes, as it comes: the client's chunks are the server's.
async fn mirror() -> Server {
    Server::start(|mut connection, _| async move {
        connection.head().await;
        connection.send(HEAD).await;
        connection.send(chunk("hello")).await;
        connection.mirror().await;
    })
    .await
}

#[test]
fn a_request_body_is_sent_on_while_nobody_reads_the_answer() {
    on_both(async || {
        let server = mirror().await;
        let (pieces, body) = mpsc::channel(1);
        let answer = send(&transport(), post(server.url("/"), Body::wrap(Channel(body)))).await.unwrap();
        let mut answer = answer.into_body();
        assert_eq!(piece(&mut answer).await, "hello");
        wait_a_moment(&mut answer).await;
        // As `select!` does: the answer was waited for, and now something else is.
        for _ in 0..5 {
            pieces.send("x").await.unwrap();
        }
        drop(pieces);
        assert_eq!(answer.bytes(100).await.unwrap(), "xxxxx");
    });
}

/// A request body made of its own response, with a piece to begin with.
struct Own(Option<Source>);

enum Source {
    Awaited(oneshot::Receiver<Incoming>),
    There(Incoming, usize),
}

impl HttpBody for Own {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        loop {
            match &mut self.0 {
                Some(Source::Awaited(answer)) => {
                    let answer = ready!(Pin::new(answer).poll(cx)).unwrap();
                    self.0 = Some(Source::There(answer, 100));
                }
                Some(Source::There(_, 0)) | None => {
                    self.0 = None;
                    return Poll::Ready(None);
                }
                Some(Source::There(answer, left)) => {
                    *left -= 1;
                    let piece = ready!(answer.poll_chunk(cx)).unwrap().map(Frame::data);
                    return Poll::Ready(Some(piece));
                }
            }
        }
    }
}

#[test]
fn a_request_body_can_be_made_of_its_own_answer() {
    on_both(async || {
        let (gone, mut told) = mpsc::unbounded_channel();
        let server = Server::start(move |mut connection: Connection, _| {
            let gone = gone.clone();
            async move {
                connection.head().await;
                connection.send(HEAD).await;
                connection.send(chunk("round and round")).await;
                connection.mirror().await;
                gone.send(()).unwrap();
            }
        })
        .await;
        let (give, own) = oneshot::channel();
        let body = Body::wrap(Own(Some(Source::Awaited(own))));
        let answer = send(&transport(), post(server.url("/"), body)).await.unwrap();
        give.send(answer.into_body()).unwrap();
        // A hundred rounds later the request ends, the server saw its end, and nobody is left to read the answer.
        told.recv().await.unwrap();
    });
}

#[test]
fn many_streams_with_drops_all_finish() {
    on_both(async || {
        let server = Server::start(|mut connection, number| async move {
            let mut served = number;
            while connection.request().await.is_some() {
                served += 1;
                connection.send(HEAD).await;
                for number in 0..served % 7 {
                    connection.send(chunk(&number.to_string())).await;
                    tokio::task::yield_now().await;
                }
                connection.send(END).await;
            }
        })
        .await;
        let (transport, finished) = (transport(), Arc::new(AtomicUsize::new(0)));
        let clients = (0..32_usize).map(|client| {
            let (transport, finished, url) = (transport.clone(), finished.clone(), server.url("/"));
            tokio::spawn(async move {
                let mut dice = client;
                for _ in 0..50 {
                    dice =
                        dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    let mut body = send(&transport, get(&url)).await.unwrap().into_body();
                    for _ in 0..(dice >> 33) % 9 {
                        // A reader that waits a little and looks at something else, as in `select!`.
                        tokio::select! {
                            biased;
                            piece = body.chunk() => match piece {
                                Some(piece) => drop(piece.unwrap()),
                                None => break,
                            },
                            () = tokio::task::yield_now() => {}
                        }
                    }
                    if (dice >> 40) % 3 == 0 {
                        while let Some(piece) = body.chunk().await {
                            piece.unwrap();
                        }
                    }
                    finished.fetch_add(1, Ordering::SeqCst);
                }
            })
        });
        for client in clients.collect::<Vec<_>>() {
            client.await.unwrap();
        }
        assert_eq!(finished.load(Ordering::SeqCst), 32 * 50);
    });
}

#[test]
fn the_idle_connections_of_a_runtime_that_is_shut_down_are_closed() {
    let [_, servers] = runtimes();
    let mut script = servers.block_on(Script::start(false));
    for runtime in runtimes() {
        let transport = transport();
        runtime.block_on(within(async {
            let mut body = script.body(&transport).await;
            wait_a_moment(&mut body).await;
            script.tell([END, ""]);
            assert!(body.chunk().await.is_none());
        }));
        drop(runtime);
        servers.block_on(within(script.gone.recv())).unwrap();
    }
}

#[test]
fn a_body_whose_runtime_is_shut_down_fails() {
    let [elsewhere, servers] = runtimes();
    let script = servers.block_on(Script::start(false));
    for waits in [false, true] {
        for runtime in runtimes() {
            let body = runtime.block_on(within(async {
                let mut body = script.body(&transport()).await;
                script.tell([chunk("half")]);
                assert_eq!(piece(&mut body).await, "half");
                if waits {
                    wait_a_moment(&mut body).await;
                }
                body
            }));
            let (mut body, (polled, waiting)) = (body, oneshot::channel());
            let mut polled = Some(polled);
            let reader = elsewhere.spawn(poll_fn(move |cx| {
                let next = body.poll_chunk(cx);
                if let Some(polled) = polled.take() {
                    polled.send(()).unwrap();
                }
                next
            }));
            elsewhere.block_on(waiting).unwrap();
            runtime.shutdown_background();
            let end = elsewhere.block_on(within(reader)).unwrap();
            assert!(end.expect("it is not at its end").is_err());
            script.tell([""]);
        }
    }
}
