//! Documents of datasets.

use coze_types::DocumentId;
use coze_types::dataset::{CreateDocuments, DeleteDocuments, ListDocuments, UpdateDocument};

use crate::call::Call;
use crate::client::Coze;

/// Documents of datasets; made by [`Datasets::documents`](super::Datasets::documents).
#[derive(Clone, Copy, Debug)]
pub struct Documents<'c> {
    client: &'c Coze,
}

impl<'c> Documents<'c> {
    pub(super) fn new(client: &'c Coze) -> Self {
        Self { client }
    }

    /// Puts documents into a dataset: see [`CreateDocuments`].
    pub fn create(self, request: CreateDocuments) -> Call<'c, CreateDocuments> {
        self.client.send(request)
    }

    /// Lists the documents of a dataset: see [`ListDocuments`].
    ///
    /// It only reads, and so is sent again like a GET.
    pub fn list(self, request: ListDocuments) -> Call<'c, ListDocuments> {
        self.client.send(request).idempotent(true)
    }

    /// Changes a document: see [`UpdateDocument`].
    pub fn update(self, request: UpdateDocument) -> Call<'c, UpdateDocument> {
        self.client.send(request)
    }

    /// Deletes documents: see [`DeleteDocuments`].
    pub fn delete(
        self,
        document_ids: impl IntoIterator<Item = impl Into<DocumentId>>,
    ) -> Call<'c, DeleteDocuments> {
        self.client.send(DeleteDocuments::new(document_ids))
    }
}
