//! Event streams: cut anywhere, framed in every way, ended in every spelling.

use std::time::Duration;

use coze::ErrorKind::{
    Api, Authentication, Decode, NotFound, RateLimited, Server, Timeout, TooLarge, Transport, Truncated,
};
use coze::TimeoutKind;

use crate::call::{Call, collect, impatient_stream, recover, stream, workflow};
use crate::row::Row;
use crate::server::Act::{Close, Drip, Hold, Repeat, Reset, Take};
use crate::server::{once, say, then_well};
use crate::wire::{
    END, STREAM, WHOLE, answer, chunk, completed, created, delta, done, event, events, json_of, json_with,
    opening, stream as whole,
};

/// A body that breaks off, with its connection and without its last chunk.
fn broken(name: &'static str, body: impl AsRef<[u8]>) -> Row {
    Row::new(name, stream)
        .serve([once([STREAM.as_bytes(), &chunk(body)].concat())])
        .fails(Transport, "L7")
        .sent(1)
}

/// A body that ends politely, and too early.
fn ended(name: &'static str, body: impl AsRef<[u8]>) -> Row {
    Row::new(name, stream).serve([then_well(whole(body))]).fails(Truncated, "L7").sent(1)
}

/// A body that is complete, whatever it looks like.
fn good(name: &'static str, body: impl AsRef<[u8]>) -> Row {
    Row::new(name, stream).serve([then_well(whole(body))]).sent(1)
}

/// A good stream with another end.
fn spelled(name: &'static str, end: &str) -> Row {
    good(name, [opening(), answer(), end.to_owned()].concat())
}

/// All but the last `bytes` of a text.
fn less(text: &str, bytes: usize) -> Vec<u8> {
    text.as_bytes()[..text.len() - bytes].to_vec()
}

/// The opening, and as much of a delta as stands before the end of `until`.
fn within(text: &str, until: &[u8]) -> Vec<u8> {
    let delta = delta(text).into_bytes();
    let at = delta.windows(until.len()).position(|window| window == until).unwrap() + until.len();
    [opening().as_bytes(), &delta[..at]].concat()
}

pub fn rows() -> Vec<Row> {
    [cuts(), ends(), framing(), faults(), workflows()].concat()
}

fn cuts() -> Vec<Row> {
    let escaped = delta(WHOLE).replace("世", "\\u4e16");
    let escape = [created().as_bytes(), &escaped.as_bytes()[..escaped.find("\\u4e16").unwrap() + 4]].concat();
    vec![
        Row::new("an empty 200 stream", stream)
            .serve([then_well(whole(""))])
            .fails(Truncated, "no event came at all"),
        broken("broken before the first event", "").serve([once(STREAM)]),
        ended("ended before the first event is whole", less(&created(), 1)),
        broken("broken inside a field name", [opening(), "eve".to_owned()].concat()).yields(WHOLE),
        ended("ended inside a field name", [opening(), "eve".to_owned()].concat()).yields(WHOLE),
        broken("broken inside a character", within("世", &[0xe4, 0xb8])).yields(WHOLE),
        ended("ended inside a character", within("世", &[0xe4, 0xb8])).yields(WHOLE),
        broken("broken inside a JSON escape", escape.clone()),
        ended("ended inside a JSON escape", escape),
        broken("broken after a delta", opening()).yields(WHOLE),
        ended("ended after a delta", opening()).yields(WHOLE),
        broken("broken after a completed message", [opening(), answer()].concat()).yields(WHOLE),
        ended("ended after a completed message", [opening(), answer()].concat()).yields(WHOLE),
        broken("broken after conversation.chat.completed", [opening(), answer(), completed()].concat())
            .yields(WHOLE),
        Row::new("broken after conversation.chat.completed: the text is whole all the same", |client| {
            Box::pin(async move {
                let text = async {
                    let mut text = client.chat().stream(crate::call::question()).await?.text();
                    let mut all = String::new();
                    while let Some(piece) = text.next().await {
                        all += &piece?;
                    }
                    Ok(all)
                };
                crate::call::Outcome::of(text.await)
            })
        })
        .serve([once([STREAM.as_bytes(), &chunk([opening(), answer(), completed()].concat())].concat())]),
        Row::new("broken after conversation.chat.completed: so is the answer", collect)
            .serve([once([STREAM.as_bytes(), &chunk([opening(), answer(), completed()].concat())].concat())]),
        ended("done is cut in two", [opening(), answer(), completed(), "event:do".to_owned()].concat())
            .yields(WHOLE),
        Row::new("reset after a delta", stream)
            .serve([vec![Take, say([STREAM.as_bytes(), &chunk(opening())].concat()), Reset]])
            .yields(WHOLE)
            .fails(Transport, "L7"),
        // A byte comes every now and then, for longer than a plain request may take.
        Row::new("a stream outlives the timeout of plain requests", stream)
            .serve([vec![
                Take,
                say(STREAM),
                Drip(chunk(opening()), Duration::from_millis(5)),
                say([chunk([completed(), done()].concat()), END.into()].concat()),
            ]])
            .client(|client| client.timeout(Duration::from_millis(1)))
            .sent(1),
        Row::new("idle beyond the timeout before the first event", impatient_stream)
            .serve([vec![Take, say(STREAM), Hold]])
            .fails(Timeout(TimeoutKind::Stream), "after 3s waiting for the next byte of the stream"),
        Row::new("idle beyond the timeout after a delta", impatient_stream)
            .serve([vec![Take, say([STREAM.as_bytes(), &chunk(opening())].concat()), Hold]])
            .yields(WHOLE)
            .fails(Timeout(TimeoutKind::Stream), "after 3s waiting for the next byte of the stream"),
    ]
}

/// A chat that is complete, over a connection that stays open without a further word.
fn silent(name: &'static str, call: Call) -> Row {
    let settled = chunk([opening(), answer(), completed()].concat());
    Row::new(name, call).serve([vec![Take, say([STREAM.as_bytes(), &settled].concat()), Hold]]).sent(1)
}

fn ends() -> Vec<Row> {
    let done_as = |end: &str| [completed(), end.to_owned()].concat();
    let why = r#"{"id":"2","status":"failed","last_error":{"code":5000,"msg":"m"}}"#;
    let failed = [created(), event("conversation.chat.failed", why)].concat();
    vec![
        spelled("no done behind a completed chat", &completed()),
        spelled("done with [DONE]", &done_as("event:done\ndata:[DONE]\n\n")),
        spelled("done with \"[DONE]\" in quotes", &done_as("event:done\ndata:\"[DONE]\"\n\n")),
        spelled("done with {}", &done_as("event: done\ndata: {}\n\n")),
        spelled("done with a debug URL", &done_as("event:done\ndata:{\"debug_url\":\"u\"}\n\n")),
        spelled("done with empty data", &done_as("event:done\ndata:\n\n")),
        spelled("done without data", &done_as("event:done\n\n")),
        spelled("Done", &done_as("event:Done\ndata:{}\n\n")),
        spelled("data [DONE] without a name", &done_as("data: [DONE]\n\n")),
        spelled("conversation.stream.done", &done_as("event:conversation.stream.done\ndata:\n\n")),
        spelled("done without a completed chat", &done()),
        good(
            "events behind done",
            [&events(), &event("error", r#"{"code":1,"msg":"late"}"#), &delta("more"), "data: {broken"]
                .concat(),
        ),
        // What is behind the end is not waited for.
        Row::new("a connection that stays open behind done", stream).serve([vec![
            Take,
            say([STREAM.as_bytes(), &chunk(events())].concat()),
            Hold,
        ]]),
        Row::new("a connection that breaks behind done", stream)
            .serve([once([STREAM.as_bytes(), &chunk(events())].concat())]),
        silent("silence behind a completed chat", stream),
        silent("silence behind a completed chat, put together", collect),
        silent("silence behind a completed chat, recovered", recover),
        Row::new("silence behind a failed chat", stream)
            .serve([vec![Take, say([STREAM.as_bytes(), &chunk(failed)].concat()), Hold]])
            .fails(Server, "5000")
            .sent(1),
        good(
            "audio behind a completed chat",
            [
                opening(),
                answer(),
                completed(),
                event("conversation.audio.delta", r#"{"id":"4","content":"UklGRg=="}"#),
                done(),
            ]
            .concat(),
        ),
    ]
}

fn framing() -> Vec<Row> {
    vec![
        good(
            "comments as keep-alives",
            [": ping\n\n", &opening(), ":\n\n: ping\n:\n", &answer(), &completed(), ":\n\n", &done()]
                .concat(),
        ),
        Row::new("one byte a packet", stream).serve([vec![
            Take,
            say(STREAM),
            Drip(chunk(events()), Duration::ZERO),
            say(END),
        ]]),
        Row::new("one byte a chunk", stream).serve([then_well(
            [
                STREAM.as_bytes(),
                &events().bytes().flat_map(|byte| chunk([byte])).collect::<Vec<_>>(),
                END.as_bytes(),
            ]
            .concat(),
        )]),
        good("CRLF", events().replace('\n', "\r\n")),
        good("CR", events().replace('\n', "\r")),
        good(
            "CR, LF and CRLF together",
            [
                created().replace('\n', "\r"),
                delta("hello ").replace('\n', "\r\n"),
                delta("世界"),
                answer().replace('\n', "\r"),
                completed().replace('\n', "\r\n"),
                done(),
            ]
            .concat(),
        ),
        good("a byte order mark", format!("\u{feff}{}", events())),
        good(
            "retry: and id:",
            ["retry: 3000\n\n", &events().replace("event:", "id: 1\nretry:x\nevent:")].concat(),
        ),
        good(
            "unknown events",
            [
                &created(),
                "event:conversation.x.y\ndata:not JSON\n\n",
                "event:\ndata:\n\n",
                &events()[created().len()..],
            ]
            .concat(),
        ),
        good("unknown fields", events().replace("event:", "colour: blue\nnothing\nevent:")),
        good("a space behind the colon", events().replace("event:", "event: ").replace("data:", "data: ")),
        good("data over two lines", events().replace(",\"role\"", ",\ndata:\"role\"")),
        good(
            "the name behind the data",
            events()
                .split_inclusive("\n\n")
                .flat_map(|event| {
                    let (name, data) = event.trim_end().split_once('\n').unwrap();
                    [data, "\n", name, "\n\n"]
                })
                .collect::<String>(),
        ),
        Row::new("a content type with a charset, in capitals", stream).serve([once(
            ["HTTP/1.1 200 OK\r\ncontent-type: Text/Event-Stream; charset=UTF-8\r\n\r\n", &events()].concat(),
        )]),
        good("invalid UTF-8 in a text becomes U+FFFD", {
            let delta = delta("@").into_bytes();
            let at = delta.iter().position(|byte| *byte == b'@').unwrap();
            [created().as_bytes(), &delta[..at], &[0xff], &delta[at + 1..], completed().as_bytes()].concat()
        })
        .yields("\u{fffd}"),
        // 100 MiB with the names around them.
        Row::new("an event of 100 MiB: the stream goes on behind it", stream)
            .serve([vec![
                Take,
                say(STREAM),
                say(chunk([&created(), "event:conversation.message.delta\ndata:{\"content\":\""].concat())),
                Repeat(chunk(vec![b'x'; 65_536]), 1600),
                say(chunk(["\"}\n\n", &delta("hello "), &delta("世界"), &completed(), &done()].concat())),
                say(END),
            ]])
            .yields(WHOLE)
            .fails(TooLarge, "4194304 bytes"),
        Row::new("an event of 100 MiB without an end", stream)
            .serve([vec![
                Take,
                say(STREAM),
                say(chunk("data:")),
                Repeat(chunk(vec![b'x'; 65_536]), 1600),
                Close,
            ]])
            .fails(TooLarge, "4194304 bytes")
            .fails(Transport, ""),
    ]
}

fn faults() -> Vec<Row> {
    let limited = r#"{"code":4013,"msg":"slow down"}"#;
    vec![
        good("an error event", [created(), delta("half"), event("error", limited)].concat())
            .yields("half")
            .fails(RateLimited, "slow down"),
        good(
            "an error event, then conversation.chat.completed and done",
            [created(), delta("half"), event("error", limited), completed(), done()].concat(),
        )
        .yields("half")
        .fails(RateLimited, "slow down"),
        Row::new("an error event, then conversation.chat.completed and done: no answer", collect)
            .serve([then_well(whole(
                [created(), delta("half"), event("error", limited), completed(), done()].concat(),
            ))])
            .fails(RateLimited, "slow down"),
        good("an error event alone", event("error", limited)).fails(RateLimited, "slow down"),
        good("an error event without details", [created(), event("error", "{}"), done()].concat())
            .fails(Api, "without details"),
        good("a JSON error with status 200", "")
            .serve([[then_well(json_of(limited)), then_well(json_of(limited)), then_well(json_of(limited))]
                .concat()])
            .fails(RateLimited, "after 2 failed attempts")
            .sent(3),
        good(
            "a JSON error with status 200 that is called a stream",
            r#"{"code":4100,"msg":"authentication is invalid"}"#,
        )
        .fails(Authentication, "4100"),
        good("a JSON answer in place of a stream", "")
            .serve([then_well(json_of(crate::wire::CHAT))])
            .fails(Decode, "")
            .sent(1),
        good("a JSON error with status 500", "")
            .serve([then_well(json_with("500 Oops", "", r#"{"code":5000,"msg":"m"}"#))])
            .fails(Server, "5000")
            .sent(1),
        good(
            "conversation.chat.failed with a bare {code, msg}",
            [created(), delta("half"), event("conversation.chat.failed", limited), done()].concat(),
        )
        .yields("half")
        .fails(RateLimited, "slow down"),
        good(
            "conversation.chat.failed with a code that is a text",
            [
                created(),
                event("conversation.chat.failed", r#"{"code":"720702204","msg":"no such conversation"}"#),
                done(),
            ]
            .concat(),
        )
        .fails(NotFound, "720702204"),
        good(
            "conversation.chat.failed with the chat",
            [
                created(),
                event(
                    "conversation.chat.failed",
                    r#"{"id":"2","status":"failed","last_error":{"code":5000,"msg":"event interval error"}}"#,
                ),
                done(),
            ]
            .concat(),
        )
        .fails(Server, "event interval error"),
        good(
            "conversation.chat.failed with what is no JSON",
            [created(), event("conversation.chat.failed", "<oops>"), done()].concat(),
        )
        .fails(Api, "oops"),
        good(
            "an event that does not read: the stream goes on",
            [
                created(),
                event("conversation.message.delta", "{\"id\":"),
                delta("hello "),
                delta("世界"),
                completed(),
                done(),
            ]
            .concat(),
        )
        .yields(WHOLE)
        .fails(Decode, "conversation.message.delta"),
        good(
            "an event of 100,000 brackets: the stream goes on",
            [
                created(),
                event("conversation.message.delta", &"[".repeat(100_000)),
                delta("hello "),
                delta("世界"),
                completed(),
                done(),
            ]
            .concat(),
        )
        .yields(WHOLE)
        .fails(Decode, "conversation.message.delta"),
    ]
}

fn workflows() -> Vec<Row> {
    let message =
        |number: u32, text: &str| format!("id:{number}\nevent:Message\ndata:{{\"content\":\"{text}\"}}\n\n");
    let done = |number: u32| {
        format!(
            "id:{number}\nevent:Done\ndata:{{\"debug_url\":\"https://www.coze.cn/work_flow?execute_id=741&workflow_id=9\"}}\n\n"
        )
    };
    let interrupt = "id:1\nevent:Interrupt\ndata:{\"interrupt_data\":{\"event_id\":\"a/b\",\"type\":2,\"data\":\"\"},\"debug_url\":\"https://www.coze.cn/work_flow?execute_id=741&workflow_id=9\"}\n\n".to_owned();
    let flow = |name, body: String| Row::new(name, workflow).serve([then_well(whole(body))]).sent(1);
    vec![
        flow("workflow: all well", [message(0, "hello "), message(1, "世界"), done(2)].concat()),
        flow("workflow: ended without Done", [message(0, "hello "), message(1, "世界")].concat())
            .yields(WHOLE)
            .fails(Truncated, "the last event is missing"),
        flow("workflow: events are missing", [message(0, "hello "), message(3, "世界"), done(4)].concat())
            .yields(WHOLE)
            .fails(coze::ErrorKind::Lost, "events 1 to 2 of the stream are missing")
            .check(|errors| errors[0].to_string().contains("look at the history of the workflow 9")),
        flow(
            "workflow: an Error event",
            [
                message(0, "half"),
                "id:1\nevent:Error\ndata:{\"error_code\":5000,\"error_message\":\"m\"}\n\n".to_owned(),
            ]
            .concat(),
        )
        .yields("half")
        .fails(Server, "5000"),
        Row::new("workflow: broken after a message", workflow)
            .serve([once([STREAM.as_bytes(), &chunk(message(0, "half"))].concat())])
            .yields("half")
            .fails(Transport, "the events from 1 on are missing; look at the history of the workflow 9"),
        Row::new("workflow: broken behind an interrupt that named the run", workflow)
            .serve([once(
                [STREAM.as_bytes(), &chunk([message(0, "half"), interrupt].concat()), &chunk(message(2, ""))]
                    .concat(),
            )])
            .yields("half")
            .fails(
                Transport,
                "the events from 3 on are missing; look at the history of run 741 of the workflow 9",
            )
            .check(|errors| errors[0].run().is_some_and(|(workflow, run)| *workflow == "9" && *run == "741")),
    ]
}
