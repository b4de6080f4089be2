//! Ids and log ids in the form of the service.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;

use super::clock::{Clock, real};

/// Id of a conversation, chat, message, section, file, bot or user: a decimal number of up to 19 digits.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(u64);

impl Id {
    /// Creates an id from its number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns its number.
    pub(crate) const fn number(self) -> u64 {
        self.0
    }

    /// Parses an id; anything but 1 to 19 ASCII digits is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = (1..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { text.parse().ok().map(Self) } else { None }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("expected an id of 1 to 19 digits"))
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Generates ids that are unique and ascend with time.
#[derive(Debug, Default)]
pub(crate) struct Mint {
    last: AtomicU64,
    clock: Clock,
}

impl Mint {
    pub(super) fn new(clock: Clock) -> Self {
        Self { last: AtomicU64::default(), clock }
    }

    /// Returns a new id; like those of the service, its upper 32 bits are the time in seconds.
    pub(crate) fn id(&self) -> Id {
        let now = real();
        let fraction = (u64::from(now.subsec_nanos()) << 32) / 1_000_000_000;
        let wanted = (now.as_secs() << 32) | fraction;
        let next = |last: u64| Some(wanted.max(last + 1));
        match self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next) {
            Ok(last) | Err(last) => Id(wanted.max(last + 1)),
        }
    }

    /// Returns the time in seconds since 1970, by the clock of the simulator.
    pub(crate) fn now(&self) -> u64 {
        self.clock.now()
    }

    /// Returns 64 bits that look random and do not repeat.
    fn noise(&self) -> u64 {
        // The finalizer of SplitMix64: a bijection, so distinct ids give distinct bits.
        let mut bits = self.id().0.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Returns a log id of the service: the UTC time as 14 digits, then 20 hexadecimal digits.
    pub(crate) fn log_id(&self) -> String {
        let time = OffsetDateTime::from(UNIX_EPOCH + self.clock.since_epoch());
        let (year, month, day) = time.to_calendar_date();
        let (hour, minute, second) = time.to_hms();
        let (high, low) = (self.noise(), self.noise() & 0xffff);
        let month = u8::from(month);
        format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}{high:016X}{low:04X}")
    }

    /// Returns a random-looking UUID (version 4).
    pub(crate) fn uuid(&self) -> String {
        let (high, low) = (self.noise(), self.noise());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | (low >> 48 & 0x3fff),
            low & 0xffff_ffff_ffff
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_have_19_digits_ascend_and_never_repeat() {
        let mint = Mint::default();
        let ids: Vec<Id> = (0..10_000).map(|_| mint.id()).collect();
        assert!(ids.iter().all(|id| id.to_string().len() == 19), "{:?}", ids[0]);
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn ids_are_unique_across_threads() {
        let mint = Mint::default();
        let all: Vec<Id> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..4).map(|_| scope.spawn(|| (0..2_000).map(|_| mint.id()).collect::<Vec<_>>())).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    }

    #[test]
    fn only_digits_are_ids() {
        assert_eq!(Id::parse("7382159487131697202").unwrap().to_string(), "7382159487131697202");
        for bad in ["", "+1", "-1", " 1", "1a", "12345678901234567890", "１"] {
            assert_eq!(Id::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn log_ids_look_like_real_ones() {
        let mint = Mint::default();
        let log = mint.log_id();
        assert_eq!(log.len(), 34);
        assert!(log[..14].bytes().all(|byte| byte.is_ascii_digit()), "{log}");
        assert!(
            log[14..].bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte)),
            "{log}"
        );
        let uuid = mint.uuid();
        assert_eq!(uuid.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert_ne!(mint.uuid(), uuid);
    }
}
