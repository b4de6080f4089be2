//! Documents of datasets.

use serde::{Deserialize, Serialize};

use super::{ChunkStrategy, FormatType};
use crate::core::paged::{self, FirstPage, Number, Page, Paged, Position};
use crate::core::reply::{Empty, Object, Wrapped, Wrapper};
use crate::core::validate::{ValidationError, validate_names};
use crate::model::id::{DatasetId, DocumentId};
use crate::model::lenient::{self};
use crate::model::timestamp::Timestamp;

answer! {
    /// A document of a dataset.
    pub struct Document {
        /// Document.
        document_id: DocumentId [required],
        /// Name.
        name: Option<String>,
        /// Whether it is processed.
        status: Option<DocumentStatus>,
        /// What it holds.
        format_type: Option<FormatType>,
        /// Where it comes from.
        source_type: Option<DocumentSourceType>,
        /// Extension of the file, such as `pdf`.
        file_type: Option<String> [rename = "type"],
        /// Size in bytes.
        size: Option<i64>,
        /// Characters of the text.
        char_count: Option<i64>,
        /// Pieces that it was cut into.
        slice_count: Option<i64>,
        /// Times that a chat found something in it.
        hit_count: Option<i64>,
        /// How it was cut into pieces.
        chunk_strategy: Option<ChunkStrategy>,
        /// Whether the server reads the web page again.
        update_type: Option<UpdateType>,
        /// Hours between two readings of the web page.
        update_interval: Option<i64>,
        /// Key of the file in the storage of the server.
        tos_uri: Option<String>,
        /// Time of creation.
        create_time: Option<Timestamp>,
        /// Time of the last change.
        update_time: Option<Timestamp>,
    }
}

impl From<&Document> for DocumentId {
    fn from(document: &Document) -> Self {
        document.document_id.clone()
    }
}

open_number! {
    /// Whether a document is processed.
    pub enum DocumentStatus {
        /// It is being processed.
        Processing = 0,
        /// It is done, and of use to agents.
        Done = 1,
        /// It is done, and switched off.
        Disabled = 2,
        /// It was deleted.
        Deleted = 3,
        /// It is being cut into pieces once more.
        Resegmenting = 4,
        /// It is being read once more.
        Refreshing = 5,
        /// It could not be processed; upload it again.
        Failed = 9,
        /// It was refused by moderation.
        Refused = 1000,
    }
}

impl DocumentStatus {
    /// Whether the document was processed.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Done | Self::Disabled)
    }

    /// Whether the document will never be processed.
    pub fn is_failed(self) -> bool {
        matches!(self, Self::Failed | Self::Refused | Self::Deleted)
    }
}

open_number! {
    /// Where a document comes from.
    pub enum DocumentSourceType {
        /// A file.
        File = 0,
        /// A web page.
        WebPage = 1,
        /// Text as it is.
        Custom = 2,
        /// A third party.
        ThirdParty = 3,
        /// A web page that a browser read.
        FrontCrawl = 4,
        /// An uploaded file.
        Uploaded = 5,
        /// Notion.
        Notion = 101,
        /// Google Drive.
        GoogleDrive = 102,
        /// Feishu.
        FeishuWeb = 103,
        /// Lark.
        LarkWeb = 104,
    }
}

/// Whether and how often the server reads a web page again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateRule {
    /// Whether it does.
    pub update_type: UpdateType,
    /// Hours between two readings, at least 24.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_interval: Option<u32>,
}

impl UpdateRule {
    /// Reads the page once.
    pub fn never() -> Self {
        Self { update_type: UpdateType::Never, update_interval: None }
    }

    /// Reads the page again every so many hours, at least 24, and replaces what was there.
    pub fn every(hours: u32) -> Self {
        Self { update_type: UpdateType::Replace, update_interval: Some(hours) }
    }

    pub(super) fn validate(&self) -> Option<ValidationError> {
        let field = "update_interval";
        match (self.update_type, self.update_interval) {
            (_, Some(hours @ 0..24)) => {
                Some(ValidationError::limit(field, format!("is {hours}; at least 24 hours are allowed")))
            }
            (UpdateType::Replace | UpdateType::Append, None) => Some(ValidationError::limit(
                field,
                "is missing; say after how many hours to read the page again",
            )),
            _ => None,
        }
    }
}

open_number! {
    /// Whether the server reads a web page again.
    pub enum UpdateType {
        /// It does not.
        Never = 0,
        /// It replaces what was there.
        Replace = 1,
        /// It adds to what was there; not on the official page.
        Append = 2,
    }
}

/// Lists the documents of a dataset. Needs the permission `listDocument`.
///
/// See <https://docs.coze.cn/developer_guides/list_knowledge_files>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListDocuments {
    /// Dataset.
    pub dataset_id: DatasetId,
    /// Page, from 1. Coze Studio counts from 0: a list across pages that starts with 1 then has what stands on page 0 at
    /// its end.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page: u32,
    /// Documents on a page, 10 by default.
    #[serde(default = "paged::ten", deserialize_with = "paged::or::<10, _>")]
    pub size: u32,
}

endpoint!(ListDocuments: POST "/open_api/knowledge/document/list", json, validate, headers("agw-js-conv": "str") => Object<DocumentPage>);

builder!(ListDocuments(dataset_id: DatasetId) = { page: u32 = 1, size: u32 = 10 });

impl ListDocuments {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        if self.size == 0 {
            return vec![ValidationError::limit("size", "is 0; ask for at least one document")];
        }
        Vec::new()
    }
}

impl Paged for ListDocuments {
    type Item = Document;

    fn page(answer: DocumentPage) -> Page<Document> {
        Page::new(answer.documents).total(answer.total)
    }

    fn position(&mut self) -> Position<'_> {
        Position::Number(Number { page: &mut self.page, size: self.size, first: FirstPage::ZeroOrOne })
    }

    fn key(item: &Document) -> Option<&str> {
        Some(item.document_id.as_str())
    }
}

answer! {
    /// A page of documents.
    pub struct DocumentPage {
        /// Documents; `document_infos` on the wire.
        documents: Vec<Document> [rename = "document_infos"],
        /// Documents on all pages.
        total: Option<i64>,
    }
}

/// Renames a document, or changes how often its web page is read again. Needs the permission `updateDocument`.
///
/// Returns the document only if the server sends it, as earlier versions did.
///
/// See <https://docs.coze.cn/developer_guides/modify_knowledge_files>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateDocument {
    /// Document.
    pub document_id: DocumentId,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_name: Option<String>,
    /// Whether and how often the server reads the web page again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_rule: Option<UpdateRule>,
}

endpoint!(UpdateDocument: POST "/open_api/knowledge/document/update", json, validate, headers("agw-js-conv": "str") => Wrapped<ChangedDocument>);

builder! {
    /// Changes one document; set what is to change.
    UpdateDocument(document_id: DocumentId) { document_name: String, update_rule: UpdateRule }
}

impl UpdateDocument {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        if self.document_id.is_empty() {
            errors.push(ValidationError::fatal("document_id", "is empty; name the document"));
        }
        if self.document_name.is_none() && self.update_rule.is_none() {
            errors.push(ValidationError::fatal(
                "document_name",
                "is unset, and so is `update_rule`; set what is to change",
            ));
        }
        if self.document_name.as_ref().is_some_and(String::is_empty) {
            errors.push(ValidationError::limit("document_name", "is empty; give the document a name"));
        }
        let of_rule = self.update_rule.as_ref().and_then(UpdateRule::validate);
        errors.extend(of_rule.map(|error| error.within("update_rule")));
        errors
    }
}

/// Where a document stands that was changed: under `document_info`, where the server sends it at all.
#[derive(Clone, Copy, Debug)]
pub enum ChangedDocument {}

impl Wrapper for ChangedDocument {
    type Payload = Option<Document>;

    fn unwrap(body: &str) -> Result<Option<Document>, serde_json::Error> {
        #[derive(Default, Deserialize)]
        struct Wire {
            #[serde(default, deserialize_with = "lenient::optional")]
            document_info: Option<Document>,
        }
        let wire: Option<Wire> = serde_json::from_str(body)?;
        Ok(wire.and_then(|wire| wire.document_info))
    }
}

/// Deletes up to 100 documents: texts, tables and images.
///
/// Only the owner of the dataset can do so. Needs the permission `deleteDocument`.
///
/// See <https://docs.coze.cn/developer_guides/delete_knowdge_files>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteDocuments {
    /// Documents, 1 to 100.
    pub document_ids: Vec<DocumentId>,
}

endpoint!(DeleteDocuments: POST "/open_api/knowledge/document/delete", json, validate, headers("agw-js-conv": "str") => Empty);

impl DeleteDocuments {
    /// Deletes documents.
    pub fn new(document_ids: impl IntoIterator<Item = impl Into<DocumentId>>) -> Self {
        Self { document_ids: document_ids.into_iter().map(Into::into).collect() }
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let ids = self.document_ids.iter().map(DocumentId::as_str);
        validate_names("document_ids", "", ids, 1..=100, "document")
    }
}
