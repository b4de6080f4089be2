//! Speech synthesis without a voice: a tone for each word.

use std::f64::consts::TAU;

use crate::agent::words;

/// The audio of a text: its tones, and their format.
#[derive(Debug)]
pub(crate) struct Tones {
    /// Frequency of each word, in Hz.
    words: Vec<f64>,
    /// The words themselves, which the samples hold as well.
    texts: Vec<String>,
    /// Samples per second.
    rate: u32,
    /// Samples of each word, including the silence after it.
    length: usize,
    /// Maximum amplitude, of 32767.
    loudness: f64,
}

/// Semitones of a scale without dissonances.
const SCALE: [u32; 10] = [0, 2, 4, 7, 9, 12, 14, 16, 19, 21];
/// Duration of a word at normal speed, in seconds; its last fifth is silent.
const WORD: f64 = 0.25;
/// What the lowest bits of the samples say before a word: then come the bytes of the word, after their number.
pub(super) const MAGIC: u32 = u32::from_be_bytes(*b"coze");

impl Tones {
    /// Returns the tones of a text; `voice` shifts them all.
    pub(crate) fn new(text: &str, voice: u64, rate: u32, speed: f64, loudness: f64) -> Self {
        let mut texts: Vec<String> = spoken(text).map(str::to_owned).collect();
        // A text without words is one tone, so that no file is empty.
        if texts.is_empty() {
            texts.push(String::new());
        }
        let words = texts.iter().map(|word| frequency(word, voice)).collect();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most 48,000 Hz times 1.25 s"
        )]
        let length = (f64::from(rate) * WORD / speed) as usize;
        Self { words, texts, rate, length, loudness: 8_192.0 * loudness }
    }

    /// Returns the number of samples of all words.
    pub(crate) fn samples(&self) -> usize {
        self.words.len() * self.length
    }

    pub(crate) fn rate(&self) -> u32 {
        self.rate
    }

    /// Number of samples of one word.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// Frequencies of the words.
    pub(crate) fn words(&self) -> &[f64] {
        &self.words
    }

    /// Returns the samples of each word: 16 bit, mono, little endian.
    pub(crate) fn pcm(&self) -> impl Iterator<Item = Vec<u8>> {
        self.words.iter().zip(&self.texts).map(|(frequency, text)| {
            let sounding = self.length * 4 / 5;
            let hidden = hidden(text, sounding / 8);
            // A tone with a sudden start or end would click.
            let fade = (sounding / 10).max(1);
            let sample = |at: usize| {
                if at >= sounding {
                    return 0;
                }
                #[expect(clippy::cast_precision_loss, reason = "fewer than 60,000 samples")]
                let (time, edge) = (at as f64, (at + 1).min(sounding - at).min(fade) as f64 / fade as f64);
                let wave = (TAU * frequency * time / f64::from(self.rate)).sin();
                #[expect(clippy::cast_possible_truncation, reason = "at most 16,384")]
                let sample = (wave * edge * self.loudness) as i16;
                match hidden.get(at / 8) {
                    Some(byte) => sample & !1 | i16::from(byte >> (7 - at % 8) & 1),
                    None => sample,
                }
            };
            (0..self.length).flat_map(|at| sample(at).to_le_bytes()).collect()
        })
    }

    /// Returns the WAV header of these tones.
    pub(crate) fn wav_head(&self) -> Vec<u8> {
        // 1024 bytes of text are at most 1024 words of 60,000 samples.
        let size = u32::try_from(self.samples() * 2).unwrap_or(u32::MAX - 36);
        let mut head = Vec::with_capacity(44);
        head.extend_from_slice(b"RIFF");
        head.extend_from_slice(&(size + 36).to_le_bytes());
        head.extend_from_slice(b"WAVEfmt ");
        head.extend_from_slice(&16_u32.to_le_bytes());
        // PCM, one channel.
        head.extend_from_slice(&[1, 0, 1, 0]);
        head.extend_from_slice(&self.rate.to_le_bytes());
        head.extend_from_slice(&(self.rate * 2).to_le_bytes());
        // Two bytes and 16 bits per sample.
        head.extend_from_slice(&[2, 0, 16, 0]);
        head.extend_from_slice(b"data");
        head.extend_from_slice(&size.to_le_bytes());
        head
    }
}

/// Writes a word for the lowest bits of samples, in at most so many bytes.
fn hidden(text: &str, room: usize) -> Vec<u8> {
    let mut room = room.saturating_sub(5).min(255).min(text.len());
    while !text.is_char_boundary(room) {
        room -= 1;
    }
    let text = &text[..room];
    let length = u8::try_from(text.len()).unwrap_or(u8::MAX);
    [&MAGIC.to_be_bytes()[..], &[length], text.as_bytes()].concat()
}

/// Splits a text into spoken units: words, and characters that are words of their own.
fn spoken(text: &str) -> impl Iterator<Item = &str> {
    words::pieces(text).into_iter().filter(|piece| piece.chars().any(char::is_alphanumeric))
}

/// Maps each word to its tone, always the same one.
fn frequency(word: &str, voice: u64) -> f64 {
    let letters = word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    let sum = letters.fold(7_u32, |sum, c| sum.wrapping_mul(31).wrapping_add(u32::from(c)));
    let semitones = SCALE[(sum % 10) as usize] + u32::try_from(voice % 12).unwrap_or_default();
    220.0 * (f64::from(semitones) / 12.0).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_a_tone() {
        let tones = Tones::new("hello, there hello!", 0, 24_000, 1.0, 1.0);
        let words: Vec<Vec<u8>> = tones.pcm().collect();
        assert_eq!((words.len(), words[0].len(), tones.samples()), (3, 12_000, 18_000));
        // Without the lowest bits, which hold the words themselves.
        let tone = |word: &[u8]| word.iter().step_by(2).map(|low| low & !1).collect::<Vec<_>>();
        assert!(tone(&words[0]) == tone(&words[2]) && tone(&words[0]) != tone(&words[1]));
        let crossings = |word: &[u8]| {
            let samples: Vec<i16> =
                word.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
            samples.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count()
        };
        // 0.2 s of the tone: as many periods as its frequency requires.
        for (word, frequency) in words.iter().zip(tones.words()) {
            let periods = frequency / 5.0;
            #[expect(clippy::cast_precision_loss, reason = "a small number")]
            let counted = crossings(word) as f64;
            assert!((counted - periods).abs() <= 1.0, "{counted} of {periods}");
        }
    }

    #[test]
    fn speed_loudness_and_voice_are_heard() {
        let loudest = |tones: &Tones| {
            let bytes: Vec<u8> = tones.pcm().flatten().collect();
            bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).max().unwrap()
        };
        let usual = Tones::new("你好", 0, 8_000, 1.0, 1.0);
        assert_eq!(usual.samples(), 2_000);
        assert_eq!(Tones::new("你好", 0, 8_000, 2.0, 1.0).samples(), 1_000);
        assert_eq!(Tones::new("你好", 0, 8_000, 0.5, 1.0).samples(), 4_000);
        assert!((16_300..16_400).contains(&loudest(&Tones::new("你好", 0, 8_000, 1.0, 2.0))));
        assert!((8_100..8_200).contains(&loudest(&usual)));
        assert_ne!(Tones::new("你好", 1, 8_000, 1.0, 1.0).words(), usual.words());
        assert_eq!(Tones::new("。", 0, 8_000, 1.0, 1.0).samples(), 2_000);
    }
}
