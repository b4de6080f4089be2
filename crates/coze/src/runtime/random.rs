//! Random bits for jitter, boundaries and names of files.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Random bits from the keys of the standard hasher; not for secrets.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
