//! The shapes of answers, and how they are read.
//!
//! An answer is read in two passes. The first looks at `code` only, since the payload has any shape on an
//! error; the second reads the payload, and only where `code` says success.

use std::marker::PhantomData;

use bytes::Bytes;
use http::Response;
use serde::de::DeserializeOwned;

use crate::error::{ApiError, DecodeError, ReplyError};
use crate::event::Event;

mod envelope;
mod fields;

use envelope::Envelope;
pub(crate) use envelope::{excerpt, log_id};
use fields::Beside;

mod sealed {
    pub trait Sealed {}
}

use sealed::Sealed;

/// The shape of an answer: one of [`Data`], [`Wrapped`], [`Object`], [`Bare`], [`Confidential`], [`Empty`],
/// [`Raw`], [`Binary`] and [`Events`].
pub trait Reply: Sealed {
    /// What the request accepts.
    const ACCEPT: &'static str;
}

/// A shape that is read from a whole answer.
pub trait Decode: Reply {
    /// What comes out.
    type Output;

    /// Reads an answer whose body is complete.
    fn decode(response: &Response<Bytes>) -> Result<Self::Output, ReplyError>;
}

const JSON: &str = "application/json";

macro_rules! shapes {
    ($($(#[$doc:meta])+ $name:ident $(<$param:ident>)?: $accept:expr;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug)]
        pub struct $name $(<$param>)? { _shape: PhantomData<fn() -> ($($param,)?)> }

        impl $(<$param>)? Sealed for $name $(<$param>)? {}

        impl $(<$param>)? Reply for $name $(<$param>)? {
            const ACCEPT: &'static str = $accept;
        }
    )+};
}

shapes! {
    /// `{"code": 0, "data": T}`.
    Data<T>: JSON;
    /// `{"code": 0, …}` with the payload where `W` finds it.
    Wrapped<W>: JSON;
    /// `{"code": 0, …T}`: the fields of `T` stand beside `code`, which with `msg` and `detail` is no part of `T`.
    Object<T>: JSON;
    /// `T` without an envelope; only the HTTP status tells success.
    Bare<T>: JSON;
    /// `T` without an envelope, as in [`Bare`]; holds secrets, of which no error repeats anything.
    Confidential<T>: JSON;
    /// `{"code": 0}` without a payload.
    Empty: JSON;
    /// Bytes that are not JSON; a JSON answer with a `code` is an error.
    Raw: "*/*";
    /// Bytes that are not JSON, to be read as they come, such as audio.
    Binary: "*/*";
    /// A stream of server-sent events.
    Events<T>: "text/event-stream";
}

/// A payload that stands under another name than `data`, or under several.
pub trait Wrapper {
    /// Payload.
    type Payload;

    /// Finds and reads the payload in a successful answer.
    fn unwrap(body: &[u8]) -> Result<Self::Payload, serde_json::Error>;
}

impl<T: DeserializeOwned> Decode for Data<T> {
    type Output = T;

    fn decode(response: &Response<Bytes>) -> Result<T, ReplyError> {
        let envelope = Envelope::open(response)?;
        match envelope.data() {
            Some(data) => serde_json::from_str(data),
            // An `Option` reads as none; all else says which type it misses.
            None => serde_json::from_str("null"),
        }
        .map_err(|error| DecodeError::answer::<T>(response, error).into())
    }
}

impl<W: Wrapper> Decode for Wrapped<W> {
    type Output = W::Payload;

    fn decode(response: &Response<Bytes>) -> Result<W::Payload, ReplyError> {
        Envelope::open(response)?;
        W::unwrap(response.body()).map_err(|error| DecodeError::answer::<W::Payload>(response, error).into())
    }
}

impl<T: DeserializeOwned> Decode for Object<T> {
    type Output = T;

    fn decode(response: &Response<Bytes>) -> Result<T, ReplyError> {
        Envelope::open(response)?;
        serde_json::from_slice::<Beside<T>>(response.body())
            .map(|Beside(value)| value)
            .map_err(|error| DecodeError::answer::<T>(response, error).into())
    }
}

impl<T: DeserializeOwned> Decode for Bare<T> {
    type Output = T;

    fn decode(response: &Response<Bytes>) -> Result<T, ReplyError> {
        if !response.status().is_success() {
            return Err(envelope::fault(response));
        }
        match serde_json::from_slice(response.body()) {
            Ok(value) => Ok(value),
            // An error with status 200 does not read as `T`: then the envelope says what it is.
            Err(error) => {
                Envelope::open(response)?;
                Err(DecodeError::answer::<T>(response, error).into())
            }
        }
    }
}

impl<T: DeserializeOwned> Decode for Confidential<T> {
    type Output = T;

    fn decode(response: &Response<Bytes>) -> Result<T, ReplyError> {
        let secretive = |error| match error {
            ReplyError::Api(error) => ReplyError::Api(error),
            ReplyError::Decode(_) => DecodeError::confidential(response).into(),
        };
        // These servers report an error by its name alone, with any status: look for one first.
        Envelope::open(response).map_err(secretive)?;
        Bare::<T>::decode(response).map_err(secretive)
    }
}

impl Decode for Empty {
    type Output = ();

    fn decode(response: &Response<Bytes>) -> Result<(), ReplyError> {
        Envelope::open(response).map(drop)
    }
}

impl Decode for Raw {
    type Output = Bytes;

    fn decode(response: &Response<Bytes>) -> Result<Bytes, ReplyError> {
        let bytes = || Ok(response.body().clone());
        if response.status().is_success() && !is_json(response) {
            return bytes();
        }
        match Envelope::open(response) {
            // JSON without an envelope, or cut JSON: that is for the caller to judge.
            Err(ReplyError::Decode(_)) | Ok(_) => bytes(),
            Err(error) => Err(error),
        }
    }
}

impl Binary {
    /// Whether this answer, by its head, is what was asked for, rather than an error or a page for people.
    ///
    /// Servers report errors with the status 200 too, as JSON.
    pub fn is_content<B>(response: &Response<B>) -> bool {
        let of_people = || media_type(response).is_some_and(|mime| mime.starts_with("text/"));
        response.status().is_success() && !is_json(response) && !of_people()
    }

    /// Reads an answer that is not [content](Self::is_content): always an error.
    pub fn refusal(response: &Response<Bytes>) -> ReplyError {
        match Envelope::open(response) {
            Err(error) => error,
            Ok(_) => DecodeError::not_content(response).into(),
        }
    }
}

impl<T: Event> Events<T> {
    /// Reads the answer to a stream request that is no stream: always an error.
    ///
    /// Servers refuse a stream request with an ordinary JSON error, with or without an HTTP status to match.
    pub fn refusal(response: &Response<Bytes>) -> ReplyError {
        match Envelope::open(response) {
            Err(error) => error,
            Ok(_) => DecodeError::not_a_stream(response).into(),
        }
    }
}

/// Whether the answer says that it is an event stream.
pub fn is_event_stream<B>(response: &Response<B>) -> bool {
    has_media_type(response, "text/event-stream")
}

fn is_json<B>(response: &Response<B>) -> bool {
    has_media_type(response, JSON)
}

fn has_media_type<B>(response: &Response<B>, expected: &str) -> bool {
    media_type(response).is_some_and(|media_type| media_type.eq_ignore_ascii_case(expected))
}

fn media_type<B>(response: &Response<B>) -> Option<&str> {
    let value = response.headers().get(http::header::CONTENT_TYPE)?.to_str().ok()?;
    value.split(';').next().map(str::trim)
}

impl From<ApiError> for ReplyError {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

impl From<DecodeError> for ReplyError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}
