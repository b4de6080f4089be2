//! Who waits for the socket of a session.

use std::mem::take;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

/// The tasks that wait. A socket remembers one waker, but a session is polled from several tasks: the socket wakes this, and this
/// wakes all of them.
#[derive(Default)]
pub(super) struct Waiting {
    reader: Mutex<Option<Waker>>,
    writers: Mutex<Vec<Waker>>,
}

impl Waiting {
    /// Adds the task that waits for events; there is one.
    pub(super) fn add_reader(&self, waker: &Waker) {
        let mut reader = lock(&self.reader);
        if !reader.as_ref().is_some_and(|reader| reader.will_wake(waker)) {
            *reader = Some(waker.clone());
        }
    }

    /// Adds a task that waits to send.
    pub(super) fn add_writer(&self, waker: &Waker) {
        let mut writers = lock(&self.writers);
        if !writers.iter().any(|writer| writer.will_wake(waker)) {
            writers.push(waker.clone());
        }
    }

    pub(super) fn wake_reader(&self) {
        let reader = lock(&self.reader).take();
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    pub(super) fn wake_writers(&self) {
        let mut writers = lock(&self.writers);
        if writers.is_empty() {
            return;
        }
        let mut woken = take(&mut *writers);
        // A task that is woken may return at once.
        drop(writers);
        woken.drain(..).for_each(Waker::wake);
        let mut writers = lock(&self.writers);
        if writers.capacity() == 0 {
            *writers = woken;
        }
    }
}

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.wake_reader();
        self.wake_writers();
    }
}

/// Locks; nothing panics while it holds a lock.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
