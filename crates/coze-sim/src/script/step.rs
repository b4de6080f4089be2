//! What a scripted bot does in a chat.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::event::Custom;
use super::shape::Shape;
use super::wire::Wire;

/// What a bot does: a text, or a list of steps.
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
    /// Sends only the steps: no created, `in_progress`, verbose, completed or done of their own accord.
    bare: bool,
}

impl Reply {
    /// Turns the reply into what the engine runs.
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

/// What is to happen in a chat from here on.
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
    /// Words that the pattern of the rule kept, by name.
    pub(crate) kept: BTreeMap<String, String>,
}

/// One thing that happens in a chat.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// Deltas and the completed message.
    Answer(Words),
    /// Deltas of the chain of thought, in the message of the next answer.
    Reasoning(Words),
    /// A completed message of any type.
    Message(Made),
    /// Function calls: the chat stops until their outputs are submitted, then goes on with the next step.
    Call(Calls),
    /// Runs a workflow; its output is that of the steps behind it.
    Workflow(WorkflowStep),
    /// Audio, sent as `conversation.audio.delta`.
    Audio(Sound),
    /// The chat event of that name, with the chat as it stands: created, `in_progress`, completed, …
    Chat(String),
    /// Any event.
    Event(Custom),
    /// An `error` event; the stream ends after it, unless it says `go_on`.
    Error(Problem),
    /// Ends the chat as failed.
    Fail(Problem),
    /// Text that is put on the wire as it is.
    Raw(String),
    /// Bytes that are put on the wire as they are.
    RawBytes(Vec<u8>),
    /// A comment line.
    Comment(String),
    WaitMs(u64),
    /// The demo agent reports what its tool gave it.
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
    /// Text to speak, a delta for each tone; names are replaced as in answers.
    pub(crate) say: Option<String>,
    /// What is sent behind it: base64, one delta each.
    pub(crate) deltas: Vec<String>,
    /// How often all of it is sent: 1 if absent.
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

/// A workflow with its parameters, in whose texts names are replaced as in answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkflowStep {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) parameters: Map<String, Value>,
}

/// The words of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Words {
    /// Split into deltas by words.
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
    /// How often all deltas are sent.
    pub(crate) times: Option<u64>,
    /// How often each delta repeats its own text, to make large events.
    pub(crate) stretch: Option<usize>,
    /// How many completed messages follow: 1 if absent.
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
    /// With `fail`: data is only `{code, msg}`, not the chat.
    pub(crate) bare: bool,
    /// With `error`: the chat goes on and ends well all the same.
    pub(crate) go_on: bool,
}
