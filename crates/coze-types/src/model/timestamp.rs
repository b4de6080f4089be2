//! Points in time as the API writes them.

use std::fmt;
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

/// Fractions of a second are dropped.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        Self(match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
            Err(error) => {
                let before = error.duration();
                let seconds = before.as_secs() + u64::from(before.subsec_nanos() > 0);
                i64::try_from(seconds).map_or(i64::MIN, |seconds| -seconds)
            }
        })
    }
}

/// Seconds since the Unix epoch.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_system_are_cut_to_seconds() {
        for (millis, seconds) in [(0, 0), (1_999, 1), (1_753_326_053_000, 1_753_326_053)] {
            let time = SystemTime::UNIX_EPOCH + Duration::from_millis(millis);
            assert_eq!(Timestamp::from(time), Timestamp::from_unix(seconds));
        }
        for (millis, seconds) in [(1, -1), (1_000, -1), (1_001, -2)] {
            let time = SystemTime::UNIX_EPOCH - Duration::from_millis(millis);
            assert_eq!(Timestamp::from(time), Timestamp::from_unix(seconds));
        }
        let time = Timestamp::from_unix(1_753_326_053);
        assert_eq!(time.to_system_time().map(Timestamp::from), Some(time));
        assert_eq!(time.to_string(), "1753326053");
    }
}
