//! How an agent looks and sounds.

use serde::{Deserialize, Serialize};

use crate::id::VoiceId;
use crate::lenient::Extra;

/// The background images of an agent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BackgroundImages {
    /// Image for wide screens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_background_image: Option<BackgroundImage>,
    /// Image for phones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile_background_image: Option<BackgroundImage>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A background image, and which part of it is shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BackgroundImage {
    /// Address of the image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Address of the image before it was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin_image_url: Option<String>,
    /// Colour of what stands around it, such as `#FFFFFF`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme_color: Option<String>,
    /// Part of the original that is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canvas_position: Option<CanvasPosition>,
    /// Where the gradient begins and ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gradient_position: Option<GradientPosition>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A rectangle of an image, in pixels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CanvasPosition {
    /// Distance from the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top: Option<f64>,
    /// Distance from the left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<f64>,
    /// Width.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<f64>,
    /// Height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<f64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The borders of a gradient, in pixels from the left of the canvas.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GradientPosition {
    /// Where it begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<f64>,
    /// Where it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right: Option<f64>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The settings of calls by voice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MediaConfig {
    /// Whether calls are switched off; they are on by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_voice_call_closed: Option<bool>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A voice of an agent.
///
/// Ids and languages are listed on <https://docs.coze.cn/developer_guides/list_voices>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Voice {
    /// Id.
    pub voice_id: VoiceId,
    /// Language, such as `zh`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language_code: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

/// How users put something in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UserInputType {
    /// By typing.
    Text,
    /// By speaking a message.
    Voice,
    /// By a call.
    Call,
    /// The empty word of Coze Studio.
    Unspecified,
    /// A word that this version does not know.
    Unknown(Box<str>),
}

open_enum!(UserInputType { Text = "text", Voice = "voice", Call = "call", Unspecified = "" });
