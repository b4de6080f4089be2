//! Headers that a caller adds.

use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST,
    TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};
use http::{HeaderName, HeaderValue};

use crate::error::Error;

/// Headers that the client or the transport writes; another one of them could change what the request means.
const OWN: [HeaderName; 10] = [
    ACCEPT,
    ACCEPT_ENCODING,
    AUTHORIZATION,
    CONNECTION,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    HOST,
    TRANSFER_ENCODING,
    UPGRADE,
    USER_AGENT,
];

/// Reads a header that a caller adds.
pub(crate) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    let parsed: HeaderName =
        name.parse().map_err(|_| Error::header(format!("{name:?} is not the name of a header")))?;
    if OWN.contains(&parsed) {
        return Err(Error::header(format!("the header `{parsed}` is set by the client; do not add it")));
    }
    // The value may be a secret: do not repeat it.
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        Error::header(format!("the value of the header `{parsed}` has a character that a header cannot hold"))
    })?;
    value.set_sensitive(true);
    Ok((parsed, value))
}

/// More than a map of headers holds, which would panic.
pub(crate) fn too_many_headers() -> Error {
    Error::header("there are too many headers; a request holds some 24,000")
}
