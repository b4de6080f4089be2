//! Asks an agent by voice, and hears the answer: `cargo run -p coze --example realtime`, perhaps with a WAV file to send.

#[path = "setup/client.rs"]
mod setup;

use std::time::Duration;

use coze::realtime::{OutputAudio, Pacer, PcmFormat, Playback, RealtimeEvent, TurnDetection, WavReader};
use tokio::time::sleep;

const RATE: u32 = 24_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setup = setup::start().await?;
    let client = &setup.client;

    let mut wav = WavReader::new();
    let (format, audio) = if let Some(path) = std::env::args().nth(1) {
        let audio = wav.read(&std::fs::read(path)?)?;
        (wav.format().ok_or("the file has no audio")?.clone(), audio)
    } else {
        // Without a microphone, the question is spoken by Coze itself.
        let speech = client.audio().speech().live().output_audio(OutputAudio::pcm(RATE.into()));
        let mut speech = speech.connect().await?;
        speech.sender().append("What day is 2024-10-01?").await?;
        (PcmFormat::new(RATE), speech.finish().await?)
    };

    let session = client
        .chat()
        .realtime(setup.bot)
        .user_id("any-user-name")
        .input_audio(format.input_audio())
        .output_audio(OutputAudio::pcm(RATE.into()))
        .turn_detection(TurnDetection::push_to_talk())
        .connect()
        .await?;
    let (sender, mut events) = session.split();

    // The microphone: 20 ms of audio every 20 ms.
    let microphone = tokio::spawn(async move {
        let mut pacer = Pacer::new(&format);
        pacer.push(&audio);
        while let Some(frame) = pacer.next().await {
            sender.append(frame).await?;
        }
        sender.append(pacer.rest().unwrap_or_default()).await?;
        sender.complete().await?;
        Ok::<_, coze::Error>(sender)
    });

    // The loudspeaker, which would be the callback of an audio device.
    let playback = Playback::pcm(RATE);
    let speaker = playback.clone();
    let loudspeaker = tokio::spawn(async move {
        let mut samples = [0; RATE as usize / 50];
        loop {
            speaker.read(&mut samples);
            sleep(Duration::from_millis(20)).await;
        }
    });

    while let Some(event) = events.next().await {
        let event = event?;
        playback.apply(&event).await;
        match event {
            RealtimeEvent::TranscriptCompleted(text) => println!("you: {text}"),
            RealtimeEvent::SentenceStart(text) => println!("agent: {text}"),
            RealtimeEvent::ChatCompleted(_) => break,
            _ => {}
        }
    }
    while !playback.buffered().is_zero() {
        sleep(Duration::from_millis(20)).await;
    }
    let heard = playback.heard();
    println!("you heard {} of it: {:?}", if heard.interrupted { "a part" } else { "all" }, heard.text);
    microphone.await??.close().await?;
    loudspeaker.abort();
    Ok(())
}
