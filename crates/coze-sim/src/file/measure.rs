//! Pixel sizes of images and durations of sound, read while a file streams by.

/// How large a picture is, or how long a sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Measure {
    Pixels { width: u32, height: u32 },
    Seconds(f64),
}

/// Measures a file piece by piece; it never keeps more than a few bytes.
#[derive(Debug)]
pub(crate) struct Meter {
    state: State,
    /// Bytes to pass over.
    skip: u64,
    /// How many bytes the state needs.
    want: usize,
    have: Vec<u8>,
    /// Bytes that were fed.
    fed: u64,
    measure: Option<Measure>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// The first bytes, which tell the format.
    Signature,
    /// The head of a JPEG segment: 0xff and the marker; the second byte may be padding.
    Marker,
    /// Length, precision, height and width.
    Frame,
    /// The length of a segment that says nothing here.
    Segment,
    /// Name and size of a chunk of a WAV file.
    Chunk,
    /// The format of the sound.
    Format {
        size: u64,
    },
    /// The sound itself: where it begins, its size, and its bytes in a second.
    Sound {
        from: u64,
        size: u64,
        rate: u32,
    },
    Over,
}

impl Default for Meter {
    fn default() -> Self {
        Self { state: State::Signature, skip: 0, want: 12, have: Vec::new(), fed: 0, measure: None }
    }
}

impl Meter {
    /// Takes the next piece of the file.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) {
        self.fed += bytes.len() as u64;
        while !bytes.is_empty() && !matches!(self.state, State::Over) {
            let skipped = usize::try_from(self.skip).map_or(bytes.len(), |skip| skip.min(bytes.len()));
            self.skip -= skipped as u64;
            bytes = &bytes[skipped..];
            let taken = bytes.len().min(self.want - self.have.len());
            self.have.extend_from_slice(&bytes[..taken]);
            bytes = &bytes[taken..];
            if self.skip == 0 && self.have.len() == self.want {
                let have = std::mem::take(&mut self.have);
                let at = self.fed - bytes.len() as u64;
                self.step(&have, at);
            }
        }
    }

    /// Returns what the file was found to be.
    pub(crate) fn finish(self) -> Option<Measure> {
        match self.state {
            // A recorder that streams does not know the size yet; and a file may be cut.
            State::Sound { from, size, rate } => {
                let there = self.fed.saturating_sub(from);
                let size = if size == 0 { there } else { size.min(there) };
                #[expect(clippy::cast_precision_loss, reason = "2^53 bytes of sound are enough")]
                Some(Measure::Seconds(size as f64 / f64::from(rate)))
            }
            _ => self.measure,
        }
    }

    fn next(&mut self, state: State, want: usize) {
        self.state = state;
        self.want = want;
    }

    fn over(&mut self, measure: Option<Measure>) {
        self.measure = measure;
        self.state = State::Over;
    }

    /// Makes sense of the bytes that were wanted; `at` is where they end.
    fn step(&mut self, have: &[u8], at: u64) {
        let be16 = |from: usize| u32::from(have[from]) << 8 | u32::from(have[from + 1]);
        let le16 = |from: usize| u32::from(have[from + 1]) << 8 | u32::from(have[from]);
        let le32 = |from: usize| le16(from + 2) << 16 | le16(from);
        match self.state {
            State::Signature => self.signature(have),
            State::Marker => match have[1] {
                // Padding: the marker is still to come.
                0xff if have[0] == 0xff => {
                    self.have.push(0xff);
                }
                0xc0..=0xcf if have[0] == 0xff && !matches!(have[1], 0xc4 | 0xc8 | 0xcc) => {
                    self.next(State::Frame, 7);
                }
                // Markers without content.
                0x01 | 0xd0..=0xd8 if have[0] == 0xff => self.next(State::Marker, 2),
                // The picture, or its end, before its size.
                0xd9 | 0xda => self.over(None),
                _ if have[0] == 0xff => self.next(State::Segment, 2),
                _ => self.over(None),
            },
            State::Frame => self.over(Some(Measure::Pixels { width: be16(5), height: be16(3) })),
            State::Segment => {
                self.skip = u64::from(be16(0).saturating_sub(2));
                self.next(State::Marker, 2);
            }
            State::Chunk => {
                let size = u64::from(le32(4));
                // A chunk of an odd size has a byte of padding behind it.
                if &have[..4] == b"fmt " && size >= 16 {
                    self.next(State::Format { size: size + size % 2 }, 16);
                } else if &have[..4] == b"data" {
                    // Sound of a format that nobody described.
                    self.over(None);
                } else {
                    self.skip = size + size % 2;
                    self.next(State::Chunk, 8);
                }
            }
            State::Format { size } => match le32(8) {
                0 => self.over(None),
                rate => {
                    self.skip = size - 16;
                    self.next(State::Sound { from: 0, size: 0, rate }, 8);
                }
            },
            State::Sound { rate, .. } => {
                let size = u64::from(le32(4));
                if &have[..4] == b"data" {
                    let size = if size == u64::from(u32::MAX) { 0 } else { size };
                    self.next(State::Sound { from: at, size, rate }, 8);
                    // The rest is sound.
                    self.skip = u64::MAX;
                } else {
                    self.skip = size + size % 2;
                }
            }
            State::Over => {}
        }
    }

    /// Tells the format by the first bytes; more of them hold the size of the smaller formats.
    fn signature(&mut self, have: &[u8]) {
        let le16 = |from: usize| u32::from(have[from + 1]) << 8 | u32::from(have[from]);
        let le24 = |from: usize| u32::from(have[from + 2]) << 16 | le16(from);
        if have.starts_with(b"\xff\xd8\xff") {
            // Two of the twelve bytes are the first marker; the others may reach into any later segment.
            self.have.clear();
            self.next(State::Marker, 2);
            self.again(&have[2..]);
        } else if have.starts_with(b"\x89PNG\r\n\x1a\n") {
            if have.len() < 24 {
                return self.more(have, 24);
            }
            let be32 = |from: usize| {
                u32::from_be_bytes([have[from], have[from + 1], have[from + 2], have[from + 3]])
            };
            self.over(Some(Measure::Pixels { width: be32(16), height: be32(20) }));
        } else if have.starts_with(b"GIF8") {
            self.over(Some(Measure::Pixels { width: le16(6), height: le16(8) }));
        } else if have.starts_with(b"RIFF") && &have[8..12] == b"WAVE" {
            self.next(State::Chunk, 8);
        } else if have.starts_with(b"RIFF") && &have[8..12] == b"WEBP" {
            if have.len() < 30 {
                return self.more(have, 30);
            }
            let size = match &have[12..16] {
                b"VP8 " => Some((le16(26) & 0x3fff, le16(28) & 0x3fff)),
                b"VP8L" => {
                    let bits = le16(23) << 16 | le16(21);
                    Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
                }
                b"VP8X" => Some((le24(24) + 1, le24(27) + 1)),
                _ => None,
            };
            self.over(size.map(|(width, height)| Measure::Pixels { width, height }));
        } else {
            self.over(None);
        }
    }

    /// Asks for more of the first bytes.
    fn more(&mut self, have: &[u8], want: usize) {
        self.have = have.to_vec();
        self.want = want;
    }

    /// Feeds bytes that were taken too early.
    fn again(&mut self, bytes: &[u8]) {
        self.fed -= bytes.len() as u64;
        self.feed(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Measures whole, byte by byte, and in pieces of seven.
    #[track_caller]
    fn measure(file: &[u8]) -> Option<Measure> {
        let in_pieces = |size: usize| {
            let mut meter = Meter::default();
            file.chunks(size).for_each(|piece| meter.feed(piece));
            meter.finish()
        };
        let whole = in_pieces(file.len().max(1));
        assert_eq!((in_pieces(1), in_pieces(7)), (whole, whole));
        whole
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
            let parts =
                [vec![0xff, 0xd8], exif.clone(), exif.clone(), tables.clone(), vec![0xff], frame(marker)];
            assert_eq!(measure(&parts.concat()), LARGE);
        }
        // The picture begins without its size; the rest is not looked at.
        let headless = [vec![0xff, 0xd8], segment(0xda, &[0; 4]), frame(0xc0)].concat();
        assert_eq!(measure(&headless), None);
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
        // Sizes of a recorder that streams, and of a file that was cut.
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
