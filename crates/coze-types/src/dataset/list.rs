//! Listing datasets.

use serde::{Deserialize, Serialize};

use super::{Dataset, FormatType};
use crate::core::paged;
use crate::core::reply::Data;
use crate::model::id::WorkspaceId;
use crate::model::lenient::{self};

/// Lists the datasets of a workspace, regardless of their creator, without those of apps.
///
/// Volcano datasets are listed too, but the API can do nothing with them. Needs the permission `listKnowledge`.
///
/// See <https://docs.coze.cn/developer_guides/list_dataset>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListDatasets {
    /// Workspace.
    pub space_id: WorkspaceId,
    /// Part of the name.
    pub name: Option<String>,
    /// What they hold; all by default.
    #[serde(default, deserialize_with = "lenient::optional")]
    pub format_type: Option<FormatType>,
    /// Page, from 1.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Datasets on a page: 1 to 300, 10 by default.
    #[serde(default = "paged::ten", deserialize_with = "paged::or::<10, _>")]
    pub page_size: u32,
}

endpoint!(ListDatasets: GET "/v1/datasets" ?space_id ?name ?format_type ?page_num ?page_size, validate => Data<DatasetPage>);

builder!(ListDatasets(space_id: WorkspaceId) { name: String, format_type: FormatType } = {
    page_num: u32 = 1, page_size: u32 = 10,
});

paged!(ListDatasets { page_num, page_size <= 300 } => DatasetPage { datasets, total: total_count } of Dataset { dataset_id });

answer! {
    /// A page of datasets.
    pub struct DatasetPage {
        /// Datasets; `dataset_list` on the wire.
        datasets: Vec<Dataset> [rename = "dataset_list"],
        /// Datasets on all pages.
        total_count: Option<i64>,
    }
}
