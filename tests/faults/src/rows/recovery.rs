//! Chats that are recovered, and conversations that are busy.

use coze::ErrorKind::{Busy, InvalidRequest, Server, Truncated};

use crate::call::{Call, Calling, Outcome, PATIENCE, collect, question, recover};
use crate::row::Row;
use crate::server::Act::Hold;
use crate::server::{once, say, then_well};
use crate::wire::{
    STREAM, answer, chunk, completed, created, delta, event, http, json_of, opening, stream as whole,
};

mod saved;

fn cut(name: &'static str, body: impl AsRef<[u8]>) -> Row {
    Row::new(name, recover).serve([once([STREAM.as_bytes(), &chunk(body)].concat())])
}

/// Streams a chat and waits while another one runs.
fn wait(client: coze::Coze) -> Calling {
    Box::pin(async move {
        let call = client.chat().stream(question()).when_busy(coze::OnBusy::Wait(PATIENCE));
        match call.await {
            Ok(events) => crate::call::drain(events).await,
            Err(error) => Outcome::of(Err::<String, _>(error)),
        }
    })
}

pub fn rows() -> Vec<Row> {
    [cuts(), saved::rows()].concat()
}

fn cuts() -> Vec<Row> {
    let within = |text: &str, until: &[u8]| {
        let delta = delta(text).into_bytes();
        let at = delta.windows(until.len()).position(|window| window == until).unwrap() + until.len();
        [created().as_bytes(), &delta[..at]].concat()
    };
    let busy = r#"{"code":4016,"msg":"conversation is occupied"}"#;
    let forbidding: Call = |client| {
        Box::pin(async move {
            let result = client.chat().stream(question().auto_save_history(false)).recover().await;
            Outcome::of(result.map(|_| ""))
        })
    };
    vec![
        cut("cut after created", created()).sent(3),
        cut("cut before created: nothing is known to recover", "")
            .serve([then_well(whole(""))])
            .fails(Truncated, "no event came at all")
            .sent(1),
        cut("cut after a delta", [created(), delta("hello ")].concat()).sent(3),
        cut("cut after the whole text", opening()).sent(3),
        cut("cut inside a field name", [created(), delta("hello "), "ev".to_owned()].concat()).sent(3),
        cut("cut inside a character", within("hello 世", &[0xe4, 0xb8])).sent(3),
        cut("cut between two characters", [created(), delta("hello 世")].concat()).sent(3),
        cut("cut after a completed message", [opening(), answer()].concat()).sent(3),
        cut("cut after conversation.chat.completed", [opening(), answer(), completed()].concat()),
        cut("ended politely after a delta", "")
            .serve([then_well(whole([created(), delta("hello ")].concat()))])
            .sent(3),
        cut("silence after a delta", "").serve([vec![
            crate::server::Act::Take,
            say([STREAM.as_bytes(), &chunk([created(), delta("hello ")].concat())].concat()),
            Hold,
        ]]),
        cut("the server fails while it is asked", "").serve([
            once([STREAM.as_bytes(), &chunk([created(), delta("hello ")].concat())].concat()),
            [then_well(http("503 Unavailable", "", "")), then_well(http("502 Bad Gateway", "", ""))].concat(),
        ]),
        cut("the server fails for good while it is asked", "")
            .serve([
                once([STREAM.as_bytes(), &chunk([created(), delta("hello ")].concat())].concat()),
                [(); 3].iter().flat_map(|()| then_well(http("503 Unavailable", "", "down"))).collect(),
            ])
            .yields("hello ")
            .fails(Server, "chat 2 of the conversation 1")
            .check(|errors| errors[0].chat().is_some()),
        cut("the saved text is another one", [created(), delta("good bye")].concat())
            .yields("good bye")
            .fails(Truncated, "differs from what had arrived"),
        cut("the chat has failed meanwhile", "")
            .serve([
                once([STREAM.as_bytes(), &chunk([created(), delta("hello ")].concat())].concat()),
                then_well(json_of(
                    r#"{"code":0,"data":{"id":"2","conversation_id":"1","status":"failed","last_error":{"code":5000,"msg":"m"}}}"#,
                )),
            ])
            .fails(Server, "5000")
            .yields(crate::wire::WHOLE),
        Row::new("a request that forbids the history", forbidding).fails(InvalidRequest, "auto_save_history").sent(0),
        Row::new("an error of the chat is not recovered", recover)
            .serve([then_well(whole([created(), event("error", r#"{"code":5000,"msg":"m"}"#)].concat()))])
            .fails(Server, "5000")
            .sent(1),
        Row::new("a busy conversation", collect)
            .serve([then_well(json_of(busy))])
            .fails(Busy, "4016")
            .sent(1),
        Row::new("a busy conversation that is waited for", wait)
            .serve([[then_well(json_of(busy)), then_well(json_of(busy))].concat()])
            .sent(3),
    ]
}
