//! The algorithm of the standard, written as plainly as possible: the judge of the parser.
//!
//! It sees the whole stream at once, copies everything, and shares no code with the crate.

/// One thing that the parser must report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Event { name: Vec<u8>, data: Vec<u8>, id: Vec<u8> },
    TooLarge,
}

/// What a parser knows at the end of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) items: Vec<Item>,
    pub(crate) last_id: Vec<u8>,
    pub(crate) retry: Option<u64>,
    pub(crate) partial: bool,
}

#[derive(Default)]
struct Pending {
    name: Option<Vec<u8>>,
    data: Option<Vec<u8>>,
    id: Option<Vec<u8>>,
}

impl Pending {
    fn size(&self) -> usize {
        [&self.name, &self.data, &self.id].iter().map(|part| part.as_ref().map_or(0, Vec::len)).sum()
    }
}

/// Parses a whole stream; `limit` is the memory limit of one event.
pub(crate) fn parse(stream: &[u8], limit: usize) -> Outcome {
    let mut outcome = Outcome::default();
    let mut pending = Pending::default();
    let mut skipping = false;
    let (lines, rest) = lines(stream.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(stream));

    for line in lines {
        if line.is_empty() {
            let event = std::mem::take(&mut pending);
            if std::mem::take(&mut skipping) {
                continue;
            }
            if let Some(id) = event.id {
                outcome.last_id = id;
            }
            if let Some(data) = event.data {
                let name = event.name.filter(|name| !name.is_empty()).unwrap_or(b"message".to_vec());
                outcome.items.push(Item::Event { name, data, id: outcome.last_id.clone() });
            }
            continue;
        }
        if skipping {
            continue;
        }
        let (field, value) = field(&line);
        let mut extra = 0;
        match field {
            b"event" => pending.name = Some(value.to_vec()),
            b"data" => match &mut pending.data {
                None => pending.data = Some(value.to_vec()),
                Some(data) => {
                    data.push(b'\n');
                    data.extend_from_slice(value);
                }
            },
            b"id" => {
                // The old id is held until the new one is known to be valid.
                extra = pending.size() + value.len();
                if !value.contains(&0) {
                    pending.id = Some(value.to_vec());
                }
            }
            b"retry" => {
                let digits = value.iter().map(|&byte| char::from(byte)).collect::<String>();
                if !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit()) {
                    outcome.retry = Some(digits.parse().unwrap_or(u64::MAX));
                }
            }
            _ => {}
        }
        if pending.size().max(extra) > limit {
            outcome.items.push(Item::TooLarge);
            pending = Pending::default();
            skipping = true;
        }
    }

    if skipping {
        return outcome;
    }
    // The unfinished line counts for the limit as soon as its value begins.
    let (field, value) = field(&rest);
    if rest.len() > field.len() + 1 {
        let size = match field {
            b"event" => pending.size() - pending.name.as_ref().map_or(0, Vec::len) + value.len(),
            b"data" => pending.size() + usize::from(pending.data.is_some()) + value.len(),
            b"id" => pending.size() + value.len(),
            _ => 0,
        };
        if size > limit {
            outcome.items.push(Item::TooLarge);
            return outcome;
        }
    }
    let content = [&b"event"[..], b"data", b"id"];
    let open = if rest.contains(&b':') {
        content.contains(&field)
    } else {
        !rest.is_empty() && content.iter().any(|name| name.starts_with(&rest))
    };
    outcome.partial = open || pending.name.is_some() || pending.data.is_some() || pending.id.is_some();
    outcome
}

/// The same after decoding the whole stream as UTF-8, for comparing text.
pub(crate) fn parse_text(stream: &[u8]) -> Outcome {
    parse(String::from_utf8_lossy(stream).as_bytes(), usize::MAX)
}

/// Complete lines, and the rest behind the last line end.
fn lines(stream: &[u8]) -> (Vec<Vec<u8>>, Vec<u8>) {
    let (mut lines, mut line) = (Vec::new(), Vec::new());
    let mut bytes = stream.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\n' => lines.push(std::mem::take(&mut line)),
            b'\r' => {
                bytes.next_if_eq(&b'\n');
                lines.push(std::mem::take(&mut line));
            }
            _ => line.push(byte),
        }
    }
    (lines, line)
}

/// Field name and value of a line; a comment has an empty name.
fn field(line: &[u8]) -> (&[u8], &[u8]) {
    match line.iter().position(|&byte| byte == b':') {
        None => (line, &[]),
        Some(colon) => {
            let value = &line[colon + 1..];
            (&line[..colon], value.strip_prefix(b" ").unwrap_or(value))
        }
    }
}
