//! A file as the body of a request.

use std::fs::File;
use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

pub(crate) const BOUNDARY: &str = "e2e-boundary";
const READ: u64 = 256 * 1024;

pub(crate) struct FileBody {
    head: Option<Bytes>,
    file: File,
    left: u64,
    tail: Option<Bytes>,
    len: u64,
}

impl FileBody {
    pub(crate) fn open(path: &str) -> io::Result<Self> {
        let file = File::open(path)?;
        let left = file.metadata()?.len();
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.bin\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        let tail = format!("\r\n--{BOUNDARY}--\r\n");
        let len = left + (head.len() + tail.len()) as u64;
        Ok(Self { head: Some(head.into()), file, left, tail: Some(tail.into()), len })
    }
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(head) = self.head.take() {
            return Poll::Ready(Some(Ok(Frame::data(head))));
        }
        if self.left > 0 {
            let mut part = Vec::with_capacity(READ as usize);
            let read = (&mut self.file).take(READ).read_to_end(&mut part)?;
            self.left = self.left.saturating_sub(read as u64);
            return Poll::Ready(Some(Ok(Frame::data(part.into()))));
        }
        Poll::Ready(self.tail.take().map(|tail| Ok(Frame::data(tail))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.len)
    }
}
