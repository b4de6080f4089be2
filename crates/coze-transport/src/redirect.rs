//! Following redirects without carrying a token to another server.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::header::LOCATION;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};

use crate::error::Stage;
use crate::origin::Origin;
use crate::{Body, Incoming, Sending, Transport, TransportError};

/// Follows redirects over any transport, within one scheme, host and port.
///
/// - GET and HEAD follow 301, 302, 303, 307 and 308.
/// - Other methods follow 307 and 308, with a body that can be sent again.
/// - Everything else is an error with [`TransportError::is_redirect`]: a redirect to another host (which would get the token), a POST that
///   would have to become a GET, a body that is used up, one redirect too many. The error names both ends.
/// - A redirect without the header `Location` is a response like any other.
///
/// `HyperTransport` has this built in; wrap a transport of your own with it.
///
/// ```
/// use coze_transport::http::{Request, Response};
/// use coze_transport::{Body, Incoming, Redirect, Transport, TransportError, async_trait};
///
/// struct Moved;
///
/// #[async_trait]
/// impl Transport for Moved {
///     async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, TransportError> {
///         let response = match request.uri().path() {
///             "/new" => Response::builder().status(200),
///             _ => Response::builder().status(308).header("location", "/new"),
///         };
///         response.body(Incoming::from("")).map_err(TransportError::other)
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), TransportError> {
/// let transport = Redirect::new(Moved, 5);
/// let request = Request::post("http://localhost/old").body(Body::from("{}")).map_err(TransportError::request)?;
/// assert_eq!(transport.send(request).await?.status(), 200);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Redirect<T> {
    inner: T,
    max: usize,
}

impl<T: Transport> Redirect<T> {
    /// Follows up to `max` redirects in a row; 0 hands each to the caller as a response.
    pub fn new(inner: T, max: usize) -> Self {
        Self { inner, max }
    }
}

impl<T: Transport> Transport for Redirect<T> {
    fn send<'a, 'b>(&'a self, request: Request<Body>) -> Sending<'b>
    where
        'a: 'b,
        Self: 'b,
    {
        let hop = Hop::of(&request, self.max);
        Box::pin(Follow::new(hop, self.inner.send(request), |request| self.inner.send(request)))
    }
}

/// Waits for the `first` answer, and follows where it leads.
///
/// Written by hand, since it is allocated for every request: an `async fn` would hold its arguments twice.
pub(crate) struct Follow<'a, F, S> {
    first: S,
    /// What a redirect takes, until the first answer is there.
    hop: Option<(Hop, F)>,
    chase: Option<Sending<'a>>,
}

impl<F, S> Follow<'_, F, S> {
    pub(crate) fn new(hop: Option<Hop>, first: S, send: F) -> Self {
        Self { first, hop: hop.map(|hop| (hop, send)), chase: None }
    }
}

impl<'a, F, S> Future for Follow<'a, F, S>
where
    F: Fn(Request<Body>) -> S + Send + Sync + Unpin + 'a,
    S: Future<Output = Result<Response<Incoming>, TransportError>> + Send + Unpin + 'a,
{
    type Output = S::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if this.chase.is_none() {
            let response = ready!(Pin::new(&mut this.first).poll(cx))?;
            match this.hop.take() {
                Some((hop, send)) if location(&response).is_some() => {
                    this.chase = Some(Box::pin(chase(hop, response, send)));
                }
                _ => return Poll::Ready(Ok(response)),
            }
        }
        match &mut this.chase {
            Some(chase) => chase.as_mut().poll(cx),
            None => Poll::Pending,
        }
    }
}

async fn chase<F, S>(
    mut hop: Hop,
    mut response: Response<Incoming>,
    send: F,
) -> Result<Response<Incoming>, TransportError>
where
    F: Fn(Request<Body>) -> S,
    S: Future<Output = Result<Response<Incoming>, TransportError>>,
{
    for _ in 0..hop.max {
        let Some(location) = location(&response) else { return Ok(response) };
        hop.turn(response.status(), location)?;
        // An unread body would hold the connection.
        drop(response);
        response = send(hop.request()).await?;
    }
    if location(&response).is_none() {
        return Ok(response);
    }
    let message = format_args!("{} redirects without end: {} were followed", Origin::of(&hop.uri)?, hop.max);
    Err(refuse(response.status(), message))
}

/// Where the response wants the client to go.
fn location(response: &Response<Incoming>) -> Option<&[u8]> {
    match response.status() {
        StatusCode::MOVED_PERMANENTLY
        | StatusCode::FOUND
        | StatusCode::SEE_OTHER
        | StatusCode::TEMPORARY_REDIRECT
        | StatusCode::PERMANENT_REDIRECT => response.headers().get(LOCATION).map(HeaderValue::as_bytes),
        _ => None,
    }
}

fn refuse(status: StatusCode, message: impl std::fmt::Display) -> TransportError {
    TransportError::new(Stage::Redirect, message).with_status(status)
}

/// What it takes to send a request again.
pub(crate) struct Hop {
    max: usize,
    method: Method,
    uri: Uri,
    /// As a list, since that is cheaper to copy than a map, and hardly ever needed.
    headers: Vec<(HeaderName, HeaderValue)>,
    extensions: http::Extensions,
    body: Option<Body>,
}

impl Hop {
    /// Notes the request before it is sent away, unless no redirect is to be followed.
    pub(crate) fn of(request: &Request<Body>, max: usize) -> Option<Self> {
        if max == 0 {
            return None;
        }
        let mut headers = Vec::with_capacity(request.headers().len());
        headers.extend(request.headers().iter().map(|(name, value)| (name.clone(), value.clone())));
        Some(Self {
            max,
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers,
            extensions: request.extensions().clone(),
            body: request.body().try_clone(),
        })
    }

    fn turn(&mut self, status: StatusCode, location: &[u8]) -> Result<(), TransportError> {
        let from = Origin::of(&self.uri)?;
        let Some(uri) = std::str::from_utf8(location).ok().and_then(|location| resolve(&self.uri, location))
        else {
            return Err(refuse(status, format_args!("{from} redirects to something that is not a URL")));
        };
        let to = Origin::of(&uri)
            .map_err(|error| refuse(status, format_args!("{from} redirects amiss: {error}")))?;
        if from != to {
            let message = if from.host().eq_ignore_ascii_case(to.host()) && from.scheme() != to.scheme() {
                format!("{from} redirects to {}://{to}: use {}:// in the base URL", to.scheme(), to.scheme())
            } else {
                format!(
                    "{from} redirects to another host, {to}, which is not followed since it would receive the token"
                )
            };
            return Err(refuse(status, message));
        }
        let keeps_method = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
        if !keeps_method && self.method != Method::GET && self.method != Method::HEAD {
            let message = format_args!(
                "{from} redirects a {} with status {status}, which would turn it into a GET: correct the URL",
                self.method
            );
            return Err(refuse(status, message));
        }
        if self.body.is_none() {
            let message = format_args!("{from} redirects a request whose body cannot be sent a second time");
            return Err(refuse(status, message));
        }
        self.uri = uri;
        Ok(())
    }

    fn request(&self) -> Request<Body> {
        let mut request = Request::new(self.body.as_ref().and_then(Body::try_clone).unwrap_or_default());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        for (name, value) in &self.headers {
            request.headers_mut().append(name, value.clone());
        }
        *request.extensions_mut() = self.extensions.clone();
        request
    }
}

/// Resolves a reference against the URL it was found at (RFC 3986, section 5.2).
fn resolve(base: &Uri, location: &str) -> Option<Uri> {
    let location = location.split('#').next().unwrap_or_default();
    let scheme = base.scheme_str()?;
    let authority = base.authority()?;
    if has_scheme(location) {
        return location.parse().ok();
    }
    if location.starts_with("//") {
        return format!("{scheme}:{location}").parse().ok();
    }
    let (path, query) =
        location.split_once('?').map_or((location, None), |(path, query)| (path, Some(query)));
    let path = match path {
        "" => base.path().to_owned(),
        path if path.starts_with('/') => without_dots(path),
        path => {
            let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
            without_dots(&format!("{folder}/{path}"))
        }
    };
    let query = match query {
        None if location.is_empty() => base.query(),
        query => query,
    };
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{scheme}://{authority}{path}{query}").parse().ok()
}

fn has_scheme(location: &str) -> bool {
    let end = location.find([':', '/', '?']).unwrap_or(location.len());
    location[end..].starts_with(':') && location.starts_with(|first: char| first.is_ascii_alphabetic())
}

fn without_dots(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut is_folder = false;
    for segment in path.split('/').skip(1) {
        is_folder = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => out.truncate(out.rfind('/').unwrap_or(0)),
            _ => {
                out.push('/');
                out.push_str(segment);
            }
        }
    }
    // A final dot segment leaves a folder.
    if is_folder {
        out.push('/');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The normal and abnormal examples of RFC 3986, section 5.4, as far as http has them.
    #[test]
    fn references_resolve_as_the_rfc_says() {
        let base = Uri::from_static("http://a/b/c/d;p?q");
        for (reference, expected) in [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g/"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q"),
            ("g#s", "http://a/b/c/g"),
            (";x", "http://a/b/c/;x"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("..g", "http://a/b/c/..g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/../h", "http://a/b/c/h"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("https://h:8/x?y", "https://h:8/x?y"),
        ] {
            let resolved = resolve(&base, reference).map(|uri| uri.to_string());
            assert_eq!(resolved.as_deref(), Some(expected), "{reference}");
        }
    }

    #[test]
    fn what_is_no_url_resolves_to_nothing() {
        let base = Uri::from_static("http://a/b");
        for reference in ["http://", "http://a b/", "/a b", "mailto:me@example.com\u{0}"] {
            assert!(resolve(&base, reference).is_none(), "{reference}");
        }
    }
}
