//! What is sent again, and what is not.

use std::time::Duration;

use coze::ErrorKind::{Authentication, InvalidRequest, RateLimited, Server, Timeout, Transport, Unsupported};
use coze::auth::{Token, from_fn};
use coze::{Builder, Coze, FileSource, RetryPolicy, TimeoutKind};

use crate::call::{Calling, Outcome, SHORT, get, get_again, post, stream};
use crate::row::Row;
use crate::server::Act::{Close, Hold, Take, Wait as Pause};
use crate::server::{Script, say, then_well};
use crate::wire::{ME, http, json_of, json_with};

/// Reads, renames and deletes, which may all be repeated.
fn repeatable(client: Coze) -> Calling {
    Box::pin(async move {
        let calls = async {
            let user = client.users().me().await?;
            client.conversations().update("1", "name").await?;
            client.conversations().delete("1").await?;
            Ok(user.user_name.unwrap_or_default())
        };
        Outcome::of(calls.await)
    })
}

fn methods(requests: &[String]) -> Vec<&str> {
    requests.iter().filter_map(|request| request.split(' ').next()).collect()
}

/// Uploads what can be read once only.
fn upload_once(client: Coze) -> Calling {
    Box::pin(async move {
        let source = FileSource::reader("a.pdf", &b"some text"[..]).len(9);
        Outcome::of(client.files().upload(source).await.map(|file| file.id.to_string()))
    })
}

/// Uploads what lies in memory.
fn upload_bytes(client: Coze) -> Calling {
    Box::pin(async move {
        let source = FileSource::bytes("a.pdf", &b"some text"[..]);
        Outcome::of(client.files().upload(source).await.map(|file| file.id.to_string()))
    })
}

/// A provider that hands out another token once one is refused.
fn renewing(client: Builder) -> Builder {
    client.auth(from_fn(async |request| {
        Token::new(if request.refused.is_some() { "pat_row_second" } else { "pat_row_first" })
    }))
}

/// A provider that has one token alone.
fn stubborn(client: Builder) -> Builder {
    client.auth(from_fn(async |_| Token::new("pat_row_only")))
}

/// Whether two requests came, with the first token and with the second.
fn renewed(requests: &[String]) -> bool {
    let [first, second] = requests else { return false };
    first.contains("Bearer pat_row_first\r\n") && second.contains("Bearer pat_row_second\r\n")
}

/// A kept connection that takes a POST and closes late, without a byte.
fn late() -> Script {
    vec![Take, say(json_of(ME)), Take, Pause(Duration::from_secs(6)), Close]
}

pub fn rows() -> Vec<Row> {
    [statuses(), tokens(), bounds()].concat()
}

fn statuses() -> Vec<Row> {
    let answers = |status: &str| http(status, "", "not now");
    let again = |name, status: &str| {
        let good = [json_of(ME), json_of(r#"{"code":0,"data":{"id":"1"}}"#), json_of(r#"{"code":0}"#)];
        Row::new(name, repeatable)
            .serve([good
                .iter()
                .flat_map(|good| [then_well(answers(status)), then_well(good)].concat())
                .collect()])
            .client(|client| client.retry(RetryPolicy::new().base_delay(Duration::from_millis(1))))
            .yields("well")
            .sent(6)
            .asked(|requests| methods(requests) == ["GET", "GET", "PUT", "PUT", "DELETE", "DELETE"])
    };
    let not_again = |name, status: &str| {
        Row::new(name, post).serve([then_well(answers(status))]).fails(Server, "").sent(1)
    };
    let never = |name, status: &str| Row::new(name, get_again).serve([then_well(answers(status))]).sent(1);
    vec![
        again("408: GET, PUT and DELETE are sent again", "408 Request Timeout"),
        again("429: GET, PUT and DELETE are sent again", "429 Too Many Requests"),
        again("500: GET, PUT and DELETE are sent again", "500 Internal Server Error"),
        again("502: GET, PUT and DELETE are sent again", "502 Bad Gateway"),
        again("503: GET, PUT and DELETE are sent again", "503 Service Unavailable"),
        again("504: GET, PUT and DELETE are sent again", "504 Gateway Timeout"),
        Row::new("broken connections: GET, PUT and DELETE are sent again", repeatable)
            .serve([
                vec![Take, Close],
                [then_well(json_of(ME)), vec![Take, Close]].concat(),
                [then_well(json_of(r#"{"code":0,"data":{"id":"1"}}"#)), vec![Take, Close]].concat(),
            ])
            .yields("well")
            .sent(6)
            .asked(|requests| methods(requests) == ["GET", "GET", "PUT", "PUT", "DELETE", "DELETE"]),
        not_again("500: a POST is not sent again", "500 Internal Server Error"),
        not_again("502: a POST is not sent again", "502 Bad Gateway"),
        Row::new("504: a POST is not sent again", post)
            .serve([then_well(answers("504 Gateway Timeout"))])
            .fails(Timeout(TimeoutKind::Server), "504")
            .sent(1),
        Row::new("408: a POST is not sent again", post)
            .serve([then_well(answers("408 Request Timeout"))])
            .fails(Timeout(TimeoutKind::Server), "408")
            .sent(1),
        never("501: nothing is sent again", "501 Not Implemented").fails(Unsupported, "501"),
        never("400: nothing is sent again", "400 Bad Request").fails(InvalidRequest, "400"),
        Row::new("a kept connection that closes late: a POST is not sent again", |client| {
            Box::pin(async move {
                drop(get(client.clone()).await);
                post(client).await
            })
        })
        .serve([late()])
        .fails(Transport, "no response")
        .sent(2),
        Row::new("a kept connection that closes late: a GET is sent again", |client| {
            Box::pin(async move {
                drop(get(client.clone()).await);
                get_again(client).await
            })
        })
        .serve([late()])
        .yields("well")
        .sent(3),
    ]
}

fn tokens() -> Vec<Row> {
    let refusal = || {
        json_with(
            "401 Unauthorized",
            "x-tt-logid: L4\r\n",
            r#"{"code":4100,"msg":"authentication is invalid"}"#,
        )
    };
    vec![
        Row::new("401 once, then well: a provider is asked anew", post)
            .serve([then_well(refusal())])
            .client(renewing)
            .yields("2")
            .sent(2)
            .asked(renewed),
        Row::new("401 once in place of a stream: a provider is asked anew", stream)
            .serve([then_well(refusal())])
            .client(renewing)
            .sent(2)
            .asked(renewed),
        Row::new("status 200 and code 700012006 once: a provider is asked anew", post)
            .serve([then_well(json_of(
                r#"{"code":700012006,"msg":"authentication failed: CheckPermission failed"}"#,
            ))])
            .client(renewing)
            .yields("2")
            .sent(2)
            .asked(renewed),
        Row::new("401 once more for the new token", get)
            .serve([[then_well(refusal()), then_well(refusal())].concat()])
            .client(renewing)
            .fails(Authentication, "4100")
            .sent(2)
            .asked(renewed)
            .check(|errors| {
                let [attempt] = errors[0].attempts() else { return false };
                attempt.kind == Authentication
                    && attempt.log_id.as_ref().is_some_and(|id| id.as_str() == "L4")
            }),
        Row::new("401 once, and a provider that has no other token", get)
            .serve([then_well(refusal())])
            .client(stubborn)
            .fails(Authentication, "4100")
            .sent(1),
        Row::new("401 once, and a token that stays: nothing is sent again", post)
            .serve([then_well(refusal())])
            .fails(Authentication, "4100")
            .sent(1),
    ]
}

fn bounds() -> Vec<Row> {
    let slow_down =
        || then_well(json_with("429 Too Many Requests", "", r#"{"code":4013,"msg":"slow down"}"#));
    let uploaded = || then_well(json_of(r#"{"code":0,"data":{"id":"5"}}"#));
    vec![
        Row::new("the deadline covers all tries", get_again)
            .serve([vec![Take, say(http("503 Unavailable", "", "down")), Take, Hold]])
            .client(|client| client.timeout(SHORT))
            .fails(Timeout(TimeoutKind::Head), "after 3s")
            .sent(2)
            .check(|errors| errors[0].attempts().len() == 1),
        Row::new("a wait that would outlast the deadline is not begun", get_again)
            .serve([then_well(json_with(
                "429 Slow",
                "Retry-After: 59\r\n",
                r#"{"code":4013,"msg":"slow down"}"#,
            ))])
            .client(|client| client.timeout(Duration::from_secs(58)))
            .fails(RateLimited, "slow down")
            .sent(1),
        Row::new("what can be read only once is not sent again", upload_once)
            .serve([slow_down()])
            .fails(RateLimited, "slow down")
            .sent(1),
        Row::new("what lies in memory is sent again, whole", upload_bytes)
            .serve([[slow_down(), uploaded()].concat()])
            .yields("5")
            .sent(2)
            .asked(|requests| requests.iter().all(|request| request.matches("some text").count() == 1)),
        Row::new("the budget of a client ends: ten tries more, and the error says so", |client| {
            Box::pin(async move {
                let mut outcome = Outcome::default();
                for _ in 0..20 {
                    outcome.errors.append(&mut get_again(client.clone()).await.errors);
                }
                outcome.errors.drain(..19);
                outcome
            })
        })
        .serve([(0..30).flat_map(|_| then_well(http("503 Unavailable", "", "down"))).collect()])
        .client(|client| client.retry_budget(10))
        .fails(Server, "the 10 retries that this client has at once were used up")
        .sent(30),
    ]
}
