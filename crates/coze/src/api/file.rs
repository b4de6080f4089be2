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
    /// Uploads a file from a path, memory, a reader or a stream: see [`UploadFile`] for the limits, and [`Upload`] for the
    /// options.
    ///
    /// Awaiting the call returns [`File`](crate::file::File).
    pub fn upload(&self, source: impl Into<FileSource>) -> Upload<UploadFile> {
        Upload::new(self.client.shared(), source.into(), UploadFile::from)
    }

    /// Retrieves the metadata of an uploaded file: see [`RetrieveFile`].
    ///
    /// Awaiting the call returns [`File`](crate::file::File).
    pub fn retrieve(&self, file_id: impl Into<FileId>) -> Call<RetrieveFile> {
        self.client.send(RetrieveFile::new(file_id))
    }
}
