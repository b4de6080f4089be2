//! Voices.

use serde::{Deserialize, Serialize};

use super::{Emotion, Language};
use crate::check::{Violation, page_violations};
use crate::endpoint;
use crate::id::VoiceId;
use crate::lenient::{self, Extra};
use crate::paged::Paged;
use crate::reply::Data;
use crate::timestamp::Timestamp;

mod clone;

pub use clone::CloneVoice;

/// A voice.
///
/// See <https://docs.coze.cn/developer_guides/list_voices>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Voice {
    /// Id, for [`CreateSpeech`](super::CreateSpeech) and the like.
    pub voice_id: VoiceId,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it comes with Coze, rather than from a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_system_voice: Option<bool>,
    /// Whether it is cloned yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<VoiceState>,
    /// Kind of model that speaks it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_type: Option<VoiceModelType>,
    /// Model that speaks it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_name: Option<String>,
    /// Language, as a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_code: Option<Language>,
    /// Language, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_name: Option<String>,
    /// What the preview says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview_text: Option<String>,
    /// Address of the preview, signed and for a limited time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview_audio: Option<String>,
    /// Emotions, of voices that have several.
    #[serde(default, deserialize_with = "lenient::null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub support_emotions: Vec<EmotionInfo>,
    /// How often it can still be trained; a voice is trained at most 10 times, the first included.
    #[serde(
        default,
        deserialize_with = "lenient::optional_integer",
        skip_serializing_if = "Option::is_none"
    )]
    pub available_training_times: Option<i64>,
    /// Time of creation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time: Option<Timestamp>,
    /// Time of the last change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_time: Option<Timestamp>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Voice {
    /// A voice with nothing but an id.
    pub fn new(voice_id: impl Into<VoiceId>) -> Self {
        Self {
            voice_id: voice_id.into(),
            name: None,
            is_system_voice: None,
            state: None,
            model_type: None,
            model_name: None,
            language_code: None,
            language_name: None,
            preview_text: None,
            preview_audio: None,
            support_emotions: Vec::new(),
            available_training_times: None,
            create_time: None,
            update_time: None,
            extra: Extra::new(),
        }
    }
}

/// An emotion of a voice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmotionInfo {
    /// Emotion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emotion: Option<Emotion>,
    /// Its name in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// How strong it can be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emotion_scale_interval: Option<EmotionScaleInterval>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How strong an emotion can be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EmotionScaleInterval {
    /// Least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Where none is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<f64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Lists the voices that the account can use: those of Coze, its own, and those of its workspaces.
///
/// Needs the permission `listVoice`.
///
/// See <https://docs.coze.cn/developer_guides/list_voices>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListVoices {
    /// Whether to leave out the voices of Coze; false by default.
    #[serde(skip_serializing, default)]
    pub filter_system_voice: Option<bool>,
    /// Only voices of this kind of model; all by default.
    #[serde(skip_serializing, default)]
    pub model_type: Option<VoiceModelType>,
    /// Only voices in this state; cloned ones by default.
    #[serde(skip_serializing, default)]
    pub voice_state: Option<VoiceState>,
    /// Page, counted from 1.
    #[serde(skip_serializing)]
    pub page_num: u32,
    /// Voices on a page: 1 to 100, 100 by default.
    #[serde(skip_serializing)]
    pub page_size: u32,
    /// First voice of the page before.
    #[serde(skip)]
    turned_from: Option<VoiceId>,
}

endpoint!(ListVoices: GET "/v1/audio/voices"
    ?filter_system_voice ?model_type ?voice_state ?page_num ?page_size, check => Data<VoicePage>);

setters!(ListVoices { filter_system_voice: bool, model_type: VoiceModelType, voice_state: VoiceState });

impl Default for ListVoices {
    fn default() -> Self {
        Self {
            filter_system_voice: None,
            model_type: None,
            voice_state: None,
            page_num: 1,
            page_size: 100,
            turned_from: None,
        }
    }
}

impl ListVoices {
    /// Lists voices from the first page on.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`page_num`](Self#structfield.page_num).
    #[must_use]
    pub fn page_num(mut self, page_num: u32) -> Self {
        self.page_num = page_num;
        self
    }

    /// Sets [`page_size`](Self#structfield.page_size).
    #[must_use]
    pub fn page_size(mut self, page_size: u32) -> Self {
        self.page_size = page_size;
        self
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn check(&self) -> Vec<Violation> {
        page_violations(self.page_num, self.page_size, 100)
    }
}

impl Paged for ListVoices {
    type Item = Voice;

    #[inline]
    fn turn(self, page: VoicePage) -> (Vec<Voice>, Option<Self>) {
        let first = page.voice_list.first().map(|voice| voice.voice_id.clone());
        // The same page once more: the server does not look at the number.
        if first == self.turned_from {
            return (Vec::new(), None);
        }
        let next = self.page_num.checked_add(1).filter(|_| page.has_more && first.is_some());
        let next = next.map(|page_num| Self { page_num, turned_from: first, ..self });
        (page.voice_list, next)
    }
}

/// One page of voices.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VoicePage {
    /// Voices.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub voice_list: Vec<Voice>,
    /// Whether there are more pages.
    #[serde(default, deserialize_with = "lenient::null_as_default")]
    pub has_more: bool,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Whether a voice is cloned yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VoiceState {
    /// Not cloned yet.
    Init,
    /// Cloned.
    Cloned,
    /// Either; only to ask for.
    All,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(VoiceState { Init = "init", Cloned = "cloned", All = "all" });

/// Kind of model that speaks a voice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VoiceModelType {
    /// Large.
    Big,
    /// Small.
    Small,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(VoiceModelType { Big = "big", Small = "small" });
