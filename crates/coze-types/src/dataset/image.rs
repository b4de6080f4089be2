//! Images of datasets.

use serde::{Deserialize, Serialize};

use super::{DocumentSourceType, DocumentStatus};
use crate::core::paged::{self, Page, Paged, Position};
use crate::core::reply::{Data, Empty};
use crate::core::validate::{Violation, page_violations};
use crate::endpoint;
use crate::model::id::{CozeUserId, DatasetId, DocumentId};
use crate::model::lenient::Extra;
use crate::model::timestamp::Timestamp;

/// An image of a dataset.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Image {
    /// Image.
    pub document_id: DocumentId,
    /// Name.
    pub name: Option<String>,
    /// Description.
    pub caption: Option<String>,
    /// Signed address.
    pub url: Option<String>,
    /// Size in bytes.
    pub size: Option<i64>,
    /// Extension of the file, such as `jpg`.
    pub file_type: Option<String>,
    /// Whether it is processed.
    pub status: Option<DocumentStatus>,
    /// Where it comes from.
    pub source_type: Option<DocumentSourceType>,
    /// Who made it.
    pub creator_id: Option<CozeUserId>,
    /// Time of creation.
    pub create_time: Option<Timestamp>,
    /// Time of the last change.
    pub update_time: Option<Timestamp>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(Image {
    document_id: required,
    name: optional,
    caption: optional,
    url: optional,
    size: optional,
    file_type: optional = "type",
    status: optional,
    source_type: optional,
    creator_id: optional,
    create_time: optional,
    update_time: optional,
});

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
    #[serde(skip_serializing, default = "paged::first")]
    pub page_num: u32,
    /// Images on a page: 1 to 299, 10 by default.
    #[serde(skip_serializing, default = "paged::ten")]
    pub page_size: u32,
    /// Word in the description.
    #[serde(skip_serializing, default)]
    pub keyword: Option<String>,
    /// Only images with a description, or only those without; both by default.
    #[serde(skip_serializing, default)]
    pub has_caption: Option<bool>,
}

endpoint!(ListImages: GET "/v1/datasets/{dataset_id}/images" (dataset_id) ?page_num ?page_size ?keyword ?has_caption, check => Data<ImagePage>);

setters!(ListImages { keyword: String, has_caption: bool });

impl ListImages {
    /// Lists the images of one dataset from the first page on.
    pub fn new(dataset_id: impl Into<DatasetId>) -> Self {
        Self { dataset_id: dataset_id.into(), page_num: 1, page_size: 10, keyword: None, has_caption: None }
    }

    /// Sets [`page_num`](Self#structfield.page_num).
    #[must_use]
    pub fn page_num(mut self, page_num: u32) -> Self {
        self.page_num = page_num;
        self
    }

    /// Sets [`page_size`](Self#structfield.page_size).
    #[must_use]
    pub fn page_size(mut self, page_size: u32) -> Self {
        self.page_size = page_size;
        self
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn check(&self) -> Vec<Violation> {
        page_violations(self.page_num, self.page_size, 299)
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

/// A page of images.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ImagePage {
    /// Images; `photo_infos` on the wire.
    pub images: Vec<Image>,
    /// Images on all pages.
    pub total_count: Option<i64>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(ImagePage { images: lenient = "photo_infos", total_count: optional });

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
