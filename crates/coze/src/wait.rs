//! Waiting until something on the server has reached its end.

mod busy;
mod chat;
mod documents;
mod workflow;

pub(crate) use busy::Turns;
pub use busy::{OnBusy, StartChat};
pub(crate) use chat::BeginChat;
pub use chat::PollChat;
pub use documents::{DatasetProgress, PollDocuments, WatchDocuments};
pub(crate) use workflow::BeginRun;
pub use workflow::PollRun;
