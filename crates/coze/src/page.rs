//! Lists as streams, of pages or of items.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use coze_types::{Decode, Endpoint, Paged, Pager};
use futures_core::Stream;

use crate::call::{CallFuture, tries};
use crate::client::Coze;
use crate::dispatch::Options;
use crate::error::Error;
use crate::receive::{self, Receive};

/// A list page by page; made by [`Call::pages`](crate::Call::pages).
///
/// The next page is asked for when it is wanted. After an error, asking again tries the same page again. No item comes twice,
/// and a page without a new one ends the list, as [`Pager`] says; an empty list is one empty page.
#[must_use = "a list is read only when it is polled"]
pub struct Pages<'c, E: Paged> {
    client: &'c Coze,
    options: Options,
    /// Unset after a mistake of the caller.
    pager: Option<Pager<E>>,
    /// Whether a page was read.
    started: bool,
    pending: Option<CallFuture<'c, Answer<E>>>,
}

type Answer<E> = <<E as Endpoint>::Reply as Decode>::Output;

impl<'c, E> Pages<'c, E>
where
    E: Paged<Reply: Receive<Output = <E::Reply as Decode>::Output>> + Clone + Send + Sync + 'c,
{
    pub(crate) fn new(client: &'c Coze, first: E, options: Options) -> Self {
        Self { client, options, pager: Some(Pager::new(first)), started: false, pending: None }
    }

    /// Waits for the next page; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<Vec<E::Item>, Error>> {
        std::future::poll_fn(|cx| self.poll_page(cx)).await
    }

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Vec<E::Item>, Error>>> {
        if let Some(mistake) = self.options.mistake.take() {
            self.pager = None;
            return Poll::Ready(Some(Err(mistake.at(<E as Endpoint>::PATH))));
        }
        let Some(pager) = &mut self.pager else { return Poll::Ready(None) };
        loop {
            if self.pending.is_none() {
                let Some(request) = pager.next_request().cloned() else { return Poll::Ready(None) };
                let page = receive::value::<E::Reply>(tries(self.client, &request, self.options.again()));
                self.pending = Some(Box::pin(page));
            }
            let Some(pending) = &mut self.pending else { return Poll::Ready(None) };
            let answer = ready!(pending.as_mut().poll(cx));
            self.pending = None;
            let items = match answer {
                Ok(answer) => pager.turn(answer),
                Err(error) => return Poll::Ready(Some(Err(error))),
            };
            let is_first = !std::mem::replace(&mut self.started, true);
            if is_first || !items.is_empty() {
                return Poll::Ready(Some(Ok(items)));
            }
        }
    }
}

impl<'c, E> Stream for Pages<'c, E>
where
    E: Paged<Reply: Receive<Output = <E::Reply as Decode>::Output>> + Clone + Send + Sync + Unpin + 'c,
{
    type Item = Result<Vec<E::Item>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_page(cx)
    }
}

impl<E: Paged> fmt::Debug for Pages<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("endpoint", &E::PATH).finish_non_exhaustive()
    }
}

/// A list item by item; made by [`Call::items`](crate::Call::items).
#[must_use = "a list is read only when it is polled"]
pub struct Items<'c, E: Paged> {
    pages: Pages<'c, E>,
    page: VecDeque<E::Item>,
}

impl<'c, E> Items<'c, E>
where
    E: Paged<Reply: Receive<Output = <E::Reply as Decode>::Output>> + Clone + Send + Sync + 'c,
{
    pub(crate) fn new(pages: Pages<'c, E>) -> Self {
        Self { pages, page: VecDeque::new() }
    }

    /// Waits for the next item; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<E::Item, Error>> {
        std::future::poll_fn(|cx| self.poll_item(cx)).await
    }

    /// Reads all items that are left.
    ///
    /// Think of the size of the list: each page is a request, and all items are held.
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

impl<'c, E> Stream for Items<'c, E>
where
    E: Paged<Item: Unpin, Reply: Receive<Output = <E::Reply as Decode>::Output>>
        + Clone
        + Send
        + Sync
        + Unpin
        + 'c,
{
    type Item = Result<E::Item, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(cx)
    }
}

impl<E: Paged> fmt::Debug for Items<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("endpoint", &E::PATH).finish_non_exhaustive()
    }
}
