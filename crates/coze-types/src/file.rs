//! Files that messages and workflows refer to.

use serde::{Deserialize, Serialize};

use crate::core::reply::Data;
use crate::model::id::FileId;
use crate::model::timestamp::Timestamp;

mod upload;

pub use upload::UploadFile;

answer! {
    /// An uploaded file: kept for 3 months, or permanently as an avatar.
    ///
    /// Only the account that uploaded it can use it, and the hosted service does not give its content back.
    ///
    /// See <https://docs.coze.cn/developer_guides/upload_files>.
    pub struct File {
        /// Id, for [`Object`](crate::message::ContentPart) and for parameters of workflows.
        id: FileId [required],
        /// Size in bytes.
        bytes: Option<i64>,
        /// Name.
        file_name: Option<String>,
        /// Time of the upload. Coze Studio capitalises the field, which is read all the same.
        created_at: Option<Timestamp> [alias = "CreatedAt"],
        /// Key in the object storage, which documents of knowledge bases are made from; only Coze Studio says it.
        uri: Option<String>,
        /// Signed address; only Coze Studio says it.
        url: Option<String>,
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
    pub file_id: FileId,
}

endpoint!(RetrieveFile: GET "/v1/files/retrieve" ?file_id => Data<File>);

builder!(RetrieveFile(file_id: FileId));
