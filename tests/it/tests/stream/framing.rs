//! Every way in which a server may put the same events on the wire.

use bytes::Bytes;
use coze_transport::TransportError;

use super::*;
use crate::mock::Piece;

fn body() -> String {
    created() + &delta("你\n好") + &delta("🦀") + &answer("3", "你\n好🦀") + &completed() + &done()
}

const WORDS: [&str; 6] = ["created", "+你\n好", "+🦀", "=你\n好🦀", "completed", "done"];

#[tokio::test(start_paused = true)]
async fn line_ends_spaces_and_marks_make_no_difference() {
    let plain = body();
    let spaced = plain.replace("event:", "event: ").replace("data:", "data: ");
    let frames: Vec<_> = plain.split_terminator("\n\n").collect();
    let swap =
        |frame: &&str| frame.split_once('\n').map(|(event, data)| format!("{data}\n{event}\n\n")).unwrap();
    let swapped = frames.iter().map(swap).collect::<Vec<_>>().concat();
    let number = |(id, frame): (usize, &&str)| format!("id: {id}\n{frame}\n\n");
    let numbered = frames.iter().enumerate().map(number).collect::<Vec<_>>().concat();
    let noisy = plain
        .replace("event:", ": a comment\nevent:")
        .replace("data:", ":\nretry: 3000\nunknown: field\nstray\ndata:")
        .replace("\n\n", "\n: comment\n\n\n\n: ping\n\n");
    let twice = plain.replace("event:", "event:overridden\nevent:");
    for (name, text) in [
        ("plain", plain.clone()),
        ("spaced", spaced),
        ("swapped", swapped),
        ("numbered", numbered),
        ("noisy", noisy),
        ("twice", twice),
        ("marked", format!("\u{feff}{plain}")),
        ("blank lines first", format!("\n\r\n\r\n\n{plain}")),
    ] {
        for line_end in ["\n", "\r\n", "\r"] {
            let text = text.replace("\r\n", "\n").replace('\n', line_end);
            for size in [text.len(), 1, 2, 3, 5, 16, 61] {
                let seen = words(Reply::chunks(text.as_bytes().chunks(size))).await;
                assert_eq!(seen, WORDS, "{name}, {line_end:?}, pieces of {size}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn data_over_several_lines_is_one_event() {
    let data = CREATED.replace(',', ",\ndata:");
    let body = format!("event:conversation.chat.created\ndata:{data}\n\n") + &completed();
    for size in [body.len(), 1] {
        assert_eq!(words(Reply::chunks(body.as_bytes().chunks(size))).await, ["created", "completed"]);
    }
}

#[tokio::test(start_paused = true)]
async fn every_fragment_may_be_a_chunk_of_its_own() {
    // As Coze Studio writes: field name, value, line end, each flushed into its own chunk.
    let body = body();
    let mut chunks = Vec::new();
    for line in body.split_inclusive('\n') {
        match line.split_once(':') {
            Some((name, value)) => {
                let (value, end) = value.split_at(value.len() - 1);
                chunks.extend([name.as_bytes(), b":", value.as_bytes(), end.as_bytes(), b""]);
            }
            None => chunks.push(line.as_bytes()),
        }
    }
    assert_eq!(words(Reply::chunks(chunks)).await, WORDS);
}

#[tokio::test(start_paused = true)]
async fn a_split_at_every_byte_makes_no_difference() {
    let body = body().replace('\n', "\r\n");
    let bytes = body.as_bytes();
    for at in 0..=bytes.len() {
        let seen = words(Reply::chunks([&bytes[..at], &bytes[at..]])).await;
        assert_eq!(seen, WORDS, "split at {at}");
    }
}

#[tokio::test(start_paused = true)]
async fn invalid_utf8_becomes_a_mark_and_ends_nothing() {
    let mut bytes = created().into_bytes();
    bytes.extend_from_slice(b"event:conversation.message.delta\ndata:{\"id\":\"3\",\"type\":\"answer\",\"content\":\"a\xff\xe4\xbdb\"}\n\n");
    bytes.extend_from_slice(b"event:\xff\xfe\ndata:\xc3\x28\n\n");
    bytes.extend_from_slice((completed() + &done()).as_bytes());
    for size in [bytes.len(), 1] {
        let seen = words(Reply::chunks(bytes.chunks(size))).await;
        assert_eq!(seen, ["created", "+a\u{fffd}\u{fffd}b", "?\u{fffd}\u{fffd}", "completed", "done"]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_content_type_may_have_parameters_and_any_case() {
    for content_type in ["text/event-stream; charset=utf-8", "Text/Event-Stream", "text/event-stream ;x=y"] {
        let reply = Reply::new(200, content_type, completed());
        assert_eq!(words(reply).await, ["completed"], "{content_type}");
    }
}

/// Some proxies drop the content type, or write one that means that they know of none.
#[tokio::test(start_paused = true)]
async fn a_stream_without_a_content_type_is_known_by_its_beginning() {
    let body = created() + &delta("a") + &completed() + &done();
    for content_type in ["", "text/plain; charset=utf-8", "Application/Octet-Stream"] {
        for beginning in ["", "\u{feff}", ": ping\n\n", "\r\n\n", "retry: 5\n\n", "id:1\n"] {
            let body = format!("{beginning}{body}");
            for size in [body.len(), 1] {
                let pieces =
                    body.as_bytes().chunks(size).map(|chunk| Piece::Data(Bytes::copy_from_slice(chunk)));
                let seen = words(Reply::new(200, content_type, "").in_pieces(pieces)).await;
                assert_eq!(
                    seen,
                    ["created", "+a", "completed", "done"],
                    "{content_type:?} {beginning:?} {size}"
                );
            }
        }
    }
    // What begins otherwise is told as what it is, before any event.
    let told = [
        ("", r#" {"code":4016,"msg":"busy"}"#, "busy"),
        ("text/plain", r#"{"code":4016,"msg":"busy"}"#, "busy"),
        ("", "<!doctype html>", "not JSON"),
        ("", "", "not an event stream"),
        ("", "data", "not JSON"),
        ("text/html", "data: 1\n\n", "not JSON"),
        ("application/json", "data: 1\n\n", "not JSON"),
    ];
    for (content_type, body, said) in told {
        let reply = Reply::new(200, content_type, body).header("x-tt-logid", LOG_ID);
        let error = Mock::always(reply).client().chat().stream(ask()).await.unwrap_err();
        assert!(error.to_string().contains(said), "{body}: {error}");
        assert_eq!(error.log_id().unwrap(), LOG_ID);
    }
    // A status that is no success is never a stream, and a body that breaks at once says so.
    let refused = Mock::always(Reply::new(503, "", "data: 1\n\n")).client();
    assert_eq!(refused.chat().stream(ask()).await.unwrap_err().kind(), ErrorKind::Server);
    let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    let pieces = [Piece::Data(Bytes::from_static(b"ev")), Piece::Fail(TransportError::body(reset))];
    let cut = Reply::new(200, "", "").in_pieces(pieces);
    let error = Mock::always(cut).client().chat().stream(ask()).await.unwrap_err();
    assert!(error.to_string().contains("reset"), "{error}");
}
