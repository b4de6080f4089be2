//! Limits of the group `audio`.

use coze_types::FilePart;
use coze_types::audio::{
    AudioFormat, CloneVoice, CreateRoom, CreateSpeech, CreateTranscription, CreateVoiceprintFeature,
    CreateVoiceprintGroup, IdentifySpeaker, ListVoiceprintFeatures, ListVoiceprintGroups, ListVoices,
    RoomConfig, RoomVideoConfig, UpdateVoiceprintFeature, UpdateVoiceprintGroup,
};

use super::{complains, fatal};

const MB: usize = 1 << 20;

fn file(name: &str, bytes: usize) -> FilePart {
    FilePart::new(name, vec![0; bytes])
}

#[test]
fn speech_has_limits() {
    let speech = || CreateSpeech::new("你好", "1");
    assert!(fatal(&complains(&CreateSpeech::new("", ""), &["input", "voice_id"])));
    // Bytes, not characters.
    complains(&CreateSpeech::new("x".repeat(1024), "1"), &[]);
    complains(&CreateSpeech::new("值".repeat(341), "1"), &[]);
    let errors = complains(&CreateSpeech::new("值".repeat(342), "1"), &["input"]);
    assert_eq!(errors[0].to_string(), "`input` has 1026 bytes; at most 1024 are allowed");
    for (scale, fields) in [(1.0, &[][..]), (5.0, &[]), (0.9, &["emotion_scale"]), (5.1, &["emotion_scale"])]
    {
        assert!(!fatal(&complains(&speech().emotion_scale(scale), fields)));
    }
    for (speed, fields) in [(0.2, &[][..]), (3.0, &[]), (0.1, &["speed"]), (3.1, &["speed"])] {
        assert!(!fatal(&complains(&speech().speed(speed), fields)));
    }
    // These would be written as `null`, which is the default.
    for nothing in [f64::NAN, f64::INFINITY] {
        assert!(fatal(&complains(&speech().speed(nothing), &["speed"])));
        assert!(fatal(&complains(&speech().emotion_scale(nothing), &["emotion_scale"])));
    }
    for rate in [8_000_u32, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] {
        complains(&speech().sample_rate(rate), &[]);
    }
    complains(&speech().sample_rate(11_025_u32), &["sample_rate"]);
    complains(&speech().loudness_rate(-50), &[]);
    complains(&speech().loudness_rate(100), &[]);
    complains(&speech().loudness_rate(-51), &["loudness_rate"]);
    complains(&speech().loudness_rate(101), &["loudness_rate"]);
    for format in [AudioFormat::Mp3, AudioFormat::Wav, AudioFormat::Pcm, AudioFormat::OggOpus] {
        complains(&speech().response_format(format), &[]);
    }
    complains(&speech().response_format(AudioFormat::M4a), &["response_format"]);
    complains(&speech().response_format("flac"), &["response_format"]);
}

#[test]
fn transcriptions_have_limits() {
    let transcribe = |name: &str, bytes| CreateTranscription::new(name, vec![0; bytes]);
    for name in ["a.opus", "a.OGG", "a.b.mp3", "a.wav", "a.m4a", "a.mp4", "a.pcm", "a.raw", "a.spx", "a.aac"]
    {
        complains(&transcribe(name, 1), &[]);
    }
    complains(&transcribe("a.amr", 10 * MB), &[]);
    let errors = complains(&transcribe("a.amr", 10 * MB + 1), &["file"]);
    let rule = "`file` \"a.amr\" has 10485761 bytes; at most 10 MB (10485760 bytes) are allowed";
    assert_eq!(errors[0].to_string(), rule);
    assert!(!fatal(&errors));
    assert!(!fatal(&complains(&transcribe("a.flac", 1), &["file"])));
    assert!(!fatal(&complains(&transcribe("wav", 1), &["file"])));
    assert!(fatal(&complains(&transcribe("a.wav", 0), &["file"])));
    assert!(fatal(&complains(&transcribe("", 1), &["file"])));
}

#[test]
fn voices_have_limits() {
    let clone = || CloneVoice::new("jay").file(file("jay.wav", 1));
    complains(&clone(), &[]);
    assert!(fatal(&complains(&CloneVoice::new("").file(file("jay.wav", 1)), &["voice_name"])));
    complains(&CloneVoice::new("x".repeat(128)).file(file("jay.wav", 1)), &[]);
    complains(&CloneVoice::new("值".repeat(43)).file(file("jay.wav", 1)), &["voice_name"]);
    complains(&clone().text("x".repeat(1024)), &[]);
    complains(&clone().text("x".repeat(1025)), &["text"]);
    complains(&clone().file(file("jay.aac", 10 * MB)), &[]);
    complains(&clone().file(file("jay.aac", 10 * MB + 1)), &["file"]);
    // The format has to be known from somewhere.
    let errors = complains(&clone().file(file("jay.flac", 1)), &["audio_format"]);
    assert!(errors[0].rule.contains("\"jay.flac\""), "{errors:?}");
    complains(&clone().file(file("jay", 1)), &["audio_format"]);
    complains(&clone().file(file("jay", 1)).audio_format(AudioFormat::Pcm), &[]);
    complains(&clone().audio_format(AudioFormat::OggOpus), &["audio_format"]);
    // Without any recording.
    assert!(fatal(&complains(&CloneVoice::new("jay"), &["file", "file", "audio_format"])));

    complains(&ListVoices::new().page_size(0), &["page_size"]);
    complains(&ListVoices::new().page_size(101).page_num(0), &["page_num", "page_size"]);
}

#[test]
fn voiceprints_have_limits() {
    complains(&CreateVoiceprintGroup::new("名".repeat(20)).desc("值".repeat(500)), &[]);
    complains(&CreateVoiceprintGroup::new("x".repeat(21)).desc("x".repeat(501)), &["name", "desc"]);
    assert!(fatal(&complains(&CreateVoiceprintGroup::new(""), &["name"])));
    complains(&UpdateVoiceprintGroup::new("1").name("x".repeat(21)).desc("x".repeat(501)), &["name", "desc"]);
    complains(&UpdateVoiceprintGroup::new("1"), &["name"]);
    complains(&UpdateVoiceprintGroup::new("1").desc(""), &[]);
    complains(&ListVoiceprintGroups::new().page_num(0).page_size(201), &["page_num", "page_size"]);
    complains(&ListVoiceprintGroups::new().page_size(200), &[]);
    complains(&ListVoiceprintFeatures::new("1").page_num(0).page_size(0), &["page_num", "page_size"]);

    let create = || CreateVoiceprintFeature::new("1", "妈妈").file(file("a.pcm", 1));
    complains(&create().sample_rate(16_000_u32).channel(1_u32), &[]);
    complains(&create().sample_rate(44_100_u32).channel(2_u32), &["sample_rate", "channel"]);
    complains(&create().file(file("a.WAV", 4 * MB)).sample_rate(44_100_u32).channel(2_u32), &[]);
    complains(&create().file(file("a.wav", 4 * MB + 1)), &["file"]);
    complains(&create().file(file("a.mp3", 1)), &["file"]);
    assert!(fatal(&complains(&CreateVoiceprintFeature::new("1", ""), &["name", "file", "file"])));

    let update = || UpdateVoiceprintFeature::new("1", "2");
    // A form without parts is no form.
    assert!(fatal(&complains(&update(), &["name"])));
    assert!(fatal(&complains(&update().sample_rate(16_000_u32), &["name"])));
    complains(&update().desc(""), &[]);
    complains(&update().file(file("a.wav", 1)), &[]);
    complains(&update().name("x").file(file("a.wav", 4 * MB + 1)), &["file"]);

    complains(&IdentifySpeaker::new("1").file(file("a.wav", 1)).top_k(1_u32), &[]);
    complains(&IdentifySpeaker::new("1").file(file("a.ogg", 1)).top_k(0_u32), &["file", "top_k"]);
}

#[test]
fn rooms_have_limits() {
    assert!(fatal(&complains(&CreateRoom::new(""), &["bot_id"])));
    let room = |config| CreateRoom::new("1").config(config);
    let video = |rate: u32, seconds: u32| {
        let video = RoomVideoConfig::new().video_frame_rate(rate).video_frame_expire_duration(seconds);
        room(RoomConfig::new().video_config(video))
    };
    complains(&video(1, 1), &[]);
    complains(&video(24, 10), &[]);
    let fields = ["config.video_config.video_frame_rate", "config.video_config.video_frame_expire_duration"];
    complains(&video(0, 0), &fields);
    complains(&video(25, 11), &fields);
    complains(&room(RoomConfig::new().prologue_delay_duration_ms(5000_u32)), &[]);
    let errors = complains(
        &room(RoomConfig::new().prologue_delay_duration_ms(5001_u32)),
        &["config.prologue_delay_duration_ms"],
    );
    assert_eq!(errors[0].rule, "is 5001; 0 to 5000 are allowed");
}
