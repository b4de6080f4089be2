//! Audio that comes from files and pipes as it would from a microphone, and goes to them.

use std::fs::File;
use std::io::{ErrorKind, IsTerminal, Seek, Write};
use std::path::{Path, PathBuf};

use coze::realtime::{Pacer, PcmFormat, WavReader};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use crate::failure::{Exit, Failure};
use crate::lang::say;
use crate::screen::Screen;
use crate::visible::visible;

/// What a pipe may be ahead of real time, in percent: what a microphone has recorded while the connection was made is caught up with.
const AHEAD: u32 = 150;

/// Audio that is read in real time: a WAV file, or PCM without a header.
pub(crate) struct Source {
    name: String,
    input: Box<dyn AsyncRead + Unpin>,
    wav: Option<WavReader>,
    format: PcmFormat,
    pacer: Pacer,
    is_over: bool,
}

impl Source {
    /// Opens a file, or standard input for `-`, and reads the header. `pcm` is the sample rate of input without one.
    pub(crate) async fn open(path: &Path, pcm: Option<u32>) -> Result<Self, Failure> {
        let is_stdin = path.as_os_str() == "-";
        if is_stdin && std::io::stdin().is_terminal() {
            let message = say!("standard input is a terminal and not audio", "标准输入是终端，不是音频");
            return Err(Failure::usage(message).hint(say!(
                "pipe a recording in, such as that of `arecord -q -f S16_LE -r 16000`, or name a WAV file",
                "用管道传入录音，例如 `arecord -q -f S16_LE -r 16000` 的输出，或者指定 WAV 文件"
            )));
        }
        let name = if is_stdin { say!("standard input", "标准输入") } else { path.display().to_string() };
        let input: Box<dyn AsyncRead + Unpin> = if is_stdin {
            Box::new(tokio::io::stdin())
        } else {
            Box::new(tokio::fs::File::open(path).await.map_err(|error| cannot_read(&name, &error))?)
        };
        let wav = pcm.is_none().then(WavReader::new);
        let format = PcmFormat::new(pcm.unwrap_or(16_000));
        let pacer = Pacer::new(&format);
        let mut source = Self { name, input, wav, format, pacer, is_over: false };
        let mut head = Vec::new();
        while source.wav.as_ref().is_some_and(|wav| wav.format().is_none()) && !source.is_over {
            head.extend_from_slice(&source.read().await?);
        }
        if let Some(format) = source.wav.as_ref().and_then(WavReader::format) {
            source.format = format.clone();
        }
        source.pacer = Pacer::new(&source.format).speed(if is_stdin { AHEAD } else { 100 });
        source.pacer.push(&head);
        Ok(source)
    }

    /// What the audio is.
    pub(crate) fn format(&self) -> &PcmFormat {
        &self.format
    }

    /// Waits for the next frame; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<impl AsRef<[u8]> + use<>>, Failure> {
        loop {
            if let Some(frame) = self.pacer.next().await {
                return Ok(Some(frame));
            }
            if self.is_over {
                return Ok(self.pacer.rest());
            }
            let audio = self.read().await?;
            self.pacer.push(&audio);
        }
    }

    /// Reads some audio; none within a header, and at the end.
    async fn read(&mut self) -> Result<Vec<u8>, Failure> {
        let mut piece = vec![0; 4096];
        let len = self.input.read(&mut piece).await.map_err(|error| cannot_read(&self.name, &error))?;
        piece.truncate(len);
        self.is_over = len == 0;
        let audio = match &mut self.wav {
            None => return Ok(piece),
            Some(wav) if self.is_over => std::mem::take(wav).finish().map(|()| Vec::new()),
            Some(wav) => wav.read(&piece).map(Vec::from),
        };
        audio.map_err(|error| {
            Failure::usage(format_args!("{}: {error}", self.name)).hint(say!(
                "a WAV file with PCM or G.711 is needed; for PCM without a header, set --pcm to its sample rate",
                "需要内容为 PCM 或 G.711 的 WAV 文件；没有文件头的 PCM 请用 --pcm 写明采样率"
            ))
        })
    }
}

fn cannot_read(name: &str, error: &std::io::Error) -> Failure {
    Failure::usage(say!("cannot read {name}: {error}", "无法读取 {name}：{error}"))
}

/// Where audio is written to: standard output, or a file that appears when it is complete.
pub(crate) struct Recording {
    path: PathBuf,
    output: Output,
    format: PcmFormat,
    is_wav: bool,
    bytes: u64,
    /// Whether an incomplete recording is kept.
    keeps: bool,
}

enum Output {
    Stdout(tokio::io::Stdout),
    File(File, PathBuf),
    Done,
}

impl Recording {
    /// Creates the file; the extension says whether it has a header, and standard output has one.
    pub(crate) fn create(path: &Path, format: PcmFormat, screen: &Screen) -> Result<Self, Failure> {
        let is_stdout = path.as_os_str() == "-";
        if is_stdout && screen.shows_output() {
            return Err(no_terminal());
        }
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let is_wav = is_stdout || extension == "wav";
        if !is_wav && !matches!(extension.as_str(), "pcm" | "raw") {
            let message = say!(
                "{} cannot be written: audio of a live session is WAV or PCM",
                "无法写入 {}：实时会话的音频是 WAV 或 PCM",
                path.display()
            );
            return Err(Failure::usage(message)
                .hint(say!("use the extension .wav or .pcm", "使用扩展名 .wav 或 .pcm")));
        }
        let output = if is_stdout {
            Output::Stdout(tokio::io::stdout())
        } else {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let part = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
            Output::File(File::create(&part).map_err(|error| cannot_write(path, &error))?, part)
        };
        Ok(Self { path: path.to_owned(), output, format, is_wav, bytes: 0, keeps: false })
    }

    /// Keeps what was recorded when the program is interrupted.
    pub(crate) fn keep(mut self) -> Self {
        self.keeps = true;
        self
    }

    /// Writes audio.
    pub(crate) async fn write(&mut self, audio: &[u8]) -> Result<(), Failure> {
        let begins_wav = self.is_wav && self.bytes == 0;
        let head = if begins_wav { self.format.wav_header(None) } else { Default::default() };
        self.bytes += audio.len() as u64;
        match &mut self.output {
            Output::Stdout(stdout) => {
                let written = async {
                    stdout.write_all(&head).await?;
                    stdout.write_all(audio).await?;
                    stdout.flush().await
                };
                written.await.map_err(|error| Failure::output(&error))
            }
            Output::File(file, _) => {
                let written = file.write_all(&head).and_then(|()| file.write_all(audio));
                written.map_err(|error| cannot_write(&self.path, &error))
            }
            Output::Done => Ok(()),
        }
    }

    /// Completes the file; returns its audio in bytes.
    pub(crate) fn finish(mut self) -> Result<u64, Failure> {
        self.complete().map_err(|error| cannot_write(&self.path, &error))?;
        Ok(self.bytes)
    }

    fn complete(&mut self) -> std::io::Result<()> {
        let Output::File(mut file, part) = std::mem::replace(&mut self.output, Output::Done) else {
            return Ok(());
        };
        let completed = (|| {
            if self.is_wav {
                file.rewind()?;
                // Longer ones are read to their end.
                file.write_all(&self.format.wav_header(u32::try_from(self.bytes).ok()))?;
            }
            std::fs::rename(&part, &self.path)
        })();
        if completed.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        completed
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if self.keeps && self.bytes > 0 {
            // Nobody is left to complain to.
            let _ = self.complete();
        } else if let Output::File(_, part) = &self.output {
            let _ = std::fs::remove_file(part);
        }
    }
}

/// What is said where audio would be written to a terminal.
pub(crate) fn no_terminal() -> Failure {
    Failure::usage(say!("audio cannot be written to a terminal", "不能把音频写到终端")).hint(say!(
        "name a file, or pipe it into a player: coze … | aplay",
        "指定文件，或者用管道传给播放器：coze … | aplay"
    ))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    let message = say!("cannot write {}: {error}", "无法写入 {}：{error}", path.display());
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            Failure::new(Exit::Other, message)
        }
        _ => Failure::usage(message),
    }
}

/// The end of a text, as much as fits into a line.
pub(crate) fn tail(text: &str) -> String {
    const SHOWN: usize = 60;
    let text = visible(text, true).replace('\n', " ");
    let count = text.chars().count();
    if count <= SHOWN {
        return text;
    }
    std::iter::once('…').chain(text.chars().skip(count - SHOWN)).collect()
}

/// What is said of a session that ends before its result.
pub(crate) fn closed() -> Failure {
    Failure::new(
        Exit::Broken,
        say!(
            "the server closed the session before its result was complete",
            "服务端在结果完整之前关闭了会话"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_long_text_is_shown() {
        assert_eq!(tail("short"), "short");
        let shown = tail(&"好".repeat(100));
        assert_eq!((shown.chars().count(), shown.starts_with('…')), (61, true));
    }
}
