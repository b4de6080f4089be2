//! The groups of the API, each a handle of the client.

mod app;
mod audio;
mod bot;
mod chat;
mod conversation;
mod dataset;
mod file;
mod user;
mod workflow;

pub use app::Apps;
pub use audio::{Audio, Live, Rooms, Speech, Transcriptions, VoiceprintFeatures, VoiceprintGroups, Voices};
pub use bot::Bots;
pub use chat::{Busy, Chats, PollChat, StartChat, StreamChat, StreamOutputs};
pub use conversation::{Conversations, Feedback, Messages};
pub use dataset::{DatasetProgress, Datasets, Documents, Images, WatchDocuments};
pub use file::Files;
pub use user::Users;
pub use workflow::{RunAndWait, StreamRun, Workflows};
