//! The table of codes.

use super::{ErrorInfo, ErrorKind, RetryAdvice};

pub(super) fn number(_code: i64) -> Option<&'static ErrorInfo> {
    None
}

pub(super) fn word(_code: &str) -> Option<&'static ErrorInfo> {
    None
}

#[allow(dead_code)]
const PLACEHOLDER: (ErrorKind, RetryAdvice) = (ErrorKind::Other, RetryAdvice::Unknown);
