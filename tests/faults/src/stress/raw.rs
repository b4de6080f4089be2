//! A server that works on bytes, and ends its connections at every point of an exchange.

use std::io;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::Begun;
use super::server::{Counts, expected};
use crate::soak::Random;

/// Where a connection ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Point {
    BeforeRequest,
    WithinHead,
    BehindHead,
    WithinBody,
    BehindBody,
    WithinAnswerHead,
    WithinAnswer,
    BehindAnswer,
    WhileIdle,
    Nowhere,
}

use Point::{
    BeforeRequest, BehindAnswer, BehindBody, BehindHead, Nowhere, WhileIdle, WithinAnswer, WithinAnswerHead,
    WithinBody, WithinHead,
};

const POINTS: [Point; 9] = [
    BeforeRequest,
    WithinHead,
    BehindHead,
    WithinBody,
    BehindBody,
    WithinAnswerHead,
    WithinAnswer,
    BehindAnswer,
    WhileIdle,
];

/// Serves HTTP/1.1 until the connection ends, by either side.
pub(super) async fn serve(stream: TcpStream, begun: &Begun, counts: &Counts, random: Random) {
    let mut exchanges = Exchanges { stream, read: Vec::new(), random };
    // The end is an error, whoever made it.
    let _ = exchanges.run(begun, counts).await;
    if exchanges.random.below(2) == 0 {
        let _ = exchanges.stream.set_zero_linger();
    }
}

struct Exchanges {
    stream: TcpStream,
    /// What was read and not used yet.
    read: Vec<u8>,
    random: Random,
}

impl Exchanges {
    async fn run(&mut self, begun: &Begun, counts: &Counts) -> io::Result<()> {
        loop {
            // One exchange in three ends its connection, and half of these once the next request may be on its way.
            let point = match self.random.below(6) {
                0 => POINTS[usize::try_from(self.random.below(POINTS.len() as u64)).unwrap()],
                1 => {
                    if self.random.below(2) == 0 {
                        BehindAnswer
                    } else {
                        WhileIdle
                    }
                }
                _ => Nowhere,
            };
            let ends = |at: Point| if point == at { Err(io::Error::other("it ends here")) } else { Ok(()) };
            ends(BeforeRequest)?;
            if point == WithinHead {
                self.exactly(20).await?;
            }
            ends(WithinHead)?;
            let head = String::from_utf8(self.until(b"\r\n\r\n").await?).unwrap().to_ascii_lowercase();
            let number: u64 = head.split([' ', '/']).find_map(|word| word.parse().ok()).unwrap();
            begun[usize::try_from(number).unwrap()].fetch_add(1, Ordering::SeqCst);
            ends(BehindHead)?;
            let body = self.body(&head, point == WithinBody).await?;
            ends(WithinBody)?;
            if body != expected(number).as_bytes() {
                counts.mixed.fetch_add(1, Ordering::SeqCst);
            }
            ends(BehindBody)?;
            if self.random.below(8) == 0 {
                sleep(Duration::from_micros(self.random.below(3000))).await;
            }
            self.answer(number, point).await?;
            ends(BehindAnswer)?;
            if point == WhileIdle {
                sleep(Duration::from_micros(self.random.below(1500))).await;
            }
            ends(WhileIdle)?;
        }
    }

    /// Reads the body of a request, or half of it.
    async fn body(&mut self, head: &str, half: bool) -> io::Result<Vec<u8>> {
        if let Some((_, rest)) = head.split_once("content-length:") {
            let len: usize = rest.split("\r\n").next().unwrap().trim().parse().unwrap();
            return self.exactly(if half { len / 2 } else { len }).await;
        }
        let mut body = Vec::new();
        while head.contains("transfer-encoding: chunked") {
            let line = self.until(b"\r\n").await?;
            let len = usize::from_str_radix(std::str::from_utf8(&line).unwrap().trim(), 16).unwrap();
            let chunk = self.exactly(len + 2).await?;
            body.extend_from_slice(&chunk[..len]);
            if len == 0 || half {
                break;
            }
        }
        Ok(body)
    }

    async fn answer(&mut self, number: u64, point: Point) -> io::Result<()> {
        let ended = || Err(io::Error::other("it ends here"));
        let pieces = self.random.below(5) + 1;
        let text = format!("{number};").repeat(usize::try_from(pieces).unwrap());
        let (chunked, closes) = (self.random.below(2) == 0, self.random.below(20) == 0);
        let close = if closes { "Connection: close\r\n" } else { "" };
        let head = if chunked {
            format!("HTTP/1.1 200 OK\r\n{close}Transfer-Encoding: chunked\r\n\r\n")
        } else {
            format!("HTTP/1.1 200 OK\r\n{close}Content-Length: {}\r\n\r\n", text.len())
        };
        if point == WithinAnswerHead {
            let len = usize::try_from(self.random.below(head.len() as u64)).unwrap();
            self.stream.write_all(&head.as_bytes()[..len]).await?;
            return ended();
        }
        let body = if chunked {
            let chunks = text.split_inclusive(';').map(|word| format!("{:x}\r\n{word}\r\n", word.len()));
            chunks.collect::<String>() + "0\r\n\r\n"
        } else {
            text
        };
        if point == WithinAnswer {
            let len = usize::try_from(self.random.below(body.len() as u64)).unwrap();
            self.stream.write_all(&[head.as_bytes(), &body.as_bytes()[..len]].concat()).await?;
            return ended();
        }
        if self.random.below(2) == 0 {
            self.stream.write_all(head.as_bytes()).await?;
            tokio::task::yield_now().await;
            self.stream.write_all(body.as_bytes()).await?;
        } else {
            self.stream.write_all((head + &body).as_bytes()).await?;
        }
        if closes { ended() } else { Ok(()) }
    }

    async fn more(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.read).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    async fn exactly(&mut self, len: usize) -> io::Result<Vec<u8>> {
        while self.read.len() < len {
            self.more().await?;
        }
        Ok(self.read.drain(..len).collect())
    }

    async fn until(&mut self, end: &[u8]) -> io::Result<Vec<u8>> {
        loop {
            if let Some(at) = self.read.windows(end.len()).position(|window| window == end) {
                return self.exactly(at + end.len()).await;
            }
            self.more().await?;
        }
    }
}

/// A connection that ends after so many bytes of both directions, without a farewell.
pub(super) struct Cut {
    stream: TcpStream,
    left: usize,
    resets: bool,
}

impl Cut {
    pub(super) fn new(stream: TcpStream, random: &mut Random) -> Self {
        // Up to a head, or up to many exchanges.
        let longest = 1 << (4 + random.below(14));
        let left = usize::try_from(random.below(longest)).unwrap();
        Self { stream, left, resets: random.below(2) == 0 }
    }

    fn end(&self) -> io::Error {
        if self.resets {
            let _ = self.stream.set_zero_linger();
        }
        io::ErrorKind::ConnectionReset.into()
    }
}

impl AsyncRead for Cut {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.left == 0 {
            return Poll::Ready(Err(self.end()));
        }
        let mut bytes = [0; 4096];
        let len = self.left.min(buf.remaining()).min(bytes.len());
        let mut part = ReadBuf::new(&mut bytes[..len]);
        let polled = Pin::new(&mut self.stream).poll_read(cx, &mut part);
        self.left -= part.filled().len();
        buf.put_slice(part.filled());
        polled
    }
}

impl AsyncWrite for Cut {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.left == 0 {
            return Poll::Ready(Err(self.end()));
        }
        let part = &bytes[..bytes.len().min(self.left)];
        let polled = Pin::new(&mut self.stream).poll_write(cx, part);
        if let Poll::Ready(Ok(count)) = polled {
            self.left -= count;
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
