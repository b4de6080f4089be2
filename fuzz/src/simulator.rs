//! Requests to the simulator over a pipe in memory, in a time that does not pass.

use std::time::Duration;

use coze_sim::{Dialect, Sim, SimBuilder, Workflow};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::message;

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
}

/// The first byte of an input chooses the dialect and the framing.
///
/// The rest is a request line, headers, an empty line and a body, to which the token and the length of the body are
/// added; or it is sent as it is.
pub fn simulator(input: &[u8]) {
    let [mode, rest @ ..] = input else { return };
    let dialect = if mode & 1 == 0 { Dialect::Official } else { Dialect::Studio };
    let framed = mode & 2 == 0;
    let request = if framed { frame(rest) } else { rest.to_vec() };
    let answer = RUNTIME.with(|runtime| runtime.block_on(exchange(dialect, &request)));
    if framed {
        check(dialect, rest.starts_with(b"HEAD "), &answer);
    }
}

/// Completes a request.
fn frame(input: &[u8]) -> Vec<u8> {
    let (lines, body) = message::split(input);
    let (line, headers) = lines.split_first().map_or((&b""[..], &[][..]), |(line, rest)| (*line, rest));
    let length = body.len().to_string();
    let mut request = [line, b" HTTP/1.1\r\nHost: sim\r\nConnection: close\r\nContent-Length: "].concat();
    request.extend_from_slice(length.as_bytes());
    for (name, value) in &message::headers(headers.iter().copied()) {
        // What was added stays the only one of its name.
        if !["host", "connection", "content-length", "transfer-encoding"].contains(&name.as_str()) {
            request.extend_from_slice(&[b"\r\n", name.as_str().as_bytes(), b": ", value.as_bytes()].concat());
        }
    }
    request.extend_from_slice(b"\r\nAuthorization: Bearer pat_sim\r\n\r\n");
    [&request, body].concat()
}

/// Sends a request to a simulator of its own, and reads what it answers until it closes the connection.
async fn exchange(dialect: Dialect, request: &[u8]) -> Vec<u8> {
    let sim = simulators(dialect).start().await.unwrap();
    let (server, client) = tokio::io::duplex(16 << 10);
    let (mut reader, mut writer) = tokio::io::split(client);
    let mut answer = Vec::new();
    let talk = async {
        let (_, _) = tokio::join!(
            // A server that has read enough may close before it has read all.
            async { writer.write_all(request).await.ok() },
            // Time passes only while everything waits, so this ends with an answer that never does.
            timeout(Duration::from_secs(60), reader.read_to_end(&mut answer)),
        );
        drop((reader, writer));
    };
    let served = async { tokio::join!(sim.serve(server), talk) };
    timeout(Duration::from_secs(3600), served).await.expect("the connection ends when its client has gone");
    let _ = format!("{:?}", sim.requests());
    sim.shutdown().await;
    answer
}

/// A simulator with a workflow that takes every type of input, and one that asks.
fn simulators(dialect: Dialect) -> SimBuilder {
    let end = json!({"id": "end", "type": "end", "text": "{{greet.output}}", "stream": true});
    let greeting = json!({"id": "1", "name": "greet", "nodes": [
        {"id": "start", "type": "start", "inputs": {
            "name": {"type": "string", "required": true},
            "times": {"type": "integer", "default": 2},
            "image": {"type": "file"},
        }},
        {"id": "greet", "type": "text", "text": "Hello {{name}}"},
        end,
    ]});
    let asking = json!({"id": "2", "mode": "chatflow", "nodes": [
        {"id": "start", "type": "start"},
        {"id": "greet", "type": "question", "question": "Which city, {{USER_INPUT}}?",
         "parameters": {"output": {"type": "string", "required": true}}},
        end,
    ]});
    [greeting, asking]
        .into_iter()
        .fold(Sim::builder().dialect(dialect).pace(Duration::ZERO).upload_limit(4096), |builder, file| {
            builder.workflow(Workflow::parse(&file.to_string()).unwrap())
        })
}

/// Fails where an answer is none, or reports that the simulator failed.
fn check(dialect: Dialect, of_head: bool, answer: &[u8]) {
    let text = answer.escape_ascii();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("half a head: {text}"));
    let head = std::str::from_utf8(&answer[..end]).unwrap_or_else(|error| panic!("{error}: {text}"));
    let status = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest[..3].parse::<u16>().ok());
    let status = status.unwrap_or_else(|| panic!("no status: {text}"));
    // Coze Studio fails on some requests, and its stand-in does so too.
    assert!(status < 500 || dialect == Dialect::Studio, "{text}");
    let body = &answer[end + 4..];
    let is = |name: &str| head.to_ascii_lowercase().contains(name);
    if is("content-type: application/json") && is("content-length: ") && !of_head && !is("transfer-encoding")
    {
        let json = serde_json::from_slice::<Value>(body);
        assert!(json.is_ok(), "{text}");
    }
}
