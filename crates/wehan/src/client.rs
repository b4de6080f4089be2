//! The client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use coze_transport::{Body, Transport};
use coze_types::{Decode, Encoded, Endpoint, encode};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request, Response};

use crate::application::{Application, CreateApplication};
use crate::base_url::BaseUrl;
use crate::error::Error;
use crate::job::{Job, ListJobs};

/// Address of the API, unless the builder is given another.
pub const BASE_URL: &str = "https://api.wehan.com";

/// Largest answer that is read, in bytes.
const MAX_BODY: usize = 16 << 20;

/// A client of the B side.
///
/// It has no type parameters and is cheap to clone; clones share connections. It holds the B side's own token, which
/// belongs on servers and into the HTTP nodes of workflows, never into a program that candidates run.
///
/// ```no_run
/// use wehan::{CreateApplication, Wehan};
///
/// # async fn run() -> Result<(), wehan::Error> {
/// let wehan = Wehan::builder().token("…").build()?;
/// for job in wehan.list_jobs().await? {
///     println!("{} {}", job.id, job.title.unwrap_or_default());
/// }
/// let application = CreateApplication::new("user-1", "job-7", "interview-3", 87.5);
/// println!("stored as {}", wehan.create_application(application).await?.id);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Wehan(Arc<Client>);

struct Client {
    base_url: BaseUrl,
    authorization: HeaderValue,
    transport: Arc<dyn Transport>,
    timeout: Option<Duration>,
}

impl Wehan {
    /// Starts to set a client up.
    pub fn builder() -> Builder {
        Builder { token: None, base_url: None, transport: None, timeout: Some(Duration::from_secs(30)) }
    }

    /// Address of the server.
    pub fn base_url(&self) -> &str {
        self.0.base_url.as_str()
    }

    /// Lists the jobs on offer: see [`ListJobs`].
    pub async fn list_jobs(&self) -> Result<Vec<Job>, Error> {
        Ok(self.send(ListJobs::new()).await?.jobs)
    }

    /// Applies for a job: see [`CreateApplication`].
    ///
    /// A score that is not from 0 to 100 and an empty id are refused without being sent.
    pub async fn create_application(&self, request: CreateApplication) -> Result<Application, Error> {
        self.send(request).await
    }

    /// Sends any endpoint of the B side, also one that you define yourself.
    ///
    /// Nothing is repeated on its own; [`Error::is_retryable`] says when that can help.
    pub async fn send<E>(&self, endpoint: E) -> Result<<E::Reply as Decode>::Output, Error>
    where
        E: Endpoint<Reply: Decode>,
    {
        let write = || {
            let errors = endpoint.validate();
            if !errors.is_empty() {
                return Err(Error::invalid(errors));
            }
            encode(&endpoint).map_err(Error::encode)
        };
        let exchange = async {
            let response = self.0.exchange(write()?).await?;
            E::Reply::decode(&response).map_err(Error::unreadable)
        };
        exchange.await.map_err(|error| error.at(E::PATH))
    }
}

impl Client {
    /// Sends one request and reads the whole response, within the timeout.
    async fn exchange(&self, encoded: Encoded) -> Result<Response<bytes::Bytes>, Error> {
        let request = self.write(encoded)?;
        let exchange = async {
            let (head, body) = self.transport.send(request).await?.into_parts();
            Ok(Response::from_parts(head, body.bytes(MAX_BODY).await?))
        };
        let response = match self.timeout {
            Some(limit) => tokio::time::timeout(limit, exchange).await.map_err(|_| Error::timeout(limit))?,
            None => exchange.await,
        };
        let response = response.map_err(Error::transport)?;
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(Error::refused(response.status().as_u16(), response.body()))
        }
    }

    fn write(&self, encoded: Encoded) -> Result<Request<Body>, Error> {
        let body = match encoded.body {
            coze_types::Body::Empty => Body::empty(),
            coze_types::Body::Json(json) => Body::from(json),
            _ => return Err(Error::config("this client sends JSON bodies only")),
        };
        let is_json = !body.is_empty();
        let mut request = Request::new(body);
        *request.method_mut() = encoded.method;
        *request.uri_mut() = self.base_url.join(&encoded.target)?;
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, self.authorization.clone());
        headers.insert(ACCEPT, HeaderValue::from_static(encoded.accept));
        if is_json {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(request)
    }
}

/// Says nothing of the token.
impl fmt::Debug for Wehan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wehan").field("base_url", &self.0.base_url).finish_non_exhaustive()
    }
}

/// Sets a [`Wehan`] up; made by [`Wehan::builder`].
///
/// Nothing is checked before [`build`](Self::build), which then says what is wrong.
#[derive(Clone)]
#[must_use]
pub struct Builder {
    token: Option<String>,
    base_url: Option<String>,
    transport: Option<Arc<dyn Transport>>,
    timeout: Option<Duration>,
}

impl Builder {
    /// Token of the B side; the token of Coze is another one, and is not valid here.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Address of the B side; [`BASE_URL`] by default. Plain http is for this machine only.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = Some(base_url.into());
        self
    }

    /// Sets the timeout of a request, from the first byte to the last; 30 s by default, `None` disables it.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// Transport of your own, instead of the built-in one.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Checks what was given and makes the client; nothing is sent.
    ///
    /// Fails with [`ErrorKind::Config`](crate::ErrorKind::Config) and says what is wrong.
    pub fn build(self) -> Result<Wehan, Error> {
        let token = self.token.ok_or_else(|| Error::config("no token was given; set one with `token()`"))?;
        let authorization = authorization(&token)?;
        let base_url = BaseUrl::parse(self.base_url.as_deref().unwrap_or(BASE_URL))?;
        let transport = self.transport.map_or_else(|| default_transport(&base_url), Ok)?;
        Ok(Wehan(Arc::new(Client { base_url, authorization, transport, timeout: self.timeout })))
    }
}

#[cfg(feature = "hyper")]
fn default_transport(base_url: &BaseUrl) -> Result<Arc<dyn Transport>, Error> {
    let mut builder = coze_transport::HyperTransport::builder();
    if !base_url.is_encrypted() {
        // A proxy would read the token, and `127.0.0.1` is another machine there.
        builder = builder.no_proxy();
    }
    Ok(Arc::new(builder.build().map_err(Error::transport)?))
}

#[cfg(not(feature = "hyper"))]
fn default_transport(_: &BaseUrl) -> Result<Arc<dyn Transport>, Error> {
    Err(Error::config("no transport was given; set one with `transport()`, or switch on the feature `hyper`"))
}

fn authorization(token: &str) -> Result<HeaderValue, Error> {
    if token.is_empty() {
        return Err(Error::config("the token is empty; ask the operator of the B side for one"));
    }
    if let Some(position) = token.chars().position(|c| !c.is_ascii_graphic()) {
        return Err(Error::config(format!(
            "the token has a blank, control or non-ASCII character at position {position}; check that it was copied whole"
        )));
    }
    let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
        .map_err(|_| Error::config("the token has a character that a header cannot hold"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Says nothing of the token.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("token", &self.token.as_ref().map(|_| "[redacted]"))
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
