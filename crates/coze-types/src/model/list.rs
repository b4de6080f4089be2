//! Lists that stand in a query.

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::Value;

use crate::model::lenient::Scalar;

/// Reads the words of a list: one text with commas, one word, or a list.
pub(crate) fn words<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<&'a str>,
{
    let split = |text: &str| text.split(',').filter(|word| !word.is_empty()).map(T::from).collect();
    match Scalar::deserialize(deserializer)? {
        Scalar::Null => Ok(Vec::new()),
        Scalar::Text(text) => Ok(split(&text)),
        Scalar::Integer(number) => Ok(vec![T::from(&number.to_string())]),
        Scalar::Unsigned(number) => Ok(vec![T::from(&number.to_string())]),
        Scalar::Nested(Value::Array(words)) => words
            .iter()
            .filter(|word| !word.is_null())
            .map(|word| match word {
                Value::String(word) => Ok(T::from(word)),
                Value::Number(number) => Ok(T::from(&number.to_string())),
                other => Err(D::Error::custom(format_args!("{other} is no word of a list"))),
            })
            .collect(),
        Scalar::Bool(_) | Scalar::Float(_) | Scalar::Nested(_) => {
            Err(D::Error::custom("expected a list, or a text with commas"))
        }
    }
}
