//! Sessions, and the two halves of one.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use coze_types::realtime::{Detail, RawCommand, read};
use coze_types::{EncodeError, LogId};
use futures_core::Stream;
use serde::Serialize;

use super::end::End;
use super::event::{AudioInput, LiveEvent, Memory};
use super::link::Shared;
use super::outbox::Outbox;
use super::reconnect::Again;
use super::update::Update;
use super::waiting::lock;
use crate::error::{Error, ErrorKind};
use crate::runtime::Origin;

/// A session that is configured: what is sent now is served as configured.
///
/// Use it whole, or [`split`](Self::split) it: one task reads events all the time, others send. Dropping it drops the connection, without
/// a close frame.
pub struct Session<E: LiveEvent> {
    pub(super) sender: Sender<E>,
    pub(super) events: Events<E>,
    pub(super) config: Option<Box<E::Config>>,
}

impl<E: LiveEvent> Session<E> {
    /// Splits the session into what sends and what receives.
    pub fn split(self) -> (Sender<E>, Events<E>) {
        (self.sender, self.events)
    }

    /// Returns what sends.
    pub fn sender(&self) -> &Sender<E> {
        &self.sender
    }

    /// Waits for the next event: see [`Events::next`].
    pub async fn next(&mut self) -> Option<Result<E, Error>> {
        self.events.next().await
    }

    /// Returns the configuration in force, as the server acknowledged it; `None` if nothing was configured.
    pub fn config(&self) -> Option<&E::Config> {
        self.config.as_deref()
    }

    /// Returns the id of the connection in the logs of the server.
    pub fn log_id(&self) -> Option<&LogId> {
        self.events.log_id()
    }

    /// Closes the session, and waits until the server has confirmed it, for up to 5 seconds. Events that still come are dropped.
    pub async fn close(mut self) -> Result<(), Error> {
        self.sender.close().await?;
        while self.events.next().await.is_some() {}
        Ok(())
    }
}

/// What sends. It is cheap to clone; clones may be used from any task.
///
/// A method resolves when its message is written to the connection, and waits as long as the server does not read. A future that
/// is dropped before that has sent all of its message or nothing.
///
/// Every method fails once the session has ended, with the reason of the end.
pub struct Sender<E> {
    slot: Arc<Slot>,
    event: PhantomData<fn() -> E>,
}

/// The connection of a session: the first one, or a later one.
struct Slot {
    shared: Mutex<Arc<Shared>>,
    is_reconnecting: AtomicBool,
}

impl<E: LiveEvent> Sender<E> {
    /// Changes the configuration. The server acknowledges it by an event with the configuration in force.
    pub async fn update(&self, config: &E::Config) -> Result<(), Error> {
        refuse(E::validate(config))?;
        self.command(&Update::new(E::STAGES[1], config)).await
    }

    /// Sends a command that this crate has no method for.
    pub async fn raw(
        &self,
        event_type: impl Into<String>,
        data: impl Into<Option<serde_json::Value>>,
    ) -> Result<(), Error> {
        self.command(&RawCommand::new(event_type, data)).await
    }

    /// Closes the session after everything that was queued. Nothing more can be sent; events come until the server has confirmed it,
    /// for up to 5 seconds, and then end with `None`.
    pub async fn close(&self) -> Result<(), Error> {
        self.send(|outbox| Ok(outbox.close())).await
    }

    /// Queues what `write` writes, and waits until it is sent.
    pub(super) async fn send(
        &self,
        write: impl FnOnce(&mut Outbox) -> Result<u64, EncodeError>,
    ) -> Result<(), Error> {
        let shared = self.shared();
        let number = shared.queue(write)?;
        poll_fn(|cx| shared.poll_written(number, cx)).await
    }

    /// Sends a command.
    pub(super) async fn command(&self, command: &impl Serialize) -> Result<(), Error> {
        self.send(|outbox| outbox.command(command)).await
    }

    /// Sends a command that the server answers.
    pub(super) async fn ask(&self, command: &impl Serialize) -> Result<(), Error> {
        self.shared().owe(true);
        self.command(command).await
    }
}

impl<E> Sender<E> {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        let slot = Slot { shared: Mutex::new(Arc::clone(shared)), is_reconnecting: AtomicBool::new(false) };
        Self { slot: Arc::new(slot), event: PhantomData }
    }

    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&lock(&self.slot.shared))
    }

    /// Whether audio is dropped, since another connection is on its way.
    fn is_between(&self) -> bool {
        self.slot.is_reconnecting.load(Ordering::Acquire)
    }
}

impl<E: AudioInput> Sender<E> {
    /// Appends audio in the configured format, as one message: frames of 10 to 40 ms for speech as it is spoken.
    ///
    /// If the connection is slower than the audio, this waits: that is the back-pressure.
    pub async fn append(&self, audio: impl AsRef<[u8]>) -> Result<(), Error> {
        let (audio, shared) = (audio.as_ref(), self.shared());
        if audio.is_empty() {
            return Ok(());
        }
        let mut number = None;
        let sent = poll_fn(|cx| {
            let number = match number {
                Some(number) => number,
                None => *number.insert(ready!(shared.poll_audio(audio, cx))?),
            };
            shared.poll_written(number, cx)
        });
        sent.await.or_else(|error| if self.is_between() { Ok(()) } else { Err(error) })
    }

    /// Appends audio if there is room, and returns whether there was; for callbacks of audio devices.
    ///
    /// It never waits for the connection, and does not allocate once some audio was sent. The audio is written by the task that reads
    /// events, so one must do so.
    pub fn try_append(&self, audio: &[u8]) -> Result<bool, Error> {
        if audio.is_empty() {
            return Ok(true);
        }
        let shared = self.shared();
        match shared.queue_audio(audio) {
            Err(error) if !self.is_between() => Err(error),
            queued => {
                shared.wake_reader();
                Ok(matches!(queued, Ok(Some(_))))
            }
        }
    }

    /// Says that the audio is complete: the end of the recording, or of what the user says with push to talk.
    pub async fn complete(&self) -> Result<(), Error> {
        self.ask(&RawCommand::new("input_audio_buffer.complete", None)).await
    }
}

/// Fails where a rule of the documentation forbids what would be sent.
pub(super) fn refuse(errors: Vec<coze_types::ValidationError>) -> Result<(), Error> {
    if errors.is_empty() { Ok(()) } else { Err(Error::refused(errors)) }
}

impl<E> Clone for Sender<E> {
    fn clone(&self) -> Self {
        Self { slot: Arc::clone(&self.slot), event: PhantomData }
    }
}

/// The events of a session, a stream.
///
/// **Read it all the time**, from a task of its own, and never wait for a loudspeaker or a tool in between: the server sends audio faster
/// than it plays, pings every 15 seconds, and closes the connection after four pings without an answer, which is given while events are
/// read or something is sent.
///
/// An `error` event of the server, a chat that failed and a message that cannot be read are yielded as `Err`; the session continues
/// after them. The end is `None` if this side closed the session, or if the server did so with the code 1000 or 1001 after it had
/// answered everything. Any other end is one last `Err`: of the kind [`Closed`](crate::ErrorKind::Closed) with the
/// [close frame](Error::close_frame) of the server, a failure of the connection, or a timeout after 45 seconds without any message or ping
/// (see [`idle_timeout`](super::Connect::idle_timeout)). With [`reconnect`](super::Connect::reconnect), events may follow it.
pub struct Events<E: LiveEvent> {
    shared: Arc<Shared>,
    /// Where the senders find the connection.
    slot: Arc<Slot>,
    pub(super) again: Option<Box<Again<Session<E>>>>,
    origin: Origin,
    pub(super) memory: Memory,
    detail: Detail,
    /// Events that came before the configuration was in force.
    pub(super) early: VecDeque<E>,
    /// What the server reported last, for the error of an end that follows.
    fault: Option<(ErrorKind, String)>,
    is_over: bool,
}

impl<E: LiveEvent> Events<E> {
    pub(super) fn new(shared: &Arc<Shared>, sender: &Sender<E>) -> Self {
        Self {
            shared: Arc::clone(shared),
            slot: Arc::clone(&sender.slot),
            again: None,
            origin: shared.origin().clone(),
            memory: Memory::default(),
            detail: Detail::default(),
            early: VecDeque::new(),
            fault: None,
            is_over: false,
        }
    }

    /// Waits for the next event; `None` once the session has ended in order.
    ///
    /// The future may be dropped and `next` called again without losing an event.
    pub async fn next(&mut self) -> Option<Result<E, Error>> {
        poll_fn(|cx| self.poll_event(cx)).await
    }

    /// Polls for the next event.
    pub fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<E, Error>>> {
        if let Some(event) = self.early.pop_front() {
            return Poll::Ready(Some(Ok(event)));
        }
        if let Some(again) = &mut self.again
            && let Some(attempt) = again.poll(cx)
        {
            return Poll::Ready(Some(match ready!(attempt) {
                Ok(session) => Ok(self.resume(session)),
                Err(error) => Err(self.lose(error)),
            }));
        }
        loop {
            match ready!(self.shared.poll_message(cx)) {
                Ok(message) => {
                    if let Some(item) = self.item(&message) {
                        return Poll::Ready(Some(item));
                    }
                }
                Err(end) => return Poll::Ready(self.finish(&end).map(|error| Err(self.lose(error)))),
            }
        }
    }

    /// Returns what the server said around the last event: its log id, its time, and, if it was an error, the message that caused it.
    pub fn detail(&self) -> &Detail {
        &self.detail
    }

    /// Returns the id of the connection in the logs of the server.
    pub fn log_id(&self) -> Option<&LogId> {
        self.origin.log_id()
    }

    /// The next event where one is needed: the end is an error.
    pub(super) async fn expect(&mut self, wanted: &str) -> Result<E, Error> {
        let ended = || Error::incomplete(format!("the session was closed before `{wanted}`"));
        self.next().await.unwrap_or_else(|| Err(self.origin.error(ended())))
    }

    /// Reads a message; `None` if it is no news.
    fn item(&mut self, message: &[u8]) -> Option<Result<E, Error>> {
        let received = match read::<E>(message) {
            Ok(received) => received,
            Err(error) => return Some(Err(self.origin.error(error))),
        };
        self.detail = received.detail;
        if self.origin.log_id().is_none() {
            self.origin.note(self.detail.logid.clone());
        }
        let event = received.event.pass(&mut self.memory, &mut self.shared.outbox())?;
        if event.is_last() {
            self.shared.owe(false);
            self.fault = None;
        }
        Some(event.into_result(&self.detail).map_err(|error| {
            let error = self.origin.error(error);
            self.fault = error.api().map(|api| (error.kind(), api.to_string()));
            error
        }))
    }

    /// Notes that the connection is lost, and prepares another one if the policy allows it.
    fn lose(&mut self, error: Error) -> Error {
        let Some(again) = &mut self.again else { return error };
        let fault = self.fault.as_ref().map(|(kind, _)| *kind);
        let error = again.follow(error, fault, &self.memory);
        self.slot.is_reconnecting.store(again.is_under_way(), Ordering::Release);
        error
    }

    /// Continues on another connection, which begins like the first one.
    fn resume(&mut self, mut session: Session<E>) -> E {
        let events = &mut session.events;
        std::mem::swap(&mut self.shared, &mut events.shared);
        std::mem::swap(&mut self.origin, &mut events.origin);
        std::mem::swap(&mut self.early, &mut events.early);
        (self.fault, self.is_over) = (None, false);
        *lock(&self.slot.shared) = Arc::clone(&self.shared);
        self.slot.is_reconnecting.store(false, Ordering::Release);
        E::CREATED
    }

    /// Judges the end; it is yielded once.
    fn finish(&mut self, end: &End) -> Option<Error> {
        let in_order = matches!(end, End::Ours) || (end.is_orderly() && self.shared.is_answered());
        if std::mem::replace(&mut self.is_over, true) || in_order {
            return None;
        }
        let mut error = end.error();
        if let Some((_, fault)) = &self.fault {
            error = error.noting(format!("the last error before it: {fault}"));
        } else if let Some(pause) = self.shared.unread() {
            error = error.noting(format!(
                "the events were not read for {} s, so pings were not answered, and the server closes after four of them",
                pause.as_secs()
            ));
        }
        Some(self.origin.error(error))
    }
}

impl<E: LiveEvent> Stream for Events<E> {
    type Item = Result<E, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_event(cx)
    }
}

impl<E: LiveEvent> Drop for Events<E> {
    fn drop(&mut self) {
        self.shared.unheard();
    }
}

impl<E: LiveEvent> fmt::Debug for Session<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("origin", &self.events.origin).finish_non_exhaustive()
    }
}

impl<E> fmt::Debug for Sender<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("origin", self.shared().origin()).finish_non_exhaustive()
    }
}

impl<E: LiveEvent> fmt::Debug for Events<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("origin", &self.origin)
            .field("detail", &self.detail)
            .finish_non_exhaustive()
    }
}
