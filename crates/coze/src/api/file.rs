//! Files.

use coze_types::FileId;
use coze_types::file::{RetrieveFile, UploadFile};

use crate::call::Call;
use crate::client::Coze;
use crate::transfer::{FileSource, Upload};

handle! {
    /// Files.
    Files, by Coze::files
}

impl Files {
    /// Uploads a file by its path, from memory, or as it is read from somewhere: see [`UploadFile`] for what is taken,
    /// and [`Upload`] for how.
    pub fn upload(&self, source: impl Into<FileSource>) -> Upload<UploadFile> {
        Upload::new(self.client.shared(), source.into(), UploadFile::from)
    }

    /// Reads what is known of an uploaded file: see [`RetrieveFile`].
    pub fn retrieve(&self, file_id: impl Into<FileId>) -> Call<RetrieveFile> {
        self.client.send(RetrieveFile::new(file_id))
    }
}
