//! A program with tests that need no server: `cargo run -p coze --example test_without_server`,
//! `cargo test -p coze --example test_without_server`.

#[path = "setup/client.rs"]
mod setup;

use coze::{Coze, CreateChat, ErrorKind, Message};

/// The code under test: asks, and turns a busy conversation into a message for the user.
async fn ask(client: &Coze, bot: &str, question: &str) -> Result<String, coze::Error> {
    let request = CreateChat::new(bot, "any-user-name").message(Message::user(question));
    match client.chat().stream(request).await {
        Ok(events) => Ok(events.collect().await?.text()),
        Err(error) if error.kind() == ErrorKind::Busy => Ok("One moment, please.".to_owned()),
        Err(error) => Err(error),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let setup = setup::start().await?;
    println!("{}", ask(&setup.client, &setup.bot, "2024年10月1日是星期几").await?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use coze::chat::LastError;
    use coze::test::{Reply, ScriptedTransport};
    use coze::{Chat, ChatEvent, ErrorKind};

    use serde_json::Value;

    use super::ask;

    #[tokio::test]
    async fn the_question_is_sent_and_the_answer_returned() {
        let transport = ScriptedTransport::new([Reply::chat("Tuesday")]);
        let client = transport.builder().build().unwrap();
        assert_eq!(ask(&client, "7", "What day is it?").await.unwrap(), "Tuesday");

        let sent: Value = serde_json::from_slice(transport.requests()[0].body()).unwrap();
        assert_eq!(sent["bot_id"], "7");
        assert_eq!(sent["additional_messages"][0]["content"], "What day is it?");
    }

    #[tokio::test]
    async fn a_busy_conversation_is_no_error() {
        let transport = ScriptedTransport::new([Reply::api_error(4016, "conversation is running")]);
        let client = transport.builder().build().unwrap();
        assert_eq!(ask(&client, "7", "And now?").await.unwrap(), "One moment, please.");
    }

    #[tokio::test]
    async fn a_failed_chat_and_a_broken_stream_are_errors() {
        let mut reason = LastError::default();
        reason.code = Some(5000.into());
        reason.msg = "the model failed".to_owned();
        let mut chat = Chat::new("1");
        chat.last_error = Some(reason);
        let error = chat.error().unwrap();
        let transport = ScriptedTransport::new([
            Reply::events([ChatEvent::Failed { chat: Some(chat), error }]),
            Reply::chat("Tuesday").break_after(2),
        ]);
        let client = transport.builder().build().unwrap();
        let failed = ask(&client, "7", "What day is it?").await.unwrap_err();
        assert_eq!(failed.api().unwrap().msg, "the model failed");
        let broken = ask(&client, "7", "What day is it?").await.unwrap_err();
        assert_eq!(broken.kind(), ErrorKind::Transport);
    }
}
