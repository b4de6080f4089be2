//! What an interrupted workflow waits for.

use std::collections::BTreeMap;

use crate::model::id::InterruptId;

answer! {
    /// An interrupt of a workflow.
    ///
    /// See <https://docs.coze.cn/developer_guides/workflow_run>.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Interrupt {
        /// Id, sent back with the answer.
        event_id: InterruptId [required],
        /// What interrupted, sent back with the answer; `type` on the wire.
        kind: Option<InterruptType> [rename = "type"],
        /// Details as text, often JSON: `{"content_type": "text", "content": …}`.
        data: String,
        /// Parameters that the answer must hold, by name.
        required_parameters: BTreeMap<String, RequiredParameter> [skip_if_empty],
    }
}

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

answer! {
    /// The definition of a parameter: of a workflow's input or output, or of what an interrupt asks for.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct RequiredParameter {
        /// Type, such as `string`, `integer`, `array`, `image`; `type` on the wire.
        kind: Option<String> [rename = "type"],
        /// Whether it must be given.
        required: Option<bool>,
        /// Description.
        description: Option<String>,
        /// Default as text.
        default_value: Option<String>,
        /// Elements, for an array.
        items: Option<Box<RequiredParameter>>,
        /// Fields by name, for an object.
        properties: BTreeMap<String, RequiredParameter> [skip_if_empty],
    }
}
