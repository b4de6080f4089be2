//! How one endpoint is described: its method, path, query, body and the shape of its answer.

use std::fmt;

use bytes::Bytes;
#[cfg(feature = "read")]
use http::Request;
use http::{Method, Response};
#[cfg(feature = "read")]
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

#[cfg(feature = "read")]
use crate::core::error::ReadError;
use crate::core::error::{EncodeError, ReplyError};
use crate::core::event::Event;
use crate::core::multipart::{FilePart, Form};
use crate::core::path::Path;
use crate::core::query::Query;
#[cfg(feature = "read")]
use crate::core::read::{self, Shape};
use crate::core::reply::{Decode, Events, Reply};
use crate::core::validate::ValidationError;

/// Describes one endpoint: how its request is written and what shape answers it.
///
/// The trait does no IO. [`encode`] writes a request, [`decode`] reads the answer; what lies between them is up to
/// the caller. Types of your own may implement it, by hand or with [`endpoint!`](crate::endpoint!), and go through
/// the same client as the built-in ones.
///
/// ```
/// use coze_types::{Data, encode, endpoint};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Debug, Serialize)]
/// struct RetrievePlugin {
///     plugin_id: String,
/// }
///
/// #[derive(Clone, Debug, Deserialize)]
/// struct Plugin {
///     name: Option<String>,
/// }
///
/// endpoint!(RetrievePlugin: GET "/v1/plugins/{plugin_id}" (plugin_id) => Data<Plugin>);
///
/// let encoded = encode(&RetrievePlugin { plugin_id: "a/b".to_owned() }).unwrap();
/// assert_eq!(encoded.target, "/v1/plugins/a%2Fb");
/// ```
pub trait Endpoint {
    /// HTTP method.
    const METHOD: Method;
    /// Path template, such as `/v1/bots/{bot_id}`; also the label in traces and errors.
    const PATH: &'static str;
    /// Shape of the answer.
    type Reply: Reply;
    /// Headers that the endpoint asks for beyond those of every request, as names in lower case and values.
    const HEADERS: &'static [(&'static str, &'static str)] = &[];

    /// Value of the field `stream` of the body, for endpoints that have one.
    const STREAM: Option<bool> = None;

    /// Reads a request back from what was sent: the reverse of [`encode`], for gateways, recorders and tests; with the
    /// feature `read`, which is on by default in this crate.
    ///
    /// Path and query have no types, so that a value is read as what its field is; an optional one that is empty is
    /// absent. A field may stand in another part of the request than where it is written. One that the request does not
    /// have is an error that names it, as is a value that does not fit.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use coze_types::Endpoint as _;
    /// use coze_types::conversation::ListConversations;
    ///
    /// let request = http::Request::get("/v1/conversations?bot_id=7379462189365198898&page_num=2&sort_order=");
    /// let request = ListConversations::read(&request.body(Bytes::new())?)?;
    /// assert_eq!((request.bot_id.as_str(), request.page_num, request.page_size), ("7379462189365198898", 2, 50));
    ///
    /// let request = http::Request::get("/v1/conversations?bot_id=7379462189365198898&page=2");
    /// let error = ListConversations::read(&request.body(Bytes::new())?).unwrap_err().to_string();
    /// assert!(error.contains("unknown field `page`"), "{error}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// To find the endpoint first, see [`find_endpoint`](crate::find_endpoint).
    #[cfg(feature = "read")]
    #[cfg_attr(docsrs, doc(cfg(feature = "read")))]
    fn read(request: &Request<Bytes>) -> Result<Self, ReadError>
    where
        Self: DeserializeOwned,
    {
        read::read(&Shape { method: Self::METHOD, path: Self::PATH, stream: Self::STREAM }, request)
    }

    /// Writes the path; every parameter is percent-encoded.
    fn path(&self, path: &mut Path) -> Result<(), EncodeError>;

    /// Writes the query parameters; unset ones are omitted.
    fn query(&self, query: &mut Query) -> Result<(), EncodeError> {
        let _ = query;
        Ok(())
    }

    /// Writes the body.
    fn body(&self) -> Result<Body, EncodeError> {
        Ok(Body::Empty)
    }

    /// Lists what the documentation forbids in this request.
    ///
    /// A client rejects only [enforced](ValidationError::is_enforced) violations unless it is strict: servers
    /// relax their limits, and self-hosted ones have others.
    fn validate(&self) -> Vec<ValidationError> {
        Vec::new()
    }
}

/// Fails to compile for an `endpoint!` line with `validate` whose struct has no such function.
#[doc(hidden)]
pub trait StructNeedsValidate {
    /// Never called.
    fn validate(&self) -> Vec<ValidationError> {
        Vec::new()
    }
}

impl<T> StructNeedsValidate for T {}

/// An endpoint that answers as a stream of events when it is asked with `"stream": true`.
pub trait Streamable: Endpoint + Serialize {
    /// Events of the stream.
    type Event: Event;

    /// Lists what the documentation forbids in this request when it is streamed.
    fn validate_streamed(&self) -> Vec<ValidationError> {
        Endpoint::validate(self)
    }
}

/// An endpoint whose form carries one file, which may lie in memory or [elsewhere](crate::Content::Elsewhere).
pub trait HasFile: Endpoint {
    /// Largest file that the documentation allows, in bytes; for files whose size shows only as they are sent.
    const MAX_BYTES: u64 = u64::MAX;

    /// File.
    fn file(&self) -> &FilePart;

    /// File, to be changed.
    fn file_mut(&mut self) -> &mut FilePart;
}

/// The streamed form of a request: same path, query and fields, with `"stream": true`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Streamed<R>(pub R);

impl<'de, R: Deserialize<'de>> Deserialize<'de> for Streamed<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        R::deserialize(deserializer).map(Self)
    }
}

impl<R: Streamable> Endpoint for Streamed<R> {
    const METHOD: Method = R::METHOD;
    const PATH: &'static str = R::PATH;
    type Reply = Events<R::Event>;
    const HEADERS: &'static [(&'static str, &'static str)] = R::HEADERS;
    const STREAM: Option<bool> = Some(true);

    fn path(&self, path: &mut Path) -> Result<(), EncodeError> {
        self.0.path(path)
    }

    fn query(&self, query: &mut Query) -> Result<(), EncodeError> {
        self.0.query(query)
    }

    fn body(&self) -> Result<Body, EncodeError> {
        Body::json_with_stream(true, &self.0)
    }

    fn validate(&self) -> Vec<ValidationError> {
        self.0.validate_streamed()
    }
}

/// The body of a request.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Body {
    /// No body and no `Content-Type`.
    #[default]
    Empty,
    /// `application/json`.
    Json(Bytes),
    /// `multipart/form-data`.
    Multipart(Form),
}

/// Shows the length of JSON alone: a body may hold secrets.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Json(json) => write!(f, "Json({} bytes)", json.len()),
            Self::Multipart(form) => f.debug_tuple("Multipart").field(form).finish(),
        }
    }
}

impl Body {
    /// Serialises `value`, which holds secrets, as a JSON body that is wiped from memory when it is dropped.
    pub fn secret_json<T: Serialize + ?Sized>(value: &T) -> Result<Self, EncodeError> {
        // A buffer that grows copies its content: this is larger than any such request.
        let mut json = Zeroizing::new(Vec::with_capacity(16 * 1024));
        serde_json::to_writer(&mut *json, value).map_err(EncodeError::json)?;
        Ok(Self::Json(Bytes::from_owner(json)))
    }

    /// Serialises `value` as a JSON body.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, EncodeError> {
        serde_json::to_vec(value).map(|json| Self::Json(json.into())).map_err(EncodeError::json)
    }

    /// Serialises `request` as a JSON object that has a `stream` field besides its own.
    ///
    /// The field is always sent: where it is missing, some servers stream and others do not.
    pub fn json_with_stream<T: Serialize + ?Sized>(stream: bool, request: &T) -> Result<Self, EncodeError> {
        #[derive(Serialize)]
        struct WithStream<'a, T: ?Sized> {
            stream: bool,
            #[serde(flatten)]
            request: &'a T,
        }
        Self::json(&WithStream { stream, request })
    }
}

/// A request in writing, without host, token and connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Encoded {
    /// HTTP method.
    pub method: Method,
    /// Path template of the endpoint, for labels.
    pub template: &'static str,
    /// Path and query, percent-encoded, starting with `/`.
    pub target: String,
    /// Value of the `Accept` header.
    pub accept: &'static str,
    /// Further headers that the endpoint asks for, as names in lower case and values.
    pub headers: &'static [(&'static str, &'static str)],
    /// Body.
    pub body: Body,
}

impl Encoded {
    /// A request that was written by hand.
    pub fn new(
        method: Method,
        template: &'static str,
        target: String,
        accept: &'static str,
        body: Body,
    ) -> Self {
        Self { method, template, target, accept, headers: &[], body }
    }
}

/// Writes a request down.
///
/// Fails when a path or query parameter cannot be written safely, an id has a line break, a blank, a quote or another
/// character that no id has, or the body cannot be serialised. The documented limits are not looked at: see [`Endpoint::validate`].
pub fn encode<E: Endpoint>(endpoint: &E) -> Result<Encoded, EncodeError> {
    let (written, flaw) = crate::model::id::watched(|| {
        let mut path = Path::new();
        endpoint.path(&mut path)?;
        let mut query = Query::new(path.into_string());
        endpoint.query(&mut query)?;
        Ok((query.into_target(), endpoint.body()?))
    });
    if let Some(flaw) = flaw {
        return Err(EncodeError::message(flaw));
    }
    let (target, body) = written?;
    let encoded = Encoded::new(E::METHOD, E::PATH, target, E::Reply::ACCEPT, body);
    Ok(Encoded { headers: E::HEADERS, ..encoded })
}

/// Reads the answer to a request of the type `E`.
///
/// ```
/// use bytes::Bytes;
/// use coze_types::decode;
/// use coze_types::user::RetrieveMe;
///
/// let body = r#"{"code": 0, "msg": "", "data": {"user_id": "2478774393254", "nick_name": "小明"}}"#;
/// let user = decode::<RetrieveMe>(&http::Response::new(Bytes::from(body))).unwrap();
/// assert_eq!(user.nick_name.as_deref(), Some("小明"));
/// ```
pub fn decode<E: Endpoint<Reply: Decode>>(
    response: &Response<Bytes>,
) -> Result<<E::Reply as Decode>::Output, ReplyError> {
    E::Reply::decode(response)
}

impl fmt::Display for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.target)
    }
}

/// Implements [`Endpoint`] for a request struct in one line.
///
/// The line reads like the documentation: name, method, path template, the fields that fill the template in
/// parentheses, the fields that go into the query, each after a `?`, then the flags, then the shape of the
/// answer.
///
/// | flag | meaning |
/// | --- | --- |
/// | `json` | the struct itself is the JSON body |
/// | `secret` | like `json`, and the body is wiped from memory when it is dropped |
/// | `stream` | like `json`, with a `stream` field; the struct also is [`Streamable`] |
/// | `multipart` | the body is what the struct's `fn form(&self) -> Form` returns |
/// | `validate` | the struct has a `fn validate(&self) -> Vec<ValidationError>` |
/// | `headers("name": "value")` | the request needs these headers; names in lower case |
///
/// ```ignore
/// endpoint!(CreateMessage: POST "/v1/conversation/message/create" ?conversation_id, json => Data<Message>);
/// endpoint!(RetrieveBot: GET "/v1/bots/{bot_id}" (bot_id) ?is_published => Data<Bot>);
/// ```
///
/// If there is a body, a field that goes into path or query carries `#[serde(skip_serializing)]`, so that it does not land in
/// the body as well.
///
/// A template whose parameters are not those in parentheses, in their order, does not compile:
///
/// ```compile_fail
/// use coze_types::{Empty, endpoint};
///
/// struct DeletePlugin {
///     plugin_id: String,
/// }
///
/// endpoint!(DeletePlugin: DELETE "/v1/plugins/{id}" (plugin_id) => Empty);
/// ```
///
/// Nor does `validate` for a struct without the function:
///
/// ```compile_fail,E0034
/// use coze_types::{Empty, endpoint};
///
/// struct DeletePlugin {
///     plugin_id: String,
/// }
///
/// endpoint!(DeletePlugin: DELETE "/v1/plugins/{plugin_id}" (plugin_id), validate => Empty);
/// ```
///
/// All functions of an endpoint are inline, here and where they are written by hand: a program compiles only the
/// endpoints that it uses.
#[macro_export]
macro_rules! endpoint {
    ($name:ident: $method:ident $path:literal $(($($param:ident),+))? $(?$query:ident)* $(, $flag:ident $(($($option:tt)+))?)* => $reply:ty) => {
        const _: () = assert!(
            $crate::Path::fits($path, &[$($(stringify!($param)),+)?]),
            concat!("the parameters of ", stringify!($name), " are not those of its path template")
        );

        impl $crate::Endpoint for $name {
            const METHOD: $crate::http::Method = $crate::http::Method::$method;
            const PATH: &'static str = $path;
            type Reply = $reply;

            // Compiled in the programs that use the endpoint, not with the library: it would take 2 of its 18 seconds.
            #[inline]
            fn path(&self, path: &mut $crate::Path) -> ::core::result::Result<(), $crate::EncodeError> {
                path.fill($path, &[$($((stringify!($param), &self.$param)),+)?])
            }

            #[inline]
            #[allow(unused_variables)]
            fn query(&self, query: &mut $crate::Query) -> ::core::result::Result<(), $crate::EncodeError> {
                $(query.push(stringify!($query), &self.$query)?;)*
                Ok(())
            }

            $($crate::endpoint!(@$flag $($($option)+)?);)*
        }
    };
    (@json) => {
        #[inline]
        fn body(&self) -> ::core::result::Result<$crate::Body, $crate::EncodeError> {
            $crate::Body::json(self)
        }
    };
    (@secret) => {
        #[inline]
        fn body(&self) -> ::core::result::Result<$crate::Body, $crate::EncodeError> {
            $crate::Body::secret_json(self)
        }
    };
    (@stream) => {
        const STREAM: ::core::option::Option<bool> = Some(false);

        #[inline]
        fn body(&self) -> ::core::result::Result<$crate::Body, $crate::EncodeError> {
            $crate::Body::json_with_stream(false, self)
        }
    };
    (@multipart) => {
        #[inline]
        fn body(&self) -> ::core::result::Result<$crate::Body, $crate::EncodeError> {
            Ok($crate::Body::Multipart(self.form()))
        }
    };
    (@validate) => {
        #[inline]
        fn validate(&self) -> ::std::vec::Vec<$crate::ValidationError> {
            // Without an own `validate` of the struct, the call is ambiguous, instead of calling this function.
            #[allow(unused_imports)]
            use $crate::StructNeedsValidate as _;
            Self::validate(self)
        }
    };
    (@headers $($header:literal: $value:literal),+) => {
        const HEADERS: &'static [(&'static str, &'static str)] = &[$(($header, $value)),+];
    };
}
