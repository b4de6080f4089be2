//! Points in time as the API writes them.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serialize};

use crate::model::lenient::{Field, Lenient};

/// A point in time in whole seconds since the Unix epoch.
///
/// Reads a number or a string of digits. Coze Studio writes 0 for what has not happened yet: see
/// [`is_set`](Self::is_set).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Takes seconds since the Unix epoch.
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since the Unix epoch.
    pub const fn as_unix(self) -> i64 {
        self.0
    }

    /// Whether the time was reached.
    pub const fn is_set(self) -> bool {
        self.0 != 0
    }

    /// The same point as a system time; `None` where the platform cannot represent it.
    pub fn to_system_time(self) -> Option<SystemTime> {
        let distance = Duration::from_secs(self.0.unsigned_abs());
        if self.0 >= 0 {
            SystemTime::UNIX_EPOCH.checked_add(distance)
        } else {
            SystemTime::UNIX_EPOCH.checked_sub(distance)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::model::lenient::integer(deserializer).map(Self)
    }
}

impl Lenient for Timestamp {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        i64::read(deserializer).map(|field| field.map(Self))
    }
}
