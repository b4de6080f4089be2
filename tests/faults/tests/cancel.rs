//! Chats that are given up before the server has named them: it counts what it is told to cancel.
#![cfg(test)]

use std::time::Duration;

use coze::Coze;
use coze_transport::HyperTransport;
use faults::call::{PATIENCE, question};
use faults::server::Act::{Hold, Take, Wait};
use faults::server::{Plan, Script, Server, say};
use faults::wire::{STREAM, chunk, created, json_of};

/// Long enough for a call to be given up meanwhile; where it is not, the test has less to find.
const MOMENT: Duration = Duration::from_millis(300);

async fn serve(script: Script) -> (Server, Coze) {
    let server = Server::start(Plan { scripts: vec![script], ..Plan::default() }).await;
    let transport = HyperTransport::builder().no_proxy().build().unwrap();
    let client = Coze::builder().token("t").base_url(format!("http://{}", server.addr)).transport(transport);
    (server, client.build().unwrap())
}

/// Waits until so many requests have come.
async fn taken(server: &Server, requests: usize) {
    while server.seen().len() < requests {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until the server was told to cancel the chat, and makes sure that it is told once.
async fn canceled(server: &Server) {
    let cancels = || server.seen().iter().filter(|line| line.starts_with("POST /v3/chat/cancel ")).count();
    let told = async {
        while cancels() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, told).await.expect("the chat goes on");
    tokio::time::sleep(MOMENT).await;
    assert_eq!((cancels(), server.seen().len()), (1, 2));
}

#[tokio::test]
async fn a_stream_that_is_given_up_before_its_head() {
    let (server, client) =
        serve(vec![Take, Wait(MOMENT), say(STREAM), Wait(MOMENT), say(chunk(created())), Hold]).await;
    tokio::select! {
        opened = client.chat().stream(question()).cancel_on_drop() => drop(opened.unwrap()),
        () = taken(&server, 1) => {}
    }
    canceled(&server).await;
}

#[tokio::test]
async fn a_stream_that_is_given_up_before_its_first_event() {
    let (server, client) = serve(vec![Take, say(STREAM), Wait(MOMENT), say(chunk(created())), Hold]).await;
    drop(client.chat().stream(question()).cancel_on_drop().await.unwrap());
    canceled(&server).await;
}

#[tokio::test]
async fn a_stream_whose_first_event_is_not_read() {
    let (server, client) =
        serve(vec![Take, say([STREAM.as_bytes(), &chunk(created())].concat()), Hold]).await;
    let call = client.chat().stream(question()).when_busy(coze::OnBusy::Wait(PATIENCE)).cancel_on_drop();
    drop(call.await.unwrap().text());
    canceled(&server).await;
}

#[tokio::test]
async fn a_wait_that_is_given_up_before_the_chat_is_named() {
    let chat = r#"{"code":0,"data":{"id":"2","conversation_id":"1","status":"in_progress"}}"#;
    let (server, client) = serve(vec![Take, Wait(MOMENT), say(json_of(chat))]).await;
    tokio::select! {
        answer = client.chat().create_and_poll(question()).cancel_on_drop() => panic!("{answer:?}"),
        () = taken(&server, 1) => {}
    }
    canceled(&server).await;
}
