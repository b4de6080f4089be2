//! How documents are cut into pieces.

use crate::core::validate::ValidationError;

answer! {
    /// How texts are cut into the pieces that a chat can find, or how images come to their descriptions.
    ///
    /// Make one with [`auto`](Self::auto), [`custom`](Self::custom), [`levels`](Self::levels) or
    /// [`captions`](Self::captions): which fields go together depends on the sort.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct ChunkStrategy {
        /// Sort, for texts.
        chunk_type: Option<ChunkType>,
        /// Text between two pieces, such as `"\n\n"`.
        separator: Option<String>,
        /// Length of a piece: 100 to 2000 tokens.
        max_tokens: Option<i64>,
        /// Whether several spaces, line breaks and tabs become one; the server's default is `false`.
        remove_extra_spaces: Option<bool>,
        /// Whether URLs and email addresses are taken out; the server's default is `false`.
        remove_urls_emails: Option<bool>,
        /// Who describes images.
        caption_type: Option<CaptionType>,
        /// Lowest level of headings that starts a piece of its own; Coze Studio only.
        max_level: Option<i64>,
        /// Whether pieces repeat the headings above them; Coze Studio only.
        save_title: Option<bool>,
        /// How much two neighbouring pieces share; Coze Studio only.
        overlap: Option<i64>,
    }
}

impl ChunkStrategy {
    /// Cuts texts as the server sees fit.
    pub fn auto() -> Self {
        Self { chunk_type: Some(ChunkType::Auto), ..Self::default() }
    }

    /// Cuts texts at a separator, and where a piece would grow longer than 100 to 2000 tokens.
    pub fn custom(separator: impl Into<String>, max_tokens: u32) -> Self {
        Self {
            chunk_type: Some(ChunkType::Custom),
            separator: Some(separator.into()),
            max_tokens: Some(max_tokens.into()),
            remove_extra_spaces: Some(false),
            remove_urls_emails: Some(false),
            ..Self::default()
        }
    }

    /// Cuts texts at their headings down to a level; Coze Studio only, the hosted service does not document it.
    pub fn levels(max_level: u32, save_title: bool) -> Self {
        Self {
            chunk_type: Some(ChunkType::Levels),
            max_level: Some(max_level.into()),
            save_title: Some(save_title),
            ..Self::default()
        }
    }

    /// Has images described by the server, or by [`UpdateImage`](super::UpdateImage).
    pub fn captions(caption_type: CaptionType) -> Self {
        Self { caption_type: Some(caption_type), ..Self::default() }
    }

    /// Sets [`remove_extra_spaces`](Self#structfield.remove_extra_spaces), for a custom strategy.
    #[must_use]
    pub fn remove_extra_spaces(mut self, remove: bool) -> Self {
        self.remove_extra_spaces = Some(remove);
        self
    }

    /// Sets [`remove_urls_emails`](Self#structfield.remove_urls_emails), for a custom strategy.
    #[must_use]
    pub fn remove_urls_emails(mut self, remove: bool) -> Self {
        self.remove_urls_emails = Some(remove);
        self
    }

    /// Lists what the documentation forbids.
    pub(super) fn validate(&self) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        if self.chunk_type == Some(ChunkType::Custom) {
            if self.separator.as_ref().is_none_or(String::is_empty) {
                errors
                    .push(ValidationError::limit("separator", "is missing; custom strategies (1) need one"));
            }
            match self.max_tokens {
                Some(100..=2000) => {}
                Some(tokens) => errors.push(ValidationError::limit(
                    "max_tokens",
                    format!("is {tokens}; 100 to 2000 are allowed"),
                )),
                None => errors
                    .push(ValidationError::limit("max_tokens", "is missing; custom strategies (1) need it")),
            }
        }
        errors
    }
}

open_number! {
    /// The sort of a [`ChunkStrategy`].
    pub enum ChunkType {
        /// As the server sees fit.
        Auto = 0,
        /// At a separator.
        Custom = 1,
        /// At headings.
        Levels = 2,
    }
}

open_number! {
    /// Who describes the images of a dataset.
    pub enum CaptionType {
        /// The server.
        Auto = 0,
        /// The caller, by [`UpdateImage`](super::UpdateImage).
        Manual = 1,
    }
}
