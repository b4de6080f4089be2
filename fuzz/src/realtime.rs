//! Messages of the WebSocket endpoints.

use std::fmt::Debug;

use coze_types::UnknownEvent;
use coze_types::realtime::{
    InterpretationEvent, RealtimeEvent, RealtimeMessage, SpeechEvent, TranscriptionEvent, read, write,
};
use serde_json::{Value, json};

/// An input is a message of the server. It is also the data of an event whose name is its first line.
pub fn realtime_event(input: &[u8]) {
    check_all(input);
    let text = String::from_utf8_lossy(input);
    if let Some((name, data)) = text.split_once('\n')
        && let Ok(data) = serde_json::from_str::<Value>(data)
    {
        check_all(json!({"event_type": name, "data": data}).to_string().as_bytes());
    }
}

fn check_all(message: &[u8]) {
    let speech = check::<SpeechEvent>(message);
    if let Some(SpeechEvent::Error(error)) = &speech {
        let text = error.to_string();
        assert!(!text.is_empty() && !text.contains(char::is_control), "{text:?}");
    }
    check::<TranscriptionEvent>(message);
    check::<InterpretationEvent>(message);
    if let Some(RealtimeEvent::Audio { message, .. }) = check::<RealtimeEvent>(message) {
        assert_eq!(message.content, "", "the audio is there once");
    }
}

/// Reads a message as that of an endpoint, and fails where that disagrees with reading it as any.
fn check<E: RealtimeMessage + Debug>(message: &[u8]) -> Option<E> {
    let any = read::<UnknownEvent>(message);
    let received = match read::<E>(message) {
        Ok(received) => received,
        Err(error) => {
            let text = error.to_string();
            assert!(!text.contains('\n') && error.excerpt().chars().count() <= 301, "{text:?}");
            return None;
        }
    };
    let any = any.expect("what is an event of an endpoint is an event");
    assert_eq!((&received.id, &received.detail), (&any.id, &any.detail));
    assert!(!format!("{received:?}").is_empty());
    // What a client writes is read as the same event.
    let data: Value = serde_json::from_str(&any.event.data).unwrap_or_default();
    let command = coze_types::realtime::RawCommand::new(any.event.name.clone(), data);
    if let Ok(written) = write(&command, Some("1")) {
        assert_eq!(read::<UnknownEvent>(written.as_bytes()).unwrap().event.name, any.event.name);
    }
    Some(received.event)
}
