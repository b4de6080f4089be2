//! How an agent looks and sounds.

use crate::model::id::VoiceId;

answer! {
    /// The background images of an agent.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct BackgroundImages {
        /// Image for wide screens.
        web_background_image: Option<BackgroundImage>,
        /// Image for phones.
        mobile_background_image: Option<BackgroundImage>,
    }
}

answer! {
    /// A background image, and which part of it is shown.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct BackgroundImage {
        /// Address of the image.
        image_url: Option<String>,
        /// Address of the image before it was cut.
        origin_image_url: Option<String>,
        /// Colour of what stands around it, such as `#FFFFFF`.
        theme_color: Option<String>,
        /// Part of the original that is shown.
        canvas_position: Option<CanvasPosition>,
        /// Where the gradient begins and ends.
        gradient_position: Option<GradientPosition>,
    }
}

answer! {
    /// A rectangle of an image, in pixels.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct CanvasPosition {
        /// Distance from the top.
        top: Option<f64>,
        /// Distance from the left.
        left: Option<f64>,
        /// Width.
        width: Option<f64>,
        /// Height.
        height: Option<f64>,
    }
}

answer! {
    /// The borders of a gradient, in pixels from the left of the canvas.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct GradientPosition {
        /// Where it begins.
        left: Option<f64>,
        /// Where it ends.
        right: Option<f64>,
    }
}

answer! {
    /// The settings of calls by voice.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct MediaConfig {
        /// Whether calls are switched off; they are on by default.
        is_voice_call_closed: Option<bool>,
    }
}

answer! {
    /// A voice of an agent.
    ///
    /// Ids and languages are listed on <https://docs.coze.cn/developer_guides/list_voices>.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Voice {
        /// Id.
        voice_id: VoiceId [required],
        /// Language, such as `zh`.
        language_code: Option<String>,
    }
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
