//! Lines and fields of an event stream.

/// Byte order mark that may stand once at the very start of a stream.
pub(crate) const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// What a line says, by its field name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Event,
    Data,
    Id,
    Retry,
}

impl Field {
    /// Longest field name that means something.
    pub(crate) const MAX_NAME: usize = 5;

    pub(crate) fn from_name(name: &[u8]) -> Option<Self> {
        match name {
            b"data" => Some(Self::Data),
            b"event" => Some(Self::Event),
            b"id" => Some(Self::Id),
            b"retry" => Some(Self::Retry),
            _ => None,
        }
    }

    /// Whether a line that begins so may become a field of the event (`retry` is one of the stream).
    pub(crate) fn counts_from(start: &[u8]) -> bool {
        [&b"data"[..], b"event", b"id"].iter().any(|name| name.starts_with(start))
    }

    /// Splits a line into its field and the offset of the value; `None` for comments and unknown fields.
    ///
    /// The line is complete, or has more bytes than the longest name, colon and space.
    #[inline]
    pub(crate) fn split(line: &[u8]) -> Option<(Self, usize)> {
        let (field, name_len) = match line {
            [b'd', b'a', b't', b'a', ..] => (Self::Data, 4),
            [b'e', b'v', b'e', b'n', b't', ..] => (Self::Event, 5),
            [b'i', b'd', ..] => (Self::Id, 2),
            [b'r', b'e', b't', b'r', b'y', ..] => (Self::Retry, 5),
            _ => return None,
        };
        match &line[name_len..] {
            [] => Some((field, name_len)),
            [b':', b' ', ..] => Some((field, name_len + 2)),
            [b':', ..] => Some((field, name_len + 1)),
            _ => None,
        }
    }
}

/// Finds the first LF or CR.
#[inline]
pub(crate) fn find_end(bytes: &[u8]) -> Option<usize> {
    memchr::memchr2(b'\n', b'\r', bytes)
}

/// Finds the first LF or CR in a part of a line that probably has none.
///
/// Looks for low bytes of any kind first where the part is short: in 64 bytes without one that is two thirds of the
/// instructions, and no call.
#[inline]
pub(crate) fn find_rare_end(bytes: &[u8]) -> Option<usize> {
    if bytes.len() <= SHORT && is_high(bytes) { None } else { find_end(bytes) }
}

/// Longest part that is not worth a call into a vectorized search.
const SHORT: usize = 128;

/// Whether all bytes are surely above LF and CR.
#[inline]
fn is_high(bytes: &[u8]) -> bool {
    // Sets the highest bit for a byte below 0x0E; above the lowest such byte, bits may be wrong.
    let low = |eight: &[u8; 8]| {
        let word = u64::from_le_bytes(*eight);
        word.wrapping_sub(u64::from_le_bytes([0x0E; 8])) & !word
    };
    // The last word overlaps the previous one if the length is not a multiple.
    let Some(last) = bytes.last_chunk() else { return false };
    let marks = bytes.as_chunks().0.iter().fold(low(last), |marks, eight| marks | low(eight));
    marks & u64::from_le_bytes([0x80; 8]) == 0
}

/// Finds the first LF or CR where it is probably near.
///
/// Looks at the first byte and then at 16 bytes in place, which is cheaper than a call: events of short lines become a seventh faster.
#[inline]
pub(crate) fn find_near_end(bytes: &[u8]) -> Option<usize> {
    if let [b'\n' | b'\r', ..] = bytes {
        return Some(0);
    }
    let Some((near, far)) = bytes.split_first_chunk::<16>() else { return find_end(bytes) };
    let word = u128::from_le_bytes(*near);
    let hits = zero_bytes(word ^ splat(b'\n')) | zero_bytes(word ^ splat(b'\r'));
    if hits != 0 {
        return Some(hits.trailing_zeros() as usize / 8);
    }
    find_end(far).map(|end| near.len() + end)
}

/// Marks the zero bytes of a word in their highest bits; above the lowest zero byte, marks may be wrong.
#[inline]
fn zero_bytes(word: u128) -> u128 {
    word.wrapping_sub(splat(0x01)) & !word & splat(0x80)
}

#[inline]
const fn splat(byte: u8) -> u128 {
    u128::from_le_bytes([byte; 16])
}

/// Length of a line end and the following blank line, in the two usual forms.
#[inline]
pub(crate) fn blank_after(line_end: &[u8]) -> Option<usize> {
    [&b"\n\n"[..], b"\r\n\r\n"].iter().find(|form| line_end.starts_with(form)).map(|form| form.len())
}

/// Reconnection time that grows digit by digit, in milliseconds.
///
/// Saturates instead of overflowing: a server that asks for more than `u64::MAX` milliseconds means "never".
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Millis(Option<u64>);

impl Millis {
    /// Appends digits; `false` if one of the bytes is none, which makes the whole field invalid.
    pub(crate) fn extend(&mut self, digits: &[u8]) -> bool {
        for digit in digits {
            if !digit.is_ascii_digit() {
                return false;
            }
            let millis = self.0.unwrap_or(0);
            self.0 = Some(millis.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
        }
        true
    }

    /// Value so far; `None` without any digit.
    pub(crate) fn get(self) -> Option<u64> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_found_at_every_place_of_every_length() {
        for len in 0..SHORT + 20 {
            let plain: Vec<u8> = (0..len).map(|n| b"a\x0B\x0C\x8A\x8D\xFF\x0E\0 "[n % 9]).collect();
            let high = vec![0x0E; len];
            for find in [find_end, find_near_end, find_rare_end] {
                assert_eq!((find(&plain), find(&high)), (None, None));
                for place in 0..len {
                    for byte in [b'\n', b'\r'] {
                        for mut bytes in [plain.clone(), high.clone()] {
                            // The first one applies.
                            bytes[len - 1] = b'\r';
                            bytes[place] = byte;
                            assert_eq!(find(&bytes), Some(place), "{byte} of {len}");
                        }
                    }
                }
            }
        }
    }
}
