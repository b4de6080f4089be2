//! Results of documents in datasets.

use serde::Deserialize;

use super::{Uses, When};

/// Result of the documents whose names match.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Rule {
    when: When,
    /// Applies the rule to every n-th matching document.
    every: Option<u64>,
    /// Number of those that are skipped first.
    skip: u64,
    /// How often the rule applies; always if absent.
    times: Option<u64>,
    /// Number of retrievals until the document is processed.
    looks: Option<u32>,
    /// Error of the document.
    fail: Option<String>,
    #[serde(skip)]
    uses: Uses,
}

/// How a document is processed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DocumentResult {
    pub(crate) looks: u32,
    pub(crate) fail: Option<String>,
}

impl Rule {
    pub(super) fn uses(&self) -> &Uses {
        &self.uses
    }

    /// Returns the result of a document if the rule applies to it, and counts that.
    pub(super) fn result(&self, name: &str) -> Option<DocumentResult> {
        let holds = self.when.matches(name) && self.uses.take(self.every, self.skip, self.times);
        holds.then(|| DocumentResult {
            looks: self.looks.unwrap_or(DocumentResult::LOOKS),
            fail: self.fail.clone(),
        })
    }
}

impl DocumentResult {
    const LOOKS: u32 = 3;
}

impl Default for DocumentResult {
    fn default() -> Self {
        Self { looks: Self::LOOKS, fail: None }
    }
}
