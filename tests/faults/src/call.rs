//! The calls that rows make.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use coze::{ChatEvent, Coze, CreateChat, Error, Message, RetryPolicy, StreamWorkflow, WorkflowEvent};
use futures_util::{Stream, StreamExt};

/// What came of a call.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Text that was received, or another word for an answer.
    pub text: String,
    pub errors: Vec<Error>,
}

impl Outcome {
    pub fn of(result: Result<impl Into<String>, Error>) -> Self {
        match result {
            Ok(text) => Self { text: text.into(), errors: Vec::new() },
            Err(error) => Self { text: String::new(), errors: vec![error] },
        }
    }
}

pub type Calling = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// How a row calls; receives a client of its own.
pub type Call = fn(Coze) -> Calling;

/// Far beyond what any row needs.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// A limit that is to run out, though not before a connection stands: a request that is given up earlier would leave the
/// connection, and what its script has in store, to the next.
pub const SHORT: Duration = Duration::from_secs(3);

pub fn question() -> CreateChat {
    CreateChat::new("7", "u").message(Message::user("hi"))
}

/// Reads the account, in one try.
pub fn get(client: Coze) -> Calling {
    Box::pin(async move { me(&client, RetryPolicy::none()).await })
}

/// Reads the account, in as many tries as the client takes by default.
pub fn get_again(client: Coze) -> Calling {
    Box::pin(async move { me(&client, RetryPolicy::new().base_delay(Duration::from_millis(1))).await })
}

async fn me(client: &Coze, policy: RetryPolicy) -> Outcome {
    let name = client.users().me().retry(policy).await.map(|user| user.user_name.unwrap_or_default());
    Outcome::of(name)
}

/// Starts a chat, which must not happen twice.
pub fn post(client: Coze) -> Calling {
    Box::pin(async move { Outcome::of(create(&client).await) })
}

async fn create(client: &Coze) -> Result<String, Error> {
    client.chat().create(question()).await.map(|chat| chat.id.to_string())
}

/// Streams a chat.
pub fn stream(client: Coze) -> Calling {
    Box::pin(async move {
        match client.chat().stream(question()).await {
            Ok(events) => drain(events).await,
            Err(error) => Outcome::of(Err::<String, _>(error)),
        }
    })
}

/// Streams a chat that may be silent for a moment only.
pub fn impatient_stream(client: Coze) -> Calling {
    Box::pin(async move {
        match client.chat().stream(question()).timeout(PATIENCE).idle_timeout(SHORT).await {
            Ok(events) => drain(events).await,
            Err(error) => Outcome::of(Err::<String, _>(error)),
        }
    })
}

/// Streams a chat and recovers it.
pub fn recover(client: Coze) -> Calling {
    Box::pin(async move {
        let call = client.chat().stream(question()).timeout(PATIENCE).idle_timeout(SHORT);
        match call.recover_within(PATIENCE).await {
            Ok(events) => drain(events).await,
            Err(error) => Outcome::of(Err::<String, _>(error)),
        }
    })
}

/// Streams a chat and puts its answer together.
pub fn collect(client: Coze) -> Calling {
    Box::pin(async move {
        let answer = async { client.chat().stream(question()).await?.collect().await };
        Outcome::of(answer.await.map(|answer| answer.text()))
    })
}

/// Streams a chat and reads no more than two events of it.
pub fn half(client: Coze) -> Calling {
    Box::pin(async move {
        let read = async {
            let mut events = client.chat().stream(question()).await?;
            let mut text = String::new();
            for _ in 0..2 {
                text +=
                    events.next().await.transpose()?.as_ref().and_then(ChatEvent::text).unwrap_or_default();
            }
            Ok(text)
        };
        Outcome::of(read.await)
    })
}

/// Streams a workflow.
pub fn workflow(client: Coze) -> Calling {
    Box::pin(async move {
        let mut outcome = Outcome::default();
        let mut events = match client.workflows().stream(StreamWorkflow::new("9")).await {
            Ok(events) => events,
            Err(error) => return Outcome::of(Err::<String, _>(error)),
        };
        while let Some(event) = events.next().await {
            match event {
                Ok(WorkflowEvent::Message(message)) => outcome.text += &message.content,
                Ok(_) => {}
                Err(error) => outcome.errors.push(error),
            }
        }
        outcome
    })
}

/// Reads events to their end, behind errors too, and notes the text.
pub async fn drain(mut events: impl Stream<Item = Result<ChatEvent, Error>> + Unpin) -> Outcome {
    let mut outcome = Outcome::default();
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => outcome.text += event.text().unwrap_or_default(),
            Err(error) => outcome.errors.push(error),
        }
        assert!(outcome.errors.len() < 100, "errors without end: {:?}", outcome.errors);
    }
    assert!(events.next().await.is_none(), "the end is not the end");
    outcome
}

/// Checks that the next requests on a client work.
pub async fn next_works(client: &Coze) -> Result<(), String> {
    let failed = |what: &str, error: &dyn std::fmt::Display| Err(format!("the next {what} failed: {error}"));
    match client.users().me().timeout(PATIENCE).retry(RetryPolicy::none()).await {
        Ok(user) if user.user_name.as_deref() == Some("well") => {}
        Ok(user) => return failed("request", &format!("{user:?}")),
        Err(error) => return failed("request", &error),
    }
    let call = client.chat().stream(question()).timeout(PATIENCE).idle_timeout(PATIENCE);
    let outcome = match call.retry(RetryPolicy::none()).await {
        Ok(events) => drain(events).await,
        Err(error) => return failed("stream", &error),
    };
    match outcome.errors.first() {
        None if outcome.text == crate::wire::WHOLE => Ok(()),
        None => failed("stream", &format!("its text was {:?}", outcome.text)),
        Some(error) => failed("stream", error),
    }
}
