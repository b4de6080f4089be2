//! Requests that a client is known to send wrongly.

use std::cell::Cell;

/// A line of the table: client, method, path, a part of the mismatch, and why; `*` is any client, and any segment of a path.
#[derive(Debug)]
pub struct Known {
    sdk: String,
    method: String,
    path: String,
    mismatch: String,
    /// Why it is the bug of the client.
    pub why: String,
    /// How many requests it was found in.
    pub hits: Cell<usize>,
}

/// Reads a table: five columns with tabs between them; empty lines and those that begin with `#` are comments.
pub fn table(text: &str) -> Result<Vec<Known>, String> {
    let lines =
        text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    let read = |(index, line): (usize, &str)| match line.split('\t').collect::<Vec<_>>()[..] {
        [sdk, method, path, mismatch, why] if !mismatch.is_empty() && !why.is_empty() => Ok(Known {
            sdk: sdk.to_owned(),
            method: method.to_owned(),
            path: path.to_owned(),
            mismatch: mismatch.to_owned(),
            why: why.to_owned(),
            hits: Cell::new(0),
        }),
        _ => Err(format!("line {} has not the columns client, method, path, mismatch, why", index + 1)),
    };
    lines.map(read).collect()
}

impl Known {
    /// Client; `*` is any.
    pub fn sdk(&self) -> &str {
        &self.sdk
    }

    /// Whether it says this of a request.
    pub fn is(&self, sdk: &str, method: &str, path: &str, mismatch: &str) -> bool {
        let segments = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
        let (names, values) = (segments(&self.path), segments(path));
        (self.sdk == "*" || self.sdk == sdk)
            && self.method == method
            && names.len() == values.len()
            && names.iter().zip(&values).all(|(name, value)| name == "*" || name == value)
            && mismatch.contains(&self.mismatch)
    }
}
