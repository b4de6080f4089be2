//! Tasks of the runtime. What it does with a task is compiled for each sort: here there is one of either.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::runtime::Handle;
use tokio::task::{JoinHandle, spawn_blocking};

/// Does something without waiting for it.
pub(crate) fn spawn(runtime: &Handle, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
    runtime.spawn(task);
}

/// Does what may take a while on a thread for that.
pub(crate) fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Blocking<T> {
    let result = Arc::new(Mutex::new(None));
    let told = Arc::clone(&result);
    let work: Box<dyn FnOnce() + Send> = Box::new(move || {
        let done = work();
        *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
    });
    Blocking { task: spawn_blocking(work), result }
}

/// What the work on another thread comes to.
pub(crate) struct Blocking<T> {
    task: JoinHandle<()>,
    result: Arc<Mutex<Option<T>>>,
}

impl<T> Future for Blocking<T> {
    type Output = io::Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        ready!(Pin::new(&mut self.task).poll(cx)).map_err(io::Error::other)?;
        let result = self.result.lock().unwrap_or_else(PoisonError::into_inner).take();
        Poll::Ready(result.ok_or_else(|| io::Error::other("the result was taken already")))
    }
}
