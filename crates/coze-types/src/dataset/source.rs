//! Documents that are still to be made, and where their content comes from.

use base64::Engine as _;
use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{DocumentSourceType, FormatType, UpdateRule};
use crate::core::validate::ValidationError;
use crate::model::id::FileId;
use crate::model::lenient::Extra;

/// A document to put into a dataset by [`CreateDocuments`](super::CreateDocuments).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NewDocument {
    /// Name.
    pub name: String,
    /// Where the content comes from; `source_info` on the wire.
    #[serde(rename = "source_info")]
    pub source: DocumentSource,
    /// Whether and how often the server reads a web page again; never by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_rule: Option<UpdateRule>,
    /// Description of an image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
}

impl NewDocument {
    /// A text that the server reads from `content`; the extension of `name` says how.
    ///
    /// Documented are pdf, txt, doc and docx. Coze Studio takes [`stored`](Self::stored) files only.
    pub fn file(name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        let name = name.into();
        let file_type = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        let source =
            DocumentSource::File { content: content.into(), file_type: file_type.unwrap_or_default() };
        Self::new(name, source)
    }

    /// A text that the server reads from a web page.
    pub fn web_page(name: impl Into<String>, url: impl Into<String>) -> Self {
        Self::new(name, DocumentSource::WebPage { url: url.into() })
    }

    /// An image that was [uploaded](crate::file::UploadFile).
    pub fn uploaded_image(name: impl Into<String>, file_id: impl Into<FileId>) -> Self {
        Self::new(name, DocumentSource::Uploaded { file_id: file_id.into() })
    }

    /// A text, table or image that was uploaded to Coze Studio, by the [`uri`](crate::file::File#structfield.uri) of the
    /// file; the hosted service has no such uri.
    pub fn stored(name: impl Into<String>, uri: impl Into<String>) -> Self {
        Self::new(name, DocumentSource::Stored { uri: uri.into() })
    }

    /// A text as it is, on Coze Studio only; for the hosted service, make it a [`file`](Self::file) whose name ends in
    /// `.txt`.
    pub fn text(name: impl Into<String>, content: impl Into<String>) -> Self {
        Self::new(name, DocumentSource::Text { content: content.into() })
    }

    /// A document from any source.
    pub fn new(name: impl Into<String>, source: DocumentSource) -> Self {
        Self { name: name.into(), source, update_rule: None, caption: None }
    }

    /// Sets [`update_rule`](Self#structfield.update_rule), for web pages.
    #[must_use]
    pub fn update_rule(mut self, update_rule: UpdateRule) -> Self {
        self.update_rule = Some(update_rule);
        self
    }

    /// Sets [`caption`](Self#structfield.caption), for images.
    #[must_use]
    pub fn caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = Some(caption.into());
        self
    }

    /// Lists what the documentation forbids in a document of a dataset with the given format.
    pub(super) fn validate(&self, format_type: FormatType) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        if self.name.is_empty() {
            errors.push(ValidationError::fatal("name", "is empty; give the document a name"));
        }
        errors.extend(self.source.validate(format_type));
        if let Some(rule) = &self.update_rule {
            if !matches!(self.source, DocumentSource::WebPage { .. } | DocumentSource::Unknown(_)) {
                errors.push(ValidationError::limit(
                    "update_rule",
                    "is set; it is for documents from web pages",
                ));
            }
            errors.extend(rule.validate().map(|error| error.within("update_rule")));
        }
        if self.caption.is_some() && format_type != FormatType::Image {
            errors.push(ValidationError::limit("caption", "is set; it is for images"));
        }
        errors
    }
}

/// Where the content of a document comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DocumentSource {
    /// Content of a file, sent within the request as base64.
    File {
        /// Content.
        content: Bytes,
        /// Extension, by which the server knows how to read it: `pdf`, `txt`, `doc` or `docx`.
        file_type: String,
    },
    /// A web page.
    WebPage {
        /// Address.
        url: String,
    },
    /// An uploaded image.
    Uploaded {
        /// File.
        file_id: FileId,
    },
    /// A file in the object storage of Coze Studio.
    Stored {
        /// Key.
        uri: String,
    },
    /// Text as it is; Coze Studio only.
    Text {
        /// Text.
        content: String,
    },
    /// A source that this version does not know.
    Unknown(Extra),
}

/// Documented formats of files.
const FILE_TYPES: [&str; 4] = ["pdf", "txt", "doc", "docx"];

impl DocumentSource {
    /// What a dataset must hold to take a document from this source; `None` where any may do.
    pub(super) fn format_type(&self) -> Option<FormatType> {
        match self {
            Self::File { .. } | Self::WebPage { .. } => Some(FormatType::Text),
            Self::Uploaded { .. } => Some(FormatType::Image),
            _ => None,
        }
    }

    fn validate(&self, format_type: FormatType) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        match self {
            Self::File { content, file_type } => {
                if content.is_empty() {
                    errors
                        .push(ValidationError::fatal("source_info", "has no content; send a file that has"));
                }
                if file_type.is_empty() {
                    errors.push(ValidationError::fatal(
                        "source_info.file_type",
                        "is empty; give the name an extension, by which the format is known",
                    ));
                } else if !FILE_TYPES.contains(&file_type.as_str()) {
                    errors.push(ValidationError::limit(
                        "source_info.file_type",
                        format!("is {file_type:?}; pdf, txt, doc and docx are allowed"),
                    ));
                }
            }
            Self::WebPage { url } if url.is_empty() => {
                errors.push(ValidationError::fatal("source_info.web_url", "is empty; name the web page"));
            }
            Self::Uploaded { file_id } if file_id.is_empty() => {
                errors.push(ValidationError::fatal("source_info.source_file_id", "is empty; name the file"));
            }
            Self::Stored { uri } if uri.is_empty() => {
                errors.push(ValidationError::fatal("source_info.tos_uri", "is empty; name the file"));
            }
            Self::Text { content } if content.is_empty() => {
                errors.push(ValidationError::fatal("source_info.custom_content", "is empty; send a text"));
            }
            _ => {}
        }
        match self.format_type() {
            Some(FormatType::Image) if format_type != FormatType::Image => {
                errors.push(ValidationError::limit(
                    "source_info",
                    "is an uploaded file; only datasets of images take such documents",
                ));
            }
            Some(FormatType::Text) if format_type != FormatType::Text => errors.push(ValidationError::limit(
                "source_info",
                "is a file or web page; only datasets of texts take such documents",
            )),
            _ => {}
        }
        errors
    }
}

/// Names of the fields that say which source it is.
const SOURCE_FIELDS: [&str; 5] = ["file_base64", "web_url", "tos_uri", "custom_content", "source_file_id"];
/// Names of the fields next to them.
const DETAILS: [&str; 2] = ["file_type", "document_source"];

/// Bytes that become base64 as they are written.
struct Base64<'a>(&'a [u8]);

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(self.0, &STANDARD))
    }
}

impl Serialize for DocumentSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Default, Serialize)]
        struct SourceInfo<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            file_base64: Option<Base64<'a>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            file_type: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            web_url: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            source_file_id: Option<&'a FileId>,
            #[serde(skip_serializing_if = "Option::is_none")]
            tos_uri: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            custom_content: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            document_source: Option<DocumentSourceType>,
        }
        let info = SourceInfo::default();
        let info = match self {
            Self::File { content, file_type } => {
                SourceInfo { file_base64: Some(Base64(content)), file_type: Some(file_type), ..info }
            }
            Self::WebPage { url } => {
                SourceInfo { web_url: Some(url), document_source: Some(DocumentSourceType::WebPage), ..info }
            }
            Self::Uploaded { file_id } => SourceInfo {
                source_file_id: Some(file_id),
                document_source: Some(DocumentSourceType::Uploaded),
                ..info
            },
            Self::Stored { uri } => {
                SourceInfo { tos_uri: Some(uri), document_source: Some(DocumentSourceType::File), ..info }
            }
            Self::Text { content } => SourceInfo {
                custom_content: Some(content),
                document_source: Some(DocumentSourceType::Custom),
                ..info
            },
            Self::Unknown(fields) => return fields.serialize(serializer),
        };
        info.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for DocumentSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Extra::deserialize(deserializer)?;
        let is_known =
            SOURCE_FIELDS.iter().any(|name| fields.get(*name).is_some_and(|value| !value.is_null()));
        if let Some(other) = fields.keys().find(|name| {
            is_known && !SOURCE_FIELDS.contains(&name.as_str()) && !DETAILS.contains(&name.as_str())
        }) {
            return Err(D::Error::custom(format!("unknown field `{other}`")));
        }
        let mut text = |name: &str| match fields.get_mut(name) {
            Some(Value::String(text)) => Some(std::mem::take(text)),
            _ => None,
        };
        if let Some(base64) = text("file_base64") {
            let content = STANDARD
                .decode(base64)
                .map_err(|error| D::Error::custom(format!("`file_base64` is no base64: {error}")))?;
            return Ok(Self::File {
                content: content.into(),
                file_type: text("file_type").unwrap_or_default(),
            });
        }
        if let Some(url) = text("web_url") {
            return Ok(Self::WebPage { url });
        }
        if let Some(uri) = text("tos_uri") {
            return Ok(Self::Stored { uri });
        }
        if let Some(content) = text("custom_content") {
            return Ok(Self::Text { content });
        }
        match fields.get("source_file_id") {
            Some(Value::Null) | None => Ok(Self::Unknown(fields)),
            Some(file_id) => FileId::deserialize(file_id)
                .map(|file_id| Self::Uploaded { file_id })
                .map_err(|error| D::Error::custom(format!("`source_file_id`: {error}"))),
        }
    }
}
