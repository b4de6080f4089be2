//! How far documents are processed.

use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};

use super::{DocumentStatus, UpdateType};
use crate::core::reply::{Wrapped, Wrapper};
use crate::core::validate::{ValidationError, validate_names};
use crate::model::id::{DatasetId, DocumentId};
use crate::model::lenient::{self};

/// Reads how far documents of one dataset are processed: texts, tables and images. Needs the permission
/// `readDocumentProgress`.
///
/// Coze Studio takes it for malformed: see [`ProcessStudioDocuments`].
///
/// See <https://docs.coze.cn/developer_guides/get_dataset_progress>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProcessDocuments {
    /// Dataset.
    #[serde(skip_serializing)]
    pub dataset_id: DatasetId,
    /// Documents.
    pub document_ids: Vec<DocumentId>,
}

endpoint!(ProcessDocuments: POST "/v1/datasets/{dataset_id}/process" (dataset_id), json, validate => Wrapped<DocumentProgresses>);

impl ProcessDocuments {
    /// Asks for documents of a dataset.
    pub fn new(
        dataset_id: impl Into<DatasetId>,
        document_ids: impl IntoIterator<Item = impl Into<DocumentId>>,
    ) -> Self {
        Self {
            dataset_id: dataset_id.into(),
            document_ids: document_ids.into_iter().map(Into::into).collect(),
        }
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let ids = self.document_ids.iter().map(DocumentId::as_str);
        validate_names("document_ids", "", ids, 1..=usize::MAX, "document")
    }
}

/// Reads how far documents are processed, on a self-hosted Coze Studio, which wants their ids as numbers; the hosted
/// service has [`ProcessDocuments`] instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProcessStudioDocuments {
    /// Dataset.
    #[serde(skip_serializing)]
    pub dataset_id: DatasetId,
    /// Documents.
    #[serde(serialize_with = "numbers")]
    pub document_ids: Vec<DocumentId>,
}

endpoint!(ProcessStudioDocuments: POST "/v1/datasets/{dataset_id}/process" (dataset_id), json, validate => Wrapped<DocumentProgresses>);

impl ProcessStudioDocuments {
    /// Asks for documents of a dataset.
    pub fn new(
        dataset_id: impl Into<DatasetId>,
        document_ids: impl IntoIterator<Item = impl Into<DocumentId>>,
    ) -> Self {
        Self {
            dataset_id: dataset_id.into(),
            document_ids: document_ids.into_iter().map(Into::into).collect(),
        }
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let ids = self.document_ids.iter().map(DocumentId::as_str);
        validate_names("document_ids", "", ids, 1..=usize::MAX, "document")
    }
}

impl From<&ProcessDocuments> for ProcessStudioDocuments {
    fn from(request: &ProcessDocuments) -> Self {
        Self { dataset_id: request.dataset_id.clone(), document_ids: request.document_ids.clone() }
    }
}

/// Writes ids as numbers; what is none stays a string.
fn numbers<S: Serializer>(ids: &[DocumentId], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Number<'a> {
        Number(u64),
        Text(&'a DocumentId),
    }
    serializer.collect_seq(ids.iter().map(|id| match id.as_str().parse() {
        Ok(number) => Number::Number(number),
        Err(_) => Number::Text(id),
    }))
}

/// Where the progress of documents stands: under `data` within `data`.
#[derive(Clone, Copy, Debug)]
pub enum DocumentProgresses {}

impl Wrapper for DocumentProgresses {
    type Payload = Vec<DocumentProgress>;

    fn unwrap(body: &str) -> Result<Vec<DocumentProgress>, serde_json::Error> {
        answer! {
            #[derive(Default)]
            struct List {
                data: Vec<DocumentProgress>,
            }
        }
        #[derive(Deserialize)]
        struct Wire {
            #[serde(default, deserialize_with = "lenient::or_default")]
            data: List,
        }
        serde_json::from_str(body).map(|wire: Wire| wire.data.data)
    }
}

answer! {
    /// How far a document is processed.
    pub struct DocumentProgress {
        /// Document.
        document_id: DocumentId [required],
        /// Name.
        document_name: Option<String>,
        /// Whether it is processed.
        status: Option<DocumentStatus>,
        /// Why it could not be processed.
        status_descript: Option<String>,
        /// How much is done, in percent.
        progress: Option<i64>,
        /// Time that is left, as the server expects, in seconds; see [`remaining`](Self::remaining).
        remaining_time: Option<i64>,
        /// Size in bytes.
        size: Option<i64>,
        /// Extension of the file, such as `pdf` or `jpg`.
        file_type: Option<String> [rename = "type"],
        /// Signed address of the file.
        url: Option<String>,
        /// Whether the server reads the web page again.
        update_type: Option<UpdateType>,
        /// Hours between two readings of the web page.
        update_interval: Option<i64>,
    }
}

impl DocumentProgress {
    /// Whether the document was processed.
    pub fn is_done(&self) -> bool {
        self.status.is_some_and(DocumentStatus::is_done)
    }

    /// Whether the document will never be processed.
    pub fn is_failed(&self) -> bool {
        self.status.is_some_and(DocumentStatus::is_failed)
    }

    /// How much is done, 0 to 100.
    pub fn percent(&self) -> u8 {
        if self.is_done() {
            return 100;
        }
        u8::try_from(self.progress.unwrap_or(0).clamp(0, 100)).unwrap_or(100)
    }

    /// Time that is left, as the server expects; none when nothing is left or known.
    pub fn remaining(&self) -> Option<Duration> {
        if self.is_done() || self.is_failed() {
            return None;
        }
        let seconds = self.remaining_time.and_then(|seconds| u64::try_from(seconds).ok());
        seconds.filter(|seconds| *seconds > 0).map(Duration::from_secs)
    }
}
