//! Values with a short and a long form, whose errors keep their position.

use std::fmt;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, MapAccess, SeqAccess, Unexpected, Visitor};

/// Decodes a `T` from an object `M` or, where allowed, from a text, a flag or a list `L`.
///
/// An untagged enum would do the same but hide the error inside of the object.
pub(crate) struct Shape<T, L, M> {
    expected: &'static str,
    map: fn(M) -> T,
    text: Option<fn(String) -> T>,
    flag: Option<fn(bool) -> T>,
    list: Option<fn(L) -> T>,
}

impl<T, L, M> Shape<T, L, M> {
    pub(crate) fn new(expected: &'static str, map: fn(M) -> T) -> Self {
        Self { expected, map, text: None, flag: None, list: None }
    }

    pub(crate) fn or_text(mut self, text: fn(String) -> T) -> Self {
        self.text = Some(text);
        self
    }

    pub(crate) fn or_flag(mut self, flag: fn(bool) -> T) -> Self {
        self.flag = Some(flag);
        self
    }

    pub(crate) fn or_list(mut self, list: fn(L) -> T) -> Self {
        self.list = Some(list);
        self
    }
}

impl<'de, T, L: Deserialize<'de>, M: Deserialize<'de>> Visitor<'de> for Shape<T, L, M> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        match self.text {
            Some(make) => Ok(make(text.to_owned())),
            None => Err(E::invalid_type(Unexpected::Str(text), &self)),
        }
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<T, E> {
        match self.flag {
            Some(make) => Ok(make(flag)),
            None => Err(E::invalid_type(Unexpected::Bool(flag), &self)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<T, A::Error> {
        match self.list {
            Some(make) => L::deserialize(SeqAccessDeserializer::new(items)).map(make),
            None => Err(A::Error::invalid_type(Unexpected::Seq, &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        M::deserialize(MapAccessDeserializer::new(map)).map(self.map)
    }
}
