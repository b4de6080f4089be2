//! What the traces tell of the tries of a request, and of a transport that checks nothing.
#![cfg(test)]

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use coze::{Coze, ErrorKind, RetryPolicy};
use coze_transport::HyperTransport;
use faults::call::{PATIENCE, SHORT};
use faults::server::{Act, Plan, Server, then_well};
use faults::wire::http;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Keeps every event as a line.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "coze"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Lines {
    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn client(server: &Server) -> Coze {
    Coze::builder()
        .token("pat_secret")
        .base_url(format!("http://{}", server.addr))
        .retry(RetryPolicy::new().base_delay(Duration::from_millis(1)))
        .transport(HyperTransport::builder().no_proxy().build().unwrap())
        .build()
        .unwrap()
}

#[track_caller]
fn holds(line: &str, words: &[&str]) {
    assert!(words.iter().all(|word| line.contains(word)), "{words:?} in {line:?}");
}

#[tokio::test]
async fn each_try_is_told() {
    let lines = Lines::default();
    let _guard = tracing::subscriber::set_default(lines.clone());
    let scripts = vec![then_well(http("503 Unavailable", "x-tt-logid: L1\r\n", "down"))];
    let server = Server::start(Plan { scripts, ..Plan::default() }).await;
    let me = client(&server).users().me().timeout(PATIENCE).await.unwrap();
    assert_eq!(me.user_name.as_deref(), Some("well"));
    let told = lines.taken();
    assert_eq!(told.len(), 3, "{told:#?}");
    holds(&told[0], &["DEBUG", "/v1/users/me", "status=503", "L1", "elapsed=", "answered"]);
    holds(&told[1], &["INFO", "/v1/users/me", "failed=1", "503", "L1", "delay_ms=", "trying again"]);
    holds(&told[2], &["DEBUG", "/v1/users/me", "status=200", "answered"]);
    assert!(!told.concat().contains("secret"), "{told:#?}");
}

#[tokio::test]
async fn a_try_that_breaks_or_is_given_up_is_told() {
    let lines = Lines::default();
    let _guard = tracing::subscriber::set_default(lines.clone());
    let scripts = vec![vec![Act::Take, Act::Close], vec![Act::Take, Act::Hold]];
    let server = Server::start(Plan { scripts, ..Plan::default() }).await;
    let client = client(&server);
    let me = client.users().me().retry(RetryPolicy::none()).timeout(PATIENCE).await;
    assert_eq!(me.unwrap_err().kind(), ErrorKind::Transport);
    let me = client.users().me().retry(RetryPolicy::none()).timeout(SHORT).await;
    assert_eq!(me.unwrap_err().kind(), ErrorKind::Timeout(coze::TimeoutKind::Head));
    let told = lines.taken();
    assert_eq!(told.len(), 2, "{told:#?}");
    holds(&told[0], &["WARN", "/v1/users/me", "not answered"]);
    holds(&told[1], &["WARN", "/v1/users/me", "timed out waiting for the head of the response"]);
}

#[test]
fn a_transport_that_checks_no_certificate_is_told() {
    let lines = Lines::default();
    tracing::subscriber::with_default(lines.clone(), || {
        HyperTransport::builder().no_proxy().build().unwrap();
        assert_eq!(lines.taken(), Vec::<String>::new());
        HyperTransport::builder().no_proxy().danger_accept_invalid_certificates(true).build().unwrap();
    });
    let told = lines.taken();
    assert_eq!(told.len(), 1, "{told:#?}");
    holds(&told[0], &["WARN", "certificates of servers are not verified"]);
}
