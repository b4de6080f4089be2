//! Placeholders: values in texts, JSON, URLs and headers.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

/// All characters except the unreserved ones of RFC 3986.
const URL_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Name of the constants in placeholders.
pub(super) const CONSTANTS: &str = "constants";

/// The values for placeholders; those of a loop shadow outer ones.
#[derive(Debug, Default)]
pub(super) struct Scope<'p> {
    outer: Option<&'p Scope<'p>>,
    values: BTreeMap<String, Value>,
}

impl<'p> Scope<'p> {
    /// Creates a scope within another one.
    pub(super) fn within(outer: &'p Scope<'p>) -> Self {
        Self { outer: Some(outer), values: BTreeMap::new() }
    }

    pub(super) fn set(&mut self, name: impl Into<String>, value: Value) {
        self.values.insert(name.into(), value);
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name).or_else(|| self.outer?.get(name))
    }
}

/// A name with the path to a part of its value.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) name: String,
    path: Vec<String>,
}

impl Reference {
    /// Parses `name.path[0].more`.
    fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{{{{{text}}}}} is not a reference; write {{{{name}}}} or {{{{node.path[0]}}}}");
        let mut steps = Vec::new();
        for step in text.trim().split('.') {
            let (name, indexes) = match step.split_once('[') {
                Some((name, rest)) => (name, rest.strip_suffix(']').ok_or_else(wrong)?.split("][").collect()),
                None => (step, Vec::new()),
            };
            // Only an index may follow nothing: `{{item[0][1]}}` has one.
            if name.is_empty() || name.contains(['{', '}', ']', '"', '\n']) {
                return Err(wrong());
            }
            steps.push(name.to_owned());
            for index in indexes {
                index.parse::<usize>().map_err(|_| wrong())?;
                steps.push(index.to_owned());
            }
        }
        let name = steps.remove(0);
        if !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) {
            return Err(wrong());
        }
        Ok(Self { name, path: steps })
    }

    /// Returns the value; absent values are null.
    fn value<'s>(&self, scope: &'s Scope<'_>) -> &'s Value {
        scope.get(&self.name).and_then(|value| dig(value, &self.path)).unwrap_or(&Value::Null)
    }
}

/// Follows a path of keys and indexes.
pub(crate) fn dig<'v, S: AsRef<str>>(value: &'v Value, path: &[S]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, step| match value {
        Value::Array(items) => items.get(step.as_ref().parse::<usize>().ok()?),
        Value::Object(fields) => fields.get(step.as_ref()),
        _ => None,
    })
}

/// Formats a value as text: texts unchanged, null as nothing, everything else as JSON.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Value {
        reference: Reference,
        /// Inside of a JSON string.
        quoted: bool,
    },
}

/// A text with placeholders.
#[derive(Clone, Debug)]
pub(super) struct Template(Vec<Part>);

impl Template {
    /// Parses a text; `names` are those that it may refer to.
    pub(super) fn parse(text: &str, names: &Names) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((inside, after)) = after.split_once("}}") else {
                return Err("a placeholder {{… has no end; expected }} after it".into());
            };
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let reference = Reference::parse(inside)?;
            names.check(&reference)?;
            parts.push(Part::Value { reference, quoted: false });
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self(parts))
    }

    /// Parses the template of a JSON document.
    pub(super) fn parse_json(text: &str, names: &Names) -> Result<Self, String> {
        let mut template = Self::parse(text, names)?;
        let (mut in_string, mut escaped) = (false, false);
        let mut example = String::new();
        for part in &mut template.0 {
            match part {
                Part::Text(text) => {
                    example.push_str(text);
                    for c in text.chars() {
                        match c {
                            _ if escaped => escaped = false,
                            '\\' => escaped = in_string,
                            '"' => in_string = !in_string,
                            _ => {}
                        }
                    }
                }
                Part::Value { quoted, .. } => {
                    *quoted = in_string;
                    if !in_string {
                        example.push_str("null");
                    }
                }
            }
        }
        match serde_json::from_str::<Value>(&example) {
            Ok(_) => Ok(template),
            Err(error) => Err(format!("not JSON, even with values instead of the placeholders: {error}")),
        }
    }

    /// Renders plain text.
    pub(super) fn text(&self, scope: &Scope<'_>) -> String {
        self.0
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Value { reference, .. } => plain(reference.value(scope)),
            })
            .collect()
    }

    /// Renders JSON: a value keeps its type, or is escaped inside of a string.
    pub(super) fn json(&self, scope: &Scope<'_>) -> String {
        self.0
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Value { reference, quoted: false } => reference.value(scope).to_string(),
                Part::Value { reference, quoted: true } => {
                    let text = Value::String(plain(reference.value(scope))).to_string();
                    // A JSON string begins and ends with a quote.
                    text[1..text.len() - 1].to_owned()
                }
            })
            .collect()
    }

    /// Renders a URL: all values except constants are percent-encoded.
    pub(super) fn url(&self, scope: &Scope<'_>) -> Result<String, String> {
        let mut url = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => url.push_str(text),
                Part::Value { reference, .. } => {
                    let text = plain(reference.value(scope));
                    if reference.name == CONSTANTS {
                        url.push_str(&text);
                    } else if matches!(text.as_str(), "." | "..") {
                        return Err(format!("the value {text:?} would change the path of the URL"));
                    } else {
                        url.extend(utf8_percent_encode(&text, URL_VALUE));
                    }
                }
            }
        }
        Ok(url)
    }

    /// Returns the value itself if the text is only a placeholder, otherwise the text.
    pub(super) fn value(&self, scope: &Scope<'_>) -> Value {
        match self.0.as_slice() {
            [Part::Value { reference, .. }] => reference.value(scope).clone(),
            _ => Value::String(self.text(scope)),
        }
    }
}

/// Any JSON with placeholders in its texts.
#[derive(Clone, Debug)]
pub(super) enum Build {
    Fixed(Value),
    Text(Template),
    List(Vec<Build>),
    Object(Vec<(String, Build)>),
}

impl Build {
    pub(super) fn parse(value: Value, names: &Names) -> Result<Self, String> {
        Ok(match value {
            Value::String(text) => Self::Text(Template::parse(&text, names)?),
            Value::Array(items) => {
                Self::List(items.into_iter().map(|item| Self::parse(item, names)).collect::<Result<_, _>>()?)
            }
            Value::Object(fields) => Self::Object(
                fields
                    .into_iter()
                    .map(|(name, value)| {
                        let value =
                            Self::parse(value, names).map_err(|problem| format!("{name}: {problem}"))?;
                        Ok((name, value))
                    })
                    .collect::<Result<_, String>>()?,
            ),
            value => Self::Fixed(value),
        })
    }

    pub(super) fn value(&self, scope: &Scope<'_>) -> Value {
        match self {
            Self::Fixed(value) => value.clone(),
            Self::Text(template) => template.value(scope),
            Self::List(items) => items.iter().map(|item| item.value(scope)).collect(),
            Self::Object(fields) => Value::Object(
                fields.iter().map(|(name, value)| (name.clone(), value.value(scope))).collect::<Map<_, _>>(),
            ),
        }
    }
}

/// The names that a placeholder may refer to at a position in a workflow.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    known: Vec<String>,
    constants: Vec<String>,
}

impl Names {
    pub(super) fn with_constants(constants: Vec<String>) -> Self {
        Self { known: Vec::new(), constants }
    }

    pub(super) fn add(&mut self, name: &str) {
        self.known.push(name.to_owned());
    }

    pub(super) fn has(&self, name: &str) -> bool {
        name == CONSTANTS || self.known.iter().any(|known| known == name)
    }

    fn check(&self, reference: &Reference) -> Result<(), String> {
        let Reference { name, path } = reference;
        if name == CONSTANTS {
            let known = path.len() == 1 && self.constants.contains(&path[0]);
            let asked = path.join(".");
            let all = self.constants.join(", ");
            return if known {
                Ok(())
            } else {
                Err(format!("{{{{constants.{asked}}}}}: no such constant; known are: {all}"))
            };
        }
        if self.has(name) {
            return Ok(());
        }
        let all = self.known.join(", ");
        Err(format!("{{{{{name}}}}}: no input and no earlier node has this name; known here: {all}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn names() -> Names {
        let mut names = Names::with_constants(vec!["base".into()]);
        for name in ["a", "n", "item"] {
            names.add(name);
        }
        names
    }

    fn scope(a: Value) -> Scope<'static> {
        let mut scope = Scope::default();
        scope.set("a", a);
        scope.set("n", json!({"body": {"jobs": [{"id": 7}, {"id": 8}]}}));
        scope.set("constants", json!({"base": "http://h:1/x"}));
        scope
    }

    #[test]
    fn values_keep_their_type_in_json_or_are_escaped() {
        let template = Template::parse_json(
            r#"{"k": {{a}}, "s": "<{{ a }}>", "{{a}}": [{{n.body.jobs[1].id}}]}"#,
            &names(),
        )
        .unwrap();
        for value in [
            json!(1.5),
            json!(null),
            json!(true),
            json!(["x", {"y": "\""}]),
            json!("quote \" and \\ and\nnewline, 汉字, \u{1}"),
            json!(r#"", "admin": true, "x": ""#),
            json!("}}{{a}}"),
        ] {
            let rendered = template.json(&scope(value.clone()));
            let parsed: Value = serde_json::from_str(&rendered).unwrap();
            let text = plain(&value);
            assert_eq!(parsed, json!({"k": value, "s": format!("<{text}>"), text: [8]}), "{rendered}");
        }
    }

    #[test]
    fn urls_are_encoded_but_for_constants() {
        let template = Template::parse("{{constants.base}}/{{a}}?q={{a}}", &names()).unwrap();
        let url = template.url(&scope(json!("a/b?c#d@e 汉"))).unwrap();
        assert_eq!(url, "http://h:1/x/a%2Fb%3Fc%23d%40e%20%E6%B1%89?q=a%2Fb%3Fc%23d%40e%20%E6%B1%89");
        assert!(template.url(&scope(json!(".."))).is_err());
    }

    #[test]
    fn bad_templates_are_refused_with_their_problem() {
        for (text, problem) in [
            ("{{a", "has no end"),
            ("{{}}", "is not a reference"),
            ("{{a..b}}", "is not a reference"),
            ("{{a[x]}}", "is not a reference"),
            ("{{b}}", "no input and no earlier node has this name; known here: a, n, item"),
            ("{{constants.token}}", "no such constant; known are: base"),
        ] {
            let error = Template::parse(text, &names()).unwrap_err();
            assert!(error.contains(problem), "{text}: {error}");
        }
        for text in [r#"{"a": {{a}}"#, r#"{"a": "{{a}}}"#, r#"{"a": "\{{a}}"}"#, r#"{"a": "\u00{{a}}"}"#] {
            assert!(Template::parse_json(text, &names()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_lone_placeholder_stands_for_the_value() {
        let build = Build::parse(
            json!({"all": "{{n.body.jobs}}", "text": "id {{n.body.jobs.0.id}}", "no": "{{a.x}}"}),
            &names(),
        );
        assert_eq!(
            build.unwrap().value(&scope(json!(1))),
            json!({"all": [{"id": 7}, {"id": 8}], "text": "id 7", "no": null})
        );
    }
}
