//! What runs beside requests.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::driver::Driver;

/// One type for all of it, so that tokio's part is compiled once.
pub(crate) enum Task {
    /// Reads and writes a connection that nobody else drives.
    Http1(Arc<Driver>),
    /// Whatever there are few of.
    Rare(Pin<Box<dyn Future<Output = ()> + Send>>),
}

impl Task {
    pub(crate) fn rare(work: impl Future<Output = ()> + Send + 'static) -> Self {
        Self::Rare(Box::pin(work))
    }
}

impl Future for Task {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.get_mut() {
            Self::Http1(driver) => driver.poll(cx),
            Self::Rare(work) => work.as_mut().poll(cx),
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if let Self::Http1(driver) = self {
            driver.close();
        }
    }
}
