//! The life of a session below its types.
//!
//! There is no task: each wait, for an event or to send, drives the connection in both directions. What came while somebody sent is kept in
//! the inbox; what was queued is written by the next wait. So a future may be dropped at any time, a program that only
//! sends still answers pings, and a server that waits for its reader is read.

use std::collections::VecDeque;
use std::mem::take;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use coze_transport::websocket::{CloseFrame, Message, MessageSocket as _, Socket};
use coze_types::EncodeError;
use tokio::time::{Instant, Sleep, sleep};

use super::end::{End, UNREAD, finished};
use super::outbox::Outbox;
use super::waiting::{Waiting, lock};
use crate::error::Error;
use crate::runtime::Origin;
use crate::runtime::timeout::{Idle, within_runtime};

/// Bytes of messages that may wait for a reader while others send. After that nothing is read until the reader returns.
const INBOX: usize = 4 * 1024 * 1024;

/// How long the server may take to answer a close frame.
const GRACE: Duration = Duration::from_secs(5);

/// What the sender and the events of a session share.
pub(super) struct Shared {
    outbox: Mutex<Outbox>,
    link: Mutex<Link>,
    waiting: Arc<Waiting>,
    /// Wakes all of `waiting`; the socket knows no other.
    waker: Waker,
    /// Whether the session is over; says so without the lock of the link.
    over: AtomicBool,
    /// Whether something was sent since the last answer was complete.
    owing: AtomicBool,
    /// The handshake, for errors.
    origin: Origin,
}

/// The connection.
struct Link {
    /// Gone once the session is over.
    socket: Option<Socket>,
    inbox: VecDeque<Bytes>,
    /// Bytes in the inbox.
    held: usize,
    /// Whether nobody reads events any more.
    is_unheard: bool,
    /// Messages that the socket has taken, and how many of them are written.
    taken: u64,
    written: u64,
    /// Limit of silence.
    idle: Option<Idle>,
    /// Runs once a close frame is on its way.
    grace: Option<Pin<Box<Sleep>>>,
    /// Close frame of the server.
    why: Option<CloseFrame>,
    closed: bool,
    /// When somebody last drove the connection, and the longest pause if a server may have closed for it.
    driven: Instant,
    unread: Option<Duration>,
    end: Option<End>,
}

impl Shared {
    pub(super) fn new(socket: Socket, origin: Origin, idle_timeout: Option<Duration>) -> Self {
        let waiting = Arc::new(Waiting::default());
        let link = Link {
            socket: Some(socket),
            inbox: VecDeque::new(),
            held: 0,
            is_unheard: false,
            taken: 0,
            written: 0,
            idle: idle_timeout.map(Idle::new),
            grace: None,
            why: None,
            closed: false,
            driven: Instant::now(),
            unread: None,
            end: None,
        };
        Self {
            outbox: Mutex::new(Outbox::new()),
            link: Mutex::new(link),
            waker: Waker::from(Arc::clone(&waiting)),
            waiting,
            over: AtomicBool::new(false),
            owing: AtomicBool::new(true),
            origin,
        }
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(super) fn outbox(&self) -> MutexGuard<'_, Outbox> {
        lock(&self.outbox)
    }

    /// Notes that something was sent that the server answers, or that its answer is complete.
    pub(super) fn owe(&self, owing: bool) {
        self.owing.store(owing, Ordering::Relaxed);
    }

    /// Whether the server has answered all that was sent.
    pub(super) fn is_answered(&self) -> bool {
        !self.owing.load(Ordering::Relaxed)
    }

    /// Polls for the next message; an end is yielded each time.
    pub(super) fn poll_message(&self, cx: &mut Context<'_>) -> Poll<Result<Bytes, End>> {
        for is_waiting in [false, true] {
            if is_waiting {
                self.waiting.add_reader(cx.waker());
            }
            let mut link = lock(&self.link);
            if link.inbox.is_empty() {
                link.drive(self, 1);
            }
            if let Some(message) = link.inbox.pop_front() {
                link.held -= message.len();
                return Poll::Ready(Ok(message));
            }
            if let Some(end) = &link.end {
                return Poll::Ready(Err(end.clone()));
            }
        }
        Poll::Pending
    }

    /// Polls until there is room for audio, and queues it; returns the number of its message.
    pub(super) fn poll_audio(&self, audio: &[u8], cx: &mut Context<'_>) -> Poll<Result<u64, Error>> {
        for is_waiting in [false, true] {
            if is_waiting {
                self.waiting.add_writer(cx.waker());
            }
            if let Some(number) = self.queue_audio(audio)? {
                return Poll::Ready(Ok(number));
            }
            lock(&self.link).drive_for_writer(self);
        }
        Poll::Pending
    }

    /// Queues audio if there is room.
    pub(super) fn queue_audio(&self, audio: &[u8]) -> Result<Option<u64>, Error> {
        self.check_open()?;
        let mut outbox = self.outbox();
        if outbox.is_closing() {
            return Err(self.origin.error(finished()));
        }
        self.owe(true);
        Ok(outbox.audio(audio))
    }

    /// Queues a command, whether there is room or not; returns the number of its message.
    pub(super) fn queue(
        &self,
        write: impl FnOnce(&mut Outbox) -> Result<u64, EncodeError>,
    ) -> Result<u64, Error> {
        self.check_open()?;
        let mut outbox = self.outbox();
        if outbox.is_closing() {
            return Err(self.origin.error(finished()));
        }
        write(&mut outbox).map_err(|error| self.origin.error(error))
    }

    /// Polls until the message of that number is written.
    pub(super) fn poll_written(&self, number: u64, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        for is_waiting in [false, true] {
            if is_waiting {
                self.waiting.add_writer(cx.waker());
            }
            let mut link = lock(&self.link);
            link.drive_for_writer(self);
            if link.written >= number {
                return Poll::Ready(Ok(()));
            }
            if let Some(end) = &link.end {
                return Poll::Ready(Err(self.origin.error(end.error())));
            }
        }
        Poll::Pending
    }

    /// Lets the task that reads events write what was queued.
    pub(super) fn wake_reader(&self) {
        self.waiting.wake_reader();
    }

    /// How long nobody drove the connection, where that may be why the server ended it.
    pub(super) fn unread(&self) -> Option<Duration> {
        lock(&self.link).unread
    }

    /// Drops what comes from now on: nobody reads events any more.
    pub(super) fn unheard(&self) {
        let mut link = lock(&self.link);
        link.is_unheard = true;
        (link.inbox, link.held) = (VecDeque::new(), 0);
    }

    fn check_open(&self) -> Result<(), Error> {
        if !self.over.load(Ordering::Acquire) {
            return Ok(());
        }
        let end = lock(&self.link).end.clone().unwrap_or(End::Ours);
        Err(self.origin.error(end.error()))
    }
}

impl Link {
    fn drive_for_writer(&mut self, shared: &Shared) {
        let before = self.held;
        self.drive(shared, INBOX);
        if self.held > before {
            shared.waiting.wake_reader();
        }
    }

    /// Reads until `most` bytes wait in the inbox, and writes what is queued.
    fn drive(&mut self, shared: &Shared, most: usize) {
        if self.end.is_some() {
            return;
        }
        let now = Instant::now();
        let pause = now.duration_since(std::mem::replace(&mut self.driven, now));
        if pause > UNREAD {
            self.unread = Some(pause);
        }
        let mut cx = Context::from_waker(&shared.waker);
        if let Err(end) = self.step(shared, most, &mut cx) {
            self.end = Some(end);
            self.socket = None;
            shared.over.store(true, Ordering::Release);
            shared.waker.wake_by_ref();
        }
    }

    fn step(&mut self, shared: &Shared, most: usize, cx: &mut Context<'_>) -> Result<(), End> {
        let is_drained = self.read(most, cx)?;
        // What a server says before it closes the connection is lost once a write has failed.
        if is_drained || self.held >= INBOX {
            self.write(shared, cx)?;
        }
        if let Some(grace) = &mut self.grace
            && grace.as_mut().poll(cx).is_ready()
        {
            return Err(End::Ours);
        }
        if is_drained
            && let Some(idle) = &mut self.idle
            && let Poll::Ready(error) = idle.poll(cx)
        {
            return Err(error.timed_out().map_or(End::NoRuntime, End::Silent));
        }
        Ok(())
    }

    /// Reads into the inbox; returns whether nothing more is there for now.
    fn read(&mut self, most: usize, cx: &mut Context<'_>) -> Result<bool, End> {
        while self.held < most {
            let Some(socket) = &mut self.socket else { return Ok(false) };
            let Poll::Ready(next) = socket.poll_receive(cx) else { return Ok(true) };
            match next {
                Some(Ok(Message::Text(message) | Message::Binary(message))) if !self.is_unheard => {
                    // An empty message counts as well.
                    self.held += message.len();
                    self.inbox.push_back(message);
                }
                Some(Ok(Message::Close(why))) => (self.why, self.closed) = (why, true),
                Some(Ok(_)) => {}
                Some(Err(_)) | None if self.grace.is_some() => return Err(End::Ours),
                Some(Err(error)) => return Err(End::Broken(error)),
                None => return Err(End::Closed(take(&mut self.why))),
            }
            if let Some(idle) = &mut self.idle {
                idle.begin();
            }
        }
        Ok(false)
    }

    /// Hands to the socket what is queued, and writes it.
    fn write(&mut self, shared: &Shared, cx: &mut Context<'_>) -> Result<(), End> {
        let Some(socket) = &mut self.socket else { return Ok(()) };
        let (taken, written) = (self.taken, self.written);
        // After the close frame of the server, only the answer to it is written, by reading on.
        while !self.closed {
            match socket.poll_ready(cx) {
                Poll::Ready(ready) => ready.map_err(End::Broken)?,
                Poll::Pending => break,
            }
            let mut outbox = shared.outbox();
            let message = match outbox.pop() {
                Some(message) => Message::Text(message),
                None if outbox.is_closing() && self.grace.is_none() => {
                    within_runtime().map_err(|_| End::NoRuntime)?;
                    self.grace = Some(Box::pin(sleep(GRACE)));
                    Message::Close(Some(CloseFrame::new(1000, "")))
                }
                None => break,
            };
            drop(outbox);
            socket.start_send(message).map_err(End::Broken)?;
            self.taken += 1;
        }
        if self.written < self.taken
            && let Poll::Ready(flushed) = socket.poll_flush(cx)
        {
            flushed.map_err(End::Broken)?;
            self.written = self.taken;
        }
        if (taken, written) != (self.taken, self.written) {
            shared.waiting.wake_writers();
        }
        Ok(())
    }
}
