//! reqwest and sseer: the fastest composition that was found.

use e2e_harness::{BoxError, Client, Piece, Server, TOKEN, chat_body, parse_event, run};
use futures_util::StreamExt;

#[derive(Clone)]
struct Reqwest {
    client: reqwest::Client,
    base: String,
}

impl Client for Reqwest {
    async fn stream(&self, user: &str, mut sink: impl FnMut(Piece<'_>)) -> Result<(), BoxError> {
        let request = self.client.post(format!("{}/v3/chat", self.base)).bearer_auth(TOKEN);
        let request = request.header("content-type", "application/json").body(chat_body(user));
        let mut events = sseer::response_to_stream(request.send().await?.error_for_status()?);
        while let Some(event) = events.next().await {
            let event = event.map_err(|error| format!("{error:?}"))?;
            sink(parse_event(&event.event, event.data.as_bytes())?.piece());
        }
        Ok(())
    }

    async fn request(&self) -> Result<(), BoxError> {
        Err("the same as that of the other reqwest program".into())
    }

    async fn upload(&self, _: &str) -> Result<u64, BoxError> {
        Err("the same as that of the other reqwest program".into())
    }
}

fn main() -> Result<(), BoxError> {
    run(|Server { base, .. }| Ok(Reqwest { client: reqwest::Client::new(), base }))
}
