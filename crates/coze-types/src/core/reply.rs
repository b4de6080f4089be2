//! The shapes of answers, and how they are read.
//!
//! An answer is read in two passes. The first looks at `code` only, since the payload has any shape on an
//! error; the second reads the payload, and only where `code` says success. One pass does where an answer turns out
//! to be the usual success.

use std::marker::PhantomData;

use bytes::Bytes;
use http::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::core::error::{ApiError, DecodeError, ReplyError};
use crate::core::event::Event;
use crate::core::json;

mod envelope;
mod fault;
mod fields;
mod unreadable;

use envelope::Envelope;
pub use envelope::log_id_in;
pub(crate) use fault::{is_fault, read_fault};
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
    /// `{"code": 0, …T}`: the fields of `T` are next to `code`, which like `msg` and `detail` is not part of `T`.
    Object<T>: JSON;
    /// `T` without an envelope; only the HTTP status reports success.
    Bare<T>: JSON;
    /// `T` without an envelope, as in [`Bare`]; holds secrets, of which no error repeats anything.
    Confidential<T>: JSON;
    /// `{"code": 0}` without a payload.
    Empty: JSON;
    /// Bytes that are not JSON; a JSON answer with a `code` is an error.
    Raw: "*/*";
    /// Bytes that are not JSON, read as they arrive, such as audio.
    Binary: "*/*";
    /// A stream of server-sent events.
    Events<T>: "text/event-stream";
}

/// A payload with a name other than `data`, or with several.
pub trait Wrapper {
    /// Payload.
    type Payload;

    /// Finds and reads the payload in a successful answer.
    fn unwrap(body: &str) -> Result<Self::Payload, serde_json::Error>;
}

impl<T: DeserializeOwned> Decode for Data<T> {
    type Output = T;

    fn decode(response: &Response<Bytes>) -> Result<T, ReplyError> {
        #[derive(Deserialize)]
        struct Success<T> {
            code: u8,
            data: T,
        }
        // One pass saves a third of the instructions. Everything else takes the general path below.
        if response.status().is_success()
            && let Ok(text) = std::str::from_utf8(response.body())
            && let Ok(Success { code: 0, data }) = serde_json::from_str(text)
        {
            return Ok(data);
        }
        data_in_two_passes(response)
    }
}

fn data_in_two_passes<T: DeserializeOwned>(response: &Response<Bytes>) -> Result<T, ReplyError> {
    match Envelope::open(response)?.data() {
        Some(data) => json::read(data),
        // An absent `Option` decodes to `None`; for everything else the error names the missing type.
        None => serde_json::from_str("null"),
    }
    .map_err(|error| DecodeError::answer::<T>(response, error).into())
}

impl<W: Wrapper> Decode for Wrapped<W> {
    type Output = W::Payload;

    fn decode(response: &Response<Bytes>) -> Result<W::Payload, ReplyError> {
        let text = envelope::success_text(response)?;
        json::read_with(text, W::unwrap).map_err(|error| envelope::unreadable::<W::Payload>(response, error))
    }
}

impl<T: DeserializeOwned> Decode for Object<T> {
    type Output = T;

    fn decode(response: &Response<Bytes>) -> Result<T, ReplyError> {
        let text = envelope::success_text(response)?;
        json::read(text)
            .map(|Beside(value)| value)
            .map_err(|error| envelope::unreadable::<T>(response, error))
    }
}

impl<T: DeserializeOwned> Decode for Bare<T> {
    type Output = T;

    fn decode(response: &Response<Bytes>) -> Result<T, ReplyError> {
        if !response.status().is_success() {
            return Err(envelope::fault(response));
        }
        let read = serde_json::from_slice(response.body());
        read.or_else(|error| {
            // An error with status 200 does not decode as `T`: then the envelope shows the error.
            Envelope::open(response)?;
            let mended = std::str::from_utf8(response.body()).ok().and_then(|text| json::read(text).ok());
            mended.ok_or_else(|| DecodeError::answer::<T>(response, error).into())
        })
    }
}

impl<T: DeserializeOwned> Decode for Confidential<T> {
    type Output = T;

    fn decode(response: &Response<Bytes>) -> Result<T, ReplyError> {
        let secretive = |error| match error {
            // An object that was not understood may hold a token.
            ReplyError::Api(error) if error.msg.starts_with(['{', '[']) => {
                ReplyError::Api(ApiError { msg: envelope::status_text(response.status()), ..error })
            }
            ReplyError::Api(error) => ReplyError::Api(error),
            ReplyError::Decode(_) => DecodeError::confidential(response).into(),
        };
        // These servers report an error only by its name, with any status: look for one first.
        Envelope::open(response).map_err(secretive)?;
        Bare::<T>::decode(response).map_err(secretive)
    }
}

impl Decode for Empty {
    type Output = ();

    fn decode(response: &Response<Bytes>) -> Result<(), ReplyError> {
        // Some servers write nothing as null.
        if response.status().is_success() && response.body().trim_ascii() == b"null" {
            return Ok(());
        }
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
            // JSON without an envelope, or truncated JSON: the caller decides.
            Err(ReplyError::Decode(_)) | Ok(_) => bytes(),
            Err(error) => Err(error),
        }
    }
}

impl Binary {
    /// Whether this response, by its head, is the expected one, rather than an error or an HTML page.
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

/// Reads the answer to the handshake of a WebSocket that did not switch protocols: always an error.
pub fn handshake_refusal(response: &Response<Bytes>) -> ReplyError {
    match Envelope::open(response) {
        Err(error) => error,
        Ok(_) => DecodeError::not_a_websocket(response).into(),
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
    // A field that was sent twice may arrive as one list (RFC 9110, 5.3).
    value.split([';', ',']).next().map(str::trim)
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

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Item {
        #[expect(dead_code, reason = "printed")]
        id: u32,
        #[serde(flatten)]
        #[expect(dead_code, reason = "printed")]
        extra: serde_json::Map<String, Value>,
    }

    enum Boxed {}

    impl Wrapper for Boxed {
        type Payload = Item;

        fn unwrap(body: &str) -> Result<Item, serde_json::Error> {
            #[derive(Deserialize)]
            struct Wire {
                data: Item,
            }
            serde_json::from_str::<Wire>(body).map(|wire| wire.data)
        }
    }

    fn same<T: Debug>(response: &Response<Bytes>, short: Result<T, ReplyError>, long: Result<T, ReplyError>) {
        assert_eq!(format!("{short:?}"), format!("{long:?}"), "{response:?}");
    }

    fn opened<T>(
        response: &Response<Bytes>,
        read: impl FnOnce(&[u8]) -> Result<T, serde_json::Error>,
    ) -> Result<T, ReplyError> {
        Envelope::open(response)?;
        read(response.body()).map_err(|error| DecodeError::answer::<T>(response, error).into())
    }

    #[test]
    fn bytes_that_are_no_text_spoil_only_what_holds_them() {
        let answer = |body: &'static [u8]| Response::new(Bytes::from_static(body));
        let beside = answer(b"{\"code\":0,\"msg\":\"\xff\",\"data\":7}");
        assert_eq!(Data::<u8>::decode(&beside).unwrap(), 7);
        let within = answer(b"{\"code\":0,\"data\":\"\xff\"}");
        assert!(matches!(Data::<String>::decode(&within), Err(ReplyError::Decode(_))));
        let refused = answer(b"{\"code\":4016,\"msg\":\"busy\",\"x\":\"\xff\"}");
        let Err(ReplyError::Api(error)) = Data::<u8>::decode(&refused) else { panic!("it names its code") };
        assert_eq!((error.code, &*error.msg), (4016.into(), "busy"));
    }

    #[test]
    fn log_ids_stand_in_the_detail_of_a_body() {
        assert_eq!(log_id_in(br#"{"code":0,"detail":{"logid":"2024"}}"#), Some("2024".into()));
        for none in [
            &br#"{"logid":"2024"}"#[..],
            br#"{"detail":{"logid":""}}"#,
            br#"{"detail":7}"#,
            b"",
            b"[]",
            br#"{"detail":{"logid":"2024\nerror: forged"}}"#,
        ] {
            assert_eq!(log_id_in(none), None);
        }
    }

    /// Two passes are the oracle of one.
    #[test]
    fn one_pass_reads_what_two_passes_read() {
        let codes = [
            r#""code":0"#,
            r#" "code" : 0 "#,
            r#""code":"0""#,
            r#""code":null"#,
            r#""code":0.0"#,
            r#""code":00"#,
        ];
        let more = [
            r#""code":7"#,
            r#""code":"word""#,
            r#""code":-1"#,
            r#""code":{}"#,
            r#""msg":"m""#,
            r#""error":"denied""#,
        ];
        let payloads = [
            r#""data":{"id":1,"x":"\u00e9"}"#,
            r#""data":{"id":"no"}"#,
            r#""data":null"#,
            r#""id":2,"y":[1]"#,
            r#""data":[""#,
        ];
        let mut bodies =
            vec![Bytes::from_static(b"{\"code\":0,\"data\":{\"id\":1,\"x\":\"\xff\"}}"), Bytes::new()];
        for code in codes.into_iter().chain(more) {
            for payload in payloads {
                for body in [
                    format!("{{{code},{payload}}}"),
                    format!("\n{{ {payload},{code}}}"),
                    format!("{{{code},{payload}"),
                ] {
                    bodies.push(body.into());
                }
            }
        }
        bodies.push(json!({ "code": 0 }).to_string().into());
        for body in bodies {
            for status in [200, 400] {
                let mut response = Response::new(body.clone());
                *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
                let response = &response;
                same(response, Data::<Item>::decode(response), data_in_two_passes(response));
                same(response, Data::<Option<Item>>::decode(response), data_in_two_passes(response));
                let unwrap = |body: &[u8]| Boxed::unwrap(std::str::from_utf8(body).unwrap());
                same(response, Wrapped::<Boxed>::decode(response), opened(response, unwrap));
                let beside = |body: &[u8]| serde_json::from_slice(body).map(|Beside(value)| value);
                same(response, Object::<Item>::decode(response), opened(response, beside));
            }
        }
    }
}
