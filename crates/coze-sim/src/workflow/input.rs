//! Typed inputs: those of the start node, and those in answers to interrupts.

use serde_json::{Map, Value, json};

use super::fields::Fields;
use crate::http::schema::brief;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    String,
    Integer,
    Number,
    Boolean,
    Object,
    Array,
    File,
}

impl Type {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Self::String,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "object" => Self::Object,
            "array" => Self::Array,
            "file" => Self::File,
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Object => "object",
            Self::Array => "array",
            Self::File => "file",
        }
    }

    /// Converts a value; a text is parsed as the type, since forms send texts.
    fn convert(self, value: Value) -> Result<Value, Value> {
        let read = |text: &str| serde_json::from_str::<Value>(text.trim()).ok();
        match (self, value) {
            (Self::String, value @ Value::String(_))
            | (Self::Number, value @ Value::Number(_))
            | (Self::Boolean, value @ Value::Bool(_))
            | (Self::Object, value @ Value::Object(_))
            | (Self::Array, value @ Value::Array(_)) => Ok(value),
            (Self::Integer, Value::Number(number)) if number.is_i64() || number.is_u64() => {
                Ok(Value::Number(number))
            }
            // A URL, or the JSON text with the id of an uploaded file.
            (Self::File, Value::String(text)) => {
                let uploaded = read(&text).is_some_and(|file| file["file_id"].is_string());
                let online = text.starts_with("http://") || text.starts_with("https://");
                if uploaded || online { Ok(Value::String(text)) } else { Err(Value::String(text)) }
            }
            (
                Self::Integer | Self::Number | Self::Boolean | Self::Object | Self::Array,
                Value::String(text),
            ) => match read(&text) {
                Some(value) if !value.is_string() => self.convert(value).map_err(|_| Value::String(text)),
                _ => Err(Value::String(text)),
            },
            (_, value) => Err(value),
        }
    }
}

/// One input by its name.
#[derive(Clone, Debug)]
pub(super) struct Input {
    pub(super) name: String,
    kind: Type,
    items: Option<Type>,
    required: bool,
    default: Option<Value>,
    description: String,
}

/// Why the given inputs are invalid.
#[derive(Debug)]
pub(super) enum Problem {
    Missing { name: String, expected: &'static str },
    Wrong(String),
}

/// The inputs of a node, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Inputs(pub(super) Vec<Input>);

impl Inputs {
    pub(super) fn parse(value: Option<Map<String, Value>>) -> Result<Self, String> {
        value
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| Input::parse(name, value))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds an optional text, unless the name exists.
    pub(super) fn ensure(&mut self, name: &str) {
        if self.0.iter().all(|input| input.name != name) {
            let (kind, name) = (Type::String, name.to_owned());
            let (items, required, default, description) = (None, false, None, String::new());
            self.0.push(Input { name, kind, items, required, default, description });
        }
    }

    /// Decodes the values of all inputs; unknown names are ignored, as the service does.
    pub(super) fn read(&self, mut given: Map<String, Value>) -> Result<Map<String, Value>, Problem> {
        self.0
            .iter()
            .map(|input| {
                let value = given.remove(&input.name).filter(|value| !value.is_null());
                Ok((input.name.clone(), input.read(value)?))
            })
            .collect()
    }

    /// Returns the input if there is only one.
    pub(super) fn only(&self) -> Option<&Input> {
        match self.0.as_slice() {
            [input] => Some(input),
            _ => None,
        }
    }

    /// Describes the inputs as the service does, by name.
    pub(super) fn describe(&self) -> Value {
        let described = self.0.iter().map(|input| {
            let mut value = json!({"type": input.kind.name(), "required": input.required});
            if let Some(items) = input.items {
                value["items"] = json!({"type": items.name()});
            }
            if !input.description.is_empty() {
                value["description"] = json!(input.description);
            }
            if let Some(default) = &input.default {
                value["default_value"] = json!(super::template::plain(default));
            }
            (input.name.clone(), value)
        });
        Value::Object(described.collect())
    }

    /// Describes the inputs as the content of an interrupt of an input node.
    pub(super) fn form(&self) -> Value {
        self.0
            .iter()
            .map(|input| json!({"type": input.kind.name(), "name": input.name, "required": input.required}))
            .collect()
    }
}

impl Input {
    fn parse(name: String, value: Value) -> Result<Self, String> {
        let wrong = |problem: String| format!("{name}: {problem}");
        let mut fields = Fields::of(value).map_err(wrong)?;
        let mut read = || -> Result<_, String> {
            let kind: String = fields.required("type")?;
            let items: Option<Map<String, Value>> = fields.optional("items")?;
            let required: Option<bool> = fields.optional("required")?;
            let default: Option<Value> = fields.optional("default")?;
            let description: Option<String> = fields.optional("description")?;
            fields.finish()?;
            let kind = Type::parse(&kind).ok_or_else(|| unknown_type(&kind))?;
            let items = match items {
                Some(items) => {
                    let name = items.get("type").and_then(Value::as_str).unwrap_or_default();
                    Some(Type::parse(name).ok_or_else(|| format!("items.{}", unknown_type(name)))?)
                }
                None => None,
            };
            Ok((kind, items, required, default, description))
        };
        let (kind, items, required, default, description) = read().map_err(wrong)?;
        let input = Self {
            name: name.clone(),
            kind,
            items,
            required: required.unwrap_or(false),
            default: None,
            description: description.unwrap_or_default(),
        };
        let default = match default {
            Some(value) => {
                Some(input.convert(value).map_err(|problem| wrong(format!("default: {problem}")))?)
            }
            None => None,
        };
        Ok(Self { default, ..input })
    }

    fn read(&self, value: Option<Value>) -> Result<Value, Problem> {
        match (value, &self.default) {
            (Some(value), _) => {
                self.convert(value).map_err(|problem| Problem::Wrong(format!("{}: {problem}", self.name)))
            }
            (None, Some(default)) => Ok(default.clone()),
            (None, None) if self.required => {
                Err(Problem::Missing { name: self.name.clone(), expected: self.kind.name() })
            }
            (None, None) => Ok(Value::Null),
        }
    }

    fn convert(&self, value: Value) -> Result<Value, String> {
        let wrong = |kind: Type, value: &Value| format!("expected {}, got {}", kind.name(), brief(value));
        let value = self.kind.convert(value).map_err(|value| wrong(self.kind, &value))?;
        match (value, self.items) {
            (Value::Array(items), Some(kind)) => items
                .into_iter()
                .enumerate()
                .map(|(index, item)| {
                    kind.convert(item).map_err(|item| format!("[{index}]: {}", wrong(kind, &item)))
                })
                .collect(),
            (value, _) => Ok(value),
        }
    }
}

fn unknown_type(name: &str) -> String {
    format!("type: expected one of string, integer, number, boolean, object, array, file, got {name:?}")
}
