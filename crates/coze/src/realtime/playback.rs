//! What a loudspeaker plays of a voice chat.

mod buffer;
#[cfg(test)]
mod tests;

pub use buffer::Heard;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use coze_types::ChatId;
use coze_types::realtime::RealtimeEvent;
use tokio::sync::Notify;

use super::g711::G711;
use super::pcm::PcmFormat;
use buffer::Buffer;

/// Bytes that wait to be played at most: 5 minutes of 24 kHz.
const LIMIT: usize = 16 << 20;

/// A buffer between the events of a voice chat and a loudspeaker.
///
/// The server sends audio several times faster than it plays, so most of an answer waits here. When the user interrupts it, what waits must not be
/// played, and neither must the audio of that answer which is still under way. [`apply`](Self::apply) does both, and
/// [`heard`](Self::heard) returns what the user has heard of it.
///
/// It is cheap to clone: one task reads events, the callback of the device reads samples.
///
/// ```
/// use coze::realtime::{Playback, RealtimeEvent};
///
/// # async fn run(mut events: impl futures_util::Stream<Item = Result<RealtimeEvent, coze::Error>> + Unpin) -> Result<(), coze::Error> {
/// # use futures_util::StreamExt as _;
/// let playback = Playback::pcm(24_000);
/// let speaker = playback.clone();
/// let callback = move |samples: &mut [i16]| {
///     speaker.read(samples);
/// };
/// # let _ = callback;
/// while let Some(event) = events.next().await {
///     playback.apply(&event?).await;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Playback {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    format: PcmFormat,
    decode: Option<G711>,
    buffer: Mutex<Buffer>,
    /// Wakes those who wait for room.
    room: Notify,
}

impl Playback {
    /// Creates a buffer for PCM: 24 kHz, unless the session is configured otherwise.
    pub fn pcm(sample_rate: u32) -> Self {
        Self::new(PcmFormat::new(sample_rate), None)
    }

    /// Creates a buffer for G.711, which it decodes to PCM of 8 kHz.
    pub fn g711(law: G711) -> Self {
        Self::new(PcmFormat::new(8000), Some(law))
    }

    fn new(format: PcmFormat, decode: Option<G711>) -> Self {
        let shared = Shared { format, decode, buffer: Mutex::default(), room: Notify::new() };
        Self { shared: Arc::new(shared) }
    }

    /// Says that only keywords interrupt an answer: the user may speak while it is played, until the server cancels it.
    #[must_use]
    pub fn interrupted_by_keywords(self) -> Self {
        self.buffer().by_keywords = true;
        self
    }

    /// Takes the audio of an event, or drops what must not be played after it.
    ///
    /// - Audio is added, except that of an answer which was interrupted.
    /// - When the user speaks or a chat is canceled, its audio is dropped.
    ///
    /// Waits only if 16 MiB wait to be played: 5 minutes of 24 kHz. The future may be dropped; it has added all of the audio or none.
    pub async fn apply(&self, event: &RealtimeEvent) {
        let RealtimeEvent::Audio { audio, message } = event else {
            self.buffer().note(event);
            self.shared.room.notify_waiters();
            return;
        };
        let chat_id = message.chat_id.as_ref().filter(|id| !matches!(id.as_str(), "" | "0"));
        self.add(chat_id, audio).await;
    }

    /// Adds audio that belongs to no chat, such as that of a speech session. Waits like [`apply`](Self::apply).
    pub async fn push(&self, audio: &[u8]) {
        self.add(None, audio).await;
    }

    async fn add(&self, chat_id: Option<&ChatId>, audio: &[u8]) {
        loop {
            let room = self.shared.room.notified();
            if self.try_add(chat_id, audio) {
                return;
            }
            room.await;
        }
    }

    /// Returns whether there was room.
    fn try_add(&self, chat_id: Option<&ChatId>, audio: &[u8]) -> bool {
        let mut buffer = self.buffer();
        if buffer.audio.len() >= LIMIT {
            return false;
        }
        if buffer.admit(chat_id) {
            match self.shared.decode {
                Some(law) => buffer.audio.extend(law.decode(audio)),
                None => buffer.audio.extend(audio),
            }
            buffer.advance(0);
        }
        true
    }

    /// Reads the next samples, fills up with silence, and returns how many were audio. For the callback of a device: it waits for nothing
    /// but other calls of this buffer, which are short.
    pub fn read(&self, samples: &mut [i16]) -> usize {
        let mut buffer = self.buffer();
        let count = samples.len().min(buffer.audio.len() / 2);
        let mut bytes = buffer.audio.drain(..count * 2);
        for sample in &mut samples[..count] {
            *sample = i16::from_le_bytes([bytes.next().unwrap_or(0), bytes.next().unwrap_or(0)]);
        }
        drop(bytes);
        samples[count..].fill(0);
        self.advance(buffer, count);
        count
    }

    /// Does the same with bytes, little endian, for pipes and files.
    pub fn read_bytes(&self, bytes: &mut [u8]) -> usize {
        let mut buffer = self.buffer();
        let count = (bytes.len().min(buffer.audio.len())) / 2;
        for (byte, audio) in bytes.iter_mut().zip(buffer.audio.drain(..count * 2)) {
            *byte = audio;
        }
        bytes[count * 2..].fill(0);
        self.advance(buffer, count);
        count * 2
    }

    /// Interrupts the answer: drops what waits, and the audio of the same answer that is still to come. For push to talk, where a key
    /// interrupts, together with `cancel` of the session.
    pub fn interrupt(&self) {
        self.buffer().interrupt(None);
        self.shared.room.notify_waiters();
    }

    /// Returns how long what waits will play.
    pub fn buffered(&self) -> Duration {
        self.shared.format.duration(self.buffer().audio.len() as u64)
    }

    /// Returns what the user has heard of the answer that is played, or was played last.
    pub fn heard(&self) -> Heard {
        let buffer = self.buffer();
        Heard { duration: self.shared.format.duration(buffer.played), ..buffer.heard.clone() }
    }

    fn advance(&self, mut buffer: MutexGuard<'_, Buffer>, samples: usize) {
        buffer.advance(samples as u64 * 2);
        drop(buffer);
        self.shared.room.notify_waiters();
    }

    fn buffer(&self) -> MutexGuard<'_, Buffer> {
        self.shared.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
