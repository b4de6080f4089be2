//! Realtime sessions over WebSockets: speech, transcription, voice chat and interpretation.
//!
//! | Session | Created by | In | Out |
//! | --- | --- | --- | --- |
//! | speech | [`client.audio().speech().live()`](crate::Speech::live) | text, of any length | audio |
//! | transcription | [`client.audio().transcriptions().live()`](crate::Transcriptions::live) | audio | text |
//! | voice chat | [`client.chat().realtime(bot)`](crate::Chats::realtime) | audio, text, files | audio, text, tool calls |
//! | interpretation | [`client.audio().interpretation(from, to).live()`](crate::Interpretation::live) | audio | text and audio in another language |
//!
//! Each method returns a builder, [`Connect`]. [`connect`](Connect::connect) resolves when the server has taken the configuration, so no audio is lost or
//! misread. The [`Session`] is used whole, or [split](Session::split) into a [`Sender`], which can be cloned, and [`Events`], a stream.
//!
//! ```no_run
//! use coze::realtime::{InputAudio, RealtimeEvent, TurnDetection};
//!
//! # async fn run(client: coze::Coze, mut microphone: tokio::sync::mpsc::Receiver<Vec<u8>>) -> Result<(), coze::Error> {
//! let session = client
//!     .chat()
//!     .realtime("7379462189365198898")
//!     .input_audio(InputAudio::pcm(16_000))
//!     .turn_detection(TurnDetection::server_vad())
//!     .connect()
//!     .await?;
//! let (sender, mut events) = session.split();
//! tokio::spawn(async move {
//!     while let Some(frame) = microphone.recv().await {
//!         sender.append(&frame).await?;
//!     }
//!     sender.close().await
//! });
//! while let Some(event) = events.next().await {
//!     match event {
//!         Ok(RealtimeEvent::Audio { audio, .. }) => println!("{} bytes to play", audio.len()),
//!         Ok(RealtimeEvent::SpeechStarted | RealtimeEvent::ChatCanceled(_)) => println!("stop playing"),
//!         Ok(RealtimeEvent::TranscriptCompleted(text)) => println!("you: {text}"),
//!         Ok(_) => {}
//!         // An error of the server does not end the session.
//!         Err(error) => eprintln!("{error}"),
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! A session has no task: each await of an event, and each send, moves the connection in both directions. So events must be [read all the
//! time](Events). A future may be dropped at any await: no message is lost, and none is sent in part. There is no hidden reconnect: a session that
//! breaks ends with an error, and a clone of its [`Connect`] opens the next one.

mod chat;
mod connect;
mod end;
mod event;
mod g711;
mod interpretation;
mod link;
mod outbox;
mod pacer;
mod pcm;
mod playback;
mod reconnect;
mod rounds;
mod session;
mod speech;
mod transcription;
mod update;
mod waiting;

pub use connect::Connect;
pub use coze_transport::websocket::CloseFrame;
pub use coze_types::realtime::*;
pub use event::{AudioInput, LiveEvent};
pub use g711::G711;
pub use pacer::Pacer;
pub use pcm::{PcmFormat, WavError, WavReader};
pub use playback::{Heard, Playback};
pub use session::{Events, Sender, Session};
