//! Dimensions of images and durations of audio.

/// Dimensions of an image, or duration of audio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Measure {
    Pixels { width: u32, height: u32 },
    Seconds(f64),
}

/// Number of the first bytes of a file that are examined.
pub(crate) const LOOKED_AT: usize = 256 << 10;

/// Measures a file of the given size by its first bytes.
pub(crate) fn measure(head: &[u8], bytes: u64) -> Option<Measure> {
    if let Some(seconds) = seconds(head, bytes) {
        return Some(Measure::Seconds(seconds));
    }
    let size = imagesize::blob_size(head).ok()?;
    Some(Measure::Pixels { width: size.width.try_into().ok()?, height: size.height.try_into().ok()? })
}

/// Reads the duration of a WAV file from its chunk headers.
fn seconds(head: &[u8], bytes: u64) -> Option<f64> {
    let mut rest = head.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WAVE")?;
    let mut rate = None;
    loop {
        let (name, size) = (rest.get(..4)?, u32::from_le_bytes(*rest.get(4..)?.first_chunk()?));
        rest = &rest[8..];
        if name == b"fmt " {
            rate = Some(u32::from_le_bytes(*rest.get(8..)?.first_chunk()?)).filter(|rate| *rate > 0);
        } else if name == b"data" {
            // A recorder that streams does not know the size yet; and a file may be truncated.
            let there = bytes.saturating_sub((head.len() - rest.len()) as u64);
            let size = if matches!(size, 0 | u32::MAX) { there } else { there.min(size.into()) };
            #[expect(clippy::cast_precision_loss, reason = "2^53 bytes of sound are enough")]
            return rate.map(|rate| size as f64 / f64::from(rate));
        }
        // A chunk with an odd size has a padding byte.
        rest = rest.get((size as usize).checked_next_multiple_of(2)?..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn measure(file: &[u8]) -> Option<Measure> {
        super::measure(&file[..file.len().min(LOOKED_AT)], file.len() as u64)
    }

    const LARGE: Option<Measure> = Some(Measure::Pixels { width: 640, height: 480 });

    fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker], &length[..], content].concat()
    }

    #[test]
    fn images_tell_their_size() {
        let png =
            [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &640_u32.to_be_bytes(), &480_u32.to_be_bytes()];
        assert_eq!(measure(&[&png.concat(), b"\x08\x06\0\0\0rest".as_slice()].concat()), LARGE);
        assert_eq!(
            measure(b"GIF89a\x0a\0\x14\x01\x80\0\0"),
            Some(Measure::Pixels { width: 10, height: 276 })
        );
        let webp = |chunk: &[u8]| [b"RIFF\x40\0\0\0WEBP".as_slice(), chunk, &[0; 20]].concat();
        assert_eq!(measure(&webp(b"VP8 \x20\0\0\0\0\0\0\x9d\x01\x2a\x80\x02\xe0\x01")), LARGE);
        assert_eq!(measure(&webp(b"VP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0")), LARGE);
        // 639 and 479 in 14 bits each.
        let bits = (639_u32 + (479 << 14)).to_le_bytes();
        assert_eq!(measure(&webp(&[b"VP8L\x20\0\0\0\x2f".as_slice(), &bits].concat())), LARGE);
    }

    #[test]
    fn a_jpeg_is_searched_behind_long_segments() {
        let exif = segment(0xe1, &vec![0xff; 60_000]);
        let frame = |marker| segment(marker, &[8, 0x01, 0xe0, 0x02, 0x80, 3]);
        let tables = segment(0xc4, &[0; 20]);
        for marker in [0xc0, 0xc2] {
            let parts = [vec![0xff, 0xd8], exif.clone(), exif.clone(), tables.clone(), frame(marker)];
            assert_eq!(measure(&parts.concat()), LARGE);
        }
        assert_eq!(measure(&[vec![0xff, 0xd8], exif[..1000].to_vec()].concat()), None);
    }

    #[test]
    fn sound_tells_its_duration() {
        let format = |rate: u32| {
            let head = [1_u16.to_le_bytes(), 1_u16.to_le_bytes()].concat();
            [
                b"fmt \x10\0\0\0".as_slice(),
                &head,
                &8000_u32.to_le_bytes(),
                &rate.to_le_bytes(),
                &[2, 0, 16, 0],
            ]
            .concat()
        };
        let wav = |chunks: &[&[u8]], size: u32| {
            [b"RIFF\0\0\0\0WAVE".as_slice(), &chunks.concat(), b"data", &size.to_le_bytes(), &vec![0; 24_000]]
                .concat()
        };
        let list = b"LIST\x05\0\0\0abcde\0".as_slice();
        assert_eq!(measure(&wav(&[&format(16_000)], 24_000)), Some(Measure::Seconds(1.5)));
        assert_eq!(measure(&wav(&[list, &format(16_000), list], 16_000)), Some(Measure::Seconds(1.0)));
        // Sizes in a streamed recording and in a truncated file.
        for size in [0, u32::MAX, 1 << 30] {
            assert_eq!(measure(&wav(&[&format(16_000)], size)), Some(Measure::Seconds(1.5)), "{size}");
        }
        assert_eq!(measure(&wav(&[], 24_000)), None);
        assert_eq!(measure(&wav(&[&format(0)], 24_000)), None);
        assert_eq!(measure(b"RIFF\0\0\0\0WAVEfmt "), None);
    }

    #[test]
    fn other_files_have_no_measure() {
        for file in [b"".as_slice(), b"hello", b"hello, world: a text", b"%PDF-1.7 and so on", b"\xff\xd8"] {
            assert_eq!(measure(file), None);
        }
    }
}
