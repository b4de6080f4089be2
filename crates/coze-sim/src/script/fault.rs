//! Scripted responses instead of the real ones.

use std::collections::BTreeMap;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::Value;

use super::Uses;

/// A response instead of the real one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Refuse {
    /// HTTP status; 200 if absent.
    pub(crate) status: Option<u16>,
    pub(crate) headers: BTreeMap<String, String>,
    /// If set, the body is an error envelope in the form of the dialect.
    pub(crate) code: Option<Value>,
    pub(crate) msg: String,
    /// The body: a text is sent unchanged, everything else as JSON.
    pub(crate) body: Option<Value>,
    pub(crate) delay_ms: u64,
    /// Closes the connection without a response.
    pub(crate) close: bool,
    /// Aborts the connection after this number of bytes of the body.
    pub(crate) cut_after_bytes: Option<usize>,
}

impl Refuse {
    pub(super) fn check(&self) -> Result<(), String> {
        if let Some(status) = self.status.filter(|status| !(200..600).contains(status)) {
            return Err(format!("status: expected 200 to 599, got {status}"));
        }
        check_headers(&self.headers)
    }
}

pub(super) fn check_headers(headers: &BTreeMap<String, String>) -> Result<(), String> {
    let bad = |(name, value): &(&String, &String)| {
        HeaderName::try_from(name.as_str()).is_err() || HeaderValue::try_from(value.as_str()).is_err()
    };
    match headers.iter().find(bad) {
        Some((name, value)) => Err(format!("headers: {name:?}: {value:?} is no HTTP header")),
        None => Ok(()),
    }
}

/// A fault of any endpoint: matching requests get another response, or are delayed.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use coze_sim::{Fault, Sim};
///
/// let sim = Sim::start().await?;
/// sim.inject(Fault::on("POST /v3/chat").times(2).status(503))?;
/// sim.inject(Fault::on("GET /v1/bots/*").times(1).code(4013, "too many requests").header("Retry-After", "1"))?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fault {
    /// Method and path; a path that ends in `*` matches all with this prefix: `GET /v1/bots/*`.
    on: String,
    /// Applies to every n-th request.
    every: Option<u64>,
    /// Number of those that are skipped first.
    skip: u64,
    /// How often the fault applies; always if absent.
    times: Option<u64>,
    pub(crate) delay_ms: u64,
    /// The response; without it the request is only delayed.
    pub(crate) answer: Option<Refuse>,
    #[serde(skip)]
    uses: Uses,
}

impl Fault {
    /// Creates a fault for the requests of a method and a path: `*` at the end matches any rest, `*` as the method
    /// matches any.
    pub fn on(requests: impl Into<String>) -> Self {
        Self { on: requests.into(), ..Self::default() }
    }

    /// Applies to this number of requests; by default to all.
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Applies only to every n-th request.
    pub fn every(mut self, nth: u64) -> Self {
        self.every = Some(nth);
        self
    }

    /// Skips this number of requests first.
    pub fn skip(mut self, requests: u64) -> Self {
        self.skip = requests;
        self
    }

    /// Delays the response; without another effect, requests are processed normally after that.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self
    }

    /// Sets the status of the response; 200 by default.
    pub fn status(mut self, status: u16) -> Self {
        self.answer().status = Some(status);
        self
    }

    /// Sets a header of the response.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.answer().headers.insert(name.into(), value.into());
        self
    }

    /// Responds with the error envelope of the service.
    pub fn code(mut self, code: i64, msg: impl Into<String>) -> Self {
        let answer = self.answer();
        (answer.code, answer.msg) = (Some(code.into()), msg.into());
        self
    }

    /// Sets the body: a text is sent unchanged, everything else as JSON.
    pub fn body(mut self, body: impl Into<Value>) -> Self {
        self.answer().body = Some(body.into());
        self
    }

    /// Closes the connection instead of a response.
    pub fn close(mut self) -> Self {
        self.answer().close = true;
        self
    }

    /// Aborts the connection after this number of bytes of the body.
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.answer().cut_after_bytes = Some(bytes);
        self
    }

    fn answer(&mut self) -> &mut Refuse {
        self.answer.get_or_insert_default()
    }

    pub(super) fn uses(&self) -> &Uses {
        &self.uses
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        if !self.on.split_once(' ').is_some_and(|(_, path)| path.starts_with('/')) {
            let on = &self.on;
            return Err(format!("on: expected a method and a path such as \"GET /v1/users/me\", got {on:?}"));
        }
        self.answer.as_ref().map_or(Ok(()), Refuse::check).map_err(|problem| format!("answer.{problem}"))
    }

    /// Returns whether the fault applies to this request, and counts it.
    pub(crate) fn hits(&self, method: &str, path: &str) -> bool {
        let Some((on_method, on_path)) = self.on.split_once(' ') else { return false };
        let same_path = match on_path.strip_suffix('*') {
            Some(prefix) => path.starts_with(prefix),
            None => path == on_path,
        };
        same_path
            && (on_method == method || on_method == "*")
            && self.uses.take(self.every, self.skip, self.times)
    }
}
