//! How far a list has been read whose pages say only how many items there are in all.

/// What a list remembers from page to page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Turned<I> {
    /// Items of the pages so far, and before them.
    seen: u64,
    /// First item of the page before.
    first: Option<I>,
}

impl<I> Default for Turned<I> {
    fn default() -> Self {
        Self { seen: 0, first: None }
    }
}

impl<I: Clone + PartialEq> Turned<I> {
    /// Whether no page was turned yet.
    pub(super) fn is_new(&self) -> bool {
        self.seen == 0 && self.first.is_none()
    }

    /// Counts the items before a page that is not the first of the list.
    pub(super) fn started_at(self, page_num: u32, page_size: u32) -> Self {
        if !self.is_new() {
            return self;
        }
        Self { seen: u64::from(page_num.saturating_sub(1)) * u64::from(page_size), first: None }
    }

    /// Whether this is the page before once more: the server does not look at the number.
    pub(super) fn repeats(&self, first: Option<&I>) -> bool {
        first.is_some() && self.first.as_ref() == first
    }

    /// Adds a page.
    pub(super) fn after(self, first: Option<&I>, items: usize) -> Self {
        Self { seen: self.seen + items as u64, first: first.cloned().or(self.first) }
    }

    /// Whether there are items that were not seen yet; without a total, whether the last page was full.
    pub(super) fn goes_on(&self, items: usize, page_size: u32, total: Option<i64>) -> bool {
        match total {
            Some(total) => i64::try_from(self.seen).is_ok_and(|seen| seen < total),
            None => items as u64 >= u64::from(page_size),
        }
    }
}
