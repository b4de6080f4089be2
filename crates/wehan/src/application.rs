//! Applications of candidates for jobs.

use coze_types::{Bare, Timestamp, ValidationError, endpoint};
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::id::{ApplicationId, InterviewId, JobId, UserId};

/// Applies for a job on behalf of a candidate.
///
/// Candidate, job and interview identify an application: the same one may be repeated, is stored once and
/// answered as at first, with the score of the first. So a request whose answer got lost is simply repeated.
///
/// ```
/// use coze_types::{Body, encode};
/// use wehan::CreateApplication;
///
/// let encoded = encode(&CreateApplication::new("user-1", "job-7", "interview-3", 87.5))?;
/// let Body::Json(json) = encoded.body else { unreachable!("the body is JSON") };
/// assert_eq!(json, r#"{"userId":"user-1","jobId":"job-7","interviewId":"interview-3","matchScore":87.5}"#);
/// # Ok::<(), coze_types::EncodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CreateApplication {
    /// Candidate.
    pub user_id: UserId,
    /// Job.
    pub job_id: JobId,
    /// Interview in which the score arose.
    pub interview_id: InterviewId,
    /// How well candidate and job match, from 0 to 100.
    #[serde(serialize_with = "write_score")]
    pub match_score: f64,
}

endpoint!(CreateApplication: POST "/api/applications", json, validate => Bare<Application>);

impl CreateApplication {
    /// Applies with a score from 0 to 100.
    pub fn new(
        user_id: impl Into<UserId>,
        job_id: impl Into<JobId>,
        interview_id: impl Into<InterviewId>,
        match_score: f64,
    ) -> Self {
        Self {
            user_id: user_id.into(),
            job_id: job_id.into(),
            interview_id: interview_id.into(),
            match_score,
        }
    }

    /// Lists what the server would refuse.
    pub fn validate(&self) -> Vec<ValidationError> {
        let ids = [
            ("userId", self.user_id.as_str()),
            ("jobId", self.job_id.as_str()),
            ("interviewId", self.interview_id.as_str()),
        ];
        let empty = ids.into_iter().filter(|(_, id)| id.is_empty());
        let mut errors: Vec<_> =
            empty.map(|(field, _)| ValidationError::fatal(field, "is empty; give it an id")).collect();
        if !is_score(self.match_score) {
            let rule = format!("is {}; give it a number from 0 to 100", self.match_score);
            errors.push(ValidationError::fatal("matchScore", rule));
        }
        errors
    }
}

/// Whether a number is a score; infinities and NaN are none.
pub(crate) fn is_score(score: f64) -> bool {
    (0.0..=100.0).contains(&score)
}

/// JSON has no NaN and no infinity: without this they would be written as null.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn write_score<S: Serializer>(score: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if !score.is_finite() {
        return Err(S::Error::custom(format!("`matchScore` is {score}; give it a number from 0 to 100")));
    }
    serializer.serialize_f64(*score)
}

/// A stored application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Application {
    /// Id.
    pub id: ApplicationId,
    /// Candidate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<JobId>,
    /// Interview in which the score arose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interview_id: Option<InterviewId>,
    /// How well candidate and job match, from 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub match_score: Option<f64>,
    /// When it was stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
