//! The envelope around payloads, and the errors that take its place.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::value::RawValue;

use super::fault::Fields;
use crate::core::error::{ApiError, DecodeError, ErrorCode, ReplyError, excerpt};
use crate::core::json;
use crate::model::id::LogId;

/// An answer whose code says success.
pub(crate) struct Envelope<'a> {
    data: Option<Cow<'a, str>>,
}

impl<'a> Envelope<'a> {
    /// Payload under `data`, unless it is absent or null.
    pub(crate) fn data(&self) -> Option<&str> {
        self.data.as_deref()
    }

    /// Reads the code of an answer and fails with what it says. An answer of nothing has no payload.
    pub(crate) fn open(response: &'a Response<Bytes>) -> Result<Self, ReplyError> {
        if response.status().is_success() && is_blank(response) {
            return Ok(Self { data: None });
        }
        let data = match String::from_utf8_lossy(response.body()) {
            Cow::Borrowed(text) => success_data(text, response)?,
            // An error in another field does not affect the payload.
            Cow::Owned(text) => match success_data(&text, response)? {
                Some(data) if data.contains(char::REPLACEMENT_CHARACTER) => {
                    return Err(DecodeError::not_json(response).into());
                }
                data => data.map(|data| Cow::Owned(data.into_owned())),
            },
        };
        Ok(Self { data })
    }
}

/// Whether nothing was answered, such as with the status 204.
pub(crate) fn is_blank(response: &Response<Bytes>) -> bool {
    response.body().iter().all(u8::is_ascii_whitespace)
}

fn success_data<'t>(text: &'t str, response: &Response<Bytes>) -> Result<Option<Cow<'t, str>>, ReplyError> {
    let Ok(fields) = serde_json::from_str::<Fields<'t>>(text) else {
        let Some(mended) = json::mended(text) else { return Err(fault(response)) };
        let fields = serde_json::from_str::<Fields<'_>>(&mended).map_err(|_| fault(response))?;
        return payload(fields, &mended, response).map(|data| data.map(|data| data.to_owned().into()));
    };
    payload(fields, text, response).map(|data| data.map(Cow::Borrowed))
}

fn payload<'t>(
    fields: Fields<'t>,
    text: &str,
    response: &Response<Bytes>,
) -> Result<Option<&'t str>, ReplyError> {
    if fields.is_error() || !response.status().is_success() {
        return Err(told(fields, text, response));
    }
    Ok(fields.data.map(RawValue::get))
}

/// Text of an answer whose code says success.
///
/// A 0 that comes first says so at once, and saves a pass over the whole. Who cannot read the text then asks
/// [`unreadable`] what is wrong with it.
pub(crate) fn success_text(response: &Response<Bytes>) -> Result<&str, ReplyError> {
    let text = std::str::from_utf8(response.body()).ok();
    match text {
        Some(text) if response.status().is_success() && begins_with_success(text) => Ok(text),
        _ => {
            Envelope::open(response)?;
            if is_blank(response) {
                return Ok("null");
            }
            text.ok_or_else(|| DecodeError::not_json(response).into())
        }
    }
}

fn begins_with_success(text: &str) -> bool {
    let tokens = ["{", "\"code\"", ":", "0", ","];
    // Most servers write no white space.
    text.starts_with("{\"code\":0,")
        || tokens.iter().try_fold(text, |rest, token| rest.trim_start().strip_prefix(token)).is_some()
}

/// What is wrong with a [`success_text`] that does not read as a `T`.
pub(crate) fn unreadable<T>(response: &Response<Bytes>, error: serde_json::Error) -> ReplyError {
    match Envelope::open(response) {
        Err(error) => error,
        Ok(_) => DecodeError::answer::<T>(response, error).into(),
    }
}

/// Reads the log id of an answer: `detail.logid` of its body, else from its headers.
pub(crate) fn log_id(response: &Response<Bytes>) -> Option<LogId> {
    log_id_in(response.body()).or_else(|| crate::core::error::log_id(response.headers()))
}

/// Reads the log id in the body of an answer, where it stands as `detail.logid`.
pub fn log_id_in(body: &[u8]) -> Option<LogId> {
    let text = String::from_utf8_lossy(body);
    serde_json::from_str::<Fields<'_>>(&text).ok()?.log_id()
}

/// Reads an answer that is no success, or no JSON.
pub(crate) fn fault(response: &Response<Bytes>) -> ReplyError {
    let text = String::from_utf8_lossy(response.body());
    let mended = json::mended(&text);
    let text = mended.as_deref().unwrap_or(&text);
    if let Ok(fields) = serde_json::from_str::<Fields<'_>>(text) {
        return told(fields, text, response);
    }
    if response.status().is_success() {
        return DecodeError::not_json(response).into();
    }
    let text = excerpt(response.body());
    let text = if text.is_empty() { status_text(response.status()) } else { text };
    answered(ApiError::folded(ErrorCode::from(i64::from(response.status().as_u16())), text), response).into()
}

/// The error that the fields of an answer tell.
fn told(fields: Fields<'_>, text: &str, response: &Response<Bytes>) -> ReplyError {
    let mut error = fields.into_error(text, Some(response.status()));
    if error.msg.is_empty() {
        error.msg = status_text(response.status());
    }
    answered(error, response).into()
}

/// Adds what the answer says besides its body.
fn answered(mut error: ApiError, response: &Response<Bytes>) -> ApiError {
    error.status = Some(response.status());
    error.log_id = error.log_id.or_else(|| crate::core::error::log_id(response.headers()));
    error
}

pub(super) fn status_text(status: StatusCode) -> String {
    format!("HTTP status {status} without a message")
}
