//! The groups of the API, each a handle of the client.

/// Makes a handle: a clone of the client, and the method of its parent that returns it.
macro_rules! handle {
    ($(#[$doc:meta])* $name:ident, by $parent:ident::$method:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            client: Coze,
        }

        impl $name {
            #[allow(dead_code, reason = "not every handle has others below it")]
            fn client(&self) -> &Coze {
                &self.client
            }
        }

        impl $parent {
            $(#[$doc])*
            pub fn $method(&self) -> $name {
                $name { client: self.client().clone() }
            }
        }
    };
}

mod app;
mod audio;
mod bot;
mod chat;
mod conversation;
mod dataset;
mod file;
mod folder;
mod user;
mod workflow;

pub use app::{AppCollaborators, Apps};
pub use audio::{Audio, Live, Rooms, Speech, Transcriptions, VoiceprintFeatures, VoiceprintGroups, Voices};
pub use bot::{BotCollaborationModes, BotCollaborators, BotVersions, Bots};
pub use chat::Chats;
pub use conversation::{Conversations, Feedback, Messages};
pub use dataset::{Datasets, Documents, Images};
pub use file::Files;
pub use folder::Folders;
pub use user::Users;
pub use workflow::{WorkflowCollaborationModes, WorkflowCollaborators, Workflows};
