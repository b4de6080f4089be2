//! Bodies that are not what they should be, under heads that are.

use std::time::Duration;

use coze::ErrorKind::{Api, Authentication, Decode, RateLimited, Server, Timeout, TooLarge, Transport};
use coze::TimeoutKind;
use coze::{ChatStatus, Error};

use crate::call::{Call, Outcome, SHORT, get, get_again, post};
use crate::row::Row;
use crate::server::Act::{Hold, Repeat, Take};
use crate::server::{once, say, then_well};
use crate::wire::{ME, http, json_of, json_with};

/// A row whose one answer is this JSON.
fn answer(name: &'static str, call: Call, body: impl AsRef<[u8]>) -> Row {
    Row::new(name, call).serve([then_well(json_of(body))])
}

fn slow_down(headers: &str) -> Vec<u8> {
    json_with("429 Too Many Requests", headers, r#"{"code":4013,"msg":"slow down"}"#)
}

fn waits(errors: &[Error], seconds: Option<u64>) -> bool {
    errors[0].retry_after() == seconds.map(Duration::from_secs)
}

/// Reads a chat and tells its status.
fn status(client: coze::Coze) -> crate::call::Calling {
    Box::pin(async move {
        let chat = client.chat().retrieve("1", "2").await;
        Outcome::of(chat.map(|chat| chat.status.as_ref().map_or("none", ChatStatus::as_str).to_owned()))
    })
}

pub fn rows() -> Vec<Row> {
    let limited =
        |name, headers: &str| Row::new(name, post).serve([then_well(slow_down(headers))]).yields("2").sent(2);
    let not_waited = |name, headers: &str| {
        Row::new(name, post).serve([then_well(slow_down(headers))]).fails(RateLimited, "slow down").sent(1)
    };
    vec![
        Row::new("an empty 200", post).serve([then_well(http("200 OK", "", ""))]).fails(Decode, "").sent(1),
        Row::new("HTML with 502", post)
            .serve([then_well(http(
                "502 Bad Gateway",
                "Content-Type: text/html\r\n",
                "<h1>Bad Gateway</h1>",
            ))])
            .fails(Server, "502")
            .sent(1),
        Row::new("HTML with 502: a GET is tried again", get_again)
            .serve([then_well(http(
                "502 Bad Gateway",
                "Content-Type: text/html\r\n",
                "<h1>Bad Gateway</h1>",
            ))])
            .yields("well")
            .sent(2),
        Row::new("HTML with 200, of a gateway that wants a login", get)
            .serve([then_well(http("200 OK", "Content-Type: text/html\r\n", "<h1>Log in</h1>"))])
            .fails(Decode, "Log in"),
        Row::new("an empty 500", post)
            .serve([then_well(http("500 Oops", "", ""))])
            .fails(Server, "500")
            .sent(1),
        Row::new("500 with code 0", post)
            .serve([then_well(json_with("500 Internal Server Error", "", r#"{"code":0,"msg":""}"#))])
            .fails(Server, "500")
            .sent(1),
        answer("a code as a string", get, r#"{"code":"4100","msg":"authentication is invalid"}"#)
            .fails(Authentication, "4100"),
        answer("code 0 as a string", get, ME.replace("\"code\":0", "\"code\":\"0\"")).yields("well"),
        answer("a code that is an object", get, r#"{"code":{"a":1},"msg":"m"}"#).fails(Api, ""),
        answer("a code with a fraction", get, r#"{"code":4013.5,"msg":"m"}"#).fails(Api, ""),
        answer("a code beyond 64 bits", get, r#"{"code":99999999999999999999999,"msg":"m"}"#).fails(Api, ""),
        answer("a negative code", get, r#"{"code":-1,"msg":"m"}"#).fails(Api, "-1"),
        answer("code twice", get, r#"{"code":4100,"code":0,"data":{"user_id":"7"}}"#).fails(Decode, ""),
        answer("null data", get, r#"{"code":0,"data":null}"#).fails(Decode, ""),
        answer("no data", get, r#"{"code":0}"#).fails(Decode, ""),
        answer("data of another type", get, r#"{"code":0,"data":[1,2]}"#).fails(Decode, ""),
        answer("null for the whole answer", get, "null").fails(Decode, ""),
        answer(
            "unknown words",
            status,
            r#"{"code":0,"data":{"id":"2","status":"pondering","x":[{}],"last_error":null}}"#,
        )
        .yields("pondering"),
        answer("missing fields", status, r#"{"code":0,"data":{"id":2}}"#).yields("none"),
        answer("a field of another type", status, r#"{"code":0,"data":{"id":"2","status":{"a":1}}}"#)
            .yields("none"),
        answer("invalid UTF-8", get, b"{\"code\":0,\"data\":{\"user_id\":\"7\",\"user_name\":\"\xff\xfe\"}}")
            .fails(Decode, ""),
        answer("invalid UTF-8 in an error", get, b"{\"code\":4100,\"msg\":\"\xff\"}")
            .fails(Authentication, "4100"),
        answer("half a surrogate pair", get, r#"{"code":0,"data":{"user_id":"7","user_name":"\ud83d"}}"#)
            .yields("\u{fffd}"),
        answer("a byte order mark", get, format!("\u{feff}{ME}")).yields("well"),
        answer("100,000 brackets", get, "[".repeat(100_000)).fails(Decode, ""),
        answer(
            "100,000 brackets within an answer",
            get,
            format!(
                r#"{{"code":0,"data":{{"user_id":"7","user_name":"well","x":{}{}}}}}"#,
                "[".repeat(100_000),
                "]".repeat(100_000)
            ),
        )
        .yields("well"),
        answer(
            "a number beyond all bounds",
            get,
            r#"{"code":0,"data":{"user_id":"7","user_name":"well","x":1e999}}"#,
        )
        .yields("well"),
        answer("JSON cut in the middle", get, &ME[..30]).fails(Decode, ""),
        Row::new("JSON cut in the middle with the connection", post)
            .serve([once(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", ME.len(), &ME[..30]))])
            .fails(Transport, "cannot read the response body")
            .sent(1),
        Row::new("JSON cut in the middle: a GET is tried again", get_again)
            .serve([once(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", ME.len(), &ME[..30]))])
            .yields("well")
            .sent(2),
        Row::new("JSON that stops in the middle", get)
            .serve([vec![
                Take,
                say(format!("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}", &ME[..30])),
                Hold,
            ]])
            .client(|client| client.timeout(SHORT))
            .fails(Timeout(TimeoutKind::Body), "after 3s waiting for the "),
        answer("JSON that is compressed unasked", get, b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03")
            .fails(Decode, ""),
        Row::new("over the bound, as announced", get)
            .serve([once("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{")])
            .fails(TooLarge, "67108864 bytes"),
        Row::new("over the bound, unannounced", get)
            .serve([vec![
                Take,
                say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
                Repeat(crate::wire::chunk(vec![b' '; 65_536]), 1025),
                Hold,
            ]])
            .fails(TooLarge, "67108864 bytes"),
        Row::new("an error over the bound", post)
            .serve([vec![
                Take,
                say("HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n"),
                Repeat(crate::wire::chunk(vec![b'x'; 100]), 11),
                Hold,
            ]])
            .client(|client| client.max_body(1000))
            .fails(Server, "1000 bytes")
            .check(|errors| errors[0].status().is_some_and(|status| status == 500))
            .sent(1),
        Row::new("a long error is told in short", get)
            .serve([then_well(http("500 Oops", "", "x".repeat(100_000)))])
            .fails(Server, "500")
            .check(|errors| errors[0].to_string().len() < 1000),
        limited("429: Retry-After in seconds", "Retry-After: 0\r\n"),
        limited(
            "429: Retry-After as a date",
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
        ),
        limited("429: Retry-After as a date of RFC 850", "Retry-After: Sunday, 06-Nov-94 08:49:37 GMT\r\n"),
        limited("429: Retry-After as a date of asctime", "Retry-After: Sun Nov  6 08:49:37 1994\r\n"),
        limited("429: no Retry-After", ""),
        limited("429: Retry-After that is no time", "Retry-After: soon\r\n"),
        limited("429: Retry-After that is negative", "Retry-After: -5\r\n"),
        limited("429: an empty Retry-After", "Retry-After:\r\n"),
        not_waited("429: Retry-After beyond the limit", "Retry-After: 61\r\n")
            .check(|errors| waits(errors, Some(61))),
        not_waited("429: Retry-After beyond all numbers", "Retry-After: 18446744073709551615\r\n")
            .check(|errors| waits(errors, Some(u64::MAX))),
        not_waited(
            "429: Retry-After as a date beyond the limit",
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 09:49:37 GMT\r\n",
        )
        .check(|errors| waits(errors, Some(3600))),
        not_waited(
            "429: Retry-After as a date of RFC 850 beyond the limit",
            "Date: Sunday, 06-Nov-94 08:49:37 GMT\r\nRetry-After: Sunday, 06-Nov-94 09:49:37 GMT\r\n",
        )
        .check(|errors| waits(errors, Some(3600))),
        not_waited(
            "429: Retry-After as a date of asctime beyond the limit",
            "Date: Sun Nov  6 08:49:37 1994\r\nRetry-After: Sun Nov  6 09:49:37 1994\r\n",
        )
        .check(|errors| waits(errors, Some(3600))),
        Row::new("4013 with status 200: a POST is sent again", post)
            .serve([then_well(json_of(r#"{"code":4013,"msg":"slow down"}"#))])
            .yields("2")
            .sent(2),
        Row::new("503 three times: a GET gives up", get_again)
            .serve([[(); 3]
                .iter()
                .flat_map(|()| then_well(http("503 Unavailable", "x-tt-logid: L\r\n", "down")))
                .collect()])
            .fails(Server, "after 2 failed attempts")
            .sent(3)
            .check(|errors| {
                errors[0].attempts().iter().all(|attempt| attempt.log_id.is_some() && attempt.kind == Server)
            }),
        Row::new("503: a POST is not sent again", post)
            .serve([then_well(http("503 Unavailable", "", "down"))])
            .fails(Server, "503")
            .sent(1),
        Row::new("503: a POST that is declared safe is sent again", |client| {
            Box::pin(async move {
                let call = client.chat().create(crate::call::question()).idempotent(true);
                Outcome::of(call.await.map(|chat| chat.id.to_string()))
            })
        })
        .serve([then_well(http("503 Unavailable", "", "down"))])
        .yields("2")
        .sent(2),
    ]
}
