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

mod api_app;
mod app;
mod audio;
mod benefit;
mod bot;
mod chat;
mod connector;
mod conversation;
mod dataset;
mod enterprise;
mod entity;
mod file;
mod folder;
mod organization;
mod plugin;
mod store;
mod template;
mod user;
mod variable;
mod workflow;
mod workspace;

pub use api_app::{ApiAppEvents, ApiApps};
pub use app::{AppCollaborators, Apps};
#[cfg(feature = "realtime")]
pub use audio::Interpretation;
pub use audio::{Audio, Live, Rooms, Speech, Transcriptions, VoiceprintFeatures, VoiceprintGroups, Voices};
pub use benefit::{BenefitLimitations, Benefits, BillTasks};
pub use bot::{BotCollaborationModes, BotCollaborators, BotVersions, Bots};
pub use chat::Chats;
pub use connector::{ConnectorBots, Connectors};
pub use conversation::{Conversations, Feedback, Messages};
pub use dataset::{Datasets, Documents, Images};
pub use enterprise::{EnterpriseMembers, EnterpriseOrganizations, Enterprises};
pub use entity::{CopyTasks, Entities};
pub use file::Files;
pub use folder::Folders;
pub use organization::{OrganizationMembers, Organizations};
pub use plugin::{PluginTools, Plugins};
pub use store::{StoreCategories, StorePlugins, Stores};
pub use template::Templates;
pub use user::Users;
pub use variable::Variables;
pub use workflow::{WorkflowCollaborationModes, WorkflowCollaborators, Workflows};
pub use workspace::{WorkspaceMembers, Workspaces};
