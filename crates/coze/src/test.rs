//! Tests of your own code without a server.
//!
//! [`ScriptedTransport`] answers each request with the next [`Reply`] and keeps the requests. [`Recorder`] keeps what a
//! real transport sends and receives; [`ScriptedTransport::replay`] answers from such a [`Recording`] later.
//!
//! The code under test takes a [`Coze`](crate::Coze) and does not know the difference:
//!
//! ```
//! use coze::test::{Reply, ScriptedTransport};
//! use coze::{Coze, CreateChat, Message};
//!
//! async fn ask(client: &Coze, question: &str) -> Result<String, coze::Error> {
//!     let request = CreateChat::new("7379462189365198898", "user").message(Message::user(question));
//!     Ok(client.chat().stream(request).await?.collect().await?.text())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let transport = ScriptedTransport::new([Reply::chat("Tuesday"), Reply::api_error(4016, "conversation is running")]);
//! let client = transport.builder().build()?;
//!
//! assert_eq!(ask(&client, "What day is it?").await?, "Tuesday");
//! assert_eq!(ask(&client, "And now?").await.unwrap_err().kind(), coze::ErrorKind::Busy);
//! assert_eq!(transport.requests()[1].uri().path(), "/v3/chat");
//! # Ok(()) }
//! ```
//!
//! Values of answers and events are built with `new`, which takes the required fields, or with `Default`; the other
//! fields are public. To test against a whole service with conversations, files and workflows, use the crate `coze-sim`.

mod frame;
mod recorder;
mod reply;
mod request;
mod scripted;

pub use frame::Frame;
pub use recorder::{Content, Exchange, Recorder, Recording};
pub use reply::Reply;
pub use scripted::ScriptedTransport;
