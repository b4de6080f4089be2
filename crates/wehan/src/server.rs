//! A small B side for tests and demos: the API of WeHan over a SQLite database.
//!
//! It listens on 127.0.0.1 only, checks the bearer token and every field, and stores an application once, however often
//! it is sent. A refusal is JSON: `{"message": "`matchScore` is 101; give it a number from 0 to 100", "field": "matchScore"}`.
//!
//! ```
//! use wehan::server::{Server, demo_jobs};
//! use wehan::{CreateApplication, Wehan};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::builder().token("b-side-token").jobs(demo_jobs()).start().await?;
//! let wehan = Wehan::builder().token("b-side-token").base_url(server.url()).build()?;
//!
//! let job = wehan.list_jobs().await?.remove(0);
//! wehan.create_application(CreateApplication::new("user-1", job.id, "interview-3", 87.5)).await?;
//! assert_eq!(server.applications()?[0].match_score, Some(87.5));
//! server.shutdown().await;
//! # Ok(()) }
//! ```

mod args;
mod fault;
mod intake;
mod refusal;
mod serve;
mod store;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::application::Application;
use crate::job::Job;
use serve::{Shared, accept};
use store::Store;

pub use args::{Args, run};
pub use fault::Fault;

/// Token that a server takes when it was given none.
pub const DEMO_TOKEN: &str = "wehan_demo";

/// A B side that serves until it is dropped.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    addr: SocketAddr,
}

impl Server {
    /// Prepares a server.
    pub fn builder() -> ServerBuilder {
        ServerBuilder { port: 0, database: None, token: DEMO_TOKEN.to_owned(), jobs: Vec::new() }
    }

    /// Base URL, such as `http://127.0.0.1:38211`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Applications in the database, oldest first.
    pub fn applications(&self) -> Result<Vec<Application>, ServerError> {
        self.shared
            .store
            .applications()
            .map_err(|error| ServerError::new("cannot read the applications", error))
    }

    /// Counts the requests so far, whatever they were answered.
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// Lets the next so many requests meet a fault; faults are met in the order in which they were injected.
    pub fn inject(&self, fault: Fault, times: usize) {
        self.shared.faults.add(fault, times);
    }

    /// Forgets the faults that no request has met yet.
    pub fn heal(&self) {
        self.shared.faults.clear();
    }

    /// Stops: closes the port and every connection.
    pub async fn shutdown(self) {
        self.shared.stop.send_replace(true);
        // Every task holds a receiver; the last one is gone when all of them have ended.
        self.shared.stop.closed().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.send_replace(true);
    }
}

/// Settings of a server that is about to start.
#[derive(Clone)]
#[must_use]
pub struct ServerBuilder {
    port: u16,
    database: Option<PathBuf>,
    token: String,
    jobs: Vec<Job>,
}

impl ServerBuilder {
    /// Port of 127.0.0.1 to listen on; 0, the default, takes a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// File of the database, made if it does not exist; in memory by default.
    pub fn database(mut self, path: impl Into<PathBuf>) -> Self {
        self.database = Some(path.into());
        self
    }

    /// Token to take; [`DEMO_TOKEN`] by default.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = token.into();
        self
    }

    /// Adds jobs to the database; one with the same id is replaced.
    pub fn jobs(mut self, jobs: impl IntoIterator<Item = Job>) -> Self {
        self.jobs.extend(jobs);
        self
    }

    /// Opens the database and listens, on the current tokio runtime.
    pub async fn start(self) -> Result<Server, ServerError> {
        let place = self.database.as_ref().map_or_else(|| "memory".into(), |path| path.display().to_string());
        let store = Store::open(self.database.as_deref())
            .and_then(|store| store.put_jobs(&self.jobs).map(|()| store))
            .map_err(|error| ServerError::new(format!("cannot use the database {place}"), error))?;
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let failed =
            |error| ServerError::new(format!("cannot listen on {addr}; port 0 takes a free one"), error);
        let listener = TcpListener::bind(addr).await.map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared {
            store,
            token: self.token,
            faults: fault::Faults::default(),
            requests: 0.into(),
            stop: watch::Sender::new(false),
        });
        shared.spawn(accept(listener, Arc::clone(&shared)));
        Ok(Server { shared, addr })
    }
}

/// Says nothing of the token.
impl fmt::Debug for ServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerBuilder")
            .field("port", &self.port)
            .field("database", &self.database)
            .field("jobs", &self.jobs)
            .finish_non_exhaustive()
    }
}

/// Three jobs to show.
pub fn demo_jobs() -> Vec<Job> {
    vec![
        Job::new("job-1", "Rust 后端工程师").location("杭州").description("设计并实现招聘平台的后端服务"),
        Job::new("job-2", "Data engineer")
            .location("Berlin")
            .description("Pipelines for matching candidates"),
        Job::new("job-3", "产品经理").location("上海").description("负责候选人端的产品"),
    ]
}

/// Says why a server could not start, or its database could not be read.
#[derive(Debug)]
pub struct ServerError {
    message: String,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl ServerError {
    fn new(message: impl Into<String>, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { message: message.into(), source: source.into() }
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.message, self.source)
    }
}

/// Without a source: who prints the whole chain would print the cause twice.
impl std::error::Error for ServerError {}
