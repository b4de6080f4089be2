//! Audio on its way in and out, and how it is recognised.

use crate::audio::Emotion;

open_enum! {
    /// The container of the audio that a client sends.
    pub enum AudioContainer {
        /// Samples without a head.
        Pcm = "pcm",
        /// WAV, the default.
        Wav = "wav",
        /// Ogg.
        Ogg = "ogg",
    }
}

open_enum! {
    /// The codec of audio.
    pub enum Codec {
        /// Samples of 16 bits, little endian, the default.
        Pcm = "pcm",
        /// Opus.
        Opus = "opus",
        /// G.711 A-law, at 8000 Hz.
        G711a = "g711a",
        /// G.711 µ-law, at 8000 Hz.
        G711u = "g711u",
        /// MP3; only from the server.
        Mp3 = "mp3",
    }
}

answer! {
    /// The audio that a client sends. What is unset is up to the server: WAV with PCM of 24000 Hz, 16 bits, mono.
    pub struct InputAudio {
        /// Container.
        format: Option<AudioContainer>,
        /// Codec.
        codec: Option<Codec>,
        /// Sample rate in Hz: 8000, 16000, 22050, 24000, 32000, 44100 or 48000.
        sample_rate: Option<i64>,
        /// Channels: 1 or 2.
        channel: Option<i64>,
        /// Bits of a sample: 8, 16 or 24.
        bit_depth: Option<i64>,
    }
}

setters!(InputAudio { sample_rate: i64, channel: i64, bit_depth: i64 });

impl InputAudio {
    /// WAV, whose head says the rest.
    pub fn wav() -> Self {
        Self { format: Some(AudioContainer::Wav), codec: Some(Codec::Pcm), ..Self::default() }
    }

    /// Samples of 16 bits, mono, at so many Hz.
    pub fn pcm(sample_rate: i64) -> Self {
        let (channel, bit_depth) = (Some(1), Some(16));
        Self { channel, bit_depth, ..Self::raw(Codec::Pcm, Some(sample_rate)) }
    }

    /// G.711 A-law, at 8000 Hz.
    pub fn g711a() -> Self {
        Self::raw(Codec::G711a, Some(8000))
    }

    /// G.711 µ-law, at 8000 Hz.
    pub fn g711u() -> Self {
        Self::raw(Codec::G711u, Some(8000))
    }

    /// Packets of Opus without a container.
    pub fn opus() -> Self {
        Self::raw(Codec::Opus, None)
    }

    /// Opus in Ogg.
    pub fn ogg_opus() -> Self {
        Self { format: Some(AudioContainer::Ogg), codec: Some(Codec::Opus), ..Self::default() }
    }

    fn raw(codec: Codec, sample_rate: Option<i64>) -> Self {
        Self { format: Some(AudioContainer::Pcm), codec: Some(codec), sample_rate, ..Self::default() }
    }
}

answer! {
    /// How fast the server sends audio, for devices with little memory.
    pub struct LimitConfig {
        /// Length of a period in seconds.
        period: Option<i64>,
        /// Frames in each period.
        max_frame_num: Option<i64>,
    }
}

answer! {
    /// PCM from the server: mono, 16 bits, little endian.
    pub struct PcmConfig {
        /// Sample rate in Hz; 24000 by default.
        sample_rate: Option<i64>,
        /// Length of a frame in milliseconds; pieces of any even size by default.
        frame_size_ms: Option<f64>,
        /// Frames in a time; without limit by default.
        limit_config: Option<LimitConfig>,
    }
}

setters!(PcmConfig { sample_rate: i64, frame_size_ms: f64, limit_config: LimitConfig });

answer! {
    /// Opus from the server.
    pub struct OpusConfig {
        /// Bits per second; 48000 by default.
        bitrate: Option<i64>,
        /// Constant bit rate; off by default.
        use_cbr: Option<bool>,
        /// Length of a frame in milliseconds: 2.5, 5, 10, 20, 40 or 60; 10 by default.
        frame_size_ms: Option<f64>,
        /// Frames in a time; without limit by default.
        limit_config: Option<LimitConfig>,
        /// Sample rate in Hz; known from one SDK only.
        sample_rate: Option<i64>,
    }
}

setters!(OpusConfig {
    bitrate: i64,
    use_cbr: bool,
    frame_size_ms: f64,
    limit_config: LimitConfig,
    sample_rate: i64
});

answer! {
    /// MP3 from the server.
    pub struct Mp3Config {
        /// Sample rate in Hz: 32000, 44100 or 48000; 44100 by default.
        sample_rate: Option<i64>,
        /// Bits per second.
        bit_rate: Option<i64>,
    }
}

setters!(Mp3Config { sample_rate: i64, bit_rate: i64 });

answer! {
    /// The emotion of a voice that has several.
    pub struct EmotionConfig {
        /// Emotion.
        emotion: Option<Emotion>,
        /// Strength, from 1 to 5; 4 by default.
        emotion_scale: Option<f64>,
    }
}

setters!(EmotionConfig { emotion: Emotion, emotion_scale: f64 });

answer! {
    /// The audio that the server sends.
    pub struct OutputAudio {
        /// Codec; PCM by default.
        codec: Option<Codec>,
        /// With PCM and G.711.
        pcm_config: Option<PcmConfig>,
        /// With Opus.
        opus_config: Option<OpusConfig>,
        /// With MP3.
        mp3_config: Option<Mp3Config>,
        /// Speed, from -50 (half) to 100 (double); 0 by default.
        speech_rate: Option<i64>,
        /// Loudness, from -50 to 100; 0 by default. Not for cloned voices.
        loudness_rate: Option<i64>,
        /// Voice; one of the platform by default.
        voice_id: Option<crate::model::id::VoiceId>,
        /// How to speak, in words; for voices of Doubao 2.0, and speech only.
        context_texts: Option<String>,
        /// Emotion, for voices that have several.
        emotion_config: Option<EmotionConfig>,
    }
}

setters!(OutputAudio {
    pcm_config: PcmConfig,
    opus_config: OpusConfig,
    mp3_config: Mp3Config,
    speech_rate: i64,
    loudness_rate: i64,
    voice_id: crate::model::id::VoiceId,
    context_texts: String,
    emotion_config: EmotionConfig,
});

impl OutputAudio {
    /// Samples of 16 bits, mono, at so many Hz.
    pub fn pcm(sample_rate: i64) -> Self {
        let pcm_config = Some(PcmConfig::default().sample_rate(sample_rate));
        Self { codec: Some(Codec::Pcm), pcm_config, ..Self::default() }
    }

    /// G.711 A-law, at 8000 Hz.
    pub fn g711a() -> Self {
        Self { codec: Some(Codec::G711a), ..Self::pcm(8000) }
    }

    /// G.711 µ-law, at 8000 Hz.
    pub fn g711u() -> Self {
        Self { codec: Some(Codec::G711u), ..Self::pcm(8000) }
    }

    /// Packets of Opus.
    pub fn opus(config: OpusConfig) -> Self {
        Self { codec: Some(Codec::Opus), opus_config: Some(config), ..Self::default() }
    }
}

answer! {
    /// Words that a transcription omits or masks.
    pub struct SensitiveWordsFilter {
        /// Filters the words of the platform.
        system_reserved_filter: Option<bool>,
        /// Words that are omitted.
        filter_with_empty: Vec<String> [skip_if_empty],
        /// Words that become `*`.
        filter_with_signed: Vec<String> [skip_if_empty],
    }
}

answer! {
    /// How speech is recognised.
    pub struct AsrConfig {
        /// Words that are likely to occur: 100 tokens together, or 5000 with `output_no_stream`.
        hot_words: Vec<String> [skip_if_empty],
        /// What the talk is about; at most 800 tokens.
        context: Option<String>,
        /// Kind of the context; undocumented.
        context_type: Option<String>,
        /// Language; `common` by default. The sources list different words.
        user_language: Option<String>,
        /// Omits fillers; on by default.
        enable_ddc: Option<bool>,
        /// Writes numbers as digits; on by default.
        enable_itn: Option<bool>,
        /// Writes punctuation; on by default.
        enable_punc: Option<bool>,
        /// `bidirectional_stream`, the default, or `output_no_stream`, which is better and later.
        stream_mode: Option<String>,
        /// Recognises a second time; off by default.
        enable_nostream: Option<bool>,
        /// Recognises the emotion; `output_no_stream` only.
        enable_emotion: Option<bool>,
        /// Recognises the gender; `output_no_stream` only.
        enable_gender: Option<bool>,
        /// Words that are omitted or masked.
        sensitive_words_filter: Option<SensitiveWordsFilter>,
    }
}

setters!(AsrConfig {
    context: String,
    context_type: String,
    user_language: String,
    enable_ddc: bool,
    enable_itn: bool,
    enable_punc: bool,
    stream_mode: String,
    enable_nostream: bool,
    enable_emotion: bool,
    enable_gender: bool,
    sensitive_words_filter: SensitiveWordsFilter,
});

impl AsrConfig {
    /// Adds a word that is likely to occur.
    #[must_use]
    pub fn hot_word(mut self, word: impl Into<String>) -> Self {
        self.hot_words.push(word.into());
        self
    }
}
