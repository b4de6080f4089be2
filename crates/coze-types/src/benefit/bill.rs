//! Bills of what the devices of an enterprise have used.

use serde::{Deserialize, Serialize};

use crate::core::paged;
use crate::core::reply::Data;
use crate::core::validate::{ValidationError, validate_names, validate_page};
use crate::model::id::BillTaskId;
use crate::model::list;
use crate::model::timestamp::Timestamp;

/// Exports the bill of whole days to files, which takes up to a minute: see [`ListBillTasks`].
///
/// Only administrators of an enterprise with the flagship plan can do so. Needs the permission `createBillDownloadTask`.
///
/// See <https://docs.coze.cn/developer_guides/create_bill_task>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateBillTask {
    /// First day, of which any time will do; from 2025-03-13 on, and before today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// Last day, of which any time will do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

endpoint!(CreateBillTask: POST "/v1/commerce/benefit/bill_tasks", json, validate => Data<BillTask>);

/// Beginning of 2025-03-13 in Beijing, in seconds since the Unix epoch.
const FIRST_DAY: i64 = 1_741_795_200;

impl CreateBillTask {
    /// Writes the bill from one day to another, both included.
    pub fn new(started_at: impl Into<Timestamp>, ended_at: impl Into<Timestamp>) -> Self {
        Self { started_at: Some(started_at.into()), ended_at: Some(ended_at.into()) }
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = Vec::new();
        if let Some(start) = self.started_at.filter(|start| start.as_unix() < FIRST_DAY) {
            let rule = format!("is {start}; bills start on 2025-03-13, which is {FIRST_DAY}");
            errors.push(ValidationError::limit("started_at", rule));
        }
        if let (Some(start), Some(end)) = (self.started_at, self.ended_at)
            && end < start
        {
            let rule = format!("is {end}, before `started_at`, which is {start}");
            errors.push(ValidationError::limit("ended_at", rule));
        }
        errors
    }
}

answer! {
    /// A task that writes a bill.
    pub struct BillTask {
        /// Id.
        task_id: BillTaskId [required],
        /// How far it is.
        status: Option<BillTaskStatus>,
        /// Beginning of the bill.
        started_at: Option<Timestamp>,
        /// End of the bill.
        ended_at: Option<Timestamp>,
        /// Addresses of the files, of at most 500,000 rows each, once they are there.
        file_urls: Vec<String> [skip_if_empty],
        /// Time of creation.
        created_at: Option<Timestamp>,
        /// Time after which the files are gone: 7 days.
        expires_at: Option<Timestamp>,
    }
}

open_enum! {
    /// How far a task is.
    pub enum BillTaskStatus {
        /// It has not begun.
        Init = "init",
        /// The files are being written.
        Running = "running",
        /// The files are there.
        Succeed = "succeed",
        /// There will be no files.
        Failed = "failed",
    }
}

/// Lists tasks that write bills, by default those of the last 7 days.
///
/// Only administrators of an enterprise with the flagship plan can do so. Needs the permission `listBillDownloadTask`.
///
/// See <https://docs.coze.cn/developer_guides/billing_file>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListBillTasks {
    /// Tasks, at most 100.
    #[serde(default, deserialize_with = "list::words")]
    pub task_ids: Vec<BillTaskId>,
    /// Page, from 1.
    #[serde(default = "paged::first", deserialize_with = "paged::or::<1, _>")]
    pub page_num: u32,
    /// Tasks on a page: 1 to 200, 20 by default.
    #[serde(default = "paged::twenty", deserialize_with = "paged::or::<20, _>")]
    pub page_size: u32,
}

endpoint!(ListBillTasks: GET "/v1/commerce/benefit/bill_tasks" ?task_ids ?page_num ?page_size, validate => Data<BillTaskPage>);

impl Default for ListBillTasks {
    fn default() -> Self {
        Self::new()
    }
}

setters!(ListBillTasks = { page_num: u32, page_size: u32 });

impl ListBillTasks {
    /// Lists the tasks of the last 7 days.
    pub fn new() -> Self {
        Self { task_ids: Vec::new(), page_num: 1, page_size: 20 }
    }

    /// Adds to [`task_ids`](Self#structfield.task_ids).
    #[must_use]
    pub fn task(mut self, task_id: impl Into<BillTaskId>) -> Self {
        self.task_ids.push(task_id.into());
        self
    }

    /// Lists what the documentation forbids.
    #[inline]
    pub fn validate(&self) -> Vec<ValidationError> {
        let mut errors = validate_page(self.page_num, self.page_size, 200);
        let tasks = self.task_ids.iter().map(BillTaskId::as_str);
        errors.extend(validate_names("task_ids", "", tasks, 0..=100, "task"));
        errors
    }
}

paged!(ListBillTasks { page_num, page_size } => BillTaskPage { task_infos, total: total } of BillTask { task_id });

answer! {
    /// A page of tasks.
    pub struct BillTaskPage {
        /// Tasks.
        task_infos: Vec<BillTask>,
        /// Tasks on all pages.
        total: Option<i64>,
    }
}
