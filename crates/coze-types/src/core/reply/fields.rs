//! Payloads whose fields are next to those of the envelope.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, Visitor,
};

/// A `T` read from an object without the fields of the envelope, which would else end among those that `T`
/// does not know.
pub(super) struct Beside<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Beside<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(Payload(map)))
            }
        }
        deserializer.deserialize_map(Object(PhantomData)).map(Self)
    }
}

struct Payload<A>(A);

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Payload<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.0.next_key::<Cow<'de, str>>()? {
            // `BaseResp` is a remnant in Coze Studio, always null.
            if matches!(&*key, "code" | "msg" | "detail" | "BaseResp") {
                self.0.next_value::<IgnoredAny>()?;
            } else {
                return seed.deserialize(key.into_deserializer()).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.0.next_value_seed(seed)
    }
}
