//! Values as they stand in a query.

use std::borrow::Cow;

/// A value that can stand in a query.
pub trait QueryValue {
    /// Text of the value; `None` leaves the parameter out.
    fn to_query(&self) -> Option<Cow<'_, str>>;
}

impl QueryValue for str {
    fn to_query(&self) -> Option<Cow<'_, str>> {
        Some(self.into())
    }
}

impl<T: QueryValue + ?Sized> QueryValue for &T {
    fn to_query(&self) -> Option<Cow<'_, str>> {
        (**self).to_query()
    }
}

impl QueryValue for String {
    fn to_query(&self) -> Option<Cow<'_, str>> {
        self.as_str().to_query()
    }
}

impl QueryValue for bool {
    fn to_query(&self) -> Option<Cow<'_, str>> {
        Some(if *self { "true" } else { "false" }.into())
    }
}

/// Unset and empty are the same for an optional parameter.
impl<T: QueryValue> QueryValue for Option<T> {
    fn to_query(&self) -> Option<Cow<'_, str>> {
        self.as_ref().and_then(T::to_query).filter(|value| !value.is_empty())
    }
}

/// One value, joined by commas; empty items are dropped, and an empty list is unset.
impl<T: QueryValue> QueryValue for Vec<T> {
    fn to_query(&self) -> Option<Cow<'_, str>> {
        let items: Vec<_> = self.iter().filter_map(T::to_query).filter(|item| !item.is_empty()).collect();
        if items.is_empty() { None } else { Some(items.join(",").into()) }
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl QueryValue for $number {
            fn to_query(&self) -> Option<Cow<'_, str>> {
                Some(self.to_string().into())
            }
        }
    )*};
}

numbers!(u8, u16, u32, u64, i32, i64);
