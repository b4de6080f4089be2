//! Datasets (knowledge bases), their documents and images.

use coze_types::dataset::{
    CreateDataset, CreateDocuments, DeleteDataset, DeleteDocuments, ListDatasets, ListDocuments, ListImages,
    NewDocument, ProcessDocuments, UpdateDataset, UpdateDocument, UpdateImage,
};
use coze_types::{DatasetId, DocumentId};

use crate::call::Call;
use crate::client::Coze;
use crate::error::Error;
use crate::transfer::FileSource;
use crate::wait::PollDocuments;

handle! {
    /// Datasets (knowledge bases), their documents and images.
    Datasets, by Coze::datasets
}

impl Datasets {
    /// Creates a dataset: see [`CreateDataset`].
    ///
    /// Awaiting the call returns [`Dataset`](crate::dataset::Dataset).
    pub fn create(&self, request: CreateDataset) -> Call<CreateDataset> {
        self.client.send(request)
    }

    /// Lists the datasets of a workspace: see [`ListDatasets`].
    ///
    /// Awaiting the call returns one page, [`DatasetPage`](crate::dataset::DatasetPage); [`pages`](Call::pages) and
    /// [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListDatasets) -> Call<ListDatasets> {
        self.client.send(request)
    }

    /// Changes a dataset: see [`UpdateDataset`].
    ///
    /// Awaiting the call returns nothing.
    pub fn update(&self, request: UpdateDataset) -> Call<UpdateDataset> {
        self.client.send(request)
    }

    /// Deletes a dataset: see [`DeleteDataset`].
    ///
    /// Awaiting the call returns nothing.
    pub fn delete(&self, dataset_id: impl Into<DatasetId>) -> Call<DeleteDataset> {
        self.client.send(DeleteDataset::new(dataset_id))
    }

    /// Retrieves the progress of documents once: see [`ProcessDocuments`].
    ///
    /// [`watch`](Call::watch) polls until all are processed, and [`process_and_poll`](Self::process_and_poll) returns when they
    /// are. The request is read-only, so it is retried like a GET.
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
    ///
    /// Awaiting the call returns [`Vec<DocumentProgress>`](crate::dataset::DocumentProgress).
    pub fn process(
        &self,
        dataset_id: impl Into<DatasetId>,
        document_ids: impl IntoIterator<Item = impl Into<DocumentId>>,
    ) -> Call<ProcessDocuments> {
        self.client.send(ProcessDocuments::new(dataset_id, document_ids)).idempotent(true)
    }

    /// Polls until all documents are processed, for at most an hour: see [`WatchDocuments::finish`](crate::WatchDocuments::finish).
    ///
    /// Awaiting it returns `Vec<DocumentProgress>`.
    pub fn process_and_poll(
        &self,
        dataset_id: impl Into<DatasetId>,
        document_ids: impl IntoIterator<Item = impl Into<DocumentId>>,
    ) -> PollDocuments {
        self.process(dataset_id, document_ids).watch().finish()
    }
}

handle! {
    /// Documents of datasets.
    Documents, by Datasets::documents
}

impl Documents {
    /// Reads a file into memory as a document for [`create`](Self::create); its name is taken from the path.
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
    pub fn read<S: Into<FileSource>>(
        &self,
        source: S,
    ) -> impl Future<Output = Result<NewDocument, Error>> + Send + use<S> {
        let source = source.into();
        async move {
            let (name, content) = source.read().await?;
            Ok(NewDocument::file(name, content))
        }
    }

    /// Adds documents to a dataset: see [`CreateDocuments`].
    ///
    /// Awaiting the call returns [`Vec<Document>`](crate::dataset::Document).
    pub fn create(&self, request: CreateDocuments) -> Call<CreateDocuments> {
        self.client.send(request)
    }

    /// Lists the documents of a dataset: see [`ListDocuments`].
    ///
    /// The request is read-only, so it is retried like a GET.
    ///
    /// Awaiting the call returns one page, [`DocumentPage`](crate::dataset::DocumentPage); [`pages`](Call::pages) and
    /// [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListDocuments) -> Call<ListDocuments> {
        self.client.send(request).idempotent(true)
    }

    /// Changes a document: see [`UpdateDocument`].
    ///
    /// Awaiting the call returns [`Option<Document>`](crate::dataset::Document): some servers return no object.
    pub fn update(&self, request: UpdateDocument) -> Call<UpdateDocument> {
        self.client.send(request)
    }

    /// Deletes documents: see [`DeleteDocuments`].
    ///
    /// Awaiting the call returns nothing.
    pub fn delete(
        &self,
        document_ids: impl IntoIterator<Item = impl Into<DocumentId>>,
    ) -> Call<DeleteDocuments> {
        self.client.send(DeleteDocuments::new(document_ids))
    }
}

handle! {
    /// Images of datasets.
    Images, by Datasets::images
}

impl Images {
    /// Lists the images of a dataset: see [`ListImages`].
    ///
    /// Awaiting the call returns one page, [`ImagePage`](crate::dataset::ImagePage); [`pages`](Call::pages) and
    /// [`items`](Call::items) read the whole list.
    pub fn list(&self, request: ListImages) -> Call<ListImages> {
        self.client.send(request)
    }

    /// Sets the caption of an image: see [`UpdateImage`].
    ///
    /// Awaiting the call returns nothing.
    pub fn update(
        &self,
        dataset_id: impl Into<DatasetId>,
        document_id: impl Into<DocumentId>,
        caption: impl Into<String>,
    ) -> Call<UpdateImage> {
        self.client.send(UpdateImage::new(dataset_id, document_id, caption))
    }
}
