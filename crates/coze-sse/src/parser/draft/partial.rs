//! Lines that come in parts.

use std::mem;

use super::{Draft, Full, Place, extend};
use crate::line::{Field, Millis};

/// How much of a line that is spread over chunks is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Field name so far.
    Name { len: usize, seen: [u8; Field::MAX_NAME] },
    /// Name and colon; one space may follow.
    Colon(Field),
    /// Inside the value.
    Value(Field),
    /// Comment, unknown field, or invalid value.
    Ignored,
}

impl Draft {
    /// Whether the unfinished line may be a field that counts.
    pub(in crate::parser) fn has_open_field(&self) -> bool {
        match self.line {
            Line::Name { len, seen } => Field::counts_from(&seen[..len]),
            Line::Colon(field) | Line::Value(field) => field != Field::Retry,
            Line::Ignored => false,
        }
    }

    /// Takes the name from a line that is not in the chunk.
    pub(in crate::parser) fn start_name(&mut self, name: &[u8]) -> Result<(), Full> {
        self.open(Field::Event)?;
        self.append(Field::Event, name)
    }

    /// Starts a data line with the part of its value that is there.
    pub(in crate::parser) fn start_data(&mut self, value: &[u8]) -> Result<(), Full> {
        self.line = Line::Value(Field::Data);
        self.open(Field::Data)?;
        self.append(Field::Data, value)
    }

    /// Starts a line with the part of it that is there.
    #[inline]
    pub(in crate::parser) fn start_line(&mut self, part: &[u8]) -> Result<(), Full> {
        if part.len() > Field::MAX_NAME + 1 {
            // Name, colon and a space are complete, so no state between them is required.
            let Some((field, offset)) = Field::split(part) else {
                self.line = Line::Ignored;
                return Ok(());
            };
            self.line = Line::Value(field);
            self.open(field)?;
            return self.append(field, &part[offset..]);
        }
        self.line = Line::Name { len: 0, seen: [0; Field::MAX_NAME] };
        self.feed_any(part)
    }

    /// Starts a line with its first byte.
    #[inline]
    pub(in crate::parser) fn start_byte(&mut self, byte: u8) {
        let mut seen = [0; Field::MAX_NAME];
        seen[0] = byte;
        self.line = if byte == b':' { Line::Ignored } else { Line::Name { len: 1, seen } };
    }

    /// Starts a line that means nothing.
    pub(in crate::parser) fn ignore_line(&mut self) {
        self.line = Line::Ignored;
    }

    /// Reads the next part of a line, without its end.
    #[inline]
    pub(in crate::parser) fn feed(&mut self, part: &[u8]) -> Result<(), Full> {
        if self.line == Line::Value(Field::Data) {
            self.reserve(part.len())?;
            self.append_data(part);
            return Ok(());
        }
        self.feed_any(part)
    }

    /// Reads the next byte of a line; `false` if it may be too much.
    #[inline]
    pub(in crate::parser) fn feed_byte(&mut self, byte: u8) -> bool {
        if !self.has_room(1) {
            return false;
        }
        match &mut self.line {
            Line::Value(Field::Data) if self.data_buf.len() < self.data_buf.capacity() => {
                self.size += 1;
                self.data_buf.push(byte);
                true
            }
            Line::Value(Field::Event) if self.name_buf.len() < self.name_buf.capacity() => {
                self.size += 1;
                self.name_buf.push(byte);
                true
            }
            Line::Ignored => true,
            Line::Name { len, seen } if byte != b':' && *len < seen.len() => {
                seen[*len] = byte;
                *len += 1;
                true
            }
            _ => self.feed_any(&[byte]).is_ok(),
        }
    }

    fn feed_any(&mut self, mut part: &[u8]) -> Result<(), Full> {
        while let Some((&first, rest)) = part.split_first() {
            match &mut self.line {
                &mut Line::Value(field) => return self.append(field, part),
                Line::Ignored => break,
                Line::Name { len, seen } => {
                    if first == b':' {
                        self.line = Field::from_name(&seen[..*len]).map_or(Line::Ignored, Line::Colon);
                    } else if let Some(slot) = seen.get_mut(*len) {
                        *slot = first;
                        *len += 1;
                    } else {
                        self.line = Line::Ignored;
                    }
                    part = rest;
                }
                &mut Line::Colon(field) => {
                    self.line = Line::Value(field);
                    self.open(field)?;
                    if first == b' ' {
                        part = rest;
                    }
                }
            }
        }
        Ok(())
    }

    /// Ends a line that was read in parts.
    #[inline]
    pub(in crate::parser) fn end_line(&mut self) -> Result<(), Full> {
        let field = match self.line {
            Line::Value(field) => field,
            Line::Ignored => return Ok(()),
            Line::Colon(field) => {
                self.open(field)?;
                field
            }
            // A line without a colon is a field with an empty value.
            Line::Name { len, seen } => {
                let Some(field) = Field::from_name(&seen[..len]) else { return Ok(()) };
                self.open(field)?;
                field
            }
        };
        match field {
            Field::Event | Field::Data => {}
            Field::Id => {
                if memchr::memchr(0, &self.open_id).is_some() {
                    self.size -= self.open_id.len();
                } else {
                    self.drop_id();
                    mem::swap(&mut self.id, &mut self.open_id);
                    self.has_id = true;
                }
                self.open_id.clear();
            }
            Field::Retry => self.retry = self.open_retry.get().or(self.retry),
        }
        Ok(())
    }

    /// Starts the value of a field; what lay in the chunk was copied before.
    #[inline]
    fn open(&mut self, field: Field) -> Result<(), Full> {
        match field {
            Field::Event => {
                self.drop_name();
                self.name = Place::Buffer;
            }
            Field::Data => {
                if self.data != Place::Absent {
                    self.reserve(1)?;
                    self.append_data(b"\n");
                }
                self.data = Place::Buffer;
            }
            Field::Id => {}
            Field::Retry => self.open_retry = Millis::default(),
        }
        Ok(())
    }

    #[inline]
    fn append(&mut self, field: Field, part: &[u8]) -> Result<(), Full> {
        match field {
            Field::Data => {
                self.reserve(part.len())?;
                self.append_data(part);
            }
            Field::Event => {
                self.reserve(part.len())?;
                extend(&mut self.name_buf, part, 0, self.limit);
            }
            Field::Id => {
                self.reserve(part.len())?;
                extend(&mut self.open_id, part, 0, self.limit);
            }
            Field::Retry => {
                if !self.open_retry.extend(part) {
                    self.line = Line::Ignored;
                }
            }
        }
        Ok(())
    }
}
