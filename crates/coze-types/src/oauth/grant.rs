//! The grant types, which distinguish requests for tokens: all of them use one address.

use std::borrow::Cow;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! grants {
    ($($(#[$doc:meta])+ $name:ident = $word:literal;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub(super) struct $name;

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($word)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = Cow::<str>::deserialize(deserializer)?;
                if word == $word {
                    return Ok(Self);
                }
                Err(D::Error::custom(format_args!("the grant type is {word:?} and not {:?}", $word)))
            }
        }
    )+};
}

grants! {
    /// For the code that a browser brought back.
    Code = "authorization_code";
    /// For a refresh token.
    Refresh = "refresh_token";
    /// For a device code.
    Device = "urn:ietf:params:oauth:grant-type:device_code";
    /// For a JWT.
    Jwt = "urn:ietf:params:oauth:grant-type:jwt-bearer";
}
