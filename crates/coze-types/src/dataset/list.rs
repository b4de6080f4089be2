//! Listing datasets.

use serde::{Deserialize, Serialize};

use super::{Dataset, FormatType};
use crate::core::paged::{self, Page, Paged, Position};
use crate::core::reply::Data;
use crate::core::validate::{ValidationError, validate_page};
use crate::endpoint;
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
    #[serde(skip_serializing)]
    pub space_id: WorkspaceId,
    /// Part of the name.
    #[serde(skip_serializing, default)]
    pub name: Option<String>,
    /// What they hold; all by default.
    #[serde(skip_serializing, default, deserialize_with = "lenient::optional")]
    pub format_type: Option<FormatType>,
    /// Page, from 1.
    #[serde(skip_serializing, default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Datasets on a page: 1 to 300, 10 by default.
    #[serde(skip_serializing, default = "paged::ten", deserialize_with = "paged::or::<10, _>")]
    pub page_size: u32,
}

endpoint!(ListDatasets: GET "/v1/datasets" ?space_id ?name ?format_type ?page_num ?page_size, validate => Data<DatasetPage>);

setters!(ListDatasets { name: String, format_type: FormatType });
setters!(ListDatasets = { page_num: u32, page_size: u32 });

impl ListDatasets {
    /// Lists the datasets of a workspace from the first page on.
    pub fn new(space_id: impl Into<WorkspaceId>) -> Self {
        Self { space_id: space_id.into(), name: None, format_type: None, page_num: 1, page_size: 10 }
    }

    /// Lists what the documentation forbids.
    pub fn validate(&self) -> Vec<ValidationError> {
        validate_page(self.page_num, self.page_size, 300)
    }
}

impl Paged for ListDatasets {
    type Item = Dataset;

    fn page(answer: DatasetPage) -> Page<Dataset> {
        Page::new(answer.datasets).total(answer.total_count)
    }

    fn position(&mut self) -> Position<'_> {
        Position::number(&mut self.page_num, self.page_size)
    }

    fn key(item: &Dataset) -> Option<&str> {
        Some(item.dataset_id.as_str())
    }
}

answer! {
    /// A page of datasets.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct DatasetPage {
        /// Datasets; `dataset_list` on the wire.
        datasets: Vec<Dataset> [rename = "dataset_list"],
        /// Datasets on all pages.
        total_count: Option<i64>,
    }
}
