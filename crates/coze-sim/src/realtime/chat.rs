//! Voice chat: what is heard becomes a question, and the answer is spoken.

use serde_json::{Value, json};

use super::audio::{Append, Ear, Sentences, Voice, text};
use super::config::{self, Config, ear, silence};
use super::session::{Endpoint, Event, Flow, Session, Settings};
use crate::audio::hear::Voice as Heard;
use crate::chat::{Running, ToolOutput, listen, listen_on, stop};
use crate::http::answer::View;
use crate::http::stream::Signal;
use crate::http::{Call, Query, StreamItem, StreamOf, fields};
use crate::state::{Id, Refusal};
use crate::{bot, workflow};

fields! {
    pub(super) struct ChatQuery {
        bot_id: Option<Id>,
        device_id: Option<Id>,
        workflow_id: Option<Id>,
        authorization: Option<String>,
    }

    struct CreateMessage {
        role: String => OneOf(&["user", "assistant"]),
        content_type: String => OneOf(&["text", "object_string"]),
        content: String,
    }

    struct Submit {
        chat_id: Id,
        tool_outputs: Vec<ToolOutput>,
    }

    struct GenerateAudio {
        mode: String => OneOf(&["text"]),
        text: String => Bytes(1023),
    }
}

/// Reasons of `conversation.chat.canceled`.
const SPOKEN: (i64, &str) = (1, "the user spoke");
const ASKED: (i64, &str) = (2, "conversation.chat.cancel");
const REPLACED: (i64, &str) = (3, "conversation.message.create");

pub(super) struct Chat {
    bot: Option<Id>,
    workflow: Option<Id>,
    settings: Settings<Config>,
    ear: Ear,
    voice: Voice,
    /// The part of the utterance that was reported.
    told: String,
    /// Messages that the next chat begins with.
    context: Vec<Value>,
    conversation: Option<Id>,
    /// The chat whose answer is not over.
    answering: Option<Id>,
    sentences: Sentences,
    /// The message that the audio belongs to.
    spoken: Option<Value>,
}

impl Chat {
    pub(super) fn new(Query(query): Query<ChatQuery>, call: &Call) -> Result<Self, Refusal> {
        match (query.bot_id, query.workflow_id) {
            (_, Some(workflow)) => workflow::find_chatflow(call, workflow).map(drop)?,
            (Some(bot), None) => {
                bot::check_answers(call, bot, bot::Wanted::default())?;
                call.sim.check_scope(&call.head, bot)?;
            }
            (None, None) => {
                return Err(Refusal::invalid("bot_id", "required, unless there is a workflow_id"));
            }
        }
        let settings: Settings<Config> = Settings::new(config::defaults());
        let ear = ear(&settings.read)?;
        let voice = Voice::new(call, &settings.read.output_audio)?;
        Ok(Self {
            bot: query.bot_id,
            workflow: query.workflow_id,
            settings,
            ear,
            voice,
            told: String::new(),
            context: Vec::new(),
            conversation: None,
            answering: None,
            sentences: Sentences::default(),
            spoken: None,
        })
    }

    /// Starts to listen; until here, nothing was said.
    fn listen_anew(&mut self) -> Result<(), Refusal> {
        self.told.clear();
        self.ear = ear(&self.settings.read)?;
        Ok(())
    }

    async fn update(&mut self, session: &mut Session, mut event: Event) -> Flow {
        let settings = self.settings.updated(session, &mut event)?;
        if let Some(id) = settings.read.chat_config.conversation_id {
            session.call.sim.store.lock().conversation(id, session.call.user)?;
        }
        let voice = Voice::new(&session.call, &settings.read.output_audio)?;
        self.ear = ear(&settings.read)?;
        (self.voice, self.settings) = (voice, settings);
        let config = &self.settings.read;
        self.conversation = config.chat_config.conversation_id.or(self.conversation);
        session.pace = self.voice.pace.unwrap_or(session.call.sim.pace);
        session.wanted.clone_from(&config.event_subscriptions);
        session.tell("chat.updated", self.settings.show(), event.id).await?;
        if config.need_play_prologue {
            let own = || self.bot.map(|bot| bot::prologue(&session.call, bot));
            let prologue = config.prologue_content.clone().or_else(own).unwrap_or_default();
            self.read_out(session, &prologue);
        }
        Ok(())
    }

    async fn append(&mut self, session: &mut Session, delta: &str) -> Flow {
        // Recognition takes a while: the text of an event is reported with the next one.
        self.partial(session, self.ear.text()).await?;
        for heard in self.ear.append(delta)? {
            if silence(&self.settings.read).is_none() {
                continue;
            }
            match heard {
                Heard::Started => {
                    session.tell("input_audio_buffer.speech_started", None, None).await?;
                    if self.settings.read.turn_detection.interrupt_config.mode.is_none() {
                        self.cancel(session, SPOKEN).await?;
                    }
                }
                Heard::Stopped(heard) => {
                    session.tell("input_audio_buffer.speech_stopped", None, None).await?;
                    self.utter(session, heard).await?;
                }
            }
        }
        Ok(())
    }

    /// Reports the transcript so far if it is longer than before.
    async fn partial(&mut self, session: &mut Session, heard: String) -> Flow {
        let late = self.settings.read.asr_config.stream_mode.as_deref() == Some("output_no_stream");
        if late || session.is_scripted() || heard == self.told {
            return Ok(());
        }
        self.told.clone_from(&heard);
        session.tell("conversation.audio_transcript.update", text("content", heard), None).await
    }

    /// Takes what an utterance said as the next question.
    async fn utter(&mut self, session: &mut Session, heard: String) -> Flow {
        let heard = session.heard(heard);
        self.partial(session, heard.clone()).await?;
        self.told.clear();
        session.tell("conversation.audio_transcript.completed", text("content", heard.clone()), None).await?;
        let interrupt = &self.settings.read.turn_detection.interrupt_config;
        let mut keywords = interrupt.keywords.iter();
        let interrupts = match interrupt.mode.as_deref() {
            Some("keyword_prefix") => keywords.any(|word| heard.starts_with(word.as_str())),
            Some(_) => keywords.any(|word| heard.contains(word.as_str())),
            None => true,
        };
        // The agent speaks on, whatever else is said.
        if heard.is_empty() || (self.is_running(session) && !interrupts) {
            return Ok(());
        }
        self.cancel(session, SPOKEN).await?;
        self.ask(session, &heard, "text").await
    }

    fn is_running(&self, session: &Session) -> bool {
        self.answering.is_some() || !session.queue.is_empty()
    }

    /// Ends the answer that runs, if there is one.
    async fn cancel(&mut self, session: &mut Session, (code, msg): (i64, &str)) -> Flow {
        if !self.is_running(session) {
            return Ok(());
        }
        session.run = None;
        session.queue.clear();
        self.sentences = Sentences::default();
        if let Some(chat) = self.answering.take() {
            stop(true, &mut session.call.sim.store.lock(), chat)?;
        }
        session.tell("conversation.chat.canceled", json!({"code": code, "msg": msg}), None).await
    }

    /// Asks the agent, or the chatflow.
    async fn ask(&mut self, session: &mut Session, content: &str, content_type: &str) -> Flow {
        let call = &session.call;
        let mut messages = std::mem::take(&mut self.context);
        let asked =
            json!({"role": "user", "type": "question", "content": content, "content_type": content_type});
        messages.push(asked.clone());
        let config = self.settings.shown.get("chat_config").and_then(Value::as_object).cloned();
        let mut request = config.unwrap_or_default();
        request.remove("conversation_id");
        request.insert("additional_messages".into(), messages.into());
        if let Some(bot) = self.bot {
            request.insert("bot_id".into(), json!(bot));
        }
        let running = if let Some(workflow) = self.workflow {
            let taken = ["additional_messages", "bot_id", "parameters"];
            request.retain(|name, _| taken.contains(&name.as_str()));
            request.insert("workflow_id".into(), json!(workflow));
            if let Some(conversation) = self.conversation {
                request.insert("conversation_id".into(), json!(conversation));
            }
            workflow::listen(call, request)?
        } else {
            request.entry("user_id").or_insert_with(|| json!(call.user));
            listen(call, self.conversation, request)?
        };
        let Running { conversation, chat, question, signals } = running;
        (self.conversation, self.answering, self.spoken) = (Some(conversation), Some(chat), None);
        let question = match question {
            Some(message) => {
                let name = "conversation.message.completed";
                let message = Box::new(message);
                let item = StreamItem::Message { name, message, view: View::Delta, of: StreamOf::Chat };
                data_of(&call.sim.dialect.event(item).data)
            }
            // Where the history is not saved, the message has no id.
            None => asked,
        };
        session.run = Some(signals);
        session.tell("conversation.message.completed", question, None).await
    }

    /// Reports the state of the agent, and speaks its answer.
    async fn told(&mut self, session: &mut Session, event: &str, mut data: Value) -> Flow {
        let kind = data["type"].as_str().unwrap_or_default().to_owned();
        match (event, kind.as_str()) {
            // It is spoken here, and such messages do not come.
            ("conversation.audio.delta", _) | ("conversation.message.completed", "follow_up") => Ok(()),
            ("conversation.message.delta", _) => {
                self.sentences.push(data["content"].as_str().unwrap_or_default());
                self.spoken = Some(data.clone());
                session.tell(event, data, None).await?;
                self.speak(session, false);
                Ok(())
            }
            ("conversation.message.completed", "answer") => {
                if let Some(last) = &mut self.spoken {
                    last["content"] = json!("");
                    session.tell("conversation.message.delta", last.clone(), None).await?;
                }
                session.tell(event, data, None).await?;
                self.speak(session, true);
                Ok(())
            }
            ("conversation.chat.completed", _) => {
                session.run = None;
                if let Some(last) = self.spoken.take() {
                    session
                        .queue
                        .push_back(("conversation.audio.completed", Some(audio(&last, String::new()))));
                }
                self.answering = None;
                session.queue.push_back(("conversation.chat.completed", Some(bare(data))));
                Ok(())
            }
            ("conversation.chat.requires_action", _) => {
                session.run = None;
                session.queue.push_back(("conversation.chat.requires_action", Some(bare(data))));
                Ok(())
            }
            ("conversation.chat.failed", _) => {
                session.run = None;
                self.answering = None;
                session.queue.clear();
                session.tell(event, data, None).await
            }
            _ => {
                if event.starts_with("conversation.chat.") {
                    data = bare(data);
                }
                session.tell(event, data, None).await
            }
        }
    }

    /// Speaks the sentences that are whole.
    fn speak(&mut self, session: &mut Session, at_end: bool) {
        let Some(message) = &self.spoken else { return };
        while let Some(sentence) = self.sentences.next(at_end) {
            let pieces = self.voice.speak(&sentence);
            session
                .queue
                .push_back(("conversation.audio.sentence_start", Some(text("text", sentence.trim()))));
            let pieces = pieces.into_iter().map(|piece| audio(message, piece));
            session.queue.extend(pieces.map(|piece| ("conversation.audio.delta", Some(piece))));
        }
    }

    /// Speaks a text without the agent.
    fn read_out(&mut self, session: &mut Session, spoken: &str) {
        let message = json!({
            "id": "0", "conversation_id": "0", "bot_id": "0", "role": "assistant", "type": "answer",
            "content": "", "content_type": "audio", "chat_id": "0", "section_id": "0",
        });
        let completed = audio(&message, String::new());
        self.sentences = Sentences::default();
        self.sentences.push(spoken);
        self.spoken = Some(message);
        self.speak(session, true);
        self.spoken = None;
        session.queue.push_back(("conversation.audio.completed", Some(completed)));
    }
}

/// Makes the message of a piece of audio.
fn audio(message: &Value, piece: String) -> Value {
    let mut message = message.clone();
    (message["content"], message["content_type"]) = (piece.into(), json!("audio"));
    message
}

/// Removes fields that chats do not have here.
fn bare(mut chat: Value) -> Value {
    if let Some(chat) = chat.as_object_mut() {
        chat.retain(|name, _| {
            !matches!(name.as_str(), "last_error" | "meta_data" | "inserted_additional_messages")
        });
    }
    chat
}

/// Reads the data of an event; what is no JSON is a text.
fn data_of(data: &str) -> Value {
    serde_json::from_str(data).unwrap_or_else(|_| json!(data))
}

impl Endpoint for Chat {
    const NAME: &'static str = "chat";

    async fn event(&mut self, session: &mut Session, mut event: Event) -> Flow {
        let by_hand = silence(&self.settings.read).is_none();
        match event.kind.as_str() {
            "chat.update" => self.update(session, event).await,
            "input_audio_buffer.append" => {
                let Append { delta } = event.data(session)?;
                self.append(session, &delta).await
            }
            // Where the server finds the ends of utterances, they have no effect.
            "input_audio_buffer.complete" | "input_audio_buffer.clear" if !by_hand => Ok(()),
            "input_audio_buffer.complete" => {
                session.tell("input_audio_buffer.completed", None, event.id).await?;
                let heard = self.ear.take();
                self.ear = ear(&self.settings.read)?;
                self.utter(session, heard).await
            }
            "input_audio_buffer.clear" => {
                self.listen_anew()?;
                session.tell("input_audio_buffer.cleared", None, event.id).await
            }
            "conversation.message.create" => {
                let CreateMessage { role, content_type, content } = event.data(session)?;
                if role == "user" {
                    self.cancel(session, REPLACED).await?;
                    return self.ask(session, &content, &content_type).await;
                }
                self.context.push(
                    json!({"role": role, "type": "answer", "content": content, "content_type": content_type}),
                );
                Ok(())
            }
            "conversation.clear" => {
                self.context.clear();
                let sim = &session.call.sim;
                if let Some(id) = self.conversation {
                    let section = sim.store.mint.id();
                    sim.store.lock().conversation_mut(id, session.call.user)?.section_id = section;
                }
                session.tell("conversation.cleared", None, event.id).await
            }
            "conversation.chat.cancel" if !self.is_running(session) => {
                Err(Refusal::coded(4104, "no chat is running, so there is none to cancel").into())
            }
            "conversation.chat.cancel" => self.cancel(session, ASKED).await,
            "conversation.chat.submit_tool_outputs" => {
                let Submit { chat_id, tool_outputs } = event.data(session)?;
                let conversation = self.conversation.ok_or(Refusal::UnknownChat(chat_id))?;
                session.run = Some(listen_on(&session.call, conversation, chat_id, &tool_outputs)?);
                Ok(())
            }
            "input_text.generate_audio" => {
                let GenerateAudio { text, .. } = event.data(session)?;
                self.cancel(session, REPLACED).await?;
                self.read_out(session, &text);
                Ok(())
            }
            _ => event.unknown(),
        }
    }

    async fn signal(&mut self, session: &mut Session, signal: Signal) -> Flow {
        match signal {
            Signal::Event(told) | Signal::Last(told) => {
                let event = session.call.sim.dialect.event(told);
                self.told(session, &event.name, data_of(&event.data)).await
            }
            Signal::Raw(bytes) => session.raw(bytes).await,
            Signal::Comment(_) | Signal::Done => Ok(()),
            Signal::End => {
                // An aborted chat is over, too.
                session.run = None;
                self.answering = None;
                Ok(())
            }
        }
    }
}
