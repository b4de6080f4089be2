//! The buffer against the orders in which events come.

use std::time::Duration;

use coze_types::ChatId;
use coze_types::realtime::{RealtimeEvent, read};

use super::super::g711::G711;
use super::{Heard, LIMIT, Playback};

fn event(name: &str, data: &str) -> RealtimeEvent {
    read::<RealtimeEvent>(format!(r#"{{"event_type":"{name}","data":{data}}}"#).as_bytes()).unwrap().event
}

fn created(chat: &str) -> RealtimeEvent {
    event("conversation.chat.created", &format!(r#"{{"id":"{chat}"}}"#))
}

fn completed(chat: &str) -> RealtimeEvent {
    event("conversation.chat.completed", &format!(r#"{{"id":"{chat}"}}"#))
}

/// Milliseconds of audio at 8 kHz.
fn audio(chat: &str, millis: usize) -> RealtimeEvent {
    bytes(chat, millis * 16)
}

fn bytes(chat: &str, len: usize) -> RealtimeEvent {
    let RealtimeEvent::Audio { message, .. } =
        event("conversation.audio.delta", &format!(r#"{{"id":"1","chat_id":"{chat}","content":""}}"#))
    else {
        panic!("no audio")
    };
    RealtimeEvent::Audio { audio: vec![1; len].into(), message }
}

fn sentence(text: &str) -> RealtimeEvent {
    event("conversation.audio.sentence_start", &format!(r#"{{"text":"{text}"}}"#))
}

fn audio_completed() -> RealtimeEvent {
    event("conversation.audio.completed", r#"{"id":"2","content":""}"#)
}

fn canceled(code: i64) -> RealtimeEvent {
    event("conversation.chat.canceled", &format!(r#"{{"code":{code}}}"#))
}

fn speech_started() -> RealtimeEvent {
    event("input_audio_buffer.speech_started", "null")
}

async fn playing(events: &[RealtimeEvent]) -> Playback {
    let playback = Playback::pcm(8000);
    apply(&playback, events).await;
    playback
}

async fn apply(playback: &Playback, events: &[RealtimeEvent]) {
    for event in events {
        playback.apply(event).await;
    }
}

/// Plays so many milliseconds, and returns how many of them were audio.
fn play(playback: &Playback, millis: usize) -> usize {
    let mut samples = vec![7; millis * 8];
    let count = playback.read(&mut samples);
    assert!(samples[..count].iter().all(|sample| *sample == 0x101));
    assert!(samples[count..].iter().all(|sample| *sample == 0));
    count / 8
}

fn heard(chat: Option<&str>, millis: u64, text: &str, sentence: Option<&str>, interrupted: bool) -> Heard {
    Heard {
        chat_id: chat.map(ChatId::from),
        duration: Duration::from_millis(millis),
        text: text.to_owned(),
        sentence: sentence.map(str::to_owned),
        interrupted,
    }
}

#[tokio::test]
async fn the_text_follows_what_is_played() {
    let playback = playing(&[
        created("a"),
        sentence("One."),
        audio("a", 20),
        audio("a", 10),
        sentence("Two."),
        audio("a", 40),
        audio_completed(),
        completed("a"),
    ])
    .await;
    assert_eq!(playback.heard(), heard(Some("a"), 0, "", Some("One."), false));
    assert_eq!(play(&playback, 29), 29);
    assert_eq!(playback.heard(), heard(Some("a"), 29, "", Some("One."), false));
    assert_eq!(play(&playback, 31), 31);
    assert_eq!(playback.heard(), heard(Some("a"), 60, "One.", Some("Two."), false));
    assert_eq!(playback.buffered(), Duration::from_millis(10));
    assert_eq!(play(&playback, 20), 10);
    assert_eq!(playback.heard(), heard(Some("a"), 70, "One.Two.", None, false));
}

#[tokio::test]
async fn the_late_audio_of_an_interrupted_answer_is_dropped() {
    for interruption in [speech_started(), canceled(1), canceled(2)] {
        let playback = playing(&[created("a"), sentence("One."), audio("a", 100)]).await;
        play(&playback, 30);
        apply(&playback, &[interruption, sentence("Two."), audio("a", 100), canceled(1), audio("a", 100)])
            .await;
        assert_eq!(play(&playback, 100), 0);
        assert_eq!(playback.heard(), heard(Some("a"), 30, "", Some("One."), true));

        apply(&playback, &[created("b"), sentence("Other."), audio("b", 50), audio("a", 50)]).await;
        assert_eq!(play(&playback, 100), 50);
        assert_eq!(playback.heard(), heard(Some("b"), 50, "", Some("Other."), false));
    }
}

#[tokio::test]
async fn an_answer_that_was_canceled_before_its_audio_stays_silent() {
    let playback = playing(&[created("a"), canceled(2), audio("a", 100)]).await;
    assert_eq!(play(&playback, 100), 0);
    assert_eq!(playback.heard(), heard(None, 0, "", None, false));
}

#[tokio::test]
async fn an_answer_of_which_nothing_was_played_was_heard_for_no_time() {
    let playback = playing(&[created("a"), audio("a", 100), speech_started()]).await;
    assert_eq!(playback.heard(), heard(Some("a"), 0, "", None, true));
}

#[tokio::test]
async fn an_answer_is_interrupted_after_all_of_it_has_come() {
    let playback = playing(&[created("a"), audio("a", 100), audio_completed(), completed("a")]).await;
    play(&playback, 60);
    apply(&playback, &[speech_started()]).await;
    assert_eq!(play(&playback, 60), 0);
    assert_eq!(playback.heard(), heard(Some("a"), 60, "", None, true));
}

#[tokio::test]
async fn speech_after_an_answer_interrupts_nothing() {
    let playback = playing(&[created("a"), audio("a", 100), audio_completed(), completed("a")]).await;
    play(&playback, 200);
    apply(&playback, &[speech_started()]).await;
    assert!(!playback.heard().interrupted);
    apply(&playback, &[created("b"), audio("b", 10)]).await;
    assert_eq!(play(&playback, 20), 10);
}

#[tokio::test]
async fn a_new_message_cancels_the_old_answer_in_either_order() {
    // The new chat begins before the old one is reported as canceled.
    let playback = playing(&[created("a"), audio("a", 100)]).await;
    play(&playback, 10);
    apply(&playback, &[created("b"), audio("b", 40), canceled(3), audio("a", 100), audio("b", 40)]).await;
    assert_eq!(play(&playback, 100), 80);
    assert_eq!(playback.heard(), heard(Some("b"), 80, "", None, false));

    // The same before the new one has audio, and in the expected order.
    for events in [[created("b"), canceled(3)], [canceled(3), created("b")]] {
        let playback = playing(&[created("a"), audio("a", 100)]).await;
        apply(&playback, &events).await;
        apply(&playback, &[audio("a", 100), audio("b", 40)]).await;
        assert_eq!(play(&playback, 100), 40);
        apply(&playback, &[canceled(2), audio("b", 40)]).await;
        assert_eq!(play(&playback, 100), 0);
    }
}

#[tokio::test]
async fn with_keywords_speech_does_not_interrupt() {
    let playback = Playback::pcm(8000).interrupted_by_keywords();
    apply(&playback, &[created("a"), audio("a", 50), speech_started(), audio("a", 50)]).await;
    assert_eq!(playback.buffered(), Duration::from_millis(100));
    apply(&playback, &[canceled(1)]).await;
    assert_eq!(playback.buffered(), Duration::ZERO);
}

#[tokio::test]
async fn a_spoken_text_has_the_id_zero_and_is_never_remembered() {
    let playback = playing(&[sentence("Hello."), audio("0", 100)]).await;
    play(&playback, 10);
    apply(&playback, &[canceled(2)]).await;
    assert_eq!(playback.heard(), heard(None, 10, "", Some("Hello."), true));
    apply(
        &playback,
        &[sentence("Again."), audio("0", 20), audio_completed(), sentence("Third."), audio("0", 20)],
    )
    .await;
    play(&playback, 30);
    assert_eq!(playback.heard(), heard(None, 10, "", Some("Third."), false));
}

#[tokio::test]
async fn a_key_interrupts_and_the_next_answer_plays() {
    let playback = playing(&[created("a"), audio("a", 100)]).await;
    playback.clone().interrupt();
    apply(&playback, &[audio("a", 100), canceled(2), created("b"), audio("b", 10)]).await;
    assert_eq!(play(&playback, 20), 10);
}

#[tokio::test]
async fn pieces_of_odd_length_stay_in_step() {
    let playback = playing(&[bytes("a", 3), bytes("a", 5)]).await;
    assert_eq!(playback.read(&mut [0; 10]), 4);
    // The half sample at the end of an answer does not shift the next one.
    apply(
        &playback,
        &[
            bytes("a", 3),
            created("b"),
            RealtimeEvent::Audio {
                audio: vec![2, 3].into(),
                message: {
                    let RealtimeEvent::Audio { message, .. } = audio("b", 0) else { panic!() };
                    message
                },
            },
        ],
    )
    .await;
    let mut read = [9; 5];
    assert_eq!(playback.read_bytes(&mut read), 4);
    assert_eq!(read, [1, 1, 2, 3, 0]);
}

#[tokio::test]
async fn telephone_audio_is_decoded() {
    let playback = Playback::g711(G711::ALaw);
    playback.push(&G711::ALaw.encode(&1000_i16.to_le_bytes())).await;
    let mut samples = [0; 2];
    assert_eq!(playback.read(&mut samples), 1);
    assert_eq!(samples, [G711::ALaw.decode_sample(G711::ALaw.encode_sample(1000)), 0]);
}

#[tokio::test]
async fn a_full_buffer_waits_until_it_is_read_or_interrupted() {
    let playback = playing(&[created("a"), bytes("a", LIMIT)]).await;
    let read = |playback: &Playback| assert_eq!(playback.read(&mut [0; 10]), 10);
    for empty in [read, Playback::interrupt] {
        let waiting = tokio::spawn({
            let playback = playback.clone();
            async move { playback.push(&[1, 1]).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        empty(&playback);
        waiting.await.unwrap();
        apply(
            &playback,
            &[bytes(
                "0",
                LIMIT.saturating_sub(usize::try_from(playback.buffered().as_millis()).unwrap() * 16),
            )],
        )
        .await;
    }
}

/// Random orders against a model that keeps every piece by itself.
#[tokio::test]
async fn nothing_of_an_interrupted_answer_is_played_in_any_order() {
    let mut seed = 1_u32;
    let mut random = |below: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) % below
    };
    for _ in 0..300 {
        let playback = Playback::pcm(8000);
        let (mut chat, mut waiting, mut silenced) = (0, 0, true);
        for _ in 0..60 {
            match random(6) {
                0 => {
                    chat += 1;
                    silenced = false;
                    playback.apply(&created(&chat.to_string())).await;
                }
                1 => {
                    (waiting, silenced) = (0, true);
                    playback.apply(&[speech_started(), canceled(1)][random(2) as usize]).await;
                }
                2 => {
                    let asked = random(50) as usize;
                    assert_eq!(play(&playback, asked), asked.min(waiting));
                    waiting -= asked.min(waiting);
                }
                _ if chat > 0 => {
                    let millis = random(40) as usize;
                    playback.apply(&audio(&chat.to_string(), millis)).await;
                    waiting += if silenced { 0 } else { millis };
                }
                _ => {}
            }
            assert_eq!(playback.buffered(), Duration::from_millis(waiting as u64));
        }
    }
}
