//! Lists that come page by page.

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::core::endpoint::Endpoint;
use crate::core::reply::Decode;

/// An endpoint that returns one page of a list. A [`Pager`] reads the whole list.
pub trait Paged: Endpoint<Reply: Decode> + Sized {
    /// Items of the list.
    type Item;

    /// Takes a page apart.
    fn page(answer: <Self::Reply as Decode>::Output) -> Page<Self::Item>;

    /// Returns where the request says which page it asks for.
    fn position(&mut self) -> Position<'_>;

    /// Returns the id of an item, so that a list never yields it twice; `None` where it has none.
    ///
    /// A page without a new id ends the list, since some servers repeat pages forever.
    fn key(item: &Self::Item) -> Option<&str> {
        let _ = item;
        None
    }
}

/// One page of a list, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<I> {
    /// Items.
    pub items: Vec<I>,
    /// Whether more pages follow, where the server says so.
    pub has_more: Option<bool>,
    /// Number of items on all pages, where the server says so.
    pub total: Option<u64>,
    /// Token of the next page or id of the last item, for [`Position::Token`] and [`Position::Cursor`].
    pub next: Option<String>,
}

impl<I> Page<I> {
    /// Returns a page of which nothing but the items is known.
    pub fn new(items: Vec<I>) -> Self {
        Self { items, has_more: None, total: None, next: None }
    }

    /// Sets whether more pages follow.
    #[must_use]
    pub fn has_more(mut self, has_more: bool) -> Self {
        self.has_more = Some(has_more);
        self
    }

    /// Sets the number of items on all pages; a negative one counts as unknown.
    #[must_use]
    pub fn total(mut self, total: Option<i64>) -> Self {
        self.total = total.and_then(|total| u64::try_from(total).ok());
        self
    }

    /// Sets the token of the next page, or the id of the last item.
    #[must_use]
    pub fn next(mut self, next: Option<impl Into<String>>) -> Self {
        self.next = next.map(Into::into);
        self
    }
}

/// The field of a request that says which page it asks for.
#[derive(Debug)]
#[non_exhaustive]
pub enum Position<'r> {
    /// Number of the page.
    Number(Number<'r>),
    /// Token of the page, as the page before named it.
    Token(&'r mut dyn Token),
    /// Id of the item after which the page starts, as the page before named it; servers write `0` for none.
    Cursor(&'r mut dyn Token),
    /// The request has no next page.
    Fixed,
}

impl<'r> Position<'r> {
    /// The number of a page, counted from 1.
    ///
    /// `size` is the number of items that the request asks for. Where a page says neither whether more follow nor how many
    /// items there are in all, a page with fewer items is the last.
    pub fn number(page: &'r mut u32, size: u32) -> Self {
        Self::Number(Number { page, size, first: FirstPage::One })
    }
}

/// The number of a page in a request.
#[derive(Debug)]
pub struct Number<'r> {
    /// Number.
    pub page: &'r mut u32,
    /// Number of items that the request asks for.
    pub size: u32,
    /// Number of the first page.
    pub first: FirstPage,
}

/// The number by which servers call the first page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FirstPage {
    /// 0.
    Zero,
    /// 1.
    One,
    /// 0 or 1, depending on the server. A list that starts with 1 and lacks items at its end asks for page 0 as its last; one
    /// that starts with 0 does not end because page 1 is the same.
    ZeroOrOne,
}

/// An optional field of a request that holds a token or an id: `Option<String>`, or an `Option` of any id of this crate.
pub trait Token: fmt::Debug {
    /// Returns the present value.
    fn get(&self) -> Option<&str>;

    /// Replaces the value.
    fn set(&mut self, token: String);
}

impl<T: AsRef<str> + From<String> + fmt::Debug> Token for Option<T> {
    fn get(&self) -> Option<&str> {
        self.as_ref().map(AsRef::as_ref)
    }

    fn set(&mut self, token: String) {
        *self = Some(token.into());
    }
}

/// Reads a list page by page, without IO.
///
/// The list ends with its last page, and also with a page that is empty or has no new item: the list of a server that repeats
/// its pages, in whatever order, ends, and no item is yielded twice. After a failure, [`next_request`](Self::next_request)
/// returns the same request again.
///
/// ```
/// use bytes::Bytes;
/// use coze_types::conversation::ListConversations;
/// use coze_types::{Pager, decode, encode};
///
/// # fn send(target: &str) -> http::Response<Bytes> {
/// #     let page = match target {
/// #         "/v1/conversations?bot_id=7379462189365198898&page_num=1&page_size=50" => r#"[{"id":"1"},{"id":"2"}],"has_more":true"#,
/// #         "/v1/conversations?bot_id=7379462189365198898&page_num=2&page_size=50" => r#"[{"id":"3"}],"has_more":false"#,
/// #         other => panic!("{other}"),
/// #     };
/// #     http::Response::new(format!(r#"{{"code":0,"data":{{"conversations":{page}}}}}"#).into())
/// # }
/// let mut pager = Pager::new(ListConversations::new("7379462189365198898"));
/// let mut conversations = Vec::new();
/// while let Some(request) = pager.next_request() {
///     let response = send(&encode(request)?.target); // By your HTTP client.
///     conversations.extend(pager.turn(decode::<ListConversations>(&response)?));
/// }
/// assert_eq!(conversations.len(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Pager<E: Paged> {
    /// Asks for the next page; unset after the last.
    request: Option<E>,
    /// Keys of the items so far.
    keys: HashSet<Box<str>>,
    /// Tokens of the pages so far.
    tokens: HashSet<String>,
    /// Number of the page with which the list starts.
    start: Option<u32>,
    /// Number of items on the pages so far, and on those before the start.
    items: u64,
}

impl<E: Paged> Pager<E> {
    /// Reads a list from the page on that `first` asks for.
    pub fn new(mut first: E) -> Self {
        let (mut start, mut items, mut tokens) = (None, 0, HashSet::new());
        match first.position() {
            Position::Number(Number { page, size, first }) => {
                let base = u32::from(first != FirstPage::Zero);
                start = Some(*page);
                items = u64::from(page.saturating_sub(base)) * u64::from(size);
            }
            Position::Token(token) | Position::Cursor(token) => {
                tokens.extend(token.get().map(str::to_owned));
            }
            Position::Fixed => {}
        }
        Self { request: Some(first), keys: HashSet::new(), tokens, start, items }
    }

    /// Returns the request of the next page; `None` after the last.
    pub fn next_request(&self) -> Option<&E> {
        self.request.as_ref()
    }

    /// Takes the answer to [`next_request`](Self::next_request), and returns its items that are new.
    pub fn turn(&mut self, answer: <E::Reply as Decode>::Output) -> Vec<E::Item> {
        let Some(mut request) = self.request.take() else { return Vec::new() };
        let Page { mut items, has_more, total, next } = E::page(answer);
        let len = items.len();
        items.retain(|item| match E::key(item) {
            Some(key) if !key.is_empty() => self.keys.insert(key.into()),
            _ => true,
        });
        let repeats = len > 0 && items.is_empty();
        let goes_on = match request.position() {
            Position::Number(number) => {
                if !repeats {
                    self.items = self.items.saturating_add(len as u64);
                }
                let more = match (has_more, total) {
                    (Some(has_more), _) => has_more,
                    (None, Some(total)) => self.items < total,
                    (None, None) => len as u64 >= u64::from(number.size),
                };
                self.advance(number, len, repeats, more, total.is_some())
            }
            Position::Token(token) => {
                let next = next.filter(|next| !next.is_empty());
                has_more != Some(false) && !items.is_empty() && self.follow(token, next)
            }
            Position::Cursor(token) => {
                let next = next.filter(|next| !next.is_empty() && next != "0");
                has_more != Some(false) && !items.is_empty() && self.follow(token, next)
            }
            Position::Fixed => false,
        };
        self.request = goes_on.then_some(request);
        items
    }

    /// Sets the number of the next page, if there is one.
    fn advance(&self, number: Number<'_>, len: usize, repeats: bool, more: bool, has_total: bool) -> bool {
        let Number { page, first, .. } = number;
        let either = first == FirstPage::ZeroOrOne;
        if either && *page == 0 && self.start == Some(1) {
            return false;
        }
        // A server that counts from 1 may treat page 0 as page 1.
        let same = either && *page == 1 && self.start == Some(0);
        let next = if repeats {
            same.then_some(2)
        } else if !more {
            None
        } else if let (Some(next), true) = (page.checked_add(1), len > 0) {
            Some(next)
        } else {
            (either && has_total && self.start == Some(1)).then_some(0)
        };
        if let Some(next) = next {
            *page = next;
        }
        next.is_some()
    }

    /// Sets the token of the next page, if there is one that was not used before.
    fn follow(&mut self, token: &mut dyn Token, next: Option<String>) -> bool {
        let Some(next) = next else { return false };
        if !self.tokens.insert(next.clone()) {
            return false;
        }
        token.set(next);
        true
    }
}

impl<E: Paged> fmt::Debug for Pager<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pager")
            .field("endpoint", &E::PATH)
            .field("items", &self.items)
            .finish_non_exhaustive()
    }
}

/// Reads a number that null, and in a query an empty text, leaves at its default.
pub(crate) fn or<'de, const DEFAULT: u32, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    Ok(Option::<u32>::deserialize(deserializer)?.unwrap_or(DEFAULT))
}

/// Number of the first page.
pub(crate) fn first() -> u32 {
    1
}

/// Items of a page where the request does not say how many.
pub(crate) fn ten() -> u32 {
    10
}

/// Items of a page where the request does not say how many.
pub(crate) fn twenty() -> u32 {
    20
}

/// Items of a page where the request does not say how many.
pub(crate) fn fifty() -> u32 {
    50
}

/// Items of a page where the request does not say how many.
pub(crate) fn hundred() -> u32 {
    100
}
