//! Content codings: what the client asks for, and answers that are coded all the same.

use coze_transport::Incoming;
use coze_types::ApiError;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue, Response};
use http_body::Body as _;

use crate::error::Error;
use crate::runtime::retry::retry_after;

#[cfg(feature = "gzip")]
mod gzip;

/// What is said of codings. Without a word, any would be welcome (RFC 9110, 12.5.3).
///
/// A stream must not wait until there is enough to compress.
pub(crate) fn accepted(media_type: &str) -> HeaderValue {
    let decodes = cfg!(feature = "gzip") && media_type == "application/json";
    HeaderValue::from_static(if decodes { "gzip" } else { "identity" })
}

/// Makes the answer what it was before it was coded; fails where that cannot be known.
pub(crate) fn read(response: &mut Response<Incoming>) -> Result<(), Error> {
    let Some(coding) = coding(response.headers()) else { return Ok(()) };
    if response.body().is_end_stream() {
        return Ok(());
    }
    #[cfg(feature = "gzip")]
    if is_gzip(&coding) {
        gzip::decode(response);
        return Ok(());
    }
    let asked = retry_after(response.headers());
    Err(unreadable(&coding, response.status()).asked_to_wait(asked))
}

/// Codings of an answer, other than none.
fn coding(headers: &HeaderMap) -> Option<String> {
    let mut codings = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        let text = String::from_utf8_lossy(value.as_bytes());
        let named = text.split(',').map(|name| name.trim().to_ascii_lowercase());
        codings.extend(named.filter(|name| !name.is_empty() && name != "identity"));
    }
    (!codings.is_empty()).then(|| codings.join(", "))
}

fn is_gzip(coding: &str) -> bool {
    matches!(coding, "gzip" | "x-gzip")
}

fn unreadable(coding: &str, status: http::StatusCode) -> Error {
    let feature = if is_gzip(coding) { ", or build `coze` with its feature `gzip`" } else { "" };
    let message = format!(
        "the answer is coded as {coding:?} (Content-Encoding), which was not asked for and cannot be read; switch \
         compression off in the server or in the proxy before it{feature}"
    );
    Error::illegible(message, status)
}

impl Error {
    /// A response of which only the status is known. A status of a failure is used.
    pub(crate) fn illegible(message: String, status: http::StatusCode) -> Self {
        if status.is_success() {
            return Self::incomplete(message);
        }
        let mut error = ApiError::new(i64::from(status.as_u16()), format!("HTTP status {status}; {message}"));
        error.status = Some(status);
        error.into()
    }

    /// What went wrong with the body of an answer; where that is the size of it, its status is known all the same.
    pub(crate) fn of_answer(self, status: http::StatusCode) -> Self {
        match self.transport() {
            Some(error) if error.is_too_large() && error.is_body() && !status.is_success() => {
                Self::illegible(error.to_string(), status)
            }
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::ErrorKind;

    fn answer(status: u16, codings: &[&'static str], body: impl Into<Incoming>) -> Response<Incoming> {
        let mut response = Response::new(body.into());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        for coding in codings {
            response.headers_mut().append(CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        response
    }

    #[test]
    fn no_coding_is_no_coding() {
        for codings in [&[][..], &["identity"], &["Identity"], &[""], &[" , identity"], &["", "identity"]] {
            assert!(read(&mut answer(200, codings, "x")).is_ok(), "{codings:?}");
        }
        // An empty body is the same in every encoding.
        assert!(read(&mut answer(204, &["br"], "")).is_ok());
    }

    #[test]
    fn a_coding_that_is_not_read_is_named() {
        for (codings, name) in [
            (&["br"][..], "br"),
            (&["zstd"], "zstd"),
            (&["GZIP, br"], "gzip, br"),
            (&["gzip", "gzip"], "gzip, gzip"),
            (&["identity, deflate"], "deflate"),
        ] {
            let error = read(&mut answer(200, codings, "x")).unwrap_err();
            assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Decode, false), "{error}");
            assert!(error.to_string().contains(&format!("{name:?}")), "{error}");
            assert!(!error.to_string().contains("feature"), "{error}");
        }
        let error = read(&mut answer(502, &["br"], "x")).unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Server, Some(StatusCode::BAD_GATEWAY)));
        assert!(error.to_string().contains("\"br\""), "{error}");
    }

    #[cfg(not(feature = "gzip"))]
    #[test]
    fn the_feature_that_reads_a_coding_is_named() {
        assert_eq!(accepted("application/json"), "identity");
        for coding in ["gzip", "X-GZIP"] {
            let error = read(&mut answer(200, &[coding], "x")).unwrap_err().to_string();
            assert!(error.contains(&coding.to_lowercase()) && error.contains("feature `gzip`"), "{error}");
        }
    }
}
