//! How the fields of an answer are read and written: see the macro `answer!`.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use crate::model::lenient::{self, Collection, Field};

/// A struct whose fields are read by name, in any order.
pub(crate) trait Fields: Sized {
    /// What errors say was expected.
    const EXPECTED: &'static str;

    /// Reads all fields of an object, and names a required one that is not there or does not fit.
    fn read<'de, A: MapAccess<'de>>(object: A, flaw: &mut Option<Flaw>) -> Result<Self, A::Error>;
}

/// A required field that has no value.
pub(crate) struct Flaw {
    /// Name on the wire.
    pub(crate) field: &'static str,
    /// Whether there is a value, of another kind.
    pub(crate) unfit: bool,
}

/// Reads a part of another object; without its id it is better than none.
pub(crate) fn read_part<'de, T: Fields, D: Deserializer<'de>>(deserializer: D) -> Result<Field<T>, D::Error> {
    struct Object<T>(PhantomData<T>);
    impl<'de, T: Fields> Collection<'de> for Object<T> {
        type Output = T;

        fn map<A: MapAccess<'de>>(object: A) -> Result<Field<T>, A::Error> {
            T::read(object, &mut None).map(Field::Value)
        }
    }
    lenient::collection::<Object<T>, D>(deserializer)
}

/// Reads an object as `T`.
pub(crate) fn read<'de, T: Fields, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Object<T>(PhantomData<T>);
    impl<'de, T: Fields> Visitor<'de> for Object<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(T::EXPECTED)
        }

        fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<T, A::Error> {
            let mut flaw = None;
            let value = T::read(object, &mut flaw);
            match flaw {
                Some(Flaw { field, unfit: false }) => Err(de::Error::missing_field(field)),
                Some(Flaw { field, unfit: true }) => {
                    Err(de::Error::custom(format_args!("the value of `{field}` is of the wrong kind")))
                }
                None => value,
            }
        }
    }
    deserializer.deserialize_map(Object(PhantomData))
}

/// Name of a field, read in place where it has no escapes.
pub(crate) struct Key<'de>(Cow<'de, str>);

impl Deref for Key<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<Key<'_>> for String {
    fn from(key: Key<'_>) -> Self {
        key.0.into_owned()
    }
}

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;
        impl<'de> Visitor<'de> for Name {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a field")
            }

            fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(name)))
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Key<'de>, E> {
                self.visit_string(name.to_owned())
            }

            fn visit_string<E: de::Error>(self, name: String) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(name)))
            }
        }
        deserializer.deserialize_str(Name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::bot::PluginInfo;
    use crate::chat::{ToolCall, Usage};
    use crate::message::Message;

    #[test]
    fn what_is_unset_is_read_as_absent_and_not_written() {
        let message: Message = serde_json::from_str(
            r#"{"id": 7, "role": null, "content": null, "meta_data": null, "created_at": "5", "new": [null, 1.25]}"#,
        )
        .unwrap();
        let written = serde_json::to_value(&message).unwrap();
        assert_eq!(written, json!({"id": "7", "content": "", "created_at": 5, "new": [null, 1.25]}));
        assert_eq!(serde_json::from_value::<Message>(written).unwrap(), message);
    }

    #[test]
    fn names_may_be_escaped_and_the_last_of_two_counts() {
        let text = r#"{"\u0069d": "1", "t\u0079pe": "function", "id": "2", "\u006eew": 1, "new": 2}"#;
        let call: ToolCall = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_value(call).unwrap(), json!({"id": "2", "type": "function", "new": 2}));
    }

    #[test]
    fn errors_name_the_field_or_the_struct() {
        let error = |text| serde_json::from_str::<ToolCall>(text).unwrap_err().to_string();
        assert!(error(r#"{"type": "function"}"#).starts_with("missing field `id`"));
        assert!(error(r#"{"id": null}"#).starts_with("missing field `id`"));
        assert!(error(r#"{"id": []}"#).starts_with("the value of `id` is of the wrong kind"));
        assert!(error("[]").contains("expected struct ToolCall"));
        assert!(error(r#"{"id": "1""#).starts_with("EOF"));
        let error = serde_json::from_str::<PluginInfo>(r#"{"api_info_list": []}"#).unwrap_err();
        assert!(error.to_string().starts_with("missing field `plugin_id`"), "{error}");
        for broken in [r#"{"token_count": "many"#, r#"{"token_count": ["many"}"#, r#"{"token_count": {]}}"#] {
            assert!(serde_json::from_str::<Usage>(broken).is_err(), "{broken}");
        }
    }
}
