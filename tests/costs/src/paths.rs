//! The paths that are counted.

use std::error::Error;
use std::hint::black_box;
use std::task::{Context, Poll};

use async_trait::async_trait;
use bytes::Bytes;
use coze::conversation::RetrieveConversation;
use coze::{Coze, CreateChat, Message};
use coze_sse::Parser;
use coze_transport::websocket::{Message as SocketMessage, MessageSocket, Opened, Socket};
use coze_transport::{Body, Incoming, Transport, TransportError};
use coze_types::chat::{ChatDecoder, ChatEvent};
use coze_types::message::MessageRef;
use coze_types::realtime::{SpeechEvent, read};
use coze_types::{Event, EventDecoder, decode, encode};

/// Walks a path so many times; returns something that depends on all of it.
pub(crate) type Walk = fn(usize) -> Result<usize, Box<dyn Error>>;

pub(crate) const PATHS: &[(&str, Walk)] = &[
    ("events, lent", lent),
    ("events, owned", owned),
    ("delta, borrowed", delta_borrowed),
    ("delta, owned", delta_owned),
    ("delta with meta_data, owned", delta_with_meta_data),
    ("bytes to typed deltas", typed),
    ("stream of typed events", stream),
    ("encode and decode of a request", codec),
    ("request through the client", request),
    ("append of 960 bytes to a session", append),
    ("read of 10,800 bytes of audio", audio),
];

const DELTA: &str = r#"{"id":"7382159494123470858","conversation_id":"7381473525342978089","bot_id":"7379462189365198898","role":"assistant","type":"answer","content":"你好","content_type":"text","chat_id":"7382159487131697202"}"#;
const META: &str = r#"{"id":"7382159494123470858","role":"assistant","type":"answer","content":"你好","meta_data":{"message_title":"t"}}"#;
const CONVERSATION: &str = r#"{"code":0,"msg":"","data":{"id":"7381473445440978001","created_at":1718609571,"last_section_id":"7381473445440978001","name":"costs","updated_at":1718609575,"creator_id":"2478774393","connector_id":"1024"},"detail":{"logid":"20241122143100"}}"#;
/// A usual read from a socket.
const CHUNK: usize = 16 * 1024;

fn events(count: usize) -> Bytes {
    format!("event:conversation.message.delta\ndata:{DELTA}\n\n").repeat(count).into()
}

fn chunks(stream: &Bytes) -> impl Iterator<Item = Bytes> {
    (0..stream.len()).step_by(CHUNK).map(|start| stream.slice(start..stream.len().min(start + CHUNK)))
}

fn lent(count: usize) -> Result<usize, Box<dyn Error>> {
    let (mut parser, mut sum) = (Parser::new(), 0);
    for chunk in chunks(&events(count)) {
        parser.push(chunk);
        while let Some(event) = parser.next_event() {
            sum += black_box(event?).data_bytes().len();
        }
    }
    Ok(sum)
}

fn owned(count: usize) -> Result<usize, Box<dyn Error>> {
    let (mut parser, mut sum) = (Parser::new(), 0);
    for chunk in chunks(&events(count)) {
        parser.push(chunk);
        while let Some(event) = parser.next_owned() {
            sum += black_box(event?).data_bytes().len();
        }
    }
    Ok(sum)
}

fn typed(count: usize) -> Result<usize, Box<dyn Error>> {
    let (mut parser, mut decoder, mut sum) = (Parser::new(), ChatDecoder::default(), 0);
    for chunk in chunks(&events(count)) {
        parser.push(chunk);
        while let Some(event) = parser.next_event() {
            let event = event?;
            let delta = decoder.decode(event.name_bytes(), event.data_bytes())?;
            sum += black_box(delta).text().map_or(0, str::len);
        }
    }
    Ok(sum)
}

fn delta_borrowed(count: usize) -> Result<usize, Box<dyn Error>> {
    let mut sum = 0;
    for _ in 0..count {
        sum += black_box(MessageRef::parse(black_box(DELTA))?).content.len();
    }
    Ok(sum)
}

fn delta_owned(count: usize) -> Result<usize, Box<dyn Error>> {
    parse(DELTA, count)
}

fn delta_with_meta_data(count: usize) -> Result<usize, Box<dyn Error>> {
    parse(META, count)
}

fn parse(delta: &str, count: usize) -> Result<usize, Box<dyn Error>> {
    let mut sum = 0;
    for _ in 0..count {
        let event = ChatEvent::parse("conversation.message.delta", black_box(delta))?;
        sum += black_box(event).text().map_or(0, str::len);
    }
    Ok(sum)
}

fn codec(count: usize) -> Result<usize, Box<dyn Error>> {
    let mut sum = 0;
    for _ in 0..count {
        let request = RetrieveConversation::new("7381473445440978001");
        sum += black_box(encode(&request)?).accept.len();
        let answer = http::Response::new(Bytes::from_static(CONVERSATION.as_bytes()));
        sum += black_box(decode::<RetrieveConversation>(&answer)?).id.as_str().len();
    }
    Ok(sum)
}

/// Answers from memory, at once.
struct Memory {
    content_type: &'static str,
    body: Bytes,
}

#[async_trait]
impl Transport for Memory {
    async fn send(&self, _: http::Request<Body>) -> Result<http::Response<Incoming>, TransportError> {
        let mut response = http::Response::new(Incoming::from(self.body.clone()));
        response.headers_mut().insert("content-type", http::HeaderValue::from_static(self.content_type));
        Ok(response)
    }

    async fn open(&self, _: http::Request<()>) -> Result<Opened, TransportError> {
        Ok(Opened::Socket(http::Response::new(Socket::new(Session(Some(self.body.clone()))))))
    }
}

/// A WebSocket that sends one message, and takes all that it is sent.
struct Session(Option<Bytes>);

impl MessageSocket for Session {
    fn poll_receive(&mut self, _: &mut Context<'_>) -> Poll<Option<Result<SocketMessage, TransportError>>> {
        self.0.take().map_or(Poll::Pending, |message| Poll::Ready(Some(Ok(SocketMessage::Text(message)))))
    }

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(&mut self, message: SocketMessage) -> Result<(), TransportError> {
        black_box(message);
        Ok(())
    }

    fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }
}

fn client(content_type: &'static str, body: Bytes) -> Result<Coze, Box<dyn Error>> {
    Ok(Coze::builder().token("pat_costs").transport(Memory { content_type, body }).build()?)
}

fn wait<T>(future: impl Future<Output = Result<T, Box<dyn Error>>>) -> Result<T, Box<dyn Error>> {
    tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(future)
}

fn stream(count: usize) -> Result<usize, Box<dyn Error>> {
    let mut body = events(count).to_vec();
    body.extend_from_slice(b"event:done\ndata:[DONE]\n\n");
    let client = client("text/event-stream", body.into())?;
    wait(async {
        let request = CreateChat::new("1", "user").message(Message::user("hello"));
        let mut events = client.chat().stream(request).await?;
        let mut sum = 0;
        while let Some(event) = events.next().await {
            sum += black_box(event?).text().map_or(0, str::len);
        }
        Ok(sum)
    })
}

fn request(count: usize) -> Result<usize, Box<dyn Error>> {
    let client = client("application/json", Bytes::from_static(CONVERSATION.as_bytes()))?;
    wait(async {
        let mut sum = 0;
        for _ in 0..count {
            sum += client.conversations().retrieve("7381473445440978001").await?.id.as_str().len();
        }
        Ok(sum)
    })
}

fn append(count: usize) -> Result<usize, Box<dyn Error>> {
    let created = br#"{"event_type":"transcriptions.created"}"#;
    let client = client("application/json", Bytes::from_static(created))?;
    wait(async {
        let session = client.audio().transcriptions().live().connect().await?;
        let frame = black_box([7; 960]);
        for _ in 0..count {
            session.sender().append(&frame).await?;
        }
        Ok(count)
    })
}

fn audio(count: usize) -> Result<usize, Box<dyn Error>> {
    let audio = "AAEC".repeat(3600);
    let message = format!(
        r#"{{"id":"7446668538246561827","event_type":"speech.audio.update","data":{{"delta":"{audio}"}},"detail":{{"logid":"20250701"}}}}"#
    );
    let mut sum = 0;
    for _ in 0..count {
        if let SpeechEvent::Audio(audio) = read(black_box(message.as_bytes()))?.event {
            sum += audio.len();
        }
    }
    Ok(sum)
}
