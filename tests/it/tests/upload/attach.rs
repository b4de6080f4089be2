//! Files that are uploaded and asked about in one call.

use std::sync::atomic::{AtomicUsize, Ordering};

use coze::{ContentPart, CreateChat, Message};

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

    let listed = Message::user_parts([ContentPart::text("what?"), ContentPart::image_url("http://x/y.png")]);
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

#[tokio::test]
async fn a_question_that_can_only_fail_uploads_nothing() {
    let mock = service();
    let client = mock.client();
    let photo = || FileSource::bytes("photo.png", "png");
    let question = || CreateChat::new("1", "u").message(Message::user("what?"));
    let unsaved = || question().auto_save_history(false);
    let of_nobody = || CreateChat::new("", "u").message(Message::user("what?"));
    for result in [
        client.chat().stream(of_nobody()).attach(photo()).await.map(drop),
        client.chat().create_and_poll(of_nobody()).attach(photo()).await.map(drop),
        client.chat().stream(unsaved()).recover().attach(photo()).await.map(drop),
        client.chat().create_and_poll(unsaved()).attach(photo()).await.map(drop),
    ] {
        let error = result.unwrap_err();
        assert_eq!(
            (error.kind(), error.endpoint()),
            (ErrorKind::InvalidRequest, Some("/v3/chat")),
            "{error}"
        );
    }
    let wrong_header = client.chat().stream(question()).header("a b", "c").attach(photo()).await.unwrap_err();
    assert!(wrong_header.to_string().contains("a b"), "{wrong_header}");
    assert!(mock.sent().is_empty(), "{:?}", mock.lines());
}

#[tokio::test(start_paused = true)]
async fn many_files_are_uploaded_a_few_at_a_time() {
    let mock = service();
    let client = mock.client();
    let (open, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let sources = (0..20).map(|number| {
        let (open, most) = (Arc::clone(&open), Arc::clone(&most));
        let content = futures_util::stream::once(async move {
            most.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(10)).await;
            open.fetch_sub(1, Ordering::SeqCst);
            Ok::<_, io::Error>(Bytes::from_static(b"x"))
        });
        FileSource::stream(format!("{number}.png"), content)
    });
    let question = CreateChat::new("1", "u").message(Message::user("what?"));
    let call = client.chat().stream(question).attach(FileSource::bytes("a.png", "x"));
    sources.fold(call, coze::StreamChat::attach).await.unwrap();
    assert_eq!((mock.sent().len(), most.load(Ordering::SeqCst)), (22, 4));
}

#[tokio::test]
async fn the_limits_that_the_call_lifts_are_lifted_for_its_files() {
    let mock = service();
    let client = mock.client();
    let question = CreateChat::new("1", "u").message(Message::user("what?"));
    let tool = || FileSource::bytes("setup.exe", "MZ");
    let error = client.chat().stream(question.clone()).strict(true).attach(tool()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert!(mock.sent().is_empty());
    client.chat().stream(question).strict(false).attach(tool()).await.unwrap();
    assert_eq!(mock.sent().len(), 2);
}

#[tokio::test]
async fn the_file_that_the_server_refuses_is_named() {
    let refused = || Reply::json(&json!({ "code": 4303, "msg": "unsupported" }));
    let mock = Mock::new(move |_, sent| if part(sent).0.contains("second") { refused() } else { uploaded() });
    let client = mock.client();
    let chat = client.chat().stream(CreateChat::new("1", "u"));
    let chat = ["first.png", "second.png"]
        .into_iter()
        .fold(chat.recover(), |chat, name| chat.attach(FileSource::bytes(name, "png")));
    let error = chat.await.unwrap_err();
    assert!(error.to_string().contains("4303") && error.to_string().contains("\"second.png\""), "{error}");
}
