//! What stands on the wire when all is well.

use serde_json::{Value, json};

/// Text of every good answer: characters of one byte and of three.
pub const WHOLE: &str = "hello 世界";

/// A complete HTTP/1.1 response that keeps the connection.
pub fn http(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut all =
        format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    all.extend_from_slice(body);
    all
}

/// A JSON response.
pub fn json_with(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    http(status, &format!("Content-Type: application/json\r\n{headers}"), body)
}

pub fn json_of(body: impl AsRef<[u8]>) -> Vec<u8> {
    json_with("200 OK", "", body)
}

/// The head of an event stream that ends with the connection or, better, with its last chunk.
pub const STREAM: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nx-tt-logid: L7\r\nTransfer-Encoding: chunked\r\n\r\n";
/// The last chunk.
pub const END: &str = "0\r\n\r\n";

/// One chunk.
pub fn chunk(data: impl AsRef<[u8]>) -> Vec<u8> {
    let data = data.as_ref();
    let mut all = format!("{:x}\r\n", data.len()).into_bytes();
    all.extend_from_slice(data);
    all.extend_from_slice(b"\r\n");
    all
}

/// A complete response whose body is this event stream.
pub fn stream(events: impl AsRef<[u8]>) -> Vec<u8> {
    [STREAM.as_bytes(), &chunk(events), END.as_bytes()].concat()
}

pub fn event(name: &str, data: &str) -> String {
    format!("event:{name}\ndata:{data}\n\n")
}

pub fn created() -> String {
    event("conversation.chat.created", r#"{"id":"2","conversation_id":"1","status":"created"}"#)
}

pub fn delta(text: &str) -> String {
    event("conversation.message.delta", &message(text).to_string())
}

pub fn answer() -> String {
    event("conversation.message.completed", &message(WHOLE).to_string())
}

pub fn completed() -> String {
    event("conversation.chat.completed", r#"{"id":"2","conversation_id":"1","status":"completed"}"#)
}

pub fn done() -> String {
    event("done", "[DONE]")
}

/// The events up to the whole text.
pub fn opening() -> String {
    [created(), delta("hello "), delta("世界")].concat()
}

/// All events of a good chat.
pub fn events() -> String {
    [opening(), answer(), completed(), done()].concat()
}

fn message(text: &str) -> Value {
    json!({"id": "3", "conversation_id": "1", "chat_id": "2", "role": "assistant", "type": "answer",
        "content": text, "content_type": "text"})
}

pub const ME: &str = r#"{"code":0,"msg":"","data":{"user_id":"7","user_name":"well"}}"#;
pub const CHAT: &str = r#"{"code":0,"msg":"","data":{"id":"2","conversation_id":"1","status":"completed"}}"#;
/// The newest message of a conversation, which belongs to a chat that is running.
pub const NEWEST: &str = r#"{"code":0,"data":[{"id":"9","chat_id":"8","role":"user","content":"x"}]}"#;

/// The answer of a good server.
pub fn good(request: &str) -> Vec<u8> {
    let line = request.lines().next().unwrap_or_default();
    // A proxy is asked for the whole URL.
    let (method, target) = line.split_once(' ').unwrap_or_default();
    let path = target.split([' ', '?']).next().unwrap_or_default();
    let path = match path.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => path,
    };
    match (method, path) {
        ("GET", "/v1/users/me") => json_of(ME),
        ("POST", "/v3/chat") if request.contains(r#""stream":true"#) => stream(events()),
        ("POST", "/v3/chat" | "/v3/chat/cancel") | ("GET", "/v3/chat/retrieve") => json_of(CHAT),
        ("GET", "/v1/conversations") => json_of(r#"{"code":0,"data":{"conversations":[],"has_more":false}}"#),
        ("GET", "/v1/datasets") => json_of(r#"{"code":0,"data":{"dataset_list":[],"total_count":0}}"#),
        ("PUT", "/v1/conversations/1") => json_of(r#"{"code":0,"data":{"id":"1"}}"#),
        ("DELETE", "/v1/conversations/1") => json_of(r#"{"code":0,"msg":""}"#),
        ("GET", "/v3/chat/message/list") => json_of(json!({"code": 0, "data": [message(WHOLE)]}).to_string()),
        ("POST", "/v1/conversation/message/list") => json_of(NEWEST),
        ("POST", "/v1/workflow/stream_run") => stream(concat!(
            "id:0\nevent:Message\ndata:{\"content\":\"well\",\"node_title\":\"End\",\"node_is_finish\":true}\n\n",
            "id:1\nevent:Done\ndata:{}\n\n"
        )),
        _ => http("404 Not Found", "", "no such path"),
    }
}
