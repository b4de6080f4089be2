//! The fields of requests: a single declaration validates and decodes them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::schema::{Field, Kind, Rules, check};
use crate::state::Id;
use crate::state::refusal::Refusal;

/// Declares the fields of a request body, a query, or a nested object.
///
/// A field has a name, a type, its name on the wire after `as` if that differs, and its rules after `=>` if the type
/// does not imply them. An `Option` is optional; so is a field that is marked `optional`, which defaults to the default
/// of its type. Further marks, each after a semicolon, are the methods of [`Field`].
macro_rules! fields {
    ($($(#[$meta:meta])* $vis:vis struct $name:ident { $(
        $(#[$doc:meta])* $field_vis:vis $field:ident : $ty:ty
        $(as $wire:literal)? $(=> $kind:expr)? $(; $mark:ident $(($arg:expr))?)*
    ),* $(,)? })*) => { $(
        $(#[$meta])*
        #[derive(Debug, Default, serde::Deserialize)]
        #[serde(default)]
        #[allow(dead_code, clippy::struct_field_names, reason = "wire names, of which some are only checked")]
        $vis struct $name {
            $($(#[$doc])* $(#[serde(rename = $wire)])? $field_vis $field: $ty,)*
        }

        impl $crate::http::fields::Fields for $name {
            const FIELDS: &'static [$crate::http::schema::Field] = &[$(
                $crate::http::schema::Field::new(
                    $crate::http::fields::or!($($wire)?, stringify!($field)),
                    $crate::http::fields::or!(
                        $({
                            #[allow(unused_imports, clippy::enum_glob_use, reason = "kinds are written short")]
                            use $crate::http::{fields::Given, schema::Kind::*};
                            $kind
                        })?,
                        <$ty as $crate::http::fields::Given>::KIND
                    ),
                    <$ty as $crate::http::fields::Given>::REQUIRED,
                )$(.$mark($({
                    #[allow(clippy::enum_glob_use, reason = "kinds are written short")]
                    use $crate::http::schema::Kind::*;
                    $arg
                })?))*
            ),*];
        }

        impl $crate::http::fields::Given for $name {
            const KIND: $crate::http::schema::Kind =
                $crate::http::schema::Kind::Object(<Self as $crate::http::fields::Fields>::FIELDS);
        }
    )* };
}

/// The first of two expressions that is present.
macro_rules! or {
    (, $otherwise:expr) => {
        $otherwise
    };
    ($given:expr, $otherwise:expr) => {
        $given
    };
}

pub(crate) use {fields, or};

/// A struct that [`fields`] declares.
pub(crate) trait Fields: for<'de> Deserialize<'de> {
    const FIELDS: &'static [Field];
}

/// Rules that the type of a field implies.
pub(crate) trait Given {
    const KIND: Kind;
    const REQUIRED: bool = true;
}

/// A field that is accepted and ignored, such as one that SDKs send in addition.
pub(crate) type Unread = Option<IgnoredAny>;

macro_rules! given {
    ($($ty:ty => $kind:expr),* $(,)?) => { $(
        impl Given for $ty {
            const KIND: Kind = $kind;
        }
    )* };
}

given! {
    String => Kind::Text,
    bool => Kind::Bool,
    Id => Kind::Id,
    f64 => Kind::Number(f64::MIN, f64::MAX),
    i32 => Kind::Int(i32::MIN as i64, i32::MAX as i64),
    i64 => Kind::Int(i64::MIN, i64::MAX),
    u8 => Kind::Int(0, u8::MAX as i64),
    u32 => Kind::Int(0, u32::MAX as i64),
    u64 => Kind::Int(0, i64::MAX),
    usize => Kind::Int(0, i64::MAX),
    IgnoredAny => Kind::Echo,
    Map<String, Value> => Kind::Map,
    BTreeMap<String, String> => Kind::Texts,
}

impl<T: Given> Given for Option<T> {
    const KIND: Kind = T::KIND;
    const REQUIRED: bool = false;
}

impl<T: Given> Given for Vec<T> {
    const KIND: Kind = Kind::List(usize::MAX, &T::KIND);
}

/// Validates an object against the declaration of its fields, and decodes it.
pub(crate) fn read<T: Fields>(
    mut object: Map<String, Value>,
    path: &str,
    rules: Rules,
) -> Result<T, Refusal> {
    check(T::FIELDS, &mut object, path, rules)?;
    // The fields are valid, so this fails only if a declaration contradicts its type.
    serde_json::from_value(Value::Object(object)).map_err(|error| Refusal::Invalid(error.to_string()))
}
