//! Voices: built-in ones, and those that users clone.

use axum::routing::{get, post};
use serde_json::{Value, json};

use super::sound;
use crate::http::{Call, Form, Payload, Query, Reply, Routes, fields, page};
use crate::state::{Id, Refusal, State};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.official("/v1/audio/voices", get(list)).official("/v1/audio/voices/clone", post(clone))
}

pub(crate) const EMOTIONS: &[&str] =
    &["happy", "sad", "angry", "surprised", "fear", "hate", "excited", "coldness", "neutral"];
const EMOTION_NAMES: [&str; 9] = ["开心", "悲伤", "愤怒", "惊讶", "恐惧", "厌恶", "兴奋", "冷漠", "中性"];

fields! {
    struct ListVoices {
        filter_system_voice: Option<bool>,
        model_type: Option<String> => OneOf(&["big", "small"]),
        voice_state: Option<String> => OneOf(&["init", "cloned", "all"]),
        page_num: Option<usize> => Int(1, i64::MAX),
        page_size: Option<usize> => Int(1, 100),
    }
}

const FORMATS: &[&str] = &["wav", "mp3", "ogg", "m4a", "aac", "pcm"];

fields! {
    struct CloneVoice {
        voice_name: String => Bytes(128),
        // Only in the example of the page, and in all SDKs.
        audio_format: Option<String> => OneOf(&["wav", "mp3", "ogg", "m4a", "aac", "pcm", "ogg_opus"]),
        text: Option<String> => Bytes(1024),
        language: Option<String> => OneOf(&["zh", "en", "ja", "es", "id", "pt"]),
        voice_id: Option<Id>,
        preview_text: Option<String>,
        space_id: Option<Id>,
        description: Option<String>,
    }
}

/// Number of times that each voice can be trained.
const TRAININGS: u32 = 10;

/// Cloned voices, in the order of their training.
type Voices = Vec<Voice>;

#[derive(Clone, Debug)]
pub(crate) struct Voice {
    id: Id,
    name: String,
    /// `None` for built-in voices.
    owner: Option<Id>,
    small: bool,
    emotional: bool,
    /// Whether instructions in words are supported.
    instructed: bool,
    language: String,
    preview_text: String,
    trained: u32,
    created_at: u64,
    updated_at: u64,
}

/// Creation time of the built-in voices, in seconds since 1970.
const CREATED: u64 = 1_729_686_510;

/// Returns the built-in voices: one with emotions, one that supports instructions, a small one, and one that can still
/// be cloned.
fn system() -> [Voice; 4] {
    let voice = |number: u64, name: &str, language: &str| Voice {
        id: Id::new(7_400_000_000_000_000_200 + number),
        name: name.to_owned(),
        owner: None,
        small: false,
        emotional: false,
        instructed: false,
        language: language.to_owned(),
        preview_text: "你好呀".to_owned(),
        trained: TRAININGS,
        created_at: CREATED,
        updated_at: CREATED,
    };
    [
        Voice { emotional: true, ..voice(1, "柔美女友", "zh") },
        Voice { instructed: true, ..voice(2, "Calm narrator", "en") },
        Voice { small: true, ..voice(3, "开朗大男孩", "zh") },
        Voice { trained: 0, ..voice(4, "空白音色", "zh") },
    ]
}

/// Finds a voice that the user may use.
pub(crate) fn find(call: &Call, id: Id) -> Result<Voice, Refusal> {
    let cloned = || call.sim.store.lock().of::<Voices>().iter().find(|voice| voice.id == id).cloned();
    let voice = system().into_iter().find(|voice| voice.id == id).or_else(cloned);
    match voice {
        Some(Voice { trained: 0, .. }) => Err(Refusal::invalid("voice_id", "this voice is not cloned yet")),
        Some(voice) => Ok(voice),
        None => {
            Err(Refusal::invalid("voice_id", "there is no such voice; GET /v1/audio/voices lists them all"))
        }
    }
}

impl Voice {
    /// Validates options that only some voices support.
    pub(crate) fn check(
        &self,
        speed: f64,
        emotion: Option<&str>,
        instruction: Option<&str>,
    ) -> Result<(), Refusal> {
        let name = &self.name;
        if !self.small && !(0.5..=2.0).contains(&speed) {
            let problem =
                format!("expected a number from 0.5 to 2 for {name}, a voice of a big model, got {speed}");
            return Err(Refusal::invalid("speed", problem));
        }
        if emotion.is_some() && !self.emotional {
            return Err(Refusal::invalid("emotion", format!("{name} is no voice with emotions")));
        }
        if instruction.is_some_and(|text| !text.is_empty()) && !self.instructed {
            let problem =
                format!("{name} is no voice of the second generation, which alone take instructions");
            return Err(Refusal::invalid("context_texts", problem));
        }
        Ok(())
    }

    /// Shifts the tones, so that voices sound different.
    pub(crate) fn pitch(&self) -> u64 {
        self.id.number()
    }

    fn state(&self) -> &'static str {
        if self.trained == 0 { "init" } else { "cloned" }
    }

    fn show(&self) -> Value {
        let language = match self.language.as_str() {
            "en" => "英语",
            "ja" => "日语",
            "es" => "西班牙语",
            "id" => "印度尼西亚语",
            "pt" => "葡萄牙语",
            _ => "中文",
        };
        let mut voice = json!({
            "voice_id": self.id,
            "name": self.name,
            "state": self.state(),
            "model_name": if self.small { "tones" } else { "tones-big" },
            "model_type": if self.small { "small" } else { "big" },
            "create_time": self.created_at,
            "update_time": self.updated_at,
            "preview_text": self.preview_text,
            "preview_audio": format!("https://example.com/voices/{}.mp3", self.id),
            "language_code": self.language,
            "language_name": language,
            "is_system_voice": self.owner.is_none(),
            "available_training_times": TRAININGS.saturating_sub(self.trained),
        });
        if self.emotional {
            let emotions = EMOTIONS.iter().zip(EMOTION_NAMES).map(|(emotion, name)| {
                let interval = json!({"min": 1, "max": 5, "default": 4});
                json!({"emotion": emotion, "display_name": name, "emotion_scale_interval": interval})
            });
            voice["support_emotions"] = emotions.collect();
        }
        voice
    }
}

async fn list(Query(query): Query<ListVoices>, call: Call) -> Reply {
    let state = query.voice_state.as_deref().unwrap_or("cloned");
    let system = system().into_iter().filter(|_| query.filter_system_voice != Some(true));
    // All users belong to one workspace, whose voices everyone sees.
    let cloned = call.sim.store.lock().of::<Voices>().clone();
    let voices: Vec<Value> = system
        .chain(cloned)
        .filter(|voice| state == "all" || voice.state() == state)
        .filter(|voice| query.model_type.as_deref().is_none_or(|kind| (kind == "small") == voice.small))
        .map(|voice| voice.show())
        .collect();
    let size = query.page_size.unwrap_or(100);
    let (page, has_more) = page(voices, query.page_num, size);
    Ok(Payload::Data(json!({"voice_list": page, "has_more": has_more})).into())
}

async fn clone(call: Call, form: Form) -> Reply {
    let (request, content): (CloneVoice, _) = form.read(10 << 20).await?;
    let format = sound(content.as_ref(), FORMATS)?;
    if let Some(said) = &request.audio_format
        && said.trim_end_matches("_opus") != format
    {
        return Err(Refusal::invalid("audio_format", format!("says {said}, but the file is {format}")));
    }
    let mut state = call.sim.store.lock();
    let voices = state.of::<Voices>();
    let known = match request.voice_id {
        None => None,
        Some(id) => {
            let at = voices.iter().position(|voice| voice.id == id);
            let at =
                at.ok_or_else(|| Refusal::invalid("voice_id", format!("no voice was cloned as {id}")))?;
            if voices[at].owner != Some(call.user) {
                return Err(Refusal::NotOwner(format!("voice {id}")));
            }
            if voices[at].trained >= TRAININGS {
                let problem = format!("a voice can be trained {TRAININGS} times, and this one was");
                return Err(Refusal::invalid("voice_id", problem));
            }
            Some(voices.remove(at))
        }
    };
    let voice = Voice {
        id: known.as_ref().map_or_else(|| call.sim.store.mint.id(), |voice| voice.id),
        name: request.voice_name,
        owner: Some(call.user),
        small: false,
        emotional: false,
        instructed: false,
        language: request.language.unwrap_or_else(|| "zh".into()),
        preview_text: request
            .preview_text
            .unwrap_or_else(|| "你好，我是你的专属AI克隆声音，希望未来可以一起好好相处哦".into()),
        trained: known.as_ref().map_or(0, |voice| voice.trained) + 1,
        created_at: known.as_ref().map_or_else(|| call.sim.now(), |voice| voice.created_at),
        updated_at: call.sim.now(),
    };
    // The page shows only the id, but the Python SDK decodes a complete voice.
    let shown = voice.show();
    let (id, weight) = (voice.id, voice.name.len() + voice.preview_text.len());
    voices.push(voice);
    // Another training of a voice counts again.
    state.release(id);
    state.keep("voice", id, weight, |state: &mut State, id| {
        state.of::<Voices>().retain(|voice| voice.id != id);
    });
    Ok(Payload::Data(shown).into())
}
