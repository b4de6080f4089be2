//! The four endpoints: what their senders send, and what their events mean.

use coze::chat::ToolOutput;
use coze::message::Role;
use coze::realtime::{InterpretationEvent, RealtimeEvent, SpeechEvent, TranscriptionEvent};
use coze::{Chat, EnterMessage, ErrorKind, Message as ChatMessage};
use serde_json::Value;

use super::*;

#[tokio::test]
async fn a_long_text_is_spoken_in_rounds_and_completed_once() {
    let sentence = format!("{}。", "春".repeat(199));
    let text = sentence.repeat(4);
    let expected = text.clone();
    let client = serving(move |mut peer| {
        let expected = expected.clone();
        async move {
            peer.send("speech.created", Value::Null).await;
            let mut heard = String::new();
            for _ in 0..4 {
                let piece = peer.expect("input_text_buffer.append").await;
                let piece = piece["delta"].as_str().unwrap();
                assert!(piece.len() <= 1024);
                heard.push_str(piece);
                peer.expect("input_text_buffer.complete").await;
                peer.send("input_text_buffer.completed", Value::Null).await;
                peer.send("speech.audio.update", json!({"delta": "AAEC"})).await;
                peer.send("speech.audio.completed", Value::Null).await;
            }
            assert_eq!(heard, expected);
            assert_eq!(peer.next().await, None);
        }
    })
    .await;
    let mut session = open(client.audio().speech().live()).await;
    for piece in text.as_bytes().chunks(300) {
        within(session.sender().append(std::str::from_utf8(piece).unwrap())).await.unwrap();
    }
    assert_eq!(within(session.finish()).await.unwrap().len(), 12);
    within(session.close()).await.unwrap();
}

#[tokio::test]
async fn an_error_drops_the_rest_of_a_long_text() {
    let client = serving(|mut peer| async move {
        peer.send("speech.created", Value::Null).await;
        peer.expect("input_text_buffer.append").await;
        peer.expect("input_text_buffer.complete").await;
        peer.send("error", json!({"code": 4008, "msg": "user rate limit"})).await;
        assert_eq!(peer.expect("input_text_buffer.append").await["delta"], "b. ");
        peer.expect("input_text_buffer.complete").await;
        peer.send("speech.audio.completed", Value::Null).await;
        peer.next().await;
    })
    .await;
    let mut session = open(client.audio().speech().live()).await;
    within(session.sender().append("a. ".repeat(1000))).await.unwrap();
    assert!(within(session.finish()).await.unwrap_err().api().is_some_and(|error| error.code == 4008));
    within(session.sender().append("b. ")).await.unwrap();
    within(session.sender().complete()).await.unwrap();
    assert_eq!(within(session.next()).await.unwrap().unwrap(), SpeechEvent::Completed);
}

#[tokio::test]
async fn a_transcription_that_is_cleared_starts_over() {
    let client = serving(|mut peer| async move {
        assert_eq!(peer.request.uri(), "/v1/audio/transcriptions?entity_type=bot&entity_id=7");
        peer.send("transcriptions.created", Value::Null).await;
        peer.send("transcriptions.message.update", json!({"content": "old"})).await;
        peer.expect("input_audio_buffer.clear").await;
        peer.send("input_audio_buffer.cleared", Value::Null).await;
        peer.expect("input_audio_buffer.complete").await;
        peer.send("transcriptions.message.completed", Value::Null).await;
        peer.next().await;
    })
    .await;
    let mut session = open(client.audio().transcriptions().live().entity("bot", "7")).await;
    assert_eq!(within(session.next()).await.unwrap().unwrap(), TranscriptionEvent::Update("old".to_owned()));
    within(session.sender().clear()).await.unwrap();
    assert_eq!(within(session.finish()).await.unwrap(), "");
}

#[tokio::test]
async fn an_interpretation_is_configured_by_its_languages() {
    let client = serving(|mut peer| async move {
        assert_eq!(peer.request.uri(), "/v1/audio/simult_interpretation");
        peer.send("simult_interpretation.created", Value::Null).await;
        let update = peer.expect("simult_interpretation.update").await;
        assert_eq!(update, json!({"translate_config": {"from": "zh", "to": "en"}}));
        peer.send("simult_interpretation.updated", update).await;
        peer.expect("input_audio_buffer.append").await;
        peer.expect("input_audio_buffer.complete").await;
        for text in ["good ", "morning"] {
            peer.send("simult_interpretation.translation.delta", json!({"delta": text})).await;
        }
        peer.send("simult_interpretation.message.completed", Value::Null).await;
        peer.close(1000, "").await;
    })
    .await;
    let mut session = open(client.audio().interpretation("zh", "en").live()).await;
    within(session.sender().append(vec![0; 640])).await.unwrap();
    within(session.sender().complete()).await.unwrap();
    let mut text = String::new();
    while let Some(event) = within(session.next()).await {
        if let InterpretationEvent::Translation(piece) = event.unwrap() {
            text.push_str(&piece);
        }
    }
    assert_eq!(text, "good morning");
}

/// A chat that waits for the outputs of two tools.
fn waiting() -> Value {
    let call = |id: &str| json!({"id": id, "type": "function", "function": {"name": "weather", "arguments": "{}"}, "require_info": null});
    let action = json!({"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [call("c1"), call("c2")]}});
    json!({"id": "7", "conversation_id": "8", "status": "requires_action", "required_action": action})
}

#[tokio::test]
async fn tool_outputs_are_checked_before_they_are_sent() {
    let client = serving(|mut peer| async move {
        peer.send("chat.created", Value::Null).await;
        peer.send("conversation.chat.requires_action", waiting()).await;
        let outputs =
            json!([{"tool_call_id": "c2", "output": "wet"}, {"tool_call_id": "c1", "output": "{}"}]);
        let expected = json!({"chat_id": "7", "tool_outputs": outputs});
        assert_eq!(peer.expect("conversation.chat.submit_tool_outputs").await, expected);
        peer.send("conversation.chat.completed", json!({"id": "7", "status": "completed"})).await;
        peer.next().await;
    })
    .await;
    let mut session = open(client.chat().realtime("7")).await;
    let Some(Ok(RealtimeEvent::RequiresAction(chat))) = within(session.next()).await else { panic!("tools") };
    let (first, second) = (ToolOutput::new("c1", "{}"), ToolOutput::new("c2", "wet"));
    for (outputs, said) in [
        (vec![], "lacks the output of the call c1 of `weather`"),
        (vec![first.clone()], "lacks the output of the call c2"),
        (vec![first.clone(), first.clone(), second.clone()], "has 2 outputs of the call c1"),
        (
            vec![first.clone(), second.clone(), ToolOutput::new("c3", "")],
            "`tool_outputs[2].tool_call_id` is \"c3\"",
        ),
    ] {
        let error = within(session.sender().submit_tool_outputs(&chat, outputs)).await.unwrap_err();
        assert!(error.kind() == ErrorKind::InvalidRequest && error.to_string().contains(said), "{error}");
    }
    let error =
        within(session.sender().submit_tool_outputs(&Chat::new("9"), [first.clone()])).await.unwrap_err();
    assert!(error.to_string().contains("the chat 9 waits for none"), "{error}");
    within(session.sender().submit_tool_outputs(&chat, [second, first])).await.unwrap();
    assert!(matches!(within(session.next()).await, Some(Ok(RealtimeEvent::ChatCompleted(_)))));
}

#[tokio::test]
async fn a_voice_chat_with_barge_in_messages_and_spoken_text() {
    let chat = json!({"id": "7", "conversation_id": "8", "bot_id": "1", "status": "created"});
    let audio = |chat: &str| json!({"id": chat, "chat_id": chat, "role": "assistant", "type": "answer", "content": "AAEC", "content_type": "audio"});
    let (of_chat, of_text) = (audio("7"), audio("0"));
    let client = serving(move |mut peer| {
        let (chat, of_chat, of_text) = (chat.clone(), of_chat.clone(), of_text.clone());
        async move {
            assert_eq!(peer.request.uri(), "/v1/chat?workflow_id=9");
            peer.send("chat.created", Value::Null).await;
            let update = peer.expect("chat.update").await;
            assert_eq!(
                update,
                json!({"chat_config": {"conversation_id": "8", "user_id": "u"}, "need_play_prologue": true})
            );
            // The prologue begins before the configuration is acknowledged.
            peer.send("conversation.audio.sentence_start", json!({"text": "hi"})).await;
            peer.send("chat.updated", update).await;
            // Push to talk, interrupted.
            peer.expect("input_audio_buffer.append").await;
            peer.expect("input_audio_buffer.complete").await;
            peer.send("conversation.chat.created", chat).await;
            peer.send("conversation.audio.delta", of_chat).await;
            peer.expect("conversation.chat.cancel").await;
            peer.send("conversation.chat.canceled", json!({"code": 2})).await;
            peer.expect("input_audio_buffer.clear").await;
            let message = json!({"role": "assistant", "content_type": "text", "content": "it rains"});
            assert_eq!(peer.expect("conversation.message.create").await, message);
            peer.expect("conversation.clear").await;
            assert_eq!(peer.expect("chat.update").await, json!({"need_play_prologue": false}));
            assert_eq!(
                peer.expect("input_text.generate_audio").await,
                json!({"mode": "text", "text": "bye"})
            );
            peer.send("conversation.audio.delta", of_text.clone()).await;
            peer.send("conversation.audio.completed", of_text).await;
            peer.close(1000, "").await;
        }
    })
    .await;
    let connect =
        client.chat().realtime_workflow("9").conversation_id("8").user_id("u").need_play_prologue(true);
    let (sender, mut events) = open(connect).await.split();
    let mut next = async || within(events.next()).await.unwrap().unwrap();
    assert!(matches!(next().await, RealtimeEvent::SentenceStart(text) if text == "hi"));
    within(sender.append([0; 640])).await.unwrap();
    within(sender.complete()).await.unwrap();
    assert!(matches!(next().await, RealtimeEvent::ChatCreated(_)));
    assert!(matches!(next().await, RealtimeEvent::Audio { audio, .. } if audio[..] == [0, 1, 2]));
    within(sender.cancel()).await.unwrap();
    assert!(matches!(next().await, RealtimeEvent::ChatCanceled(why) if why.code == Some(2)));
    within(sender.clear_audio()).await.unwrap();
    within(sender.message(EnterMessage::new(Role::Assistant, "it rains"))).await.unwrap();
    within(sender.clear_context()).await.unwrap();
    within(sender.update(&coze::realtime::RealtimeConfig::default().need_play_prologue(false)))
        .await
        .unwrap();
    within(sender.say("bye")).await.unwrap();
    assert!(matches!(next().await, RealtimeEvent::Audio { message, .. } if message.id == *"0"));
    assert!(matches!(next().await, RealtimeEvent::AudioCompleted(_)));
    // The spoken text is the last thing that was asked for, so the end is in order.
    assert!(within(events.next()).await.is_none());
    assert_eq!(events.conversation_id().unwrap(), "8");
    assert_eq!(events.detail().logid.as_ref().unwrap(), "log-1");
}

#[tokio::test]
async fn what_a_chat_cannot_take_is_rejected() {
    let client = serving(|mut peer| async move {
        peer.send("chat.created", Value::Null).await;
        assert_eq!(peer.next().await, None);
    })
    .await;
    let session = open(client.chat().realtime("7")).await;
    for text in [String::new(), "x".repeat(1024)] {
        let error = within(session.sender().say(text)).await.unwrap_err();
        assert!(error.to_string().contains("1 to 1023"), "{error}");
    }
    let error = within(session.sender().message(ChatMessage::user(""))).await.unwrap_err();
    assert!(error.to_string().contains("content"), "{error}");
    // Audio that is empty is no message.
    within(session.sender().append([])).await.unwrap();
    within(session.close()).await.unwrap();
}
