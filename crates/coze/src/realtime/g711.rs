//! G.711, the codec of telephones.

use bytes::Bytes;

/// A variant of G.711: a byte for each sample, at 8000 Hz.
///
/// ```
/// use coze::realtime::G711;
///
/// let pcm = [0_i16, 1000, -1000].map(i16::to_le_bytes).concat();
/// let encoded = G711::ALaw.encode(&pcm);
/// assert_eq!(encoded.len(), 3);
/// assert_eq!(G711::ALaw.encode(&G711::ALaw.decode(&encoded)), encoded);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum G711 {
    /// A-law: China, Europe and most of the world.
    ALaw,
    /// µ-law: North America and Japan.
    MuLaw,
}

impl G711 {
    /// Encodes samples of 16 bits, little endian. Half a sample at the end is ignored.
    pub fn encode(self, pcm: &[u8]) -> Bytes {
        let samples = pcm.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
        samples.map(|sample| self.encode_sample(sample)).collect()
    }

    /// Decodes to samples of 16 bits, little endian.
    pub fn decode(self, audio: &[u8]) -> Bytes {
        audio.iter().flat_map(|byte| self.decode_sample(*byte).to_le_bytes()).collect()
    }

    /// Encodes one sample.
    pub fn encode_sample(self, sample: i16) -> u8 {
        match self {
            // Every other bit is inverted.
            Self::ALaw if sample < 0 => a_law((!sample).unsigned_abs()) ^ 0x55,
            Self::ALaw => a_law(sample.unsigned_abs()) ^ 0xd5,
            // All bits are inverted.
            Self::MuLaw if sample < 0 => mu_law(sample) ^ 0x7f,
            Self::MuLaw => mu_law(sample) ^ 0xff,
        }
    }

    /// Decodes one sample.
    pub fn decode_sample(self, byte: u8) -> i16 {
        let (bits, positive) = match self {
            Self::ALaw => (byte ^ 0x55, byte & 0x80 != 0),
            Self::MuLaw => (!byte, byte & 0x80 != 0),
        };
        let (segment, place) = ((bits >> 4) & 7, i16::from(bits & 0x0f));
        let size = match (self, segment) {
            (Self::ALaw, 0) => (place << 4) + 8,
            (Self::ALaw, _) => ((place << 4) + 0x108) << (segment - 1),
            (Self::MuLaw, _) => (((place << 3) + 4 * BIAS) << segment) - 4 * BIAS,
        };
        if positive { size } else { -size }
    }
}

/// What µ-law adds to samples of 14 bits, so that each segment begins at a power of two.
const BIAS: i16 = 33;

fn mu_law(sample: i16) -> u8 {
    let size = ((sample >> 2).unsigned_abs() + BIAS.unsigned_abs()).min(0x1fff);
    let segment = 10 - size.leading_zeros();
    code(segment, size >> (segment + 1))
}

/// The first two segments are equally fine.
fn a_law(size: u16) -> u8 {
    let segment = 8_u32.saturating_sub(size.leading_zeros());
    code(segment, size >> (segment.max(1) + 3))
}

/// Three bits for the segment, and four for the place in it.
fn code(segment: u32, place: u16) -> u8 {
    let [code, ..] = ((segment << 4) | u32::from(place & 0x0f)).to_le_bytes();
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The checksums are those of Python's `audioop`, over every sample and every byte.
    #[test]
    fn every_sample_and_every_byte_agree_with_another_implementation() {
        let samples = || (i16::MIN..=i16::MAX).flat_map(i16::to_le_bytes).collect::<Vec<_>>();
        let bytes: Vec<u8> = (0..=255).collect();
        for (law, encoded, decoded) in
            [(G711::ALaw, 0x9133_796e, 0x9d76_4657), (G711::MuLaw, 0x3b7c_3a3e, 0x0c84_7a9f)]
        {
            assert_eq!(crc32(&law.encode(&samples())), encoded, "{law:?}");
            assert_eq!(crc32(&law.decode(&bytes)), decoded, "{law:?}");
        }
    }

    #[test]
    fn what_was_decoded_is_encoded_to_the_same_byte() {
        for byte in 0..=255 {
            for law in [G711::ALaw, G711::MuLaw] {
                let again = law.encode_sample(law.decode_sample(byte));
                // µ-law has a negative zero.
                assert!(again == byte || (law, byte) == (G711::MuLaw, 0x7f), "{law:?} {byte:#x} {again:#x}");
            }
        }
        assert_eq!(G711::ALaw.encode(&[0, 0, 1]), [0xd5].as_slice());
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
        })
    }
}
