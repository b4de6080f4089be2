//! Runs the parser in every way and reports what the oracle reports.

use bytes::Bytes;
use coze_sse::{Error, Event, Parser};

use super::oracle::{self, Item, Outcome};

/// How events are taken from the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Take {
    Lent,
    Owned,
    /// All chunks are pushed before the first event is taken.
    Queued,
}

pub(crate) const TAKES: [Take; 3] = [Take::Lent, Take::Owned, Take::Queued];

fn item(event: Event<'_>) -> Item {
    assert_eq!(
        event.data_str().map(str::as_bytes),
        std::str::from_utf8(event.data_bytes()).ok().map(str::as_bytes)
    );
    assert_eq!(event.data(), String::from_utf8_lossy(event.data_bytes()));
    let owned = event.to_owned();
    assert_eq!(owned.as_event(), event);
    Item::Event {
        name: event.name_bytes().to_vec(),
        data: event.data_bytes().to_vec(),
        id: event.id_bytes().to_vec(),
    }
}

fn drain(parser: &mut Parser, take: Take, items: &mut Vec<Item>) {
    loop {
        let next = match take {
            Take::Owned => parser.next_owned().map(|next| next.map(|event| item(event.as_event()))),
            Take::Lent | Take::Queued => parser.next_event().map(|next| next.map(item)),
        };
        match next {
            None => return,
            Some(Ok(item)) => items.push(item),
            Some(Err(Error::TooLarge { limit, dropped, .. })) => {
                assert_eq!(limit, parser.limit());
                assert!(dropped > limit);
                items.push(Item::TooLarge);
            }
            Some(Err(error)) => panic!("unknown error {error}"),
        }
    }
}

/// Parses `chunks` and reports what the oracle reports.
pub(crate) fn parse_chunks<'a>(
    mut parser: Parser,
    chunks: impl Iterator<Item = &'a [u8]>,
    take: Take,
) -> Outcome {
    let mut items = Vec::new();
    for chunk in chunks {
        parser.push(Bytes::copy_from_slice(chunk));
        if take != Take::Queued {
            drain(&mut parser, take, &mut items);
        }
    }
    drain(&mut parser, take, &mut items);
    Outcome {
        items,
        last_id: parser.last_event_id().as_bytes().to_vec(),
        retry: parser.retry().map(|retry| u64::try_from(retry.as_millis()).unwrap()),
        partial: parser.has_partial(),
    }
}

/// Parses `stream` cut at `cuts`, which are ascending.
pub(crate) fn parse_cut(parser: Parser, stream: &[u8], cuts: &[usize], take: Take) -> Outcome {
    let bounds = cuts.iter().copied().chain([stream.len()]);
    let chunks = bounds.scan(0, |start, end| {
        let chunk = &stream[*start..end];
        *start = end;
        Some(chunk)
    });
    parse_chunks(parser, chunks, take)
}

/// Ids are compared as text, the form that the parser gives out.
pub(crate) fn with_text_id(mut outcome: Outcome) -> Outcome {
    outcome.last_id = String::from_utf8_lossy(&outcome.last_id).into_owned().into_bytes();
    outcome
}

/// Texts of a stream's events must equal those that come from decoding the whole stream first.
pub(crate) fn check_text(stream: &[u8]) {
    let expected: Vec<_> = oracle::parse_text(stream).items;
    let mut parser = Parser::unlimited();
    parser.push(Bytes::copy_from_slice(stream));
    let mut texts = Vec::new();
    while let Some(event) = parser.next_event() {
        let event = event.unwrap();
        texts.push(Item::Event {
            name: event.name().as_bytes().to_vec(),
            data: event.data().as_bytes().to_vec(),
            id: event.id().as_bytes().to_vec(),
        });
    }
    assert_eq!(texts, expected, "text of {:?}", stream.escape_ascii().to_string());
}
