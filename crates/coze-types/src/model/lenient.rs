//! Readers that accept each form in which servers write the same value.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Unknown fields of an answer, kept so that it can be stored and forwarded whole.
///
/// A field that is known and holds a value of another kind than documented is unset, and its value is here.
pub type Extra = serde_json::Map<String, Value>;

/// Key-value pairs of the caller, such as `meta_data`.
pub type MetaData = BTreeMap<String, String>;

/// A type that is decoded from any form that a server writes.
pub(crate) trait Lenient: Sized {
    /// Reads any value; only what is no value at all is an error.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error>;

    /// Whether it says anything: an empty id is none, nor is an empty word that the API does not know; either may stand
    /// where one is required.
    #[inline]
    fn is_something(&self) -> bool {
        true
    }
}

/// What stands in a field.
pub(crate) enum Field<T> {
    /// Nothing, null, or an empty text instead of a number.
    Absent,
    /// A value.
    Value(T),
    /// A value of another kind.
    Unfit(Value),
}

impl<T> Field<T> {
    /// Takes the value out; one that does not fit goes to the unknown fields.
    #[expect(clippy::inline_always, reason = "a call a field costs a twentieth of an answer")]
    #[inline(always)]
    pub(crate) fn or_keep(self, name: &str, extra: &mut Extra) -> Option<T> {
        if !extra.is_empty() {
            // The last of several fields with the same name applies.
            extra.remove(name);
        }
        match self {
            Self::Value(value) => Some(value),
            Self::Absent => None,
            Self::Unfit(value) => {
                keep(name, value, extra);
                None
            }
        }
    }

    fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Unfit(_) => None,
        }
    }

    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Absent => Field::Absent,
            Self::Value(value) => Field::Value(change(value)),
            Self::Unfit(value) => Field::Unfit(value),
        }
    }
}

#[cold]
fn keep(name: &str, value: Value, extra: &mut Extra) {
    extra.insert(name.to_owned(), value);
}

impl<'de, T: Lenient> Deserialize<'de> for Field<T> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer)
    }
}

/// Reads null as the default; null elements of lists and maps are dropped.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Lenient,
{
    optional(deserializer).map(Option::unwrap_or_default)
}

/// Reads null like an absent field.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Decodes null as none, and an empty text as no number.
pub(crate) fn optional<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Lenient,
{
    match T::read(deserializer)? {
        Field::Absent => Ok(None),
        Field::Value(value) => Ok(Some(value).filter(T::is_something)),
        Field::Unfit(value) => Err(de::Error::custom(format_args!("{value} is of another kind"))),
    }
}

/// A value of one of the kinds of JSON.
pub(crate) enum Scalar<'de> {
    Null,
    Bool(bool),
    Integer(i64),
    Unsigned(u64),
    Float(f64),
    Text(Cow<'de, str>),
    /// A list or an object.
    Nested(Value),
}

impl Scalar<'_> {
    /// The value as a field that it does not fit; null and an empty text are none.
    pub(crate) fn unfit<T>(self) -> Field<T> {
        match self {
            Self::Null => Field::Absent,
            Self::Bool(value) => Field::Unfit(value.into()),
            Self::Integer(value) => Field::Unfit(value.into()),
            Self::Unsigned(value) => Field::Unfit(value.into()),
            Self::Float(value) => Field::Unfit(value.into()),
            Self::Text(text) if text.is_empty() => Field::Absent,
            Self::Text(text) => Field::Unfit(text.into_owned().into()),
            Self::Nested(value) => Field::Unfit(value),
        }
    }
}

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Scalar<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E>(self) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Null)
            }

            fn visit_none<E>(self) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Null)
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Scalar<'de>, D::Error> {
                Scalar::deserialize(deserializer)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Bool(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Integer(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Scalar<'de>, E> {
                Ok(i64::try_from(value).map_or(Scalar::Unsigned(value), Scalar::Integer))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Float(value))
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_string<E>(self, text: String) -> Result<Scalar<'de>, E> {
                Ok(Scalar::Text(Cow::Owned(text)))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Scalar<'de>, A::Error> {
                Value::deserialize(SeqAccessDeserializer::new(list)).map(Scalar::Nested)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Scalar<'de>, A::Error> {
                Value::deserialize(MapAccessDeserializer::new(map)).map(Scalar::Nested)
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// Reads a word or a number as text, without an allocation of its own.
pub(crate) fn read_word<'de, T: for<'a> From<&'a str>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Field<T>, D::Error> {
    struct Word<T>(PhantomData<T>);
    impl<T: for<'a> From<&'a str>> Collection<'_> for Word<T> {
        type Output = T;

        fn text(text: &str) -> Field<T> {
            Field::Value(T::from(text))
        }

        fn number(number: impl fmt::Display) -> Option<T> {
            Some(T::from(&number.to_string()))
        }
    }
    collection::<Word<T>, D>(deserializer)
}

/// A text as it is, and any other value as its JSON text.
impl Lenient for String {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        Ok(match Scalar::deserialize(deserializer)? {
            Scalar::Null => Field::Absent,
            Scalar::Text(text) => Field::Value(text.into_owned()),
            other => match other.unfit::<Self>() {
                Field::Unfit(value) => Field::Value(value.to_string()),
                field => field,
            },
        })
    }
}

impl Lenient for bool {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        Ok(match Scalar::deserialize(deserializer)? {
            Scalar::Bool(value) => Field::Value(value),
            Scalar::Integer(number @ 0..=1) => Field::Value(number == 1),
            Scalar::Text(text) if text == "true" || text == "1" => Field::Value(true),
            Scalar::Text(text) if text == "false" || text == "0" => Field::Value(false),
            other => other.unfit(),
        })
    }
}

/// A whole number, possibly sent as a string of digits.
impl Lenient for i64 {
    #[expect(clippy::cast_possible_truncation, reason = "only whole numbers in range pass")]
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        Ok(match Scalar::deserialize(deserializer)? {
            Scalar::Integer(value) => Field::Value(value),
            Scalar::Float(value) if value.fract() == 0.0 && value.abs() < 9e15 => Field::Value(value as Self),
            Scalar::Text(text) => match text.parse() {
                Ok(value) => Field::Value(value),
                Err(_) => Scalar::Text(text).unfit(),
            },
            other => other.unfit(),
        })
    }
}

impl Lenient for f64 {
    #[expect(clippy::cast_precision_loss, reason = "what is read as a float has no more digits")]
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        Ok(match Scalar::deserialize(deserializer)? {
            Scalar::Float(value) => Field::Value(value),
            Scalar::Integer(value) => Field::Value(value as Self),
            Scalar::Unsigned(value) => Field::Value(value as Self),
            Scalar::Text(text) => match text.parse::<Self>() {
                Ok(value) if value.is_finite() => Field::Value(value),
                _ => Scalar::Text(text).unfit(),
            },
            other => other.unfit(),
        })
    }
}

impl Lenient for Value {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        Self::deserialize(deserializer).map(Field::Value)
    }
}

impl Lenient for Extra {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        Ok(match Scalar::deserialize(deserializer)? {
            Scalar::Nested(Value::Object(map)) => Field::Value(map),
            other => other.unfit(),
        })
    }
}

impl<T: Lenient> Lenient for Box<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        T::read(deserializer).map(|field| field.map(Self::new))
    }
}

/// A list; elements that are null or of another type are dropped.
impl<T: Lenient> Lenient for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        struct List<T>(PhantomData<T>);
        impl<'de, T: Lenient> Collection<'de> for List<T> {
            type Output = Vec<T>;

            fn list<A: SeqAccess<'de>>(mut list: A) -> Result<Field<Vec<T>>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = list.next_element::<Field<T>>()? {
                    items.extend(item.value());
                }
                Ok(Field::Value(items))
            }
        }
        collection::<List<T>, D>(deserializer)
    }
}

/// A map; values that are null or of another type are dropped.
impl<T: Lenient> Lenient for BTreeMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        struct Map<T>(PhantomData<T>);
        impl<'de, T: Lenient> Collection<'de> for Map<T> {
            type Output = BTreeMap<String, T>;

            fn map<A: MapAccess<'de>>(mut map: A) -> Result<Field<Self::Output>, A::Error> {
                let mut values = BTreeMap::new();
                while let Some((key, value)) = map.next_entry::<String, Field<T>>()? {
                    values.extend(value.value().map(|value| (key, value)));
                }
                Ok(Field::Value(values))
            }
        }
        collection::<Map<T>, D>(deserializer)
    }
}

/// A list or an object that is read unchanged.
pub(crate) trait Collection<'de> {
    /// What comes out.
    type Output;

    /// Reads a list.
    fn list<A: SeqAccess<'de>>(list: A) -> Result<Field<Self::Output>, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(list)).map(Field::Unfit)
    }

    /// Reads a text.
    fn text(text: &str) -> Field<Self::Output> {
        Scalar::Text(text.into()).unfit()
    }

    /// Reads a whole number.
    fn number(number: impl fmt::Display) -> Option<Self::Output> {
        let _ = number;
        None
    }

    /// Reads an object.
    fn map<A: MapAccess<'de>>(map: A) -> Result<Field<Self::Output>, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(Field::Unfit)
    }
}

/// Reads a list or an object; whatever else it is does not fit.
pub(crate) fn collection<'de, C: Collection<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Field<C::Output>, D::Error> {
    struct Reader<C>(PhantomData<C>);
    impl<'de, C: Collection<'de>> Visitor<'de> for Reader<C> {
        type Value = Field<C::Output>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a value")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Field::Absent)
        }

        fn visit_none<E>(self) -> Result<Self::Value, E> {
            Ok(Field::Absent)
        }

        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
            collection::<C, D>(deserializer)
        }

        fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
            Ok(Scalar::Bool(value).unfit())
        }

        fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
            Ok(C::number(value).map_or_else(|| Scalar::Integer(value).unfit(), Field::Value))
        }

        fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
            Ok(C::number(value).map_or_else(|| Scalar::Unsigned(value).unfit(), Field::Value))
        }

        fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
            Ok(Scalar::Float(value).unfit())
        }

        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok(C::text(text))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
            C::list(list)
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            C::map(map)
        }
    }
    deserializer.deserialize_any(Reader::<C>(PhantomData))
}

/// Reads a word without an allocation of its own.
pub(crate) fn word<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    struct Word<T>(PhantomData<T>);
    impl<T: for<'a> From<&'a str>> Visitor<'_> for Word<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: de::Error>(self, value: &str) -> Result<T, E> {
            Ok(T::from(value))
        }
    }
    deserializer.deserialize_str(Word(PhantomData))
}

/// Reads an integer from a number or a string of digits.
pub(crate) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    match i64::read(deserializer)? {
        Field::Value(value) => Ok(value),
        Field::Absent => Err(de::Error::custom("a whole number is missing")),
        Field::Unfit(value) => Err(de::Error::custom(format_args!("{value} is no whole number"))),
    }
}
