//! What the types of the client promise to the compiler.

use coze::types::Streamed;
use coze::{
    Answer, Builder, Call, ChatEvent, ChatStream, Coze, CreateChat, Error, EventStream, Message, PollChat,
    Response, TextStream, WatchDocuments,
};

use crate::mock::{Mock, Reply};

fn shared<T: Send + Sync + 'static>() {}
fn moved<T: Send + 'static>() {}
fn sent<T: Send>(_: &T) {}

#[test]
fn an_error_is_one_pointer_wide() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<Option<Error>>(), size_of::<usize>());
    assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
    assert_eq!(size_of::<Coze>(), size_of::<usize>());
}

#[test]
fn everything_goes_to_other_threads() {
    shared::<Coze>();
    shared::<Builder>();
    shared::<Error>();
    shared::<Answer>();
    shared::<Response<Answer>>();
    shared::<EventStream<ChatEvent>>();
    shared::<TextStream>();
    shared::<Call<CreateChat>>();
    shared::<Call<Streamed<CreateChat>>>();
    shared::<PollChat>();

    moved::<ChatStream>();
    moved::<WatchDocuments>();
}

#[tokio::test]
async fn futures_of_calls_and_streams_can_be_spawned() {
    let mock = Mock::always(Reply::events("event:conversation.chat.completed\ndata:{\"id\":\"2\"}\n\n"));
    let client = mock.client();
    let ask = || CreateChat::new("7", "u").message(Message::user("hi"));

    let next = async {
        let mut events = client.chat().stream(ask()).await.unwrap();
        let _ = events.next().await;
        let _ = events.collect().await;
    };
    sent(&next);
    let text = async {
        let mut text = client.chat().stream(ask()).await.unwrap().text();
        let _ = text.next().await;
    };
    sent(&text);
    sent(&client.chat().create_and_poll(ask()).into_future());
    sent(&client.chat().messages("1", "2").with_response());
    drop((next, text));

    // A clone of the client moves into a task and is borrowed there.
    let answers = (0..4).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.chat().stream(ask()).await?.collect().await })
    });
    for answer in answers.collect::<Vec<_>>() {
        assert_eq!(answer.await.unwrap().unwrap().chat.id, "2");
    }
}
