//! Images of datasets.

use serde::{Deserialize, Serialize};

use super::{DocumentSourceType, DocumentStatus};
use crate::core::paged::{self, Page, Paged, Position};
use crate::core::reply::{Data, Empty};
use crate::core::validate::{ValidationError, validate_page};
use crate::endpoint;
use crate::model::id::{CozeUserId, DatasetId, DocumentId};
use crate::model::timestamp::Timestamp;

answer! {
    /// An image of a dataset.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Image {
        /// Image.
        document_id: DocumentId [required],
        /// Name.
        name: Option<String>,
        /// Description.
        caption: Option<String>,
        /// Signed address.
        url: Option<String>,
        /// Size in bytes.
        size: Option<i64>,
        /// Extension of the file, such as `jpg`.
        file_type: Option<String> [rename = "type"],
        /// Whether it is processed.
        status: Option<DocumentStatus>,
        /// Where it comes from.
        source_type: Option<DocumentSourceType>,
        /// Who made it.
        creator_id: Option<CozeUserId>,
        /// Time of creation.
        create_time: Option<Timestamp>,
        /// Time of the last change.
        update_time: Option<Timestamp>,
    }
}

/// Lists the images of a dataset of images. Needs the permission `listPhoto`.
///
/// See <https://docs.coze.cn/developer_guides/get_images>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListImages {
    /// Dataset.
    #[serde(skip_serializing)]
    pub dataset_id: DatasetId,
    /// Page, from 1.
    #[serde(skip_serializing, default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Images on a page: 1 to 299, 10 by default.
    #[serde(skip_serializing, default = "paged::ten", deserialize_with = "paged::or::<10, _>")]
    pub page_size: u32,
    /// Word in the description.
    #[serde(skip_serializing, default)]
    pub keyword: Option<String>,
    /// Only images with a description, or only those without; both by default.
    #[serde(skip_serializing, default)]
    pub has_caption: Option<bool>,
}

endpoint!(ListImages: GET "/v1/datasets/{dataset_id}/images" (dataset_id) ?page_num ?page_size ?keyword ?has_caption, validate => Data<ImagePage>);

setters!(ListImages { keyword: String, has_caption: bool });
setters!(ListImages = { page_num: u32, page_size: u32 });

impl ListImages {
    /// Lists the images of one dataset from the first page on.
    pub fn new(dataset_id: impl Into<DatasetId>) -> Self {
        Self { dataset_id: dataset_id.into(), page_num: 1, page_size: 10, keyword: None, has_caption: None }
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        validate_page(self.page_num, self.page_size, 299)
    }
}

impl Paged for ListImages {
    type Item = Image;

    fn page(answer: ImagePage) -> Page<Image> {
        Page::new(answer.images).total(answer.total_count)
    }

    fn position(&mut self) -> Position<'_> {
        Position::number(&mut self.page_num, self.page_size)
    }

    fn key(item: &Image) -> Option<&str> {
        Some(item.document_id.as_str())
    }
}

answer! {
    /// A page of images.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct ImagePage {
        /// Images; `photo_infos` on the wire.
        images: Vec<Image> [rename = "photo_infos"],
        /// Images on all pages.
        total_count: Option<i64>,
    }
}

/// Describes an image of a dataset. Needs the permission `updatePhoto`.
///
/// See <https://docs.coze.cn/developer_guides/update_image_caption>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateImage {
    /// Dataset.
    #[serde(skip_serializing)]
    pub dataset_id: DatasetId,
    /// Image.
    #[serde(skip_serializing)]
    pub document_id: DocumentId,
    /// Description.
    pub caption: String,
}

endpoint!(UpdateImage: PUT "/v1/datasets/{dataset_id}/images/{document_id}" (dataset_id, document_id), json => Empty);

impl UpdateImage {
    /// Describes one image.
    pub fn new(
        dataset_id: impl Into<DatasetId>,
        document_id: impl Into<DocumentId>,
        caption: impl Into<String>,
    ) -> Self {
        Self { dataset_id: dataset_id.into(), document_id: document_id.into(), caption: caption.into() }
    }
}
