//! The envelope around payloads, and the errors that take its place.

use std::borrow::Cow;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::{ApiError, DecodeError, ErrorCode, ReplyError, is_log_id};
use crate::id::LogId;

/// An answer whose code says success.
pub(crate) struct Envelope<'a> {
    data: Option<Cow<'a, str>>,
}

impl<'a> Envelope<'a> {
    /// Payload under `data`, unless it is absent or null.
    pub(crate) fn data(&self) -> Option<&str> {
        self.data.as_deref()
    }

    /// Reads the code of an answer and fails with what it says.
    pub(crate) fn open(response: &'a Response<Bytes>) -> Result<Self, ReplyError> {
        let data = match String::from_utf8_lossy(response.body()) {
            Cow::Borrowed(text) => success_data(text, response)?.map(Cow::Borrowed),
            // What is broken elsewhere does not spoil the payload.
            Cow::Owned(text) => match success_data(&text, response)? {
                Some(data) if data.contains(char::REPLACEMENT_CHARACTER) => {
                    return Err(DecodeError::not_json(response).into());
                }
                data => data.map(|data| Cow::Owned(data.to_owned())),
            },
        };
        Ok(Self { data })
    }
}

fn success_data<'t>(text: &'t str, response: &Response<Bytes>) -> Result<Option<&'t str>, ReplyError> {
    let Ok(fields) = serde_json::from_str::<Fields<'t>>(text) else {
        return Err(fault(response));
    };
    if fields.is_error() || !response.status().is_success() {
        return Err(fields.into_error(response).into());
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
            text.ok_or_else(|| DecodeError::not_json(response).into())
        }
    }
}

fn begins_with_success(text: &str) -> bool {
    let tokens = ["{", "\"code\"", ":", "0", ","];
    tokens.iter().try_fold(text, |rest, token| rest.trim_start().strip_prefix(token)).is_some()
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
    log_id_in(response.body()).or_else(|| crate::error::log_id(response.headers()))
}

/// Reads the log id in the body of an answer, where it stands as `detail.logid`.
pub fn log_id_in(body: &[u8]) -> Option<LogId> {
    let text = String::from_utf8_lossy(body);
    serde_json::from_str::<Fields<'_>>(&text).ok()?.log_id()
}

/// Reads an answer that is no success, or no JSON.
pub(crate) fn fault(response: &Response<Bytes>) -> ReplyError {
    if let Ok(fields) = serde_json::from_str::<Fields<'_>>(&String::from_utf8_lossy(response.body())) {
        return fields.into_error(response).into();
    }
    if response.status().is_success() {
        return DecodeError::not_json(response).into();
    }
    let text = excerpt(response.body());
    let text = if text.is_empty() { status_text(response.status()) } else { text };
    api_error(ErrorCode::from(i64::from(response.status().as_u16())), text, response).into()
}

/// The fields in which servers report an error. Raw, since another field of the same name must not make an
/// answer unreadable.
#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    code: Option<&'a RawValue>,
    #[serde(borrow)]
    msg: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
    #[serde(borrow)]
    debug_url: Option<&'a RawValue>,
    #[serde(borrow)]
    error_code: Option<&'a RawValue>,
    #[serde(borrow)]
    error_message: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    error_description: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

impl Fields<'_> {
    fn is_error(&self) -> bool {
        self.api_code().is_some_and(|code| !code.is_success())
            || (self.api_code().is_none() && self.oauth_code().is_some())
    }

    /// Code of the API. One that is neither a number nor a string is an error of its own kind, not a success.
    fn api_code(&self) -> Option<ErrorCode> {
        let raw = self.code.map(RawValue::get).filter(|raw| *raw != "null")?;
        let code = serde_json::from_str(raw).unwrap_or_else(|_| ErrorCode::from(raw));
        Some(code).filter(|code| !code.is_empty())
    }

    /// Code of an OAuth error: `error_code` on most pages, `error` on that of the device flow.
    fn oauth_code(&self) -> Option<ErrorCode> {
        [self.error_code, self.error]
            .into_iter()
            .filter_map(read::<ErrorCode>)
            .find(|code| !code.is_success() && !code.is_empty())
    }

    fn log_id(&self) -> Option<LogId> {
        #[derive(Deserialize)]
        struct Detail {
            logid: Option<LogId>,
        }
        read::<Detail>(self.detail)?.logid.filter(is_log_id)
    }

    fn into_error(self, response: &Response<Bytes>) -> ApiError {
        let code = self.api_code().filter(|code| !code.is_success());
        let code = code
            .or_else(|| self.oauth_code())
            .unwrap_or_else(|| i64::from(response.status().as_u16()).into());
        let msg = [self.msg, self.error_message, self.error_description, self.message]
            .into_iter()
            .filter_map(text)
            .find(|text| !text.is_empty())
            // A message that is no text is told as it came.
            .or_else(|| {
                self.msg
                    .map(|raw| raw.get().into())
                    .filter(|raw: &Cow<'_, str>| !matches!(&**raw, "null" | "\"\""))
            })
            .map_or_else(|| status_text(response.status()), Cow::into_owned);
        let mut error = api_error(code, msg, response);
        if let Some(log_id) = self.log_id() {
            error.log_id = Some(log_id);
        }
        error.debug_url = text(self.debug_url).filter(|url| !url.is_empty()).map(Cow::into_owned);
        error
    }
}

fn read<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

fn text(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    read::<Text<'_>>(raw).map(|text| text.0)
}

fn api_error(code: ErrorCode, msg: String, response: &Response<Bytes>) -> ApiError {
    let mut error = ApiError::folded(code, msg);
    error.status = Some(response.status());
    error.log_id = crate::error::log_id(response.headers());
    error
}

fn status_text(status: StatusCode) -> String {
    format!("HTTP status {status} without a message")
}

/// The beginning of a body, for messages.
pub(crate) fn excerpt(body: &[u8]) -> String {
    const LIMIT: usize = 300;
    let text = String::from_utf8_lossy(&body[..body.len().min(LIMIT)]);
    let text = text.trim();
    if body.len() > LIMIT { format!("{text}…") } else { text.to_owned() }
}
