//! Audio that waits to be played, and its removal.

use std::collections::VecDeque;
use std::time::Duration;

use coze_types::ChatId;
use coze_types::realtime::RealtimeEvent;

/// How many interrupted answers are remembered, since their audio may still come.
const INTERRUPTED: usize = 16;

/// What the user has heard of an answer, as far as the device has read it. What the device still buffers counts as heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Heard {
    /// Chat whose answer it is; `None` if no agent speaks.
    pub chat_id: Option<ChatId>,
    /// How much of it was played.
    pub duration: Duration,
    /// Sentences that were played to their end.
    pub text: String,
    /// Sentence that is being played, or was when the answer was interrupted.
    pub sentence: Option<String>,
    /// Whether some of it will never be played, since it was interrupted.
    pub interrupted: bool,
}

#[derive(Debug, Default)]
pub(super) struct Buffer {
    /// What waits.
    pub(super) audio: VecDeque<u8>,
    /// Bytes read so far: the place of the first byte of `audio`.
    at: u64,
    /// What begins at which place.
    marks: VecDeque<(u64, Mark)>,
    /// Text of the sentence whose audio comes next.
    sentence: Option<String>,
    /// Whether an answer has begun to come and is not complete.
    coming: bool,
    /// Chat of the latest audio.
    latest: Option<ChatId>,
    /// Chats that run, oldest first: one, or two while one replaces the other.
    running: VecDeque<ChatId>,
    /// Chats whose audio is dropped.
    interrupted: VecDeque<ChatId>,
    /// The answer that is played.
    pub(super) heard: Heard,
    /// Bytes of it that were played.
    pub(super) played: u64,
    /// Whether only keywords interrupt an answer.
    pub(super) by_keywords: bool,
}

#[derive(Debug)]
enum Mark {
    Answer(Option<ChatId>),
    Sentence(String),
    /// The end of an answer, which is the end of its last sentence.
    End,
}

impl Buffer {
    /// Notes an event other than audio.
    pub(super) fn note(&mut self, event: &RealtimeEvent) {
        match event {
            RealtimeEvent::ChatCreated(chat) => {
                self.running.push_back(chat.id.clone());
                if self.running.len() > 2 {
                    self.running.pop_front();
                }
            }
            RealtimeEvent::ChatCompleted(chat) | RealtimeEvent::ChatFailed(chat) => {
                self.running.retain(|id| *id != chat.id);
            }
            RealtimeEvent::SentenceStart(text) => self.sentence = Some(text.clone()),
            RealtimeEvent::AudioCompleted(_) if self.coming => {
                self.coming = false;
                self.mark(Mark::End);
            }
            RealtimeEvent::SpeechStarted if !self.by_keywords => self.interrupt(None),
            // A new message canceled it, whose own chat may have begun already.
            RealtimeEvent::ChatCanceled(reply) if reply.code == Some(3) && self.running.len() > 1 => {
                let newest = self.running.pop_back();
                self.interrupt(newest.as_ref());
                self.running.extend(newest);
            }
            RealtimeEvent::ChatCanceled(_) => self.interrupt(None),
            _ => {}
        }
    }

    /// Whether audio may be played. It begins an answer if it belongs to another one than the audio before it.
    pub(super) fn admit(&mut self, chat_id: Option<&ChatId>) -> bool {
        let sentence = self.sentence.take();
        if chat_id.is_some_and(|id| self.interrupted.contains(id)) {
            self.heard.interrupted |= self.heard.chat_id.as_ref() == chat_id;
            return false;
        }
        let is_same = self.latest.as_ref() == chat_id && (self.coming || chat_id.is_some());
        if !is_same {
            // Half a sample that never became a whole one.
            if self.audio.len() % 2 == 1 {
                self.audio.pop_back();
            }
            self.mark(Mark::Answer(chat_id.cloned()));
            self.latest = chat_id.cloned();
        }
        self.coming = true;
        if let Some(text) = sentence {
            self.mark(Mark::Sentence(text));
        }
        true
    }

    /// Marks the end of the audio that has come.
    fn mark(&mut self, mark: Mark) {
        self.marks.push_back((self.at + self.audio.len() as u64, mark));
        self.advance(0);
    }

    /// Notes that so many bytes were played.
    pub(super) fn advance(&mut self, bytes: u64) {
        let end = self.at + bytes;
        while self.marks.front().is_some_and(|(place, _)| *place <= end) {
            let Some((place, mark)) = self.marks.pop_front() else { break };
            self.played += place - self.at;
            self.at = place;
            match mark {
                Mark::Answer(chat_id) => {
                    (self.heard, self.played) = (Heard { chat_id, ..Heard::default() }, 0);
                }
                Mark::Sentence(text) => {
                    let before = self.heard.sentence.replace(text);
                    self.heard.text.extend(before);
                }
                Mark::End => {
                    let last = self.heard.sentence.take();
                    self.heard.text.extend(last);
                }
            }
        }
        self.played += end - self.at;
        self.at = end;
    }

    /// Drops what waits, and what is still to come of the answers that run, except those of a chat.
    pub(super) fn interrupt(&mut self, kept: Option<&ChatId>) {
        let is_kept = |id: Option<&ChatId>| kept.is_some() && id == kept;
        if !is_kept(self.heard.chat_id.as_ref()) {
            let first = self
                .marks
                .iter()
                .position(|(_, mark)| matches!(mark, Mark::Answer(id) if is_kept(id.as_ref())));
            self.marks = first.map(|first| self.marks.split_off(first)).unwrap_or_default();
            let dropped = self.marks.front().map_or(self.audio.len() as u64, |(place, _)| place - self.at);
            self.audio.drain(..usize::try_from(dropped).unwrap_or(usize::MAX));
            self.at += dropped;
            let is_coming = self.coming && self.latest == self.heard.chat_id;
            self.heard.interrupted |= dropped > 0 || is_coming;
        }
        for id in self.running.drain(..).chain(self.latest.clone()) {
            if !is_kept(Some(&id)) && !self.interrupted.contains(&id) {
                self.interrupted.push_back(id);
            }
        }
        while self.interrupted.len() > INTERRUPTED {
            self.interrupted.pop_front();
        }
        if !is_kept(self.latest.as_ref()) {
            (self.coming, self.sentence) = (false, None);
        }
        self.advance(0);
    }
}
