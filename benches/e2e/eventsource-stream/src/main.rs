//! reqwest and eventsource-stream: what most programs in Rust are written with.

use e2e_harness::{
    BoxError, CONVERSATION, Client, Conversation, Envelope, File, Piece, Server, TOKEN, chat_body,
    parse_event, run,
};
use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use reqwest::multipart::{Form, Part};

#[derive(Clone)]
struct Reqwest {
    client: reqwest::Client,
    base: String,
}

impl Client for Reqwest {
    async fn stream(&self, user: &str, mut sink: impl FnMut(Piece<'_>)) -> Result<(), BoxError> {
        let request = self.client.post(format!("{}/v3/chat", self.base)).bearer_auth(TOKEN);
        let request = request.header("content-type", "application/json").body(chat_body(user));
        let mut events = request.send().await?.error_for_status()?.bytes_stream().eventsource();
        while let Some(event) = events.next().await {
            let event = event?;
            sink(parse_event(&event.event, event.data.as_bytes())?.piece());
        }
        Ok(())
    }

    async fn request(&self) -> Result<(), BoxError> {
        let request = self.client.get(format!("{}/v1/conversation/retrieve", self.base)).bearer_auth(TOKEN);
        let answer: Envelope<Conversation> =
            request.query(&[("conversation_id", CONVERSATION)]).send().await?.json().await?;
        std::hint::black_box(answer.into_data()?);
        Ok(())
    }

    async fn upload(&self, path: &str) -> Result<u64, BoxError> {
        let form = Form::new().part("file", Part::file(path).await?);
        let request = self.client.post(format!("{}/v1/files/upload", self.base)).bearer_auth(TOKEN);
        let answer: Envelope<File> = request.multipart(form).send().await?.json().await?;
        Ok(answer.into_data()?.bytes)
    }
}

fn main() -> Result<(), BoxError> {
    run(|Server { base, .. }| Ok(Reqwest { client: reqwest::Client::new(), base }))
}
