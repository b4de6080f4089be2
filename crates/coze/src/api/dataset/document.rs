//! Documents of datasets.

use coze_types::DocumentId;
use coze_types::dataset::{CreateDocuments, DeleteDocuments, ListDocuments, NewDocument, UpdateDocument};

use crate::call::Call;
use crate::client::Coze;
use crate::error::Error;
use crate::upload::FileSource;

/// Documents of datasets; made by [`Datasets::documents`](super::Datasets::documents).
#[derive(Clone, Copy, Debug)]
pub struct Documents<'c> {
    client: &'c Coze,
}

impl<'c> Documents<'c> {
    pub(super) fn new(client: &'c Coze) -> Self {
        Self { client }
    }

    /// Reads a file into a document for [`create`](Self::create), which carries it in memory; its name comes from the
    /// path.
    ///
    /// ```no_run
    /// use coze::dataset::CreateDocuments;
    ///
    /// # async fn run(client: coze::Coze) -> Result<(), coze::Error> {
    /// let documents = client.datasets().documents();
    /// let handbook = documents.read("docs/handbook.pdf").await?;
    /// documents.create(CreateDocuments::new("7363569245306945580", [handbook])).await?;
    /// # Ok(()) }
    /// ```
    pub async fn read(self, source: impl Into<FileSource>) -> Result<NewDocument, Error> {
        let (name, content) = source.into().read().await?;
        Ok(NewDocument::file(name, content))
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
