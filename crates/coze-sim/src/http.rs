//! What all endpoints share: requests, their fields, responses, and the encoding of both services.

pub(crate) mod answer;
pub(crate) mod border;
pub(crate) mod call;
pub(crate) mod fault;
pub(crate) mod fields;
pub(crate) mod form;
pub(crate) mod host;
pub(crate) mod journal;
mod rest;
pub(crate) mod routes;
pub(crate) mod schema;
pub(crate) mod stream;

pub(crate) use answer::{Answer, Payload, Reply, StreamItem, StreamOf, StudioErrors, token_page};
pub(crate) use call::{Body, Call, Query, page};
pub(crate) use fields::{Unread, fields};
pub(crate) use form::{Content, Form};
pub(crate) use routes::Routes;
pub(crate) use schema::{Kind, Rules};
