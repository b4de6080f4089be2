//! The database: SQLite, whose constraints hold whatever the code above does.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use coze_types::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Result, Row, named_params};
use serde_json::Map;

use crate::application::{Application, CreateApplication};
use crate::id::{ApplicationId, InterviewId, JobId, UserId};
use crate::job::Job;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS jobs (
        id TEXT PRIMARY KEY NOT NULL,
        title TEXT,
        location TEXT,
        description TEXT,
        extra TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS applications (
        id INTEGER PRIMARY KEY,
        user_id TEXT NOT NULL,
        job_id TEXT NOT NULL REFERENCES jobs (id),
        interview_id TEXT NOT NULL,
        match_score REAL NOT NULL CHECK (match_score BETWEEN 0 AND 100),
        created_at INTEGER NOT NULL DEFAULT (unixepoch()),
        UNIQUE (user_id, job_id, interview_id)
    ) STRICT;
";

#[derive(Debug)]
pub(crate) struct Store(Mutex<Connection>);

impl Store {
    /// Opens a file, or a database in memory.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self> {
        let connection = match path {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        // Other servers may use the same file.
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(connection)))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn put_jobs(&self, jobs: &[Job]) -> Result<()> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        for job in jobs {
            transaction.execute(
                "INSERT INTO jobs (id, title, location, description, extra)
                 VALUES (:id, :title, :location, :description, :extra)
                 ON CONFLICT (id) DO UPDATE SET title = excluded.title, location = excluded.location,
                     description = excluded.description, extra = excluded.extra",
                named_params! {
                    ":id": job.id.as_str(),
                    ":title": job.title,
                    ":location": job.location,
                    ":description": job.description,
                    ":extra": serde_json::Value::Object(job.extra.clone()).to_string(),
                },
            )?;
        }
        transaction.commit()
    }

    pub(crate) fn jobs(&self) -> Result<Vec<Job>> {
        let connection = self.lock();
        let mut statement =
            connection.prepare("SELECT id, title, location, description, extra FROM jobs ORDER BY id")?;
        statement.query_map([], job)?.collect()
    }

    /// Stores an application unless it is stored already, and returns what is stored; `None` without such a job.
    pub(crate) fn apply(&self, request: &CreateApplication) -> Result<Option<Application>> {
        let connection = self.lock();
        // The unique constraint decides which of two requests comes first, also between processes.
        connection.execute(
            "INSERT INTO applications (user_id, job_id, interview_id, match_score)
             SELECT :user_id, id, :interview_id, :match_score FROM jobs WHERE id = :job_id
             ON CONFLICT (user_id, job_id, interview_id) DO NOTHING",
            named_params! {
                ":user_id": request.user_id.as_str(),
                ":job_id": request.job_id.as_str(),
                ":interview_id": request.interview_id.as_str(),
                ":match_score": request.match_score,
            },
        )?;
        connection
            .query_row(
                "SELECT id, user_id, job_id, interview_id, match_score, created_at FROM applications
                 WHERE user_id = :user_id AND job_id = :job_id AND interview_id = :interview_id",
                named_params! {
                    ":user_id": request.user_id.as_str(),
                    ":job_id": request.job_id.as_str(),
                    ":interview_id": request.interview_id.as_str(),
                },
                application,
            )
            .optional()
    }

    pub(crate) fn applications(&self) -> Result<Vec<Application>> {
        let connection = self.lock();
        let mut statement = connection.prepare(
            "SELECT id, user_id, job_id, interview_id, match_score, created_at FROM applications ORDER BY id",
        )?;
        statement.query_map([], application)?.collect()
    }
}

fn job(row: &Row<'_>) -> Result<Job> {
    let extra: String = row.get("extra")?;
    Ok(Job {
        id: JobId::new(row.get::<_, String>("id")?),
        title: row.get("title")?,
        location: row.get("location")?,
        description: row.get("description")?,
        extra: serde_json::from_str(&extra)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(4, Type::Text, error.into()))?,
    })
}

fn application(row: &Row<'_>) -> Result<Application> {
    Ok(Application {
        id: ApplicationId::new(row.get::<_, i64>("id")?.to_string()),
        user_id: Some(UserId::new(row.get::<_, String>("user_id")?)),
        job_id: Some(JobId::new(row.get::<_, String>("job_id")?)),
        interview_id: Some(InterviewId::new(row.get::<_, String>("interview_id")?)),
        match_score: Some(row.get("match_score")?),
        created_at: Some(Timestamp::from_unix(row.get("created_at")?)),
        extra: Map::new(),
    })
}
