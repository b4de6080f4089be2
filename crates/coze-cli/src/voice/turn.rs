//! Whether somebody speaks, or is still to be answered.

use std::time::Duration;

use coze::realtime::RealtimeEvent;
use tokio::time::Instant;

use crate::failure::{Exit, Failure};
use crate::lang::say;

/// How long after the input the server may take to find speech in it.
const GRACE: Duration = Duration::from_secs(3);

/// How long an answer may let nothing be heard of it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The turn in a voice chat.
pub(super) struct Turn {
    /// Whether an answer is owed.
    is_open: bool,
    /// Whether the client says when the user has spoken.
    push_to_talk: bool,
    /// The last event.
    last: Instant,
}

impl Turn {
    pub(super) fn new(push_to_talk: bool) -> Self {
        Self { is_open: push_to_talk, push_to_talk, last: Instant::now() }
    }

    pub(super) fn note(&mut self, event: &RealtimeEvent) {
        self.last = Instant::now();
        match event {
            RealtimeEvent::SpeechStarted
            | RealtimeEvent::SpeechStopped
            | RealtimeEvent::TranscriptCompleted(_)
            | RealtimeEvent::ChatCreated(_) => self.is_open = true,
            RealtimeEvent::ChatCompleted(_) | RealtimeEvent::ChatCanceled(_) => self.is_open = false,
            _ => {}
        }
    }

    /// Whether the client says when the user has spoken.
    pub(super) fn is_by_key(&self) -> bool {
        self.push_to_talk
    }

    /// Notes that the server reported an error, so no answer may come.
    pub(super) fn fail(&mut self) {
        (self.is_open, self.last) = (false, Instant::now());
    }

    /// Whether nothing more is to come, after input that ended at some time.
    pub(super) fn is_over(&self, input: Instant) -> Result<bool, Failure> {
        let idle = self.last.max(input).elapsed();
        if self.is_open && idle > PATIENCE {
            return Err(Failure::new(
                Exit::Network,
                say!("the agent did not answer within {} s", "智能体在 {} 秒内没有回答", PATIENCE.as_secs()),
            ));
        }
        Ok(!self.is_open && (self.push_to_talk || idle > GRACE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str) -> RealtimeEvent {
        let text = format!(r#"{{"event_type":"{name}","data":{{"id":"1"}}}}"#);
        coze::realtime::read::<RealtimeEvent>(text.as_bytes()).unwrap().event
    }

    fn is_over(turn: &Turn, input: Instant) -> Option<bool> {
        turn.is_over(input).ok()
    }

    #[tokio::test(start_paused = true)]
    async fn a_question_by_key_is_over_with_its_answer() {
        let mut turn = Turn::new(true);
        let input = Instant::now();
        assert_eq!(is_over(&turn, input), Some(false));
        turn.note(&event("conversation.chat.created"));
        tokio::time::advance(GRACE * 2).await;
        assert_eq!(is_over(&turn, input), Some(false));
        turn.note(&event("conversation.chat.completed"));
        assert_eq!(is_over(&turn, input), Some(true));
    }

    #[tokio::test(start_paused = true)]
    async fn speech_may_be_found_after_the_input() {
        let mut turn = Turn::new(false);
        let input = Instant::now();
        assert_eq!(is_over(&turn, input), Some(false));
        tokio::time::advance(GRACE / 2).await;
        turn.note(&event("input_audio_buffer.speech_started"));
        tokio::time::advance(GRACE * 2).await;
        assert_eq!(is_over(&turn, input), Some(false));
        turn.note(&event("conversation.chat.canceled"));
        assert_eq!(is_over(&turn, input), Some(false));
        tokio::time::advance(GRACE * 2).await;
        assert_eq!(is_over(&turn, input), Some(true));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_does_not_come_is_a_failure() {
        let mut turn = Turn::new(true);
        let input = Instant::now();
        tokio::time::advance(PATIENCE * 2).await;
        assert_eq!(is_over(&turn, input), None);
        turn.fail();
        assert_eq!(is_over(&turn, input), Some(true));
    }
}
