//! `coze voice`: talks with an agent by voice, over pipes or files.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use coze::ErrorKind;
use coze::realtime::{Events, OutputAudio, PcmFormat, Playback, RealtimeEvent, Sender, TurnDetection};
use coze::types::{BotId, ConversationId, UserId, VoiceId, WorkflowId};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use crate::chat::Tools;
use crate::failure::Failure;
use crate::lang::say;
use crate::place::{Connection, Place};
use crate::screen::Screen;
use crate::sound::{Recording, Source, closed, tail};
use crate::{input, interrupt, word};

mod turn;

use turn::Turn;

/// Options of `coze voice`.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Voice {
    /// What you say: a WAV file, or `-` for standard input, such as the output of a recorder
    #[arg(long = "in", value_name = "FILE|-")]
    input: PathBuf,

    /// What the agent says: a file .wav or .pcm, or `-` for standard output as WAV, such as the input of a player
    #[arg(long = "out", value_name = "FILE|-")]
    output: PathBuf,

    /// Sample rate in Hz of input that is PCM of 16 bits without a header
    #[arg(long, value_name = "HZ", value_parser = clap::value_parser!(u32).range(1..))]
    pcm: Option<u32>,

    /// Takes the whole input for one question, instead of detecting when you pause
    #[arg(long)]
    push_to_talk: bool,

    /// Agent to talk with: the number after /bot/ in the URL of its page
    #[arg(long, env = "COZE_BOT_ID", value_name = "ID", value_parser = word::id::<BotId>())]
    bot: Option<BotId>,

    /// Chatflow that answers instead of the agent
    #[arg(long, value_name = "ID", value_parser = word::id::<WorkflowId>())]
    workflow: Option<WorkflowId>,

    /// Name of the user, by default `coze-cli`; the agent has a separate memory for each user
    #[arg(long, value_name = "NAME", value_parser = word::name::<UserId>())]
    user: Option<UserId>,

    /// Conversation to continue
    #[arg(long, value_name = "ID", value_parser = word::id::<ConversationId>())]
    conversation: Option<ConversationId>,

    /// Voice of the agent, by its id in `coze audio voices`; by default the one that is set for it
    #[arg(long = "voice", value_name = "ID", value_parser = word::id::<VoiceId>())]
    spoken_by: Option<VoiceId>,

    /// Output of a tool that the agent calls, usually JSON
    #[arg(long, value_name = "NAME=OUTPUT", value_parser = input::pair)]
    tool_output: Vec<(String, String)>,

    #[command(flatten)]
    connection: Connection,
}

const EXAMPLES: &str = "\
Examples:
  coze voice --in question.wav --out answer.wav --push-to-talk
  arecord -q -f S16_LE -r 16000 -t wav | coze voice --in - --out - | aplay -q
  rec -q -r 16000 -b 16 -c 1 -t wav - | coze voice --in - --out - | play -q -t wav -
Use headphones: an agent that hears itself interrupts itself.";

/// Sample rate of what the agent says.
const RATE: u32 = 24_000;

/// How often audio is written.
const FRAME: Duration = Duration::from_millis(20);

/// Silence before the first audio, so that a player does not run dry at once.
const LEAD: usize = 5;

impl Voice {
    pub(crate) async fn run(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        interrupt::or_stop(self.talk(general, screen)).await
    }

    async fn talk(self, general: Connection, screen: &mut Screen) -> Result<(), Failure> {
        let recording = Recording::create(&self.output, PcmFormat::new(RATE), screen)?.keep();
        let mut source = Source::open(&self.input, self.pcm).await?;
        let place = self.connection.over(general).place_or_simulator(screen).await?;
        let (bot, user) = (place.bot(self.bot)?, place.user(self.user));
        let mut voice = OutputAudio::pcm(RATE.into());
        voice.voice_id = self.spoken_by;
        let turns =
            if self.push_to_talk { TurnDetection::push_to_talk() } else { TurnDetection::server_vad() };
        let mut connect = place
            .client()?
            .chat()
            .realtime(bot)
            .user_id(user)
            .input_audio(source.format().input_audio())
            .output_audio(voice)
            .turn_detection(turns);
        if let Some(workflow) = self.workflow {
            connect = connect.workflow_id(workflow);
        }
        if let Some(conversation) = self.conversation {
            connect = connect.conversation_id(conversation);
        }
        let session = connect.connect().await.map_err(|error| place.explain(&error))?;
        if let Some(log_id) = session.log_id()
            && screen.is_verbose()
        {
            screen.note(&format!("log id {log_id}"));
        }
        let (sender, events) = session.split();
        let playback = Playback::pcm(RATE);
        let is_over = Cell::new(None);
        let talk = Talk { sender, playback, place: &place, tools: self.tool_output, is_over: &is_over };
        let silence = vec![0; source.format().bytes(FRAME)];
        let send = async {
            while let Some(frame) = source.next().await? {
                talk.append(frame.as_ref()).await?;
            }
            is_over.set(Some(Instant::now()));
            if self.push_to_talk {
                talk.sender.complete().await.map_err(|error| place.explain(&error))?;
                std::future::pending::<()>().await;
            }
            // A pause is what the server detects the end of speech by.
            let mut ticks = interval(FRAME);
            loop {
                ticks.tick().await;
                talk.append(&silence).await?;
            }
        };
        let mut recording = recording;
        let play = play(&talk.playback, &mut recording);
        let listen = talk.listen(events, Turn::new(self.push_to_talk), screen);
        let result = tokio::select! {
            result = send => result,
            result = play => result,
            result = listen => result,
        };
        // What was heard is kept, whatever ended it.
        let finished = recording.finish();
        result.and(finished.map(drop))?;
        // The server is notified, without a wait for its answer.
        let _ = timeout(Duration::from_secs(1), talk.sender.close()).await;
        Ok(())
    }
}

/// Writes what is played, in real time: silence where there is nothing.
async fn play(playback: &Playback, recording: &mut Recording) -> Result<(), Failure> {
    let mut frame = vec![0; PcmFormat::new(RATE).bytes(FRAME)];
    for _ in 0..LEAD {
        recording.write(&frame).await?;
    }
    let mut ticks = interval(FRAME);
    // A player that is slower decides the pace.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        playback.read_bytes(&mut frame);
        recording.write(&frame).await?;
    }
}

/// A voice chat that runs.
struct Talk<'a> {
    sender: Sender<RealtimeEvent>,
    playback: Playback,
    place: &'a Place,
    tools: Vec<(String, String)>,
    /// When the input ended.
    is_over: &'a Cell<Option<Instant>>,
}

impl Talk<'_> {
    async fn append(&self, audio: &[u8]) -> Result<(), Failure> {
        self.sender.append(audio).await.map_err(|error| self.place.explain(&error))
    }

    /// Reads events until the last answer was played, or the server ends the session.
    async fn listen(
        &self,
        mut events: Events<RealtimeEvent>,
        mut turn: Turn,
        screen: &mut Screen,
    ) -> Result<(), Failure> {
        screen.waits(say!("listening", "正在听"));
        loop {
            // Dropping the future loses no event.
            if let Ok(event) = timeout(FRAME * 5, events.next()).await {
                match event {
                    None => return Err(closed()),
                    Some(Err(error)) => {
                        let failure = self.place.explain(&error);
                        // What the server reports does not end the session, but it answers the question of a key.
                        if turn.is_by_key() || !(error.api().is_some() || error.kind() == ErrorKind::Decode) {
                            return Err(failure);
                        }
                        turn.fail();
                        screen.tell(&failure);
                    }
                    Some(Ok(event)) => {
                        self.playback.apply(&event).await;
                        turn.note(&event);
                        self.show(&event, screen).await?;
                    }
                }
            }
            if let Some(since) = self.is_over.get()
                && self.playback.buffered().is_zero()
                && turn.is_over(since)?
            {
                return Ok(());
            }
        }
    }

    async fn show(&self, event: &RealtimeEvent, screen: &mut Screen) -> Result<(), Failure> {
        match event {
            RealtimeEvent::TranscriptUpdate(text) => screen.waits(say!("you: {}", "你：{}", tail(text))),
            RealtimeEvent::TranscriptCompleted(text) if !text.is_empty() => {
                screen.note(&say!("you: {text}", "你：{text}"));
            }
            RealtimeEvent::ChatCreated(_) => screen.waits(say!("waiting for the agent", "正在等待智能体")),
            RealtimeEvent::SentenceStart(text) => screen.note(&say!("agent: {text}", "智能体：{text}")),
            RealtimeEvent::SpeechStarted => screen.waits(say!("you are speaking", "你在说话")),
            RealtimeEvent::ChatCanceled(_) => screen.waits(say!("interrupted", "已打断")),
            RealtimeEvent::ChatCompleted(_) => screen.waits(say!("listening", "正在听")),
            RealtimeEvent::RequiresAction(chat) => {
                let outputs = Tools::new(self.tools.clone(), false).answer(chat.tool_calls(), screen)?;
                let sent = self.sender.submit_tool_outputs(chat, outputs.unwrap_or_default()).await;
                sent.map_err(|error| self.place.explain(&error))?;
            }
            _ => {}
        }
        Ok(())
    }
}
