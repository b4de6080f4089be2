//! A conversation with an agent, question by question.

use std::collections::BTreeMap;
use std::time::Duration;

use coze::chat::{Chat, CreateChat, SubmitToolOutputs};
use coze::message::EnterMessage;
use coze::types::{ApiError, BotId, ChatId, ConversationId, Extra, Streamable, UserId};
use coze::{ChatEvent, Coze};

use super::heard::{Heard, Listen};
use super::latest;
use super::show::Show;
use super::tool::Tools;
use crate::failure::{Exit, Failure};
use crate::json;
use crate::lang::say;
use crate::place::Place;
use crate::screen::Screen;

/// How a question ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Answered,
    Interrupted,
}

/// Time for the request that cancels a chat: who interrupts does not want to wait.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(3);

/// Who asks whom, and with what besides the questions.
pub(super) struct Asker {
    pub(super) bot: BotId,
    pub(super) user: UserId,
    pub(super) conversation: Option<ConversationId>,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) parameters: Extra,
}

/// A conversation with an agent.
pub(super) struct Dialog<'a> {
    client: Coze,
    place: &'a Place,
    asker: Asker,
    tools: Tools,
    json: bool,
    /// Chat that the agent works on now.
    running: Option<(ConversationId, ChatId)>,
}

impl<'a> Dialog<'a> {
    pub(super) fn new(client: Coze, place: &'a Place, asker: Asker, tools: Tools, json: bool) -> Self {
        Self { client, place, asker, tools, json, running: None }
    }

    pub(super) fn client(&self) -> &Coze {
        &self.client
    }

    pub(super) fn place(&self) -> &'a Place {
        self.place
    }

    pub(super) fn bot(&self) -> &BotId {
        &self.asker.bot
    }

    /// Conversation so far; named by the caller or made by the server.
    pub(super) fn conversation(&self) -> Option<&ConversationId> {
        self.asker.conversation.as_ref()
    }

    /// Ids of all that takes part.
    pub(super) fn ids(&self) -> String {
        let none = say!("none yet", "还没有");
        let conversation = self.conversation().map_or(none.as_str(), ConversationId::as_str);
        say!(
            "conversation {conversation}\nagent {}\nuser {}",
            "会话 {conversation}\n智能体 {}\n用户 {}",
            self.asker.bot,
            self.asker.user
        )
    }

    /// Leaves the conversation; the next question starts a new one.
    pub(super) fn start_anew(&mut self) {
        self.asker.conversation = None;
    }

    /// Asks, shows the answer as it arrives, and gives the agent what its tools return.
    ///
    /// Ctrl-C cancels the chat, here and on the server.
    pub(super) async fn ask(&mut self, message: EnterMessage, screen: &mut Screen) -> Result<End, Failure> {
        let mut show = Show::new();
        let mut request = CreateChat::new(&self.asker.bot, &self.asker.user).message(message);
        request.conversation_id.clone_from(&self.asker.conversation);
        request.custom_variables.clone_from(&self.asker.variables);
        request.parameters.clone_from(&self.asker.parameters);
        let mut paused = self.listen_or_cancel(request, &mut show, screen).await?;
        let end = loop {
            let chat = match paused {
                Paused::No => break End::Answered,
                Paused::Interrupted => break End::Interrupted,
                Paused::For(chat) => chat,
            };
            screen.end_answer()?;
            let Some(outputs) = self.tools.answer(chat.tool_calls(), screen)? else { break End::Interrupted };
            let Some(conversation) = chat.conversation_id.as_ref().or(self.conversation()) else {
                return Err(Failure::new(
                    Exit::Broken,
                    say!(
                        "the agent waits for the output of a tool, but names no conversation",
                        "智能体在等待工具的输出，却没有给出会话 ID"
                    ),
                ));
            };
            let mut request = SubmitToolOutputs::new(conversation, &chat.id);
            request.tool_outputs = outputs;
            paused = self.listen_or_cancel(request, &mut show, screen).await?;
        };
        screen.end_answer()?;
        show.finish(screen);
        Ok(end)
    }

    async fn listen_or_cancel<R>(
        &mut self,
        request: R,
        show: &mut Show,
        screen: &mut Screen,
    ) -> Result<Paused, Failure>
    where
        R: Streamable<Event = ChatEvent> + Send + Sync + 'static,
    {
        self.running = None;
        let result = tokio::select! {
            result = self.listen(request, show, screen) => result,
            Ok(()) = tokio::signal::ctrl_c() => Ok(Paused::Interrupted),
        };
        if !matches!(result, Ok(Paused::Interrupted)) {
            // The part of a failed answer that has arrived is shown.
            let ended = if result.is_err() { screen.end_answer() } else { Ok(()) };
            return result.and_then(|paused| ended.map(|()| paused));
        }
        screen.end_answer()?;
        if let Some((conversation, chat)) = self.running.take() {
            self.cancel(&conversation, &chat, screen).await;
        }
        Ok(Paused::Interrupted)
    }

    /// Reads one stream to its end.
    async fn listen<R>(&mut self, request: R, show: &mut Show, screen: &mut Screen) -> Result<Paused, Failure>
    where
        R: Streamable<Event = ChatEvent> + Send + Sync + 'static,
    {
        let explain = |error: coze::Error| self.place.explain(&error);
        screen.wait_for(say!("waiting for the agent", "正在等待智能体"));
        let events = self.client.send(Listen(request)).await;
        let mut events = events.map_err(explain)?;
        if let Some(log_id) = events.log_id()
            && screen.is_verbose()
        {
            screen.note(&format!("log id {log_id}"));
        }
        let mut paused = Paused::No;
        // More events may follow one that reports an error: all are shown, and the first error counts.
        let mut fault: Option<coze::Error> = None;
        let mut completed = false;
        while let Some(heard) = events.next().await {
            let Heard { raw, event } = match heard {
                Ok(heard) => heard,
                // What is truncated after the end of the chat is not part of its answer.
                Err(error) if completed && error.is_cut() => break,
                Err(error) => return Err(self.place.explain(&fault.unwrap_or(error))),
            };
            if self.json {
                screen.line(&json::event_line(&raw.name, &raw.data))?;
            }
            let event = match event {
                Ok(event) => event,
                Err(error) => {
                    fault.get_or_insert_with(|| events.error(error));
                    continue;
                }
            };
            self.follow(&event);
            if !self.json {
                show.event(&event, screen)?;
            }
            let ended = matches!(
                event,
                ChatEvent::Failed { .. } | ChatEvent::Canceled(_) | ChatEvent::RequiresAction(_)
            );
            match event {
                ChatEvent::Error(error) | ChatEvent::Failed { error, .. } => {
                    fault.get_or_insert_with(|| events.error(error));
                }
                ChatEvent::Canceled(_) => {
                    fault.get_or_insert_with(|| {
                        events.error(ApiError::new(0, say!("the chat was canceled", "对话已被取消")))
                    });
                }
                ChatEvent::RequiresAction(chat) => paused = Paused::For(Box::new(chat)),
                ChatEvent::Completed(_) => completed = true,
                _ => {}
            }
            // Nothing that is shown follows, and what it requests is done immediately.
            if ended && !self.json {
                break;
            }
        }
        match fault {
            Some(error) => Err(self.place.explain(&error)),
            None => Ok(paused),
        }
    }

    /// Keeps track of the chat that runs.
    fn follow(&mut self, event: &ChatEvent) {
        let Some(chat) = event.chat() else { return };
        if let Some(conversation) = &chat.conversation_id {
            self.asker.conversation = Some(conversation.clone());
            // Once for each chat, with its first event.
            if self.running.is_none() && !self.place.is_simulated() {
                latest::keep(self.place.base_url(), &self.asker.bot, &self.asker.user, conversation);
            }
        }
        let runs = matches!(event, ChatEvent::Created(_) | ChatEvent::InProgress(_));
        self.running =
            self.conversation().cloned().filter(|_| runs).map(|conversation| (conversation, chat.id.clone()));
    }

    async fn cancel(&self, conversation: &ConversationId, chat: &ChatId, screen: &mut Screen) {
        let cancel = self.client.chat().cancel(conversation, chat).timeout(CANCEL_TIMEOUT);
        let result = tokio::select! {
            result = cancel.into_future() => result,
            // A second Ctrl-C: do not even wait for that.
            Ok(()) = tokio::signal::ctrl_c() => return,
        };
        match result {
            Ok(_) => screen.note(&say!("canceled", "已取消")),
            Err(error) => screen.note(&say!(
                "the chat {chat} continues on the server: {error}",
                "对话 {chat} 仍在服务端进行：{error}"
            )),
        }
    }
}

/// Where a stream left the chat.
enum Paused {
    /// It has ended.
    No,
    /// It waits for the output of tools.
    For(Box<Chat>),
    Interrupted,
}
