//! Watching documents until they are processed.

use std::any::Any;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use coze_types::dataset::{DocumentProgress, ProcessDocuments, ProcessStudioDocuments};
use coze_types::{DatasetId, DocumentId, Endpoint};
use futures_core::Stream;
use http::StatusCode;

use crate::call::{Call, Deferred, Prepare, awaitable, lost};
use crate::error::{Error, Subject};
use crate::options::{CallOptions, options};
use crate::runtime::pace::Pace;
use crate::runtime::{BoxFuture, Request, Response, Running};

/// How many answers in a row may leave a document out before it is given up.
const PATIENCE: u32 = 10;

impl Call<ProcessDocuments> {
    /// Asks until all documents are processed or have failed, and hands each answer on.
    pub fn watch(self) -> WatchDocuments {
        let (state, options) = match self.0 {
            Deferred::Prepared(mut request) => {
                let options = std::mem::take(&mut request.options);
                (State::Idle(Box::new(Asking::new(request))), options)
            }
            _ => (State::Lost, CallOptions::default()),
        };
        WatchDocuments { state, options, deadline: Some(DEADLINE), last: None }
    }
}

const DEADLINE: Duration = Duration::from_secs(3600);

/// The progress of documents, one response of the server after the other; created by [`Call::watch`].
///
/// It polls immediately, and then at growing intervals of up to a second. It ends with the response in which each document
/// is processed or has failed. A requested document that the server omits is
/// [missing](DatasetProgress#structfield.missing); it fails when all others have finished and 10 responses
/// in a row omitted it.
///
/// After a temporary error, the next poll continues. Any other error ends it, and so does the deadline. Each
/// error contains the last response: [`Error::documents`]. Dropping it does not stop the processing on the server.
///
/// ```no_run
/// # async fn run(client: coze::Coze) -> Result<(), coze::Error> {
/// let mut watch = client.datasets().process("7363569245306945580", ["738694205603010"]).watch();
/// while let Some(progress) = watch.next().await {
///     let progress = progress?;
///     println!("{} %, {:?} left", progress.percent(), progress.remaining());
///     for document in progress.failed() {
///         println!("{}: {:?}", document.document_id, document.status_descript);
///     }
/// }
/// # Ok(()) }
/// ```
#[must_use = "documents are watched only when it is polled"]
pub struct WatchDocuments {
    state: State,
    options: CallOptions,
    deadline: Option<Duration>,
    last: Option<Response<DatasetProgress>>,
}

enum State {
    Idle(Box<Asking>),
    /// Nobody looks at it from two threads; the lock only makes it `Sync`.
    Pending(Mutex<BoxFuture<'static, Asked>>),
    /// The call was polled before it was watched.
    Lost,
    Over,
}

/// What asking once comes to; nobody is left to ask again when it is over.
type Asked = (Option<Box<Asking>>, Result<Response<DatasetProgress>, Error>);

impl WatchDocuments {
    options!();

    #[allow(clippy::unnecessary_wraps, reason = "as the methods that set options expect it")]
    fn options_mut(&mut self) -> Option<&mut CallOptions> {
        Some(&mut self.options)
    }

    /// Sets the deadline, from the first poll; one hour by default, `None` disables it.
    ///
    /// After it, the server continues; the error is an [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) of [`TimeoutKind::Rest`](crate::TimeoutKind::Rest).
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.deadline = deadline.into();
        self
    }

    /// Waits for the next response; `None` when all documents have finished.
    pub async fn next(&mut self) -> Option<Result<DatasetProgress, Error>> {
        poll_fn(|cx| self.poll_progress(cx)).await
    }

    /// Polls until all documents are processed, and returns them in the order of the request.
    ///
    /// If documents have failed or are missing, it fails with
    /// [`ErrorKind::Processing`](crate::ErrorKind::Processing), which says which and why;
    /// [`Error::documents`] contains all of them.
    pub fn finish(self) -> PollDocuments {
        PollDocuments(Deferred::Prepared(self))
    }

    fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<DatasetProgress, Error>>> {
        self.poll_response(cx)
            .map(|response| response.map(|response| response.map(|response| response.value)))
    }

    fn poll_response(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Response<DatasetProgress>, Error>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Over) {
                State::Idle(mut asking) => {
                    asking.request.options.clone_from(&self.options);
                    let asked = asking.ask(self.last.as_ref().map(|last| last.value.clone()), self.deadline);
                    self.state = State::Pending(Mutex::new(Box::pin(asked)));
                }
                State::Pending(mut pending) => {
                    let asked = pending.get_mut().unwrap_or_else(PoisonError::into_inner);
                    let Poll::Ready((asking, result)) = asked.as_mut().poll(cx) else {
                        self.state = State::Pending(pending);
                        return Poll::Pending;
                    };
                    if let Some(asking) = asking {
                        self.state = State::Idle(asking);
                    }
                    if let Ok(progress) = &result {
                        self.last = Some(progress.clone());
                    }
                    return Poll::Ready(Some(result));
                }
                State::Lost => return Poll::Ready(Some(Err(lost()))),
                State::Over => return Poll::Ready(None),
            }
        }
    }
}

/// Polls until all documents are processed; created by [`Datasets::process_and_poll`](crate::Datasets::process_and_poll) and [`WatchDocuments::finish`].
#[derive(Debug)]
#[must_use = "a call is sent only when it is awaited"]
pub struct PollDocuments(Deferred<WatchDocuments, Vec<DocumentProgress>>);

awaitable!([] PollDocuments => Vec<DocumentProgress>);

impl Prepare for WatchDocuments {
    type Output = Vec<DocumentProgress>;

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.options
    }

    fn begin(mut self) -> Running<Vec<DocumentProgress>> {
        Box::pin(async move {
            while let Some(progress) = self.next().await {
                progress?;
            }
            let Some(last) = self.last else {
                return Err(Error::incomplete("the watch ended before the server had answered"));
            };
            let documents = last.value.clone().into_processed();
            let documents = documents.map_err(|error| error.at(ProcessDocuments::PATH))?;
            Ok(last.map(|_| documents))
        })
    }
}

impl Error {
    /// Progress of the documents when a [watch](WatchDocuments) failed; unknown documents are missing.
    pub fn documents(&self) -> Option<&DatasetProgress> {
        let subject: &dyn Any = self.subject()?;
        subject.downcast_ref()
    }
}

impl Subject for DatasetProgress {
    fn is_begun(&self) -> bool {
        false
    }
}

impl Stream for WatchDocuments {
    type Item = Result<DatasetProgress, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_progress(cx)
    }
}

impl fmt::Debug for WatchDocuments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchDocuments")
            .field("deadline", &self.deadline)
            .field("last", &self.last.as_ref().map(|last| &last.value))
            .finish_non_exhaustive()
    }
}

/// What is needed to ask once more.
struct Asking {
    request: Request<ProcessDocuments>,
    ids: Vec<DocumentId>,
    /// None before the first question.
    pace: Option<Pace>,
    /// Whether the server takes ids as numbers only.
    studio: bool,
    /// Answers in a row that left a document out.
    absent: u32,
}

impl Asking {
    fn new(request: Request<ProcessDocuments>) -> Self {
        let mut ids: Vec<DocumentId> = Vec::new();
        for id in &request.endpoint.document_ids {
            if !ids.contains(id) {
                ids.push(id.clone());
            }
        }
        Self { request, ids, pace: None, studio: false, absent: 0 }
    }

    async fn ask(mut self: Box<Self>, last: Option<DatasetProgress>, deadline: Option<Duration>) -> Asked {
        let last = last.unwrap_or_else(|| self.progress(Vec::new()));
        let pace = match self.pace.take() {
            None => Pace::new(deadline),
            Some(mut pace) => match pace.wait().await {
                Ok(true) => pace,
                Ok(false) => return (None, Err(last.expired(deadline))),
                Err(error) => return (None, Err(error.with_subject(last))),
            },
        };
        if let Err(error) = self.request.options.validate() {
            return (None, Err(error.at(ProcessDocuments::PATH)));
        }
        match self.read(pace.left()).await {
            Ok(read) => {
                let read = read.map(|documents| self.progress(documents));
                let progress = &read.value;
                self.absent = if progress.missing.is_empty() { 0 } else { self.absent + 1 };
                let settled = progress.documents.iter().all(is_terminal);
                let over = settled && (progress.missing.is_empty() || self.absent >= PATIENCE);
                self.pace = Some(pace);
                ((!over).then_some(self), Ok(read))
            }
            Err(error) if pace.has_cut(&error) => (None, Err(last.expired(deadline))),
            Err(error) => {
                let passes = error.is_retryable();
                self.pace = Some(pace);
                (passes.then_some(self), Err(error.with_subject(last)))
            }
        }
    }

    async fn read(&mut self, left: Option<Duration>) -> Result<Response<Vec<DocumentProgress>>, Error> {
        let studio = || {
            let request = self.request.with(ProcessStudioDocuments::from(&self.request.endpoint));
            request.within(left).send()
        };
        if self.studio {
            return studio().await;
        }
        let refused = match self.request.clone().within(left).send().await {
            Err(error) if error.status() == Some(StatusCode::BAD_REQUEST) => error,
            result => return result,
        };
        // Coze Studio accepts ids only as numbers. If both forms are rejected, there is another reason.
        let documents = studio().await.map_err(|_| refused)?;
        self.studio = true;
        Ok(documents)
    }

    /// Sorts a response in the order of the request.
    fn progress(&self, mut documents: Vec<DocumentProgress>) -> DatasetProgress {
        let mut progress = DatasetProgress {
            dataset_id: self.request.endpoint.dataset_id.clone(),
            documents: Vec::new(),
            missing: Vec::new(),
        };
        for id in &self.ids {
            match documents.iter().position(|document| document.document_id == *id) {
                Some(index) => progress.documents.push(documents.swap_remove(index)),
                None => progress.missing.push(id.clone()),
            }
        }
        progress
    }
}

fn is_terminal(document: &DocumentProgress) -> bool {
    document.is_done() || document.is_failed()
}

/// Progress of documents of a dataset.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DatasetProgress {
    /// Dataset.
    pub dataset_id: DatasetId,
    /// Documents that the server reports, in the order of the request.
    pub documents: Vec<DocumentProgress>,
    /// Requested documents that the server does not report.
    pub missing: Vec<DocumentId>,
}

impl DatasetProgress {
    /// Returns the average progress, 0 to 100; 100 if all have finished.
    pub fn percent(&self) -> u8 {
        let of_document = |document: &DocumentProgress| {
            if is_terminal(document) { 100 } else { u64::from(document.percent()) }
        };
        let sum: u64 = self.documents.iter().map(of_document).sum();
        let count = (self.documents.len() + self.missing.len()) as u64;
        u8::try_from(sum / count.max(1)).unwrap_or(100)
    }

    /// Returns the time until the last document is processed, as estimated by the server; none if unknown or finished.
    pub fn remaining(&self) -> Option<Duration> {
        self.documents.iter().filter_map(DocumentProgress::remaining).max()
    }

    /// Returns whether each document is processed or has failed, and none is missing.
    pub fn is_terminal(&self) -> bool {
        self.missing.is_empty() && self.documents.iter().all(is_terminal)
    }

    /// Returns the documents that were processed.
    pub fn done(&self) -> impl Iterator<Item = &DocumentProgress> {
        self.documents.iter().filter(|document| document.is_done())
    }

    /// Returns the documents that could not be processed; see [`status_descript`](DocumentProgress#structfield.status_descript).
    pub fn failed(&self) -> impl Iterator<Item = &DocumentProgress> {
        self.documents.iter().filter(|document| document.is_failed())
    }

    fn into_processed(self) -> Result<Vec<DocumentProgress>, Error> {
        let failed = self.failed().map(|document| {
            let name = document.document_name.as_deref().unwrap_or("unnamed");
            let reason = document.status_descript.as_deref().filter(|reason| !reason.is_empty());
            let reason: String =
                reason.unwrap_or("the server gives no reason; upload it again").chars().take(200).collect();
            format!("{} ({name}): {reason}", document.document_id)
        });
        let missing = self.missing.iter().map(|id| format!("{id}: the server does not name it"));
        let reasons: Vec<_> = failed.chain(missing).collect();
        if reasons.is_empty() {
            return Ok(self.documents);
        }
        let total = self.documents.len() + self.missing.len();
        let message =
            format!("{} of {total} documents were not processed: {}", reasons.len(), some(&reasons, "; "));
        Err(Error::processing(message).with_subject(self))
    }

    fn expired(self, deadline: Option<Duration>) -> Error {
        let done = self.done().count();
        let total = self.documents.len() + self.missing.len();
        let waiting_for =
            format!("the documents to be processed; {done} of {total} are, and the server continues");
        let error = Error::unfinished(waiting_for, deadline.unwrap_or_default()).with_subject(self);
        error.at(ProcessDocuments::PATH)
    }
}

/// Names the documents, for errors.
impl fmt::Display for DatasetProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.documents.iter().map(|document| &document.document_id).chain(&self.missing);
        let ids: Vec<_> = ids.map(DocumentId::as_str).collect();
        write!(f, "documents {} of the dataset {}", some(&ids, ", "), self.dataset_id)
    }
}

/// Joins the first few.
fn some<T: AsRef<str>>(parts: &[T], separator: &str) -> String {
    const SHOWN: usize = 5;
    let mut text = String::new();
    for part in parts.iter().take(SHOWN) {
        if !text.is_empty() {
            text.push_str(separator);
        }
        text.push_str(part.as_ref());
    }
    match parts.len().saturating_sub(SHOWN) {
        0 => text,
        more => text + separator + &format!("and {more} more"),
    }
}
