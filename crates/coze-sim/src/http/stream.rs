//! The writer of event streams, with all scripted faults.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::answer::{Piece, StreamBody, StreamItem, StreamOf, stream_response};
use super::fault::set_headers;
use super::{Answer, Call, Reply};
use crate::dialect::{Dialect, Framing};
use crate::script::event::Event;
use crate::script::wire::{Done, How, LineEnd, Wire};
use crate::state::Refusal;

/// Items from a run to the writer of its stream.
#[derive(Debug)]
pub(crate) enum Signal {
    Event(StreamItem),
    /// The last event.
    Last(StreamItem),
    Raw(Bytes),
    Comment(String),
    /// The regular end, with the done event.
    Done,
    /// The end of the run; without this item, it was aborted.
    End,
}

/// Nothing more can be written: the client disconnected, or the script aborted the stream.
struct Over;

struct Writer {
    out: mpsc::Sender<Piece>,
    wire: Wire,
    dialect: Dialect,
    framing: Framing,
    end: Event,
    events: u64,
    sent: usize,
}

/// Responds with a stream that is written while the agent or the workflow runs.
pub(crate) fn respond(
    call: &Call,
    wire: Wire,
    of: StreamOf,
    debug_url: &str,
    signals: mpsc::Receiver<Signal>,
) -> Answer {
    let dialect = call.sim.dialect;
    let (framing, end) = (dialect.framing(of), dialect.done(of, debug_url));
    let (out, body) = StreamBody::new(call.sim.journal.open_stream(call.head.uri.path()));
    let mut response = stream_response(wire.content_type.as_deref().unwrap_or(framing.content_type), body);
    for (name, value) in framing.headers {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    set_headers(&mut response, &wire.headers);
    let mut writer = Writer { out, wire, dialect, framing, end, events: 0, sent: 0 };
    call.sim.spawn(async move {
        // The stream ends in both cases.
        let _: Result<(), Over> = writer.write(signals).await;
    });
    Answer::Raw(response)
}

/// Responds with a stream of one event.
pub(crate) async fn only(call: &Call, wire: Wire, of: StreamOf, event: Signal) -> Answer {
    let (sender, signals) = mpsc::channel(2);
    for signal in [event, Signal::End] {
        // The receiver exists and has capacity, so this cannot fail.
        let _ = sender.send(signal).await;
    }
    respond(call, wire, of, "", signals)
}

/// Rejects the stream of a chat, inside of the stream if the service does so.
pub(crate) async fn refuse(call: &Call, refusal: Refusal) -> Reply {
    match call.sim.dialect.refusal_in_stream(&refusal) {
        Some(event) => Ok(only(call, Wire::default(), StreamOf::Chat, Signal::Event(event.into())).await),
        None => Err(refusal),
    }
}

impl Writer {
    async fn write(&mut self, mut signals: mpsc::Receiver<Signal>) -> Result<(), Over> {
        if self.wire.bom {
            self.bytes(Bytes::from_static(b"\xef\xbb\xbf"), false).await?;
        }
        if let Some(time) = self.wire.retry_ms {
            let line = format!("retry:{time}{0}{0}", self.line_end());
            self.bytes(line.into(), false).await?;
        }
        loop {
            match self.next(&mut signals).await? {
                Signal::Event(item) => self.event(&self.dialect.event(item), false).await?,
                Signal::Last(item) => self.event(&self.dialect.event(item), self.wire.cut.is_none()).await?,
                Signal::Raw(bytes) => self.bytes(bytes, false).await?,
                Signal::Comment(text) => self.comment(&text).await?,
                Signal::Done => self.done().await?,
                Signal::End => return self.send(Piece::End).await,
            }
        }
    }

    async fn send(&self, piece: Piece) -> Result<(), Over> {
        self.out.send(piece).await.map_err(|_| Over)
    }

    /// Waits for the next item, and sends heartbeats meanwhile.
    async fn next(&mut self, signals: &mut mpsc::Receiver<Signal>) -> Result<Signal, Over> {
        loop {
            let Some(time) = self.wire.keep_alive_ms else {
                return tokio::select! {
                    signal = signals.recv() => signal.ok_or(Over),
                    // Without this, a disconnect of the client would not be noticed while the agent is silent.
                    () = self.out.closed() => Err(Over),
                };
            };
            match timeout(Duration::from_millis(time.max(1)), signals.recv()).await {
                Ok(signal) => return signal.ok_or(Over),
                Err(_) => self.comment("keep-alive").await?,
            }
        }
    }

    fn line_end(&self) -> &'static str {
        match self.wire.line_end {
            None | Some(LineEnd::Lf) => "\n",
            Some(LineEnd::Crlf) => "\r\n",
            Some(LineEnd::Cr) => "\r",
        }
    }

    async fn comment(&mut self, text: &str) -> Result<(), Over> {
        let line = format!(": {text}{0}{0}", self.line_end());
        self.bytes(line.into(), false).await
    }

    async fn done(&mut self) -> Result<(), Over> {
        if let Some(cut) = self.wire.cut.as_ref().filter(|cut| cut.before_done) {
            return self.cut(cut.how).await;
        }
        let event = match self.wire.done.clone() {
            None | Some(Done::Sent(true)) => Some(self.end.clone()),
            Some(Done::Sent(false)) => None,
            Some(Done::Data(data)) => Some(Event { data, ..self.end.clone() }),
            Some(Done::Event(event)) => Some(event.into()),
        };
        let after = std::mem::take(&mut self.wire.after_done);
        if let Some(event) = event {
            self.event(&event, after.is_empty() && self.wire.cut.is_none()).await?;
        }
        for event in after {
            self.event(&event.into(), false).await?;
        }
        Ok(())
    }

    /// Writes an event; `last` if no other follows.
    async fn event(&mut self, event: &Event, last: bool) -> Result<(), Over> {
        let fragments = self.frame(event);
        if self.wire.chunk_bytes.is_none() && self.framing.fragments {
            let count = fragments.len();
            for (index, fragment) in fragments.into_iter().enumerate() {
                self.bytes(fragment, last && index + 1 == count).await?;
            }
        } else {
            let mut whole = BytesMut::with_capacity(fragments.iter().map(Bytes::len).sum());
            for fragment in &fragments {
                whole.extend_from_slice(fragment);
            }
            self.bytes(whole.freeze(), last).await?;
        }
        self.events += 1;
        match &self.wire.cut {
            Some(cut) if cut.after_events.is_some_and(|limit| self.events >= limit) => {
                self.cut(cut.how).await
            }
            _ => Ok(()),
        }
    }

    /// Splits an event into the parts that Coze Studio writes one by one.
    fn frame(&self, event: &Event) -> Vec<Bytes> {
        let end = self.line_end();
        let space = if self.wire.space_after_colon.unwrap_or(self.framing.space) { " " } else { "" };
        let mut fragments: Vec<Bytes> = Vec::with_capacity(8);
        let mut field = |name: &str, value: &str| {
            fragments.push(format!("{name}:{space}").into());
            fragments.push(value.to_owned().into());
            fragments.push(end.into());
        };
        if let Some(first) = self.framing.first_id.or(self.wire.ids.then_some(0)) {
            field("id", &(first + self.events).to_string());
        }
        field("event", &event.name);
        let data = match event.data.strip_prefix('{') {
            Some(rest) if self.wire.split_data => format!("{{\n{rest}"),
            _ => event.data.clone(),
        };
        data.split('\n').for_each(|line| field("data", line));
        fragments.push(end.into());
        fragments.retain(|fragment| !fragment.is_empty());
        fragments
    }

    /// Writes bytes in the chunks of the script, up to the position where it aborts the stream.
    async fn bytes(&mut self, mut bytes: Bytes, last: bool) -> Result<(), Over> {
        let cut = self.wire.cut.as_ref().and_then(|cut| Some((cut.after_bytes?, cut.how)));
        let limit = cut.map_or(usize::MAX, |(limit, _)| limit.saturating_sub(self.sent));
        let ends_here = bytes.len() >= limit;
        bytes.truncate(limit);
        let size = self.wire.chunk_bytes.unwrap_or(usize::MAX).max(1);
        while !bytes.is_empty() {
            let piece = bytes.split_to(size.min(bytes.len()));
            self.sent += piece.len();
            let last = last && bytes.is_empty();
            self.send(if last { Piece::Last(piece) } else { Piece::Bytes(piece) }).await?;
        }
        match cut {
            Some((_, how)) if ends_here => self.cut(how).await,
            _ => Ok(()),
        }
    }

    async fn cut(&self, how: How) -> Result<(), Over> {
        match how {
            // The writer is dropped without an end.
            How::Abort => {}
            How::End => self.send(Piece::End).await?,
            How::Stall => self.out.closed().await,
        }
        Err(Over)
    }
}
