//! Speech to text: the transcript is the name of the file.

use axum::routing::post;
use serde_json::json;

use super::sound;
use crate::file::measure::Measure;
use crate::http::{Call, Form, Payload, Reply, Routes, fields};
use crate::state::Refusal;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.official("/v1/audio/transcriptions", post(create))
}

const FORMATS: &[&str] = &["opus", "ogg", "mp3", "wav", "m4a", "mp4", "pcm", "raw", "spx", "aac", "amr"];
const MAX_BYTES: u64 = 10 << 20;
const MAX_SECONDS: f64 = 30.0 * 60.0;

fields! {
    struct CreateTranscription {}
}

async fn create(_: Call, form: Form) -> Reply {
    let (CreateTranscription {}, content) = form.read(MAX_BYTES).await?;
    sound(content.as_ref(), FORMATS)?;
    let content = content.ok_or(Refusal::NoFile)?;
    if matches!(content.measure, Some(Measure::Seconds(seconds)) if seconds >= MAX_SECONDS) {
        return Err(Refusal::invalid("file", "expected less than 30 minutes of sound"));
    }
    let text = content.name.rsplit_once('.').map_or(content.name.as_str(), |(stem, _)| stem);
    Ok(Payload::Data(json!({"text": text})).into())
}
