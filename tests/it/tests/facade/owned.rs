//! What can be awaited owns all that it needs: it is stored, spawned, and awaited many at a time, with the same options.

use std::time::Duration;

use coze::bot::RetrieveBot;
use coze::chat::RetrieveChat;
use coze::conversation::ListConversations;
use coze::dataset::DocumentProgress;
use coze::file::UploadFile;
use coze::http::Method;
use coze::types::Streamed;
use coze::{
    Answer, Call, Chat, ChatStream, Coze, CreateChat, Error, FileSource, Items, Message, OnBusy, Pages,
    PollChat, PollDocuments, PollRun, RawCall, Response, RetryPolicy, RunWorkflow, StartChat, StreamChat,
    StreamOutputs, StreamRun, StreamWorkflow, SubmitToolOutputs, Upload, WatchDocuments, WithResponse,
    WorkflowStream,
};
use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde_json::json;
use tokio::task::JoinSet;

use crate::mock::{Mock, Reply, Sent};

/// Everything that a call may be, in one place.
struct Kept {
    call: Call<RetrieveChat>,
    with_response: WithResponse<Call<RetrieveBot>>,
    raw: RawCall,
    pages: Pages<ListConversations>,
    items: Items<ListConversations>,
    upload: Upload<UploadFile>,
    start: StartChat,
    stream: StreamChat,
    outputs: StreamOutputs,
    poll: PollChat,
    run: PollRun,
    workflow: StreamRun,
    watch: WatchDocuments,
    wait: PollDocuments,
}

fn ask() -> CreateChat {
    CreateChat::new("7", "u").message(Message::user("hi"))
}

impl Kept {
    fn new(client: &Coze) -> Self {
        let documents = || client.datasets().process("7", ["1"]);
        Self {
            call: client.chat().retrieve("1", "2"),
            with_response: client.bots().retrieve("7").with_response(),
            raw: client.request(Method::GET, "/v1/raw"),
            pages: client.conversations().list(ListConversations::new("7")).pages(),
            items: client.conversations().list(ListConversations::new("7")).items(),
            upload: client.files().upload(FileSource::bytes("a.txt", "x")),
            start: client.chat().create(ask()).when_busy(OnBusy::Wait(Duration::from_secs(1))),
            stream: client.chat().stream(ask()).recover(),
            outputs: client
                .chat()
                .stream_tool_outputs(SubmitToolOutputs::new("1", "2").output("c", "x"))
                .cancel_on_drop(),
            poll: client.chat().create_and_poll(ask()),
            run: client.workflows().run_and_poll(RunWorkflow::new("7")),
            workflow: client.workflows().stream(StreamWorkflow::new("7")),
            watch: documents().watch(),
            wait: documents().watch().finish(),
        }
    }
}

fn answer(_: usize, sent: &Sent) -> Reply {
    let chat = json!({"id": "2", "conversation_id": "1", "status": "completed"});
    match sent.path() {
        "/v3/chat" if sent.target().contains("conversation_id") => Reply::data(&chat),
        "/v3/chat" if sent.json()["stream"] == true => Reply::events(format!(
            "event:conversation.chat.completed\ndata:{chat}\n\nevent:done\ndata:[DONE]\n\n"
        )),
        "/v3/chat/submit_tool_outputs" => Reply::events(format!(
            "event:conversation.chat.completed\ndata:{chat}\n\nevent:done\ndata:[DONE]\n\n"
        )),
        "/v3/chat" | "/v3/chat/retrieve" => Reply::data(&chat),
        "/v3/chat/message/list" => Reply::data(&json!([])),
        "/v1/conversations" => {
            Reply::data(&json!({"has_more": false, "conversations": [{"id": "1"}, {"id": "2"}]}))
        }
        "/v1/files/upload" => Reply::data(&json!({"id": "f"})),
        "/v1/workflow/run" => Reply::json(&json!({"code": 0, "execute_id": "8", "debug_url": "https://x"})),
        "/v1/workflow/stream_run" => Reply::events("id:0\nevent:Done\ndata:{}\n\n"),
        path if path.contains("run_histories") => {
            Reply::data(&json!([{"execute_id": "8", "execute_status": "Success", "output": "{}"}]))
        }
        path if path.contains("process") => {
            Reply::data(&json!({"data": [{"document_id": "1", "status": 1, "progress": 100}]}))
        }
        path if path.starts_with("/v1/bots/") => Reply::data(&json!({"bot_id": "7"})),
        _ => Reply::data(&json!({})),
    }
}

/// Runs a future in a task, which it must outlive its maker for.
async fn spawned<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    tokio::spawn(future).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_call_is_kept_and_then_spawned_after_its_client_is_gone() {
    let mock = Mock::new(answer);
    let client = mock.client();
    let mut kept = Kept::new(&client);
    drop(client);
    assert!(mock.sent().is_empty(), "nothing is sent before it is awaited");

    let chat: Chat = spawned(kept.call).await.unwrap();
    assert_eq!(chat.id, "2");
    assert_eq!(spawned(kept.with_response).await.unwrap().value.bot_id, "7");
    let raw: Response<_> = spawned(kept.raw).await.unwrap();
    assert!(raw.json::<serde_json::Value>().unwrap()["data"].is_object());
    let pages: Vec<_> = spawned(async move { kept.pages.next().await.unwrap().unwrap() }).await;
    assert_eq!(pages.len(), 2);
    assert_eq!(spawned(kept.items.collect()).await.unwrap().len(), 2);
    assert_eq!(spawned(kept.upload).await.unwrap().id, "f");
    assert_eq!(spawned(kept.start).await.unwrap().id, "2");
    let streamed: ChatStream = spawned(kept.stream).await.unwrap();
    assert_eq!(spawned(streamed.collect()).await.unwrap().chat.id, "2");
    assert_eq!(spawned(async { kept.outputs.await?.collect().await }).await.unwrap().chat.id, "2");
    let polled: Answer = spawned(kept.poll).await.unwrap();
    assert_eq!(polled.chat.id, "2");
    assert_eq!(spawned(kept.run).await.unwrap().execute_id, "8");
    let mut events: WorkflowStream = spawned(kept.workflow).await.unwrap();
    assert!(spawned(async move { events.next().await }).await.unwrap().is_ok());
    assert!(spawned(async move { kept.watch.next().await }).await.unwrap().unwrap().is_terminal());
    let documents: Vec<DocumentProgress> = spawned(kept.wait).await.unwrap();
    assert_eq!(documents.len(), 1);
}

#[tokio::test]
async fn many_calls_are_awaited_at_once_by_what_the_ecosystem_has() {
    let mock = Mock::new(answer);
    let client = mock.client();
    let calls = || (0..8).map(|_| client.chat().retrieve("1", "2"));

    let buffered: Vec<Chat> = stream::iter(calls()).buffer_unordered(3).try_collect().await.unwrap();
    let joined: Vec<Chat> = try_join_all(calls()).await.unwrap();
    let mut set: JoinSet<Result<Chat, Error>> = JoinSet::new();
    calls().for_each(|call| {
        set.spawn(call);
    });
    let gathered = set.join_all().await;
    assert_eq!((buffered.len(), joined.len(), gathered.len()), (8, 8, 8));
    assert!(gathered.into_iter().all(|chat| chat.unwrap().id == "2"));
    let (chat, bot) =
        tokio::try_join!(client.chat().retrieve("1", "2"), client.bots().retrieve("7")).unwrap();
    assert_eq!((chat.id.as_str(), bot.bot_id.as_str()), ("2", "7"));
}

/// The same options on everything, in any order.
macro_rules! with_options {
    ($call:expr) => {
        $call
            .header("x-mine", "1")
            .timeout(Duration::from_secs(5))
            .idle_timeout(None)
            .retry(RetryPolicy::none())
            .idempotent(true)
            .strict(false)
    };
}

#[tokio::test(start_paused = true)]
async fn all_that_is_awaited_takes_the_same_options_in_any_order() {
    let mock = Mock::new(answer);
    let kept = Kept::new(&mock.client());
    let chat = |stream: Call<Streamed<CreateChat>>| with_options!(with_options!(stream).recover());
    with_options!(with_options!(kept.call).with_response()).await.unwrap();
    with_options!(kept.with_response).await.unwrap();
    with_options!(kept.raw).await.unwrap();
    with_options!(kept.upload).await.unwrap();
    with_options!(kept.start).await.unwrap();
    with_options!(with_options!(kept.stream).with_response()).await.unwrap();
    chat(mock.client().chat().stream(ask())).await.unwrap();
    with_options!(kept.outputs).await.unwrap();
    assert_eq!(with_options!(kept.poll).with_response().await.unwrap().status, 200);
    with_options!(kept.run).await.unwrap();
    with_options!(kept.workflow).with_response().await.unwrap();
    with_options!(kept.watch).next().await.unwrap().unwrap();
    assert_eq!(with_options!(kept.wait).with_response().await.unwrap().value.len(), 1);
    let without: Vec<_> =
        mock.sent().iter().filter(|sent| sent.header("x-mine") != Some("1")).map(Sent::line).collect();
    assert_eq!(without, [""; 0]);
}

#[tokio::test]
async fn a_call_that_was_polled_is_not_made_part_of_another() {
    let mock = Mock::always(Reply::silence());
    let mut call = mock.client().chat().stream(ask());
    let polled = tokio::time::timeout(Duration::from_millis(20), &mut call).await;
    assert!(polled.is_err(), "it waits for the silent server");
    let error = call.recover().await.unwrap_err();
    assert!(error.to_string().contains("polled"), "{error}");
    assert_eq!(mock.sent().len(), 1);
}
