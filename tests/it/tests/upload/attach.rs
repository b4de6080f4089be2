//! Files that are uploaded and asked about in one call.

use coze::{CreateChat, Message, Object};

use super::*;

/// Answers uploads with the name as the id, and chats with a completed one.
fn service() -> Mock {
    Mock::new(|_, sent| match sent.path() {
        "/v1/files/upload" => {
            let name =
                part(sent).0.split_once("filename=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
            Reply::data(&json!({ "id": name }))
        }
        "/v3/chat" => Reply::events(
            "event: conversation.chat.completed\ndata: {\"id\":\"1\",\"status\":\"completed\"}\n\n",
        ),
        other => panic!("{other}"),
    })
}

async fn asked(question: CreateChat, sources: Vec<FileSource>) -> serde_json::Value {
    let mock = service();
    let client = mock.client();
    let mut sources = sources.into_iter();
    let first = client.chat().stream(question).attach(sources.next().unwrap());
    sources.fold(first, coze::StreamChat::attach).await.unwrap();
    let sent = mock.sent();
    let mut messages = sent.last().unwrap().json()["additional_messages"].take();
    for message in messages.as_array_mut().unwrap() {
        if message["content_type"] == "object_string" {
            message["content"] = serde_json::from_str(message["content"].as_str().unwrap()).unwrap();
        }
    }
    messages
}

#[tokio::test]
async fn files_join_the_question_by_their_kind_and_in_their_order() {
    let (_folder, path) = file("photo.JPG", b"jpeg");
    let sources = || {
        vec![
            FileSource::path(&path),
            FileSource::bytes("voice.wav", "RIFF"),
            FileSource::bytes("table.csv", "1,2"),
        ]
    };
    let objects = [
        json!({ "type": "image", "file_id": "photo.JPG" }),
        json!({ "type": "audio", "file_id": "voice.wav" }),
        json!({ "type": "file", "file_id": "table.csv" }),
    ];
    let text = json!({ "type": "text", "text": "what?" });
    let [image, audio, table] = objects.clone();

    let messages = asked(CreateChat::new("1", "u").message(Message::user("what?")), sources()).await;
    assert_eq!(messages[0]["content"], json!([text, image, audio, table]));

    let listed = Message::user_objects([Object::text("what?"), Object::image_url("http://x/y.png")]);
    let messages = asked(CreateChat::new("1", "u").message(listed), sources()).await;
    let url = json!({ "type": "image", "file_url": "http://x/y.png" });
    assert_eq!(messages[0]["content"], json!([text, url, image, audio, table]));

    let context = CreateChat::new("1", "u").message(Message::assistant("hello"));
    let messages = asked(context, sources()).await;
    assert_eq!((messages.as_array().unwrap().len(), &messages[0]["content"]), (2, &json!("hello")));
    assert_eq!(
        (&messages[1]["role"], &messages[1]["content"]),
        (&json!("user"), &json!([image, audio, table]))
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_sent_asks_nothing() {
    let mock = service();
    let question = CreateChat::new("1", "u").message(Message::user("what?"));
    let error = mock.client().chat().stream(question.clone()).attach("/nowhere/a.png").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File, "{error}");
    let error = mock.client().chat().create_and_poll(question).attach("/nowhere/a.png").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File, "{error}");
    let error = mock.client().chat().poll("1", "2").attach("/nowhere/a.png").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert!(mock.sent().is_empty());
}
