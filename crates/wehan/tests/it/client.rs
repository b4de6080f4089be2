//! The client, against the server and against what is none.

use std::time::Duration;

use coze_types::{Bare, encode, endpoint};
use serde::Serialize;
use wehan::server::Fault;
use wehan::{CreateApplication, ErrorKind, Wehan};

use crate::support::{TOKEN, b_side, client, free_port};

#[tokio::test]
async fn jobs_are_listed_and_an_application_is_stored() {
    let server = b_side().start().await.unwrap();
    let wehan = client(server.url());

    let jobs = wehan.list_jobs().await.unwrap();
    assert_eq!(jobs.iter().map(|job| job.id.as_str()).collect::<Vec<_>>(), ["job-1", "job-2", "job-3"]);
    assert_eq!(jobs[0].location.as_deref(), Some("杭州"));

    let request = CreateApplication::new("用户 \"1\"\n", &jobs[1].id, "interview-1", 66.5);
    let stored = wehan.create_application(request).await.unwrap();
    assert_eq!(server.applications().unwrap(), std::slice::from_ref(&stored));
    assert_eq!(stored.user_id.unwrap(), "用户 \"1\"\n");
    assert_eq!(stored.job_id.unwrap(), "job-2");
    assert_eq!(stored.match_score, Some(66.5));
    assert!(stored.created_at.unwrap().is_set());
}

#[tokio::test]
async fn what_is_no_score_is_not_sent() {
    let server = b_side().start().await.unwrap();
    let wehan = client(server.url());
    for score in [-0.1, 100.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let request = CreateApplication::new("u", "job-1", "i", score);
        let error = wehan.create_application(request).await.unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::Invalid, Some("matchScore")), "{error}");
        assert!(error.to_string().contains("0 to 100"), "{error}");
    }
    let error = wehan.create_application(CreateApplication::new("u", "", "i", 1.0)).await.unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::Invalid, Some("jobId")));
    assert_eq!(server.requests(), 0);
}

#[test]
fn a_score_that_json_cannot_hold_is_never_written_as_null() {
    let error = encode(&CreateApplication::new("u", "job-1", "i", f64::NAN)).unwrap_err();
    assert!(error.to_string().contains("matchScore"), "{error}");
}

#[tokio::test]
async fn the_reason_of_the_server_is_kept() {
    let server = b_side().start().await.unwrap();
    let error = client(server.url())
        .create_application(CreateApplication::new("u", "job-9", "i", 1.0))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Refused, Some(422)));
    assert_eq!(error.field(), Some("jobId"));
    assert_eq!(error.reason(), Some(r#"`jobId` is "job-9"; there is no such job"#));
    assert!(error.to_string().starts_with("/api/applications: the server answered 422: `jobId`"), "{error}");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn a_wrong_token_is_told_and_not_shown() {
    let server = b_side().start().await.unwrap();
    let wehan = Wehan::builder().token("other-secret").base_url(server.url()).build().unwrap();
    let error = wehan.list_jobs().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Unauthorized, Some(401)));
    assert!(error.reason().unwrap().contains("bearer token"), "{error}");
    let builder = Wehan::builder().token(TOKEN);
    let printed = format!("{wehan:?} {error:?} {error} {builder:?} {server:?} {:?}", b_side());
    assert!(!printed.contains("secret"), "{printed}");
}

#[test]
fn a_bad_token_is_refused_without_being_repeated() {
    for (token, word) in
        [("", "empty"), ("secret\r\nx: y", "position 6"), ("a secret", "position 1"), ("秘密", "position 0")]
    {
        let error = Wehan::builder().token(token).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(word) && !error.to_string().contains("secret"), "{error}");
    }
    assert_eq!(Wehan::builder().build().unwrap_err().kind(), ErrorKind::Config);
}

#[tokio::test]
async fn failures_of_the_server_and_of_the_connection_are_told_apart() {
    let server = b_side().start().await.unwrap();
    let wehan = client(server.url());

    server.inject(Fault::Refuse(500), 1);
    let error = wehan.list_jobs().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Server, Some(500)));
    assert!(error.is_retryable());

    server.inject(Fault::Cut, 1);
    let error = wehan.list_jobs().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport, "{error}");

    server.inject(Fault::Delay(Duration::from_secs(3600)), 1);
    let hasty = Wehan::builder().token(TOKEN).base_url(server.url()).timeout(Duration::from_millis(50));
    let error = hasty.build().unwrap().list_jobs().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");

    // On a busy machine the request may not have reached the server.
    server.heal();
    assert_eq!(wehan.list_jobs().await.unwrap().len(), 3);

    let error = client(format!("http://127.0.0.1:{}", free_port())).list_jobs().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn an_application_whose_answer_got_lost_can_be_sent_again() {
    let server = b_side().start().await.unwrap();
    let wehan = client(server.url());
    let request = CreateApplication::new("u", "job-1", "i", 80.0);
    for fault in [Fault::Deny(500), Fault::Cut] {
        server.inject(fault, 1);
        let error = wehan.create_application(request.clone()).await.unwrap_err();
        assert!(error.is_retryable(), "{error}");
        assert_eq!(server.applications().unwrap().len(), 1);
    }
    let stored = wehan.create_application(request).await.unwrap();
    assert_eq!(server.applications().unwrap(), [stored]);
}

#[tokio::test]
async fn other_endpoints_go_the_same_way() {
    #[derive(Debug, Serialize)]
    struct GetJob {
        #[serde(skip_serializing)]
        job_id: String,
    }
    endpoint!(GetJob: GET "/api/jobs/{job_id}" (job_id) => Bare<wehan::Job>);

    let server = b_side().start().await.unwrap();
    let error = client(server.url()).send(GetJob { job_id: "a/b".to_owned() }).await.unwrap_err();
    assert_eq!(error.status(), Some(404));
    assert!(error.reason().unwrap().contains("/api/jobs/a%2Fb"), "{error}");
    assert_eq!(error.endpoint(), Some("/api/jobs/{job_id}"));
}

/// Runs another test of this program with a proxy that is none.
#[tokio::test]
async fn no_proxy_sees_a_token_that_is_not_encrypted() {
    let proxy = format!("http://127.0.0.1:{}", free_port());
    let mut command = tokio::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "client::jobs_are_listed_and_an_application_is_stored"]);
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        command.env(name, &proxy);
    }
    let output = command.env_remove("NO_PROXY").env_remove("no_proxy").output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}
