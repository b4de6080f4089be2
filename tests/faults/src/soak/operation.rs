//! The operations of a soak; each knows which answer is right.

use std::time::Duration;

use coze::conversation::{CreateConversation, ListMessages};
use coze::file::UploadFile;
use coze::{
    ChatEvent, Coze, CreateChat, Error, ErrorKind, Message, RunWorkflow, StreamWorkflow, WorkflowEvent,
};
use futures_util::{Stream, StreamExt, TryStreamExt};

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ended {
    /// With the whole answer.
    Well,
    /// With an error.
    Reported,
    /// By its caller, who went away.
    Dropped,
}

/// What an operation came to; `Err` says what is wrong with its answer.
pub(super) type Result = std::result::Result<(Ended, Option<ErrorKind>), String>;

pub(super) const KINDS: [&str; 12] = [
    "stream",
    "stream text",
    "recover",
    "collect",
    "poll",
    "workflow",
    "workflow stream",
    "list",
    "upload",
    "get",
    "drop stream",
    "drop anywhere",
];

/// Numbers that look random and are the same each time.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: usize) -> Self {
        Self((seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    pub(super) fn pick(&mut self, all: &[&'static str]) -> &'static str {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    /// A text that no other operation has, with characters of each length.
    fn text(&mut self) -> String {
        let words = ["parcel", "naïve", "扣子", "🦀", "\"quoted\"", "back\\slash"];
        let mut text = format!("{:016x}", self.below(u64::MAX));
        for _ in 0..self.below(20) {
            text.push(' ');
            text.push_str(self.pick(&words));
        }
        text
    }
}

/// The answer of every agent and workflow.
fn reply(text: &str) -> String {
    format!("{text} 世界 {text}")
}

fn ask(text: &str) -> CreateChat {
    CreateChat::new("1", "soak").message(Message::user(text))
}

#[expect(clippy::unnecessary_wraps, reason = "every branch of an operation ends with this")]
fn reported(error: &Error) -> Result {
    Ok((Ended::Reported, Some(error.kind())))
}

fn judge(result: std::result::Result<String, Error>, wanted: &str) -> Result {
    match result {
        Ok(text) if text == wanted => Ok((Ended::Well, None)),
        Ok(text) => Err(format!("{text:?} in place of {wanted:?}")),
        Err(error) => reported(&error),
    }
}

/// Judges text that came before an error as well.
fn judge_stream(text: &str, error: Option<&Error>, wanted: &str) -> Result {
    match error {
        None if text == wanted => Ok((Ended::Well, None)),
        None => Err(format!("{text:?} in place of {wanted:?}, without an error")),
        Some(error) if wanted.starts_with(text) => reported(error),
        Some(error) => Err(format!("{text:?} does not begin {wanted:?}, and {error}")),
    }
}

async fn read(
    mut events: impl Stream<Item = std::result::Result<ChatEvent, Error>> + Unpin,
) -> (String, Option<Error>) {
    let (mut text, mut failure) = (String::new(), None);
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => text += event.text().unwrap_or_default(),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    (text, failure)
}

pub(super) async fn make(kind: &str, client: &Coze, random: &mut Random) -> Result {
    let text = random.text();
    let wanted = reply(&text);
    let ask = || ask(&text);
    match kind {
        "stream" => match client.chat().stream(ask()).await {
            Ok(events) => {
                let (text, error) = read(events).await;
                judge_stream(&text, error.as_ref(), &wanted)
            }
            Err(error) => reported(&error),
        },
        "stream text" => {
            let (mut all, mut failure) = (String::new(), None);
            match client.chat().stream(ask()).await {
                Ok(events) => {
                    let mut pieces = events.text();
                    while let Some(piece) = pieces.next().await {
                        match piece {
                            Ok(piece) => all += &piece,
                            Err(error) => failure = Some(error),
                        }
                    }
                    judge_stream(&all, failure.as_ref(), &wanted)
                }
                Err(error) => reported(&error),
            }
        }
        "recover" => match client.chat().stream(ask()).recover().await {
            Ok(events) => {
                let (text, error) = read(events).await;
                judge_stream(&text, error.as_ref(), &wanted)
            }
            Err(error) => reported(&error),
        },
        "collect" => {
            let answer = async { client.chat().stream(ask()).await?.collect().await };
            judge(answer.await.map(|answer| answer.text()), &wanted)
        }
        "poll" => match client.chat().create_and_poll(ask()).await {
            // A chat that failed is an answer that says so.
            Ok(answer) if answer.error().is_some() => {
                Ok((Ended::Reported, answer.error().map(|_| ErrorKind::Server)))
            }
            Ok(answer) if answer.text() == wanted => Ok((Ended::Well, None)),
            Ok(answer) => Err(format!("{:?} in place of {wanted:?}", answer.text())),
            Err(error) => reported(&error),
        },
        "workflow" => {
            let run = client.workflows().run(RunWorkflow::new("11").parameter("text", text.as_str())).await;
            judge(
                run.map(|run| run.output_text().unwrap_or_default()),
                &serde_json::json!({"text": wanted}).to_string(),
            )
        }
        "workflow stream" => {
            let id = if random.below(10) == 0 { "13" } else { "12" };
            workflow_stream(client, id, &text, &wanted).await
        }
        "list" => list(client, &text).await,
        "upload" => {
            let size = usize::try_from(random.below(100_000)).unwrap() + 1;
            let file = UploadFile::new("soak.pdf", vec![b'x'; size]);
            let file = client.files().upload(file).await;
            judge(
                file.map(|file| file.bytes.map(|bytes| bytes.to_string()).unwrap_or_default()),
                &size.to_string(),
            )
        }
        "get" => match client.users().me().await {
            Ok(_) => Ok((Ended::Well, None)),
            Err(error) => reported(&error),
        },
        "drop stream" => match client.chat().stream(ask()).cancel_on_drop().await {
            Ok(mut events) => {
                for _ in 0..random.below(6) {
                    if let Some(Err(error)) = events.next().await {
                        return reported(&error);
                    }
                }
                Ok((Ended::Dropped, None))
            }
            Err(error) => reported(&error),
        },
        "drop anywhere" => {
            let limit = Duration::from_micros(random.below(2_000_000));
            let work = async {
                let answer = async { client.chat().stream(ask()).await?.collect().await };
                judge(answer.await.map(|answer| answer.text()), &wanted)
            };
            tokio::time::timeout(limit, work).await.unwrap_or(Ok((Ended::Dropped, None)))
        }
        other => Err(format!("there is no operation {other}")),
    }
}

async fn workflow_stream(client: &Coze, id: &str, text: &str, wanted: &str) -> Result {
    let mut events = match client.workflows().stream(StreamWorkflow::new(id).parameter("text", text)).await {
        Ok(events) => events,
        Err(error) => return reported(&error),
    };
    let (mut all, mut failure) = (String::new(), None);
    while let Some(event) = events.next().await {
        match event {
            Ok(WorkflowEvent::Message(message)) => all += &message.content,
            Ok(_) => {}
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    judge_stream(&all, failure.as_ref(), wanted)
}

/// Makes a conversation and reads its messages back, one a page.
async fn list(client: &Coze, text: &str) -> Result {
    let wanted: Vec<_> = (0..3).map(|number| format!("{number} {text}")).collect();
    let request = CreateConversation::new().messages(wanted.iter().map(|text| Message::user(text.as_str())));
    let read = async {
        let conversation = client.conversations().create(request).await?;
        let list = ListMessages::new(conversation.id).limit(1);
        let messages: Vec<_> = client.conversations().messages().list(list).items().try_collect().await?;
        Ok(messages)
    };
    match read.await {
        Ok(messages) => {
            let mut texts: Vec<_> = messages.into_iter().map(|message| message.content).collect();
            texts.sort_unstable();
            if texts == wanted {
                Ok((Ended::Well, None))
            } else {
                Err(format!("{texts:?} in place of {wanted:?}"))
            }
        }
        Err(error) => reported(&error),
    }
}
