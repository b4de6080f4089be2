//! Spoken answers, put together from their pieces.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use coze_types::audio::AudioAnswer;
use coze_types::chat::ChatEvent;
use coze_types::message::{ContentType, Message};
use coze_types::{DecodeError, Event};
use proptest::prelude::*;
use serde_json::json;

fn piece(id: &str, content: &str) -> Message {
    let mut message = Message::new(id);
    message.content = content.to_owned();
    message
}

fn event(name: &str, id: &str, content_type: &str, content: &str) -> ChatEvent {
    let data = json!({ "id": id, "type": "answer", "content_type": content_type, "content": content });
    ChatEvent::parse(name, &data.to_string()).unwrap()
}

/// Little-endian number at a place.
fn number<const N: usize>(bytes: &[u8], at: usize) -> u64 {
    bytes[at..at + N].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[test]
fn every_piece_gives_what_it_adds() {
    let mut answer = AudioAnswer::new();
    assert!(answer.is_empty());
    assert_eq!(answer.push(&piece("7", "AAEC")).unwrap(), [0, 1, 2]);
    assert_eq!(answer.push(&piece("7", "AwQ=")).unwrap(), [3, 4]);
    assert!(answer.push(&piece("7", "")).unwrap().is_empty());
    // A second answer of the same chat follows the first.
    assert_eq!(answer.push(&piece("8", "BQ==")).unwrap(), [5]);
    assert_eq!(answer.pcm(), [0, 1, 2, 3, 4, 5]);
    assert_eq!(answer.clone().into_pcm(), [0, 1, 2, 3, 4, 5]);
    assert!(!answer.is_empty());
}

#[test]
fn only_audio_counts_and_each_message_once() {
    let mut answer = AudioAnswer::new();
    let mut push = |event: &ChatEvent| answer.push_event(event).unwrap().to_vec();
    assert!(push(&event("conversation.message.delta", "7", "text", "AAEC")).is_empty());
    assert!(push(&event("conversation.message.completed", "7", "text", "AAEC")).is_empty());
    assert!(push(&ChatEvent::parse("conversation.chat.completed", r#"{"id": "1"}"#).unwrap()).is_empty());
    // Audio comes after the chat is completed.
    assert_eq!(push(&event("conversation.audio.delta", "7", "audio", "AAEC")), [0, 1, 2]);
    assert_eq!(push(&event("conversation.audio.delta", "8", "audio", "AwQF")), [3, 4, 5]);
    // Whole messages: what was heard in pieces is not heard again.
    assert!(push(&event("conversation.message.completed", "7", "audio", "AAEC")).is_empty());
    assert_eq!(push(&event("conversation.message.completed", "9", "audio", "BgcI")), [6, 7, 8]);
    assert!(push(&event("conversation.message.completed", "9", "audio", "BgcI")).is_empty());
    assert!(push(&ChatEvent::parse("done", "[DONE]").unwrap()).is_empty());
    assert_eq!(answer.pcm(), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn a_listed_message_is_read_like_a_piece() {
    let mut message = piece("7", "AAEC\r\nAwQF\n");
    message.content_type = Some(ContentType::Audio);
    assert_eq!(AudioAnswer::new().push(&message).unwrap(), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn a_bad_piece_is_an_error_that_names_its_message_and_loses_nothing() {
    for bad in ["AA*C", "BBBB=中", "AAEC\u{0}", "A=", "AAECA=", "{\"code\":1}"] {
        let mut answer = AudioAnswer::new();
        answer.push(&piece("7433", "AAEC")).unwrap();
        let error: DecodeError = answer.push(&piece("7433", bad)).unwrap_err();
        assert!(error.to_string().contains("message 7433"), "{error}");
        assert_eq!(error.excerpt(), bad);
        assert_eq!(answer.pcm(), [0, 1, 2], "{bad}");
        // The stream goes on.
        assert_eq!(answer.push(&piece("7433", "AwQF")).unwrap(), [3, 4, 5]);
        assert_eq!(answer.pcm(), [0, 1, 2, 3, 4, 5]);
    }
    let error = AudioAnswer::new().push(&piece("7", "AAE中")).unwrap_err();
    assert!(error.to_string().contains("'中' at byte 3"), "{error}");
}

#[test]
fn digits_of_one_message_do_not_run_into_the_next() {
    let mut answer = AudioAnswer::new();
    // Half a group, then another message.
    assert_eq!(answer.push(&piece("7", "AAECAw")).unwrap(), [0, 1, 2, 3]);
    assert_eq!(answer.push(&piece("8", "BAUG")).unwrap(), [4, 5, 6]);
}

#[test]
fn a_wav_file_says_what_is_in_it() {
    let samples: Vec<u8> = (0..24_000_i32)
        .flat_map(|n| i16::try_from(n * 37 % 20_000 - 10_000).unwrap().to_le_bytes())
        .collect();
    let mut answer = AudioAnswer::new();
    answer.push(&piece("7", &STANDARD.encode(&samples))).unwrap();
    assert_eq!(answer.duration(), Duration::from_secs(1));
    let wav = answer.wav();
    assert_eq!(wav.len(), 44 + 48_000);
    assert_eq!((&wav[..4], number::<4>(&wav, 4), &wav[8..12]), (&b"RIFF"[..], 36 + 48_000, &b"WAVE"[..]));
    assert_eq!((&wav[12..16], number::<4>(&wav, 16)), (&b"fmt "[..], 16));
    // PCM, mono, samples and bytes in a second, bytes and bits in a sample.
    let format = [number::<2>(&wav, 20), number::<2>(&wav, 22), number::<4>(&wav, 24)];
    assert_eq!(format, [1, 1, 24_000]);
    assert_eq!([number::<4>(&wav, 28), number::<2>(&wav, 32), number::<2>(&wav, 34)], [48_000, 2, 16]);
    assert_eq!((&wav[36..40], number::<4>(&wav, 40), &wav[44..]), (&b"data"[..], 48_000, &samples[..]));
}

#[test]
fn nothing_and_half_a_sample_make_a_wav_file_too() {
    let mut answer = AudioAnswer::new();
    assert_eq!((answer.wav().len(), answer.duration()), (44, Duration::ZERO));
    answer.push(&piece("7", "AAEC")).unwrap();
    let wav = answer.wav();
    assert_eq!((number::<4>(&wav, 4), number::<4>(&wav, 40), &wav[44..]), (38, 2, &[0, 1][..]));
    assert_eq!(answer.duration(), Duration::from_nanos(41_666));
    // The other half may come yet.
    answer.push(&piece("7", "Aw==")).unwrap();
    assert_eq!(answer.wav()[44..], [0, 1, 2, 3]);
}

#[test]
fn pieces_without_padding_are_put_together_at_every_split() {
    let audio: Vec<u8> = (0..=255).cycle().take(2048).collect();
    let plain = |part: &[u8]| STANDARD_NO_PAD.encode(part);
    for size in 1..=200 {
        for padded in [|_: usize| false, |at: usize| !at.is_multiple_of(2), |at: usize| at.is_multiple_of(3)]
        {
            let (mut answer, mut heard) = (AudioAnswer::new(), Vec::new());
            for (at, part) in audio.chunks(size).enumerate() {
                let text = if padded(at) { STANDARD.encode(part) } else { plain(part) };
                heard.extend_from_slice(answer.push(&piece("7", &text)).unwrap());
            }
            assert!(answer.pcm() == audio && heard == audio, "{size}");
        }
    }
    for at in 0..=audio.len() {
        let mut answer = AudioAnswer::new();
        for part in [&audio[..at], &audio[at..]] {
            assert_eq!(answer.push(&piece("7", &plain(part))).unwrap(), part, "{at}");
        }
    }
}

#[test]
fn one_text_that_was_cut_is_not_taken_for_several() {
    // Each of these pieces but the first stands by itself; the one before shows that it is cut.
    for (pieces, audio) in [
        (&["AAE", "CAwQ="][..], &[0, 1, 2, 3, 4][..]),
        (&["AAECA", "wQF"][..], &[0, 1, 2, 3, 4, 5][..]),
        (&["AAEC", "AwQ", "FBgcI"][..], &[0, 1, 2, 3, 4, 5, 6, 7, 8][..]),
        (&["AAECAw", "=", "=", "BAUG"][..], &[0, 1, 2, 3, 4, 5, 6][..]),
    ] {
        let mut answer = AudioAnswer::new();
        for text in pieces {
            answer.push(&piece("7", text)).unwrap();
        }
        assert_eq!(answer.pcm(), audio, "{pieces:?}");
    }
}

proptest! {
    #[test]
    fn base64_may_be_cut_anywhere(
        // Odd digits: a group of them that is cut never ends in zeros, as one that is encoded by itself does.
        groups in prop::collection::vec(any::<u32>(), 0..100),
        tail in prop::collection::vec(any::<u8>(), 0..3),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        padded in any::<bool>(),
    ) {
        let mut audio: Vec<u8> =
            groups.iter().flat_map(|group| (group | 0x0004_1041).to_be_bytes().into_iter().skip(1)).collect();
        audio.extend(tail.iter().map(|byte| byte | 0x55));
        let text = if padded { STANDARD.encode(&audio) } else { STANDARD_NO_PAD.encode(&audio) };
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        let (mut answer, mut heard) = (AudioAnswer::new(), Vec::new());
        for cut in cuts.windows(2) {
            heard.extend_from_slice(answer.push(&piece("7", &text[cut[0]..cut[1]])).unwrap());
        }
        prop_assert_eq!(answer.pcm(), &audio[..]);
        prop_assert_eq!(heard, audio);
    }

    #[test]
    fn each_piece_may_be_padded(pieces in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..50), any::<bool>()), 0..8), joined in any::<bool>()) {
        let mut answer = AudioAnswer::new();
        let audio: Vec<u8> = pieces.iter().flat_map(|(audio, _)| audio.clone()).collect();
        if joined {
            let texts: Vec<_> = pieces.iter().map(|(audio, _)| STANDARD.encode(audio)).collect();
            answer.push(&piece("7", &texts.concat())).unwrap();
        } else {
            for (audio, padded) in &pieces {
                let text = if *padded { STANDARD.encode(audio) } else { STANDARD_NO_PAD.encode(audio) };
                prop_assert_eq!(answer.push(&piece("7", &text)).unwrap(), &audio[..]);
            }
        }
        prop_assert_eq!(answer.pcm(), audio);
    }
}
