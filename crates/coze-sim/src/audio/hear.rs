//! What a microphone hears: where there is voice, and what the simulated speech in it says.

use super::tone::MAGIC;

/// Windows of 10 ms as loud as this, as the mean of the squares, are voice.
const LOUD: u64 = 300 * 300;
const NOTES: [&str; 12] = ["A", "A#", "B", "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#"];

/// Decodes samples as they arrive: the words that speech of the simulator carries in its lowest bits; for other audio, the
/// notes, one for each tone.
#[derive(Clone, Debug)]
pub(crate) struct Hearing {
    /// Samples of a window.
    window: usize,
    /// Windows of silence that end an utterance.
    patience: u32,
    count: usize,
    energy: u64,
    negative: bool,
    crossings: u32,
    /// Windows and periods of the tone that sounds.
    tone: (u32, u32),
    /// Windows of silence since the last voice, within an utterance.
    silence: Option<u32>,
    /// The newest 32 lowest bits.
    bits: u32,
    /// The word that is being read, with the number of its bits so far.
    word: Option<(Vec<u8>, u32)>,
    words: String,
    notes: Vec<String>,
}

/// The begin or the end of an utterance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    Started,
    /// With what was said.
    Stopped(String),
}

impl Hearing {
    /// Hears samples of the given rate; an utterance ends after so many milliseconds of silence.
    pub(crate) fn new(rate: u32, silence_ms: u32) -> Self {
        Self {
            window: (rate as usize / 100).max(1),
            patience: (silence_ms / 10).max(1),
            count: 0,
            energy: 0,
            negative: false,
            crossings: 0,
            tone: (0, 0),
            silence: None,
            bits: 0,
            word: None,
            words: String::new(),
            notes: Vec::new(),
        }
    }

    /// Returns what was heard of this utterance so far.
    pub(crate) fn text(&self) -> String {
        if self.words.is_empty() { self.notes.join(" ") } else { self.words.trim().to_owned() }
    }

    /// Ends the utterance, and returns what was heard of it.
    pub(crate) fn take(&mut self) -> String {
        self.end_tone();
        self.silence = None;
        let text = self.text();
        self.words.clear();
        self.notes.clear();
        text
    }

    /// Takes one sample, and returns an utterance that starts or ends with it.
    pub(crate) fn hear(&mut self, sample: i16) -> Option<Voice> {
        self.read(sample);
        self.crossings += u32::from(self.negative && sample > 0);
        if sample != 0 {
            self.negative = sample < 0;
        }
        self.energy += u64::from(sample.unsigned_abs()).pow(2);
        self.count += 1;
        if self.count < self.window {
            return None;
        }
        let loud = self.energy / self.window as u64 >= LOUD;
        (self.count, self.energy) = (0, 0);
        let crossings = std::mem::take(&mut self.crossings);
        if loud {
            self.tone = (self.tone.0 + 1, self.tone.1 + crossings);
            return self.silence.replace(0).is_none().then_some(Voice::Started);
        }
        self.end_tone();
        let silence = self.silence.as_mut()?;
        *silence += 1;
        (*silence >= self.patience).then(|| Voice::Stopped(self.take()))
    }

    /// Names the tone that sounded, if it was one and no click.
    fn end_tone(&mut self) {
        let (windows, periods) = std::mem::take(&mut self.tone);
        if windows < 3 || periods == 0 {
            return;
        }
        let frequency = f64::from(periods) * 100.0 / f64::from(windows);
        #[expect(clippy::cast_possible_truncation, reason = "a small number")]
        let semitones = ((frequency / 27.5).log2() * 12.0).round() as i32;
        let octave = (semitones + 9).div_euclid(12);
        let note = usize::try_from(semitones.rem_euclid(12)).unwrap_or_default();
        self.notes.push(format!("{}{octave}", NOTES[note]));
    }

    /// Reads the lowest bit of a sample.
    fn read(&mut self, sample: i16) {
        self.bits = self.bits << 1 | u32::from(sample & 1 == 1);
        let Some((bytes, count)) = &mut self.word else {
            if self.bits == MAGIC {
                self.word = Some((Vec::new(), 0));
            }
            return;
        };
        *count += 1;
        if *count % 8 == 0 {
            bytes.push(self.bits.to_be_bytes()[3]);
            if bytes.len() == 1 + usize::from(bytes[0]) {
                self.words.push_str(&String::from_utf8_lossy(&bytes[1..]));
                self.word = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::g711::Law;
    use super::super::tone::Tones;
    use super::{Hearing, Voice};

    fn samples(text: &str, rate: u32) -> Vec<i16> {
        let pcm: Vec<u8> = Tones::new(text, 0, rate, 1.0, 1.0).pcm().flatten().collect();
        pcm.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
    }

    fn heard(samples: impl IntoIterator<Item = i16>, rate: u32) -> Vec<Voice> {
        let mut hearing = Hearing::new(rate, 500);
        let silence = std::iter::repeat_n(0, rate as usize);
        samples.into_iter().chain(silence).filter_map(|sample| hearing.hear(sample)).collect()
    }

    #[test]
    fn speech_is_heard_word_by_word() {
        for (text, rate) in [("What day is 2024-10-01?", 24_000), ("今天天气真不错。", 8_000)] {
            assert_eq!(heard(samples(text, rate), rate), [Voice::Started, Voice::Stopped(text.into())]);
        }
    }

    #[test]
    fn other_sounds_are_heard_as_notes() {
        // The laws of telephones keep the tones, but not the lowest bits.
        let phone = |law: Law| samples("a b a", 8_000).into_iter().map(move |s| law.decode(law.encode(s)));
        for law in [Law::A, Law::Mu] {
            let voices = heard(phone(law), 8_000);
            let [Voice::Started, Voice::Stopped(notes)] = &voices[..] else { panic!("{voices:?}") };
            let notes: Vec<&str> = notes.split(' ').collect();
            assert!(notes.len() == 3 && notes[0] == notes[2] && notes[0] != notes[1], "{notes:?}");
        }
        let tone = (0..4_800_i16).map(|at| {
            #[expect(clippy::cast_possible_truncation, reason = "at most 8,000")]
            let sample = ((f64::from(at) * 440.0 * std::f64::consts::TAU / 24_000.0).sin() * 8_000.0) as i16;
            sample & !1
        });
        assert_eq!(heard(tone, 24_000)[1], Voice::Stopped("A4".into()));
        assert_eq!(heard([], 24_000), []);
    }
}
