//! What an interrupted workflow waits for.

use std::collections::BTreeMap;

use crate::model::id::InterruptId;

answer! {
    /// An interrupt of a workflow.
    ///
    /// See <https://docs.coze.cn/developer_guides/workflow_run>.
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

open_number! {
    /// What interrupted a workflow. Coze Studio also sends 1, 3, 4 and 100.
    pub enum InterruptType {
        /// A question node.
        Question = 2,
        /// An input node.
        Input = 5,
        /// A client plugin.
        ClientPlugin = 6,
        /// A plugin that wants an OAuth authorisation.
        OAuthPlugin = 7,
    }
}

answer! {
    /// The definition of a parameter: of a workflow's input or output, or of what an interrupt asks for.
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
