//! The paths that a lucky guess saves: lines, one after the other.

use super::draft::{Full, Place};
use super::head::Shape;
use super::push::Lead;
use super::{Parser, Phase};
use crate::line::{self, Field};
use crate::span::Span;

impl Parser {
    /// Every other path: reads lines until the draft is a complete event or the chunks are used up.
    #[inline(never)]
    pub(super) fn scan(&mut self) -> Option<Result<(), Full>> {
        loop {
            while self.pos == self.chunk.len() {
                if !self.next_chunk() {
                    return None;
                }
            }
            let outcome = match self.phase {
                Phase::Fresh if self.head.goes_on(0, &self.chunk[self.pos..]) => {
                    self.phase = Phase::Head { seen: self.chunk.len() - self.pos };
                    self.pos = self.chunk.len();
                    Ok(())
                }
                Phase::Head { seen } => self.resume_head(seen),
                Phase::Fresh => {
                    self.begin();
                    self.shape = Shape::Start(self.pos);
                    self.phase = Phase::Lines;
                    Ok(())
                }
                Phase::Guessed { end } => self.enter_guessed(end),
                Phase::Lines => match self.read_line() {
                    Ok(false) => Ok(()),
                    Ok(true) => return Some(Ok(())),
                    Err(Full) => Err(Full),
                },
                Phase::Inside => {
                    self.resume_line(line::find_end(&self.chunk[self.pos..]).map(|len| self.pos + len))
                }
                Phase::Ending { end } => self.resume_line(Some(end)),
                Phase::Skip | Phase::SkipInside => {
                    self.skip_line();
                    Ok(())
                }
            };
            if let Err(Full) = outcome {
                self.draft.abandon();
                // The oversized line is complete, or ends the chunk.
                self.phase = if self.phase == Phase::Inside { Phase::SkipInside } else { Phase::Skip };
                return Some(Err(Full));
            }
        }
    }

    /// Advances to the next chunk of the queue, if there is one.
    pub(super) fn next_chunk(&mut self) -> bool {
        if self.phase == Phase::Lines {
            self.draft.spill(&self.chunk);
            self.shape = Shape::Other;
        }
        let next = self.queue.pop_front();
        let more = next.is_some();
        self.load(next.unwrap_or_default());
        more
    }

    /// Forgets the event before, whose content may have been lent until now.
    pub(super) fn begin(&mut self) {
        self.draft.clear();
        self.shape = Shape::Other;
    }

    /// Continues an event that began with the first `seen` bytes of the guessed head.
    ///
    /// Saves a sixth of the instructions of owned events in chunks of 64 bytes.
    fn resume_head(&mut self, seen: usize) -> Result<(), Full> {
        let rest = &self.chunk[self.pos..];
        if self.head.goes_on(seen, rest) {
            self.phase = Phase::Head { seen: seen + rest.len() };
            self.pos = self.chunk.len();
            return Ok(());
        }
        let Some(value) = self.head.strip_rest(seen, rest) else { return self.replay_head(seen) };
        self.pos = self.chunk.len() - value.len();
        self.begin();
        self.phase = Phase::Inside;
        if let Some(name) = self.head.name_bytes() {
            self.draft.start_name(name)?;
        }
        self.draft.start_data(&[])
    }

    /// Parses the first `seen` bytes of the head as ordinary lines of an event that continues differently.
    #[cold]
    fn replay_head(&mut self, seen: usize) -> Result<(), Full> {
        let head = self.head.clone();
        let mut rest = &head.bytes()[..seen];
        self.begin();
        self.phase = Phase::Lines;
        while let Some(end) = line::find_end(rest) {
            self.draft.start_line(&rest[..end])?;
            self.draft.end_line()?;
            let ends_with_cr = rest[end] == b'\r';
            rest = &rest[end + 1..];
            if ends_with_cr {
                match rest.strip_prefix(b"\n") {
                    Some(next) => rest = next,
                    None if rest.is_empty() => {
                        self.lead = Lead::Newline;
                        self.drop_lead();
                    }
                    None => {}
                }
            }
        }
        if rest.is_empty() {
            return Ok(());
        }
        self.phase = Phase::Inside;
        self.draft.start_line(rest)
    }

    /// Takes over from a guess whose head was right but whose event is not complete after the data line.
    pub(super) fn enter_guessed(&mut self, end: Option<usize>) -> Result<(), Full> {
        self.begin();
        let start = self.pos;
        let data_start = start + self.head.len();
        // Store the state that the outcome requires before anything can fail.
        self.phase = if end.is_some() { Phase::Lines } else { Phase::Inside };
        self.pos = match end {
            Some(end) => self.line_end(end),
            None => self.chunk.len(),
        };
        self.draft.set_name(self.head.name(start))?;
        if let Some(end) = end {
            return self.draft.add_data(&self.chunk, Span { start: data_start, end });
        }
        self.draft.spill(&self.chunk);
        self.draft.start_data(&self.chunk[data_start..])
    }

    /// Reads a line from its first byte; `true` if it completes an event.
    #[inline]
    pub(super) fn read_line(&mut self) -> Result<bool, Full> {
        let start = self.pos;
        let Some(len) = line::find_near_end(&self.chunk[start..]) else {
            self.phase = Phase::Inside;
            self.learn_open_head();
            self.shape = Shape::Other;
            self.pos = self.chunk.len();
            self.draft.spill(&self.chunk);
            return self.draft.start_line(&self.chunk[start..]).map(|()| false);
        };
        let end = start + len;
        self.pos = self.line_end(end);
        if len == 0 {
            return Ok(self.dispatch());
        }
        let line = &self.chunk[start..end];
        let Some((field, offset)) = Field::split(line) else {
            self.shape = Shape::Other;
            return Ok(false);
        };
        self.shape = self.shape.then(field);
        let value = Span { start: start + offset, end };
        match field {
            Field::Data => self.draft.add_data(&self.chunk, value)?,
            Field::Event => self.draft.set_name(Place::Chunk(value))?,
            Field::Id => self.draft.set_id(value.of(&self.chunk))?,
            Field::Retry => self.draft.set_retry(value.of(&self.chunk)),
        }
        Ok(false)
    }

    /// Learns the head of an event whose data line, at `pos`, continues in the next chunk.
    ///
    /// Where events are larger than chunks, none is ever whole in one.
    fn learn_open_head(&mut self) {
        let (Shape::Start(start) | Shape::Named(start)) = self.shape else { return };
        let line = &self.chunk[self.pos..];
        if line.len() > Field::MAX_NAME + 1
            && let Some((Field::Data, offset)) = Field::split(line)
        {
            self.head.learn(&self.chunk[start..self.pos + offset], self.draft.name(), start);
        }
    }

    /// Continues a line that began in an earlier chunk and ends at `end`, if in this one.
    pub(super) fn resume_line(&mut self, end: Option<usize>) -> Result<(), Full> {
        let start = self.pos;
        let Some(end) = end else {
            self.pos = self.chunk.len();
            return self.draft.feed(&self.chunk[start..]);
        };
        self.pos = self.line_end(end);
        self.phase = Phase::Lines;
        self.draft.feed(&self.chunk[start..end])?;
        self.draft.end_line()
    }

    /// Skips the rest of a line of an event that was over the limit.
    pub(super) fn skip_line(&mut self) {
        match line::find_end(&self.chunk[self.pos..]) {
            None => {
                self.pos = self.chunk.len();
                self.phase = Phase::SkipInside;
            }
            Some(len) => {
                let blank = len == 0 && self.phase == Phase::Skip;
                self.pos = self.line_end(self.pos + len);
                self.phase = if blank { Phase::Fresh } else { Phase::Skip };
            }
        }
    }

    /// Position after the line end that begins at `end`.
    ///
    /// A CR at the end of the chunk ends its line at once; an LF that may follow is dropped when it comes. So no event waits
    /// for a byte that may never come.
    #[inline]
    pub(super) fn line_end(&mut self, end: usize) -> usize {
        if self.chunk[end] == b'\n' {
            return end + 1;
        }
        match self.chunk.get(end + 1) {
            Some(b'\n') => end + 2,
            Some(_) => end + 1,
            None => {
                self.lead = Lead::Newline;
                end + 1
            }
        }
    }

    /// Ends an event at its blank line; `false` without data, since then there is nothing to give out.
    #[inline]
    pub(super) fn dispatch(&mut self) -> bool {
        self.phase = Phase::Fresh;
        if self.draft.commit_id(&mut self.id) {
            self.shared_id = None;
        }
        if let Shape::Whole(start) = self.shape
            && let Place::Chunk(data) = self.draft.data()
        {
            self.head.learn(&self.chunk[start..data.start], self.draft.name(), start);
        }
        self.draft.data() != Place::Absent
    }
}
