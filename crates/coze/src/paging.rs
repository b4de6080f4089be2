//! Lists as streams of pages or items.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use coze_types::{Decode, Endpoint, Paged, Pager};
use futures_core::Stream;

use crate::error::Error;
use crate::runtime::response::Receive;
use crate::runtime::{Request, Running};

/// A list page by page, created by [`Call::pages`](crate::Call::pages).
///
/// The next page is requested when it is polled. After an error, the next poll requests the same page again. No item is yielded twice,
/// and a page without new items ends the list, see [`Pager`]; an empty list is one empty page.
#[must_use = "a list is read only when it is polled"]
pub struct Pages<E: Paged> {
    /// The request of each page without the endpoint, and the next endpoint; or the error of the list, until it is yielded.
    list: Result<(Request<()>, Pager<E>), Option<Error>>,
    /// Whether a page was read.
    started: bool,
    /// Nobody looks at it from two threads; the lock only makes it `Sync`.
    pending: Option<Mutex<Running<Answer<E>>>>,
}

type Answer<E> = <<E as Endpoint>::Reply as Decode>::Output;

impl<E> Pages<E>
where
    E: Paged<Reply: Receive<Output = <E::Reply as Decode>::Output>> + Clone + Send + Sync + 'static,
{
    pub(crate) fn new(call: Request<E>) -> Self {
        let list = match call.options.validate() {
            Ok(()) => Ok((call.with(()), Pager::new(call.endpoint))),
            Err(mistake) => Err(Some(mistake.at(<E as Endpoint>::PATH))),
        };
        Self { list, started: false, pending: None }
    }

    /// A list of which there is only an error.
    pub(crate) fn failed(mistake: Error) -> Self {
        Self { list: Err(Some(mistake)), started: false, pending: None }
    }

    /// Waits for the next page; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<Vec<E::Item>, Error>> {
        std::future::poll_fn(|cx| self.poll_page(cx)).await
    }

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Vec<E::Item>, Error>>> {
        let (call, pager) = match &mut self.list {
            Ok(list) => list,
            Err(mistake) => return Poll::Ready(mistake.take().map(Err)),
        };
        loop {
            if self.pending.is_none() {
                let Some(request) = pager.next_request().cloned() else { return Poll::Ready(None) };
                self.pending = Some(Mutex::new(call.with(request).send()));
            }
            let Some(pending) = &mut self.pending else { return Poll::Ready(None) };
            let answer = ready!(pending.get_mut().unwrap_or_else(PoisonError::into_inner).as_mut().poll(cx));
            self.pending = None;
            let items = match answer {
                Ok(answer) => pager.turn(answer.value),
                Err(error) => return Poll::Ready(Some(Err(error))),
            };
            let is_first = !std::mem::replace(&mut self.started, true);
            if is_first || !items.is_empty() {
                return Poll::Ready(Some(Ok(items)));
            }
        }
    }
}

impl<E> Stream for Pages<E>
where
    E: Paged<Reply: Receive<Output = <E::Reply as Decode>::Output>> + Clone + Send + Sync + Unpin + 'static,
{
    type Item = Result<Vec<E::Item>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_page(cx)
    }
}

impl<E: Paged> fmt::Debug for Pages<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("endpoint", &E::PATH).finish_non_exhaustive()
    }
}

/// A list item by item, created by [`Call::items`](crate::Call::items).
#[must_use = "a list is read only when it is polled"]
pub struct Items<E: Paged> {
    pages: Pages<E>,
    page: VecDeque<E::Item>,
}

impl<E> Items<E>
where
    E: Paged<Reply: Receive<Output = <E::Reply as Decode>::Output>> + Clone + Send + Sync + 'static,
{
    pub(crate) fn new(pages: Pages<E>) -> Self {
        Self { pages, page: VecDeque::new() }
    }

    /// Waits for the next item; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<E::Item, Error>> {
        std::future::poll_fn(|cx| self.poll_item(cx)).await
    }

    /// Reads all remaining items.
    ///
    /// Consider the size of the list: each page is a request, and all items are held in memory.
    pub async fn collect(mut self) -> Result<Vec<E::Item>, Error> {
        let mut items = Vec::new();
        while let Some(item) = self.next().await {
            items.push(item?);
        }
        Ok(items)
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<E::Item, Error>>> {
        loop {
            if let Some(item) = self.page.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.pages.poll_page(cx)) {
                Some(Ok(page)) => self.page = page.into(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<E> Stream for Items<E>
where
    E: Paged<Item: Unpin, Reply: Receive<Output = <E::Reply as Decode>::Output>>
        + Clone
        + Send
        + Sync
        + Unpin
        + 'static,
{
    type Item = Result<E::Item, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(cx)
    }
}

impl<E: Paged> fmt::Debug for Items<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("endpoint", &E::PATH).finish_non_exhaustive()
    }
}
