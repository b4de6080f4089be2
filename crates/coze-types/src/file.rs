//! Files that messages and workflows refer to.

use serde::{Deserialize, Serialize};

use crate::core::reply::Data;
use crate::endpoint;
use crate::model::id::FileId;
use crate::model::lenient::Extra;
use crate::model::timestamp::Timestamp;

mod upload;

pub use upload::UploadFile;

/// An uploaded file: kept for 3 months, or for ever as an avatar.
///
/// Only the account that uploaded it can use it, and the hosted service does not give its content back.
///
/// See <https://docs.coze.cn/developer_guides/upload_files>.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct File {
    /// Id, for [`Object`](crate::message::Object) and for parameters of workflows.
    pub id: FileId,
    /// Size in bytes.
    pub bytes: Option<i64>,
    /// Name.
    pub file_name: Option<String>,
    /// Time of the upload. Coze Studio capitalises the field, which is read all the same.
    pub created_at: Option<Timestamp>,
    /// Key in the object storage, which documents of knowledge bases are made from; only Coze Studio says it.
    pub uri: Option<String>,
    /// Signed address; only Coze Studio says it.
    pub url: Option<String>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(File {
    id: required,
    bytes: optional,
    file_name: optional,
    created_at: optional = "created_at" | "CreatedAt",
    uri: optional,
    url: optional,
});

impl File {
    /// A file with nothing but an id.
    pub fn new(id: impl Into<FileId>) -> Self {
        Self {
            id: id.into(),
            bytes: None,
            file_name: None,
            created_at: None,
            uri: None,
            url: None,
            extra: Extra::new(),
        }
    }
}

/// Reads the name, size and time of an uploaded file.
///
/// Needs the permission `retrieveFile`.
///
/// See <https://docs.coze.cn/developer_guides/retrieve_files>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RetrieveFile {
    /// File.
    #[serde(skip_serializing)]
    pub file_id: FileId,
}

endpoint!(RetrieveFile: GET "/v1/files/retrieve" ?file_id => Data<File>);

impl RetrieveFile {
    /// Reads about one file.
    pub fn new(file_id: impl Into<FileId>) -> Self {
        Self { file_id: file_id.into() }
    }
}
