//! The beginning of a body, looked at before its reader.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use coze_transport::{Incoming, TransportError};
use http_body::Frame;

/// Blanks are no beginning, but a body of blanks is not read without end.
const MOST: usize = 4096;

/// Reads until so many bytes have come that are not blank, or the body ends, and leaves the body as if nothing had been read.
pub(super) async fn peek(body: &mut Incoming, enough: usize) -> Result<Bytes, TransportError> {
    let mut beginning = BytesMut::new();
    while beginning.trim_ascii_start().len() < enough && beginning.len() < MOST {
        let Some(chunk) = body.chunk().await.transpose()? else { break };
        beginning.extend_from_slice(&chunk);
    }
    let beginning = beginning.freeze();
    let rest = std::mem::take(body);
    *body = Incoming::new(Begun { beginning: beginning.clone(), rest });
    Ok(beginning)
}

struct Begun {
    beginning: Bytes,
    rest: Incoming,
}

impl http_body::Body for Begun {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let beginning = std::mem::take(&mut self.beginning);
        if beginning.is_empty() {
            return Pin::new(&mut self.rest).poll_frame(cx);
        }
        Poll::Ready(Some(Ok(Frame::data(beginning))))
    }
}
