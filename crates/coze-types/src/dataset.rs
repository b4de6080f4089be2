//! Datasets (knowledge bases), their documents and images.
//!
//! A document is made by [`CreateDocuments`], processed by the server for seconds to minutes, and of use to agents once
//! [`ProcessDocuments`] says that it is done. An image is a document of a dataset of images.

use serde::{Deserialize, Serialize};

use crate::core::reply::{Data, Empty};
use crate::core::validate::{ValidationError, too_long};
use crate::model::id::{AppId, CozeUserId, DatasetId, DocumentId, FileId, WorkspaceId};
use crate::model::timestamp::Timestamp;

mod chunk;
mod create;
mod document;
mod image;
mod list;
mod process;
mod source;

pub use chunk::{CaptionType, ChunkStrategy, ChunkType};
pub use create::{CreateDocuments, DocumentInfos};
pub use document::{
    ChangedDocument, DeleteDocuments, Document, DocumentPage, DocumentSourceType, DocumentStatus,
    ListDocuments, UpdateDocument, UpdateRule, UpdateType,
};
pub use image::{Image, ImagePage, ListImages, UpdateImage};
pub use list::{DatasetPage, ListDatasets};
pub use process::{DocumentProgress, DocumentProgresses, ProcessDocuments, ProcessStudioDocuments};
pub use source::{DocumentSource, NewDocument};

answer! {
    /// A dataset (knowledge base).
    pub struct Dataset {
        /// Dataset.
        dataset_id: DatasetId [required],
        /// Name.
        name: Option<String>,
        /// Description.
        description: Option<String>,
        /// Workspace.
        space_id: Option<WorkspaceId>,
        /// App that it belongs to; empty for none.
        project_id: Option<AppId>,
        /// Whether agents can use it.
        status: Option<DatasetStatus>,
        /// What it holds.
        format_type: Option<FormatType>,
        /// Whether the owner of the token owns it.
        can_edit: Option<bool>,
        /// Key of the icon in the storage of the server.
        icon_uri: Option<String>,
        /// Signed address of the icon.
        icon_url: Option<String>,
        /// Documents in it.
        doc_count: Option<i64>,
        /// Pieces that its documents were cut into.
        slice_count: Option<i64>,
        /// Times that a chat found something in it.
        hit_count: Option<i64>,
        /// Agents that use it.
        bot_used_count: Option<i64>,
        /// Size of all its files in bytes.
        all_file_size: Option<i64>,
        /// Names of its files.
        file_list: Vec<String> [skip_if_empty],
        /// Names of the files that could not be processed.
        failed_file_list: Vec<String> [skip_if_empty],
        /// Names of the files that are being processed.
        processing_file_list: Vec<String> [skip_if_empty],
        /// Documents that are being processed.
        processing_file_id_list: Vec<DocumentId> [skip_if_empty],
        /// How its documents are cut into pieces.
        chunk_strategy: Option<ChunkStrategy>,
        /// Who made it.
        creator_id: Option<CozeUserId>,
        /// Name of who made it.
        creator_name: Option<String>,
        /// Address of the avatar of who made it.
        avatar_url: Option<String>,
        /// Time of creation.
        create_time: Option<Timestamp>,
        /// Time of the last change.
        update_time: Option<Timestamp>,
    }
}

open_number! {
    /// What a dataset or a document holds.
    pub enum FormatType {
        /// Texts: documents and web pages.
        Text = 0,
        /// Tables, which cannot be created through the API.
        Table = 1,
        /// Images.
        Image = 2,
        /// Rows of a database.
        Database = 3,
        /// Tables of a Volcano dataset.
        VolcanoStructured = 4,
        /// Texts of a Volcano dataset.
        VolcanoUnstructured = 5,
    }
}

open_number! {
    /// Whether agents can use a dataset.
    pub enum DatasetStatus {
        /// They can.
        Enabled = 1,
        /// They cannot.
        Disabled = 3,
    }
}

/// Creates an empty dataset of texts or images; the response contains only its id. Needs the permission `createKnowledge`.
///
/// See <https://docs.coze.cn/developer_guides/create_dataset>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateDataset {
    /// Name, at most 100 characters.
    pub name: String,
    /// Workspace.
    pub space_id: WorkspaceId,
    /// What it is to hold: [`FormatType::Text`] or [`FormatType::Image`].
    pub format_type: FormatType,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Icon: an uploaded image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_id: Option<FileId>,
}

endpoint!(CreateDataset: POST "/v1/datasets", json, validate => Data<Dataset>);

builder!(CreateDataset(name: String, space_id: WorkspaceId, format_type: FormatType) {
    description: String, file_id: FileId,
});

impl CreateDataset {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = name_violations(&self.name);
        if self.space_id.is_empty() {
            errors.push(ValidationError::fatal("space_id", "is empty; name the workspace"));
        }
        if matches!(self.format_type, FormatType::Table) {
            errors.push(ValidationError::limit(
                "format_type",
                "is 1 (tables); the API makes datasets of texts (0) and images (2) alone",
            ));
        }
        errors
    }
}

fn name_violations(name: &str) -> Vec<ValidationError> {
    if name.is_empty() {
        return vec![ValidationError::fatal("name", "is empty; give the dataset a name")];
    }
    too_long("name", name, 100).into_iter().collect()
}

/// Changes the name, the description and the icon of a dataset, all at once: an omitted field is reset to its default.
///
/// Only the owner of a dataset can change it. Needs the permission `update`.
///
/// See <https://docs.coze.cn/developer_guides/update_dataset>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateDataset {
    /// Dataset.
    #[serde(skip_serializing)]
    pub dataset_id: DatasetId,
    /// Name, at most 100 characters.
    pub name: String,
    /// Icon: an uploaded image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_id: Option<FileId>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

endpoint!(UpdateDataset: PUT "/v1/datasets/{dataset_id}" (dataset_id), json, validate => Empty);

builder! {
    /// Gives a dataset a name, and takes its description and icon away unless they are set here.
    UpdateDataset(dataset_id: DatasetId, name: String) { file_id: FileId, description: String }
}

impl UpdateDataset {
    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        name_violations(&self.name)
    }
}

/// Deletes a dataset with all its documents, and takes it from the agents that use it.
///
/// Owners can delete their own datasets, administrators of the workspace all. Needs the permission `delete`.
///
/// See <https://docs.coze.cn/developer_guides/delete_dataset>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteDataset {
    /// Dataset.
    pub dataset_id: DatasetId,
}

endpoint!(DeleteDataset: DELETE "/v1/datasets/{dataset_id}" (dataset_id) => Empty);

builder!(DeleteDataset(dataset_id: DatasetId));
