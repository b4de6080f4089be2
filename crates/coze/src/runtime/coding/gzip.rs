//! Responses in gzip, decoded as they arrive.

use std::io::{self, ErrorKind, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use coze_transport::{Incoming, TransportError};
use flate2::write::MultiGzDecoder;
use http::Response;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http_body::Frame;

/// Makes the answer one that was never coded.
pub(super) fn decode(response: &mut Response<Incoming>) {
    response.headers_mut().remove(CONTENT_ENCODING);
    response.headers_mut().remove(CONTENT_LENGTH);
    let body = std::mem::take(response.body_mut());
    let body = Decoded { body, ahead: Bytes::new(), decoder: Some(MultiGzDecoder::new(Vec::new())) };
    *response.body_mut() = Incoming::new(body);
}

struct Decoded {
    body: Incoming,
    /// What has come and is not decoded.
    ahead: Bytes,
    /// `None` at the end.
    decoder: Option<MultiGzDecoder<Vec<u8>>>,
}

/// So much is decoded at once: it may become a thousand times as much.
const BITE: usize = 16 << 10;

impl Decoded {
    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransportError>>> {
        loop {
            let Some(decoder) = &mut self.decoder else { return Poll::Ready(None) };
            if self.ahead.is_empty() {
                let Some(chunk) = ready!(self.body.poll_chunk(cx)).transpose()? else {
                    decoder.try_finish().map_err(|error| unreadable(ErrorKind::UnexpectedEof, error))?;
                    let last = std::mem::take(decoder.get_mut());
                    self.decoder = None;
                    return Poll::Ready((!last.is_empty()).then(|| Ok(last.into())));
                };
                self.ahead = chunk;
            }
            let bite = self.ahead.split_to(BITE.min(self.ahead.len()));
            let decoded = decoder.write_all(&bite).and_then(|()| decoder.flush());
            decoded.map_err(|error| unreadable(ErrorKind::InvalidData, error))?;
            let data = std::mem::take(decoder.get_mut());
            if !data.is_empty() {
                return Poll::Ready(Some(Ok(data.into())));
            }
        }
    }
}

/// Truncated data may be complete after a retry; data that is not gzip stays invalid.
fn unreadable(kind: ErrorKind, error: io::Error) -> TransportError {
    TransportError::body(io::Error::new(kind, format!("the gzip data is broken: {error}")))
}

impl http_body::Body for Decoded {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        self.poll_data(cx).map(|data| data.map(|data| data.map(Frame::data)))
    }
}
