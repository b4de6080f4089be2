//! MP3 of pure tones.
//!
//! An encoder for any sound has to find out which frequencies it holds. Here they are known, so that each granule
//! holds the one spectral line that is nearest to the tone, and nothing else. Every player takes such a file; its
//! tones are only not as clean as those of a WAV file.

use super::tone::Tones;

/// Makes the frames of each word.
pub(super) fn words(tones: &Tones) -> impl Iterator<Item = Vec<u8>> {
    let mut encoder = Encoder::new(tones.rate(), tones.amplitude());
    let mut due = 0;
    tones.words().iter().map(move |frequency| {
        let mut frames = Vec::new();
        let (start, sounding) = (due, tones.length() * 4 / 5);
        due += tones.length();
        // Frames do not end where words do; none is left out, and none comes twice.
        while encoder.samples < due {
            let silent = encoder.samples >= start + sounding;
            encoder.frame((!silent).then_some(*frequency), &mut frames);
        }
        frames
    })
}

struct Encoder {
    rate: u32,
    /// Version 1 has two granules in a frame; versions 2 and 2.5, for low rates, have one.
    granules: usize,
    /// Version, layer and protection; then the index of the rate, without those of bitrate and padding.
    head: (u8, u8),
    bitrate: (u8, usize),
    gain: u8,
    /// Samples so far.
    samples: usize,
    granule: usize,
}

/// Samples, and spectral lines, of a granule.
const LINES: u32 = 576;

impl Encoder {
    fn new(rate: u32, amplitude: f64) -> Self {
        let (version, index) = match rate {
            44_100 => (0xfb, 0),
            48_000 => (0xfb, 1),
            32_000 => (0xfb, 2),
            22_050 => (0xf3, 0),
            24_000 => (0xf3, 1),
            16_000 => (0xf3, 2),
            // 8000 Hz.
            _ => (0xe3, 2),
        };
        let first = version == 0xfb;
        Self {
            rate,
            granules: if first { 2 } else { 1 },
            head: (version, index << 2),
            // The lowest there are with room for the lines: 32 kbit/s, or 16.
            bitrate: if first { (0x10, 32_000) } else { (0x20, 16_000) },
            gain: gain(amplitude),
            samples: 0,
            granule: 0,
        }
    }

    /// Writes one frame: of a tone, or of silence.
    fn frame(&mut self, frequency: Option<f64>, out: &mut Vec<u8>) {
        // Slots are bytes; a fraction that is left over would make the bitrate a little lower, which nobody minds.
        let size = 72 * self.granules * self.bitrate.1 / self.rate as usize;
        let from = out.len();
        // One channel.
        out.extend_from_slice(&[0xff, self.head.0, self.bitrate.0 | self.head.1, 0xc0]);
        let mut bits = Bits::default();
        // Nothing of this frame stands in those before it; no private bits; scale factors of its own.
        bits.put(0, if self.granules == 2 { 9 + 5 + 4 } else { 8 + 1 });
        let line = frequency.map(|frequency| line(frequency, self.rate));
        let length = line.map_or(0, |line| line / 4 * 4 + 4 + 1);
        for _ in 0..self.granules {
            bits.put(length, 12);
            // No pair of large values; then the gain.
            bits.put(0, 9);
            bits.put(if line.is_some() { self.gain.into() } else { 0 }, 8);
            // No scale factors, no special windows, no tables for large values.
            bits.put(0, if self.granules == 2 { 4 } else { 9 });
            bits.put(0, 1 + 15 + 4 + 3);
            // No emphasis, the small scale; quadruples of small values in table B, whose codes have four bits.
            if self.granules == 2 {
                bits.put(0, 1);
            }
            bits.put(0b01, 2);
        }
        for _ in 0..self.granules {
            if let Some(line) = line {
                for quadruple in 0..=line / 4 {
                    let here = quadruple == line / 4;
                    // Codes are the values with every bit turned round.
                    bits.put(if here { !(0b1000 >> (line % 4)) & 0b1111 } else { 0b1111 }, 4);
                }
                // The phase of a tone goes on by half a turn for each two granules.
                bits.put(u32::from(self.granule % 4 >= 2), 1);
            }
            self.granule += 1;
        }
        out.extend_from_slice(&bits.bytes);
        out.resize(from + size, 0);
        self.samples += self.granules * LINES as usize;
    }
}

/// Finds the spectral line of a tone.
fn line(frequency: f64, rate: u32) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 1,760 Hz")]
    let line = (frequency * 2.0 * f64::from(LINES) / f64::from(rate)) as u32;
    line
}

/// Finds the gain that makes a line of the value 1 as loud as asked for; a step is a quarter of a doubling.
fn gain(amplitude: f64) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 200 and 214")]
    let gain = (210.0 + 4.0 * amplitude.log2()).round() as u8;
    gain
}

/// Bits, the highest of each number first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    /// Free bits of the last byte.
    free: u32,
}

impl Bits {
    fn put(&mut self, number: u32, count: u32) {
        for at in (0..count).rev() {
            if self.free == 0 {
                self.bytes.push(0);
                self.free = 8;
            }
            self.free -= 1;
            let bit = u8::from(number >> at & 1 == 1);
            if let Some(last) = self.bytes.last_mut() {
                *last |= bit << self.free;
            }
        }
    }
}
