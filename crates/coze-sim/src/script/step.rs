//! Steps of a scripted bot in a chat.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::event::Custom;
use super::shape::Shape;
use super::wire::Wire;

/// Reply of a bot: a text, or a list of steps.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Text(String),
    Plan(Plan),
}

impl<'de> Deserialize<'de> for Reply {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let shape: Shape<Self, IgnoredAny, Plan> =
            Shape::new("a text, or an object with steps, follow_ups, pace_ms, bare", Self::Plan);
        deserializer.deserialize_any(shape.or_text(Self::Text))
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Plan {
    steps: VecDeque<Step>,
    follow_ups: Vec<String>,
    pace_ms: Option<u64>,
    /// Sends only the steps, without created, `in_progress`, verbose, completed or done events.
    bare: bool,
}

impl Reply {
    /// Converts the reply to what the engine runs.
    pub(crate) fn turn(&self, pace: Duration, wire: Wire) -> Turn {
        let plan = match self {
            Self::Text(text) => {
                Plan { steps: VecDeque::from([Step::Answer(Words::Text(text.clone()))]), ..Plan::default() }
            }
            Self::Plan(plan) => plan.clone(),
        };
        Turn {
            steps: plan.steps,
            follow_ups: plan.follow_ups,
            pace: plan.pace_ms.map_or(pace, Duration::from_millis),
            bare: plan.bare,
            wire,
            ..Turn::default()
        }
    }
}

/// The rest of a chat.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turn {
    pub(crate) steps: VecDeque<Step>,
    pub(crate) follow_ups: Vec<String>,
    pub(crate) pace: Duration,
    /// Sends only the steps.
    pub(crate) bare: bool,
    pub(crate) wire: Wire,
    /// Text of the user's input, for `{input}`.
    pub(crate) input: String,
    /// Outputs of the tools, for `{output}`.
    pub(crate) output: String,
    /// Words that the pattern of the rule captured, by name.
    pub(crate) kept: BTreeMap<String, String>,
}

/// One step of a chat.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// Deltas and the completed message.
    Answer(Words),
    /// Deltas of the reasoning, in the message of the next answer.
    Reasoning(Words),
    /// A completed message of any type.
    Message(Made),
    /// Function calls: the chat pauses until their outputs are submitted, and continues with the next step.
    Call(Calls),
    /// Runs a workflow; following steps can use its output.
    Workflow(WorkflowStep),
    /// Audio, sent as `conversation.audio.delta`.
    Audio(Sound),
    /// The chat event of that name, with the current state of the chat: created, `in_progress`, completed, …
    Chat(String),
    /// Any event.
    Event(Custom),
    /// An `error` event; the stream ends after it, unless `go_on` is set.
    Error(Problem),
    /// Fails the chat.
    Fail(Problem),
    /// Text that is sent unchanged.
    Raw(String),
    /// Bytes that are sent unchanged.
    RawBytes(Vec<u8>),
    /// A comment line.
    Comment(String),
    WaitMs(u64),
    /// The demo agent reports the output of its tool.
    #[serde(skip)]
    Report {
        tool: String,
        chinese: bool,
    },
}

/// A piece of audio, or a text that is spoken.
#[derive(Clone, Debug)]
pub(crate) enum Sound {
    /// One delta.
    Base64(String),
    Spoken(Spoken),
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Spoken {
    /// Text to speak, with a delta for each tone; names are replaced as in answers.
    pub(crate) say: Option<String>,
    /// Data that follows it: base64, one delta each.
    pub(crate) deltas: Vec<String>,
    /// Number of repetitions: 1 if absent.
    pub(crate) times: Option<u64>,
    /// Whether it is sent after the completed chat, as the service may do.
    pub(crate) late: bool,
}

impl<'de> Deserialize<'de> for Sound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = "base64 as a text, or an object with say, deltas, times, late";
        let shape: Shape<Self, IgnoredAny, Spoken> = Shape::new(expected, Self::Spoken);
        deserializer.deserialize_any(shape.or_text(Self::Base64))
    }
}

/// A workflow with its parameters; names in their texts are replaced as in answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkflowStep {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) parameters: Map<String, Value>,
}

/// The text of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Words {
    /// Split into deltas word by word.
    Text(String),
    /// One delta each.
    Deltas(Vec<String>),
    Detailed(Detailed),
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected =
            "a text, an array of deltas, or an object with deltas, times, stretch, completed, content_type";
        let shape: Shape<Self, Vec<String>, Detailed> = Shape::new(expected, Self::Detailed);
        deserializer.deserialize_any(shape.or_text(Self::Text).or_list(Self::Deltas))
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Detailed {
    pub(crate) deltas: Vec<String>,
    /// Number of repetitions of all deltas.
    pub(crate) times: Option<u64>,
    /// Number of repetitions within each delta, for large events.
    pub(crate) stretch: Option<usize>,
    /// Number of completed messages: 1 if absent.
    pub(crate) completed: Option<u8>,
    pub(crate) content_type: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Made {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) content: String,
    pub(crate) content_type: Option<String>,
}

/// One call or several.
#[derive(Clone, Debug)]
pub(crate) enum Calls {
    One(CallStep),
    Many(Vec<CallStep>),
}

impl<'de> Deserialize<'de> for Calls {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let shape: Shape<Self, Vec<CallStep>, CallStep> =
            Shape::new("a call {name, arguments, id, type}, or an array of calls", Self::One);
        deserializer.deserialize_any(shape.or_list(Self::Many))
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CallStep {
    pub(crate) name: String,
    /// An object, or the JSON text itself.
    pub(crate) arguments: Value,
    pub(crate) id: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Problem {
    pub(crate) code: i64,
    pub(crate) msg: String,
    /// With `fail`: data is only `{code, msg}`, without the chat.
    pub(crate) bare: bool,
    /// With `error`: the chat continues and completes.
    pub(crate) go_on: bool,
}
