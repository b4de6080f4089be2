//! Where the pieces of a file come from: the disk, memory or a reader.

use std::fs::{File, Metadata};
use std::future::{Future, poll_fn};
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{Sleep, sleep};

/// Pieces of a file in order.
pub(crate) type Pieces = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// Size of a piece: large enough that the hand-over between threads does not count, small enough to hold a few.
const PIECE: usize = 256 << 10;

/// Less than this is copied, since many small pieces that wait to be sent would each hold a whole buffer.
const SMALL: usize = PIECE / 8;

/// Buffers that were sent and can be filled again: fresh ones cost a page fault for every 4 KiB.
#[derive(Clone, Default)]
struct Pool(Arc<Mutex<Vec<Vec<u8>>>>);

impl Pool {
    fn take(&self) -> Vec<u8> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.unwrap_or_else(|| vec![0; PIECE])
    }

    fn give(&self, buffer: Vec<u8>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < 4 {
            kept.push(buffer);
        }
    }

    /// The first `len` bytes of a buffer, which comes back when they have been sent.
    fn lend(&self, buffer: Vec<u8>, len: usize) -> Bytes {
        Bytes::from_owner(Lent { buffer, len, pool: self.clone() })
    }
}

struct Lent {
    buffer: Vec<u8>,
    len: usize,
    pool: Pool,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.buffer[..self.len]
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.pool.give(std::mem::take(&mut self.buffer));
    }
}

/// Reads a file on the blocking threads of the runtime, one piece ahead of the connection.
pub(super) struct FromDisk {
    file: Option<File>,
    reading: Option<JoinHandle<io::Result<Filled>>>,
    pool: Pool,
}

impl FromDisk {
    pub(super) fn new(file: File) -> Self {
        Self { file: Some(file), reading: None, pool: Pool::default() }
    }

    fn read_on(&mut self) {
        if let Some(file) = self.file.take() {
            let buffer = self.pool.take();
            self.reading = Some(spawn_blocking(move || fill(file, buffer)));
        }
    }
}

/// The file, and a buffer with the number of bytes that were read into it.
type Filled = (File, Vec<u8>, usize);

fn fill(mut file: File, mut buffer: Vec<u8>) -> io::Result<Filled> {
    let mut len = 0;
    while len < buffer.len() {
        match file.read(&mut buffer[len..]) {
            Ok(0) => break,
            Ok(read) => len += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok((file, buffer, len))
}

impl Stream for FromDisk {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.reading.is_none() {
            self.read_on();
        }
        let Some(reading) = &mut self.reading else { return Poll::Ready(None) };
        let read = ready!(Pin::new(reading).poll(cx));
        self.reading = None;
        match read.map_err(io::Error::from).flatten() {
            Ok((_, _, 0)) => Poll::Ready(None),
            Ok((file, buffer, len)) => {
                self.file = Some(file);
                self.read_on();
                Poll::Ready(Some(Ok(self.pool.lend(buffer, len))))
            }
            Err(error) => Poll::Ready(Some(Err(error))),
        }
    }
}

/// Reads a pipe or a device, which was opened so that nothing blocks: while there is nothing to read it is looked at again in
/// a moment. A thread that reads could not be stopped, and the runtime would wait for it forever.
pub(super) struct FromPipe {
    file: File,
    buffer: Vec<u8>,
    /// What was read ahead.
    ahead: Option<Bytes>,
    /// Whether an end may only mean that nobody has opened a pipe yet to write to it.
    unopened: bool,
    /// How long to wait for something to read, and the wait, if there is one.
    pause: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

/// Longest and shortest wait for a pipe.
const PAUSES: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(20));

impl FromPipe {
    pub(super) fn new(file: File, meta: &Metadata) -> Self {
        #[cfg(unix)]
        let unopened = std::os::unix::fs::FileTypeExt::is_fifo(&meta.file_type());
        #[cfg(not(unix))]
        let (unopened, _) = (false, meta);
        Self { file, buffer: vec![0; PIECE], ahead: None, unopened, pause: PAUSES.0, waiting: None }
    }

    /// Waits until somebody writes to it.
    pub(super) async fn opened(mut self) -> io::Result<Self> {
        if self.unopened {
            self.ahead = poll_fn(|cx| Pin::new(&mut self).poll_next(cx)).await.transpose()?;
        }
        Ok(self)
    }
}

impl Stream for FromPipe {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Some(piece) = this.ahead.take() {
            return Poll::Ready(Some(Ok(piece)));
        }
        loop {
            if let Some(waiting) = &mut this.waiting {
                ready!(waiting.as_mut().poll(cx));
                this.waiting = None;
            }
            match this.file.read(&mut this.buffer) {
                Ok(0) if this.unopened => {}
                Ok(0) => return Poll::Ready(None),
                Ok(len) => {
                    (this.unopened, this.pause) = (false, PAUSES.0);
                    return Poll::Ready(Some(Ok(Bytes::copy_from_slice(&this.buffer[..len]))));
                }
                // Another process has it open.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => this.unopened = false,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
            this.waiting = Some(Box::pin(sleep(this.pause)));
            this.pause = (this.pause * 2).min(PAUSES.1);
        }
    }
}

/// Bytes in memory, in pieces, so that the progress shows.
pub(super) struct FromBytes(pub(super) Bytes);

impl Stream for FromBytes {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let piece = self.0.len().min(PIECE);
        Poll::Ready((piece > 0).then(|| Ok(self.0.split_to(piece))))
    }
}

/// Whatever can be read.
pub(super) struct FromReader<R> {
    reader: Pin<Box<R>>,
    buffer: Option<Vec<u8>>,
    pool: Pool,
}

impl<R: AsyncRead> FromReader<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader: Box::pin(reader), buffer: None, pool: Pool::default() }
    }
}

impl<R: AsyncRead> Stream for FromReader<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let mut buffer = this.buffer.take().unwrap_or_else(|| this.pool.take());
        let mut read = ReadBuf::new(&mut buffer);
        let result = this.reader.as_mut().poll_read(cx, &mut read);
        let len = read.filled().len();
        match result {
            Poll::Pending => {
                this.buffer = Some(buffer);
                Poll::Pending
            }
            Poll::Ready(Ok(())) if len == 0 => Poll::Ready(None),
            Poll::Ready(Ok(())) if len < SMALL => {
                let piece = Bytes::copy_from_slice(&buffer[..len]);
                this.buffer = Some(buffer);
                Poll::Ready(Some(Ok(piece)))
            }
            Poll::Ready(Ok(())) => Poll::Ready(Some(Ok(this.pool.lend(buffer, len)))),
            Poll::Ready(Err(error)) => Poll::Ready(Some(Err(error))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn small_pieces_that_wait_to_be_sent_hold_no_buffers() {
        /// Gives a byte at a time.
        struct Drops;

        impl AsyncRead for Drops {
            fn poll_read(
                self: Pin<&mut Self>,
                _: &mut Context<'_>,
                buf: &mut ReadBuf<'_>,
            ) -> Poll<io::Result<()>> {
                buf.put_slice(b"x");
                Poll::Ready(Ok(()))
            }
        }

        let mut reader = FromReader::new(Drops);
        let mut waiting = Vec::new();
        for _ in 0..100 {
            waiting.push(poll_fn(|cx| Pin::new(&mut reader).poll_next(cx)).await);
        }
        assert!(waiting.iter().all(|piece| matches!(piece, Some(Ok(piece)) if piece == "x")));
        // Borrowed buffers keep the pool.
        assert_eq!(Arc::strong_count(&reader.pool.0), 1);
    }
}
