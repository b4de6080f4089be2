//! How an agent looks and sounds.

use crate::model::id::VoiceId;
use crate::model::lenient::Extra;

/// The background images of an agent.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct BackgroundImages {
    /// Image for wide screens.
    pub web_background_image: Option<BackgroundImage>,
    /// Image for phones.
    pub mobile_background_image: Option<BackgroundImage>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(BackgroundImages { web_background_image: optional, mobile_background_image: optional });

/// A background image, and which part of it is shown.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct BackgroundImage {
    /// Address of the image.
    pub image_url: Option<String>,
    /// Address of the image before it was cut.
    pub origin_image_url: Option<String>,
    /// Colour of what stands around it, such as `#FFFFFF`.
    pub theme_color: Option<String>,
    /// Part of the original that is shown.
    pub canvas_position: Option<CanvasPosition>,
    /// Where the gradient begins and ends.
    pub gradient_position: Option<GradientPosition>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(BackgroundImage {
    image_url: optional,
    origin_image_url: optional,
    theme_color: optional,
    canvas_position: optional,
    gradient_position: optional,
});

/// A rectangle of an image, in pixels.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct CanvasPosition {
    /// Distance from the top.
    pub top: Option<f64>,
    /// Distance from the left.
    pub left: Option<f64>,
    /// Width.
    pub width: Option<f64>,
    /// Height.
    pub height: Option<f64>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(CanvasPosition { top: optional, left: optional, width: optional, height: optional });

/// The borders of a gradient, in pixels from the left of the canvas.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct GradientPosition {
    /// Where it begins.
    pub left: Option<f64>,
    /// Where it ends.
    pub right: Option<f64>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(GradientPosition { left: optional, right: optional });

/// The settings of calls by voice.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct MediaConfig {
    /// Whether calls are switched off; they are on by default.
    pub is_voice_call_closed: Option<bool>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(MediaConfig { is_voice_call_closed: optional });

/// A voice of an agent.
///
/// Ids and languages are listed on <https://docs.coze.cn/developer_guides/list_voices>.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Voice {
    /// Id.
    pub voice_id: VoiceId,
    /// Language, such as `zh`.
    pub language_code: Option<String>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(Voice { voice_id: required, language_code: optional });

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
