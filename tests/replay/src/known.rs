//! Requests that a client is known to send wrongly.

use std::cell::Cell;

use crate::record::Record;

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

/// Which of the mismatches of a request none of the table explains; those that it does are counted in it.
pub fn unexplained(known: &[Known], record: &Record, mismatches: Vec<String>) -> Vec<String> {
    let is_new = |mismatch: &String| match known.iter().find(|known| known.is(record, mismatch)) {
        Some(known) => {
            known.hits.set(known.hits.get() + 1);
            false
        }
        None => true,
    };
    mismatches.into_iter().filter(is_new).collect()
}

impl Known {
    /// Client; `*` is any.
    pub fn sdk(&self) -> &str {
        &self.sdk
    }

    fn is(&self, record: &Record, mismatch: &str) -> bool {
        let (mut names, mut values) = (self.path.split('/'), record.path.split('/'));
        let fits = loop {
            match (names.next(), values.next()) {
                (None, None) => break true,
                (Some(name), Some(value)) if name == "*" || name == value => {}
                _ => break false,
            }
        };
        fits && (self.sdk == "*" || self.sdk == record.sdk)
            && self.method == record.method
            && mismatch.contains(&self.mismatch)
    }
}
