//! JSON within the content of messages that are not meant for the reader.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::core::error::DecodeError;
use crate::model::id::ToolCallId;
use crate::model::lenient::Extra;

/// A call of a tool, as it stands in a message of the type `function_call`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FunctionCall {
    /// Id of the call, where the server gives one.
    pub id: Option<ToolCallId>,
    /// Name of the tool.
    pub name: String,
    /// Arguments as JSON text.
    pub arguments: String,
    /// Fields that this version does not know.
    pub extra: Extra,
}

impl FunctionCall {
    /// Reads the content of a `function_call` message, in the form of the hosted service
    /// (`{name, arguments, …}`) or of Coze Studio (`{id, type, function: {name, arguments}}`).
    pub fn parse(content: &str) -> Result<Self, DecodeError> {
        #[derive(Deserialize)]
        struct Wire {
            id: Option<ToolCallId>,
            function: Option<Named>,
            #[serde(flatten)]
            rest: Extra,
        }
        #[derive(Deserialize)]
        struct Named {
            name: String,
            #[serde(default)]
            arguments: Value,
            #[serde(flatten)]
            extra: Extra,
        }
        let read = |content: &str| {
            let wire: Wire = serde_json::from_str(content)?;
            let named = match wire.function {
                Some(mut function) => {
                    function.extra.extend(wire.rest);
                    function
                }
                None => serde_json::from_value(Value::Object(wire.rest))?,
            };
            let arguments = match named.arguments {
                Value::String(text) => text,
                value => value.to_string(),
            };
            Ok(Self { id: wire.id, name: named.name, arguments, extra: named.extra })
        };
        crate::core::json::read_with(content, read)
            .map_err(|error| DecodeError::text("a function call", content, error))
    }

    /// Reads the arguments as a type of your own.
    pub fn arguments<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        serde_json::from_str(&self.arguments)
            .map_err(|error| DecodeError::text("the arguments of a function call", &self.arguments, error))
    }
}

answer! {
    /// A signal, as it stands in a message of the type `verbose`.
    pub struct Verbose {
        /// What is signalled, such as `generate_answer_finish` or `knowledge_recall`.
        msg_type: String,
        /// Details, usually JSON text once more.
        data: String,
    }
}

impl Verbose {
    /// Reads the content of a `verbose` message.
    pub fn parse(content: &str) -> Result<Self, DecodeError> {
        crate::core::json::read(content)
            .map_err(|error| DecodeError::text("a verbose message", content, error))
    }

    /// Whether all answers of the chat are complete.
    pub fn is_answer_finish(&self) -> bool {
        self.msg_type == "generate_answer_finish"
    }
}
