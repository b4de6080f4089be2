//! Datasets (knowledge bases).

use coze_types::dataset::{CreateDataset, DeleteDataset, ListDatasets, ProcessDocuments, UpdateDataset};
use coze_types::{DatasetId, DocumentId};

use crate::call::Call;
use crate::client::Coze;

mod document;
mod image;
mod process;

pub use document::Documents;
pub use image::Images;
pub use process::{DatasetProgress, WatchDocuments};

impl Coze {
    /// Datasets (knowledge bases), their documents and images.
    pub fn datasets(&self) -> Datasets<'_> {
        Datasets { client: self }
    }
}

/// Datasets (knowledge bases).
///
/// ```no_run
/// use coze::dataset::{CreateDocuments, NewDocument};
///
/// # async fn run(client: coze::Coze) -> Result<(), Box<dyn std::error::Error>> {
/// let datasets = client.datasets();
/// let text = NewDocument::file("handbook.txt", "Work begins at nine.");
/// let documents = datasets.documents().create(CreateDocuments::new("7363569245306945580", [text])).await?;
/// let mut progress = datasets.process("7363569245306945580", &documents).watch();
/// while let Some(progress) = progress.next().await {
///     println!("{} %", progress?.percent());
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Datasets<'c> {
    client: &'c Coze,
}

impl<'c> Datasets<'c> {
    /// Documents of datasets.
    pub fn documents(self) -> Documents<'c> {
        Documents::new(self.client)
    }

    /// Images of datasets.
    pub fn images(self) -> Images<'c> {
        Images::new(self.client)
    }

    /// Makes a dataset: see [`CreateDataset`].
    pub fn create(self, request: CreateDataset) -> Call<'c, CreateDataset> {
        self.client.send(request)
    }

    /// Lists the datasets of a workspace: see [`ListDatasets`].
    pub fn list(self, request: ListDatasets) -> Call<'c, ListDatasets> {
        self.client.send(request)
    }

    /// Changes a dataset: see [`UpdateDataset`].
    pub fn update(self, request: UpdateDataset) -> Call<'c, UpdateDataset> {
        self.client.send(request)
    }

    /// Deletes a dataset: see [`DeleteDataset`].
    pub fn delete(self, dataset_id: impl Into<DatasetId>) -> Call<'c, DeleteDataset> {
        self.client.send(DeleteDataset::new(dataset_id))
    }

    /// Reads once how far documents are processed: see [`ProcessDocuments`].
    ///
    /// [`watch`](Call::watch) asks until all are processed, and [`wait`](Call::wait) answers when they are. It only
    /// reads, and so is sent again like a GET.
    pub fn process(
        self,
        dataset_id: impl Into<DatasetId>,
        document_ids: impl IntoIterator<Item = impl Into<DocumentId>>,
    ) -> Call<'c, ProcessDocuments> {
        self.client.send(ProcessDocuments::new(dataset_id, document_ids)).idempotent(true)
    }
}
