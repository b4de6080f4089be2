//! Images of datasets.

use serde::{Deserialize, Serialize};

use super::{DocumentSourceType, DocumentStatus};
use crate::core::paged;
use crate::core::reply::{Data, Empty};
use crate::model::id::{CozeUserId, DatasetId, DocumentId};
use crate::model::timestamp::Timestamp;

answer! {
    /// An image of a dataset.
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
    pub dataset_id: DatasetId,
    /// Page, from 1.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Images on a page: 1 to 299, 10 by default.
    #[serde(default = "paged::ten", deserialize_with = "paged::or::<10, _>")]
    pub page_size: u32,
    /// Word in the description.
    pub keyword: Option<String>,
    /// Only images with a description, or only those without; both by default.
    pub has_caption: Option<bool>,
}

endpoint!(ListImages: GET "/v1/datasets/{dataset_id}/images" (dataset_id) ?page_num ?page_size ?keyword ?has_caption, validate => Data<ImagePage>);

builder!(ListImages(dataset_id: DatasetId) { keyword: String, has_caption: bool } = {
    page_num: u32 = 1, page_size: u32 = 10,
});

paged!(ListImages { page_num, page_size <= 299 } => ImagePage { images, total: total_count } of Image { document_id });

answer! {
    /// A page of images.
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

builder!(UpdateImage(dataset_id: DatasetId, document_id: DocumentId, caption: String));
