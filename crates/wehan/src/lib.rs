#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod application;
mod base_url;
mod client;
mod error;
mod id;
mod job;
#[cfg(feature = "server")]
pub mod server;

pub use application::{Application, CreateApplication};
pub use client::{BASE_URL, Builder, Wehan};
pub use error::{Error, ErrorKind};
pub use id::{ApplicationId, InterviewId, JobId, UserId};
pub use job::{Job, Jobs, ListJobs};

/// Compiles the code of the Chinese README and of the guide.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../README.zh-CN.md")]
    mod chinese {}
    #[doc = include_str!("../../../docs/guide/en/wehan.md")]
    mod guide {}
    #[doc = include_str!("../../../docs/guide/zh-CN/wehan.md")]
    mod guide_zh {}
}
