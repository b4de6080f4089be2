//! Files.

use coze_types::FileId;
use coze_types::file::{RetrieveFile, UploadFile};

use crate::call::Call;
use crate::client::Coze;

impl Coze {
    /// Files.
    pub fn files(&self) -> Files<'_> {
        Files { client: self }
    }
}

/// Files.
#[derive(Clone, Copy, Debug)]
pub struct Files<'c> {
    client: &'c Coze,
}

impl<'c> Files<'c> {
    /// Uploads a file that is held in memory: see [`UploadFile`].
    pub fn upload(self, request: UploadFile) -> Call<'c, UploadFile> {
        self.client.send(request)
    }

    /// Reads what is known of an uploaded file: see [`RetrieveFile`].
    pub fn retrieve(self, file_id: impl Into<FileId>) -> Call<'c, RetrieveFile> {
        self.client.send(RetrieveFile::new(file_id))
    }
}
