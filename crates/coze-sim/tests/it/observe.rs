use std::time::Duration;

use coze_sim::Sim;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::support::{AUTH, JSON, LONG, chat, get, open, post, sim, stream};

#[tokio::test]
async fn requests_are_recorded_without_the_token() {
    let sim = sim().await;
    get(&sim, "/v1/users/me").await;
    post(&sim, "/v1/conversation/create?", json!({"name": "n"})).await;
    get(&sim, "/v1/conversations?bot_id=1&sort_order=ASC").await;
    let requests = sim.requests();
    let lines: Vec<_> = requests
        .iter()
        .map(|one| format!("{} {} {} {}", one.method, one.path, one.query, one.status.unwrap()))
        .collect();
    assert_eq!(
        lines,
        [
            "GET /v1/users/me  200 OK",
            "POST /v1/conversation/create  200 OK",
            "GET /v1/conversations bot_id=1&sort_order=ASC 200 OK",
        ]
    );
    assert_eq!(serde_json::from_slice::<Value>(&requests[1].body).unwrap(), json!({"name": "n"}));
    assert_eq!(requests[1].headers["content-type"], "application/json");
    assert_eq!(requests[0].headers["authorization"], "Bearer [redacted]");
    assert!(!format!("{requests:?}").contains("pat_sim"));
}

#[tokio::test]
async fn only_the_newest_requests_are_kept() {
    let sim = sim().await;
    for number in 0..1030 {
        get(&sim, &format!("/v1/bots/{number}")).await;
    }
    let requests = sim.requests();
    assert_eq!(requests.len(), 1024);
    assert_eq!(requests[0].path, "/v1/bots/6");
    assert!(requests.iter().all(|one| one.status.is_some()));
}

#[tokio::test]
async fn a_stream_that_the_client_drops_is_seen() {
    let sim = Sim::builder().pace(Duration::from_secs(3600)).start().await.unwrap();
    let mut response = open(&sim, "POST", "/v3/chat", &[AUTH, JSON], chat("hi").to_string()).await.unwrap();
    response.body_mut().frame().await.unwrap().unwrap();
    assert_eq!((sim.open_streams(), sim.disconnects().len()), (1, 0));
    drop(response);
    tokio::time::timeout(LONG, sim.disconnected(1)).await.unwrap();
    let disconnects = sim.disconnects();
    assert_eq!(disconnects[0].path, "/v3/chat");
    assert!(disconnects[0].sent > 0);
    assert_eq!(sim.open_streams(), 0);
}

#[tokio::test]
async fn a_stream_that_is_read_to_its_end_is_no_disconnect() {
    let sim = sim().await;
    for _ in 0..20 {
        stream(&sim, "/v3/chat", chat("hi")).await;
        // Leaving right after the last event misses nothing either.
        let mut response =
            open(&sim, "POST", "/v3/chat", &[AUTH, JSON], chat("hi").to_string()).await.unwrap();
        let mut seen = String::new();
        while !seen.ends_with("event:done\ndata:\"[DONE]\"\n\n") {
            let frame = response.body_mut().frame().await.unwrap().unwrap();
            seen.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
        }
    }
    tokio::time::timeout(LONG, sim.streams_closed()).await.unwrap();
    assert!(sim.disconnects().is_empty());
}

#[tokio::test]
async fn shutdown_closes_the_port_and_the_streams() {
    let sim = Sim::builder().pace(Duration::from_secs(3600)).start().await.unwrap();
    let addr = sim.addr();
    let mut response = open(&sim, "POST", "/v3/chat", &[AUTH, JSON], chat("hi").to_string()).await.unwrap();
    response.body_mut().frame().await.unwrap().unwrap();
    tokio::time::timeout(LONG, sim.shutdown()).await.unwrap();
    // What was sent may still be read; then the stream breaks.
    let broken = tokio::time::timeout(LONG, async {
        while let Some(frame) = response.body_mut().frame().await {
            if frame.is_err() {
                return true;
            }
        }
        false
    });
    assert!(broken.await.unwrap());
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
}

#[tokio::test]
async fn dropping_it_stops_it() {
    let sim = sim().await;
    let addr = sim.addr();
    drop(sim);
    let gone = async {
        while tokio::net::TcpStream::connect(addr).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LONG, gone).await.unwrap();
}

#[tokio::test]
async fn a_taken_address_is_named() {
    let first = sim().await;
    let error = Sim::builder().addr(first.addr()).start().await.unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot listen on {}: ", first.addr())), "{error}");
}
