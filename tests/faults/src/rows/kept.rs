//! Kept connections that are reset.

use std::time::Duration;

use coze::ErrorKind::Transport;

use crate::call::{Calling, get, get_again, post};
use crate::row::Row;
use crate::server::Act::{self, Close, Reset, Take, Tls, Wait};
use crate::server::{Cert, say};
use crate::wire::{ME, json_of};

/// Serves a request, then does this with the next.
fn kept(acts: impl IntoIterator<Item = Act>) -> Vec<Act> {
    [Take, say(json_of(ME))].into_iter().chain(acts).collect()
}

/// Starts a chat on a connection that has served before.
fn post_again(client: coze::Coze) -> Calling {
    Box::pin(async move {
        drop(get(client.clone()).await);
        // Until the end of the connection has reached this side, nobody can know of it.
        tokio::time::sleep(Duration::from_millis(300)).await;
        post(client).await
    })
}

/// Reads the account on a connection that has served before.
fn get_twice(client: coze::Coze) -> Calling {
    Box::pin(async move {
        drop(get(client.clone()).await);
        get_again(client).await
    })
}

pub fn rows() -> Vec<Row> {
    vec![
        Row::new("reset while it was idle: a POST is sent on another", post_again)
            .serve([kept([Reset])])
            .yields("2"),
        Row::new("takes a POST and is reset: it may have been acted on", post_again)
            .serve([kept([Take, Reset])])
            .fails(Transport, "the POST may have been carried out")
            .sent(2),
        Row::new("takes a POST and is closed: it may have been acted on", post_again)
            .serve([kept([Take, Close])])
            .fails(Transport, "the POST may have been carried out")
            .sent(2),
        Row::new("takes a GET and is reset: it is sent again", get_twice)
            .serve([kept([Take, Reset])])
            .yields("well")
            .sent(3),
        Row::new("TLS: takes a POST and is reset: it may have been acted on", post_again)
            .tls()
            .serve([[Tls(Cert::Good)].into_iter().chain(kept([Take, Reset])).collect()])
            .fails(Transport, "the POST may have been carried out")
            .sent(2),
        Row::new("a new connection that takes a POST and is reset: it is not sent again", post)
            .serve([vec![Take, Reset]])
            .fails(Transport, "no response")
            .sent(1),
        Row::new("reset late: a POST may have been acted on", post_again)
            .serve([kept([Take, Wait(Duration::from_secs(6)), Reset])])
            .fails(Transport, "no response")
            .sent(2),
        Row::new("reset after half an answer to a POST", post_again)
            .serve([kept([Take, say("HTTP/1.1 2"), Wait(Duration::from_millis(50)), Reset])])
            .fails(Transport, "no response")
            .sent(2),
    ]
}
