//! The groups of the API, each a handle of the client.

mod chat;

pub use chat::{Chats, CreateAndPoll};
