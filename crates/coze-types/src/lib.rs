//! Types of the [Coze (扣子)](https://www.coze.cn) API: requests, answers, stream events, errors, and a
//! description of each endpoint, without IO.
//!
//! A request is a plain struct that implements [`Endpoint`]. [`encode`] writes it down as method, target and body;
//! [`decode`] reads the answer; [`Event::parse`] reads one event of a stream. What lies between is up to you: an HTTP
//! client, a proxy, a recorder, a WASM module, a test. For a client that is ready to use, see the crate `coze`.
//!
//! ```
//! use bytes::Bytes;
//! use coze_types::chat::{ChatEvent, ChatStatus, CreateChat};
//! use coze_types::message::Message;
//! use coze_types::{Body, Event, Phase, Streamed, decode, encode};
//!
//! let request = CreateChat::new("7379462189365198898", "user-1")
//!     .conversation_id("7374752000116113452")
//!     .message(Message::user("2024年10月1日是星期几"));
//!
//! // Write the request; host, token and connection are yours.
//! let encoded = encode(&request)?;
//! assert_eq!(encoded.to_string(), "POST /v3/chat?conversation_id=7374752000116113452");
//! let Body::Json(json) = encoded.body else { unreachable!("chats are JSON") };
//! assert!(json.starts_with(br#"{"stream":false,"bot_id":"7379462189365198898""#));
//!
//! // Read the answer, as it came.
//! let body = r#"{"code":0,"msg":"","data":{"id":"7382159487131697202","status":"in_progress"}}"#;
//! let chat = decode::<CreateChat>(&http::Response::new(Bytes::from(body)))?;
//! assert_eq!(chat.status, Some(ChatStatus::InProgress));
//!
//! // The same request, answered as a stream of server-sent events: read name and data of each.
//! assert_eq!(encode(&Streamed(request))?.accept, "text/event-stream");
//! let data = r#"{"id":"7382159494123470858","role":"assistant","type":"answer","content":"星期二"}"#;
//! let event = ChatEvent::parse("conversation.message.delta", data)?;
//! assert_eq!(event.text(), Some("星期二"));
//! assert_eq!(ChatEvent::parse("done", "[DONE]")?.phase(), Phase::Done);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Errors
//!
//! An answer is an error when its code says so, whatever its status: [`ReplyError::Api`] holds the code, the message,
//! the log id, and what is documented of the code.
//!
//! ```
//! use bytes::Bytes;
//! use coze_types::chat::CreateChat;
//! use coze_types::{ApiErrorKind, ReplyError, RetryAdvice, decode};
//!
//! let body = r#"{"code":4016,"msg":"conversation occupied","detail":{"logid":"20241210152726467C48D89D6DB2"}}"#;
//! let error = decode::<CreateChat>(&http::Response::new(Bytes::from(body))).unwrap_err();
//! let ReplyError::Api(error) = error else { unreachable!("the answer reads") };
//! assert_eq!((error.kind(), error.retry_advice()), (ApiErrorKind::Busy, RetryAdvice::Wait));
//! assert_eq!(error.info().unwrap().meaning, "another chat is running in the conversation");
//! ```
//!
//! # What the service may change
//!
//! Enums of words keep words that they do not know and write them back unchanged; structs keep unknown fields in
//! `extra`; unknown events become [`UnknownEvent`]. In answers only the id is required, and null is absent. What was
//! read can be stored with `serde` and read again, whole. Ids are strings of a type of their own for each resource,
//! and are read from numbers too.
//!
//! The same types read the answers of a self-hosted Coze Studio, where it spells them otherwise.
//!
//! # Limits
//!
//! [`Endpoint::validate`] lists what the documentation forbids in a request. [`encode`] does not look at it: servers relax
//! their limits, and self-hosted ones have others.
//!
//! # Endpoints of your own
//!
//! Implement [`Endpoint`] for a type of yours, in one line with [`endpoint!`].

#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[macro_use]
mod model;
#[macro_use]
mod core;
#[macro_use]
mod table;

pub mod api_app;
pub mod app;
pub mod audio;
pub mod benefit;
pub mod bot;
pub mod chat;
pub mod connector;
pub mod conversation;
pub mod dataset;
pub mod enterprise;
pub mod entity;
pub mod file;
pub mod folder;
pub mod message;
pub mod oauth;
pub mod organization;
pub mod plugin;
pub mod realtime;
pub mod store;
pub mod template;
pub mod user;
pub mod variable;
pub mod workflow;
pub mod workspace;

// A test fails if one is missing.
endpoints! {
    api_app {
        CreateApiApp, CreateApiAppEvents, DeleteApiApp, DeleteApiAppEvents, ListApiAppEvents, ListApiApps,
        UpdateApiApp,
    }
    app { CreateAppCollaborator, DeleteAppCollaborator, ListApps, RetrieveApp }
    audio {
        CloneVoice, CreateRoom, CreateSpeech, CreateTranscription, CreateVoiceprintFeature, CreateVoiceprintGroup,
        DeleteVoiceprintFeature, DeleteVoiceprintGroup, IdentifySpeaker, ListVoiceprintFeatures,
        ListVoiceprintGroups, ListVoices, RetrieveLive, UpdateVoiceprintFeature, UpdateVoiceprintGroup,
    }
    benefit {
        CreateBenefitLimitation, CreateBillTask, ListBenefitLimitations, ListBillTasks, RetrieveBenefits,
        UpdateBenefitLimitation,
    }
    bot {
        CreateBot, CreateBotCollaborator, DeleteBotCollaborator, ListBotVersions, ListBots, ListPublishedBots,
        PublishBot, RetrieveBot, RetrieveOnlineBot, UnpublishBot, UpdateBot, UpdateBotCollaborationMode,
    }
    chat {
        CancelChat, CreateChat Streamed, ListChatMessages, RetrieveChat, SubmitToolOutputs Streamed,
    }
    connector { BindConnector, InstallConnector, UpdateConnectorBot }
    conversation {
        ClearConversation, CreateConversation, CreateMessage, CreateMessageFeedback, DeleteConversation,
        DeleteMessage, DeleteMessageFeedback, ListConversations, ListMessages, RetrieveConversation,
        RetrieveMessage, UpdateConversation, UpdateMessage,
    }
    dataset {
        CreateDataset, CreateDocuments, DeleteDataset, DeleteDocuments, ListDatasets, ListDocuments, ListImages,
        ProcessDocuments, ProcessStudioDocuments, UpdateDataset, UpdateDocument, UpdateImage,
    }
    enterprise {
        CreateEnterpriseMember, CreateOrganization, DeleteEnterpriseMember, ListOrganizations,
        UpdateEnterpriseMember,
    }
    entity { CreateCopyTask, RetrieveCopyTask }
    file { RetrieveFile, UploadFile }
    folder { ListFolders, RetrieveFolder }
    oauth {
        Authorize, AuthorizeWorkspace, CreateDeviceCode, CreateWorkspaceDeviceCode, ExchangeAccountJwt, ExchangeCode,
        ExchangeDeviceCode, ExchangeEnterpriseJwt, ExchangeJwt, RefreshToken,
    }
    organization {
        CreateOrganizationMember, DeleteOrganizationMember, ListOrganizationMembers, UpdateOrganization,
        UpdateOrganizationMember,
    }
    plugin { BatchRetrievePlugins, CallPluginTool, RetrievePlugin }
    store { ListStoreCategories, ListStorePlugins }
    template { DuplicateTemplate }
    user { RetrieveMe }
    variable { RetrieveVariables, UpdateVariables }
    workflow {
        ChatWorkflow, CreateWorkflowCollaborator, CreateWorkflowConversation, DeleteWorkflowCollaborator,
        ListWorkflowVersions, ListWorkflows, ResumeWorkflow, ResumeWorkflowStream, RetrieveNodeExecution,
        RetrieveRunHistory, RetrieveStudioRunHistory, RetrieveWorkflow, RunWorkflow, StreamWorkflow,
        UpdateWorkflowCollaborationMode,
    }
    workspace {
        CreateWorkspace, CreateWorkspaceMembers, DeleteWorkspaceMembers, ListWorkspaceMembers, ListWorkspaces,
        UpdateWorkspace,
    }
}

#[doc(hidden)]
pub use crate::core::endpoint::StructNeedsValidate;
#[doc(hidden)]
pub use http;

pub use crate::core::endpoint::{Body, Encoded, Endpoint, HasFile, Streamable, Streamed, decode, encode};
pub use crate::core::error::{
    ApiError, ApiErrorKind, DecodeError, EncodeError, ErrorCode, ErrorInfo, OneLine, ReadError, ReplyError,
    RetryAdvice, log_id,
};
pub use crate::core::event::{Event, EventDecoder, Phase, Stateless, UnknownEvent};
pub use crate::core::multipart::{Content, FilePart, Form, Part};
pub use crate::core::paged::{FirstPage, Number, Page, Paged, Pager, Position, Token};
pub use crate::core::path::Path;
pub use crate::core::query::Query;
pub use crate::core::reply::{
    Bare, Binary, Confidential, Data, Decode, Empty, Events, Object, Raw, Reply, Wrapped, Wrapper,
    is_event_stream, log_id_in,
};
pub use crate::core::validate::ValidationError;
pub use crate::model::id::*;
pub use crate::model::lenient::{Extra, MetaData};
pub use crate::model::query_value::QueryValue;
pub use crate::model::secret::Secret;
pub use crate::model::timestamp::Timestamp;
pub use mime::Mime;
pub use table::{EndpointVisitor, find_endpoint};

/// Compiles the examples of the README files.
#[cfg(doctest)]
mod readme {
    #[doc = include_str!("../README.md")]
    struct English;
    #[doc = include_str!("../README.zh-CN.md")]
    struct Chinese;
}
