//! Answers of any status, with any headers and any body, read as every shape.

use std::collections::HashMap;

use bytes::Bytes;
use coze_types::bot::RetrieveOnlineBot;
use coze_types::chat::{CancelChat, Chat, ChatEvent, ListChatMessages};
use coze_types::conversation::{ListMessages, RetrieveConversation};
use coze_types::workflow::{RetrieveStudioRunHistory, RunWorkflow, WorkflowEvent};
use coze_types::{
    Bare, Binary, Data, Decode, Empty, Endpoint, Events, Object, Raw, ReplyError, decode, is_event_stream,
    log_id,
};
use http::{Response, StatusCode};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::message;

/// The first line of an input is the status, then come headers, an empty line and the body.
pub fn envelope(input: &[u8]) {
    let (lines, body) = message::split(input);
    let [status, headers @ ..] = &lines[..] else { return };
    let Ok(status) = StatusCode::from_bytes(status) else { return };
    let mut response = Response::new(Bytes::copy_from_slice(body));
    *response.status_mut() = status;
    *response.headers_mut() = message::headers(headers.iter().copied());
    let response = &response;

    // Every shape but `Bare` and `Raw` needs an object whose code is no error.
    let good = status.is_success() && may_succeed(body);
    // Nothing at all is a success where nothing is needed.
    let blank = status.is_success() && body.trim_ascii().is_empty();
    check::<Data<Value>>(response, good || blank);
    check::<Data<Option<Value>>>(response, good || blank);
    check::<Object<Map<String, Value>>>(response, good);
    check::<Empty>(response, good || blank);
    check_endpoint::<RunWorkflow>(response, good);
    check_endpoint::<ListMessages>(response, good);
    check_endpoint::<CancelChat>(response, good || blank);
    check_endpoint::<ListChatMessages>(response, good);
    check_endpoint::<RetrieveOnlineBot>(response, good);
    check_endpoint::<RetrieveConversation>(response, good);
    check_endpoint::<RetrieveStudioRunHistory>(response, good);

    if let Some(chat) = check::<Data<Chat>>(response, good) {
        let json = serde_json::to_string(&chat).unwrap();
        assert_eq!(serde_json::from_str::<Chat>(&json).unwrap(), chat);
    }
    check::<Bare<Value>>(response, status.is_success());
    check::<Bare<Chat>>(response, status.is_success());

    if let Some(bytes) = check::<Raw>(response, status.is_success()) {
        assert_eq!(bytes, *response.body());
        // Where it is JSON and reports an error, it is no content.
        let json = response.headers().get("content-type").is_some_and(|kind| kind == "application/json");
        assert!(!json || !matches!(Empty::decode(response), Err(ReplyError::Api(_))));
    }
    told(&Binary::refusal(response));
    told(&Events::<ChatEvent>::refusal(response));
    told(&Events::<WorkflowEvent>::refusal(response));
    let _ = (Binary::is_content(response), is_event_stream(response), log_id(response.headers()));
}

fn check_endpoint<E: Endpoint<Reply: Decode>>(response: &Response<Bytes>, may_succeed: bool) {
    let outcome = decode::<E>(response);
    assert!(may_succeed || outcome.is_err(), "{} took an error for a success", E::PATH);
    let _ = outcome.map_err(|error| told(&error));
}

fn check<R: Decode>(response: &Response<Bytes>, may_succeed: bool) -> Option<R::Output> {
    let outcome = R::decode(response);
    assert!(may_succeed || outcome.is_err(), "{} took an error for a success", std::any::type_name::<R>());
    outcome.map_err(|error| told(&error)).ok()
}

/// Errors are told in one line, whatever the server wrote.
fn told(error: &ReplyError) {
    let text = error.to_string();
    assert!(!text.is_empty() && !text.contains(char::is_control), "{text:?}");
    let _ = format!("{error:?}");
    match error {
        ReplyError::Api(error) => {
            let _ = (error.kind(), error.info(), error.retry_advice());
        }
        ReplyError::Decode(error) => assert!(error.excerpt().chars().count() <= 301),
        other => panic!("{other:?}"),
    }
}

/// Whether the body could be a success, by a reading of its own: an object without a code that reports an error.
fn may_succeed(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    let Ok(object) = serde_json::from_str::<HashMap<String, &RawValue>>(&text) else {
        // Some of what is no JSON is read all the same.
        return text.trim_ascii_start().starts_with('{');
    };
    match object.get("code").map(|code| serde_json::from_str(code.get())) {
        None | Some(Ok(Value::Null)) => true,
        Some(Ok(Value::Number(code))) => code.as_f64() == Some(0.0),
        Some(Ok(Value::String(code))) => code.is_empty() || code.parse() == Ok(0),
        Some(_) => false,
    }
}
