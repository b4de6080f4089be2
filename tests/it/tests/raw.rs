//! A server that deals in bytes, for what no honest server does.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use coze::transport::HyperTransport;
use coze::{Coze, RetryPolicy};

/// A server with a thread for each connection, which takes one request each.
pub(crate) struct Raw {
    url: String,
    complete: Arc<AtomicUsize>,
}

/// What the server answers with.
pub(crate) struct Answer {
    status: u16,
    /// Header lines, each with its end.
    head: String,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(head: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, head: head.to_owned(), body: body.into() }
    }

    pub(crate) fn json(value: &serde_json::Value) -> Self {
        let body = value.to_string();
        let head = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        Self::new(&head, body)
    }

    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}

/// A request on its way in.
pub(crate) struct Incoming {
    stream: TcpStream,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    read: u64,
    len: Option<u64>,
    left: bool,
}

impl Incoming {
    fn accept(mut stream: TcpStream) -> Option<Self> {
        let mut seen = Vec::new();
        let mut byte = [0];
        while !seen.ends_with(b"\r\n\r\n") {
            if stream.read(&mut byte).ok()? == 0 {
                return None;
            }
            seen.push(byte[0]);
        }
        let head = String::from_utf8(seen).ok()?;
        let len = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
        });
        Some(Self { stream, head, body: Vec::new(), read: 0, len, left: false })
    }

    /// Reads about so much of the body.
    pub(crate) fn read_some(&mut self, bytes: u64) -> bool {
        let target = self.read + bytes;
        let mut buffer = vec![0; 64 << 10];
        while self.read < target {
            match self.stream.read(&mut buffer) {
                Ok(0) | Err(_) => return false,
                Ok(read) => {
                    self.read += read as u64;
                    if self.body.len() < 1 << 20 {
                        self.body.extend_from_slice(&buffer[..read]);
                    }
                    if self.len.is_some_and(|len| self.read >= len)
                        || (self.len.is_none() && buffer[..read].ends_with(b"0\r\n\r\n"))
                    {
                        return true;
                    }
                }
            }
        }
        true
    }

    /// Reads the body to its end, and says whether it came.
    pub(crate) fn read_to_end(&mut self) -> bool {
        if self.left || self.len == Some(0) {
            return false;
        }
        self.read_some(u64::MAX >> 1)
    }

    /// Answers without reading the rest.
    pub(crate) fn leave(&mut self) {
        self.left = true;
    }

    /// Does nothing until the client goes away.
    pub(crate) fn hang(&mut self) {
        self.left = true;
        // Nothing is taken any more, so the client sees a full window.
        while self.stream.peek(&mut [0]).is_ok_and(|seen| seen > 0)
            && self.stream.take_error().is_ok_and(|e| e.is_none())
        {
            std::thread::sleep(std::time::Duration::from_millis(50));
            if self.stream.write(b"").is_err() {
                break;
            }
        }
    }
}

impl Raw {
    /// Answers each request as `serve` says, after reading what that left unread.
    pub(crate) fn start(serve: impl Fn(&mut Incoming) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let complete = Arc::new(AtomicUsize::new(0));
        let (counted, serve) = (Arc::clone(&complete), Arc::new(serve));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (counted, serve) = (Arc::clone(&counted), Arc::clone(&serve));
                std::thread::spawn(move || {
                    let Some(mut request) = Incoming::accept(stream) else { return };
                    let answer = serve(&mut request);
                    if request.read_to_end() {
                        counted.fetch_add(1, Ordering::SeqCst);
                    }
                    let head =
                        format!("HTTP/1.1 {} X\r\nConnection: close\r\n{}\r\n", answer.status, answer.head);
                    // The client may be gone, which is what some tests are about.
                    let _ = request.stream.write_all(head.as_bytes());
                    let _ = request.stream.write_all(&answer.body);
                    let _ = request.stream.shutdown(std::net::Shutdown::Write);
                });
            }
        });
        Self { url, complete }
    }

    /// How many bodies came to their end.
    pub(crate) fn complete(&self) -> usize {
        self.complete.load(Ordering::SeqCst)
    }

    pub(crate) fn builder(&self) -> coze::Builder {
        let transport = HyperTransport::builder().no_proxy().build().unwrap();
        Coze::builder().token("t").base_url(&self.url).transport(transport).retry(RetryPolicy::none())
    }

    pub(crate) fn client(&self) -> Coze {
        self.builder().build().unwrap()
    }
}
