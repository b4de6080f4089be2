//! A call: a request that is sent when it is awaited.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use coze_types::{Endpoint, FilePart, HasFile, Paged, Violation, encode};

use crate::client::{Client, Coze};
use crate::dispatch::{Limit, Options};
use crate::error::Error;
use crate::page::{Items, Pages};
use crate::receive::{self, Receive};
use crate::response::Response;
use crate::retry::{RetryPolicy, Tries};
use crate::upload::Attached;

/// A future of a call.
pub type CallFuture<'c, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'c>>;

/// A request that is sent when it is awaited.
///
/// ```no_run
/// use std::time::Duration;
///
/// # async fn run(client: coze::Coze) -> Result<(), coze::Error> {
/// let answer = client
///     .chat()
///     .retrieve("7379462189365198898", "7379462189365198899")
///     .timeout(Duration::from_secs(5))
///     .with_response()
///     .await?;
/// println!("{:?} {:?}", answer.value.status, answer.log_id);
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "a call is sent only when it is awaited"]
pub struct Call<'c, E> {
    client: &'c Coze,
    endpoint: E,
    options: Options,
}

impl<'c, E: Endpoint> Call<'c, E> {
    pub(crate) fn new(client: &'c Coze, endpoint: E) -> Self {
        Self { client, endpoint, options: Options::NONE }
    }

    /// Adds a header to this request.
    ///
    /// What belongs to a streamed chat has it as well: the uploads before it, and the requests that recover or cancel it, or free
    /// its conversation.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.options.header(name, value);
        self
    }

    /// How long this call may take; `None` for ever.
    ///
    /// For a stream it covers the wait for the head of the response; how long the stream may then be silent is
    /// the matter of [`idle_timeout`](Self::idle_timeout).
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.options.timeout = Limit::Own(timeout.into());
        self
    }

    /// What was said of documented rules for this call.
    pub(crate) fn strictness(&self) -> Option<bool> {
        self.options.strict
    }

    /// How long this call may take, or stand still where it may take any time.
    pub(crate) fn limit(&self) -> Option<Duration> {
        self.options.timeout.or(self.client.client().limits.timeout)
    }

    /// Bounds this call by the time that is left, if that is less than it is allowed anyway.
    pub(crate) fn within(self, left: Option<Duration>) -> Self {
        let Some(left) = left else { return self };
        let limit = self.limit();
        self.timeout(limit.map_or(left, |limit| limit.min(left)))
    }

    /// How long the stream may be silent; `None` for ever.
    pub fn idle_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.options.idle_timeout = Limit::Own(timeout.into());
        self
    }

    /// Whether to refuse this request, without sending it, when it breaks any documented rule.
    pub fn strict(mut self, strict: bool) -> Self {
        self.options.strict = Some(strict);
        self
    }

    /// How often and how fast this request is sent again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.options.retry = Some(policy);
        self
    }

    /// Says whether a second execution of this request does no harm, so that it may be sent again when it is not
    /// certain that the first failed; true for GET, PUT and DELETE, false for POST.
    pub fn idempotent(mut self, idempotent: bool) -> Self {
        self.options.idempotent = Some(idempotent);
        self
    }

    /// Puts a file into the request, and says whether its documented size counts.
    pub(crate) fn with_file(
        mut self,
        file: FilePart,
        attachment: impl FnOnce(bool, &FilePart) -> Box<dyn Attached>,
    ) -> Self
    where
        E: HasFile,
    {
        let strict = self.options.strict.or(self.client.client().limits.strict);
        self.options.attachment = Some(attachment(strict.unwrap_or(true), &file));
        *self.endpoint.file_mut() = file;
        self
    }

    pub(crate) fn client(&self) -> &'c Coze {
        self.client
    }

    pub(crate) fn endpoint_mut(&mut self) -> &mut E {
        &mut self.endpoint
    }

    /// The same call of another endpoint.
    pub(crate) fn with<F>(&self, endpoint: F) -> Call<'c, F> {
        Call { client: self.client, endpoint, options: self.options.again() }
    }

    /// What this call wants otherwise than its client.
    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// Takes the headers and the token of the request that this one belongs to.
    pub(crate) fn beside(mut self, other: &Options) -> Self {
        self.options = other.beside();
        self
    }

    /// Wants what the request wants that this one goes on with.
    pub(crate) fn after(mut self, other: &Options) -> Self {
        self.options = other.again();
        self
    }

    /// Mistake of the caller, which calls that are made more than once must tell before the first.
    pub(crate) fn take_mistake(&mut self) -> Option<Error> {
        self.options.mistake.take()
    }

    /// Request of this call.
    pub fn endpoint(&self) -> &E {
        &self.endpoint
    }
}

impl<'c, E> Call<'c, E>
where
    E: Endpoint<Reply: Receive> + Send + Sync + 'c,
{
    /// Answers with the status, the headers and the log id as well.
    pub fn with_response(self) -> CallFuture<'c, Response<<E::Reply as Receive>::Output>> {
        receive::response::<E::Reply>(tries(self.client, &self.endpoint, self.options))
    }
}

impl<'c, E> Call<'c, E>
where
    E: Endpoint<Reply: Receive> + Clone + Send + Sync + 'c,
{
    /// The call as a future that is told when nobody waits for it.
    pub(crate) fn detached(
        mut self,
        abandoned: Arc<AtomicBool>,
    ) -> CallFuture<'static, <E::Reply as Receive>::Output> {
        self.options.abandoned = Some(abandoned);
        receive::value::<E::Reply>(tries(self.client, &self.endpoint, self.options))
    }

    /// The same call, to be made more than once.
    pub(crate) fn again(&self) -> Self {
        self.with(self.endpoint.clone())
    }
}

impl<'c, E> IntoFuture for Call<'c, E>
where
    E: Endpoint<Reply: Receive> + Send + Sync + 'c,
{
    type Output = Result<<E::Reply as Receive>::Output, Error>;
    type IntoFuture = CallFuture<'c, <E::Reply as Receive>::Output>;

    fn into_future(self) -> Self::IntoFuture {
        receive::value::<E::Reply>(tries(self.client, &self.endpoint, self.options))
    }
}

impl<'c, E> Call<'c, E>
where
    E: Paged<Reply: Receive<Output = <E::Reply as coze_types::Decode>::Output>> + Clone + Send + Sync + 'c,
{
    /// The list page by page, each page asked for when it is wanted.
    pub fn pages(self) -> Pages<'c, E> {
        Pages::new(self.client, self.endpoint, self.options)
    }

    /// The list item by item, across pages.
    pub fn items(self) -> Items<'c, E> {
        Items::new(self.pages())
    }
}

/// The request as it is sent, unless it breaks a rule.
pub(crate) fn tries<E: Endpoint>(client: &Coze, endpoint: &E, mut options: Options) -> Result<Tries, Error> {
    let checked = check(client.client(), &mut options, endpoint.check());
    match checked.and_then(|()| Ok(encode(endpoint)?)) {
        Ok(request) => Ok(Tries::new(client, request, options)),
        Err(error) => Err(error.at(E::PATH)),
    }
}

/// Fails where the caller made a mistake that the server need not be asked about.
fn check(client: &Client, options: &mut Options, mut violations: Vec<Violation>) -> Result<(), Error> {
    if let Some(mistake) = options.mistake.take() {
        return Err(mistake);
    }
    let strict = options.strict.or(client.limits.strict);
    violations.retain(|violation| match strict {
        None => violation.is_enforced(),
        Some(strict) => strict || violation.is_fatal(),
    });
    if violations.is_empty() { Ok(()) } else { Err(Error::refused(violations)) }
}

#[cfg(test)]
#[cfg(feature = "hyper")]
mod tests {
    use coze_types::Binary;
    use coze_types::chat::CreateChat;
    use coze_types::conversation::RetrieveConversation;

    use super::*;

    #[test]
    fn a_call_takes_little_memory() {
        let client = Coze::builder().token("t").build().unwrap();
        let plain = client.conversations().retrieve("7").into_future();
        let stream = client.chat().stream(CreateChat::new("7", "user")).into_future();
        let request = RetrieveConversation::new("7");
        let mut tries = tries(&client, &request, Options::NONE).unwrap();
        let answer = size_of_val(&*tries.answer(None));
        let head = size_of_val(&*tries.opened(|_| true, Binary::refusal));
        for size in [size_of_val(&*plain), size_of_val(&*stream), answer, head] {
            assert!(size <= 1032, "{size}");
        }
    }
}
