//! How an agent looks and sounds.

use crate::model::id::VoiceId;

answer! {
    /// The background images of an agent.
    pub struct BackgroundImages {
        /// Image for wide screens.
        web_background_image: Option<BackgroundImage>,
        /// Image for phones.
        mobile_background_image: Option<BackgroundImage>,
    }
}

answer! {
    /// A background image, and which part of it is shown.
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
    pub struct GradientPosition {
        /// Where it begins.
        left: Option<f64>,
        /// Where it ends.
        right: Option<f64>,
    }
}

answer! {
    /// The settings of calls by voice.
    pub struct MediaConfig {
        /// Whether calls are switched off; they are on by default.
        is_voice_call_closed: Option<bool>,
    }
}

answer! {
    /// A voice of an agent.
    ///
    /// Ids and languages are listed on <https://docs.coze.cn/developer_guides/list_voices>.
    pub struct Voice {
        /// Id.
        voice_id: VoiceId [required],
        /// Language, such as `zh`.
        language_code: Option<String>,
    }
}

open_enum! {
    /// How users put something in.
    pub enum UserInputType {
        /// By typing.
        Text = "text",
        /// By speaking a message.
        Voice = "voice",
        /// By a call.
        Call = "call",
        /// The empty word of Coze Studio.
        Unspecified = "",
    }
}
