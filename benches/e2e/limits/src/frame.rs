//! Finding events, for LF streams of plain events only: no parser, but what one cannot do without.

use bytes::{Buf, Bytes, BytesMut};
use e2e_harness::BoxError;
use memchr::memmem;

/// Keeps an event that is not complete until the next bytes come.
#[derive(Default)]
pub(crate) struct Framer {
    carried: BytesMut,
}

const BLANK: &[u8] = b"\n\n";

impl Framer {
    #[inline]
    pub(crate) fn feed(
        &mut self,
        mut bytes: Bytes,
        mut each: impl FnMut(&[u8], &[u8]) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        if !self.carried.is_empty() {
            let end = if self.carried.ends_with(b"\n") && bytes.starts_with(b"\n") {
                Some(1)
            } else {
                memmem::find(&bytes, BLANK).map(|place| place + BLANK.len())
            };
            let Some(end) = end else {
                self.carried.extend_from_slice(&bytes);
                return Ok(());
            };
            self.carried.extend_from_slice(&bytes[..end]);
            let event = self.carried.split();
            one(&event[..event.len() - BLANK.len()], &mut each)?;
            bytes.advance(end);
        }
        let finder = memmem::Finder::new(BLANK);
        let mut start = 0;
        while let Some(len) = finder.find(&bytes[start..]) {
            one(&bytes[start..start + len], &mut each)?;
            start += len + BLANK.len();
        }
        self.carried.extend_from_slice(&bytes[start..]);
        Ok(())
    }
}

#[inline]
fn one(event: &[u8], each: &mut impl FnMut(&[u8], &[u8]) -> Result<(), BoxError>) -> Result<(), BoxError> {
    let (mut name, mut data): (&[u8], &[u8]) = (b"", b"");
    let mut rest = event;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        if let Some(value) = line.strip_prefix(b"data:") {
            data = value.strip_prefix(b" ").unwrap_or(value);
        } else if let Some(value) = line.strip_prefix(b"event:") {
            name = value.strip_prefix(b" ").unwrap_or(value);
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    if data.is_empty() { Ok(()) } else { each(name, data) }
}
