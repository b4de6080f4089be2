//! The two services that can be simulated, and all differences between them.

mod official;
mod studio;
mod workflow;

use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use crate::http::answer::{ChatView, View};
use crate::http::{Payload, Rules, StreamItem, StreamOf, StudioErrors};
use crate::script::event::Event;
use crate::state::behavior::Behavior;
use crate::state::id::Mint;
use crate::state::run::RunAnswer;
use crate::state::{Chat, Conversation, Message, Refusal, StoredFile};

/// The service to simulate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
#[non_exhaustive]
pub enum Dialect {
    /// The hosted service, as its documentation describes it.
    #[default]
    Official,
    /// Self-hosted Coze Studio, with its real responses.
    Studio,
}

/// Payload in the form of the service, for the envelope.
#[derive(Debug)]
enum Shape {
    /// Only the envelope.
    Nothing,
    /// One object under `data`.
    Data(Value),
    /// Fields next to the code.
    Beside(Map<String, Value>),
    /// A changed message.
    ModifiedMessage(Value),
    /// A canceled chat.
    CanceledChat(Value),
    /// The messages of one chat.
    ChatMessages(Vec<Value>),
    /// A retrieved conversation.
    Conversation(Value),
    /// A page of messages, with its first and last id.
    Page { items: Vec<Value>, first: Option<String>, last: Option<String>, has_more: bool },
    /// A bot, in the form of the older of the two endpoints.
    OnlineBot(Value),
    /// Result of a workflow run.
    Run(Box<RunAnswer>),
    /// History of a run.
    History(Value),
    /// An app, or null for one that is not published.
    App(Value),
}

/// Form of events by default.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Framing {
    /// Each of "event:", the name, the line end, … is a separate HTTP chunk.
    pub(crate) fragments: bool,
    pub(crate) content_type: &'static str,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    /// A space follows the colon of a field.
    pub(crate) space: bool,
    /// Number of the first event, if events are numbered.
    pub(crate) first_id: Option<u64>,
}

impl Dialect {
    /// Returns whether the service issues tokens.
    pub(crate) fn has_oauth(self) -> bool {
        self == Self::Official
    }

    /// Returns whether a path with anything but a number as id is unknown.
    pub(crate) fn knows_only_numbers(self) -> bool {
        self == Self::Studio
    }

    /// Returns whether an unknown path is rejected before the token is validated: Coze Studio serves its web interface
    /// there.
    pub(crate) fn looks_at_path_first(self) -> bool {
        self == Self::Studio
    }

    /// Describes the error of an unknown token.
    pub(crate) fn unknown_token(self) -> &'static str {
        match self {
            Self::Official => "the token is unknown",
            Self::Studio => "CheckPermission failed",
        }
    }

    /// Returns how strictly requests are validated: exactly by the pages or not.
    pub(crate) const fn rules(self, by_the_page: bool) -> Rules {
        match self {
            Self::Official => Rules { strict: true, empty_is_absent: true, by_the_page },
            Self::Studio => Rules { strict: false, empty_is_absent: false, by_the_page: false },
        }
    }

    /// Reads the token from the headers.
    pub(crate) fn token(self, headers: &HeaderMap) -> Result<String, Refusal> {
        match self {
            Self::Official => official::token(headers),
            Self::Studio => studio::token(headers),
        }
    }

    /// Returns the log id of a request.
    pub(crate) fn log_id(self, mint: &Mint) -> String {
        match self {
            Self::Official => mint.log_id(),
            Self::Studio => mint.uuid(),
        }
    }

    /// Adds the headers of all responses.
    pub(crate) fn finish(self, response: &mut Response, log: &str) {
        let (name, server) = match self {
            Self::Official => (HeaderName::from_static("x-tt-logid"), "coze-sim"),
            Self::Studio => (HeaderName::from_static("x-log-id"), "hertz"),
        };
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::from_str(log) {
            headers.entry(name).or_insert(value);
        }
        headers.entry(http::header::SERVER).or_insert(HeaderValue::from_static(server));
    }

    /// Encodes a response in the form of the service.
    pub(crate) fn answer(self, payload: Payload, log: &str) -> Response {
        let shape = self.shape(payload);
        match self {
            Self::Official => official::answer(shape, log),
            Self::Studio => studio::answer(shape),
        }
    }

    fn shape(self, payload: Payload) -> Shape {
        let messages = |items: Vec<Message>, view| items.iter().map(|one| self.message(one, view)).collect();
        match payload {
            Payload::Nothing => Shape::Nothing,
            Payload::Data(value) => Shape::Data(value),
            Payload::Beside(fields) => Shape::Beside(fields),
            Payload::Message(message) => Shape::Data(self.message(&message, View::Listed)),
            Payload::ModifiedMessage(message) => Shape::ModifiedMessage(self.message(&message, View::Listed)),
            Payload::Messages { items, has_more } => {
                let edge = |message: Option<&Message>| message.map(|message| message.id.to_string());
                let (first, last) = (edge(items.first()), edge(items.last()));
                Shape::Page { first, last, has_more, items: messages(items, View::Listed) }
            }
            Payload::Chat(chat, view) => Shape::Data(self.chat(&chat, view)),
            Payload::CanceledChat(chat) => Shape::CanceledChat(self.chat(&chat, ChatView::Event)),
            Payload::ChatMessages(mut items) => {
                // Only Coze Studio includes the messages of the request.
                items.retain(|message| self == Self::Studio || !message.input);
                Shape::ChatMessages(messages(items, View::OfChat))
            }
            Payload::Conversation(conversation) => Shape::Data(self.conversation(&conversation)),
            Payload::AskedConversation(conversation) => Shape::Conversation(self.conversation(&conversation)),
            Payload::Conversations { items, has_more } => {
                let items = self.list(items.iter().map(|one| self.conversation(one)).collect());
                Shape::Data(json!({"has_more": has_more, "conversations": items}))
            }
            Payload::File(file) => Shape::Data(self.file(&file)),
            Payload::Bot(bot) => Shape::Data(self.bot(bot)),
            Payload::OnlineBot(bot) => Shape::OnlineBot(self.bot(bot)),
            Payload::Run(run) => Shape::Run(run),
            Payload::History(id, record, interrupt) => {
                Shape::History(self.run_history(id, &record, interrupt.as_ref()))
            }
            Payload::App(app) => Shape::App(app),
        }
    }

    /// Encodes the rejection of a request.
    pub(crate) fn refuse(self, refusal: &Refusal, errors: StudioErrors, log: &str) -> Response {
        match self {
            Self::Official => official::refuse(refusal, log),
            Self::Studio => studio::refuse(refusal, errors),
        }
    }

    /// Returns code and message of a rejection, as of the hosted service.
    pub(crate) fn code(refusal: &Refusal) -> (i64, String) {
        official::code(refusal)
    }

    /// Encodes the error envelope of a script.
    pub(crate) fn envelope(self, code: &Value, msg: &str, log: &str) -> Value {
        match self {
            Self::Official => official::envelope(code, msg, log),
            Self::Studio => studio::envelope(code, msg),
        }
    }

    /// Returns the events for the stream of a rejected request, if the service reports errors there.
    pub(crate) fn refusal_in_stream(self, refusal: &Refusal) -> Option<Event> {
        match self {
            Self::Official => None,
            Self::Studio => studio::refusal_in_stream(refusal),
        }
    }

    fn chat(self, chat: &Chat, view: ChatView) -> Value {
        match self {
            Self::Official => official::chat(chat),
            Self::Studio => studio::chat(chat, view),
        }
    }

    fn message(self, message: &Message, view: View) -> Value {
        match self {
            Self::Official => official::message(message, view),
            Self::Studio => studio::message(message, view),
        }
    }

    fn conversation(self, conversation: &Conversation) -> Value {
        match self {
            Self::Official => official::conversation(conversation),
            Self::Studio => studio::conversation(conversation),
        }
    }

    fn file(self, file: &StoredFile) -> Value {
        match self {
            Self::Official => official::file(file),
            Self::Studio => studio::file(file),
        }
    }

    /// Encodes the description of a bot in the form of the service.
    fn bot(self, bot: Value) -> Value {
        match self {
            Self::Official => bot,
            Self::Studio => studio::bot(bot),
        }
    }

    /// Encodes a list; an empty one may have another form.
    fn list(self, items: Vec<Value>) -> Value {
        match self {
            Self::Studio if items.is_empty() => Value::Null,
            Self::Official | Self::Studio => Value::Array(items),
        }
    }

    /// Encodes an item of a stream as an event.
    pub(crate) fn event(self, item: StreamItem) -> Event {
        match item {
            StreamItem::Plain(event) => event,
            StreamItem::Chat { name, chat, run } => {
                let data = self.chat(&chat, ChatView::Event);
                let data = match run {
                    Some(run) => self.chatflow_chat(data, &chat, run),
                    None => data,
                };
                Event::new(&format!("conversation.chat.{name}"), &data)
            }
            StreamItem::Message { name, message, view, of } => {
                let data = self.message(&message, view);
                Event::new(name, &if of == StreamOf::Chatflow { self.chatflow_message(data) } else { data })
            }
            StreamItem::Part(piece, used) => self.workflow_message(&piece, used),
            StreamItem::Interrupt { interrupt, debug_url } => self.workflow_interrupt(&interrupt, &debug_url),
        }
    }

    /// Returns the event that ends a stream.
    pub(crate) fn done(self, of: StreamOf, debug_url: &str) -> Event {
        let (name, data) = match (self, of) {
            (_, StreamOf::Workflow) => return Event::new("Done", &json!({"debug_url": debug_url})),
            (_, StreamOf::Chatflow) => return Event::new("done", &json!({"debug_url": debug_url})),
            (Self::Official, StreamOf::Chat) => ("done", "\"[DONE]\""),
            (Self::Studio, StreamOf::Chat) => ("conversation.stream.done", ""),
        };
        Event { name: name.to_owned(), data: data.to_owned() }
    }

    /// Returns the form of the events of a stream.
    pub(crate) const fn framing(self, of: StreamOf) -> Framing {
        match of {
            StreamOf::Chat => self.chat_framing(),
            StreamOf::Workflow => self.workflow_framing(),
            StreamOf::Chatflow => self.chatflow_framing(),
        }
    }

    const fn chat_framing(self) -> Framing {
        match self {
            Self::Official => Framing {
                fragments: false,
                content_type: "text/event-stream",
                headers: &[("cache-control", "no-cache")],
                space: false,
                first_id: None,
            },
            Self::Studio => Framing {
                fragments: true,
                content_type: "text/event-stream",
                headers: &[("cache-control", "no-cache"), ("x-accel-buffering", "no")],
                space: false,
                first_id: None,
            },
        }
    }

    /// Encodes JSON like the service.
    pub(crate) fn json(self, value: &Value) -> Bytes {
        match self {
            Self::Official => value.to_string().into(),
            Self::Studio => studio::escape_html(&value.to_string()).into(),
        }
    }

    /// Returns the maximum size of a file in bytes.
    pub(crate) const fn upload_limit(self) -> u64 {
        match self {
            Self::Official => 512 << 20,
            Self::Studio => 200 << 20,
        }
    }

    /// Returns the behavior of the service.
    pub(crate) const fn behavior(self) -> Behavior {
        match self {
            Self::Official => official::BEHAVIOR,
            Self::Studio => studio::BEHAVIOR,
        }
    }
}

/// The pages document codes but no statuses; these are those of the SDK that maps codes to statuses. All other codes
/// have the status 200.
fn status(code: i64) -> StatusCode {
    match code {
        4000 => StatusCode::BAD_REQUEST,
        4100 => StatusCode::UNAUTHORIZED,
        4101 => StatusCode::FORBIDDEN,
        4200 => StatusCode::NOT_FOUND,
        4013 => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::OK,
    }
}
