//! MP3 with prepared beeps: one for each word.

use super::tone::Tones;

/// The rest of a frame of version 1 that contains a beep: one spectral line in each of two granules.
const BEEP: [u8; 24] = [
    0x00, 0x00, 0x00, 0x64, 0x01, 0x98, 0x00, 0x00, 0x00, 0x08, 0x0c, 0x80, 0x33, 0x00, 0x00, 0x00, 0x01,
    0xff, 0xff, 0xf7, 0x7f, 0xff, 0xfb, 0xc0,
];
/// The same for versions 2 and 2.5, whose frames have one granule.
const BEEP_LOW: [u8; 13] = [0x00, 0x00, 0xc8, 0x03, 0x30, 0x00, 0x00, 0x00, 0x01, 0xff, 0xff, 0xf7, 0x00];

/// Returns the frames of each word: a beep, and silence in the last fifth.
pub(crate) fn words(tones: &Tones) -> impl Iterator<Item = Vec<u8>> {
    let rate = tones.rate() as usize;
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
    // Samples and bytes of a frame at the lowest bit rates: 32 kbit/s, or 16.
    let (samples, bitrate, beep) =
        if version == 0xfb { (1152, 32_000, &BEEP[..]) } else { (576, 16_000, &BEEP_LOW[..]) };
    let head = [0xff, version, if version == 0xfb { 0x10 } else { 0x20 } | index << 2, 0xc0];
    let (mut done, mut due, length) = (0, 0, tones.length());
    tones.words().iter().map(move |_| {
        let sounding = due + length * 4 / 5;
        due += length;
        let mut frames = Vec::new();
        // Frames do not end where words do; each frame is emitted exactly once.
        while done < due {
            let start = frames.len();
            frames.extend_from_slice(&head);
            frames.extend_from_slice(if done < sounding { beep } else { &[] });
            frames.resize(start + samples / 8 * bitrate / rate, 0);
            done += samples;
        }
        frames
    })
}
