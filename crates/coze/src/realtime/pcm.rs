//! Samples, and the WAV files that contain them.

use std::fmt;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use coze_types::realtime::{Codec, InputAudio};

/// What the bytes of audio without a container are: PCM, little endian, or G.711.
///
/// ```
/// use coze::realtime::{PcmFormat, WavReader};
///
/// let format = PcmFormat::new(16_000);
/// let wav = [&format.wav_header(Some(4))[..], &[1, 0, 2, 0]].concat();
///
/// let mut reader = WavReader::new();
/// assert_eq!(reader.read(&wav)?, [1, 0, 2, 0].as_slice());
/// assert_eq!(reader.format(), Some(&format));
/// reader.finish()?;
/// # Ok::<(), coze::realtime::WavError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PcmFormat {
    /// PCM or one of the two variants of G.711.
    pub codec: Codec,
    /// Samples per second in each channel.
    pub sample_rate: u32,
    /// Channels, whose samples alternate.
    pub channels: u16,
    /// Bits of a sample: 8, 16, 24 or 32; 8 with G.711.
    pub bits: u16,
}

impl PcmFormat {
    /// PCM of 16 bits with one channel.
    pub fn new(sample_rate: u32) -> Self {
        Self { codec: Codec::Pcm, sample_rate, channels: 1, bits: 16 }
    }

    /// G.711 A-law at 8000 Hz.
    pub fn g711a() -> Self {
        Self { codec: Codec::G711a, bits: 8, ..Self::new(8000) }
    }

    /// G.711 µ-law at 8000 Hz.
    pub fn g711u() -> Self {
        Self { codec: Codec::G711u, ..Self::g711a() }
    }

    /// Bytes of one sample of all channels. Audio is cut only at multiples of it.
    pub fn block(&self) -> usize {
        usize::from(self.channels) * usize::from(self.bits.div_ceil(8))
    }

    /// Bytes of one second.
    pub fn bytes_per_second(&self) -> u64 {
        self.block() as u64 * u64::from(self.sample_rate)
    }

    /// How long so many bytes play.
    pub fn duration(&self, bytes: u64) -> Duration {
        let nanos = u128::from(bytes) * 1_000_000_000 / u128::from(self.bytes_per_second().max(1));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// How many bytes play so long: whole samples of all channels.
    pub fn bytes(&self, duration: Duration) -> usize {
        let blocks = duration.as_nanos() * u128::from(self.sample_rate) / 1_000_000_000;
        usize::try_from(blocks).unwrap_or(usize::MAX).saturating_mul(self.block())
    }

    /// The same as the configuration of a session that sends such audio.
    pub fn input_audio(&self) -> InputAudio {
        match self.codec {
            Codec::G711a => InputAudio::g711a(),
            Codec::G711u => InputAudio::g711u(),
            _ => InputAudio::pcm(self.sample_rate.into()).channel(self.channels).bit_depth(self.bits),
        }
    }

    /// Writes the header of a WAV file with so many bytes of audio.
    ///
    /// `None` is for a stream, whose length is unknown: players read it to its end. In a file, write the header a second time when the
    /// length is known.
    pub fn wav_header(&self, data_len: Option<u32>) -> Bytes {
        let tag: u16 = match self.codec {
            Codec::G711a => A_LAW,
            Codec::G711u => MU_LAW,
            _ => PCM,
        };
        let block = u16::try_from(self.block()).unwrap_or(u16::MAX);
        let rate = u32::try_from(self.bytes_per_second()).unwrap_or(u32::MAX);
        let mut header = Vec::with_capacity(44);
        header.extend_from_slice(b"RIFF");
        header.extend_from_slice(&data_len.map_or(u32::MAX, |len| len.saturating_add(36)).to_le_bytes());
        header.extend_from_slice(b"WAVEfmt \x10\0\0\0");
        for half in [tag, self.channels] {
            header.extend_from_slice(&half.to_le_bytes());
        }
        for word in [self.sample_rate, rate] {
            header.extend_from_slice(&word.to_le_bytes());
        }
        for half in [block, self.bits] {
            header.extend_from_slice(&half.to_le_bytes());
        }
        header.extend_from_slice(b"data");
        header.extend_from_slice(&data_len.unwrap_or(u32::MAX).to_le_bytes());
        header.into()
    }
}

const PCM: u16 = 1;
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;
/// The tag is the beginning of a longer one, at byte 24.
const EXTENSIBLE: u16 = 0xfffe;

/// Longest chunk before the audio that is kept; longer ones are skipped.
const FORMAT_LEN: usize = 40;

/// Programs that write to a pipe state a length like this, since they do not know it: at least 2 GB less a header.
const UNKNOWN_LEN: u32 = 0x7fff_0000;

/// Reads the samples of a WAV file, in pieces of any size: from a file, a pipe or a download.
///
/// What it returns is audio only: the header and everything before and after the samples is skipped. See [`PcmFormat`] for an example.
#[derive(Clone, Debug, Default)]
pub struct WavReader {
    format: Option<PcmFormat>,
    /// Bytes of a header that has not come completely.
    head: BytesMut,
    state: State,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// Before `RIFF`.
    #[default]
    Start,
    /// Before the header of a chunk.
    Chunk,
    /// In the chunk with the format.
    Format(u32),
    /// In a chunk that does not matter.
    Skip(u64),
    /// In the audio; `None` where its length is unknown.
    Data(Option<u32>),
    /// After the audio.
    End,
}

impl WavReader {
    /// Creates a reader.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the next piece, and returns the audio in it, which may be none.
    pub fn read(&mut self, piece: &[u8]) -> Result<Bytes, WavError> {
        self.head.extend_from_slice(piece);
        let mut audio = Bytes::new();
        while let Some(read) = self.step()? {
            audio = read;
            if !audio.is_empty() {
                break;
            }
        }
        // There is one chunk of audio, so what follows it is no more.
        if matches!(self.state, State::End) {
            self.head.clear();
        }
        Ok(audio)
    }

    /// Returns the format, once it has been read: before any audio.
    pub fn format(&self) -> Option<&PcmFormat> {
        self.format.as_ref()
    }

    /// Checks at the end of the input that the audio was complete.
    pub fn finish(self) -> Result<(), WavError> {
        match self.state {
            State::End | State::Data(None | Some(0)) => Ok(()),
            State::Data(Some(missing)) => {
                Err(WavError::new(format!("the file is cut: its last {missing} bytes of audio are missing")))
            }
            State::Start => Err(WavError::new("the file ends before the header of a WAV file is complete")),
            _ => Err(WavError::new("the file ends before its audio: the chunk `data` is missing")),
        }
    }

    /// Reads one part; `None` until more has come.
    fn step(&mut self) -> Result<Option<Bytes>, WavError> {
        let none = Some(Bytes::new());
        match self.state {
            State::Start => {
                let Some(head) = self.take(12) else { return self.early() };
                if &head[..4] != b"RIFF" || &head[8..] != b"WAVE" {
                    return Err(WavError::foreign(&head));
                }
                self.state = State::Chunk;
            }
            State::Chunk => {
                let Some(mut head) = self.take(8) else { return Ok(None) };
                let name = head.split_to(4);
                let len = head.get_u32_le();
                self.state = match &name[..] {
                    b"fmt " if len < 16 => {
                        return Err(WavError::new(format!("the chunk `fmt ` has {len} bytes instead of 16")));
                    }
                    b"fmt " => State::Format(len),
                    b"data" if self.format.is_none() => {
                        return Err(WavError::new("the chunk `data` comes before `fmt `"));
                    }
                    b"data" => State::Data((1..UNKNOWN_LEN).contains(&len).then_some(len)),
                    _ => State::Skip(u64::from(len) + u64::from(len & 1)),
                };
            }
            State::Format(len) => {
                let kept = FORMAT_LEN.min(len as usize);
                let Some(format) = self.take(kept) else { return Ok(None) };
                self.format = Some(read_format(&format)?);
                self.state = State::Skip(u64::from(len) + u64::from(len & 1) - kept as u64);
            }
            State::Skip(0) => self.state = State::Chunk,
            State::Skip(len) => {
                if self.head.is_empty() {
                    return Ok(None);
                }
                let skipped = self.head.len().min(usize::try_from(len).unwrap_or(usize::MAX));
                self.head.advance(skipped);
                self.state = State::Skip(len - skipped as u64);
            }
            State::Data(None) => return Ok((!self.head.is_empty()).then(|| self.head.split().freeze())),
            State::Data(Some(0)) => self.state = State::End,
            State::Data(Some(len)) => {
                if self.head.is_empty() {
                    return Ok(None);
                }
                let read = self.head.len().min(len as usize);
                // At most `len`, so it fits.
                self.state = State::Data(Some(len - u32::try_from(read).unwrap_or(len)));
                return Ok(Some(self.head.split_to(read).freeze()));
            }
            State::End => return Ok(None),
        }
        Ok(none)
    }

    /// Refuses what cannot become a WAV file, as early as possible.
    fn early(&self) -> Result<Option<Bytes>, WavError> {
        let is_foreign = self.head.len() >= 4 && !self.head.starts_with(b"RIFF");
        if is_foreign { Err(WavError::foreign(&self.head)) } else { Ok(None) }
    }

    fn take(&mut self, len: usize) -> Option<Bytes> {
        (self.head.len() >= len).then(|| self.head.split_to(len).freeze())
    }
}

fn read_format(mut chunk: &[u8]) -> Result<PcmFormat, WavError> {
    let whole = chunk;
    let tag = chunk.get_u16_le();
    let channels = chunk.get_u16_le();
    let sample_rate = chunk.get_u32_le();
    chunk.advance(6);
    let bits = chunk.get_u16_le();
    let tag = match (tag, whole) {
        (EXTENSIBLE, [_, .., _]) if whole.len() >= 26 => u16::from_le_bytes([whole[24], whole[25]]),
        _ => tag,
    };
    let codec = match (tag, bits) {
        (PCM, 8 | 16 | 24 | 32) => Codec::Pcm,
        (A_LAW, 8) => Codec::G711a,
        (MU_LAW, 8) => Codec::G711u,
        _ => {
            return Err(WavError::new(format!(
                "the format {tag} with {bits} bits is not supported; convert it to PCM of 16 bits, as `sox in.wav -b 16 -e signed out.wav` does"
            )));
        }
    };
    if channels == 0 || sample_rate == 0 {
        return Err(WavError::new(format!("the header states {channels} channels and {sample_rate} Hz")));
    }
    Ok(PcmFormat { codec, sample_rate, channels, bits })
}

/// Why input is not a WAV file that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WavError(String);

impl WavError {
    fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    fn foreign(head: &[u8]) -> Self {
        let found = match head {
            [b'I', b'D', b'3', ..] | [0xff, 0xe0..=0xff, ..] => "it looks like MP3",
            [b'O', b'g', b'g', b'S', ..] => "it is Ogg",
            [b'f', b'L', b'a', b'C', ..] => "it is FLAC",
            [b'R', b'I', b'F', b'X', ..] => "it is a WAV file in big endian",
            _ => "it has no header `RIFF`",
        };
        Self::new(format!("this is not a WAV file: {found}; convert it, as `ffmpeg -i FILE out.wav` does"))
    }
}

impl fmt::Display for WavError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WavError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chunk, with a byte of padding if its length is odd.
    fn chunk(name: [u8; 4], data: &[u8]) -> Vec<u8> {
        let len = u32::try_from(data.len()).unwrap();
        let padding = vec![0; data.len() % 2];
        [&name[..], &len.to_le_bytes(), data, &padding].concat()
    }

    fn wav(chunks: &[Vec<u8>]) -> Vec<u8> {
        [&b"RIFF\0\0\0\0WAVE"[..], &chunks.concat()].concat()
    }

    fn fmt(tag: u16, bits: u16) -> Vec<u8> {
        let (tag, bits) = (tag.to_le_bytes(), bits.to_le_bytes());
        [&tag[..], &[1, 0, 0x40, 0x1f, 0, 0, 0, 0, 0, 0, 0, 0], &bits].concat()
    }

    fn read_in(wav: &[u8], size: usize) -> Result<(Vec<u8>, PcmFormat), WavError> {
        let (mut reader, mut audio) = (WavReader::new(), Vec::new());
        for piece in wav.chunks(size) {
            audio.extend_from_slice(&reader.read(piece)?);
        }
        let format = reader.format().cloned();
        reader.finish()?;
        Ok((audio, format.unwrap()))
    }

    #[test]
    fn the_audio_alone_is_read_in_pieces_of_any_size() {
        let long = chunk(*b"LIST", &[7; 1001]);
        let end = chunk(*b"LIST", b"the end");
        let file = wav(&[
            long,
            chunk(*b"fmt ", &fmt(1, 16)),
            chunk(*b"fact", &[0; 4]),
            chunk(*b"data", &[1, 2, 3, 4, 5, 6]),
            end,
        ]);
        for size in 1..=file.len() {
            let (audio, format) = read_in(&file, size).unwrap();
            assert_eq!((audio, format), (vec![1, 2, 3, 4, 5, 6], PcmFormat::new(8000)), "{size}");
        }
    }

    #[test]
    fn a_stream_is_read_to_its_end() {
        for len in [0, 0x7fff_f000, 0x8000_0000, u32::MAX] {
            let format = chunk(*b"fmt ", &fmt(1, 16));
            let file = wav(&[format, b"data".to_vec(), u32::to_le_bytes(len).to_vec(), vec![9; 100]]);
            assert_eq!(read_in(&file, 7).unwrap().0, [9; 100], "{len}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let stereo = PcmFormat { channels: 2, bits: 24, ..PcmFormat::new(44_100) };
        for format in [PcmFormat::new(16_000), PcmFormat::g711a(), PcmFormat::g711u(), stereo] {
            for len in [Some(12), None] {
                let file = [&format.wav_header(len)[..], &[5; 12]].concat();
                assert_eq!(read_in(&file, 5).unwrap(), (vec![5; 12], format.clone()), "{len:?}");
            }
        }
    }

    #[test]
    fn an_extensible_header_is_read() {
        let mut format = fmt(EXTENSIBLE, 16);
        format.extend_from_slice(&[22, 0, 16, 0, 4, 0, 0, 0, 1, 0]);
        format.extend_from_slice(&[0; 14]);
        let file = wav(&[chunk(*b"fmt ", &format), chunk(*b"data", &[1, 2])]);
        assert_eq!(read_in(&file, 3).unwrap(), (vec![1, 2], PcmFormat::new(8000)));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let format = chunk(*b"fmt ", &fmt(1, 16));
        let data = chunk(*b"data", &[0; 10]);
        let cut = wav(&[format.clone(), data.clone()]);
        for (file, reason) in [
            (b"ID3\x04\0\0\0\0\0\0\0\0".to_vec(), "it looks like MP3"),
            (b"OggS".to_vec(), "it is Ogg"),
            (b"RIFF\0\0\0\0AVI LIST".to_vec(), "it has no header `RIFF`"),
            (b"RIFF".to_vec(), "before the header of a WAV file"),
            (Vec::new(), "before the header of a WAV file"),
            (wav(&[data]), "`data` comes before `fmt `"),
            (wav(&[chunk(*b"fmt ", &[0; 4])]), "`fmt ` has 4 bytes instead of 16"),
            (wav(&[chunk(*b"fmt ", &fmt(3, 32))]), "the format 3 with 32 bits is not supported"),
            (wav(&[chunk(*b"fmt ", &fmt(6, 16))]), "the format 6 with 16 bits"),
            (wav(&[chunk(*b"fmt ", &[1, 0, 0, 0, 0x40, 0x1f, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0])]), "0 channels"),
            (wav(&[format]), "the chunk `data` is missing"),
            (cut[..cut.len() - 3].to_vec(), "its last 3 bytes of audio are missing"),
        ] {
            for size in [1, 1000] {
                let error = read_in(&file, size).unwrap_err().to_string();
                assert!(error.contains(reason), "{error}");
            }
        }
    }

    #[test]
    fn time_and_bytes_agree() {
        let format = PcmFormat { channels: 2, ..PcmFormat::new(22_050) };
        assert_eq!(format.bytes(Duration::from_millis(20)), 441 * 4);
        assert_eq!(format.bytes(Duration::from_micros(22_700)), 500 * 4);
        assert_eq!(format.duration(441 * 4), Duration::from_millis(20));
        assert_eq!(format.duration(format.bytes_per_second() * 7200), Duration::from_secs(7200));
        assert_eq!(PcmFormat::g711a().bytes(Duration::from_millis(20)), 160);
    }
}
