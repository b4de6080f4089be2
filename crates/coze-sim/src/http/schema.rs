//! Rules for fields, and the validation of requests.

use serde_json::{Map, Value};

use crate::state::Id;
use crate::state::refusal::Refusal;

/// Describes one field of a request body or query.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    name: &'static str,
    kind: Kind,
    required: bool,
    official_only: bool,
    /// Further rules of the page.
    page: Page,
}

/// Rules of a page that official clients violate: they apply if the simulator is strict.
#[derive(Clone, Copy, Debug)]
enum Page {
    Same,
    Requires,
    Allows(&'static Kind),
}

impl Field {
    pub(crate) const fn new(name: &'static str, kind: Kind, required: bool) -> Self {
        Self { name, kind, required, official_only: false, page: Page::Same }
    }

    /// Marks an optional field.
    pub(crate) const fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// Marks a field that self-hosted Coze Studio does not know, and therefore ignores.
    pub(crate) const fn official(mut self) -> Self {
        self.official_only = true;
        self
    }

    /// Marks a field that the page requires, but official clients omit.
    pub(crate) const fn required_by_page(mut self) -> Self {
        self.page = Page::Requires;
        self
    }

    /// Sets the rule of the page, which is stricter than official clients.
    pub(crate) const fn page_allows(mut self, kind: &'static Kind) -> Self {
        self.page = Page::Allows(kind);
        self
    }

    fn kind(&self, rules: Rules) -> &Kind {
        match self.page {
            Page::Allows(kind) if rules.by_the_page => kind,
            _ => &self.kind,
        }
    }

    fn is_required(&self, rules: Rules) -> bool {
        self.required || rules.by_the_page && matches!(self.page, Page::Requires)
    }
}

/// Returns the names of all fields.
pub(crate) fn names(fields: &[Field]) -> impl Iterator<Item = &'static str> {
    fields.iter().map(|field| field.name)
}

/// Values of a field.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Any text.
    Text,
    /// Text that is not empty.
    Filled,
    /// Text of at most this many characters.
    Short(usize),
    /// Text of at least one character, and at most this many.
    Name(usize),
    /// Text of at least one byte, and at most this many.
    Bytes(usize),
    /// Text of 1 to 19 digits.
    Id,
    /// An id as a text or, as some SDKs send it, as a number.
    AnyId,
    Bool,
    /// An integer in the range.
    Int(i64, i64),
    /// One of several integers.
    OneInt(&'static [i64]),
    /// A number in the range.
    Number(f64, f64),
    OneOf(&'static [&'static str]),
    /// Up to 16 pairs of text: keys of 1 to 64, values of 1 to 512 characters.
    MetaData,
    /// Pairs of text with the given names; without any given, names of English letters and underscores.
    Pairs(&'static [&'static str]),
    /// Any object.
    Map,
    /// An object, or a text that contains one.
    Parameters,
    /// An object of JSON texts.
    Texts,
    List(usize, &'static Kind),
    Object(&'static [Field]),
    /// What SDKs send in a message although only responses have it: any text or number.
    Echo,
}

/// How strictly a dialect validates requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// Whether unknown fields are rejected and the documented limits apply; otherwise only types are validated.
    pub(crate) strict: bool,
    /// Whether an empty text means an absent id or word, and an empty query value an absent one.
    pub(crate) empty_is_absent: bool,
    /// Whether what official clients send in violation of the documentation is rejected.
    pub(crate) by_the_page: bool,
}

/// Validates a JSON object and removes values that mean "absent", so that it can be deserialized.
///
/// `path` is the path of the object; it is empty for a whole body or query.
pub(crate) fn check(
    fields: &[Field],
    object: &mut Map<String, Value>,
    path: &str,
    rules: Rules,
) -> Result<(), Refusal> {
    object.retain(|_, value| !value.is_null());
    if rules.strict
        && let Some(name) = object.keys().find(|name| fields.iter().all(|field| field.name != name.as_str()))
    {
        let known: Vec<&str> = names(fields).collect();
        return Err(Refusal::invalid(
            join(path, name),
            format!("unknown field; known here: {}", known.join(", ")),
        ));
    }
    for field in fields {
        if field.official_only && !rules.strict {
            object.remove(field.name);
            continue;
        }
        let empty = rules.empty_is_absent
            && matches!(field.kind, Kind::Id | Kind::AnyId | Kind::OneOf(_))
            && object.get(field.name) == Some(&Value::String(String::new()));
        if empty {
            object.remove(field.name);
        }
        match object.get_mut(field.name) {
            Some(value) => check_value(field.kind(rules), value, &join(path, field.name), rules)?,
            None if field.is_required(rules) => {
                let problem = format!("required, but missing; expected {}", field.kind(rules).expected());
                return Err(Refusal::invalid(join(path, field.name), problem));
            }
            None => {}
        }
    }
    Ok(())
}

fn check_value(kind: &Kind, value: &mut Value, path: &str, rules: Rules) -> Result<(), Refusal> {
    let wrong = |value: &Value| {
        Err(Refusal::invalid(path, format!("expected {}, got {}", kind.expected(), brief(value))))
    };
    match (kind, &mut *value) {
        (Kind::Text, Value::String(_))
        | (Kind::Bool, Value::Bool(_))
        | (Kind::Map | Kind::Parameters, Value::Object(_))
        | (Kind::Echo, Value::String(_) | Value::Number(_)) => Ok(()),
        (Kind::Parameters, Value::String(text)) => match serde_json::from_str(text) {
            Ok(object @ Value::Object(_)) => {
                *value = object;
                Ok(())
            }
            _ => wrong(value),
        },
        (Kind::Filled, Value::String(text)) if !text.is_empty() || !rules.strict => Ok(()),
        (Kind::Short(max), Value::String(text)) => {
            at_most(path, "characters", *max, text.chars().count(), rules)
        }
        (Kind::Name(max), Value::String(text)) if !text.is_empty() => {
            at_most(path, "characters", *max, text.chars().count(), rules)
        }
        (Kind::Bytes(max), Value::String(text)) if !text.is_empty() => {
            at_most(path, "bytes", *max, text.len(), rules)
        }
        (Kind::Id | Kind::AnyId, Value::String(text)) if Id::parse(text).is_some() => Ok(()),
        (Kind::AnyId, Value::Number(number)) if Id::parse(&number.to_string()).is_some() => {
            *value = Value::String(number.to_string());
            Ok(())
        }
        (Kind::Int(min, max), Value::Number(number)) => match number.as_i64() {
            Some(number) if !rules.strict || (*min..=*max).contains(&number) => Ok(()),
            _ => wrong(value),
        },
        (Kind::OneInt(numbers), Value::Number(number))
            if number.as_i64().is_some_and(|number| numbers.contains(&number)) =>
        {
            Ok(())
        }
        (Kind::Number(min, max), Value::Number(number))
            if number.as_f64().is_some_and(|number| (*min..=*max).contains(&number)) =>
        {
            Ok(())
        }
        (Kind::OneOf(words), Value::String(text)) if !rules.strict || words.contains(&text.as_str()) => {
            Ok(())
        }
        (Kind::MetaData, Value::Object(pairs)) => check_meta_data(pairs, path, rules),
        (Kind::Pairs(names), Value::Object(pairs)) => check_pairs(names, pairs, path, rules),
        (Kind::Texts, Value::Object(pairs)) => check_pairs_are_text(pairs, path),
        (Kind::List(max, kind), Value::Array(items)) => {
            at_most(path, "items", *max, items.len(), rules)?;
            items
                .iter_mut()
                .enumerate()
                .try_for_each(|(index, item)| check_value(kind, item, &format!("{path}[{index}]"), rules))
        }
        (Kind::Object(fields), Value::Object(object)) => check(fields, object, path, rules),
        _ => wrong(value),
    }
}

fn check_meta_data(pairs: &Map<String, Value>, path: &str, rules: Rules) -> Result<(), Refusal> {
    check_pairs_are_text(pairs, path)?;
    at_most(path, "pairs", 16, pairs.len(), rules)?;
    for (key, value) in pairs.iter().filter(|_| rules.strict) {
        let lengths = (key.chars().count(), value.as_str().map_or(0, |value| value.chars().count()));
        if !(1..=64).contains(&lengths.0) {
            let problem = format!("expected keys of 1 to 64 characters, got one of {}", lengths.0);
            return Err(Refusal::invalid(path, problem));
        }
        if !(1..=512).contains(&lengths.1) {
            let problem = format!("expected a text of 1 to 512 characters, got {}", lengths.1);
            return Err(Refusal::invalid(join(path, key), problem));
        }
    }
    Ok(())
}

fn check_pairs(names: &[&str], pairs: &Map<String, Value>, path: &str, rules: Rules) -> Result<(), Refusal> {
    check_pairs_are_text(pairs, path)?;
    for key in pairs.keys().filter(|_| rules.strict) {
        if names.is_empty() {
            if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_') {
                let problem = "names consist of English letters and underscores only";
                return Err(Refusal::invalid(join(path, key), problem));
            }
        } else if !names.contains(&key.as_str()) {
            let problem = format!("unknown key; known here: {}", names.join(", "));
            return Err(Refusal::invalid(join(path, key), problem));
        }
    }
    Ok(())
}

fn check_pairs_are_text(pairs: &Map<String, Value>, path: &str) -> Result<(), Refusal> {
    match pairs.iter().find(|(_, value)| !value.is_string()) {
        None => Ok(()),
        Some((key, value)) => {
            Err(Refusal::invalid(join(path, key), format!("expected a text, got {}", brief(value))))
        }
    }
}

fn at_most(path: &str, what: &str, max: usize, got: usize, rules: Rules) -> Result<(), Refusal> {
    if rules.strict && got > max {
        return Err(Refusal::invalid(path, format!("at most {max} {what}, got {got}")));
    }
    Ok(())
}

/// Converts query pairs to the JSON object that [`check`] expects.
pub(crate) fn query_object(
    fields: &[Field],
    pairs: Vec<(String, String)>,
    rules: Rules,
) -> Result<Map<String, Value>, Refusal> {
    let mut object = Map::new();
    for (name, text) in pairs {
        if text.is_empty() && rules.empty_is_absent {
            continue;
        }
        let kind = fields.iter().find(|field| field.name == name).map(|field| &field.kind);
        let value = match kind {
            Some(Kind::Int(..) | Kind::OneInt(_)) => text.parse::<i64>().map(Value::from).ok(),
            Some(Kind::Bool) => text.parse::<bool>().map(Value::from).ok(),
            _ => None,
        };
        if object.contains_key(&name) && rules.strict {
            return Err(Refusal::invalid(name, "given more than once"));
        }
        object.insert(name, value.unwrap_or(Value::String(text)));
    }
    Ok(object)
}

impl Kind {
    fn expected(&self) -> String {
        match self {
            Self::Text => "a text".into(),
            Self::Filled => "a text that is not empty".into(),
            Self::Short(max) => format!("a text of at most {max} characters"),
            Self::Name(max) => format!("a text of 1 to {max} characters"),
            Self::Bytes(max) => format!("a text of 1 to {max} bytes"),
            Self::Id => "an id (a text of up to 19 digits)".into(),
            Self::AnyId => "an id (up to 19 digits)".into(),
            Self::Bool => "true or false".into(),
            Self::Int(min, i64::MAX) => format!("an integer of at least {min}"),
            Self::Int(min, max) => format!("an integer from {min} to {max}"),
            Self::OneInt(numbers) => {
                let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
                format!("one of {}", numbers.join(", "))
            }
            Self::Number(min, max) => format!("a number from {min} to {max}"),
            Self::OneOf(words) => format!("one of {}", words.join(", ")),
            Self::MetaData => "an object of up to 16 texts".into(),
            Self::Pairs(_) | Self::Texts => "an object of texts".into(),
            Self::Map | Self::Object(_) => "an object".into(),
            Self::Parameters => "an object, or a text that contains one".into(),
            Self::List(max, _) => format!("an array of at most {max} items"),
            Self::Echo => "a text or a number".into(),
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Shows a value in an error message, shortened.
pub(crate) fn brief(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("an array of {}", items.len()),
        Value::Object(_) => "an object".into(),
        scalar => {
            let text = scalar.to_string();
            match text.char_indices().nth(40) {
                Some((end, _)) => format!("{}…", &text[..end]),
                None => text,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::http::fields::{Fields, fields, read};
    use serde_json::json;

    fields! {
        struct Item {
            role: String => OneOf(&["user", "assistant"]),
        }
    }

    fields! {
        struct All {
            bot_id: Id,
            name: Option<String> => Short(3),
            limit: Option<usize> => Int(1, 50),
            flag: Option<bool>; official,
            meta_data: BTreeMap<String, String> => MetaData; optional,
            extra: Option<BTreeMap<String, String>> => Pairs(&["latitude"]),
            variables: Option<BTreeMap<String, String>> => Pairs(&[]),
            items: Vec<Item> => List(2, &Item::KIND); optional,
            title: Option<String> => Name(3),
            input: Option<String> => Bytes(6),
            any: Option<Id> as "any_id" => AnyId,
            rate: Option<u32> => OneInt(&[8000, 16000]),
            speed: Option<f64> => Number(0.5, 2.0),
            parameters: Option<Map<String, Value>>; required_by_page,
            page_size: Option<usize> => Int(1, 100); page_allows(&Int(1, 30)),
        }
    }

    const FIELDS: &[Field] = All::FIELDS;
    const STRICT: Rules = Rules { strict: true, empty_is_absent: true, by_the_page: false };
    const PAGE: Rules = Rules { by_the_page: true, ..STRICT };
    const LOOSE: Rules = Rules { strict: false, empty_is_absent: false, by_the_page: false };

    fn problem(value: Value, rules: Rules) -> String {
        let Value::Object(object) = value else { panic!("not an object") };
        match read::<All>(object, "", rules) {
            Ok(_) => "fine".into(),
            Err(Refusal::Invalid(text)) => text,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn strict_rules_name_the_field_and_what_was_expected() {
        for (value, expected) in [
            (json!({"bot_id": "1"}), "fine"),
            (json!({"bot_id": "1", "name": null, "items": null}), "fine"),
            (json!({}), "bot_id: required, but missing; expected an id (a text of up to 19 digits)"),
            (
                json!({"bot_id": ""}),
                "bot_id: required, but missing; expected an id (a text of up to 19 digits)",
            ),
            (json!({"bot_id": 1}), "bot_id: expected an id (a text of up to 19 digits), got 1"),
            (json!({"bot_id": "1", "name": "四个汉字"}), "name: at most 3 characters, got 4"),
            (json!({"bot_id": "1", "name": "三个字"}), "fine"),
            (json!({"bot_id": "1", "limit": 51}), "limit: expected an integer from 1 to 50, got 51"),
            (json!({"bot_id": "1", "limit": 1.5}), "limit: expected an integer from 1 to 50, got 1.5"),
            (json!({"bot_id": "1", "flag": "true"}), "flag: expected true or false, got \"true\""),
            (json!({"bot_id": "1", "meta_data": {"k": 1}}), "meta_data.k: expected a text, got 1"),
            (
                json!({"bot_id": "1", "meta_data": {"k": ""}}),
                "meta_data.k: expected a text of 1 to 512 characters, got 0",
            ),
            (json!({"bot_id": "1", "extra": {"x": "1"}}), "extra.x: unknown key; known here: latitude"),
            (
                json!({"bot_id": "1", "variables": {"a-b": "1"}}),
                "variables.a-b: names consist of English letters and underscores only",
            ),
            (
                json!({"bot_id": "1", "items": [{"role": "user"}, {"role": "bot"}]}),
                "items[1].role: expected one of user, assistant, got \"bot\"",
            ),
            (json!({"bot_id": "1", "items": [{}, {}, {}]}), "items: at most 2 items, got 3"),
            (json!({"bot_id": "1", "title": ""}), "title: expected a text of 1 to 3 characters, got \"\""),
            (json!({"bot_id": "1", "title": "四个汉字"}), "title: at most 3 characters, got 4"),
            (json!({"bot_id": "1", "input": "三个字"}), "input: at most 6 bytes, got 9"),
            (json!({"bot_id": "1", "input": "两字", "any_id": 9_223_372_036_854_775_807_u64}), "fine"),
            (json!({"bot_id": "1", "any_id": -1}), "any_id: expected an id (up to 19 digits), got -1"),
            (json!({"bot_id": "1", "rate": 8001}), "rate: expected one of 8000, 16000, got 8001"),
            (json!({"bot_id": "1", "speed": 2.1}), "speed: expected a number from 0.5 to 2, got 2.1"),
            (json!({"bot_id": "1", "speed": 1, "rate": 8000}), "fine"),
            (
                json!({"bot_id": "1", "items": [{"role": "user", "rol": 1}]}),
                "items[0].rol: unknown field; known here: role",
            ),
        ] {
            assert_eq!(problem(value.clone(), STRICT), expected, "{value}");
        }
    }

    #[test]
    fn what_clients_send_against_the_page_is_refused_by_the_page_only() {
        for (value, expected) in [
            (json!({"bot_id": "1"}), "parameters: required, but missing; expected an object"),
            (
                json!({"bot_id": "1", "parameters": {}, "page_size": 100}),
                "page_size: expected an integer from 1 to 30, got 100",
            ),
        ] {
            assert_eq!(problem(value.clone(), PAGE), expected, "{value}");
            assert_eq!(problem(value.clone(), STRICT), "fine", "{value}");
        }
        let too_many = json!({"bot_id": "1", "page_size": 101});
        assert_eq!(problem(too_many, STRICT), "page_size: expected an integer from 1 to 100, got 101");
    }

    #[test]
    fn what_was_checked_is_read() {
        let given =
            json!({"bot_id": "12", "flag": true, "any_id": 7, "items": [{"role": "user"}], "name": null});
        let Value::Object(given) = given else { panic!() };
        let all: All = read(given, "", STRICT).unwrap();
        assert_eq!((all.bot_id, all.flag, all.any), (Id::new(12), Some(true), Some(Id::new(7))));
        assert_eq!((all.items[0].role.as_str(), all.name, all.meta_data.len()), ("user", None, 0));
    }

    #[test]
    fn seventeen_pairs_and_long_keys_are_refused() {
        let many: Map<String, Value> = (0..17).map(|n| (format!("k{n}"), json!("v"))).collect();
        assert_eq!(
            problem(json!({"bot_id": "1", "meta_data": many}), STRICT),
            "meta_data: at most 16 pairs, got 17"
        );
        let long = Map::from_iter([("k".repeat(65), json!("v"))]);
        assert_eq!(
            problem(json!({"bot_id": "1", "meta_data": long}), STRICT),
            "meta_data: expected keys of 1 to 64 characters, got one of 65"
        );
    }

    #[test]
    fn loose_rules_check_only_types() {
        for (value, expected) in [
            (json!({"bot_id": "1", "unknown": 1, "limit": 500, "flag": "ignored"}), "fine"),
            (json!({"bot_id": ""}), "bot_id: expected an id (a text of up to 19 digits), got \"\""),
            (json!({"bot_id": "1", "limit": "5"}), "limit: expected an integer from 1 to 50, got \"5\""),
        ] {
            assert_eq!(problem(value.clone(), LOOSE), expected, "{value}");
        }
    }

    #[test]
    fn query_values_take_the_type_of_their_field() {
        let pairs = |text: &str| {
            text.split('&')
                .map(|pair| pair.split_once('=').unwrap())
                .map(|(k, v)| (k.into(), v.into()))
                .collect()
        };
        let object = query_object(FIELDS, pairs("bot_id=12&limit=7&flag=true&name="), STRICT).unwrap();
        assert_eq!(Value::Object(object), json!({"bot_id": "12", "limit": 7, "flag": true}));
        let kept = query_object(FIELDS, pairs("bot_id="), LOOSE).unwrap();
        assert_eq!(Value::Object(kept), json!({"bot_id": ""}));
        assert!(query_object(FIELDS, pairs("bot_id=1&bot_id=2"), STRICT).is_err());
    }

    #[test]
    fn long_values_are_cut_in_messages() {
        assert_eq!(brief(&json!("长".repeat(100))).chars().count(), 41);
    }
}
