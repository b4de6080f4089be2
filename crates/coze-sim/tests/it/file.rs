use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use coze_sim::{Id, Sim};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::support::{
    AUTH, FORM, Reply, all_of, chat, form, get, part, said, samples, send, sim, stream, text, wav, with,
};

async fn upload(sim: &Sim, parts: &[Vec<u8>]) -> Reply {
    form(sim, "POST", "/v1/files/upload", parts).await
}

fn fnv(content: &[u8]) -> u64 {
    content
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[tokio::test]
async fn files_are_uploaded_and_retrieved() {
    let sim = sim().await;
    let content = [b"\x89PNG\r\n\x1a\n".to_vec(), vec![7; 100_000]].concat();
    let file = upload(&sim, &[part("file", "图片 1.png", &content)]).await.data();
    assert_eq!((&file["bytes"], &file["file_name"]), (&json!(content.len()), &json!("图片 1.png")));
    let id = text(&file["id"]);
    assert_eq!(get(&sim, &format!("/v1/files/retrieve?file_id={id}")).await.data(), file);
    let stored = sim.file(Id::parse(&id).unwrap()).unwrap();
    assert_eq!(
        (stored.bytes, stored.hash, stored.head.len()),
        (content.len() as u64, fnv(&content), 64 << 10)
    );
    let (status, code, msg) = get(&sim, "/v1/files/retrieve?file_id=5").await.refusal();
    assert_eq!((status, code), (400, 4000));
    assert!(msg.contains("file_id: no file was uploaded as 5"), "{msg}");
}

#[tokio::test]
async fn names_of_files_are_read_in_every_form_that_clients_write() {
    let sim = sim().await;
    for (parameters, name) in [
        (r#"filename="中 文.pdf""#, "中 文.pdf"),
        // Requests for Python, and whatever else writes names as ASCII.
        ("filename*=UTF-8''%E4%B8%AD.pdf", "中.pdf"),
        (r#"filename="_.pdf"; filename*=utf-8''%E4%B8%AD.pdf"#, "中.pdf"),
        (r#"filename*=utf-8'zh'%E4%B8%AD.pdf; filename="_.pdf""#, "中.pdf"),
        // Go escapes.
        (r#"filename="a\"b\\c.pdf""#, r#"a"b\c.pdf"#),
        // What cannot be decoded leaves the other form.
        (r#"filename*=utf-8''%FF; filename="a.pdf""#, "a.pdf"),
        ("filename=a.pdf", "a.pdf"),
    ] {
        let head = format!("--XX\r\nContent-Disposition: form-data; name=\"file\"; {parameters}\r\n");
        let part = format!("{head}Content-Type: application/octet-stream\r\n\r\nx\r\n").into_bytes();
        assert_eq!(upload(&sim, &[part]).await.data()["file_name"], name, "{parameters}");
    }
}

#[tokio::test]
async fn bad_uploads_get_their_documented_codes() {
    let sim = Sim::builder().upload_limit(1000).start().await.unwrap();
    let file = || part("file", "a.png", b"x");
    for (parts, status, code, expected) in [
        (vec![], 400, 4000, "file: required, but the form has no such file part"),
        (vec![part("file", "a.png", b"")], 200, 4300, "empty"),
        (vec![file(), file()], 200, 4301, "one file"),
        (vec![part("file", "a.png", &[0; 1001])], 200, 4302, "more than 1000 bytes"),
        (vec![part("file", "a.exe", b"MZ")], 200, 4303, "format exe"),
        (vec![part("data", "a.png", b"x")], 400, 4000, "data: unknown form part; known here: file"),
        (vec![file(), part("purpose", "", b"x")], 400, 4000, "purpose: unknown form part"),
        (
            vec![b"--XX\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n".to_vec()],
            400,
            4000,
            "file: the form part has no filename",
        ),
    ] {
        let refusal = upload(&sim, &parts).await.refusal();
        assert_eq!((refusal.0, refusal.1), (status, code), "{expected}");
        assert!(refusal.2.contains(expected), "{}", refusal.2);
    }
    for (header, expected) in [
        ("application/json", "Content-Type: expected multipart/form-data with a boundary"),
        ("multipart/form-data", "Content-Type: expected multipart/form-data with a boundary"),
    ] {
        let headers = [AUTH, ("content-type", header)];
        let (_, code, msg) = send(&sim, "POST", "/v1/files/upload", &headers, "x").await.refusal();
        assert!(code == 4000 && msg.contains(expected), "{msg}");
    }
    let cut =
        send(&sim, "POST", "/v1/files/upload", &[AUTH, FORM], part("file", "a.png", b"x")).await.refusal();
    assert!(cut.1 == 4000 && cut.2.contains("body: not a multipart form"), "{}", cut.2);
    assert_eq!(upload(&sim, &[part("file", "a.png", &[0; 1000])]).await.data()["bytes"], 1000);
}

#[tokio::test]
async fn a_large_upload_streams_through_without_being_kept() {
    let sim = sim().await;
    let stream = TcpStream::connect(sim.addr()).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    // 32 MiB in chunks, without a length.
    let (pieces, received) = mpsc::channel::<Bytes>(1);
    tokio::spawn(async move {
        let head = part("file", "big.zip", b"PK\x03\x04");
        pieces.send(Bytes::from(head[..head.len() - 2].to_vec())).await.unwrap();
        let mebibyte = Bytes::from(vec![1; 1 << 20]);
        for _ in 0..32 {
            pieces.send(mebibyte.clone()).await.unwrap();
        }
        pieces.send(Bytes::from_static(b"\r\n--XX--\r\n")).await.unwrap();
    });
    let request = http::Request::post("/v1/files/upload")
        .header("host", "sim")
        .header(AUTH.0, AUTH.1)
        .header(FORM.0, FORM.1)
        .body(Pieces(received))
        .unwrap();
    let response = sender.send_request(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let file: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(file["data"]["bytes"], (32 << 20) + 4, "{file}");
    let stored = sim.file(Id::parse(file["data"]["id"].as_str().unwrap()).unwrap()).unwrap();
    assert_eq!(stored.head.len(), 64 << 10);
}

/// A body without a length, of what a channel gives.
struct Pieces(mpsc::Receiver<Bytes>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// Makes the body of a chat about multimodal content.
fn ask(content: &Value) -> Value {
    let message = json!({"role": "user", "content_type": "object_string", "content": content.to_string()});
    with(chat(""), json!({"additional_messages": [message]}))
}

#[tokio::test]
async fn the_agent_describes_uploaded_and_online_files() {
    let sim = sim().await;
    let id = text(&upload(&sim, &[part("file", "photo.jpg", b"\xff\xd8\xff\xe0....")]).await.data()["id"]);
    let content = json!([
        {"type": "text", "text": "这是什么"},
        {"type": "image", "file_id": id},
        {"type": "file", "file_url": "https://example.com/d/report.pdf?x=1"},
    ]);
    let body = ask(&content);
    assert_eq!(
        said(&stream(&sim, "/v3/chat", body).await),
        "我收到了 2 个文件：\n1. photo.jpg：JPEG 图片，8 B\n\
         2. report.pdf：PDF 文档（据名称），在线文件 https://example.com/d/report.pdf?x=1，模拟器不会下载"
    );
}

#[tokio::test]
async fn spoken_questions_get_audio_also_after_the_completed_chat() {
    let sim = sim().await;
    let id = text(&upload(&sim, &[part("file", "voice.wav", b"RIFF\0\0\0\0WAVEfmt ")]).await.data()["id"]);
    let content = json!([{"type": "audio", "file_id": id}]);
    let body = ask(&content);
    let events = stream(&sim, "/v3/chat", body).await;
    let audio = all_of(&events, "conversation.audio.delta");
    assert!(audio.iter().all(|message| message["content_type"] == "audio"));
    let pcm: Vec<Vec<u8>> = audio.iter().map(|message| samples(&message["content"])).collect();
    // A quarter of a second for each word: 16 bit, 24 kHz.
    assert!(pcm.len() > 2 && pcm.iter().all(|pcm| pcm.len() == 12_000), "{}", pcm.len());
    assert!(pcm.iter().all(|pcm| pcm.iter().any(|byte| *byte != 0)));
    let order = crate::support::names(&events);
    assert_eq!(order[order.len() - 3..], ["conversation.chat.completed", "conversation.audio.delta", "done"]);

    // Ogg would be answered by Opus, which the simulator cannot make.
    let id = text(&upload(&sim, &[part("file", "voice.ogg", b"OggS\0")]).await.data()["id"]);
    let events = stream(&sim, "/v3/chat", ask(&json!([{"type": "audio", "file_id": id}]))).await;
    assert!(!crate::support::names(&events).contains(&"conversation.audio.delta"));
    assert!(said(&events).contains("voice.ogg"));
}

/// Makes a JPEG whose size stands far behind its first bytes.
fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let exif = [b"\xff\xe1\xff\xff".to_vec(), vec![0xd8; 0xfffd]].concat();
    let size = [&[8], &height.to_be_bytes()[..], &width.to_be_bytes(), &[3]].concat();
    [b"\xff\xd8".to_vec(), exif.clone(), exif, b"\xff\xc2\0\x11".to_vec(), size, vec![0; 90]].concat()
}

#[tokio::test]
async fn pictures_and_sounds_are_measured() {
    let sim = sim().await;
    let png =
        [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &1920_u32.to_be_bytes(), &1080_u32.to_be_bytes()].concat();
    let mut items = vec![json!({"type": "text", "text": "what are these?"})];
    for (name, content) in
        [("a.png", png), ("b.jpg", jpeg(640, 480)), ("c.wav", wav(1500)), ("d.csv", b"a,b\n1,2\n".to_vec())]
    {
        let id = text(&upload(&sim, &[part("file", name, &content)]).await.data()["id"]);
        items.push(json!({"type": if name == "c.wav" { "audio" } else { "file" }, "file_id": id}));
    }
    let events = stream(&sim, "/v3/chat", ask(&json!(items))).await;
    assert_eq!(
        said(&events),
        "I received 4 files:\n1. a.png: PNG image, 1920 × 1080 pixels, 24 B\n\
         2. b.jpg: JPEG image, 640 × 480 pixels, 128.1 KiB\n3. c.wav: WAV audio, 1.5 s, 46.9 KiB\n\
         4. d.csv: CSV document, 8 B"
    );
}
