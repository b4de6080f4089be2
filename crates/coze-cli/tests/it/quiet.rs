//! Chats at servers that neither end their streams nor name what they send.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use serde_json::json;

use crate::support::{TOKEN, coze, run};

/// Answers each request by a function of its path, and keeps every connection open; tells the paths.
fn server(answer: impl Fn(&str) -> String + Send + Sync + Clone + 'static) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (told, paths) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (answer, told) = (answer.clone(), told.clone());
            thread::spawn(move || {
                let path = request(&stream);
                let _ = told.send(path.clone());
                let body = answer(&path);
                let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nx-tt-logid: L7\r\nTransfer-Encoding: chunked\r\n\r\n";
                let _ = (&stream).write_all(format!("{head}{:x}\r\n{body}\r\n", body.len()).as_bytes());
                // Until the client has gone.
                let _ = (&stream).read_to_end(&mut Vec::new());
            });
        }
    });
    (url, paths)
}

/// Reads a request and gives its path.
fn request(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let (mut first, mut line, mut length) = (String::new(), String::new(), 0);
    reader.read_line(&mut first).unwrap();
    while line != "\r\n" {
        line.clear();
        reader.read_line(&mut line).unwrap();
        if let Some(text) = line.to_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().unwrap();
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
    first.split([' ', '?']).nth(1).unwrap().to_owned()
}

fn event(name: &str, data: &serde_json::Value) -> String {
    format!("event:conversation.{name}\ndata:{data}\n\n")
}

fn chat(status: &str) -> serde_json::Value {
    json!({"id": "2", "conversation_id": "1", "status": status})
}

fn created() -> String {
    event("chat.created", &chat("created"))
}

fn answer(text: &str) -> String {
    event("message.delta", &json!({"id": "3", "type": "answer", "content": text}))
}

/// With a time limit that no test reaches unless it fails.
fn ask(url: &str, args: &[&str]) -> std::process::Command {
    let mut command = coze(&[&["chat", "--timeout", "60", "--bot", "1"], args, &["hi"]].concat());
    command.env("COZE_API_BASE", url).env("COZE_API_TOKEN", TOKEN);
    command
}

#[test]
fn a_completed_chat_is_the_end_though_the_connection_stays_open() {
    let (url, _) = server(|_| created() + &answer("well") + &event("chat.completed", &chat("completed")));
    assert_eq!(run(ask(&url, &[])).ok(), "well\n");
    let ran = run(ask(&url, &["--json"]));
    assert_eq!(ran.events().len(), 3);
    assert_eq!(ran.code, 0);
}

#[test]
fn a_failed_chat_is_told_and_repeats_no_token() {
    let (url, _) = server(|_| {
        let why = json!({"code": 4028, "msg": format!("the quota of {TOKEN} is used up")});
        let failed = json!({"id": "2", "status": "failed", "last_error": why});
        created() + &answer("half") + &event("chat.failed", &failed)
    });
    // That no output holds the token is looked at for every run.
    let ran = run(ask(&url, &[])).fails(4, &["4028", "quota", "[redacted]", "L7"]);
    assert_eq!(ran.stdout, "half\n");
    let (url, _) = server(|_| created() + &event("chat.canceled", &chat("canceled")));
    run(ask(&url, &[])).fails(4, &["canceled"]);
    let (url, _) = server(|_| format!("event:error\ndata:{}\n\n", json!({"code": 4016, "msg": "busy"})));
    run(ask(&url, &[])).fails(4, &["4016"]);
}

#[test]
fn the_output_of_a_tool_is_submitted_though_the_stream_stays_open() {
    let (url, paths) = server(|path| {
        if path.contains("submit_tool_outputs") {
            return answer("21 degrees") + &event("chat.completed", &chat("completed"));
        }
        let call = json!({"id": "c", "type": "function", "function": {"name": "weather", "arguments": "{}"}});
        let action = json!({"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [call]}});
        let mut waits = chat("requires_action");
        waits["required_action"] = action;
        created() + &event("chat.requires_action", &waits)
    });
    for args in [&["--tool-output", "weather=21"][..], &["--tool-output", "weather=21", "--json"]] {
        let answer = run(ask(&url, args)).ok();
        assert!(answer.contains("21 degrees"), "{answer}");
        assert_eq!(paths.recv().unwrap(), "/v3/chat");
        assert_eq!(paths.recv().unwrap(), "/v3/chat/submit_tool_outputs");
    }
    run(ask(&url, &[])).fails(7, &["weather"]);
}

#[test]
fn pieces_that_name_no_type_are_the_answer_and_cards_are_told_of() {
    let untyped =
        |text: &str| event("message.delta", &json!({"id": "3", "role": "assistant", "content": text}));
    let (url, _) = server(move |_| {
        let question = json!({"id": "9", "role": "user", "content": "hi"});
        let whole = json!({"id": "3", "role": "assistant", "content": "one two"});
        let card = json!({"id": "4", "type": "answer", "content": "{}", "content_type": "card"});
        let completed = event("chat.completed", &chat("completed"));
        [
            created(),
            event("message.completed", &question),
            untyped("one "),
            untyped("two"),
            event("message.completed", &whole),
            event("message.completed", &card),
            completed,
        ]
        .concat()
    });
    let ran = run(ask(&url, &[]));
    assert!(ran.stderr.contains("a card"), "{ran:?}");
    assert_eq!(ran.ok(), "one two\n");
}

#[test]
fn who_can_mend_nothing_by_asking_again_is_not_told_to() {
    let coded = |coding: &'static str| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                request(&stream);
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{coding}Content-Length: 2\r\n\r\nxx"
                );
                let _ = (&stream).write_all(head.as_bytes());
            }
        });
        url
    };
    let ran = run(ask(&coded("Content-Encoding: br\r\n"), &[])).fails(6, &["br"]);
    assert!(!ran.stderr.contains("ask again"), "{ran:?}");
    let ran = run(ask(&coded("no header at all\r\n"), &[])).fails(5, &["HTTP"]);
    assert!(!ran.stderr.contains("ask again"), "{ran:?}");
    let ran = run(ask(&coded(""), &[])).fails(6, &["ask again"]);
    assert_eq!(ran.stdout, "");
}
