//! Jobs on offer.

use coze_types::{Bare, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::JobId;

/// Lists the jobs on offer.
///
/// ```
/// use coze_types::encode;
/// use wehan::ListJobs;
///
/// assert_eq!(encode(&ListJobs::new())?.to_string(), "GET /api/jobs");
/// # Ok::<(), coze_types::EncodeError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListJobs {}

endpoint!(ListJobs: GET "/api/jobs" => Bare<Jobs>);

impl ListJobs {
    /// Lists all jobs.
    pub fn new() -> Self {
        Self::default()
    }
}

/// The jobs on offer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Jobs {
    /// Jobs, in the order of their ids.
    pub jobs: Vec<Job>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Jobs {
    /// Collects jobs.
    pub fn new(jobs: impl IntoIterator<Item = Job>) -> Self {
        Self { jobs: jobs.into_iter().collect(), extra: Map::new() }
    }
}

/// A job on offer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Job {
    /// Id.
    pub id: JobId,
    /// What candidates read first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Place of work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// What there is to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Job {
    /// Describes a job by its id and title.
    pub fn new(id: impl Into<JobId>, title: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            title: Some(title.into()),
            location: None,
            description: None,
            extra: Map::new(),
        }
    }

    /// Sets [`location`](Self#structfield.location).
    #[must_use]
    pub fn location(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }

    /// Sets [`description`](Self#structfield.description).
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}
