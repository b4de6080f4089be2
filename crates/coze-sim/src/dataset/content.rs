//! Content of documents.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::IMAGE;
use super::source::{Base, Source, image};
use crate::file::{measured, sniff};
use crate::state::{Id, Refusal, State};

/// Known properties of the content of a document.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) size: u64,
    pub(super) kind: String,
    pub(super) source: u8,
    pub(super) characters: u64,
    /// URL of a web page.
    pub(super) url: Option<String>,
    /// Description of an image, if possible.
    pub(super) described: Option<String>,
}

impl Content {
    /// Reads the content of a document for a dataset of the given format.
    pub(super) fn of(base: &Base, format: i64, user: Id, state: &State, path: &str) -> Result<Self, Refusal> {
        let at = format!("{path}.source_info");
        let source = base.source_info.read(&at)?;
        if let Some(rule) = base.update_rule {
            rule.check(&format!("{path}.update_rule"), matches!(source, Source::Page(_)))?;
        }
        let of_images = format == IMAGE;
        if base.caption.is_some() && !of_images {
            return Err(Refusal::invalid(format!("{path}.caption"), "only images have captions"));
        }
        match source {
            Source::Uploaded(_) if !of_images => {
                Err(Refusal::invalid(at, "a dataset of documents takes file_base64 or web_url"))
            }
            Source::Local { .. } | Source::Page(_) if of_images => {
                Err(Refusal::invalid(at, "a dataset of images takes source_file_id"))
            }
            Source::Local { base64: text, kind } => {
                let bytes = BASE64_STANDARD.decode(text).map_err(|error| {
                    Refusal::invalid(format!("{at}.file_base64"), format!("not base64: {error}"))
                })?;
                if bytes.is_empty() {
                    return Err(Refusal::EmptyFile);
                }
                Ok(Self {
                    size: bytes.len() as u64,
                    kind: kind.to_owned(),
                    source: 0,
                    // Only the content of plain text is known.
                    characters: std::str::from_utf8(&bytes).map_or(0, |text| text.chars().count() as u64),
                    url: None,
                    described: None,
                })
            }
            Source::Page(url) => Ok(Self {
                // Nothing is downloaded.
                size: 0,
                kind: String::new(),
                source: 1,
                characters: 0,
                url: Some(url.to_owned()),
                described: None,
            }),
            Source::Uploaded(id) => {
                let file = image(state, id, user)
                    .map_err(|problem| Refusal::invalid(format!("{at}.source_file_id"), problem))?;
                Ok(Self {
                    size: file.bytes,
                    kind: sniff::extension(&file.name).unwrap_or_default(),
                    source: 5,
                    characters: 0,
                    url: None,
                    described: Some(measured(file, false)),
                })
            }
        }
    }
}
