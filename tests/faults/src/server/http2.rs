//! HTTP/2, frame by frame, since a proper server would not misbehave.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;

use tokio::io::AsyncReadExt;

use super::Connection;
use crate::wire;

/// One thing that a server of HTTP/2 does.
#[derive(Clone, Debug)]
pub enum Frame {
    /// Waits for a request.
    Take,
    /// Sends the head of an event stream, for the latest request.
    Head,
    Data(Vec<u8>),
    /// Sends the same so many times, as far as the client makes room for it.
    Repeat(Vec<u8>, usize),
    /// Sends the head of an event stream with a field of so many bytes.
    LongHead(usize),
    /// Ends the body.
    End,
    /// Waits for the client to give the latest request up.
    Given,
    /// Breaks off the latest request with this code.
    Reset(u32),
    /// Sends GOAWAY, with or without the latest request among those that were taken up.
    GoAway {
        taken: bool,
        code: u32,
    },
}

pub const NO_ERROR: u32 = 0;
pub const INTERNAL_ERROR: u32 = 2;
pub const REFUSED_STREAM: u32 = 7;
pub const CANCEL: u32 = 8;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;

const INITIAL_WINDOW_SIZE: u16 = 4;
/// Room for data before the client says otherwise.
const WINDOW: i64 = 65_535;

/// The latest request, and the room that the client makes for its answer.
#[derive(Debug)]
pub(crate) struct State {
    stream: u32,
    room: i64,
    room_of_stream: i64,
    room_at_first: i64,
    /// Requests that came and were not taken: their streams, and whether a body follows.
    waiting: VecDeque<(u32, bool)>,
}

impl Default for State {
    fn default() -> Self {
        let waiting = VecDeque::new();
        Self { stream: 0, room: WINDOW, room_of_stream: WINDOW, room_at_first: WINDOW, waiting }
    }
}

/// `:status: 200` and a content type, literally and without an index.
fn head(content_type: &str) -> Vec<u8> {
    let mut head = vec![0x88, 0x0f, 0x10, u8::try_from(content_type.len()).unwrap()];
    head.extend_from_slice(content_type.as_bytes());
    head
}

impl Connection {
    /// Begins the connection.
    pub(super) async fn open_http2(&mut self) -> bool {
        let mut preface = [0; 24];
        if self.stream.read_exact(&mut preface).await.is_err() {
            return false;
        }
        assert_eq!(&preface, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        self.http2 = Some(State::default());
        self.put(SETTINGS, 0, 0, &[]).await
    }

    pub(super) async fn frame(&mut self, frame: Frame) -> bool {
        let stream = self.http2.as_ref().map_or(0, |state| state.stream);
        match frame {
            Frame::Take => self.request().await.is_some(),
            Frame::Head => self.put(HEADERS, END_HEADERS, stream, &head("text/event-stream")).await,
            Frame::LongHead(bytes) => self.long_head(stream, bytes).await,
            Frame::Data(bytes) => self.put(DATA, 0, stream, &bytes).await,
            Frame::Repeat(bytes, times) => self.repeat_data(stream, &bytes, times).await,
            Frame::Given => loop {
                match self.receive().await {
                    None => return false,
                    Some((RST_STREAM, given)) if given == stream => return true,
                    Some(_) => {}
                }
            },
            Frame::End => self.put(DATA, END_STREAM, stream, &[]).await,
            Frame::Reset(code) => self.put(RST_STREAM, 0, stream, &code.to_be_bytes()).await,
            Frame::GoAway { taken, code } => {
                let last = if taken { stream } else { 0 };
                self.put(GOAWAY, 0, 0, &[last.to_be_bytes(), code.to_be_bytes()].concat()).await
            }
        }
    }

    async fn long_head(&mut self, stream: u32, bytes: usize) -> bool {
        let mut block = head("text/event-stream");
        // A literal field without an index: `x`, and a value whose length takes more than one byte.
        block.extend_from_slice(&[0, 1, b'x', 127]);
        let mut rest = bytes - 127;
        while rest >= 128 {
            block.push(u8::try_from(rest % 128).unwrap() | 128);
            rest /= 128;
        }
        block.push(u8::try_from(rest).unwrap());
        block.resize(block.len() + bytes, b'v');
        let pieces: Vec<_> = block.chunks(16_384).collect();
        for (number, piece) in pieces.iter().enumerate() {
            let kind = if number == 0 { HEADERS } else { CONTINUATION };
            let flags = if number + 1 == pieces.len() { END_HEADERS } else { 0 };
            if !self.put(kind, flags, stream, piece).await {
                return false;
            }
        }
        true
    }

    /// Takes a request and answers it well: one with a body asks for a stream, one without for the account.
    pub(super) async fn answer_http2(&mut self) -> bool {
        let Some((stream, has_body)) = self.request().await else { return false };
        let (content_type, body) = if has_body {
            ("text/event-stream", wire::events())
        } else {
            ("application/json", wire::ME.to_owned())
        };
        self.put(HEADERS, END_HEADERS, stream, &head(content_type)).await
            && self.put(DATA, END_STREAM, stream, body.as_bytes()).await
    }

    async fn repeat_data(&mut self, stream: u32, bytes: &[u8], times: usize) -> bool {
        let len = i64::try_from(bytes.len()).unwrap();
        for _ in 0..times {
            while self.http2.as_ref().is_some_and(|state| state.room.min(state.room_of_stream) < len) {
                if self.receive().await.is_none() {
                    return false;
                }
            }
            if !self.put(DATA, 0, stream, bytes).await {
                return false;
            }
            self.log.said.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        }
        true
    }

    /// Waits for the head of a request; tells its stream, and whether a body follows.
    async fn request(&mut self) -> Option<(u32, bool)> {
        loop {
            let state = self.http2.get_or_insert_default();
            if let Some((stream, has_body)) = state.waiting.pop_front() {
                (state.stream, state.room_of_stream) = (stream, state.room_at_first);
                self.note("HTTP/2 request");
                return Some((stream, has_body));
            }
            self.receive().await?;
        }
    }

    /// Reads a frame, and does what it asks for; tells its kind and its stream.
    async fn receive(&mut self) -> Option<(u8, u32)> {
        let mut head = [0; 9];
        self.stream.read_exact(&mut head).await.ok()?;
        let [a, b, c, kind, flags, stream @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        self.stream.read_exact(&mut payload).await.ok()?;
        let stream = u32::from_be_bytes(stream);
        let state = self.http2.get_or_insert_default();
        match kind {
            HEADERS => state.waiting.push_back((stream, flags & END_STREAM == 0)),
            SETTINGS if flags & ACK == 0 => {
                for setting in payload.chunks_exact(6) {
                    let (id, value) = setting.split_at(2);
                    if id == INITIAL_WINDOW_SIZE.to_be_bytes() {
                        state.room_at_first = u32::from_be_bytes(value.try_into().unwrap()).into();
                    }
                }
                self.put(SETTINGS, ACK, 0, &[]).await;
            }
            PING if flags & ACK == 0 => {
                self.put(PING, ACK, 0, &payload).await;
            }
            WINDOW_UPDATE => {
                let more = i64::from(u32::from_be_bytes(payload.try_into().unwrap()));
                if stream == 0 {
                    state.room += more;
                } else if stream == state.stream {
                    state.room_of_stream += more;
                }
            }
            _ => {}
        }
        Some((kind, stream))
    }

    async fn put(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> bool {
        if let (DATA, Some(state)) = (kind, &mut self.http2) {
            let len = i64::try_from(payload.len()).unwrap();
            (state.room, state.room_of_stream) = (state.room - len, state.room_of_stream - len);
        }
        let mut frame = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
        frame.extend_from_slice(&[kind, flags]);
        frame.extend_from_slice(&stream.to_be_bytes());
        frame.extend_from_slice(payload);
        self.say(&frame).await
    }
}
