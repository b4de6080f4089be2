//! The start of a chat: all checks, then its entry into the conversation.

use std::time::Duration;

use crate::agent::{self, DEMO_SHORTCUT, Question};
use crate::http::{Call, Rules};
use crate::message::content::{Content, EnterMessage, read_items};
use crate::message::draft;
use crate::script::fault::Refuse;
use crate::script::step::Turn;
use crate::script::wire::Wire;
use crate::state::{Chat, Conversation, Id, MetaData, Refusal, Role, State};
use crate::{bot, variable};

use super::{ChatQuery, CreateChat, ShortcutCommand};

/// Result of a request for a chat.
pub(super) enum Started {
    /// A chat that is ready to run.
    Chat(Id, Box<Turn>),
    /// A scripted response replaces it.
    Refused(Box<Refuse>),
}

/// A message of the request, with decoded content.
struct Input {
    message: EnterMessage,
    content: Content,
}

/// Validates the request, adds the chat and its messages to the conversation, and runs the agent.
pub(super) fn start(call: &Call, query: ChatQuery, request: CreateChat) -> Result<Started, Refusal> {
    let behavior = call.sim.behavior;
    check_combinations(&query, &request)?;
    let bot_id = request.bot_id;
    let scripted = call.sim.script.bot(bot_id);
    bot::check_answers(
        call,
        bot_id,
        bot::Wanted {
            draft: request.publish_status.as_deref() == Some("unpublished_draft"),
            version: request.bot_version.as_deref(),
            channel: request.connector_id.as_deref(),
        },
    )?;
    call.sim.check_scope(&call.head, bot_id)?;
    let saved = request.auto_save_history.unwrap_or(true);

    let mut guard = call.sim.store.lock();
    let state = &mut *guard;
    let inputs = read_inputs(call, state, request.additional_messages, request.shortcut_command, saved)?;
    let mut variables =
        variable::of_user(call, state, bot_id, request.connector_id.as_deref(), &request.user_id);
    variables.extend(request.custom_variables.unwrap_or_default());
    let conversation = match query.conversation_id {
        None => None,
        Some(id) => match state.conversation(id, call.user) {
            Ok(conversation) => Some(conversation),
            Err(Refusal::UnknownConversation(_)) if behavior.replaces_unknown_conversations => None,
            Err(refusal) => return Err(refusal),
        },
    };
    if let Some(Conversation { id, running: Some(running), .. }) = conversation
        && behavior.one_chat_at_a_time
    {
        return Err(Refusal::Busy { conversation: *id, running: *running });
    }
    if call.sim.rules().strict {
        check_files_have_text(conversation, &inputs)?;
    }
    let mut question = question(state, conversation, &inputs)?;
    question.user = variables.get("name").cloned().unwrap_or_default();
    let interrupted = conversation.is_some_and(|conversation| conversation.interrupted.is_some());
    let next = if interrupted { None } else { call.sim.next_reply() };
    let ruled = !interrupted && next.is_none();
    let rule = scripted.filter(|_| ruled).and_then(|bot| bot.rule(&question.text));
    if let Some(refuse) = rule.and_then(|rule| rule.refuse.clone()) {
        return Ok(Started::Refused(Box::new(refuse)));
    }

    let pace = scripted.and_then(|bot| bot.pace_ms).map_or(call.sim.pace, Duration::from_millis);
    let mut turn = match (next, rule.and_then(|rule| Some((rule, rule.reply.as_ref()?)))) {
        (Some(reply), _) => reply.turn(pace, Wire::default()),
        (None, Some((rule, reply))) => {
            let wire = rule.wire.clone().or_else(|| scripted.map(|bot| bot.wire.clone()));
            reply.turn(pace, wire.unwrap_or_default())
        }
        (None, None) => Turn {
            pace,
            wire: scripted.map(|bot| bot.wire.clone()).unwrap_or_default(),
            ..agent::answer(&question)
        },
    };
    turn.kept = variables;
    turn.kept.extend(rule.map(|rule| rule.when.captures(&question.text)).unwrap_or_default());
    turn.kept.insert("user_id".into(), request.user_id);
    turn.input = question.text;

    let id = match conversation.map(|conversation| conversation.id) {
        Some(id) => id,
        None => open_conversation(call, state, bot_id),
    };
    if let Some(waiting) = state.conversation_mut(id, call.user)?.interrupted.take() {
        // Without an endpoint for tool outputs, the input is the output.
        turn = Turn { output: turn.input.clone(), input: turn.input, ..waiting };
    }
    let chat = enter_chat(call, state, id, bot_id, saved, request.meta_data, inputs)?;
    Ok(Started::Chat(chat, Box::new(turn)))
}

fn check_combinations(query: &ChatQuery, request: &CreateChat) -> Result<(), Refusal> {
    let draft = request.publish_status.as_deref() == Some("unpublished_draft");
    if draft && request.bot_version.as_deref().is_some_and(|version| !version.is_empty()) {
        return Err(Refusal::invalid(
            "bot_version",
            "cannot be combined with publish_status unpublished_draft",
        ));
    }
    if request.conversation_id.is_some() && request.conversation_id != query.conversation_id {
        let problem = "belongs in the query; the body may only repeat it";
        return Err(Refusal::invalid("conversation_id", problem));
    }
    Ok(())
}

fn read_inputs(
    call: &Call,
    state: &State,
    messages: Vec<EnterMessage>,
    shortcut: Option<ShortcutCommand>,
    saved: bool,
) -> Result<Vec<Input>, Refusal> {
    let rules = call.sim.rules();
    let mut inputs = Vec::with_capacity(messages.len() + 1);
    for (index, message) in messages.into_iter().enumerate() {
        let path = format!("additional_messages[{index}]");
        if rules.strict {
            message.check_kind(&path, saved)?;
            if message.content.is_none() {
                return Err(Refusal::invalid(format!("{path}.content"), "required, but missing"));
            }
        }
        let text = message.content.as_deref().unwrap_or_default();
        let content = Content::read(text, message.content_type.as_deref(), &path, rules)?;
        if rules.strict {
            content.check(&path, call.user, state)?;
        }
        inputs.push(Input { message, content });
    }
    if let Some(shortcut) = shortcut {
        let text = shortcut_text(call, &shortcut)?;
        inputs.push(Input { message: EnterMessage::question(&text), content: Content::Text(text) });
    }
    Ok(inputs)
}

/// Expands the template of a shortcut command to its question.
fn shortcut_text(call: &Call, shortcut: &ShortcutCommand) -> Result<String, Refusal> {
    if shortcut.command_id.to_string() != DEMO_SHORTCUT {
        let problem = format!("the bot has no shortcut command {}", shortcut.command_id);
        return Err(Refusal::invalid("shortcut_command.command_id", problem));
    }
    let mut text = bot::SHORTCUT_TEMPLATE.to_owned();
    for (name, value) in &shortcut.parameters {
        let path = format!("shortcut_command.parameters.{name}");
        let items = read_items(value, &path, call.sim.rules())?;
        text = text.replace(&format!("{{{{{name}}}}}"), &Content::Items(items).text());
    }
    Ok(text)
}

/// A message with only files or images requires a text message before or after it.
fn check_files_have_text(conversation: Option<&Conversation>, inputs: &[Input]) -> Result<(), Refusal> {
    let is_text = |at: Option<usize>| {
        at.and_then(|at| inputs.get(at)).is_some_and(|input| matches!(input.content, Content::Text(_)))
    };
    let follows_text = conversation
        .and_then(|conversation| conversation.messages.iter().rfind(|message| message.is_dialog()))
        .is_some_and(|message| message.content_type == "text");
    for (index, _) in inputs.iter().enumerate().filter(|(_, input)| input.content.is_only_files()) {
        let beside =
            is_text(index.checked_sub(1)) || is_text(Some(index + 1)) || (index == 0 && follows_text);
        if !beside {
            let path = format!("additional_messages[{index}].content");
            let problem = "a message of only files or images needs a text message before or after it";
            return Err(Refusal::invalid(path, problem));
        }
    }
    Ok(())
}

/// Returns the input of the agent: the last input, or the last message of the conversation.
fn question(
    state: &State,
    conversation: Option<&Conversation>,
    inputs: &[Input],
) -> Result<Question, Refusal> {
    let context = || {
        let section = conversation.map(|conversation| conversation.section_id);
        conversation.into_iter().flat_map(|conversation| conversation.messages.iter().rev()).filter(
            move |message| Some(message.section_id) == section && !message.forgotten && message.is_dialog(),
        )
    };
    // Of earlier messages, only the text matters.
    let spoken = |role: Role, content: Content| {
        Some(content.text()).filter(|text| role == Role::User && !text.is_empty())
    };
    let stored = || {
        context().filter_map(|message| {
            let rules = Rules { strict: false, empty_is_absent: false, by_the_page: false };
            let content = Content::read(&message.content, Some(&message.content_type), "", rules).ok()?;
            Some((message.role, content))
        })
    };
    let Some((last, earlier)) = inputs.split_last() else {
        let mut stored = stored();
        let Some((_, content)) = stored.next() else {
            let problem = "required, since the conversation has no message to answer";
            return Err(Refusal::invalid("additional_messages", problem));
        };
        let before = stored.find_map(|(role, content)| spoken(role, content));
        return Ok(Question {
            text: content.text(),
            files: content.files(state),
            before,
            user: String::new(),
        });
    };
    // A message with only files and the adjacent text are one question.
    let beside = earlier.last().filter(|before| {
        let user = before.message.role == Role::User && last.message.role == Role::User;
        user && before.content.is_only_files() != last.content.is_only_files()
    });
    let mut files = beside.map(|input| input.content.files(state)).unwrap_or_default();
    files.extend(last.content.files(state));
    let text = match (last.content.text(), beside) {
        (text, Some(beside)) if text.is_empty() => beside.content.text(),
        (text, _) => text,
    };
    let earlier = earlier.iter().rev().map(|input| (input.message.role, input.content.clone()));
    let before = earlier.chain(stored()).find_map(|(role, content)| spoken(role, content));
    Ok(Question { text, files, before, user: String::new() })
}

fn open_conversation(call: &Call, state: &mut State, bot_id: Id) -> Id {
    let mint = &call.sim.store.mint;
    let id = mint.id();
    let new = Conversation::new(id, call.user, call.sim.now());
    let conversation = Conversation { bot_id: Some(bot_id), ..new };
    state.stored(0);
    state.conversations.insert(id, conversation);
    id
}

fn enter_chat(
    call: &Call,
    state: &mut State,
    conversation: Id,
    bot_id: Id,
    saved: bool,
    meta_data: MetaData,
    inputs: Vec<Input>,
) -> Result<Id, Refusal> {
    let mint = &call.sim.store.mint;
    let id = mint.id();
    let conversation = state.conversation_mut(conversation, call.user)?;
    let new = Chat::new(id, conversation, bot_id, call.sim.now());
    let mut chat = Chat { meta_data, saved, ..new };
    let mut weight = 0;
    for Input { message, content } in inputs {
        let text = content.text();
        chat.usage.input += agent::words::count(&text).words as u64;
        if !saved {
            continue;
        }
        if conversation.name.is_empty() && message.role == Role::User {
            conversation.name = text.chars().take(100).collect();
        }
        let entered = draft(mint, conversation, Some(&chat), &message);
        chat.inserted.push(entered.id);
        weight += entered.weight();
        conversation.messages.push(entered);
    }
    conversation.running = Some(id);
    conversation.updated_at = call.sim.now();
    state.chats.insert(id, chat);
    state.stored(weight);
    Ok(id)
}
