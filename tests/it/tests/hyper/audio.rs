//! Audio, over real sockets.

use std::time::Duration;

use coze::audio::{
    AudioAnswer, AudioFormat, CloneVoice, CreateRoom, CreateSpeech, CreateVoiceprintFeature,
    CreateVoiceprintGroup, Emotion, IdentifySpeaker, Language, ListVoiceprintGroups, ListVoices, RoomConfig,
    RoomMode, TranslateConfig, UpdateVoiceprintFeature, UpdateVoiceprintGroup, VoiceState,
};
use coze::{ContentPart, Download, FileSource, Message};
use coze_sim::{DEMO_BOT, Dialect};

use crate::served::{Served, ask, patiently, serve};

/// Speech as WAV, with as many tones as `text` has words.
async fn speech(served: &Served, text: &str) -> Download {
    let voices = served.client.audio().voices().list(ListVoices::new()).await.unwrap().voice_list;
    let emotional = voices.iter().find(|voice| !voice.support_emotions.is_empty()).unwrap();
    let request = CreateSpeech::new(text, &emotional.voice_id)
        .response_format(AudioFormat::Wav)
        .emotion(Emotion::Happy)
        .emotion_scale(3.5)
        .speed(1.5)
        .sample_rate(16_000_u32)
        .loudness_rate(-10);
    served.client.audio().speech().create(request).await.unwrap()
}

async fn spoken(served: &Served, text: &str) -> bytes::Bytes {
    speech(served, text).await.bytes().await.unwrap()
}

#[tokio::test]
async fn speech_is_saved_and_written_down() {
    patiently(async {
        let served = serve(Dialect::Official).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one two.wav");
        let download = speech(&served, "one two").await;
        assert_eq!(download.content_type().map(AsRef::as_ref), Some("audio/wav"));
        download.save(&path).await.unwrap();
        assert!(
            std::fs::read(&path).unwrap() == spoken(&served, "one two").await,
            "the file is not what was said"
        );
        let heard = served.client.audio().transcriptions().create(&path).await.unwrap();
        assert_eq!(heard.text, "one two");

        let nobody = CreateSpeech::new("x", "7400000000000000999");
        let error = served.client.audio().speech().create(nobody).await.unwrap_err();
        assert!(error.api().is_some() && error.to_string().contains("voice_id"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_voice_is_cloned_trained_and_found() {
    patiently(async {
        let served = serve(Dialect::Official).await;
        let voices = served.client.audio().voices();
        let wav = spoken(&served, "a voice").await;
        let request = CloneVoice::new("jay").language(Language::Japanese).preview_text("こんにちは");
        let made = voices.clone_voice(request, FileSource::bytes("jay.wav", wav.clone())).await.unwrap();
        let own = || ListVoices::new().filter_system_voice(true);
        let listed = voices.list(own()).await.unwrap().voice_list;
        let [voice] = &listed[..] else { panic!("{listed:?}") };
        assert_eq!((&voice.voice_id, voice.name.as_deref()), (&made.voice_id, Some("jay")));
        assert_eq!((voice.is_system_voice, &voice.state), (Some(false), &Some(VoiceState::Cloned)));
        assert_eq!(voice.language_code, Some(Language::Japanese));
        let left = voice.available_training_times.unwrap();

        let again = CloneVoice::new("jay 2").voice_id(&made.voice_id);
        let trained = voices.clone_voice(again, FileSource::bytes("jay.wav", wav)).await.unwrap();
        assert_eq!(trained.voice_id, made.voice_id);
        let listed = voices.list(own().page_size(1)).items().collect().await.unwrap();
        assert_eq!((listed.len(), listed[0].available_training_times), (1, Some(left - 1)));
    })
    .await;
}

#[tokio::test]
async fn speakers_are_told_apart() {
    patiently(async {
        let served = serve(Dialect::Official).await;
        let groups = served.client.audio().voiceprint_groups();
        let group = groups.create(CreateVoiceprintGroup::new("音箱").desc("客厅")).await.unwrap().id;
        let [mother, father] = [spoken(&served, "mother").await, spoken(&served, "it is father").await];
        let source = |wav: &bytes::Bytes| FileSource::bytes("a.wav", wav.clone());
        let mut made = Vec::new();
        for (name, wav) in [("妈妈", &mother), ("爸爸", &father)] {
            let request = CreateVoiceprintFeature::new(&group, name).desc("d");
            made.push(groups.features().create(request, source(wav)).await.unwrap().id);
        }
        let identify = || IdentifySpeaker::new(&group).top_k(1_u32);
        let best = groups.speaker_identify(identify(), source(&father)).await.unwrap().feature_score_list;
        assert_eq!((best.len(), &best[0].feature_id, best[0].score), (1, &made[1], Some(100.0)));

        let update = || UpdateVoiceprintFeature::new(&group, &made[0]);
        groups.features().update(update().name("母亲")).await.unwrap();
        let pcm = FileSource::bytes("b.pcm", &[1, 2, 3, 4][..]);
        let recorded = update().sample_rate(16_000_u32).channel(1_u32);
        groups.features().update_recording(recorded, pcm).await.unwrap();
        let mut features = groups.features().list(&group).items().collect().await.unwrap();
        features.retain(|feature| feature.id == made[0]);
        let changed = &features[0];
        assert_eq!((changed.name.as_deref(), changed.desc.as_deref()), (Some("母亲"), Some("d")));
        assert!(changed.audio_url.as_ref().is_some_and(|url| url.contains(".pcm")), "{changed:?}");

        groups.features().delete(&group, &made[1]).await.unwrap();
        groups.update(UpdateVoiceprintGroup::new(&group).name("卧室")).await.unwrap();
        let page = groups.list(ListVoiceprintGroups::new().name("卧").group_id(&group)).await.unwrap();
        assert_eq!((page.total, page.items[0].feature_count), (Some(1), Some(1)));
        groups.delete(&group).await.unwrap();
        assert!(groups.list(ListVoiceprintGroups::new()).await.unwrap().items.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_room_is_made_and_its_broadcast_read() {
    patiently(async {
        let served = serve(Dialect::Official).await;
        let audio = served.client.audio();
        let config = RoomConfig::new()
            .room_mode(RoomMode::Translate)
            .translate_config(TranslateConfig::new("zh-CN", "en-US"));
        let room = audio.rooms().create(CreateRoom::new(DEMO_BOT).uid("u1").config(config)).await.unwrap();
        assert_eq!(room.uid.as_ref().map(AsRef::as_ref), Some("u1"));
        assert!(room.token.is_some_and(|token| !token.as_str().is_empty()));
        let live = audio.live().retrieve(room.room_id.as_str()).await.unwrap();
        assert_eq!((live.app_id, live.stream_infos.len()), (room.app_id, 2));
    })
    .await;
}

#[tokio::test]
async fn an_agent_that_is_spoken_to_is_heard() {
    patiently(async {
        let served = serve(Dialect::Official).await;
        let client = &served.client;
        let wav = spoken(&served, "listen to this").await;
        let file = client.files().upload(FileSource::bytes("hello.wav", wav)).await.unwrap();
        let question = Message::user_parts([ContentPart::audio(&file.id)]);
        let mut events = client.chat().stream(ask("listen").message(question)).await.unwrap();
        let mut answer = AudioAnswer::new();
        while let Some(event) = events.next().await {
            answer.push_event(&event.unwrap()).unwrap();
        }
        assert!(answer.duration() > Duration::ZERO);
        // The server that spoke it reads it back.
        let path = FileSource::bytes("answer.wav", answer.wav());
        assert_eq!(client.audio().transcriptions().create(path).await.unwrap().text, "answer");
    })
    .await;
}
