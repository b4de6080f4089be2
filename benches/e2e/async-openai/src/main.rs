//! async-openai with types of one's own: a well-known client of the same kind of stream.

use async_openai::config::{Config, OpenAIConfig};
use e2e_harness::{BoxError, Client, ContentType, MessageType, Piece, Role, Server, TOKEN, chat_body, run};
use futures_util::StreamExt;
use serde::Deserialize;

/// Sends everything to the one path that the server streams from.
#[derive(Clone)]
struct Here(OpenAIConfig);

impl Config for Here {
    fn headers(&self) -> reqwest::header::HeaderMap {
        self.0.headers()
    }

    fn url(&self, _: &str) -> String {
        format!("{}/v3/chat", self.0.api_base())
    }

    fn query(&self) -> Vec<(&str, &str)> {
        self.0.query()
    }

    fn api_base(&self) -> &str {
        self.0.api_base()
    }

    fn api_key(&self) -> &secrecy::SecretString {
        self.0.api_key()
    }
}

/// A delta, and whatever else comes: the names of events are lost on the way.
#[derive(Deserialize)]
#[expect(dead_code, reason = "decoding them is what is measured")]
struct Data {
    id: Option<String>,
    conversation_id: Option<String>,
    bot_id: Option<String>,
    chat_id: Option<String>,
    role: Option<Role>,
    #[serde(rename = "type")]
    kind: Option<MessageType>,
    content: Option<String>,
    content_type: Option<ContentType>,
}

#[derive(Clone)]
struct OpenAi(async_openai::Client<Here>);

impl Client for OpenAi {
    async fn stream(&self, user: &str, mut sink: impl FnMut(Piece<'_>)) -> Result<(), BoxError> {
        let body: serde_json::Value = serde_json::from_str(&chat_body(user))?;
        let mut events = self.0.chat().create_stream_byot::<_, Data>(body).await?;
        while let Some(event) = events.next().await {
            match event {
                // All deltas say when they were sent, and the completed message does not.
                Ok(Data { content: Some(content), .. }) if content.starts_with("t=") => {
                    sink(Piece::Delta(&content))
                }
                // Also the error that the last event is to it, whose data is in quotes.
                _ => sink(Piece::Other),
            }
        }
        Ok(())
    }

    async fn request(&self) -> Result<(), BoxError> {
        Err("it has no such request".into())
    }

    async fn upload(&self, _: &str) -> Result<u64, BoxError> {
        Err("it has no such request".into())
    }
}

fn main() -> Result<(), BoxError> {
    run(|Server { base, .. }| {
        let config = OpenAIConfig::new().with_api_base(base).with_api_key(TOKEN);
        Ok(OpenAi(async_openai::Client::with_config(Here(config))))
    })
}
