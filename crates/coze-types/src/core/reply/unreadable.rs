//! What is wrong with an answer that does not read.

use bytes::Bytes;
use http::Response;
use serde::de::IgnoredAny;

use super::envelope::{is_blank, log_id};
use crate::core::error::{DecodeError, excerpt};

impl DecodeError {
    pub(super) fn answer<T>(response: &Response<Bytes>, error: serde_json::Error) -> Self {
        if is_blank(response) {
            return Self::not_json(response);
        }
        let name = std::any::type_name::<T>();
        Self::new(response, format!("cannot read the answer as `{name}`"), Some(error))
    }

    pub(super) fn not_json(response: &Response<Bytes>) -> Self {
        let message = if is_blank(response) {
            format!("the answer is empty where JSON was expected (HTTP {})", response.status())
        } else if let Err(error) = std::str::from_utf8(response.body()) {
            let charset = declared_charset(response);
            let charset =
                charset.map_or_else(String::new, |charset| format!("; it says that it is {charset:?}"));
            format!(
                "the answer is not UTF-8, from byte {} on (HTTP {}){charset}; a server or proxy in between writes or \
                 changes it, since this API sends UTF-8 alone",
                error.valid_up_to(),
                response.status()
            )
        } else if serde_json::from_str::<IgnoredAny>(&String::from_utf8_lossy(response.body())).is_ok() {
            format!("the answer is JSON, but not an object with a code (HTTP {})", response.status())
        } else {
            format!(
                "the answer is not JSON (HTTP {}); check that the base URL names the API and not a web page",
                response.status()
            )
        };
        Self::new(response, message, None)
    }

    /// An answer that may hold secrets: neither it nor what is wrong with it is repeated.
    pub(super) fn confidential(response: &Response<Bytes>) -> Self {
        let message = format!(
            "the answer of {} bytes does not read as documented (HTTP {}), and is not shown since it may hold \
             secrets; check that the base URL names the API and not a web page",
            response.body().len(),
            response.status()
        );
        Self::of_answer(message, String::new(), log_id(response), None)
    }

    pub(super) fn not_a_stream(response: &Response<Bytes>) -> Self {
        Self::new(response, "the answer to a stream request is not an event stream".to_owned(), None)
    }

    pub(super) fn not_a_websocket(response: &Response<Bytes>) -> Self {
        let message = format!(
            "the server answered the handshake of a WebSocket with the status {}, not 101",
            response.status().as_u16()
        );
        Self::new(response, message, None)
    }

    pub(super) fn not_content(response: &Response<Bytes>) -> Self {
        Self::new(response, "the response is text instead of the requested bytes".to_owned(), None)
    }

    fn new(response: &Response<Bytes>, message: String, source: Option<serde_json::Error>) -> Self {
        Self::of_answer(message, excerpt(response.body()), log_id(response), source)
    }
}

/// Character set that an answer names in its head.
fn declared_charset(response: &Response<Bytes>) -> Option<String> {
    let value = response.headers().get(http::header::CONTENT_TYPE)?.to_str().ok()?;
    let mime: mime::Mime = value.parse().ok()?;
    mime.get_param(mime::CHARSET).map(|charset| charset.to_string())
}
