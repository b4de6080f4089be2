//! Talks with an agent, one question per argument, and then prints what was said, oldest first.
//!
//! ```sh
//! COZE_API_BASE=http://127.0.0.1:8080 COZE_API_TOKEN=pat_sim COZE_BOT_ID=7400000000000000001 \
//!     consumer-facade "I like tea" "what did I say before?"
//! ```
//!
//! | exit code | meaning |
//! | --- | --- |
//! | 1 | the chat failed, or the API refused it |
//! | 2 | the program was called or configured wrongly |
//! | 3 | the token is wrong, or lacks a permission |
//! | 4 | the network failed; worth another try |

use std::io::{self, Write};
use std::process::ExitCode;

use coze::types::conversation::ListMessages;
use coze::types::{BotId, ConversationId};
use coze::{ChatEvent, Coze, CreateChat, Error, ErrorKind, Message};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let questions: Vec<String> = std::env::args().skip(1).collect();
    let bot = std::env::var("COZE_BOT_ID").map(BotId::from);
    let (Ok(bot), false) = (bot, questions.is_empty()) else {
        eprintln!("usage: COZE_API_TOKEN=… COZE_BOT_ID=… consumer-facade QUESTION…");
        return ExitCode::from(2);
    };
    match converse(&bot, questions).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            if let Some(log_id) = error.log_id() {
                eprintln!("tell support the log id {log_id}");
            }
            exit_code(&error)
        }
    }
}

fn exit_code(error: &Error) -> ExitCode {
    match error.kind() {
        ErrorKind::Config | ErrorKind::InvalidRequest => ExitCode::from(2),
        ErrorKind::Authentication | ErrorKind::Permission => ExitCode::from(3),
        _ if error.is_retryable() && error.api().is_none() => ExitCode::from(4),
        _ => ExitCode::FAILURE,
    }
}

async fn converse(bot: &BotId, questions: Vec<String>) -> Result<(), Error> {
    let client = Coze::from_env()?;
    let mut conversation_id = None;
    for question in questions {
        let mut request = CreateChat::new(bot, "consumer").message(Message::user(question));
        request.conversation_id = conversation_id;
        // The server may have made a conversation, or taken another one than it was given.
        conversation_id = answer(&client, request).await?;
    }
    if let Some(conversation_id) = conversation_id {
        print_history(&client, &conversation_id).await?;
    }
    Ok(())
}

/// Prints an answer as it comes, and what it cost.
async fn answer(client: &Coze, request: CreateChat) -> Result<Option<ConversationId>, Error> {
    let mut conversation_id = None;
    let mut events = client.chat().stream(request).await?;
    while let Some(event) = events.next().await {
        let event = event?;
        if let Some(text) = event.text() {
            print!("{text}");
            // A terminal that is gone is noticed by the next line.
            let _ = io::stdout().flush();
        }
        if let Some(chat) = event.chat() {
            conversation_id.clone_from(&chat.conversation_id);
        }
        match event {
            ChatEvent::Completed(chat) => {
                let tokens = chat.usage.and_then(|usage| usage.token_count);
                println!("{}", tokens.map_or_else(String::new, |tokens| format!(" [{tokens} tokens]")));
            }
            ChatEvent::RequiresAction(chat) => {
                let names =
                    chat.tool_calls().iter().filter_map(|call| Some(call.function.as_ref()?.name.as_str()));
                println!(" [waits for {}]", names.collect::<Vec<_>>().join(", "));
            }
            _ => {}
        }
    }
    Ok(conversation_id)
}

async fn print_history(client: &Coze, conversation_id: &ConversationId) -> Result<(), Error> {
    let list = client.conversations().messages().list(ListMessages::new(conversation_id).limit(2));
    let mut messages = list.items().collect().await?;
    messages.reverse();
    println!("history:");
    for message in messages {
        let role = message.role.as_ref().map_or("?", |role| role.as_str());
        println!("{role}: {}", message.content);
    }
    Ok(())
}
