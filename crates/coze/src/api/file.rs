//! Files.

use coze_types::FileId;
use coze_types::file::{RetrieveFile, UploadFile};

use crate::call::Call;
use crate::client::Coze;
use crate::upload::{FileSource, Upload};

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
    /// Uploads a file by its path, from memory, or as it is read from somewhere: see [`UploadFile`] for what is taken,
    /// and [`Upload`] for how.
    pub fn upload(self, source: impl Into<FileSource>) -> Upload<'c, UploadFile> {
        Upload::new(self.client.send(UploadFile::new("", "")), source.into())
    }

    /// Reads what is known of an uploaded file: see [`RetrieveFile`].
    pub fn retrieve(self, file_id: impl Into<FileId>) -> Call<'c, RetrieveFile> {
        self.client.send(RetrieveFile::new(file_id))
    }
}
