//! The codes of the API: what they mean, what to do, and whether a retry can help.

use std::fmt;

use http::StatusCode;
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::model::lenient::{self, Field, Lenient};

mod table;

/// The code of an error.
///
/// Mostly a number; a server may write it as a string of digits, which is read as the same number. OAuth
/// errors have a word.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ErrorCode(Repr);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Repr {
    Number(i64),
    Word(Box<str>),
}

impl ErrorCode {
    /// Number, unless the code is a word.
    pub fn as_i64(&self) -> Option<i64> {
        match self.0 {
            Repr::Number(number) => Some(number),
            Repr::Word(_) => None,
        }
    }

    /// Word, unless the code is a number.
    pub fn as_word(&self) -> Option<&str> {
        match &self.0 {
            Repr::Number(_) => None,
            Repr::Word(word) => Some(word),
        }
    }

    /// Whether the code is 0.
    pub fn is_success(&self) -> bool {
        self.0 == Repr::Number(0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.as_word() == Some("")
    }

    /// What is documented of the code.
    pub fn info(&self) -> Option<&'static ErrorInfo> {
        match &self.0 {
            Repr::Number(number) => table::number(*number),
            Repr::Word(word) => table::word(word),
        }
    }
}

impl From<i64> for ErrorCode {
    fn from(number: i64) -> Self {
        Self(Repr::Number(number))
    }
}

impl From<&str> for ErrorCode {
    fn from(code: &str) -> Self {
        Self(code.parse().map_or_else(|_| Repr::Word(code.into()), Repr::Number))
    }
}

impl PartialEq<i64> for ErrorCode {
    fn eq(&self, number: &i64) -> bool {
        self.as_i64() == Some(*number)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Number(number) => number.fmt(f),
            Repr::Word(word) => word.fmt(f),
        }
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Repr::Number(number) => serializer.serialize_i64(*number),
            Repr::Word(word) => serializer.serialize_str(word),
        }
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Code;
        impl Visitor<'_> for Code {
            type Value = ErrorCode;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a code: a number or a string")
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<ErrorCode, E> {
                Ok(value.into())
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<ErrorCode, E> {
                i64::try_from(value)
                    .map(ErrorCode::from)
                    .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(value), &self))
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<ErrorCode, E> {
                Ok(value.into())
            }
        }
        deserializer.deserialize_any(Code)
    }
}

impl Lenient for ErrorCode {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        Ok(match lenient::read_word(deserializer)? {
            Field::Value(Self(Repr::Word(word))) if word.is_empty() => Field::Absent,
            field => field,
        })
    }
}

/// What is documented of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorInfo {
    /// Sort of error.
    pub kind: ApiErrorKind,
    /// Meaning, as a clause.
    pub meaning: &'static str,
    /// What to do about it, as a clause.
    pub advice: &'static str,
    /// Whether a retry can help.
    pub retry: RetryAdvice,
}

/// The sort of an error that the API reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiErrorKind {
    /// The request is wrong: a field is missing, unknown, too long or of the wrong type.
    InvalidRequest,
    /// The token is missing, wrong, expired, or of another region.
    Authentication,
    /// The token is right and lacks the permission.
    Permission,
    /// The object that the request names does not exist.
    NotFound,
    /// The agent, app or workflow is not published to this channel.
    Unpublished,
    /// Another chat is running in the conversation.
    Busy,
    /// The object is not in a state that allows the request.
    InvalidState,
    /// What the request would create exists already.
    Conflict,
    /// Too many requests for now.
    RateLimited,
    /// The plan does not include it, or its quota or balance is used up.
    Quota,
    /// The content was refused by moderation.
    Refused,
    /// The server does not offer the endpoint.
    Unsupported,
    /// Something took too long on the server.
    Timeout,
    /// It was canceled on purpose.
    Canceled,
    /// The server failed.
    Server,
    /// Not one of the above, or not known to this version.
    Other,
}

impl ApiErrorKind {
    pub(crate) fn from_status(status: StatusCode) -> Self {
        match status.as_u16() {
            400 | 413 | 415 | 422 => Self::InvalidRequest,
            401 => Self::Authentication,
            403 => Self::Permission,
            402 => Self::Quota,
            404 => Self::NotFound,
            405 | 501 => Self::Unsupported,
            408 | 504 => Self::Timeout,
            409 => Self::Conflict,
            429 => Self::RateLimited,
            500.. => Self::Server,
            _ => Self::Other,
        }
    }

    pub(crate) fn retry_advice(self) -> RetryAdvice {
        match self {
            Self::RateLimited | Self::Server | Self::Timeout | Self::Busy => RetryAdvice::Wait,
            Self::Authentication => RetryAdvice::NewToken,
            Self::Other => RetryAdvice::Unknown,
            Self::Unsupported | Self::Canceled => RetryAdvice::Never,
            _ => RetryAdvice::Change,
        }
    }
}

/// Whether the same request may succeed later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryAdvice {
    /// No.
    Never,
    /// After a while.
    Wait,
    /// After something was changed: the request, an object, a plan.
    Change,
    /// With a new token.
    NewToken,
    /// Not documented.
    Unknown,
}
