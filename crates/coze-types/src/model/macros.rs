//! Macros for what repeats in every resource; the items themselves stay ordinary Rust.

/// One setter for each optional field of a request, named like the field; with `= {`, for fields that always have a value.
macro_rules! setters {
    ($name:ident = { $($field:ident: $type:ty),+ $(,)? }) => {
        impl $name {
            $(
                #[doc = concat!("Sets [`", stringify!($field), "`](Self#structfield.", stringify!($field), ").")]
                #[must_use]
                pub fn $field(mut self, $field: $type) -> Self {
                    self.$field = $field;
                    self
                }
            )+
        }
    };
    ($name:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        impl $name {
            $(
                #[doc = concat!("Sets [`", stringify!($field), "`](Self#structfield.", stringify!($field), ").")]
                #[must_use]
                pub fn $field(mut self, $field: impl Into<$type>) -> Self {
                    self.$field = Some($field.into());
                    self
                }
            )+
        }
    };
}

/// Makes an enum of words open: what it does not know goes into its `Unknown(Box<str>)` and comes out as it
/// was. The first word of a variant is the one that is written.
macro_rules! open_enum {
    ($name:ident { $($variant:ident = $word:literal $(| $alias:literal)*),+ $(,)? }) => {
        impl $name {
            /// Word on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Unknown(word) => word,
                }
            }

            /// Whether this version knows the word.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::Unknown(_))
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word {
                    $($word $(| $alias)* => Self::$variant,)+
                    word => Self::Unknown(word.into()),
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                Self::from(word.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(word))
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, word: &str) -> bool {
                self.as_str() == word
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, word: &&str) -> bool {
                self.as_str() == *word
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::model::lenient::word(deserializer)
            }
        }

        impl crate::model::lenient::Lenient for $name {
            fn read<'de, D: serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<crate::model::lenient::Field<Self>, D::Error> {
                crate::model::lenient::read_word(deserializer)
            }

            #[inline]
            fn is_something(&self) -> bool {
                !matches!(self, Self::Unknown(word) if word.is_empty())
            }
        }

        impl crate::model::query_value::QueryValue for $name {
            fn to_query(&self) -> Option<std::borrow::Cow<'_, str>> {
                Some(self.as_str().into())
            }
        }
    };
}

/// Makes an enum of numbers open, as [`open_enum!`] does for words; the rest goes into `Unknown(i64)`.
macro_rules! open_number {
    ($name:ident { $($variant:ident = $number:literal),+ $(,)? }) => {
        impl $name {
            /// Number on the wire.
            pub fn as_i64(&self) -> i64 {
                match self {
                    $(Self::$variant => $number,)+
                    Self::Unknown(number) => *number,
                }
            }
        }

        impl From<i64> for $name {
            fn from(number: i64) -> Self {
                match number {
                    $($number => Self::$variant,)+
                    number => Self::Unknown(number),
                }
            }
        }

        impl From<$name> for i64 {
            fn from(value: $name) -> Self {
                value.as_i64()
            }
        }

        impl PartialEq<i64> for $name {
            fn eq(&self, number: &i64) -> bool {
                self.as_i64() == *number
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_i64(self.as_i64())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::model::lenient::integer(deserializer).map(Self::from)
            }
        }

        impl crate::model::lenient::Lenient for $name {
            fn read<'de, D: serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<crate::model::lenient::Field<Self>, D::Error> {
                <i64 as crate::model::lenient::Lenient>::read(deserializer).map(|field| field.map(Self::from))
            }
        }

        impl crate::model::query_value::QueryValue for $name {
            fn to_query(&self) -> Option<std::borrow::Cow<'_, str>> {
                Some(self.as_i64().to_string().into())
            }
        }
    };
}

/// Declares an answer: a struct whose fields have a word in brackets where they are not like most.
///
/// ```ignore
/// answer! {
///     /// A chat.
///     #[derive(Clone, Debug, PartialEq)]
///     pub struct Chat {
///         /// Id.
///         id: ChatId [required],
///         /// Kind.
///         kind: Option<Kind> [rename = "type", alias = "kind"],
///         /// Pairs.
///         meta_data: MetaData [skip_if_empty],
///     }
/// }
/// ```
///
/// | field | read | written |
/// | --- | --- | --- |
/// | `T [required]` | an error where it is absent, unless the struct is a part of another | always |
/// | `Option<T>` | `None` where it is absent or null, or an empty id or word | where it is there |
/// | `T` | empty where it is absent or null | always |
/// | `T [skip_if_empty]` | empty where it is absent or null | where it is not empty |
///
/// The fields are public. All that the struct does not name is kept in its field `extra`, and so is a value that does not fit its
/// field: it must not cost the answer. A struct with required fields has a `new` that takes them; the others derive `Default`.
///
/// The derives of serde do the same in five times as much code: they made this crate a quarter slower to compile and
/// programs 50 KB larger.
macro_rules! answer {
    // Sorts the fields, one after another: `[how name (type) [name on the wire] [other names]]`.
    (@field [$($head:tt)*] [$($new:tt)*] [$($done:tt)*]
        $(#[$doc:meta])* $field:ident: $type:ty [required $(, rename = $word:literal)? $(, alias = $alias:literal)*], $($rest:tt)*
    ) => {
        answer!(@field [$($head)*] [$($new)* ($field: $type)]
            [$($done)* [[$(#[$doc])*] required $field ($type) [$($word)?] [$($alias)*]]] $($rest)*);
    };
    (@field $head:tt $new:tt [$($done:tt)*]
        $(#[$doc:meta])* $field:ident: $type:ty [skip_if_empty $(, rename = $word:literal)? $(, alias = $alias:literal)*], $($rest:tt)*
    ) => {
        answer!(@field $head $new
            [$($done)* [[$(#[$doc])*] sparse $field ($type) [$($word)?] [$($alias)*]]] $($rest)*);
    };
    (@field $head:tt $new:tt [$($done:tt)*]
        $(#[$doc:meta])* $field:ident: Option<$type:ty> $([rename = $word:literal $(, alias = $alias:literal)*])?, $($rest:tt)*
    ) => {
        answer!(@field $head $new
            [$($done)* [[$(#[$doc])*] optional $field (Option<$type>) [$($word)?] [$($($alias)*)?]]] $($rest)*);
    };
    (@field $head:tt $new:tt [$($done:tt)*]
        $(#[$doc:meta])* $field:ident: Option<$type:ty> [alias = $alias:literal $(, alias = $more:literal)*], $($rest:tt)*
    ) => {
        answer!(@field $head $new
            [$($done)* [[$(#[$doc])*] optional $field (Option<$type>) [] [$alias $($more)*]]] $($rest)*);
    };
    (@field $head:tt $new:tt [$($done:tt)*]
        $(#[$doc:meta])* $field:ident: $type:ty $([rename = $word:literal $(, alias = $alias:literal)*])?, $($rest:tt)*
    ) => {
        answer!(@field $head $new
            [$($done)* [[$(#[$doc])*] lenient $field ($type) [$($word)?] [$($($alias)*)?]]] $($rest)*);
    };
    // Writes what they make together.
    (@field [$(#[$attribute:meta])* $vis:vis struct $name:ident] $new:tt
        [$([[$(#[$doc:meta])*] $how:ident $field:ident ($type:ty) [$($word:literal)?] [$($alias:literal)*]])*]
    ) => {
        $(#[$attribute])*
        #[non_exhaustive]
        $vis struct $name {
            $($(#[$doc])* pub $field: $type,)*
            /// Fields that this version does not know.
            pub extra: crate::model::lenient::Extra,
        }

        answer!(@new $name $new [$($field)*]);

        impl crate::model::answer::Fields for $name {
            const EXPECTED: &'static str = concat!("struct ", stringify!($name));

            fn read<'de, A: serde::de::MapAccess<'de>>(
                mut object: A,
                flaw: &mut Option<crate::model::answer::Flaw>,
            ) -> Result<Self, A::Error> {
                let mut value = Self { $($field: Default::default(),)* extra: crate::model::lenient::Extra::new() };
                $(answer!(@begin $how $field);)*
                // A struct without required fields has none.
                let _ = &flaw;
                while let Some(key) = object.next_key::<crate::model::answer::Key<'de>>()? {
                    match &*key {
                        $(answer!(@word $field $($word)?) $(| $alias)* => {
                            let read = object.next_value::<crate::model::lenient::Field<_>>()?;
                            let read = read.or_keep(&key, &mut value.extra);
                            answer!(@read $how read value $field);
                        })*
                        _ => {
                            value.extra.insert(key.into(), object.next_value()?);
                        }
                    }
                }
                $(answer!(@end $how flaw value $field $($word)?);)*
                Ok(value)
            }
        }

        impl crate::model::lenient::Lenient for $name {
            fn read<'de, D: serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<crate::model::lenient::Field<Self>, D::Error> {
                crate::model::answer::read_part(deserializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::model::answer::read(deserializer)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;
                let mut object = serializer.serialize_map(None)?;
                $(answer!(@write $how object self $field $($word)?);)*
                for (name, value) in &self.extra {
                    object.serialize_entry(name, value)?;
                }
                object.end()
            }
        }
    };
    (@new $name:ident [] $fields:tt) => {};
    (@new $name:ident [$(($new:ident: $type:ty))+] [$($field:ident)*]) => {
        impl $name {
            /// Creates it with the required fields; all others are unset.
            pub fn new($($new: impl Into<$type>),+) -> Self {
                let mut value = Self { $($field: Default::default(),)* extra: crate::model::lenient::Extra::new() };
                $(value.$new = $new.into();)+
                value
            }
        }
    };
    (@word $field:ident) => { stringify!($field) };
    (@word $field:ident $word:literal) => { $word };
    (@begin required $field:ident) => { let mut $field = false; };
    (@begin $how:ident $field:ident) => {};
    (@read required $read:ident $value:ident $field:ident) => {
        if let Some(read) = $read {
            $value.$field = read;
            $field = true;
        }
    };
    (@read optional $read:ident $value:ident $field:ident) => {
        $value.$field = $read.filter(crate::model::lenient::Lenient::is_something);
    };
    (@read $how:ident $read:ident $value:ident $field:ident) => {
        $value.$field = $read.unwrap_or_default();
    };
    (@end required $flaw:ident $value:ident $field:ident $($word:literal)?) => {
        if !$field {
            let field = answer!(@word $field $($word)?);
            let unfit = $value.extra.contains_key(field);
            *$flaw = Some(crate::model::answer::Flaw { field, unfit });
        }
    };
    (@end $how:ident $flaw:ident $value:ident $field:ident $($word:literal)?) => {};
    (@write optional $object:ident $self:ident $field:ident $($word:literal)?) => {
        if let Some(value) = &$self.$field {
            $object.serialize_entry(answer!(@word $field $($word)?), value)?;
        }
    };
    (@write sparse $object:ident $self:ident $field:ident $($word:literal)?) => {
        if !$self.$field.is_empty() {
            $object.serialize_entry(answer!(@word $field $($word)?), &$self.$field)?;
        }
    };
    (@write $how:ident $object:ident $self:ident $field:ident $($word:literal)?) => {
        $object.serialize_entry(answer!(@word $field $($word)?), &$self.$field)?;
    };
    ($(#[$attribute:meta])* $vis:vis struct $name:ident { $($fields:tt)* }) => {
        answer!(@field [$(#[$attribute])* $vis struct $name] [] [] $($fields)*);
    };
}
