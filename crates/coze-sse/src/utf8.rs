//! UTF-8 on demand: the parser works on bytes, and validates only what is requested.

use std::borrow::Cow;

/// Valid UTF-8 as a string, else `None`.
#[inline]
pub(crate) fn check(bytes: &[u8]) -> Option<&str> {
    #[cfg(feature = "simd")]
    return simdutf8::basic::from_utf8(bytes).ok();
    #[cfg(not(feature = "simd"))]
    return std::str::from_utf8(bytes).ok();
}

/// A string in which every invalid sequence became U+FFFD, as the standard asks.
///
/// Decoding field by field gives the same text as decoding the whole stream: every separator is ASCII, which
/// ends any open sequence.
#[inline]
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match check(bytes) {
        Some(text) => Cow::Borrowed(text),
        None => String::from_utf8_lossy(bytes),
    }
}
