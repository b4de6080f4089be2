//! Lists that come page by page.

use crate::endpoint::Endpoint;
use crate::reply::Decode;

/// An endpoint that answers one page of a list.
pub trait Paged: Endpoint<Reply: Decode> + Sized {
    /// Items of the list.
    type Item;

    /// Id by which an item is known, so that a list that is read across pages gives it once; `None` where it has none.
    ///
    /// A page without an item that was not there before ends such a list, since some servers repeat pages for ever.
    #[inline]
    fn id(item: &Self::Item) -> Option<&str> {
        let _ = item;
        None
    }

    /// Takes the items out of a page, and makes the request of the next page where there is one.
    ///
    /// A server that says `has_more` and moves no further must not be asked for ever: implementations end
    /// the list when the next request would equal the last or a page is empty.
    fn turn(self, page: <Self::Reply as Decode>::Output) -> (Vec<Self::Item>, Option<Self>);
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
pub(crate) fn fifty() -> u32 {
    50
}

/// Items of a page where the request does not say how many.
pub(crate) fn hundred() -> u32 {
    100
}
