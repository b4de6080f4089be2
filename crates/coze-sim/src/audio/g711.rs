//! G.711: samples of 16 bits in one byte each, by the A-law or the µ-law.

/// One of the two laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Law {
    A,
    Mu,
}

impl Law {
    pub(crate) fn decode(self, byte: u8) -> i16 {
        let byte = byte ^ if self == Self::A { 0x55 } else { 0xff };
        let (segment, step) = (byte >> 4 & 7, i16::from(byte & 15));
        let size = match (self, segment) {
            (Self::A, 0) => (step << 4) + 8,
            (Self::A, _) => ((step << 4) + 0x108) << (segment - 1),
            (Self::Mu, _) => (((step << 3) + 0x84) << segment) - 0x84,
        };
        // The sign is set for positive numbers in the A-law, and for negative ones in the inverted µ-law.
        if (byte & 0x80 == 0) == (self == Self::A) { -size } else { size }
    }

    pub(crate) fn encode(self, sample: i16) -> u8 {
        let positive = sample >= 0;
        let size = u32::from(sample.unsigned_abs());
        let (size, inverted) = match self {
            Self::A => (size.min(0x7fff), 0x55),
            Self::Mu => (size.min(32_635) + 0x84, 0xff),
        };
        let segment = (size >> 7).checked_ilog2().unwrap_or_default();
        let step = match (self, segment) {
            (Self::A, 0) => size >> 4 & 31,
            _ => segment << 4 | size >> (segment + 3) & 15,
        };
        let sign = if positive == (self == Self::A) { 0x80 } else { 0 };
        // Seven bits.
        (u8::try_from(step & 0x7f).unwrap_or_default() | sign) ^ inverted
    }
}

#[cfg(test)]
mod tests {
    use super::Law;

    #[test]
    fn known_values_are_those_of_the_standard() {
        for (law, byte, sample) in [
            (Law::A, 0xd5, 8),
            (Law::A, 0x55, -8),
            (Law::A, 0xaa, 32_256),
            (Law::A, 0x2a, -32_256),
            (Law::Mu, 0xff, 0),
            (Law::Mu, 0x80, 32_124),
            (Law::Mu, 0x00, -32_124),
        ] {
            assert_eq!((law.decode(byte), law.encode(sample)), (sample, byte), "{law:?} {byte:#x}");
        }
    }

    #[test]
    fn every_byte_survives() {
        for law in [Law::A, Law::Mu] {
            for byte in 0..=255 {
                // The µ-law has two zeros.
                let back = law.encode(law.decode(byte));
                assert!(back == byte || (law.decode(byte) == 0 && back == 0xff), "{law:?} {byte:#x}");
            }
        }
    }
}
