//! Audio of a session: what its client sends, and what it gets.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::{Buf, BytesMut};
use serde_json::{Map, Value, json};

use crate::audio::g711::Law;
use crate::audio::hear::{Hearing, Voice as Heard};
use crate::audio::tone::Tones;
use crate::audio::{mp3, voice};
use crate::http::{Call, fields};
use crate::state::{Id, Refusal};

fields! {
    pub(super) struct InputAudio {
        format: Option<String> => OneOf(&["pcm", "wav", "ogg"]),
        codec: Option<String> => OneOf(&["pcm", "opus", "g711a", "g711u"]),
        sample_rate: Option<u32> => OneInt(&[8000, 16000, 22050, 24000, 32000, 44100, 48000]),
        channel: Option<u32> => OneInt(&[1, 2]),
        bit_depth: Option<u32> => OneInt(&[8, 16, 24]),
    }

    pub(super) struct OutputAudio {
        codec: Option<String> => OneOf(&["pcm", "opus", "g711a", "g711u", "mp3"]),
        pcm_config: PcmConfig; optional,
        opus_config: Option<OpusConfig>,
        mp3_config: Option<Mp3Config>,
        speech_rate: i32 => Int(-50, 100); optional,
        loudness_rate: i32 => Int(-50, 100); optional,
        voice_id: Option<Id>,
        context_texts: Option<String>,
        emotion_config: Option<EmotionConfig>,
    }

    struct PcmConfig {
        sample_rate: Option<u32> => OneInt(&[8000, 16000, 22050, 24000, 32000, 44100, 48000]),
        frame_size_ms: Option<f64> => Number(1.0, 10_000.0),
        limit_config: Option<LimitConfig>,
    }

    struct OpusConfig {
        bitrate: Option<u32>,
        use_cbr: Option<bool>,
        frame_size_ms: Option<f64>,
        limit_config: Option<LimitConfig>,
        // The Node SDK has it.
        sample_rate: Option<u32>,
    }

    struct Mp3Config {
        sample_rate: Option<u32> => OneInt(&[32000, 44100, 48000]),
        bit_rate: Option<u32> => Int(8000, 1_600_000),
    }

    struct LimitConfig {
        period: Option<u32> => Int(1, 3600),
        max_frame_num: Option<u32> => Int(1, 1_000_000),
    }

    struct EmotionConfig {
        emotion: Option<String> => OneOf(voice::EMOTIONS),
        emotion_scale: Option<f64> => Number(1.0, 5.0),
    }

    pub(super) struct Append {
        pub(super) delta: String,
    }
}

/// The defaults of [`InputAudio`].
pub(super) fn input() -> Value {
    json!({"format": "wav", "codec": "pcm", "sample_rate": 24_000, "channel": 1, "bit_depth": 16})
}

/// The defaults of [`OutputAudio`].
pub(super) fn output() -> Value {
    json!({"codec": "pcm", "pcm_config": {"sample_rate": 24_000}, "speech_rate": 0, "loudness_rate": 0})
}

/// Takes the audio of the client.
pub(super) struct Ear {
    codec: Codec,
    channels: usize,
    /// Bytes that are no whole sample yet, or no whole head of a WAV file.
    rest: BytesMut,
    silence_ms: u32,
    hearing: Hearing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Codec {
    /// The head of a WAV file, which declares the format.
    WavHead,
    Pcm,
    G711(Law),
    /// Packets that cannot be decoded here: large ones are voice.
    Opus,
}

impl Ear {
    /// Listens to audio as the settings say; an utterance ends after so much silence.
    pub(super) fn new(input: &InputAudio, silence_ms: u32) -> Result<Self, Refusal> {
        let rate = input.sample_rate.unwrap_or(24_000);
        let codec = match (input.format.as_deref(), input.codec.as_deref()) {
            (_, Some("opus")) | (Some("ogg"), _) => Codec::Opus,
            (_, Some("g711a" | "g711u")) if rate != 8000 => {
                return Err(Refusal::invalid("data.input_audio.sample_rate", "G.711 has 8000 Hz"));
            }
            (_, Some("g711a")) => Codec::G711(Law::A),
            (_, Some("g711u")) => Codec::G711(Law::Mu),
            (Some("pcm"), _) => Codec::Pcm,
            _ => Codec::WavHead,
        };
        if codec == Codec::Pcm && input.bit_depth.is_some_and(|depth| depth != 16) {
            let problem = "the simulator supports only samples of 16 bits";
            return Err(Refusal::invalid("data.input_audio.bit_depth", problem));
        }
        let channels = input.channel.unwrap_or(1) as usize;
        Ok(Self {
            codec,
            channels,
            rest: BytesMut::new(),
            silence_ms,
            hearing: Hearing::new(rate, silence_ms),
        })
    }

    /// Takes audio in base64, and returns where utterances start and end.
    pub(super) fn append(&mut self, delta: &str) -> Result<Vec<Heard>, Refusal> {
        let bytes = BASE64_STANDARD.decode(delta);
        let bytes = bytes.map_err(|error| Refusal::invalid("data.delta", format!("no base64: {error}")))?;
        self.rest.extend_from_slice(&bytes);
        if self.codec == Codec::WavHead && !self.wav_head()? {
            return Ok(Vec::new());
        }
        let hearing = &mut self.hearing;
        let mut heard = Vec::new();
        match self.codec {
            Codec::WavHead => {}
            Codec::Pcm => {
                while self.rest.len() >= 2 * self.channels {
                    heard.extend(hearing.hear(self.rest.get_i16_le()));
                    self.rest.advance(2 * (self.channels - 1));
                }
            }
            Codec::G711(law) => {
                heard.extend(self.rest.iter().filter_map(|byte| hearing.hear(law.decode(*byte))));
                self.rest.clear();
            }
            Codec::Opus => {
                // Packets of silence are tiny; a packet has 20 ms.
                let loud = if self.rest.len() > 8 { 8_000 } else { 0 };
                let samples = (0..480).map(|at| if at % 48 < 24 { loud } else { -loud });
                heard.extend(samples.filter_map(|sample| hearing.hear(sample)));
                self.rest.clear();
            }
        }
        Ok(heard)
    }

    /// Reads the head of a WAV file; `false`: it has not come whole.
    fn wav_head(&mut self) -> Result<bool, Refusal> {
        let wrong = |what: &str| {
            let problem =
                format!("the audio does not follow the format wav ({what}); set input_audio by an update");
            Err(Refusal::invalid("data.delta", problem))
        };
        let head = &self.rest[..];
        if !head.starts_with(b"RIFF") && !b"RIFF".starts_with(&head[..head.len().min(4)]) {
            self.rest.clear();
            return wrong("no RIFF");
        }
        let Some(data) = head.windows(4).position(|word| word == b"data") else {
            return if head.len() > 4096 { wrong("no data") } else { Ok(false) };
        };
        if head.len() < data + 8 || data < 36 {
            return Ok(false);
        }
        let field = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
        let (format, channels, bits) = (field(20), field(22), field(34));
        let rate = u32::from(field(24)) | u32::from(field(26)) << 16;
        self.codec = match (format, bits) {
            (1 | 0xfffe, 16) => Codec::Pcm,
            (6, 8) => Codec::G711(Law::A),
            (7, 8) => Codec::G711(Law::Mu),
            _ => return wrong(&format!("{bits} bits of format {format}, which the simulator does not know")),
        };
        self.channels = usize::from(channels.max(1));
        self.hearing = Hearing::new(rate, self.silence_ms);
        self.rest.advance(data + 8);
        Ok(true)
    }

    /// Returns what was heard of this utterance so far.
    pub(super) fn text(&self) -> String {
        self.hearing.text()
    }

    /// Ends the utterance, and returns what was heard of it.
    pub(super) fn take(&mut self) -> String {
        self.rest.clear();
        self.hearing.take()
    }
}

/// Speaks as the settings say.
pub(super) struct Voice {
    law: Option<Law>,
    mp3: bool,
    rate: u32,
    speed: f64,
    loudness: f64,
    pitch: u64,
    /// Bytes of a frame.
    frame: Option<usize>,
    /// Time between two frames, where the client limits them.
    pub(super) pace: Option<Duration>,
}

impl Voice {
    pub(super) fn new(call: &Call, output: &OutputAudio) -> Result<Self, Refusal> {
        let (speed, loudness) = (percent(output.speech_rate), percent(output.loudness_rate));
        let mut pitch = 0;
        if let Some(id) = output.voice_id {
            let voice = voice::find(call, id)?;
            let emotion = output.emotion_config.as_ref().and_then(|config| config.emotion.as_deref());
            voice.check(speed, emotion, output.context_texts.as_deref())?;
            pitch = voice.pitch();
        }
        let mut rate = output.pcm_config.sample_rate.unwrap_or(24_000);
        let law = match output.codec.as_deref() {
            Some("g711a") => Some(Law::A),
            Some("g711u") => Some(Law::Mu),
            Some("opus") => {
                let problem = "the simulator has no encoder for opus; it makes pcm, g711a, g711u and mp3";
                return Err(Refusal::invalid("data.output_audio.codec", problem));
            }
            _ => None,
        };
        let mp3 = output.codec.as_deref() == Some("mp3");
        if law.is_some() {
            rate = 8000;
        } else if mp3 {
            rate = output.mp3_config.as_ref().and_then(|config| config.sample_rate).unwrap_or(44_100);
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 10 s of 48 kHz")]
        let samples = |ms: f64| ((f64::from(rate) * ms / 1000.0) as usize).max(1);
        let frame = output.pcm_config.frame_size_ms.filter(|_| !mp3).map(samples);
        let pace = output
            .pcm_config
            .limit_config
            .as_ref()
            .and_then(|limit| Some(Duration::from_secs(limit.period?.into()) / limit.max_frame_num?));
        let frame = frame.map(|samples| if law.is_some() { samples } else { samples * 2 });
        Ok(Self { law, mp3, rate, speed, loudness, pitch, frame, pace })
    }

    /// Makes the audio of a text, piece by piece, in base64.
    pub(super) fn speak(&self, text: &str) -> Vec<String> {
        let tones = Tones::new(text, self.pitch, self.rate, self.speed, self.loudness);
        let words: Vec<Vec<u8>> = match self.law {
            None if self.mp3 => mp3::words(&tones).collect(),
            None => tones.pcm().collect(),
            Some(law) => {
                let encode = |pair: &[u8]| law.encode(i16::from_le_bytes([pair[0], pair[1]]));
                tones.pcm().map(|pcm| pcm.chunks_exact(2).map(encode).collect()).collect()
            }
        };
        let pieces: Vec<Vec<u8>> = match self.frame {
            None => words,
            Some(frame) => words.concat().chunks(frame).map(<[u8]>::to_vec).collect(),
        };
        pieces.iter().map(|piece| BASE64_STANDARD.encode(piece)).collect()
    }
}

/// -50 is half as much, 100 is twice as much.
fn percent(rate: i32) -> f64 {
    1.0 + f64::from(rate) / 100.0
}

/// Cuts a text, which comes piece by piece, into its sentences.
#[derive(Default)]
pub(super) struct Sentences(String);

impl Sentences {
    /// Takes more of the text, and returns the next whole sentence.
    pub(super) fn push(&mut self, piece: &str) {
        self.0.push_str(piece);
    }

    /// Returns the next sentence; the last one only at the end.
    pub(super) fn next(&mut self, at_end: bool) -> Option<String> {
        let mut marks = self.0.char_indices().filter_map(|(at, mark)| {
            let end = at + mark.len_utf8();
            let ends = match mark {
                '。' | '！' | '？' | '\n' => true,
                '.' | '!' | '?' => self.0[end..].starts_with(char::is_whitespace),
                _ => false,
            };
            ends.then_some(end)
        });
        let end = marks.next().or_else(|| at_end.then_some(self.0.len()))?;
        // The space after a sentence belongs to it.
        let rest = &self.0[end..];
        let end = end + rest.len() - rest.trim_start().len();
        let sentence: String = self.0.drain(..end).collect();
        match (sentence.trim().is_empty(), self.0.is_empty()) {
            (true, true) => None,
            (true, false) => self.next(at_end),
            (false, _) => Some(sentence),
        }
    }
}

/// Makes the data of an event with one text.
pub(super) fn text(name: &str, text: impl Into<Value>) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), text.into())]))
}
