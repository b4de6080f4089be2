//! What the documentation forbids in a request, found before it is sent.

use std::fmt;

/// One rule of the documentation that a request breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Field, such as `additional_messages[3].content`.
    pub field: String,
    /// Rule and what broke it, as one sentence without a full stop.
    pub rule: String,
    fatal: bool,
}

impl Violation {
    /// A documented limit that a server might have relaxed.
    pub fn limit(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { field: field.into(), rule: rule.into(), fatal: false }
    }

    /// A request that no server can serve: a client refuses it without sending it.
    pub fn fatal(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { field: field.into(), rule: rule.into(), fatal: true }
    }

    /// Whether the request can never succeed.
    pub fn is_fatal(&self) -> bool {
        self.fatal
    }

    /// The same violation of a field that lies within `parent`, such as `additional_messages[3]`.
    pub(crate) fn within(mut self, parent: &str) -> Self {
        self.field = format!("{parent}.{}", self.field);
        self
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.field, self.rule)
    }
}

/// The rule of a text that has at most `limit` characters.
pub(crate) fn too_long(field: &str, text: &str, limit: usize) -> Option<Violation> {
    let length = text.chars().count();
    (length > limit)
        .then(|| Violation::limit(field, format!("has {length} characters; at most {limit} are allowed")))
}

/// The rules of a page by number, of at most `limit` items.
pub(crate) fn page_violations(page_num: u32, page_size: u32, limit: u32) -> Vec<Violation> {
    let mut violations = Vec::new();
    if page_num == 0 {
        violations.push(Violation::limit("page_num", "is 0; pages are counted from 1"));
    }
    if !(1..=limit).contains(&page_size) {
        violations.push(Violation::limit("page_size", format!("is {page_size}; 1 to {limit} are allowed")));
    }
    violations
}
