//! Images of datasets.

use coze_types::dataset::{ListImages, UpdateImage};
use coze_types::{DatasetId, DocumentId};

use crate::call::Call;
use crate::client::Coze;

/// Images of datasets; made by [`Datasets::images`](super::Datasets::images).
#[derive(Clone, Copy, Debug)]
pub struct Images<'c> {
    client: &'c Coze,
}

impl<'c> Images<'c> {
    pub(super) fn new(client: &'c Coze) -> Self {
        Self { client }
    }

    /// Lists the images of a dataset: see [`ListImages`].
    pub fn list(self, request: ListImages) -> Call<'c, ListImages> {
        self.client.send(request)
    }

    /// Describes an image: see [`UpdateImage`].
    pub fn update(
        self,
        dataset_id: impl Into<DatasetId>,
        document_id: impl Into<DocumentId>,
        caption: impl Into<String>,
    ) -> Call<'c, UpdateImage> {
        self.client.send(UpdateImage::new(dataset_id, document_id, caption))
    }
}
