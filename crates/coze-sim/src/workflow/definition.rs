//! The file of a workflow.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value};

use super::fields::Fields;
use super::input::Inputs;
use super::node::{Block, Kind, Parser};
use super::template::Names;
use crate::script::wire::Wire;
use crate::state::{Id, WORKSPACE};

/// A workflow for a simulator; the documentation of the crate describes its file.
///
/// ```
/// # fn main() -> Result<(), coze_sim::WorkflowError> {
/// let workflow = coze_sim::Workflow::parse(r#"{
///     "id": "7400000000000000021",
///     "nodes": [
///         {"id": "start", "type": "start", "inputs": {"name": {"type": "string", "required": true}}},
///         {"id": "end", "type": "end", "outputs": {"greeting": "Hello, {{name}}!"}}
///     ]
/// }"#)?;
/// assert_eq!(workflow.id().to_string(), "7400000000000000021");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Workflow {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) chatflow: bool,
    pub(super) published: bool,
    pub(super) versions: Vec<String>,
    pub(super) app_id: Option<Id>,
    pub(super) workspace_id: Id,
    pub(super) constants: BTreeMap<String, Constant>,
    pub(super) pace: Option<Duration>,
    pub(super) wire: Wire,
    pub(super) nodes: Block,
}

/// A text that is separate from the nodes, such as a token; never shown.
#[derive(Clone)]
pub(super) enum Constant {
    Text(String),
    /// From the environment variable.
    Environment(String),
    /// From the settings of the simulator.
    Given,
}

impl fmt::Debug for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Why a workflow cannot be used.
#[derive(Debug)]
pub struct WorkflowError {
    origin: String,
    problem: String,
}

impl fmt::Display for WorkflowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.problem)
    }
}

impl std::error::Error for WorkflowError {}

impl Workflow {
    /// Parses a workflow from JSON text.
    pub fn parse(json: &str) -> Result<Self, WorkflowError> {
        Self::parse_from("workflow", json)
    }

    /// Reads a workflow from a file.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, WorkflowError> {
        let origin = format!("workflow {}", path.as_ref().display());
        match std::fs::read_to_string(path) {
            Ok(json) => Self::parse_from(&origin, &json),
            Err(error) => Err(WorkflowError { origin, problem: format!("cannot be read: {error}") }),
        }
    }

    fn parse_from(origin: &str, json: &str) -> Result<Self, WorkflowError> {
        let wrong = |problem: String| WorkflowError { origin: origin.to_owned(), problem };
        // Editors on Windows put a byte order mark before the text.
        let json = json.trim_start_matches('\u{feff}');
        let value = serde_json::from_str(json).map_err(|error| wrong(format!("not JSON: {error}")))?;
        Fields::of(value).and_then(Self::from_fields).map_err(wrong)
    }

    fn from_fields(mut fields: Fields) -> Result<Self, String> {
        let id = read_id(&fields.required::<String>("id")?, "id")?;
        let name: Option<String> = fields.optional("name")?;
        let description: Option<String> = fields.optional("description")?;
        let mode: Option<String> = fields.optional("mode")?;
        let published: Option<bool> = fields.optional("published")?;
        let versions: Option<Vec<String>> = fields.optional("versions")?;
        let app_id: Option<String> = fields.optional("app_id")?;
        let workspace_id: Option<String> = fields.optional("workspace_id")?;
        let constants: Option<Map<String, Value>> = fields.optional("constants")?;
        let pace_ms: Option<u64> = fields.optional("pace_ms")?;
        let wire: Option<Wire> = fields.optional("wire")?;
        let nodes: Vec<Value> = fields.required("nodes")?;
        fields.finish()?;

        let chatflow = match mode.as_deref() {
            None | Some("workflow") => false,
            Some("chatflow") => true,
            Some(other) => return Err(format!("mode: expected workflow or chatflow, got {other:?}")),
        };
        let wire = wire.unwrap_or_default();
        wire.check().map_err(|problem| format!("wire.{problem}"))?;
        let versions = versions.unwrap_or_else(|| vec!["v0.0.1".into()]);
        if versions.is_empty() {
            return Err("versions: expected at least one".into());
        }
        let constants = constants
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| {
                let constant =
                    read_constant(value).map_err(|problem| format!("constants.{name}: {problem}"))?;
                Ok((name, constant))
            })
            .collect::<Result<BTreeMap<_, _>, String>>()?;
        let names = Names::with_constants(constants.keys().cloned().collect());
        let nodes = Parser::new(names, chatflow).workflow(nodes)?;
        Ok(Self {
            id,
            name: name.unwrap_or_else(|| format!("workflow_{id}")),
            description: description.unwrap_or_default(),
            chatflow,
            published: published.unwrap_or(true),
            versions,
            app_id: app_id.map(|text| read_id(&text, "app_id")).transpose()?,
            workspace_id: workspace_id.map_or(Ok(WORKSPACE), |text| read_id(&text, "workspace_id"))?,
            constants,
            pace: pace_ms.map(Duration::from_millis),
            wire,
            nodes,
        })
    }

    /// Returns its id.
    pub fn id(&self) -> Id {
        self.id
    }

    /// Returns the name in the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the app of the workflow, if any, with its workspace and whether it is published.
    pub(crate) fn app(&self) -> Option<(Id, Id, bool)> {
        self.app_id.map(|app| (app, self.workspace_id, self.published))
    }

    /// Returns its workspace.
    pub(crate) fn workspace_id(&self) -> Id {
        self.workspace_id
    }

    /// Returns the inputs of the start node.
    pub(super) fn inputs(&self) -> &Inputs {
        static NONE: Inputs = Inputs(Vec::new());
        match self.nodes.0.first().map(|node| &node.kind) {
            Some(Kind::Start(inputs)) => inputs,
            _ => &NONE,
        }
    }

    /// Sets the texts of all constants: given ones have precedence over those of the file.
    pub(crate) fn set_constants(&mut self, given: &BTreeMap<String, String>) -> Result<(), String> {
        for (name, constant) in &mut self.constants {
            let text = match (given.get(name), &*constant) {
                (Some(text), _) | (None, Constant::Text(text)) => text.clone(),
                (None, Constant::Environment(variable)) => std::env::var(variable).map_err(|_| {
                    let id = self.id;
                    format!("workflow {id} takes its constant {name} from the variable {variable}, which is not set")
                })?,
                (None, Constant::Given) => {
                    let id = self.id;
                    return Err(format!(
                        "workflow {id} requires the constant {name}; set it with --constant {name}=VALUE or SimBuilder::constant"
                    ));
                }
            };
            *constant = Constant::Text(text);
        }
        Ok(())
    }

    /// Returns the constants for placeholders.
    pub(super) fn constants(&self) -> Value {
        let texts = self.constants.iter().filter_map(|(name, constant)| match constant {
            Constant::Text(text) => Some((name.clone(), Value::String(text.clone()))),
            Constant::Environment(_) | Constant::Given => None,
        });
        Value::Object(texts.collect())
    }
}

fn read_id(text: &str, name: &str) -> Result<Id, String> {
    Id::parse(text).ok_or_else(|| format!("{name}: expected a text of up to 19 digits, got {text:?}"))
}

fn read_constant(value: Value) -> Result<Constant, String> {
    match value {
        Value::Null => Ok(Constant::Given),
        Value::String(text) => Ok(match text.strip_prefix("${").and_then(|text| text.strip_suffix('}')) {
            Some(variable) => Constant::Environment(variable.to_owned()),
            None => Constant::Text(text),
        }),
        _ => Err("expected a text, or null".into()),
    }
}
