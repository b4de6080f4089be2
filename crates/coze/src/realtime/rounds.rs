//! Long texts for speech, in rounds.

/// Bytes of text that the server takes in one round.
pub(super) const ROUND: usize = 1024;

/// Text on its way to a speech session.
///
/// A round is text of at most [`ROUND`] bytes and its completion; then the audio comes, and the next round may begin. A round ends at the end of a
/// sentence, so text after the last such end waits for what follows.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    /// Text that is not sent yet.
    text: String,
    /// Bytes sent in this round.
    sent: usize,
    /// Whether the round is complete, and its audio is not.
    speaking: bool,
    /// Whether the text is complete.
    complete: bool,
}

/// What to send next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Append(String),
    Complete,
}

impl Rounds {
    pub(super) fn append(&mut self, text: &str) {
        self.text.push_str(text);
        self.complete = false;
    }

    pub(super) fn complete(&mut self) {
        self.complete = true;
    }

    /// Returns what can be sent now.
    pub(super) fn next(&mut self) -> Option<Step> {
        if self.speaking {
            return None;
        }
        let ready = match sentences(&self.text) {
            _ if self.complete || self.text.len() > ROUND => self.text.len(),
            end => end,
        };
        let fits = self.fitting(ready);
        if fits > 0 {
            let rest = self.text.split_off(fits);
            self.sent += fits;
            return Some(Step::Append(std::mem::replace(&mut self.text, rest)));
        }
        let is_full = ready > 0;
        let is_last = self.complete && self.text.is_empty();
        if is_last {
            self.complete = false;
        }
        self.speaking = is_full || is_last;
        self.speaking.then_some(Step::Complete)
    }

    /// As much of the text, up to `ready`, as fits into the round.
    fn fitting(&self, ready: usize) -> usize {
        let room = ROUND.saturating_sub(self.sent);
        if ready <= room {
            return ready;
        }
        let fits = (0..=room).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0);
        let text = &self.text[..fits];
        match sentences(text) {
            // One sentence fills a round: it is cut at a pause, or within a word.
            0 if self.sent == 0 => {
                let pause = text.rfind(['，', '、', '：', ',', ':', ' ']);
                pause.map_or(fits, |at| at + text[at..].chars().next().map_or(0, char::len_utf8))
            }
            end => end,
        }
    }

    /// Notes that the audio of a round is complete; returns whether another round follows.
    pub(super) fn spoken(&mut self) -> bool {
        (self.speaking, self.sent) = (false, 0);
        self.complete || !self.text.is_empty()
    }

    /// Notes that the server refused something: the rest of the text would make a speech with a gap.
    pub(super) fn fail(&mut self) {
        *self = Self::default();
    }
}

/// Length of a text up to the end of its last sentence; 0 if it has none.
fn sentences(text: &str) -> usize {
    let mut end = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        let is_end = match char {
            '。' | '！' | '？' | '；' | '…' | '!' | '?' | ';' | '\n' => true,
            // Not that of a number.
            '.' => chars.peek().is_some_and(|(_, next)| next.is_whitespace()),
            // What closes a sentence or parts it from the next belongs to it.
            '”' | '’' | '」' | '』' | '）' | ')' | '"' | ' ' | '\r' => end > 0 && at == end,
            _ => false,
        };
        if is_end {
            end = at + char.len_utf8();
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends all that can be sent now.
    fn steps(rounds: &mut Rounds) -> Vec<Step> {
        std::iter::from_fn(|| rounds.next()).collect()
    }

    fn append(text: impl Into<String>) -> Step {
        Step::Append(text.into())
    }

    #[test]
    fn sentences_are_sent_when_they_are_complete() {
        let mut rounds = Rounds::default();
        rounds.append("今天3.14度。明");
        assert_eq!(steps(&mut rounds), [append("今天3.14度。")]);
        rounds.append("天呢");
        assert_eq!(steps(&mut rounds), []);
        rounds.append("？” 后天");
        assert_eq!(steps(&mut rounds), [append("明天呢？” ")]);
        rounds.complete();
        assert_eq!(steps(&mut rounds), [append("后天"), Step::Complete]);
        assert!(!rounds.spoken());
        assert_eq!(steps(&mut rounds), []);
    }

    #[test]
    fn a_long_text_takes_one_round_after_the_other() {
        let sentence = format!("{}。", "一".repeat(199));
        let mut rounds = Rounds::default();
        rounds.append(&sentence.repeat(4));
        rounds.complete();
        // 600 bytes each: one in a round.
        for _ in 0..3 {
            assert_eq!(steps(&mut rounds), [append(&sentence), Step::Complete]);
            assert!(rounds.spoken());
        }
        assert_eq!(steps(&mut rounds), [append(&sentence), Step::Complete]);
        assert!(!rounds.spoken());
    }

    #[test]
    fn nothing_is_lost_and_no_character_is_cut() {
        for unit in ["好", "a好，", "word ", "😀", "Mr. X said so. "] {
            for count in [1, 300, 341, 342, 1000, 3000] {
                let text = unit.repeat(count);
                let (mut rounds, mut sent) = (Rounds::default(), String::new());
                rounds.append(&text);
                rounds.complete();
                let mut more = true;
                while more {
                    let mut round = 0;
                    for step in steps(&mut rounds) {
                        let Step::Append(piece) = step else { continue };
                        round += piece.len();
                        sent.push_str(&piece);
                    }
                    assert!((1..=ROUND).contains(&round), "{unit} {count}: {round}");
                    more = rounds.spoken();
                }
                assert_eq!(sent, text, "{unit} {count}");
            }
        }
    }

    #[test]
    fn a_refusal_drops_the_rest() {
        let mut rounds = Rounds::default();
        rounds.append(&"a. ".repeat(1000));
        rounds.complete();
        assert!(matches!(steps(&mut rounds)[..], [Step::Append(_), Step::Complete]));
        rounds.fail();
        assert_eq!(steps(&mut rounds), []);
        rounds.append("b. ");
        assert_eq!(steps(&mut rounds), [append("b. ")]);
    }
}
