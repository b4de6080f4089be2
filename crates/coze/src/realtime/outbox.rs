//! What a session has to send, until the socket takes it.

use std::collections::VecDeque;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use coze_types::EncodeError;
use coze_types::realtime::{SpeechCommand, write};
use serde::Serialize;

use super::rounds::{Rounds, Step};
use crate::runtime::random::random;

/// Bytes that may wait: about a second of 24 kHz PCM. One message of any size fits when nothing waits.
const ROOM: usize = 64 * 1024;

/// Bytes of a message around its audio, and more.
const AROUND: usize = 128;

/// Whole messages in a buffer that is used again once they are sent, so that audio is queued without an allocation.
pub(super) struct Outbox {
    bytes: BytesMut,
    /// Length of each message.
    lengths: VecDeque<usize>,
    /// Messages so far; the number of the last one.
    queued: u64,
    /// Whether a close frame follows the last message.
    closing: bool,
    /// Beginning of all ids, so that those of two sessions differ.
    prefix: u16,
    /// Text that waits for its round, in a speech session.
    pub(super) rounds: Rounds,
}

impl Outbox {
    pub(super) fn new() -> Self {
        let prefix = u16::try_from(random() & 0xffff).unwrap_or_default();
        let (bytes, lengths, rounds) = (BytesMut::new(), VecDeque::new(), Rounds::default());
        Self { bytes, lengths, queued: 0, closing: false, prefix, rounds }
    }

    /// Queues audio if there is room, and returns the number of the message.
    pub(super) fn audio(&mut self, audio: &[u8]) -> Option<u64> {
        let encoded = audio.len().div_ceil(3) * 4;
        let start = self.bytes.len();
        if start > 0 && start + encoded > ROOM {
            return None;
        }
        let (prefix, number) = (self.prefix, self.queued + 1);
        self.bytes.reserve(encoded + AROUND);
        // Writing to a buffer does not fail.
        let _ = write!(
            self.bytes,
            r#"{{"id":"{prefix:04x}-{number}","event_type":"input_audio_buffer.append","data":{{"delta":""#
        );
        let at = self.bytes.len();
        self.bytes.resize(at + encoded, 0);
        let written = STANDARD.encode_slice(audio, &mut self.bytes[at..]);
        debug_assert_eq!(written, Ok(encoded));
        self.bytes.extend_from_slice(br#""}}"#);
        Some(self.end(start))
    }

    /// Queues a command, whether there is room or not, and returns the number of the message.
    pub(super) fn command(&mut self, command: &impl Serialize) -> Result<u64, EncodeError> {
        let id = format!("{:04x}-{}", self.prefix, self.queued + 1);
        let text = write(command, Some(&id))?;
        let start = self.bytes.len();
        self.bytes.extend_from_slice(text.as_bytes());
        Ok(self.end(start))
    }

    /// Queues what the rounds of a speech session can send now.
    pub(super) fn speak(&mut self) -> Result<u64, EncodeError> {
        while let Some(step) = self.rounds.next() {
            match step {
                Step::Append(delta) => self.command(&SpeechCommand::Append { delta })?,
                Step::Complete => self.command(&SpeechCommand::Complete)?,
            };
        }
        Ok(self.queued)
    }

    /// Lets a close frame follow, and returns its number.
    pub(super) fn close(&mut self) -> u64 {
        if !std::mem::replace(&mut self.closing, true) {
            self.queued += 1;
        }
        self.queued
    }

    /// Whether nothing more can be queued.
    pub(super) fn is_closing(&self) -> bool {
        self.closing
    }

    fn end(&mut self, start: usize) -> u64 {
        self.lengths.push_back(self.bytes.len() - start);
        self.queued += 1;
        self.queued
    }

    /// Takes the next message.
    pub(super) fn pop(&mut self) -> Option<Bytes> {
        let message = self.bytes.split_to(self.lengths.pop_front()?).freeze();
        // What one large message took is given back.
        if self.bytes.is_empty() && message.len() > 2 * ROOM {
            self.bytes = BytesMut::new();
        }
        Some(message)
    }
}

#[cfg(test)]
mod tests {
    use coze_types::realtime::{RawCommand, RealtimeCommand, TranscriptionCommand};
    use serde_json::Value;

    use super::*;

    #[test]
    fn audio_is_written_like_any_command() {
        let mut outbox = Outbox::new();
        for len in [1, 2, 3, 960, 14_399] {
            let audio: Vec<u8> = (0..len).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let number = outbox.audio(&audio).unwrap();
            let id = format!("{:04x}-{number}", outbox.prefix);
            let command = TranscriptionCommand::Append { delta: audio.into() };
            assert_eq!(outbox.pop().unwrap(), write(&command, Some(&id)).unwrap());
        }
    }

    #[test]
    fn messages_come_out_whole_and_in_order() {
        let mut outbox = Outbox::new();
        for round in 0..3 {
            for number in 0..10 {
                outbox.command(&RawCommand::new("x", Value::from(number))).unwrap();
            }
            for number in 0..10 {
                let message: Value = serde_json::from_slice(&outbox.pop().unwrap()).unwrap();
                assert_eq!(message["data"], number);
                assert!(message["id"].as_str().unwrap().ends_with(&format!("-{}", round * 10 + number + 1)));
            }
            assert_eq!(outbox.pop(), None);
        }
    }

    #[test]
    fn audio_waits_for_room_and_commands_do_not() {
        let mut outbox = Outbox::new();
        let frame = [0; 960];
        let taken = std::iter::from_fn(|| outbox.audio(&frame)).count();
        assert!((40..60).contains(&taken), "{taken}");
        outbox.command(&RealtimeCommand::Cancel).unwrap();
        outbox.pop().unwrap();
        outbox.pop().unwrap();
        assert!(outbox.audio(&frame).is_some());
        // A queue that is never empty does not grow.
        for _ in 0..1000 {
            outbox.pop().unwrap();
            assert!(outbox.audio(&frame).is_some());
        }
        assert!(outbox.bytes.capacity() <= 4 * ROOM);
        while outbox.pop().is_some() {}
        // One message of any size.
        assert!(outbox.audio(&vec![0; 1_000_000]).is_some());
        outbox.pop().unwrap();
        assert!(outbox.bytes.capacity() <= 2 * ROOM);
    }
}
