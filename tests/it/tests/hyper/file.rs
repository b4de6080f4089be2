//! Files, agents and users.

use coze::types::bot::RetrieveOnlineBot;
use coze::types::file::UploadFile;
use coze::{ContentPart, CreateChat, ErrorKind, Message};
use coze_sim::{DEMO_BOT, Dialect, Id};

use crate::served::{ask, patiently, serve};

both!(
    a_file_arrives_as_it_is_and_an_agent_reads_it,
    names_of_files_survive_whatever_is_in_them,
    agents_are_described,
);

async fn a_file_arrives_as_it_is_and_an_agent_reads_it(dialect: Dialect) {
    let served = serve(dialect).await;
    let content: Vec<u8> = (0..300_000_u32).map(|n| (n * 31 % 251) as u8).collect();
    let file = served.client.files().upload(UploadFile::new("data.pdf", content.clone())).await.unwrap();
    assert_eq!((file.file_name.as_deref(), file.bytes), (Some("data.pdf"), Some(300_000)));
    assert!(file.created_at.unwrap().is_set(), "{file:?}");
    let stored = served.sim.file(Id::parse(file.id.as_str()).unwrap()).unwrap();
    assert_eq!((stored.bytes, &stored.head[..]), (300_000, &content[..64 << 10]));

    let question = [ContentPart::text("what is it?"), ContentPart::file(&file.id)];
    let request = CreateChat::new(DEMO_BOT, "u").message(Message::user_parts(question));
    let answer = served.client.chat().create_and_poll(request).await.unwrap();
    assert!(answer.text().contains("data.pdf"), "{}", answer.text());

    if dialect == Dialect::Official {
        let read = served.client.files().retrieve(&file.id).await.unwrap();
        assert_eq!((read.file_name, read.bytes), (file.file_name, file.bytes));
    }
}

async fn names_of_files_survive_whatever_is_in_them(dialect: Dialect) {
    let served = serve(dialect).await;
    for (name, arrives) in [
        ("简历 (1).pdf", "简历 (1).pdf"),
        ("a;b=c.pdf", "a;b=c.pdf"),
        ("a'b%20c.pdf", "a'b%20c.pdf"),
        ("🦀.pdf", "🦀.pdf"),
        // Browsers write these so, since servers disagree on quotes within quotes.
        ("a\"b.pdf", "a%22b.pdf"),
        ("a\\b.pdf", "a%5Cb.pdf"),
    ] {
        let file = served.client.files().upload(UploadFile::new(name, "x")).await.unwrap();
        let stored = served.sim.file(Id::parse(file.id.as_str()).unwrap()).unwrap();
        assert_eq!(stored.name, arrives);
    }
    // A name cannot start a part of its own.
    let nasty = "a\"\r\nX-Evil: 1\r\n\r\n--b.pdf";
    if let Ok(file) = served.client.files().upload(UploadFile::new(nasty, "content")).await {
        let stored = served.sim.file(Id::parse(file.id.as_str()).unwrap()).unwrap();
        assert_eq!(&stored.head[..], b"content");
    }
    let error = served.client.files().upload(UploadFile::new("empty.pdf", "")).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, None), "never sent: {error}");
}

async fn agents_are_described(dialect: Dialect) {
    let served = serve(dialect).await;
    let client = &served.client;
    let bot = client.bots().retrieve(DEMO_BOT).await.unwrap();
    assert_eq!(bot.bot_id, DEMO_BOT);
    assert!(bot.name.as_deref().is_some_and(|name| !name.is_empty()), "{bot:?}");
    // One server answers with an envelope, the other without, and that one needs to be told the channel.
    let online = client.send(RetrieveOnlineBot::new(DEMO_BOT).connector_id("1024")).await.unwrap();
    assert_eq!((online.bot_id, online.name), (bot.bot_id, bot.name));
    let error = client.bots().retrieve("7499999999999999999").await.unwrap_err();
    assert!(error.api().is_some(), "{error}");
}

#[tokio::test]
async fn audio_comes_after_the_completed_chat_and_is_not_lost() {
    patiently(async {
        let served = serve(Dialect::Official).await;
let client = &served.client;
        let wav = b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\xc0\x5d\x00\x00\x80\xbb\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00";
        let file = client.files().upload(UploadFile::new("hello.wav", &wav[..])).await.unwrap();
        let question = Message::user_parts([ContentPart::audio(&file.id)]);
        let request = ask("listen to this").message(question);
        let mut events = client.chat().stream(request).await.unwrap();
        let (mut completed, mut late) = (false, 0);
        while let Some(event) = events.next().await {
            match event.unwrap() {
                coze::ChatEvent::Completed(_) => completed = true,
                coze::ChatEvent::AudioDelta(audio) if completed => late += audio.content.len(),
                _ => {}
            }
        }
        assert!(late > 0, "the audio after the completed chat is lost");
    })
    .await;
}
