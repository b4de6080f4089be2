//! Text to speech: a tone for each word.

use std::time::Duration;

use axum::routing::post;
use tokio::sync::mpsc;

use super::tone::Tones;
use super::{mp3, voice};
use crate::http::answer::{Piece, StreamBody, stream_response};
use crate::http::{Answer, Body, Call, Reply, Routes, fields};
use crate::state::{Id, Refusal};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.official("/v1/audio/speech", post(create))
}

fields! {
    struct CreateSpeech {
        input: String => Bytes(1024),
        voice_id: Id,
        emotion: Option<String> => OneOf(voice::EMOTIONS),
        emotion_scale: Option<f64> => Number(1.0, 5.0),
        response_format: Option<String> => OneOf(&["wav", "pcm", "ogg_opus", "mp3"]),
        speed: Option<f64> => Number(0.2, 3.0),
        // The Java SDK sends 0 for a rate that is not set.
        sample_rate: Option<u32> => OneInt(&[0, 8000, 16000, 22050, 24000, 32000, 44100, 48000]),
        loudness_rate: Option<i32> => Int(-50, 100),
        context_texts: Option<String>,
    }
}

async fn create(call: Call, Body(request): Body<CreateSpeech>) -> Reply {
    let voice = voice::find(&call, request.voice_id)?;
    let speed = request.speed.unwrap_or(1.0);
    voice.check(speed, request.emotion.as_deref(), request.context_texts.as_deref())?;
    let loudness = 1.0 + f64::from(request.loudness_rate.unwrap_or(0)) / 100.0;
    let rate = request.sample_rate.filter(|rate| *rate > 0).unwrap_or(24_000);
    let tones = Tones::new(&request.input, voice.pitch(), rate, speed, loudness);
    let (content_type, format) = match request.response_format.as_deref() {
        Some("wav") => ("audio/wav", Format::Wav),
        Some("pcm") => ("audio/pcm", Format::Pcm),
        Some("ogg_opus") => {
            let problem = "the simulator has no encoder for ogg_opus; it makes mp3, wav and pcm";
            return Err(Refusal::invalid("response_format", problem));
        }
        _ => ("audio/mpeg", Format::Mp3),
    };
    let (sender, body) = StreamBody::new(call.sim.journal.open_stream(call.head.uri.path()));
    call.sim.spawn(send(call.sim.pace, tones, format, sender));
    Ok(Answer::Raw(stream_response(content_type, body)))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Wav,
    Pcm,
    Mp3,
}

/// Generates and sends the words one by one, until the client disconnects.
async fn send(pace: Duration, tones: Tones, format: Format, sender: mpsc::Sender<Piece>) {
    let head = (format == Format::Wav).then(|| tones.wav_head());
    let words: Box<dyn Iterator<Item = Vec<u8>> + Send> =
        if format == Format::Mp3 { Box::new(mp3::words(&tones)) } else { Box::new(tones.pcm()) };
    for piece in head.into_iter().chain(words).filter(|piece| !piece.is_empty()) {
        if sender.send(Piece::Bytes(piece.into())).await.is_err() {
            return;
        }
        tokio::time::sleep(pace).await;
    }
    // A client that disconnected needs no more.
    let _ = sender.send(Piece::End).await;
}
