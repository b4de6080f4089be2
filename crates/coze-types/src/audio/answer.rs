//! The audio answer of a chat, joined from its pieces.

use std::time::Duration;

use crate::chat::ChatEvent;
use crate::core::error::DecodeError;
use crate::message::{ContentType, Message};
use crate::model::id::MessageId;

/// Samples per second.
const SAMPLE_RATE: u32 = 24_000;
/// Bytes of a sample: 16 bit, one channel.
const SAMPLE: usize = 2;

/// The audio answer of a chat, joined from the pieces of its stream.
///
/// An agent replies with audio if the question contains audio. To a question in WAV the answer is PCM: 24 kHz, 16 bit,
/// mono, little endian, which is what [`wav`](Self::wav) and [`duration`](Self::duration) take it for. To a question
/// in Ogg Opus it is Opus: 48 kHz, mono, frames of 10 ms; then use the bytes of each piece, as
/// [`push_event`](Self::push_event) gives them.
///
/// Audio may come after the chat is completed: read the stream to its end. Each piece may be base64 of its own, padded or
/// not, or the pieces may be one text that was cut anywhere. Where both can be, a piece that can stand by itself does.
///
/// ```
/// use coze_types::Event;
/// use coze_types::audio::AudioAnswer;
/// use coze_types::chat::ChatEvent;
///
/// let mut answer = AudioAnswer::new();
/// for (name, data) in [
///     ("conversation.message.delta", r#"{"id": "7", "type": "answer", "content": "星期二"}"#),
///     ("conversation.chat.completed", r#"{"id": "1", "status": "completed"}"#),
///     ("conversation.audio.delta", r#"{"id": "7", "content": "AAD/fw=="}"#),
///     ("done", "[DONE]"),
/// ] {
///     let heard = answer.push_event(&ChatEvent::parse(name, data)?)?;
///     // Play `heard` while the rest is on its way.
///     assert_eq!(heard.is_empty(), name != "conversation.audio.delta");
/// }
/// assert_eq!(answer.pcm(), [0x00, 0x00, 0xff, 0x7f]);
/// assert!(answer.wav().starts_with(b"RIFF"));
/// # Ok::<(), coze_types::DecodeError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct AudioAnswer {
    pcm: Vec<u8>,
    /// Messages of which a piece has come, that of the latest last.
    messages: Vec<MessageId>,
    base64: Base64,
}

impl AudioAnswer {
    /// Starts with nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what an event says, and gives back the audio that it adds; events of other kinds add none.
    ///
    /// A whole message of audio counts where it did not come in pieces before.
    pub fn push_event(&mut self, event: &ChatEvent) -> Result<&[u8], DecodeError> {
        match event {
            ChatEvent::AudioDelta(piece) => self.push(piece),
            ChatEvent::MessageCompleted(whole)
                if whole.content_type == Some(ContentType::Audio) && !self.messages.contains(&whole.id) =>
            {
                self.push(whole)
            }
            _ => Ok(&[]),
        }
    }

    /// Takes a message, or a piece of one, whose content is audio in base64, and gives back what it adds.
    ///
    /// A piece that is not base64 is dropped; earlier pieces are kept, and later ones can be pushed.
    pub fn push(&mut self, message: &Message) -> Result<&[u8], DecodeError> {
        if self.messages.last() != Some(&message.id) {
            self.messages.retain(|id| *id != message.id);
            self.messages.push(message.id.clone());
            self.base64 = Base64::default();
        }
        let before = self.pcm.len();
        self.base64.begin(&message.content);
        if let Err((position, character)) = self.base64.decode(&message.content, &mut self.pcm) {
            self.pcm.truncate(before);
            self.base64 = Base64::default();
            let id = &message.id;
            return Err(DecodeError::content(
                format!(
                    "the audio of message {id} is not base64: {character:?} at byte {position} of a piece"
                ),
                &message.content,
            ));
        }
        Ok(&self.pcm[before..])
    }

    /// Audio so far, without a header.
    pub fn pcm(&self) -> &[u8] {
        &self.pcm
    }

    /// Audio so far, taken out.
    pub fn into_pcm(self) -> Vec<u8> {
        self.pcm
    }

    /// Whether no audio has come.
    pub fn is_empty(&self) -> bool {
        self.pcm.is_empty()
    }

    /// How long the audio so far takes to hear.
    pub fn duration(&self) -> Duration {
        let samples = (self.pcm.len() / SAMPLE) as u64;
        let rate = u64::from(SAMPLE_RATE);
        Duration::from_secs(samples / rate) + Duration::from_nanos(samples % rate * 1_000_000_000 / rate)
    }

    /// A WAV file of the audio so far; half a sample at its end is dropped.
    pub fn wav(&self) -> Vec<u8> {
        const HEADER: usize = 44;
        let samples = &self.pcm[..self.pcm.len() / SAMPLE * SAMPLE];
        // 4 GB are 24 hours; players interpret the maximum size as "to the end of the file".
        let size = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes();
        let mut wav = Vec::with_capacity(HEADER + samples.len());
        wav.extend_from_slice(b"RIFF");
        wav.extend_from_slice(&size(HEADER - 8 + samples.len()));
        wav.extend_from_slice(b"WAVEfmt ");
        wav.extend_from_slice(&16_u32.to_le_bytes());
        // PCM, one channel; below, 2 bytes in each sample, 16 bits in each channel of it.
        wav.extend_from_slice(&[1, 0, 1, 0]);
        wav.extend_from_slice(&SAMPLE_RATE.to_le_bytes());
        wav.extend_from_slice(&(2 * SAMPLE_RATE).to_le_bytes());
        wav.extend_from_slice(&[2, 0, 16, 0]);
        wav.extend_from_slice(b"data");
        wav.extend_from_slice(&size(samples.len()));
        wav.extend_from_slice(samples);
        wav
    }
}

/// A decoder of base64 that comes in pieces.
///
/// It carries bits from one piece to the next, which decoders of whole texts do not do; so it gives out each byte as
/// soon as its digits are there, and needs no last call.
#[derive(Clone, Debug, Default)]
struct Base64 {
    /// Digits that are not yet bytes; the lowest `waiting` bits count.
    digits: u32,
    waiting: u32,
    /// Whether a group has run from one piece into another: the pieces are one text.
    joined: bool,
}

impl Base64 {
    /// Begins a piece, which may continue the remainder of the previous one.
    fn begin(&mut self, piece: &str) {
        if self.waiting == 0 || !piece.bytes().any(|byte| digit(byte.into()).is_some()) {
            return;
        }
        // Encoders without padding fill the last digit of a piece with zeros.
        let is_whole = self.waiting != 6 && self.digits & ((1 << self.waiting) - 1) == 0;
        if is_whole && !self.joined && stands_alone(piece) {
            self.waiting = 0;
        } else {
            self.joined = true;
        }
    }

    /// Appends the content of a piece; an error contains the position and the character.
    fn decode(&mut self, piece: &str, bytes: &mut Vec<u8>) -> Result<(), (usize, char)> {
        bytes.reserve(piece.len() / 4 * 3 + 3);
        for (position, character) in piece.char_indices() {
            let Some(digit) = digit(character) else {
                match character {
                    // A group is complete, whatever its remaining bits; another may follow. A single digit is not one.
                    '=' if self.waiting != 6 => self.waiting = 0,
                    '\r' | '\n' | ' ' | '\t' => {}
                    _ => return Err((position, character)),
                }
                continue;
            };
            self.digits = self.digits << 6 | digit;
            self.waiting += 6;
            if self.waiting >= 8 {
                self.waiting -= 8;
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "the byte is what is wanted of the bits"
                )]
                bytes.push((self.digits >> self.waiting) as u8);
            }
        }
        Ok(())
    }
}

fn digit(character: char) -> Option<u32> {
    match character {
        'A'..='Z' => Some(character as u32 - 'A' as u32),
        'a'..='z' => Some(character as u32 - 'a' as u32 + 26),
        '0'..='9' => Some(character as u32 - '0' as u32 + 52),
        '+' | '-' => Some(62),
        '/' | '_' => Some(63),
        _ => None,
    }
}

/// Whether a piece reads as base64 by itself, padded or not.
fn stands_alone(piece: &str) -> bool {
    let padding = piece.matches('=').count();
    piece.split('=').enumerate().all(|(at, group)| {
        let digits = || group.chars().filter_map(digit);
        match (digits().count() % 4, digits().next_back()) {
            (_, None) => at > 0,
            // A complete group requires no padding: this one started in another piece.
            (0, _) => at == padding,
            (2, Some(last)) => last.trailing_zeros() >= 4,
            (3, Some(last)) => last.trailing_zeros() >= 2,
            _ => false,
        }
    })
}
