//! Ctrl-C while an answer is running, without a terminal.

use std::io::Read;
use std::process::{Command, Stdio};

use crate::support::{Ran, count, coze_at, scripted, steps};

#[tokio::test(flavor = "multi_thread")]
async fn the_chat_is_canceled_here_and_on_the_server() {
    let sim = steps(r#"[{"answer":{"deltas":["half an answer"]}},{"wait_ms":3600000}]"#).await;
    let mut command = coze_at(&sim, &["chat", "--bot", "1", "x"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut piece = [0; 14];
    child.stdout.as_mut().unwrap().read_exact(&mut piece).unwrap();
    interrupt(child.id());
    let ran = Ran::new(child.wait_with_output().unwrap()).fails(130, &["interrupted", "canceled"]);
    assert_eq!(ran.stdout, "\n", "the line is ended");
    assert_eq!(count(&sim, "/v3/chat/cancel"), 1);
    sim.disconnected(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_one_does_not_wait_for_the_server() {
    let sim = scripted(
        r#"{"bots":[{"id":"1","rules":[{"reply":{"steps":[{"answer":{"deltas":["half"]}},{"wait_ms":3600000}]}}]}],
            "faults":[{"on":"POST /v3/chat/cancel","delay_ms":3600000}]}"#,
    )
    .await;
    let mut command = coze_at(&sim, &["chat", "--bot", "1", "x"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdout.as_mut().unwrap().read_exact(&mut [0; 4]).unwrap();
    interrupt(child.id());
    while count(&sim, "/v3/chat/cancel") == 0 {
        tokio::task::yield_now().await;
    }
    interrupt(child.id());
    Ran::new(child.wait_with_output().unwrap()).fails(130, &["interrupted"]);
}

pub(crate) fn interrupt(pid: u32) {
    send("INT", pid);
}

pub(crate) fn send(signal: &str, pid: u32) {
    let status = Command::new("kill").args([&format!("-{signal}"), &pid.to_string()]).status().unwrap();
    assert!(status.success());
}
