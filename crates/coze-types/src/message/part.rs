//! The parts of an `object_string`: JSON within JSON.

use serde::{Deserialize, Serialize};

use crate::core::error::DecodeError;
use crate::core::validate::ValidationError;
use crate::model::id::FileId;
use crate::model::lenient::Extra;

/// One part of a message of several: a text, an image, a file or a piece of audio.
///
/// See the `object_string` object on <https://docs.coze.cn/developer_guides/chat_v3>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[doc(alias = "MessageObjectString", alias = "ObjectStringItem")]
pub struct ContentPart {
    /// What the part is; `type` on the wire.
    #[serde(rename = "type")]
    pub kind: ContentPartType,
    /// Text, for a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Id of a file that the same account has uploaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_id: Option<FileId>,
    /// Address of a file that anyone can read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_url: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Extra,
}

impl ContentPart {
    fn new(kind: ContentPartType) -> Self {
        Self { kind, text: None, file_id: None, file_url: None, extra: Extra::new() }
    }

    fn by_id(kind: ContentPartType, file_id: FileId) -> Self {
        Self { file_id: Some(file_id), ..Self::new(kind) }
    }

    fn by_url(kind: ContentPartType, file_url: String) -> Self {
        Self { file_url: Some(file_url), ..Self::new(kind) }
    }

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::new(ContentPartType::Text) }
    }

    /// An uploaded image.
    pub fn image(file_id: impl Into<FileId>) -> Self {
        Self::by_id(ContentPartType::Image, file_id.into())
    }

    /// An image at a public address.
    pub fn image_url(file_url: impl Into<String>) -> Self {
        Self::by_url(ContentPartType::Image, file_url.into())
    }

    /// An uploaded file.
    pub fn file(file_id: impl Into<FileId>) -> Self {
        Self::by_id(ContentPartType::File, file_id.into())
    }

    /// A file at a public address.
    pub fn file_url(file_url: impl Into<String>) -> Self {
        Self::by_url(ContentPartType::File, file_url.into())
    }

    /// Uploaded audio.
    pub fn audio(file_id: impl Into<FileId>) -> Self {
        Self::by_id(ContentPartType::Audio, file_id.into())
    }

    /// Audio at a public address.
    pub fn audio_url(file_url: impl Into<String>) -> Self {
        Self::by_url(ContentPartType::Audio, file_url.into())
    }

    pub(crate) fn is_file_or_image(&self) -> bool {
        matches!(self.kind, ContentPartType::File | ContentPartType::Image)
    }

    /// Reads the content of a message whose content type is `object_string`.
    pub fn parse_list(content: &str) -> Result<Vec<Self>, DecodeError> {
        crate::core::json::read(content)
            .map_err(|error| DecodeError::text("an object_string", content, error))
    }

    /// Writes the content of a message whose content type is `object_string`.
    #[expect(clippy::missing_panics_doc, reason = "the objects have string keys only, so JSON can hold them")]
    pub fn write_list(objects: impl IntoIterator<Item = Self>) -> String {
        let objects: Vec<Self> = objects.into_iter().collect();
        #[expect(clippy::expect_used, reason = "strings, and a map with string keys, always serialise")]
        serde_json::to_string(&objects).expect("objects are JSON")
    }

    /// Lists what the documentation forbids in the parts of one message.
    pub fn check_list(objects: &[Self]) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        if objects.is_empty() {
            errors.push(ValidationError::limit("content", "has no parts"));
        }
        let texts = objects.iter().filter(|object| object.kind == ContentPartType::Text).count();
        if texts > 1 {
            errors
                .push(ValidationError::limit("content", format!("has {texts} texts; at most 1 is allowed")));
        }
        if texts > 0 && !objects.iter().any(Self::is_file_or_image) {
            errors.push(ValidationError::limit(
                "content",
                "has a text and no file or image; add one, or send the text with the content type `text`",
            ));
        }
        for (index, object) in objects.iter().enumerate() {
            let source = object.file_id.is_some() || object.file_url.is_some();
            match object.kind {
                ContentPartType::Text if object.text.is_none() => {
                    errors.push(ValidationError::limit(format!("content[{index}].text"), "is missing"));
                }
                ContentPartType::Image | ContentPartType::File | ContentPartType::Audio if !source => {
                    errors.push(ValidationError::limit(
                        format!("content[{index}]"),
                        format!("is of the type `{}` and has neither `file_id` nor `file_url`", object.kind),
                    ));
                }
                _ => {}
            }
        }
        errors
    }
}

open_enum! {
    /// What a part of a message is.
    pub enum ContentPartType {
        /// Text.
        Text = "text",
        /// A file.
        File = "file",
        /// An image.
        Image = "image",
        /// Audio.
        Audio = "audio",
    }
}
