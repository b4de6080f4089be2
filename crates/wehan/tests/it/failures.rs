//! The B side is down, slow, refuses the token or fails, and is well again: nothing is stored twice or lost.

use std::time::Duration;

use coze::Error;
use wehan::server::Fault;

use crate::support::{CSide, LONG, TOKEN, application, b_side, c_side, submission};

/// Each HTTP node makes so many attempts.
const ATTEMPTS: usize = 3;

/// The failure names the node and the cause, leads to the page of the run, and shows no token.
fn assert_of_node(error: &Error, cause: &str) {
    let api = error.api().unwrap_or_else(|| panic!("{error}"));
    assert!(api.msg.contains("submit_application") && api.msg.contains(cause), "{error}");
    assert!(api.debug_url.as_ref().is_some_and(|url| url.contains("execute_id=")), "{api:?}");
    assert!(!format!("{error} {error:?} {api:?}").contains(TOKEN), "{error}");
}

#[tokio::test]
async fn down_and_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let b_side = || b_side().database(folder.path().join("wehan.db"));
    let server = b_side().start().await.unwrap();
    let addr = server.addr();
    let c_side = c_side(addr, LONG).await;
    let before = c_side.submit(&application("before")).await.unwrap();
    server.shutdown().await;

    let error = c_side.submit(&application("during")).await.unwrap_err();
    assert_of_node(&error, "cannot connect");
    let error = c_side.coze.workflows().run_and_poll(submission(&application("during"))).await.unwrap_err();
    assert_of_node(&error, "cannot connect");
    let mut events = c_side.coze.workflows().stream(submission(&application("during"))).await.unwrap();
    let error = loop {
        if let Err(error) = events.next().await.expect("the stream ends with the failure") {
            break error;
        }
    };
    assert_of_node(&error, "cannot connect");
    // The agent does not claim what did not happen.
    let error = c_side.ask("during", "申请 job-1").await.unwrap_err();
    assert!(error.to_string().contains("submit_application"), "{error}");

    let server = b_side().port(addr.port()).start().await.unwrap();
    let during = c_side.submit(&application("during")).await.unwrap();
    assert_eq!(c_side.submit(&application("before")).await.unwrap(), before);
    assert_eq!(server.applications().unwrap(), [before, during]);
}

#[tokio::test]
async fn slow_and_quick_again() {
    let server = b_side().start().await.unwrap();
    server.inject(Fault::Delay(LONG), ATTEMPTS);
    let hasty = c_side(server.addr(), Duration::from_millis(200)).await;
    let error = hasty.submit(&application("u")).await.unwrap_err();
    assert_of_node(&error, "no answer within 200 ms");
    // On a busy machine an attempt may not have reached the server.
    server.heal();
    well_again(&c_side(server.addr(), LONG).await, &server).await;
}

#[tokio::test]
async fn unauthorized_and_authorized_again() {
    let server = b_side().start().await.unwrap();
    let c_side = c_side(server.addr(), LONG).await;
    server.inject(Fault::Refuse(401), 1);
    let error = c_side.submit(&application("u")).await.unwrap_err();
    assert_of_node(&error, "401");
    // A token does not get right by trying again.
    assert_eq!(server.requests(), 1);
    well_again(&c_side, &server).await;
}

#[tokio::test]
async fn failing_and_well_again() {
    let server = b_side().start().await.unwrap();
    let c_side = c_side(server.addr(), LONG).await;
    server.inject(Fault::Refuse(500), ATTEMPTS);
    let error = c_side.submit(&application("u")).await.unwrap_err();
    assert_of_node(&error, "500");
    assert_eq!(server.requests(), ATTEMPTS as u64);
    well_again(&c_side, &server).await;
}

#[tokio::test]
async fn failing_for_a_moment_is_not_seen_by_the_candidate() {
    let server = b_side().start().await.unwrap();
    let c_side = c_side(server.addr(), LONG).await;
    server.inject(Fault::Refuse(503), ATTEMPTS - 1);
    let answer = c_side.ask("小明", "申请 job-1").await.unwrap();
    let stored = server.applications().unwrap();
    assert_eq!(stored.len(), 1);
    assert!(answer.contains(stored[0].id.as_str()), "{answer}");
}

#[tokio::test]
async fn stored_but_not_confirmed_is_stored_once() {
    let server = b_side().start().await.unwrap();
    let c_side = c_side(server.addr(), LONG).await;
    // Within one run, by the retries of the node.
    server.inject(Fault::Deny(500), 1);
    server.inject(Fault::Cut, 1);
    let first = c_side.submit(&application("first")).await.unwrap();
    assert_eq!(server.requests(), 3);
    // Across runs, since the first gave up.
    server.inject(Fault::Cut, ATTEMPTS);
    let error = c_side.submit(&application("second")).await.unwrap_err();
    assert_of_node(&error, "the connection");
    let second = c_side.submit(&application("second")).await.unwrap();
    assert_eq!(server.applications().unwrap(), [first, second]);
}

/// The same application is stored now, once, and answered the same from then on.
async fn well_again(c_side: &CSide, server: &wehan::server::Server) {
    assert!(server.applications().unwrap().is_empty());
    let stored = c_side.submit(&application("u")).await.unwrap();
    assert_eq!(c_side.submit(&application("u")).await.unwrap(), stored);
    assert_eq!(server.applications().unwrap(), [stored]);
}
