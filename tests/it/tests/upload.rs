//! Uploads and downloads: files on a disk, readers and streams, and what goes wrong with each.

use std::io::{self, Write};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use coze::{ErrorKind, FileSource, Progress, RetryPolicy};
use coze_types::file::UploadFile;
use serde_json::json;
use tokio::io::{AsyncRead, ReadBuf};

use crate::mock::{Mock, Reply, Sent};
use crate::raw::{Answer, Raw};
use crate::served::patiently;

mod attach;
mod download;
mod pace;
#[cfg(unix)]
mod unix;
mod wire;

static ZEROS: &[u8] = &[0; 1 << 20];

fn uploaded() -> Reply {
    Reply::data(&json!({ "id": "7400000000000000001" }))
}

/// A folder with a file in it.
fn file(name: &str, content: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

/// The one part of a form: its header lines, and its content.
fn part(sent: &Sent) -> (String, Bytes) {
    let boundary = sent.header("content-type").unwrap().split_once("boundary=").unwrap().1.to_owned();
    let start = format!("--{boundary}\r\n");
    let end = format!("\r\n--{boundary}--\r\n");
    let body = &sent.body;
    assert!(body.starts_with(start.as_bytes()) && body.ends_with(end.as_bytes()), "{body:?}");
    let part = body.slice(start.len()..body.len() - end.len());
    let split = part.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    (String::from_utf8(part[..split].to_vec()).unwrap(), part.slice(split + 4..))
}

#[tokio::test]
async fn every_source_arrives_in_the_same_form() {
    let content: Vec<u8> = (0..700_000_u32).map(|n| (n * 7 % 253) as u8).collect();
    let (_folder, path) = file("简历 1.png", &content);
    let stream = |content: Vec<u8>| {
        let pieces: Vec<_> =
            content.chunks(999).map(|piece| Ok::<_, io::Error>(Bytes::copy_from_slice(piece))).collect();
        futures_util::stream::iter(pieces)
    };
    let sources: Vec<(&str, FileSource)> = vec![
        ("path", path.clone().into()),
        ("bytes", FileSource::bytes("简历 1.png", content.clone())),
        ("request", UploadFile::new("简历 1.png", content.clone()).mime("image/png".parse().unwrap()).into()),
        ("reader", FileSource::reader("简历 1.png", io::Cursor::new(content.clone()))),
        (
            "reader with a length",
            FileSource::reader("简历 1.png", io::Cursor::new(content.clone())).len(700_000),
        ),
        ("stream", FileSource::stream("简历 1.png", stream(content.clone()))),
        (
            "renamed",
            FileSource::path(&path)
                .file_name("x.bin")
                .mime("image/png".parse().unwrap())
                .file_name("简历 1.png"),
        ),
    ];
    for (name, source) in sources {
        let mock = Mock::always(uploaded());
        let seen: Arc<Mutex<Vec<Progress>>> = Arc::default();
        let told = Arc::clone(&seen);
        let upload = mock.client();
        let upload = upload.files().upload(source).progress(move |at| told.lock().unwrap().push(at));
        assert_eq!(upload.await.unwrap().id, "7400000000000000001", "{name}");
        let (head, body) = part(&mock.only());
        assert_eq!(
            head,
            "Content-Disposition: form-data; name=\"file\"; filename=\"简历 1.png\"\r\nContent-Type: image/png",
            "{name}"
        );
        assert!(body == content, "{name}: {} bytes", body.len());
        let seen = seen.lock().unwrap();
        assert!(seen.is_sorted_by_key(|at| at.sent) && seen.len() > 1, "{name}: {seen:?}");
        assert_eq!(seen.last().unwrap().sent, 700_000, "{name}");
        let unknown = matches!(name, "reader" | "stream");
        assert!(seen.iter().all(|at| at.total == (!unknown).then_some(700_000)), "{name}: {seen:?}");
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_sent_is_named_and_nothing_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("empty.png"), "").unwrap();
    std::fs::create_dir(at("images.png")).unwrap();
    let large = std::fs::File::create(at("film.mp4")).unwrap();
    large.set_len((512 << 20) + 1).unwrap();
    for (name, kind, words) in [
        ("missing.png", ErrorKind::File, ["missing.png", "No such file"]),
        ("images.png", ErrorKind::File, ["images.png", "directory"]),
        ("empty.png", ErrorKind::InvalidRequest, ["empty.png", "is empty"]),
        ("film.mp4", ErrorKind::InvalidRequest, ["\"film.mp4\" has 536870913 bytes", "512 MB (536870912)"]),
        ("film.mp4", ErrorKind::InvalidRequest, ["\"film.mp4\"", "strict(false)"]),
    ] {
        let mock = Mock::always(uploaded());
        let error = mock.client().files().upload(at(name)).await.unwrap_err();
        assert_eq!((error.kind(), error.endpoint()), (kind, Some("/v1/files/upload")), "{error}");
        assert!(words.iter().all(|word| error.to_string().contains(word)), "{error}");
        assert!(mock.sent().is_empty() && !error.is_retryable(), "{error}");
    }
    let mock = Mock::always(uploaded());
    mock.client().files().upload(at("film.mp4")).strict(false).await.unwrap();
    mock.builder().strict(false).build().unwrap().files().upload(at("film.mp4")).await.unwrap();
    assert_eq!(mock.sent().len(), 2);
    let error = mock.client().files().upload(at("empty.png")).strict(false).await.unwrap_err();
    assert!(error.to_string().contains("is empty"), "{error}");
}

#[tokio::test]
async fn a_format_that_no_page_names_is_left_to_the_server_unless_it_is_strict() {
    let mock = Mock::always(uploaded());
    let strict = mock.builder().strict(true).build().unwrap();
    let names = ["notes.txt", "readme.md", "data.json", "tool.exe", "Makefile"];
    for name in names {
        let source = || FileSource::bytes(name, "x");
        mock.client().files().upload(source()).await.unwrap();
        for upload in [mock.client().files().upload(source()).strict(true), strict.files().upload(source())] {
            let error = upload.await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
            for word in [name, "pdf, numbers, csv", "strict(false)"] {
                assert!(error.to_string().contains(word), "{error}");
            }
        }
    }
    assert_eq!(mock.sent().len(), names.len());
    // The answer of a server that does not take it says what is taken.
    let mock = Mock::always(Reply::json(&json!({"code": 4303, "msg": "unsupported file type"})));
    let error = mock.client().files().upload(FileSource::bytes("tool.exe", "x")).await.unwrap_err();
    assert!(error.to_string().contains("pptx, pdf, numbers, csv"), "{error}");
}

/// Says what it was told to say, then fails.
struct Broken(&'static [u8]);

impl AsyncRead for Broken {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.0.is_empty() {
            return Poll::Ready(Err(io::Error::other("the disk is on fire")));
        }
        buf.put_slice(self.0);
        self.0 = b"";
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_source_that_does_not_keep_its_word_fails_the_upload() {
    let of = |content: &'static str| FileSource::reader("a.png", content.as_bytes());
    let cases = [
        (of("abc").len(4), "shrank while it was sent: it had 4 bytes at first, and ended after 3"),
        (of("abcde").len(4), "grew while it was sent: it had 4 bytes at first, and has at least 5"),
        (of(""), "\"a.png\" is empty"),
        (
            FileSource::reader("a.png", Broken(b"abc")),
            "reading \"a.png\" failed after 3 bytes: the disk is on fire",
        ),
    ];
    for (source, words) in cases {
        let mock = Mock::always(uploaded());
        let error = mock.client().files().upload(source).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::File, "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(mock.sent().is_empty(), "{words}");
    }
}

#[tokio::test]
async fn a_stream_of_unknown_length_stops_at_the_documented_limit() {
    let endless = futures_util::stream::repeat_with(|| Ok::<_, io::Error>(Bytes::from_static(ZEROS)));
    let raw = Raw::start(|_| Answer::json(&json!({ "code": 0, "data": { "id": "1" } })));
    let error =
        patiently(raw.client().files().upload(FileSource::stream("a.png", endless)).into_future()).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File, "{error}");
    assert!(error.to_string().contains("536870912"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn only_what_can_be_read_again_is_sent_again() {
    let busy = || Reply::new(429, "text/plain", "slow down");
    let (_folder, path) = file("a.png", b"first");
    let changing = path.clone();
    let mock = Mock::new(move |number, _| {
        // The file is read anew for each try.
        std::fs::write(&changing, "second, and longer").unwrap();
        if number == 0 { busy() } else { uploaded() }
    });
    let client = mock.builder().retry(RetryPolicy::new()).build().unwrap();
    client.files().upload(&path).await.unwrap();
    let sent = mock.sent();
    assert_eq!(part(&sent[0]).1, "first");
    assert_eq!(part(&sent[1]).1, "second, and longer");

    let mock = Mock::always(busy());
    let client = mock.builder().retry(RetryPolicy::new()).build().unwrap();
    let error = client.files().upload(FileSource::reader("a.png", &b"once"[..])).await.unwrap_err();
    assert_eq!((error.kind(), mock.sent().len()), (ErrorKind::RateLimited, 1), "{error}");
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_read_is_no_success() {
    // The server reads slowly enough for the file to change under the reader's hands: the first piece is out, the
    // last is not.
    for grow in [false, true] {
        let (_folder, path) = file("a.pdf", &vec![1; 64 << 20]);
        let changing = path.clone();
        let raw = Raw::start(move |request| {
            request.read_some(64 << 10);
            let mut options = std::fs::OpenOptions::new();
            let mut file = options.write(true).append(grow).open(&changing).unwrap();
            if grow {
                file.write_all(b"more").unwrap();
            } else {
                file.set_len(1 << 20).unwrap();
            }
            Answer::json(&json!({ "code": 0, "data": { "id": "1" } }))
        });
        let error = patiently(raw.client().files().upload(path).into_future()).await.unwrap_err();
        let word = if grow { "grew" } else { "shrank" };
        assert!(error.kind() == ErrorKind::File && error.to_string().contains(word), "{error}");
        assert!(raw.complete() == 0, "the server saw a whole form");
    }
}

#[tokio::test]
async fn a_success_before_the_end_of_the_file_is_not_believed() {
    let raw = Raw::start(|request| {
        request.leave();
        Answer::json(&json!({ "code": 0, "data": { "id": "1" } }))
    });
    let (_folder, path) = file("a.pdf", &vec![1; 64 << 20]);
    let error = patiently(raw.client().files().upload(path).into_future()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::File | ErrorKind::Transport), "{error}");
}

#[tokio::test]
async fn a_refusal_before_the_end_of_the_file_is_told() {
    let raw = Raw::start(|request| {
        request.leave();
        Answer::json(&json!({ "code": 4302, "msg": "too large" })).status(413)
    });
    let (_folder, path) = file("a.pdf", &vec![1; 64 << 20]);
    let error = patiently(raw.client().files().upload(path).into_future()).await.unwrap_err();
    // The connection may break first: then that is told, and never a success.
    let api = error.api().map(|api| api.code.to_string());
    assert!(api.as_deref() == Some("4302") || error.kind() == ErrorKind::Transport, "{error}");
}

#[tokio::test]
async fn an_upload_that_does_not_move_times_out_and_one_that_moves_does_not() {
    let raw = Raw::start(|request| {
        request.read_some(1 << 10);
        request.hang();
        Answer::json(&json!({}))
    });
    let (_folder, path) = file("a.pdf", &vec![1; 64 << 20]);
    let client = raw.builder().timeout(Duration::from_millis(300)).build().unwrap();
    let error = patiently(client.files().upload(&path).into_future()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(coze::TimeoutKind::Upload), "{error}");
    assert!(error.to_string().contains("take more of the file"), "{error}");

    // Each pause is shorter than the limit, all of them together are longer.
    let slow = futures_util::stream::unfold(0, |n| async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        (n < 8).then(|| (Ok::<_, io::Error>(Bytes::from_static(b"piece")), n + 1))
    });
    let raw = Raw::start(|_| Answer::json(&json!({ "code": 0, "data": { "id": "1" } })));
    let client = raw.builder().timeout(Duration::from_secs(60)).build().unwrap();
    patiently(client.files().upload(FileSource::stream("a.png", slow)).into_future()).await.unwrap();
}

#[tokio::test]
async fn dropping_the_call_stops_the_upload() {
    let raw = Raw::start(|request| {
        request.read_some(1 << 20);
        request.read_to_end();
        Answer::json(&json!({ "code": 0, "data": { "id": "1" } }))
    });
    let endless = futures_util::stream::repeat_with(|| Ok::<_, io::Error>(Bytes::from_static(ZEROS)));
    let client = raw.client();
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let upload = client.files().upload(FileSource::stream("a.png", endless)).strict(false);
    let upload = upload.progress(move |at| told.send(at.sent).unwrap());
    let mut upload = std::pin::pin!(upload.into_future());
    patiently(async {
        loop {
            tokio::select! {
                result = &mut upload => panic!("{result:?}"),
                sent = heard.recv() => if sent.unwrap() > 4 << 20 { break },
            }
        }
    })
    .await;
}
