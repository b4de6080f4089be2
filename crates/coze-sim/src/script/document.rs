//! What becomes of documents that are put into datasets.

use serde::Deserialize;

use super::{Uses, When};

/// What becomes of the documents whose names match.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Rule {
    when: When,
    /// The rule holds for every n-th document that matches.
    every: Option<u64>,
    /// So many of those pass by before the rule holds.
    skip: u64,
    /// How often the rule holds; always if absent.
    times: Option<u64>,
    /// How often the document must be looked at until it is processed.
    looks: Option<u32>,
    /// What is wrong with the document.
    fail: Option<String>,
    #[serde(skip)]
    uses: Uses,
}

/// How a document is processed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fate {
    pub(crate) looks: u32,
    pub(crate) fail: Option<String>,
}

impl Rule {
    pub(super) fn uses(&self) -> &Uses {
        &self.uses
    }

    /// Tells the fate of a document if the rule holds for it, and counts that.
    pub(super) fn fate(&self, name: &str) -> Option<Fate> {
        let holds = self.when.matches(name) && self.uses.take(self.every, self.skip, self.times);
        holds.then(|| Fate { looks: self.looks.unwrap_or(Fate::LOOKS), fail: self.fail.clone() })
    }
}

impl Fate {
    const LOOKS: u32 = 3;
}

impl Default for Fate {
    fn default() -> Self {
        Self { looks: Self::LOOKS, fail: None }
    }
}
