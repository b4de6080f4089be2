//! The nodes of a workflow, parsed from its file.

use std::ops::RangeInclusive;
use std::time::Duration;

use http::{HeaderName, Method};
use serde_json::{Map, Value};

use super::fields::Fields;
use super::input::Inputs;
use super::template::{Build, Names, Template};

/// Nodes that run one after the other.
#[derive(Clone, Debug)]
pub(super) struct Block(pub(super) Vec<Node>);

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Start(Inputs),
    Http(Box<Http>),
    Text { text: Template, each: Option<Build>, separator: String },
    Condition { tests: Vec<Test>, all: bool, then: Block, otherwise: Block },
    Question { question: Template, parameters: Inputs },
    Input(Inputs),
    Message(Template),
    Loop(Loop),
    End(End),
}

impl Kind {
    /// Name of the type in the words of the service.
    pub(super) const fn display(&self) -> &'static str {
        match self {
            Self::Start(_) => "Start",
            Self::Http(_) => "Http",
            Self::Text { .. } => "Text",
            Self::Condition { .. } => "If",
            Self::Question { .. } => "Question",
            Self::Input(_) => "Input",
            Self::Message(_) => "Message",
            Self::Loop(Loop { parallel: None, .. }) => "Loop",
            Self::Loop(_) => "Batch",
            Self::End(_) => "End",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Http {
    pub(super) method: Method,
    pub(super) url: Template,
    /// URL as in the file, for messages: the rendered one may contain constants.
    pub(super) shown: String,
    pub(super) headers: Vec<(HeaderName, Template)>,
    pub(super) body: Option<(Template, BodyType)>,
    pub(super) timeout: Duration,
    pub(super) retries: u32,
    pub(super) retry_delay: Duration,
    /// Accepted statuses; 200 to 299 if empty.
    pub(super) statuses: Vec<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyType {
    Json,
    Text,
}

/// A comparison.
#[derive(Clone, Debug)]
pub(super) struct Test {
    pub(super) left: Build,
    pub(super) is: Comparison,
    pub(super) right: Build,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Contains,
    Empty,
    NotEmpty,
}

#[derive(Clone, Debug)]
pub(super) struct Loop {
    pub(super) over: Build,
    pub(super) nodes: Block,
    pub(super) outputs: Vec<(String, Build)>,
    /// Number of items that run concurrently; `None` is one after the other, as in a loop.
    pub(super) parallel: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum End {
    Variables(Vec<(String, Build)>),
    Text { text: Template, shown: String, stream: bool },
}

/// Position of nodes, which determines the allowed types.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    Branch,
    Loop,
    Batch,
}

/// Parses nodes, and knows the names that they may refer to.
#[derive(Debug)]
pub(super) struct Parser {
    names: Names,
    chatflow: bool,
}

impl Parser {
    pub(super) fn new(names: Names, chatflow: bool) -> Self {
        Self { names, chatflow }
    }

    /// Parses all nodes of a workflow.
    pub(super) fn workflow(mut self, nodes: Vec<Value>) -> Result<Block, String> {
        let block = self.block(nodes, Place::Top)?;
        if !block.0.first().is_some_and(|node| matches!(node.kind, Kind::Start(_))) {
            return Err("nodes: the first one must be of type start".into());
        }
        if !ends(&block) {
            return Err(
                "nodes: the last one must be of type end, or a condition with an end in both branches".into(),
            );
        }
        Ok(block)
    }

    fn block(&mut self, nodes: Vec<Value>, place: Place) -> Result<Block, String> {
        let mut read = Vec::with_capacity(nodes.len());
        for (index, value) in nodes.into_iter().enumerate() {
            read.push(self.node(value, index, place)?);
        }
        Ok(Block(read))
    }

    fn node(&mut self, value: Value, index: usize, place: Place) -> Result<Node, String> {
        let nth = |problem: String| format!("nodes[{index}]: {problem}");
        let mut fields = Fields::of(value).map_err(nth)?;
        let id: String = fields.required("id").map_err(nth)?;
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        if id.is_empty() || !id.chars().all(plain) {
            return Err(nth(format!("id: expected letters, digits, _ and -, got {id:?}")));
        }
        if self.names.has(&id) {
            return Err(nth(format!("id: {id:?} is taken by another node or input")));
        }
        let within = |problem: String| format!("node {id:?}: {problem}");
        let (kind, title) = self.kind(&mut fields, index, place).map_err(within)?;
        if let Kind::Start(inputs) = &kind {
            for input in &inputs.0 {
                if self.names.has(&input.name) || input.name == id {
                    return Err(format!("node {id:?}: inputs.{}: the name is taken", input.name));
                }
                self.names.add(&input.name);
            }
        }
        self.names.add(&id);
        let title = title.unwrap_or_else(|| kind.display().to_owned());
        Ok(Node { id, title, kind })
    }

    fn kind(
        &mut self,
        fields: &mut Fields,
        index: usize,
        place: Place,
    ) -> Result<(Kind, Option<String>), String> {
        let name: String = fields.required("type")?;
        let title: Option<String> = fields.optional("title")?;
        let kind = match name.as_str() {
            "start" if place == Place::Top && index == 0 => {
                let mut inputs = inputs(fields, "inputs")?;
                if self.chatflow {
                    inputs.ensure("USER_INPUT");
                    inputs.ensure("CONVERSATION_NAME");
                }
                Kind::Start(inputs)
            }
            "start" => return Err("type: start can only be the first node of a workflow".into()),
            "http" => Kind::Http(Box::new(self.http(fields)?)),
            "text" => self.text(fields)?,
            "condition" => self.condition(fields, place)?,
            "question" | "input" if place == Place::Batch => {
                return Err(format!("type: {name} is not allowed in a batch; use a loop"));
            }
            "question" => Kind::Question {
                question: self.template(fields, "question")?,
                parameters: inputs(fields, "parameters")?,
            },
            "input" => {
                let parameters = inputs(fields, "parameters")?;
                if parameters.is_empty() {
                    return Err("parameters: expected at least one".into());
                }
                Kind::Input(parameters)
            }
            "message" => Kind::Message(self.template(fields, "text")?),
            "loop" | "batch" => self.repeat(fields, name == "batch", place)?,
            "end" if matches!(place, Place::Loop | Place::Batch) => {
                return Err("type: end is not allowed in a loop or batch".into());
            }
            "end" => self.end(fields)?,
            other => {
                return Err(format!(
                    "type: expected one of start, http, text, condition, question, input, message, loop, batch, end, \
                     got {other:?}"
                ));
            }
        };
        fields.finish()?;
        Ok((kind, title))
    }

    fn template(&self, fields: &mut Fields, name: &'static str) -> Result<Template, String> {
        let text: String = fields.required(name)?;
        Template::parse(&text, &self.names).map_err(|problem| format!("{name}: {problem}"))
    }

    fn build(&self, fields: &mut Fields, name: &'static str) -> Result<Option<Build>, String> {
        let value: Option<Value> = fields.optional(name)?;
        value
            .map(|value| Build::parse(value, &self.names).map_err(|problem| format!("{name}: {problem}")))
            .transpose()
    }

    fn outputs(&self, fields: &mut Fields) -> Result<Option<Vec<(String, Build)>>, String> {
        let outputs: Option<Map<String, Value>> = fields.optional("outputs")?;
        let read = |(name, value): (String, Value)| match Build::parse(value, &self.names) {
            Ok(build) => Ok((name, build)),
            Err(problem) => Err(format!("outputs.{name}: {problem}")),
        };
        outputs.map(|outputs| outputs.into_iter().map(read).collect()).transpose()
    }

    fn http(&self, fields: &mut Fields) -> Result<Http, String> {
        let method: Option<String> = fields.optional("method")?;
        let shown: String = fields.required("url")?;
        let headers: Option<Map<String, Value>> = fields.optional("headers")?;
        let body: Option<Value> = fields.optional("body")?;
        let body_type: Option<String> = fields.optional("body_type")?;
        let method = method.unwrap_or_else(|| "GET".into());
        let timeout = in_range(fields, "timeout_ms", 10_000, 1..=600_000)?;
        let retries = in_range(fields, "retries", 0, 0..=10)?;
        let retry_delay = in_range(fields, "retry_delay_ms", 100, 0..=60_000)?;
        let statuses: Option<Vec<u16>> = fields.optional("statuses")?;
        let method = match method.as_str() {
            "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" => {
                Method::from_bytes(method.as_bytes()).map_err(|error| format!("method: {error}"))?
            }
            other => {
                return Err(format!("method: expected GET, POST, PUT, PATCH, DELETE or HEAD, got {other:?}"));
            }
        };
        let statuses = statuses.unwrap_or_default();
        if let Some(status) = statuses.iter().find(|status| !(200..600).contains(*status)) {
            return Err(format!("statuses: expected 200 to 599, got {status}"));
        }
        Ok(Http {
            method,
            url: Template::parse(&shown, &self.names).map_err(|problem| format!("url: {problem}"))?,
            shown,
            headers: self.headers(headers.unwrap_or_default())?,
            body: self.body(body, body_type.as_deref())?,
            timeout: Duration::from_millis(timeout),
            // At most 10.
            retries: u32::try_from(retries).unwrap_or_default(),
            retry_delay: Duration::from_millis(retry_delay),
            statuses,
        })
    }

    fn headers(&self, headers: Map<String, Value>) -> Result<Vec<(HeaderName, Template)>, String> {
        let read = |(name, value): (String, Value)| {
            let wrong = |problem: &str| format!("headers.{name}: {problem}");
            let key = HeaderName::try_from(name.as_str()).map_err(|_| wrong("no name of an HTTP header"))?;
            if matches!(key.as_str(), "host" | "content-length" | "transfer-encoding" | "connection") {
                return Err(wrong("is set by the node itself"));
            }
            let text = value.as_str().ok_or_else(|| wrong("expected a text"))?;
            let template = Template::parse(text, &self.names).map_err(|problem| wrong(&problem))?;
            Ok((key, template))
        };
        headers.into_iter().map(read).collect()
    }

    fn body(&self, body: Option<Value>, kind: Option<&str>) -> Result<Option<(Template, BodyType)>, String> {
        let kind = match kind {
            None | Some("json") => BodyType::Json,
            Some("text") => BodyType::Text,
            Some(other) => return Err(format!("body_type: expected json or text, got {other:?}")),
        };
        let text = match body {
            None => return Ok(None),
            Some(Value::String(text)) => text,
            Some(lines @ Value::Array(_)) => {
                let lines: Vec<String> =
                    serde_json::from_value(lines).map_err(|error| format!("body: {error}"))?;
                lines.join("\n")
            }
            Some(_) => {
                return Err(
                    "body: expected a text or an array of lines, since {{name}} may occur without quotes"
                        .into(),
                );
            }
        };
        let template = match kind {
            BodyType::Json => Template::parse_json(&text, &self.names),
            BodyType::Text => Template::parse(&text, &self.names),
        };
        template.map(|template| Some((template, kind))).map_err(|problem| format!("body: {problem}"))
    }

    fn text(&mut self, fields: &mut Fields) -> Result<Kind, String> {
        let each = self.build(fields, "each")?;
        let separator: Option<String> = fields.optional("separator")?;
        let outside = self.names.clone();
        if each.is_some() {
            self.add_item();
        }
        let text = self.template(fields, "text");
        self.names = outside;
        Ok(Kind::Text { text: text?, each, separator: separator.unwrap_or_else(|| "\n".into()) })
    }

    fn add_item(&mut self) {
        self.names.add("item");
        self.names.add("index");
    }

    fn condition(&mut self, fields: &mut Fields, place: Place) -> Result<Kind, String> {
        let tests = match fields.required("if")? {
            Value::Array(tests) if !tests.is_empty() => tests,
            Value::Array(_) => return Err("if: expected at least one comparison".into()),
            test => vec![test],
        };
        let tests = tests
            .into_iter()
            .map(|test| self.test(test).map_err(|problem| format!("if: {problem}")))
            .collect::<Result<_, _>>()?;
        let matching: Option<String> = fields.optional("match")?;
        let all = match matching.as_deref() {
            None | Some("all") => true,
            Some("any") => false,
            Some(other) => return Err(format!("match: expected all or any, got {other:?}")),
        };
        let then: Vec<Value> = fields.required("then")?;
        let otherwise: Option<Vec<Value>> = fields.optional("else")?;
        let place = if place == Place::Top { Place::Branch } else { place };
        let then = self.block(then, place).map_err(|problem| format!("then: {problem}"))?;
        let otherwise =
            self.block(otherwise.unwrap_or_default(), place).map_err(|problem| format!("else: {problem}"))?;
        Ok(Kind::Condition { tests, all, then, otherwise })
    }

    fn test(&self, value: Value) -> Result<Test, String> {
        let mut fields = Fields::of(value)?;
        let left = self.build(&mut fields, "left")?.ok_or("left: required, but missing")?;
        let is: String = fields.required("is")?;
        let right = self.build(&mut fields, "right")?;
        fields.finish()?;
        let is = match is.as_str() {
            "==" => Comparison::Equal,
            "!=" => Comparison::Unequal,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            "contains" => Comparison::Contains,
            "empty" => Comparison::Empty,
            "not_empty" => Comparison::NotEmpty,
            other => {
                return Err(format!(
                    "is: expected one of ==, !=, >, >=, <, <=, contains, empty, not_empty, got {other:?}"
                ));
            }
        };
        Ok(Test { left, is, right: right.unwrap_or(Build::Fixed(Value::Null)) })
    }

    fn repeat(&mut self, fields: &mut Fields, batch: bool, place: Place) -> Result<Kind, String> {
        let over = self.build(fields, "over")?.ok_or("over: required, but missing")?;
        let nodes: Vec<Value> = fields.required("nodes")?;
        let parallel = if batch { Some(in_range(fields, "parallel", 10, 1..=100)?) } else { None };
        let outside = self.names.clone();
        self.add_item();
        let inner = if batch || place == Place::Batch { Place::Batch } else { Place::Loop };
        let nodes = self.block(nodes, inner)?;
        let outputs = self.outputs(fields)?.unwrap_or_default();
        // Inner nodes are visible only inside.
        self.names = outside;
        let parallel = parallel.and_then(|parallel| usize::try_from(parallel).ok());
        Ok(Kind::Loop(Loop { over, nodes, outputs, parallel }))
    }

    fn end(&self, fields: &mut Fields) -> Result<Kind, String> {
        let outputs = self.outputs(fields)?;
        let text: Option<String> = fields.optional("text")?;
        let stream: Option<bool> = fields.optional("stream")?;
        match (outputs, text, stream) {
            (Some(_), Some(_), _) => Err("text: cannot be combined with outputs".into()),
            (outputs, None, None | Some(false)) => Ok(Kind::End(End::Variables(outputs.unwrap_or_default()))),
            (_, None, Some(true)) => Err("stream: only a text can be streamed".into()),
            (None, Some(shown), stream) => {
                let text =
                    Template::parse(&shown, &self.names).map_err(|problem| format!("text: {problem}"))?;
                Ok(Kind::End(End::Text { text, shown, stream: stream.unwrap_or(false) }))
            }
        }
    }
}

fn inputs(fields: &mut Fields, name: &'static str) -> Result<Inputs, String> {
    let inputs: Option<Map<String, Value>> = fields.optional(name)?;
    Inputs::parse(inputs).map_err(|problem| format!("{name}.{problem}"))
}

fn in_range(
    fields: &mut Fields,
    name: &'static str,
    default: u64,
    range: RangeInclusive<u64>,
) -> Result<u64, String> {
    let number: Option<u64> = fields.optional(name)?;
    match number {
        None => Ok(default),
        Some(number) if range.contains(&number) => Ok(number),
        Some(number) => Err(format!("{name}: expected {} to {}, got {number}", range.start(), range.end())),
    }
}

/// Returns whether every path through the nodes leads to an end.
fn ends(block: &Block) -> bool {
    match block.0.last().map(|node| &node.kind) {
        Some(Kind::End(_)) => true,
        Some(Kind::Condition { then, otherwise, .. }) => ends(then) && ends(otherwise),
        _ => false,
    }
}
