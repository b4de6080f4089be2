//! Who polls an HTTP/1.1 connection: a task of its own or, while somebody waits for a body, the reader of that body.
//!
//! hyper reads and writes in a future that it hands to a task. Each piece of a body would wake that task first, and then the reader:
//! twice the turns of the scheduler, on two threads where the runtime has several. So a reader that has to wait takes the future over
//! ([`Steering`], [`Wheel`]), and polls it together with the body. That saves a sixth of the CPU of an event at full speed, and on a
//! runtime with threads an eighth of the latency of a paced one. The task polls what nobody reads, and all of HTTP/2.
//!
//! A reader may stop to poll at any time, and then nobody drives. That is harmless as long as the connection has nothing to do but to
//! fill this body. So readers get only connections whose request is sent whole, and give them back with the end of the body, when the
//! next request may be waiting. Sending is left to the task for another reason too: a request that drove itself would write while
//! others still read, and 64 at a time then cost a third more.
//!
//! Both poll with the [`Driver`] as their waker. It wakes the reader, if there is one, and else the task; a wake-up that nobody has
//! polled for stays noted, and goes to the task when the reader lets go.

use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};

use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use super::outgoing::Outgoing;
use super::stream::Stream;

#[cfg(test)]
mod tests;

/// Boxed, since it is taken out of its place for each poll.
type Connection = Box<http1::Connection<TokioIo<Stream>, Outgoing>>;

/// The future of a connection, shared by its task and a reader; the waker that both poll it with.
pub(crate) struct Driver<C = Connection> {
    /// Absent once it is done. The lock is held while it is polled and dropped, and taken before that of `reader`.
    connection: Mutex<Option<C>>,
    /// [`POLLED`] and [`WOKEN`].
    state: AtomicU8,
    /// Waker of who drives in place of the task.
    reader: Mutex<Option<Waker>>,
    task: OnceLock<Waker>,
}

/// A poll is under way. It looks for [`WOKEN`] at its end, so that nobody has to be woken.
const POLLED: u8 = 1;
/// The connection was woken, and not polled since; somebody was told, or is about to look.
const WOKEN: u8 = 2;

/// How often a reader polls the connection in one go: what the first round reads is mostly all there is. A connection that still
/// moves has used up its time.
const ROUNDS: usize = 2;

impl<C: Future + Unpin + Send + 'static> Driver<C> {
    /// To be given to a task, which [closes](Self::close) it at its end.
    pub(crate) fn new(connection: C) -> Arc<Self> {
        Arc::new(Self {
            connection: Mutex::new(Some(connection)),
            state: AtomicU8::new(0),
            reader: Mutex::new(None),
            task: OnceLock::new(),
        })
    }

    fn connection(&self) -> MutexGuard<'_, Option<C>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reader(&self) -> MutexGuard<'_, Option<Waker>> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes whom to wake in place of the task.
    fn read_by(&self, waker: Option<&Waker>) {
        let mut reader = self.reader();
        if waker.zip(reader.as_ref()).is_some_and(|(new, old)| old.will_wake(new)) {
            return;
        }
        let old = std::mem::replace(&mut *reader, waker.cloned());
        drop(reader);
        // The last waker of a task may drop the task, and that may wake this connection: not under the lock.
        drop(old);
    }

    /// Polls for the task; in vain while somebody else drives.
    pub(crate) fn poll(self: &Arc<Self>, cx: &Context<'_>) -> Poll<()> {
        // A task has one waker for all its life.
        self.task.get_or_init(|| cx.waker().clone());
        let mut connection = self.connection();
        if connection.is_some() && self.reader().is_some() {
            return Poll::Pending;
        }
        self.state.store(POLLED, Ordering::SeqCst);
        let polled = drive(&mut connection, &mut Context::from_waker(&self.clone().into()));
        if self.state.swap(0, Ordering::SeqCst) & WOKEN != 0 {
            self.wake_task();
        }
        polled
    }

    /// Closes the connection of a task that is dropped, as when its runtime is shut down. Dropping the driver is not enough: sockets and
    /// channels of the connection hold its waker, and that the connection.
    pub(crate) fn close(&self) {
        // Under the lock, like every end of a connection: who reads then finds the error that this leaves in the body.
        *self.connection() = None;
    }

    fn wake_task(&self) {
        self.task.get().inspect(|task| task.wake_by_ref());
    }
}

/// Polls a connection, and drops it at its end. Not inline: all of hyper's connection is in it, and it is called in two places.
#[inline(never)]
fn drive<C: Future + Unpin>(connection: &mut Option<C>, cx: &mut Context<'_>) -> Poll<()> {
    // Taken out, so that a panic closes it.
    let Some(mut running) = connection.take() else { return Poll::Ready(()) };
    let polled = Pin::new(&mut running).poll(cx).map(drop);
    if polled.is_pending() {
        *connection = Some(running);
    }
    polled
}

impl<C: Future + Unpin + Send + 'static> Wake for Driver<C> {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let before = self.state.fetch_or(WOKEN, Ordering::SeqCst);
        if before == 0 {
            let reader = self.reader().clone();
            match reader {
                Some(reader) => reader.wake(),
                None => self.wake_task(),
            }
        }
    }
}

/// Who drives the connection of a body, as its reader sees it.
pub(crate) enum Steering<C = Connection>
where
    C: Future + Unpin + Send + 'static,
{
    /// The task. The reader may take over, unless this is empty.
    Task(Weak<Driver<C>>),
    /// The reader.
    Reader(Wheel<C>),
}

impl<C: Future + Unpin + Send + 'static> Steering<C> {
    /// Polls `wanted`, which reads the body, and drives the connection while nothing of it is there.
    pub(crate) fn poll<T>(
        &mut self,
        cx: &mut Context<'_>,
        mut wanted: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        if let Self::Task(driver) = self {
            let polled = wanted(cx);
            let driver = if polled.is_ready() { None } else { driver.upgrade() };
            let Some(wheel) = driver.and_then(|driver| Wheel::take(&driver, cx)) else { return polled };
            *self = Self::Reader(wheel);
        }
        let Self::Reader(wheel) = self else { return Poll::Pending };
        if let Some(polled) = wheel.poll(cx, &mut wanted) {
            return polled;
        }
        let driver = wheel.0.clone();
        *self = Self::Task(Arc::downgrade(&driver));
        // The task may have come in vain meanwhile.
        driver.wake_task();
        // The body is to wake this reader, and not the driver.
        wanted(cx)
    }

    /// Leaves the connection to its task for good, and so to other requests.
    pub(crate) fn release(&mut self) {
        *self = Self::default();
    }
}

impl<C: Future + Unpin + Send + 'static> Default for Steering<C> {
    fn default() -> Self {
        Self::Task(Weak::new())
    }
}

/// Held by the reader that drives; the task does so again when this is dropped.
pub(crate) struct Wheel<C: Future + Unpin + Send + 'static>(Arc<Driver<C>>);

impl<C: Future + Unpin + Send + 'static> Wheel<C> {
    /// Takes over from the task, unless somebody else has done so.
    fn take(driver: &Arc<Driver<C>>, cx: &Context<'_>) -> Option<Self> {
        let mut reader = driver.reader();
        if reader.is_some() {
            return None;
        }
        *reader = Some(cx.waker().clone());
        Some(Self(driver.clone()))
    }

    /// Polls the body, and in turn the connection for as long as it moves; `None` when it cannot be had, since the task polls it on
    /// another thread.
    fn poll<T>(
        &self,
        cx: &mut Context<'_>,
        mut wanted: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Option<Poll<T>> {
        let driver = &self.0;
        let mut connection = driver.connection.try_lock().ok()?;
        driver.read_by(Some(cx.waker()));
        let waker = driver.clone().into();
        let cx = &mut Context::from_waker(&waker);
        // WOKEN stays until the connection is polled for it: a body that is there already says nothing of the connection, which may
        // have the next request by now.
        driver.state.fetch_or(POLLED, Ordering::SeqCst);
        let mut rounds = 0;
        // The body has the last word. A reader that had to wait beside an ended body would keep the connection from the next request.
        let polled = loop {
            let polled = wanted(cx);
            if polled.is_ready() || rounds == ROUNDS {
                break polled;
            }
            rounds += 1;
            driver.state.store(POLLED, Ordering::SeqCst);
            if drive(&mut connection, cx).is_ready() {
                // Nobody else will wake it, and it is to end too. The reader hears of the end from the body.
                driver.wake_task();
            }
            if driver.state.compare_exchange(POLLED, 0, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
                return Some(Poll::Pending);
            }
        };
        if polled.is_ready() {
            // Whoever was given something comes back for more, or lets go.
            driver.state.fetch_and(!POLLED, Ordering::SeqCst);
        } else {
            driver.state.store(0, Ordering::SeqCst);
            driver.wake_by_ref();
        }
        Some(polled)
    }
}

impl<C: Future + Unpin + Send + 'static> Drop for Wheel<C> {
    fn drop(&mut self) {
        self.0.read_by(None);
        // POLLED without a poll that goes on is what a panic leaves.
        if self.0.state.load(Ordering::SeqCst) != 0 {
            self.0.wake_task();
        }
    }
}
