//! Voices.

use serde::{Deserialize, Serialize};

use super::{Emotion, Language};
use crate::core::paged;
use crate::core::reply::Data;
use crate::core::validate::{ValidationError, validate_page};
use crate::model::id::VoiceId;
use crate::model::timestamp::Timestamp;

mod clone;

pub use clone::CloneVoice;

answer! {
    /// A voice.
    ///
    /// See <https://docs.coze.cn/developer_guides/list_voices>.
    pub struct Voice {
        /// Id, for [`CreateSpeech`](super::CreateSpeech) and the like.
        voice_id: VoiceId [required],
        /// Name.
        name: Option<String>,
        /// Whether it comes with Coze, rather than from a user.
        is_system_voice: Option<bool>,
        /// Whether it is cloned yet.
        state: Option<VoiceState>,
        /// Kind of model that speaks it.
        model_type: Option<VoiceModelType>,
        /// Model that speaks it.
        model_name: Option<String>,
        /// Language, as a code.
        language_code: Option<Language>,
        /// Language, in words.
        language_name: Option<String>,
        /// What the preview says.
        preview_text: Option<String>,
        /// Address of the preview, signed and for a limited time.
        preview_audio: Option<String>,
        /// Emotions, of voices that have several.
        support_emotions: Vec<EmotionInfo> [skip_if_empty],
        /// How often it can still be trained; a voice is trained at most 10 times, the first included.
        available_training_times: Option<i64>,
        /// Time of creation.
        create_time: Option<Timestamp>,
        /// Time of the last change.
        update_time: Option<Timestamp>,
    }
}

answer! {
    /// An emotion of a voice.
    pub struct EmotionInfo {
        /// Emotion.
        emotion: Option<Emotion>,
        /// Its name in Chinese.
        display_name: Option<String>,
        /// How strong it can be.
        emotion_scale_interval: Option<EmotionScaleInterval>,
    }
}

answer! {
    /// How strong an emotion can be.
    pub struct EmotionScaleInterval {
        /// Least.
        min: Option<f64>,
        /// Most.
        max: Option<f64>,
        /// If none is requested.
        default: Option<f64>,
    }
}

/// Lists the voices that the account can use: those of Coze, its own, and those of its workspaces.
///
/// Needs the permission `listVoice`.
///
/// See <https://docs.coze.cn/developer_guides/list_voices>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListVoices {
    /// Whether to omit the voices of Coze; false by default.
    pub filter_system_voice: Option<bool>,
    /// Only voices of this kind of model; all by default.
    pub model_type: Option<VoiceModelType>,
    /// Only voices in this state; cloned ones by default.
    pub voice_state: Option<VoiceState>,
    /// Page, counted from 1.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Voices on a page: 1 to 100, 100 by default.
    #[serde(default = "paged::hundred", deserialize_with = "paged::or::<100, _>")]
    pub page_size: u32,
}

endpoint!(ListVoices: GET "/v1/audio/voices"
    ?filter_system_voice ?model_type ?voice_state ?page_num ?page_size, validate => Data<VoicePage>);

setters!(ListVoices { filter_system_voice: bool, model_type: VoiceModelType, voice_state: VoiceState });

impl Default for ListVoices {
    fn default() -> Self {
        Self { filter_system_voice: None, model_type: None, voice_state: None, page_num: 1, page_size: 100 }
    }
}

setters!(ListVoices = { page_num: u32, page_size: u32 });

impl ListVoices {
    /// Lists voices from the first page on.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        validate_page(self.page_num, self.page_size, 100)
    }
}

paged!(ListVoices { page_num, page_size } => VoicePage { voice_list, has_more: has_more } of Voice { voice_id });

answer! {
    /// One page of voices.
    pub struct VoicePage {
        /// Voices.
        voice_list: Vec<Voice>,
        /// Whether there are more pages.
        has_more: bool,
    }
}

open_enum! {
    /// Whether a voice is cloned yet.
    pub enum VoiceState {
        /// Not cloned yet.
        Init = "init",
        /// Cloned.
        Cloned = "cloned",
        /// Either; only to ask for.
        All = "all",
    }
}

open_enum! {
    /// Kind of model that speaks a voice.
    pub enum VoiceModelType {
        /// Large.
        Big = "big",
        /// Small.
        Small = "small",
    }
}
