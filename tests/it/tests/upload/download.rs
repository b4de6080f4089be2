//! Answers of bytes.

use coze::{Coze, Download, Error};
use coze_types::{Binary, endpoint};
use serde::Serialize;

use super::*;
use crate::mock::Piece;

/// An endpoint that answers with bytes, as any user may define one.
#[derive(Clone, Debug, Serialize)]
struct Sing {}

endpoint!(Sing: POST "/v1/sing", json => Binary);

async fn sing(client: &Coze) -> Result<Download, Error> {
    client.send(Sing {}).await
}

fn audio(pieces: impl IntoIterator<Item = Piece>) -> Reply {
    Reply::pieces(pieces).header("content-type", "audio/wav")
}

fn files(folder: &tempfile::TempDir) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path()).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn pieces_come_as_they_arrive_and_a_file_when_it_is_whole() {
    let pieces = || [Piece::Data("RIFF".into()), Piece::Yield, Piece::Data("WAVE".into())];
    let mock = Mock::always(audio(pieces()).header("content-length", "8"));
    let client = mock.client();
    let mut download = sing(&client).await.unwrap();
    assert_eq!(download.content_type().unwrap().essence_str(), "audio/wav");
    assert_eq!(download.len(), Some(8));
    assert_eq!(download.next().await.unwrap().unwrap(), "RIFF");
    assert_eq!(download.next().await.unwrap().unwrap(), "WAVE");
    assert!(download.next().await.is_none() && download.next().await.is_none());

    assert_eq!(sing(&client).await.unwrap().bytes().await.unwrap(), "RIFFWAVE");
    let (folder, path) = file("out.wav", b"what was there");
    let mut saved = Vec::new();
    let save = sing(&client).await.unwrap().save_with(&path, |bytes| saved.push(bytes));
    assert_eq!(save.await.unwrap(), 8);
    assert_eq!(saved, [4, 8]);
    assert_eq!(std::fs::read(&path).unwrap(), b"RIFFWAVE");
    assert_eq!(files(&folder), ["out.wav"]);
    assert_eq!(mock.sent()[0].header("accept"), Some("*/*"));
}

#[tokio::test]
async fn a_cut_download_leaves_what_was_there() {
    let cut = coze_transport::TransportError::other("the connection broke");
    let cases = [
        (audio([Piece::Data("RI".into()), Piece::Fail(cut)]), ErrorKind::Transport),
        (audio([Piece::Data("RI".into())]).header("content-length", "8"), ErrorKind::Truncated),
        (audio([Piece::Data("RI".into()), Piece::Hang]), ErrorKind::Timeout(coze::TimeoutKind::Stream)),
    ];
    for (reply, kind) in cases {
        let mock = Mock::always(reply);
        let client = mock.builder().stream_idle_timeout(Duration::from_millis(50)).build().unwrap();
        let (folder, path) = file("out.wav", b"what was there");
        let error = sing(&client).await.unwrap().save(&path).await.unwrap_err();
        assert_eq!((error.kind(), error.endpoint()), (kind, Some("/v1/sing")), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), b"what was there");
        assert_eq!(files(&folder), ["out.wav"], "{error}");
        assert_eq!(sing(&client).await.unwrap().bytes().await.unwrap_err().kind(), kind);
        assert_eq!(mock.open(), 0);
    }
}

#[tokio::test]
async fn an_error_with_a_success_status_is_never_content() {
    let refused = r#"{"code":4100,"msg":"token expired","detail":{"logid":"L1"}}"#;
    for content_type in [
        "application/json",
        "application/json; charset=utf-8",
        "application/problem+json",
        "",
        "application/octet-stream",
        "audio/mpeg",
    ] {
        let mock = Mock::always(Reply::new(200, content_type, refused));
        let error = sing(&mock.client()).await.map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication, "{content_type}: {error}");
        assert_eq!(error.log_id().map(|id| id.as_str().to_owned()).as_deref(), Some("L1"), "{content_type}");
    }
    for (content_type, body, words) in [
        ("text/html", "<html>login</html>", "web page"),
        ("application/json", r#"{"code":0}"#, "instead of the requested bytes"),
    ] {
        let mock = Mock::always(Reply::new(200, content_type, body));
        let error = sing(&mock.client()).await.map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn content_that_looks_like_an_error_at_first_is_content() {
    for body in ["{", "{\"code\": the beginning of a strange sound", "{}", "[1]", "x"] {
        let mock = Mock::always(Reply::new(200, "application/octet-stream", body));
        assert_eq!(sing(&mock.client()).await.unwrap().bytes().await.unwrap(), body);
    }
    let long = format!("{{{}", "~".repeat(300_000));
    let pieces = long.as_bytes().chunks(1000).map(|piece| Piece::Data(Bytes::copy_from_slice(piece)));
    let mock = Mock::always(Reply::pieces(pieces).header("content-type", "application/octet-stream"));
    assert_eq!(sing(&mock.client()).await.unwrap().bytes().await.unwrap(), long);
}

#[tokio::test]
async fn no_content_at_all_is_no_download() {
    for (status, body) in [(200, ""), (204, "")] {
        let mock = Mock::always(Reply::new(status, "audio/wav", body));
        let error = sing(&mock.client()).await.map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated, "{error}");
    }
    let spaced = " \n{\"code\":4100,\"msg\":\"token expired\"}";
    let error =
        sing(&Mock::always(Reply::new(200, "audio/wav", spaced)).client()).await.map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication, "{error}");
}

#[tokio::test]
async fn a_download_that_is_too_large_to_hold_says_what_to_do() {
    let mock = Mock::always(audio([Piece::Data(vec![0; 100].into()), Piece::Data(vec![0; 100].into())]));
    let client = mock.builder().max_body(150).build().unwrap();
    let error = sing(&client).await.unwrap().bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    assert!(error.to_string().contains("150 bytes") && error.to_string().contains("save"), "{error}");
    let (_folder, path) = file("out.wav", b"");
    assert_eq!(sing(&client).await.unwrap().save(&path).await.unwrap(), 200);
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_named_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let mock = Mock::always(audio([Piece::Data("RIFF".into())]));
    for path in [folder.path().to_owned(), folder.path().join("no/such/folder.wav")] {
        let error = sing(&mock.client()).await.unwrap().save(&path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::File, "{error}");
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
    assert!(files(&folder).is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_no_file_is_not_replaced_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let mock = Mock::always(audio([Piece::Data("RIFF".into())]));
    let error = sing(&mock.client()).await.unwrap().save(&path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File, "{error}");
    assert!(!std::fs::metadata(&path).unwrap().is_file());
    assert_eq!(files(&folder), ["socket"]);
}

#[cfg(unix)]
#[tokio::test]
async fn links_and_permissions_of_what_is_there_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let mock = Mock::always(audio([Piece::Data("RIFF".into())]));
    let (folder, path) = file("out.wav", b"what was there");
    let at = |name: &str| folder.path().join(name);
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    symlink(&path, at("link.wav")).unwrap();
    sing(&mock.client()).await.unwrap().save(at("link.wav")).await.unwrap();
    assert!(std::fs::symlink_metadata(at("link.wav")).unwrap().is_symlink());

    // Links that lead where nothing is yet, from the folder that they lie in.
    symlink("second.wav", at("first.wav")).unwrap();
    symlink("third.wav", at("second.wav")).unwrap();
    sing(&mock.client()).await.unwrap().save(at("first.wav")).await.unwrap();
    for link in ["first.wav", "second.wav"] {
        assert!(std::fs::symlink_metadata(at(link)).unwrap().is_symlink(), "{link}");
    }
    assert!(std::fs::symlink_metadata(at("third.wav")).unwrap().is_file());
    symlink("round.wav", at("round.wav")).unwrap();
    let error = sing(&mock.client()).await.unwrap().save(at("round.wav")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::File, "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), b"RIFF");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

    // As long as names can be.
    let long = format!("{}.wav", "x".repeat(251));
    sing(&mock.client()).await.unwrap().save(at(&long)).await.unwrap();
    assert_eq!(std::fs::read(at(&long)).unwrap(), b"RIFF");
    assert_eq!(files(&folder).len(), 7);
}

#[tokio::test]
async fn a_real_connection_that_breaks_is_no_short_file() {
    let raw = Raw::start(|_| Answer::new("Content-Type: audio/wav\r\nContent-Length: 100\r\n", "RIFF"));
    let (folder, path) = file("out.wav", b"old");
    let download = patiently(async { sing(&raw.client()).await }).await.unwrap();
    let error = patiently(download.save(&path)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
    assert_eq!((std::fs::read(&path).unwrap(), files(&folder).len()), (b"old".to_vec(), 1));
}
