//! Who drives an HTTP/1.1 connection: a task of its own or, while a body is read, its reader.
//!
//! hyper reads and writes in a future that goes to a task. Each piece of a body would wake first the task and then the reader: twice the turns of
//! the scheduler, on two threads where the runtime has several. So a reader that has to wait takes over from the task, and polls the future of the
//! connection together with the body. It saves a sixth of the CPU of an event at full speed, and on a runtime with threads an eighth of the latency
//! of a paced one. The task alone is the plain version: it drives what nobody reads, and HTTP/2.
//!
//! A request is sent by the task, since one that drove itself would write while others still read: 64 at a time then cost a third more.

use std::cell::Cell;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};

use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use super::outgoing::Outgoing;
use super::stream::Stream;

type Connection = http1::Connection<TokioIo<Stream>, Outgoing>;

thread_local! {
    /// Set while something is dropped that the connection is done with, and of which it need not hear.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Drops a body that was read to its end; hyper would poll the connection once more for it.
pub(crate) fn drop_ended(body: Incoming) {
    QUIET.set(true);
    drop(body);
    QUIET.set(false);
}

/// The future of a connection, and who polls it; wakes whoever that is.
pub(crate) struct Driver {
    /// Absent once it is done.
    connection: Mutex<Option<Connection>>,
    state: AtomicU8,
    /// Who drives in place of the task.
    reader: Mutex<Option<Waker>>,
    task: OnceLock<Waker>,
}

/// Somebody polls the connection, and will see for themselves what there is to do.
const POLLED: u8 = 1;
/// There is something to do.
const WOKEN: u8 = 2;

impl Driver {
    /// To be given to a task; when that ends, so does the connection, unless somebody reads from it.
    pub(crate) fn new(connection: Connection) -> Arc<Self> {
        Arc::new(Self {
            connection: Mutex::new(Some(connection)),
            state: AtomicU8::new(0),
            reader: Mutex::new(None),
            task: OnceLock::new(),
        })
    }

    fn reader(&self) -> MutexGuard<'_, Option<Waker>> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Polls for the task.
    pub(crate) fn poll(self: &Arc<Self>, cx: &Context<'_>) -> Poll<()> {
        // A task has one waker for all its life.
        self.task.get_or_init(|| cx.waker().clone());
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        if self.reader().is_some() {
            return Poll::Pending;
        }
        self.state.store(POLLED, Ordering::SeqCst);
        let polled = drive(&mut connection, &mut Context::from_waker(&self.clone().into()));
        if self.state.swap(0, Ordering::SeqCst) & WOKEN != 0 {
            self.wake_task();
        }
        polled
    }

    fn wake_task(&self) {
        self.task.get().inspect(|task| task.wake_by_ref());
    }
}

/// Not inline: all of hyper's connection is in it, and it is called in two places.
#[inline(never)]
fn drive(connection: &mut Option<Connection>, cx: &mut Context<'_>) -> Poll<()> {
    let Some(running) = connection else { return Poll::Ready(()) };
    // What goes wrong is told to the request, or by the body.
    let polled = Pin::new(running).poll(cx).map(drop);
    if polled.is_ready() {
        *connection = None;
    }
    polled
}

impl Wake for Driver {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if QUIET.try_with(Cell::get).unwrap_or(false) {
            return;
        }
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

/// Who drives the connection of a body.
pub(crate) enum Steering {
    /// Its task, from which it can be had.
    Task(Weak<Driver>),
    /// Who reads.
    Reader(Wheel),
}

impl Steering {
    /// Polls the body, and drives the connection while it is not there.
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
        // It may have been turned away meanwhile.
        driver.wake_task();
        wanted(cx)
    }

    /// Leaves the connection to its task, and to other requests.
    pub(crate) fn release(&mut self) {
        *self = Self::Task(Weak::new());
    }
}

/// The place of a driver; its task drives again when this is dropped.
pub(crate) struct Wheel(Arc<Driver>);

impl Wheel {
    /// Takes over from the task, unless somebody else has done so.
    fn take(driver: &Arc<Driver>, cx: &Context<'_>) -> Option<Self> {
        let mut reader = driver.reader();
        if reader.is_some() {
            return None;
        }
        *reader = Some(cx.waker().clone());
        Some(Self(driver.clone()))
    }

    /// Polls the body, and the connection for as long as it moves; `None` when somebody else is at work with the connection.
    ///
    /// That is the task, on another thread, or a request whose body is made of its own response. Then let go, and poll without.
    fn poll<T>(
        &self,
        cx: &mut Context<'_>,
        mut wanted: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Option<Poll<T>> {
        let driver = &self.0;
        let mut connection = driver.connection.try_lock().ok()?;
        driver.reader().get_or_insert_with(|| cx.waker().clone()).clone_from(cx.waker());
        let waker = driver.clone().into();
        let cx = &mut Context::from_waker(&waker);
        // Twice is enough: what is read in the first round is there in the second. What still moves has used up its time.
        for _ in 0..2 {
            driver.state.store(POLLED, Ordering::SeqCst);
            let polled = wanted(cx);
            if polled.is_ready() {
                // Who has it comes back, or lets go.
                driver.state.fetch_and(!POLLED, Ordering::SeqCst);
                return Some(polled);
            }
            // What is waited for tells of the end of the connection.
            let _ = drive(&mut connection, cx);
            if driver.state.compare_exchange(POLLED, 0, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
                return Some(Poll::Pending);
            }
        }
        driver.state.store(0, Ordering::SeqCst);
        driver.wake_by_ref();
        Some(Poll::Pending)
    }
}

impl Drop for Wheel {
    fn drop(&mut self) {
        *self.0.reader() = None;
        if self.0.state.load(Ordering::SeqCst) & WOKEN != 0 {
            self.0.wake_task();
        }
    }
}
