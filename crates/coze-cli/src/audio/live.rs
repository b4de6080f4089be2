//! `coze audio speech --live` and `coze audio transcribe --live`: over a WebSocket, while the text or the audio still comes.

use coze::realtime::{Connect, SpeechEvent, TranscriptionEvent};
use tokio::io::AsyncReadExt;

use crate::failure::Failure;
use crate::lang::say;
use crate::place::Place;
use crate::screen::Screen;
use crate::sound::{Recording, Source, closed, tail};

/// Where text comes from.
pub(super) enum Text {
    All(String),
    /// Standard input, as it is written.
    Stdin,
}

/// Speaks text, and writes the audio as it arrives; returns its size.
pub(super) async fn speak(
    connect: Connect<SpeechEvent>,
    mut text: Text,
    mut recording: Recording,
    place: &Place,
) -> Result<u64, Failure> {
    let explain = |error: coze::Error| place.explain(&error);
    let session = connect.connect().await.map_err(explain)?;
    let (sender, mut events) = session.split();
    let send = async {
        match &mut text {
            Text::All(text) => sender.append(text).await.map_err(explain)?,
            Text::Stdin => {
                let mut pieces = Utf8::default();
                while let Some(piece) = pieces.next().await? {
                    sender.append(piece).await.map_err(explain)?;
                }
            }
        }
        sender.complete().await.map_err(explain)
    };
    let hear = async {
        while let Some(event) = events.next().await {
            match event.map_err(explain)? {
                SpeechEvent::Audio(audio) => recording.write(&audio).await?,
                SpeechEvent::Completed => return Ok(()),
                _ => {}
            }
        }
        Err(closed())
    };
    tokio::try_join!(send, hear)?;
    recording.finish()
}

/// Sends audio in real time, shows the text so far on a terminal, and returns all of it.
pub(super) async fn transcribe(
    connect: Connect<TranscriptionEvent>,
    mut source: Source,
    place: &Place,
    screen: &mut Screen,
) -> Result<String, Failure> {
    let explain = |error: coze::Error| place.explain(&error);
    let connect = connect.input_audio(source.format().input_audio());
    let session = connect.connect().await.map_err(explain)?;
    if let Some(log_id) = session.log_id()
        && screen.is_verbose()
    {
        screen.note(&format!("log id {log_id}"));
    }
    let (sender, mut events) = session.split();
    let send = async {
        while let Some(frame) = source.next().await? {
            sender.append(frame).await.map_err(explain)?;
        }
        sender.complete().await.map_err(explain)
    };
    let hear = async {
        screen.waits(say!("listening", "正在听"));
        while let Some(event) = events.next().await {
            match event.map_err(explain)? {
                TranscriptionEvent::Update(text) => screen.waits(tail(&text)),
                TranscriptionEvent::Completed(text) => return Ok(text),
                _ => {}
            }
        }
        Err(closed())
    };
    let ((), text) = tokio::try_join!(send, hear)?;
    Ok(text)
}

/// Standard input as text, piece by piece.
#[derive(Default)]
struct Utf8 {
    /// Bytes of a character that has not come completely.
    rest: Vec<u8>,
    at: usize,
}

impl Utf8 {
    /// Waits for more text; `None` at the end.
    async fn next(&mut self) -> Result<Option<String>, Failure> {
        let mut piece = vec![0; 4096];
        loop {
            let len = tokio::io::stdin().read(&mut piece).await.map_err(|error| {
                Failure::usage(say!("cannot read standard input: {error}", "无法读取标准输入：{error}"))
            })?;
            self.rest.extend_from_slice(&piece[..len]);
            let text = self.take(len == 0)?;
            if len == 0 || !text.is_empty() {
                return Ok((!text.is_empty()).then_some(text));
            }
        }
    }

    /// Takes the characters that have come completely.
    fn take(&mut self, is_over: bool) -> Result<String, Failure> {
        let valid = match std::str::from_utf8(&self.rest) {
            Ok(_) => self.rest.len(),
            Err(error) if error.error_len().is_none() && !is_over => error.valid_up_to(),
            Err(error) => {
                let at = self.at + error.valid_up_to();
                return Err(Failure::usage(say!(
                    "standard input is not UTF-8 text: byte {at} is invalid",
                    "标准输入不是 UTF-8 文本：第 {at} 个字节无效"
                )));
            }
        };
        self.at += valid;
        let rest = self.rest.split_off(valid);
        let text = std::mem::replace(&mut self.rest, rest);
        Ok(String::from_utf8(text).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_cut_nowhere() {
        let text = "a好😀b".as_bytes();
        for size in 1..text.len() {
            let (mut utf8, mut read) = (Utf8::default(), String::new());
            for piece in text.chunks(size) {
                utf8.rest.extend_from_slice(piece);
                read.push_str(&utf8.take(false).unwrap());
            }
            assert_eq!(read, "a好😀b", "{size}");
            assert_eq!(utf8.take(true).unwrap(), "");
        }
        let mut utf8 = Utf8 { rest: b"ab\xe5\xa5".to_vec(), at: 7 };
        assert_eq!(utf8.take(false).unwrap(), "ab");
        assert!(matches!(utf8.take(true), Err(Failure::Told(told)) if told.message.contains("byte 9")));
        let mut utf8 = Utf8 { rest: b"\xff".to_vec(), at: 0 };
        assert!(utf8.take(false).is_err());
    }
}
