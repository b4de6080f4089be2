//! `coze audio speech`: speaks a text.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use coze::audio::{AudioFormat, CreateSpeech, Emotion, ListVoices};
use coze::realtime::{EmotionConfig, OutputAudio, PcmFormat};
use coze::types::VoiceId;
use coze::{Coze, Download};

use super::live::{self, Text};
use crate::bars::{Bars, size};
use crate::failure::Failure;
use crate::lang::say;
use crate::place::{Connection, Place};
use crate::screen::Screen;
use crate::sound::{Recording, no_terminal};
use crate::{input, interrupt, word};

/// Options of `coze audio speech`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Speech {
    /// Text, at most 1024 bytes: about 340 Chinese characters; `-` reads it from standard input, which is also the default
    /// if that is not a terminal
    #[arg(value_name = "TEXT")]
    text: Vec<String>,

    /// File to write, which appears when it is complete; `-` is standard output
    #[arg(long, short, value_name = "FILE|-")]
    output: PathBuf,

    /// Voice, by its id in `coze audio voices`; by default the first one listed
    #[arg(long, value_name = "ID", value_parser = word::id::<VoiceId>())]
    voice: Option<VoiceId>,

    /// Encoding; by default that of the file extension, and mp3 for standard output
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,

    /// Speed, where 1 is normal: from 0.5 to 2 with most voices
    #[arg(long, value_name = "FACTOR")]
    speed: Option<f64>,

    /// Sample rate in Hz: 8000, 16000, 22050, 24000, 32000, 44100 or 48000; 24000 by default
    #[arg(long, value_name = "HZ")]
    sample_rate: Option<u32>,

    /// Change of the volume in percent, from -50 to 100
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    loudness: Option<i32>,

    /// Emotion, such as happy, sad or angry; for voices that support it
    #[arg(long, value_name = "WORD")]
    emotion: Option<String>,

    /// Strength of the emotion, from 1 to 5
    #[arg(long, value_name = "STRENGTH", requires = "emotion")]
    emotion_scale: Option<f64>,

    /// Style in your own words, such as "low and hoarse"; for voices that support it
    #[arg(long, value_name = "WORDS")]
    style: Option<String>,

    /// Speaks while the text is still written, over a WebSocket: text of any length, to .wav, .pcm or standard output
    #[arg(long, conflicts_with_all = ["format", "no_limits"])]
    live: bool,

    /// Sends text that exceeds a documented limit, for servers with other limits
    #[arg(long)]
    no_limits: bool,

    #[command(flatten)]
    connection: Connection,
}

const EXAMPLES: &str = "\
Examples:
  coze audio speech 今天天气怎么样 -o weather.mp3
  coze audio speech -o letter.wav --voice 7426720361733046281 --speed 1.2 < letter.txt
  coze audio speech \"good morning\" -o - --format wav | aplay
  tail -f news.txt | coze audio speech --live -o - | aplay";

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Mp3,
    Wav,
    Pcm,
    #[value(name = "ogg_opus", alias = "ogg", alias = "opus")]
    OggOpus,
}

impl From<Format> for AudioFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Mp3 => Self::Mp3,
            Format::Wav => Self::Wav,
            Format::Pcm => Self::Pcm,
            Format::OggOpus => Self::OggOpus,
        }
    }
}

impl Speech {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let to_stdout = self.output.as_os_str() == "-";
        if to_stdout && screen.shows_output() {
            return Err(no_terminal());
        }
        if self.live {
            return interrupt::or_stop(self.speak_live(general, screen)).await;
        }
        let format = match self.format {
            Some(format) => format,
            None if to_stdout => Format::Mp3,
            None => format_of(&self.output)?,
        };
        let text = input::text(&self.text, &say!("text", "文本"))?;
        interrupt::or_stop(self.speak(text, format, to_stdout, general, screen)).await
    }

    async fn speak(
        self,
        text: String,
        format: Format,
        to_stdout: bool,
        general: Connection,
        screen: &mut Screen,
    ) -> Result<(), Failure> {
        let place = self.connection.over(general).place().await?;
        let client = place.client()?;
        let voice = match self.voice {
            Some(voice) => voice,
            None => first_voice(&client, &place, screen).await?,
        };
        let mut request = CreateSpeech::new(text, voice).response_format(AudioFormat::from(format));
        request.speed = self.speed;
        request.sample_rate = self.sample_rate;
        request.loudness_rate = self.loudness;
        request.emotion = self.emotion.map(|word| Emotion::from(word.as_str()));
        request.emotion_scale = self.emotion_scale;
        request.context_texts = self.style;
        let download = client.audio().speech().create(request).strict(!self.no_limits);
        let download = download.await.map_err(|error| place.explain(&error))?;
        if let Some(log_id) = download.log_id()
            && screen.is_verbose()
        {
            screen.note(&format!("log id {log_id}"));
        }
        if to_stdout {
            return pipe(download, &place, screen).await;
        }
        let saved = {
            let bars = Bars::new(screen);
            let (bar, total) = (bars.add(&self.output.display().to_string()), download.len());
            download.save_with(&self.output, |bytes| bar.at(bytes, total)).await
        };
        let bytes = saved.map_err(|error| place.explain(&error).about(self.output.display()))?;
        if screen.tells_asides() {
            screen.note(&format!("{}: {}", self.output.display(), size(bytes)));
        }
        Ok(())
    }

    async fn speak_live(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let text = match self.text.as_slice() {
            [] if !std::io::stdin().is_terminal() => Text::Stdin,
            [word] if word == "-" => Text::Stdin,
            words => Text::All(input::text(words, &say!("text", "文本"))?),
        };
        let format = PcmFormat::new(self.sample_rate.unwrap_or(24_000));
        let mut audio = OutputAudio::pcm(format.sample_rate.into());
        audio.voice_id = self.voice;
        audio.speech_rate = self.speed.map(rate);
        audio.loudness_rate = self.loudness.map(i64::from);
        audio.context_texts = self.style;
        audio.emotion_config = self.emotion.map(|word| {
            let mut config = EmotionConfig::default().emotion(word.as_str());
            config.emotion_scale = self.emotion_scale;
            config
        });
        let recording = Recording::create(&self.output, format, screen)?;
        let place = self.connection.over(general).place().await?;
        let connect = place.client()?.audio().speech().live().output_audio(audio);
        let bytes = live::speak(connect, text, recording, &place).await?;
        if screen.tells_asides() {
            screen.note(&format!("{}: {}", self.output.display(), size(bytes)));
        }
        Ok(())
    }
}

/// A speed, where 1 is normal, as a change in percent.
fn rate(speed: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "the server names the values that it takes")]
    let percent = ((speed - 1.0) * 100.0).round() as i64;
    percent
}

/// The format that the extension of a file names.
fn format_of(path: &Path) -> Result<Format, Failure> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match extension.as_str() {
        "mp3" => Ok(Format::Mp3),
        "wav" => Ok(Format::Wav),
        "pcm" | "raw" => Ok(Format::Pcm),
        "ogg" | "opus" => Ok(Format::OggOpus),
        _ => Err(Failure::usage(say!(
            "the format of {} is not known from its name",
            "无法从文件名 {} 得知格式",
            path.display()
        ))
        .hint(say!(
            "use the extension .mp3, .wav, .pcm or .ogg, or set --format",
            "使用扩展名 .mp3、.wav、.pcm 或 .ogg，或者写明 --format"
        ))),
    }
}

/// The first voice of the list, where none was chosen.
async fn first_voice(client: &Coze, place: &Place, screen: &mut Screen) -> Result<VoiceId, Failure> {
    let request = ListVoices::new().page_size(1);
    let page = client.audio().voices().list(request).await.map_err(|error| place.explain(&error))?;
    let voice = page.voice_list.into_iter().next().ok_or_else(|| {
        Failure::usage(say!("the account has no voice", "账号里没有可用的音色"))
            .hint(say!("name one with --voice", "用 --voice 指定"))
    })?;
    if screen.tells_asides() {
        let name = voice.name.unwrap_or_default();
        screen.note(&say!(
            "uses the voice {name}, --voice {}",
            "使用音色 {name}，--voice {}",
            voice.voice_id
        ));
    }
    Ok(voice.voice_id)
}

async fn pipe(mut download: Download, place: &Place, screen: &mut Screen) -> Result<(), Failure> {
    while let Some(piece) = download.next().await {
        screen.bytes(&piece.map_err(|error| place.explain(&error))?)?;
    }
    Ok(())
}
