#![doc = include_str!("../README.md")]
// Handlers are async as axum requires, even those that never wait.
#![allow(clippy::unused_async)]

mod agent;
mod api_app;
mod app;
mod args;
mod audio;
mod benefit;
mod bot;
mod chat;
mod collaboration;
mod connector;
mod conversation;
mod dataset;
mod dialect;
mod enterprise;
mod entity;
mod file;
mod folder;
mod http;
mod message;
mod oauth;
mod organization;
mod plugin;
mod project;
mod realtime;
mod script;
mod server;
mod sim;
mod state;
mod template;
mod user;
mod variable;
mod workflow;
mod workspace;

pub use agent::DEMO_BOT;
pub use args::{Args, run};
pub use dialect::Dialect;
pub use http::journal::{Disconnect, Recorded};
pub use oauth::app::{
    DEMO_CHANNEL_APP, DEMO_DEVICE_APP, DEMO_PKCE_APP, DEMO_SERVICE_APP, DEMO_WEB_APP, DEMO_WEB_SECRET,
};
pub use oauth::{Consent, DeviceAnswer, ErrorForm, Issued, OAuth, OAuthControl};
pub use script::fault::Fault;
pub use script::{Script, ScriptError};
pub use sim::{DEMO_TOKEN, Sim, SimBuilder, StartError};
pub use state::id::Id;
pub use state::{Feedback, StoredFile};
pub use workflow::{Workflow, WorkflowError};

/// Compiles the example of the Chinese README.
#[cfg(doctest)]
mod readme {
    #[doc = include_str!("../README.zh-CN.md")]
    mod chinese {}
}
