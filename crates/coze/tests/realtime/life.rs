//! From the handshake to the close.

use coze::realtime::{InputAudio, TranscriptionEvent};
use serde_json::{Value, json};

use super::*;

#[tokio::test]
async fn connected_means_configured() {
    let client = serving(|mut peer| async move {
        assert_eq!(peer.request.uri(), "/v1/audio/transcriptions");
        assert_eq!(peer.request.headers()["authorization"], "Bearer pat_secret");
        peer.send("transcriptions.created", Value::Null).await;
        let update = peer.expect("transcriptions.update").await;
        let pcm =
            json!({"format": "pcm", "codec": "pcm", "sample_rate": 16000, "channel": 1, "bit_depth": 16});
        assert_eq!(update, json!({"input_audio": pcm}));
        peer.send("transcriptions.updated", update).await;
        assert_eq!(peer.expect("input_audio_buffer.append").await, json!({"delta": "AAEC"}));
        peer.expect("input_audio_buffer.complete").await;
        for text in ["你", "你好"] {
            peer.send("transcriptions.message.update", json!({"content": text})).await;
        }
        peer.send("transcriptions.message.completed", Value::Null).await;
        peer.close(1000, "").await;
    })
    .await;
    let mut session = open(client.audio().transcriptions().live().input_audio(InputAudio::pcm(16_000))).await;
    assert_eq!(session.config().unwrap().input_audio, Some(InputAudio::pcm(16_000)));
    assert_eq!(session.log_id().unwrap(), "log-1");
    within(session.sender().append([0, 1, 2])).await.unwrap();
    within(session.sender().complete()).await.unwrap();
    for text in ["你", "你好"] {
        let update = within(session.next()).await.unwrap().unwrap();
        assert_eq!(update, TranscriptionEvent::Update(text.to_owned()));
    }
    // The server leaves the result empty; the last update is it.
    let completed = within(session.next()).await.unwrap().unwrap();
    assert_eq!(completed, TranscriptionEvent::Completed("你好".to_owned()));
    assert!(within(session.next()).await.is_none());
    let error = within(session.sender().append([0])).await.unwrap_err();
    assert!(error.to_string().contains("code 1000"), "{error}");
}
