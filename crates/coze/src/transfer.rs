//! Files on their way: uploads, downloads, and files that a chat is asked about.

pub(crate) mod attach;
mod download;
mod part_file;
mod upload;

pub use download::Download;
pub(crate) use upload::filled;
pub use upload::{FileSource, Progress, Upload};
