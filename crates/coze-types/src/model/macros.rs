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

/// `new` and the setters of a request or a part of one: `new` takes what stands in parentheses; fields in brackets are empty
/// at first and have no setter, those in braces are unset at first, and those in `= { … }` have a value.
///
/// ```ignore
/// builder!(ListThings(space_id: WorkspaceId) [tags] { keyword: String } = { page_num: u32 = 1, page_size: u32 = 20 });
/// ```
macro_rules! builder {
    ($(#[$doc:meta])* $name:ident($($new:ident: $new_type:ty),+)
        $([$($empty:ident),+])?
        $({ $($field:ident: $type:ty),+ $(,)? })?
        $(= { $($value:ident: $value_type:ty = $first:literal),+ $(,)? })?
    ) => {
        impl $name {
            /// Creates it with the required fields; the others are unset, or what the server takes by default.
            $(#[$doc])*
            pub fn new($($new: impl Into<$new_type>),+) -> Self {
                Self {
                    $($new: $new.into(),)+
                    $($($empty: Default::default(),)+)?
                    $($($field: None,)+)?
                    $($($value: $first,)+)?
                }
            }
        }

        $(setters!($name { $($field: $type),+ });)?
        $(setters!($name = { $($value: $value_type),+ });)?
    };
}

/// Makes a list whose pages have numbers: the fields of the request with number and size, the answer with its items and how
/// it says that there are more, and the item with its id. With `<=`, that is the only rule of the request.
///
/// ```ignore
/// paged!(ListThings { page_num, page_size <= 50 } => ThingPage { items, total: total_count } of Thing { id });
/// ```
macro_rules! paged {
    ($name:ident { $number:ident, $size:ident <= $limit:literal } => $($rest:tt)+) => {
        paged!($name { $number, $size } => $($rest)+);

        impl $name {
            /// Lists what the documentation forbids.
            #[inline]
            pub fn validate(&self) -> Vec<crate::core::validate::ValidationError> {
                crate::core::validate::validate_page(self.$number, self.$size, $limit)
            }
        }
    };
    ($name:ident { $number:ident, $size:ident } => $page:ident { $items:ident, $how:ident: $more:ident } of $item:ident { $id:ident }) => {
        impl crate::core::paged::Paged for $name {
            type Item = $item;

            fn page(answer: $page) -> crate::core::paged::Page<$item> {
                crate::core::paged::Page::new(answer.$items).$how(answer.$more)
            }

            fn position(&mut self) -> crate::core::paged::Position<'_> {
                crate::core::paged::Position::number(&mut self.$number, self.$size)
            }

            fn key(item: &$item) -> Option<&str> {
                Some(item.$id.as_str())
            }
        }
    };
}

/// Declares an open enum of words: what it does not know goes into its `Unknown(Box<str>)` and comes out as it was. The
/// first word of a variant is the one that is written.
///
/// ```ignore
/// open_enum! {
///     /// Role of a user.
///     pub enum Role {
///         /// Owns it.
///         Owner = "owner",
///         /// Works in it.
///         Member = "member" | "user",
///     }
/// }
/// ```
macro_rules! open_enum {
    ($(#[$attribute:meta])* $vis:vis enum $name:ident {
        $($(#[$doc:meta])* $variant:ident = $word:literal $(| $alias:literal)*,)+
    }) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$doc])* $variant,)+
            /// A word that this version does not know.
            Unknown(Box<str>),
        }

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

/// Declares an open enum of numbers, as [`open_enum!`] does of words; the rest goes into `Unknown(i64)`.
macro_rules! open_number {
    ($(#[$attribute:meta])* $vis:vis enum $name:ident {
        $($(#[$doc:meta])* $variant:ident = $number:literal,)+
    }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$doc])* $variant,)+
            /// A number that this version does not know.
            Unknown(i64),
        }

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
/// All derive `Clone`, `Debug` and `PartialEq`; one with attributes of its own names what it derives.
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
    // Adds the derives of most.
    (@field [auto [$($docs:tt)*] $($head:tt)*] [] $done:tt) => {
        answer!(@field [#[derive(Clone, Debug, Default, PartialEq)] $($docs)* $($head)*] [] $done);
    };
    (@field [auto [$($docs:tt)*] $($head:tt)*] $new:tt $done:tt) => {
        answer!(@field [#[derive(Clone, Debug, PartialEq)] $($docs)* $($head)*] $new $done);
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
    ($(#[doc = $doc:tt])* $vis:vis struct $name:ident { $($fields:tt)* }) => {
        answer!(@field [auto [$(#[doc = $doc])*] $vis struct $name] [] [] $($fields)*);
    };
    ($(#[$attribute:meta])* $vis:vis struct $name:ident { $($fields:tt)* }) => {
        answer!(@field [$(#[$attribute])* $vis struct $name] [] [] $($fields)*);
    };
}
