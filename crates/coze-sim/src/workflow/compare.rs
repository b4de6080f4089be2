//! The comparisons of condition nodes.

use std::cmp::Ordering;

use serde_json::Value;

use super::node::{Comparison, Test};
use super::template::{Scope, plain};

impl Test {
    pub(super) fn holds(&self, scope: &Scope<'_>) -> bool {
        let (left, right) = (self.left.value(scope), self.right.value(scope));
        let order = || order(&left, &right);
        match self.is {
            Comparison::Equal => equal(&left, &right),
            Comparison::Unequal => !equal(&left, &right),
            Comparison::Greater => order() == Some(Ordering::Greater),
            Comparison::GreaterOrEqual => order().is_some_and(Ordering::is_ge),
            Comparison::Less => order() == Some(Ordering::Less),
            Comparison::LessOrEqual => order().is_some_and(Ordering::is_le),
            Comparison::Contains => match &left {
                Value::Array(items) => items.iter().any(|item| equal(item, &right)),
                Value::Object(fields) => fields.contains_key(&plain(&right)),
                text => plain(text).contains(&plain(&right)),
            },
            Comparison::Empty => is_empty(&left),
            Comparison::NotEmpty => !is_empty(&left),
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        value => plain(value).is_empty(),
    }
}

/// Reads a number, or a number in a text.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn equal(left: &Value, right: &Value) -> bool {
    let mixed = left.is_number() || right.is_number();
    match (number(left), number(right)) {
        // 5, 5.0 and "5" are the same number.
        (Some(left), Some(right)) if mixed => (left - right).abs() == 0.0,
        _ => left == right || (!left.is_null() && !right.is_null() && plain(left) == plain(right)),
    }
}

/// Compares numbers, and texts by their characters; other values have no order.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (number(left), number(right)) {
        (Some(left), Some(right)) => left.partial_cmp(&right),
        _ => Some(left.as_str()?.cmp(right.as_str()?)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::template::Build;
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_texts_and_arrays_are_compared() {
        use Comparison::*;
        for (left, is, right, holds) in [
            (json!(5), Equal, json!("5.0"), true),
            (json!("a"), Equal, json!("a"), true),
            (json!(null), Equal, json!(""), false),
            (json!(null), Equal, json!(null), true),
            (json!(true), Equal, json!("true"), true),
            (json!("87.5"), GreaterOrEqual, json!(60), true),
            (json!(9), Less, json!(10), true),
            (json!("9"), Less, json!("10"), true),
            (json!("b"), Greater, json!("a"), true),
            (json!(null), Less, json!(1), false),
            (json!([1, 2]), Contains, json!(2), true),
            (json!("招聘工程师"), Contains, json!("工程"), true),
            (json!([]), Empty, json!(null), true),
            (json!({"a": 1}), NotEmpty, json!(null), true),
            (json!(0), Empty, json!(null), false),
            (json!(1), Unequal, json!(2), true),
        ] {
            let test = Test { left: Build::Fixed(left.clone()), is, right: Build::Fixed(right.clone()) };
            assert_eq!(test.holds(&Scope::default()), holds, "{left} {is:?} {right}");
        }
    }
}
