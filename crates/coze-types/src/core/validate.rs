//! What the documentation forbids in a request, found before it is sent.

use std::fmt;
use std::ops::RangeInclusive;

/// One rule of the documentation that a request breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValidationError {
    /// Field, such as `additional_messages[3].content`.
    pub field: String,
    /// Rule and what broke it, as one sentence without a full stop.
    pub rule: String,
    weight: Weight,
}

/// Whom a rule keeps from sending a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    Limit,
    Enforced,
    Fatal,
}

impl ValidationError {
    /// A documented limit that a server might have relaxed.
    pub fn limit(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { field: field.into(), rule: rule.into(), weight: Weight::Limit }
    }

    /// A documented limit that the hosted service is known to enforce, where finding out costs more than a request, as with
    /// the size of a file: a client rejects it unless it is configured for a server with other limits.
    pub fn enforced(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { field: field.into(), rule: rule.into(), weight: Weight::Enforced }
    }

    /// A request that no server can serve: a client refuses it without sending it.
    pub fn fatal(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { field: field.into(), rule: rule.into(), weight: Weight::Fatal }
    }

    /// Whether the request can never succeed.
    pub fn is_fatal(&self) -> bool {
        self.weight == Weight::Fatal
    }

    /// Whether the hosted service is known to refuse the request; so it is where it can never succeed.
    pub fn is_enforced(&self) -> bool {
        self.weight != Weight::Limit
    }

    /// The same error of a field that lies within `parent`, such as `additional_messages[3]`.
    pub(crate) fn within(mut self, parent: &str) -> Self {
        self.field = format!("{parent}.{}", self.field);
        self
    }
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.field, self.rule)
    }
}

/// The rules of a list that names things, each by the field `inner` of an element, which may be nothing: how many there
/// are, and that no name is empty. `what` is one of the things.
pub(crate) fn validate_names<'a>(
    field: &str,
    inner: &str,
    names: impl ExactSizeIterator<Item = &'a str>,
    allowed: RangeInclusive<usize>,
    what: &str,
) -> Vec<ValidationError> {
    let (count, limit) = (names.len(), *allowed.end());
    let mut errors = Vec::new();
    if count < *allowed.start() {
        errors.push(ValidationError::fatal(field, format!("is empty; name at least one {what}")));
    } else if count > limit {
        let are = if limit == 1 { "is" } else { "are" };
        let rule = format!("has {count} {what}s; at most {limit} {are} allowed");
        errors.push(ValidationError::limit(field, rule));
    }
    for (index, _) in names.enumerate().filter(|(_, name)| name.is_empty()) {
        let field = format!("{field}[{index}]{inner}");
        errors.push(ValidationError::fatal(field, format!("is empty; name the {what}")));
    }
    errors
}

/// The rule of a text that has at most `limit` characters.
pub(crate) fn too_long(field: &str, text: &str, limit: usize) -> Option<ValidationError> {
    let length = text.chars().count();
    (length > limit).then(|| {
        ValidationError::limit(field, format!("has {length} characters; at most {limit} are allowed"))
    })
}

/// The rules of a page by number, of at most `limit` items.
pub(crate) fn validate_page(page_num: u32, page_size: u32, limit: u32) -> Vec<ValidationError> {
    let mut errors: Vec<_> = validate_number("page_num", page_num).into_iter().collect();
    if !(1..=limit).contains(&page_size) {
        errors.push(ValidationError::limit("page_size", format!("is {page_size}; 1 to {limit} are allowed")));
    }
    errors
}

/// The rules of a page whose largest size is not documented; `field` holds its number.
pub(crate) fn validate_unbounded_page(field: &str, number: u32, size: u32) -> Vec<ValidationError> {
    let of_size = (size == 0).then(|| ValidationError::limit("page_size", "is 0; ask for at least 1"));
    validate_number(field, number).into_iter().chain(of_size).collect()
}

fn validate_number(field: &str, number: u32) -> Option<ValidationError> {
    (number == 0).then(|| ValidationError::limit(field, "is 0; pages are counted from 1"))
}
