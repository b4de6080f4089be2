//! Answers of the paths that the clients ask for.
use std::rc::Rc;

use bytes::Bytes;
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};

use crate::stream::{Chat, Streams};

const CONVERSATION: &str = r#"{"code":0,"msg":"","data":{"id":"7381473445440978001","created_at":1718609571,"meta_data":{"uuid":"newid1234"},"last_section_id":"7381473445440978001","name":"bench","updated_at":1718609575,"creator_id":"2478774393","connector_id":"1024"},"detail":{"logid":"20241122143100BENCH0000000000001"}}"#;

/// A chat with this status.
pub(crate) fn chat(status: &str) -> String {
    format!(
        r#"{{"id":"7381473525342978089","conversation_id":"7381473445440978001","bot_id":"7379462189365198898","created_at":1718609571,"completed_at":1718609575,"last_error":{{"code":0,"msg":""}},"status":"{status}","usage":{{"token_count":298,"output_count":242,"input_count":56}},"section_id":"7381473445440978001"}}"#
    )
}

type Answer = Response<Either<Full<Bytes>, Chat>>;

pub(crate) async fn answer(request: Request<Incoming>, streams: &Rc<Streams>) -> Answer {
    match request.uri().path() {
        "/v3/chat" => {
            let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
            let body = String::from_utf8_lossy(&body);
            respond("text/event-stream", Either::Right(Chat::new(user(&body), streams)))
        }
        "/v1/conversation/retrieve" => json(CONVERSATION.into()),
        "/v1/files/upload" => {
            let received = count(request.into_body()).await;
            json(
                format!(
                    r#"{{"code":0,"msg":"","data":{{"id":"7381473525342979999","bytes":{received},"created_at":1718609571,"file_name":"f.bin"}}}}"#
                )
                .into(),
            )
        }
        path => json(format!(r#"{{"code":4000,"msg":"no such path: {path}"}}"#).into()),
    }
}

/// Name of the user in the JSON of a request; reading all of it would make the server the slower side.
fn user(body: &str) -> &str {
    let rest = body.split_once("\"user_id\"").map_or("", |(_, rest)| rest);
    rest.trim_start_matches([':', ' ', '"']).split('"').next().unwrap_or_default()
}

async fn count(mut body: Incoming) -> usize {
    let mut received = 0;
    while let Some(Ok(frame)) = body.frame().await {
        received += frame.data_ref().map_or(0, Bytes::len);
    }
    received
}

fn json(text: Bytes) -> Answer {
    respond("application/json; charset=utf-8", Either::Left(Full::new(text)))
}

fn respond(content_type: &str, body: Either<Full<Bytes>, Chat>) -> Answer {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    for (name, value) in [("content-type", content_type), ("x-tt-logid", "20241122143100BENCH0000000000001")]
    {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    response
}
