//! What an interrupted workflow waits for.

use std::collections::BTreeMap;

use crate::model::id::InterruptId;
use crate::model::lenient::Extra;

/// An interrupt of a workflow.
///
/// See <https://docs.coze.cn/developer_guides/workflow_run>.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Interrupt {
    /// Id, sent back with the answer.
    pub event_id: InterruptId,
    /// What interrupted, sent back with the answer; `type` on the wire.
    pub kind: Option<InterruptType>,
    /// Details as text, often JSON: `{"content_type": "text", "content": …}`.
    pub data: String,
    /// Parameters that the answer must hold, by name.
    pub required_parameters: BTreeMap<String, RequiredParameter>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(Interrupt {
    event_id: required,
    kind: optional = "type",
    data: lenient,
    required_parameters: sparse,
});

/// What interrupted a workflow.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InterruptType {
    /// A question node.
    Question,
    /// An input node.
    Input,
    /// A client plugin.
    ClientPlugin,
    /// A plugin that wants an OAuth authorisation.
    OAuthPlugin,
    /// A number that this version does not know; Coze Studio also sends 1, 3, 4 and 100.
    Unknown(i64),
}

open_number!(InterruptType { Question = 2, Input = 5, ClientPlugin = 6, OAuthPlugin = 7 });

/// The definition of a parameter: of a workflow's input or output, or of what an interrupt asks for.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct RequiredParameter {
    /// Type, such as `string`, `integer`, `array`, `image`; `type` on the wire.
    pub kind: Option<String>,
    /// Whether it must be given.
    pub required: Option<bool>,
    /// Description.
    pub description: Option<String>,
    /// Default as text.
    pub default_value: Option<String>,
    /// Elements, for an array.
    pub items: Option<Box<RequiredParameter>>,
    /// Fields by name, for an object.
    pub properties: BTreeMap<String, RequiredParameter>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

fields!(RequiredParameter {
    kind: optional = "type",
    required: optional,
    description: optional,
    default_value: optional,
    items: optional,
    properties: sparse,
});
