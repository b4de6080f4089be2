//! Putting documents into a dataset.

use serde::{Deserialize, Deserializer, Serialize};

use super::{CaptionType, ChunkStrategy, Document, FormatType, NewDocument};
use crate::core::reply::{Wrapped, Wrapper};
use crate::core::validate::ValidationError;
use crate::model::id::DatasetId;
use crate::model::lenient;

/// Puts up to 10 documents into a dataset, all from the same sort of source.
///
/// Texts come from files and web pages, images from uploaded files. The server then processes them: see
/// [`ProcessDocuments`](super::ProcessDocuments). Only the owner of a dataset can do so. Needs the permission
/// `createDocument`.
///
/// ```
/// use coze_types::dataset::{ChunkStrategy, CreateDocuments, NewDocument, UpdateRule};
///
/// let page = NewDocument::web_page("News", "https://example.com/news").update_rule(UpdateRule::every(24));
/// let request =
///     CreateDocuments::new("7363569245306945580", [page]).chunk_strategy(ChunkStrategy::custom("\n\n", 800));
/// assert_eq!(request.validate(), []);
/// ```
///
/// See <https://docs.coze.cn/developer_guides/create_knowledge_files>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateDocuments {
    /// Dataset.
    pub dataset_id: DatasetId,
    /// Documents, 1 to 10.
    pub document_bases: Vec<NewDocument>,
    /// How texts are cut into pieces: by default as the server sees fit. How images come to their descriptions: by
    /// default from the server.
    #[serde(default = "ChunkStrategy::auto", deserialize_with = "chunk_strategy")]
    pub chunk_strategy: ChunkStrategy,
    /// What the dataset holds; by default what the source of the documents goes with.
    #[serde(default = "texts", deserialize_with = "format_type")]
    pub format_type: FormatType,
}

fn chunk_strategy<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ChunkStrategy, D::Error> {
    lenient::optional(deserializer).map(|strategy| strategy.unwrap_or_else(ChunkStrategy::auto))
}

fn format_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FormatType, D::Error> {
    lenient::optional(deserializer).map(|format| format.unwrap_or_else(texts))
}

fn texts() -> FormatType {
    FormatType::Text
}

endpoint!(CreateDocuments: POST "/open_api/knowledge/document/create", json, validate, headers("agw-js-conv": "str") => Wrapped<DocumentInfos>);

setters!(CreateDocuments = { chunk_strategy: ChunkStrategy });

impl CreateDocuments {
    /// Puts documents into a dataset of texts, or into one of images when they are uploaded images.
    pub fn new(dataset_id: impl Into<DatasetId>, documents: impl IntoIterator<Item = NewDocument>) -> Self {
        let document_bases: Vec<_> = documents.into_iter().collect();
        let format_type = document_bases.iter().find_map(|document| document.source.format_type());
        let format_type = format_type.unwrap_or(FormatType::Text);
        let chunk_strategy = match format_type {
            FormatType::Image => ChunkStrategy::captions(CaptionType::Auto),
            _ => ChunkStrategy::auto(),
        };
        Self { dataset_id: dataset_id.into(), document_bases, chunk_strategy, format_type }
    }

    /// Sets [`format_type`](Self#structfield.format_type); needed on Coze Studio alone, where one sort of source serves
    /// all formats.
    #[must_use]
    pub fn format_type(mut self, format_type: FormatType) -> Self {
        self.format_type = format_type;
        self
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        const LIMIT: usize = 10;
        let mut errors = Vec::new();
        if self.dataset_id.is_empty() {
            errors.push(ValidationError::fatal("dataset_id", "is empty; name the dataset"));
        }
        if self.format_type == FormatType::Table {
            errors.push(ValidationError::limit(
                "format_type",
                "is 1 (tables); the API takes documents of texts (0) and images (2) alone",
            ));
        }
        let count = self.document_bases.len();
        if count == 0 {
            errors.push(ValidationError::fatal("document_bases", "is empty; send a document"));
        }
        if count > LIMIT {
            errors.push(ValidationError::limit(
                "document_bases",
                format!("has {count} documents; at most {LIMIT} are allowed"),
            ));
        }
        let sort = |document: &NewDocument| std::mem::discriminant(&document.source);
        if self.document_bases.windows(2).any(|pair| sort(&pair[0]) != sort(&pair[1])) {
            errors.push(ValidationError::limit(
                "document_bases",
                "has documents from several sorts of sources; send one request for each sort",
            ));
        }
        for (index, document) in self.document_bases.iter().enumerate() {
            let parent = format!("document_bases[{index}]");
            let of_document = document.validate(self.format_type);
            errors.extend(of_document.into_iter().map(|error| error.within(&parent)));
        }
        let of_strategy = self.chunk_strategy.validate();
        errors.extend(of_strategy.into_iter().map(|error| error.within("chunk_strategy")));
        errors
    }
}

/// Where documents stand that were made: under `document_infos`.
#[derive(Clone, Copy, Debug)]
pub enum DocumentInfos {}

impl Wrapper for DocumentInfos {
    type Payload = Vec<Document>;

    fn unwrap(body: &str) -> Result<Vec<Document>, serde_json::Error> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(default, deserialize_with = "lenient::or_default")]
            document_infos: Vec<Document>,
        }
        serde_json::from_str(body).map(|wire: Wire| wire.document_infos)
    }
}
