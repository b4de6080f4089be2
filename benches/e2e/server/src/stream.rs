//! Streamed chats.

use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use nix::sys::time::TimeValLike;
use nix::time::{ClockId, clock_gettime};
use tokio::time::{Instant, Sleep};

use crate::answer::chat;

const MESSAGE: &str = r#"{"id":"7381473525342978100","conversation_id":"7381473445440978001","bot_id":"7379462189365198898","role":"assistant","type":"answer","content":""#;
const MESSAGE_END: &str = r#"","content_type":"text","chat_id":"7381473525342978089"}"#;
/// Bytes in one write of a stream at full speed.
const WRITE: usize = 64 * 1024;

/// Deltas are written once and sent again and again.
pub(crate) struct Streams {
    head: Bytes,
    /// As many deltas as go into one write.
    deltas: Bytes,
    delta_len: usize,
    tail: Bytes,
}

impl Streams {
    pub(crate) fn new() -> Self {
        let delta = delta(0);
        Self {
            head: format!(
                "event:conversation.chat.created\ndata:{}\n\nevent:conversation.chat.in_progress\ndata:{}\n\n",
                chat("created"),
                chat("in_progress")
            )
            .into(),
            deltas: delta.repeat(WRITE / delta.len()).into(),
            delta_len: delta.len(),
            tail: format!(
                "event:conversation.message.completed\ndata:{MESSAGE}the whole answer{MESSAGE_END}\n\n\
                 event:conversation.chat.completed\ndata:{}\n\nevent:done\ndata:\"[DONE]\"\n\n",
                chat("completed")
            )
            .into(),
        }
    }
}

/// A delta that says when it was sent; all of them are equally long.
fn delta(sent: u64) -> String {
    format!("event:conversation.message.delta\ndata:{MESSAGE}t={sent:020} 你好 wor{MESSAGE_END}\n\n")
}

fn monotonic_nanos() -> u64 {
    clock_gettime(ClockId::CLOCK_MONOTONIC).map_or(0, |time| time.num_nanoseconds().unsigned_abs())
}

/// How a stream is written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Pace {
    /// As fast as the reader takes it.
    Blast,
    /// The same, with one event in each write.
    Each,
    /// One event in each period.
    Every(Duration),
}

/// What is still to be written.
pub(crate) struct Chat {
    streams: Rc<Streams>,
    begun: bool,
    left: usize,
    over: bool,
    pace: Pace,
    yielded: bool,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Chat {
    /// Reads the shape from the name of the user: `n=1000;mode=blast`, `mode=each`, or `mode=paced;us=20000`.
    pub(crate) fn new(user: &str, streams: &Rc<Streams>) -> Self {
        let (mut left, mut mode, mut micros) = (100, "blast", 20_000);
        for (key, value) in user.split(';').filter_map(|pair| pair.split_once('=')) {
            match key {
                "n" => left = value.parse().unwrap_or(left),
                "us" => micros = value.parse().unwrap_or(micros),
                "mode" => mode = value,
                _ => {}
            }
        }
        let pace = match mode {
            "each" => Pace::Each,
            "paced" => Pace::Every(Duration::from_micros(micros)),
            _ => Pace::Blast,
        };
        let streams = Rc::clone(streams);
        Self { streams, begun: false, left, over: false, pace, yielded: false, timer: None }
    }

    /// Waits as the pace asks, and gives the bytes of the next write.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if !self.begun {
            self.begun = true;
            return Poll::Ready(Some(self.streams.head.clone()));
        }
        if self.over {
            return Poll::Ready(None);
        }
        if self.pace != Pace::Blast && (self.left == 0 || self.pace == Pace::Each) {
            // Whatever is written in one turn goes out in one packet.
            self.yielded = !self.yielded;
            if self.yielded {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
        if self.left == 0 {
            self.over = true;
            return Poll::Ready(Some(self.streams.tail.clone()));
        }
        let deltas = match self.pace {
            Pace::Blast => {
                let count = self.left.min(self.streams.deltas.len() / self.streams.delta_len);
                self.left -= count - 1;
                self.streams.deltas.slice(..count * self.streams.delta_len)
            }
            Pace::Each => self.streams.deltas.slice(..self.streams.delta_len),
            Pace::Every(period) => {
                ready!(self.poll_period(period, cx));
                delta(monotonic_nanos()).into()
            }
        };
        self.left -= 1;
        Poll::Ready(Some(deltas))
    }

    fn poll_period(&mut self, period: Duration, cx: &mut Context<'_>) -> Poll<()> {
        let timer = self.timer.get_or_insert_with(|| {
            // Streams that were opened together must not all write at once.
            let phase = monotonic_nanos().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
            Box::pin(tokio::time::sleep(Duration::from_nanos(
                (period.as_nanos() as u64).saturating_mul(phase) >> 32,
            )))
        });
        ready!(timer.as_mut().poll(cx));
        let next = (timer.deadline() + period).max(Instant::now());
        timer.as_mut().reset(next);
        Poll::Ready(())
    }
}

impl Body for Chat {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.get_mut().poll_write(cx).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
