//! How the head and the body of a request are written.

use coze_transport::Body;
use coze_types::{Encoded, Form};
use http::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Request};

use super::base_url::BaseUrl;
use super::client::Client;
use super::coding;
use super::header::{header, too_many_headers};
use super::random::random;
use crate::error::Error;
use crate::options::CallOptions;

/// Writes the head of one attempt.
pub(super) fn head(
    client: &Client,
    server: &BaseUrl,
    encoded: &Encoded,
    options: &CallOptions,
    (content_type, body): (Option<HeaderValue>, Body),
    authorization: Option<HeaderValue>,
) -> Result<Request<Body>, Error> {
    let mut request = Request::new(body);
    *request.method_mut() = encoded.method.clone();
    *request.uri_mut() = server.join(&encoded.target)?;
    let headers = request.headers_mut();
    // With capacity for those below and the two that the transport adds; more than six in all would make the
    // allocation slower.
    let written = 2 + usize::from(content_type.is_some()) + usize::from(authorization.is_some());
    let added = client.headers.len() + encoded.headers.len() + options.headers.len();
    headers.try_reserve(added + written + 2).map_err(|_| too_many_headers())?;
    // Those of the call override those of the endpoint, and both override those of the client.
    let of_call = |name: &HeaderName| options.headers.iter().any(|(own, _)| own == name);
    let of_endpoint = |name: &HeaderName| encoded.headers.iter().any(|(own, _)| name == own);
    for (name, value) in &client.headers {
        if !of_call(name) && !of_endpoint(name) {
            headers.append(name.clone(), value.clone());
        }
    }
    for (name, value) in encoded.headers {
        let (name, value) = header(name, value)?;
        if !of_call(&name) {
            headers.append(name, value);
        }
    }
    for (name, value) in &options.headers {
        headers.append(name.clone(), value.clone());
    }
    // The following headers cannot be overridden.
    headers.append(ACCEPT, HeaderValue::from_static(encoded.accept));
    headers.append(ACCEPT_ENCODING, coding::accepted(encoded.accept));
    if let Some(content_type) = content_type {
        headers.append(CONTENT_TYPE, content_type);
    }
    if let Some(authorization) = authorization {
        headers.append(AUTHORIZATION, authorization);
    }
    Ok(request)
}

/// Writes a body that is held in memory, and its media type.
pub(super) fn plain(body: &coze_types::Body) -> Result<(Option<HeaderValue>, Body), Error> {
    Ok(match body {
        coze_types::Body::Empty => (None, Body::empty()),
        coze_types::Body::Json(json) => {
            (Some(HeaderValue::from_static("application/json")), Body::from(json.clone()))
        }
        coze_types::Body::Multipart(parts) => {
            let (boundary, content_type) = form()?;
            (Some(content_type), Body::from(parts.encode(&boundary)?))
        }
        _ => return Err(Error::config("this client cannot send this sort of body")),
    })
}

/// Boundary of a form, and the media type that names it.
pub(super) fn form() -> Result<(String, HeaderValue), Error> {
    let boundary = Form::choose_boundary(random);
    let content_type = HeaderValue::from_str(&Form::content_type(&boundary))
        .map_err(|_| Error::config("the boundary of the form cannot stand in a header"))?;
    Ok((boundary, content_type))
}
