//! What is read from answers of every kind: errors in all their forms, and successes that look like none.

use bytes::Bytes;
use coze_types::bot::RetrieveOnlineBot;
use coze_types::chat::{CancelChat, Chat, ChatEvent, ChatStatus, CreateChat, ListChatMessages, RetrieveChat};
use coze_types::conversation::{
    ClearConversation, Conversation, DeleteMessage, ListConversations, ListMessages, RetrieveConversation,
    UpdateConversation, UpdateMessage,
};
use coze_types::message::{ContentType, Message, MessageType, Role};
use coze_types::workflow::{ListWorkflowVersions, RetrieveWorkflow};
use coze_types::{
    ApiError, ApiErrorKind, Bare, Data, Decode, DecodeError, Empty, Endpoint, Events, Object, Raw,
    ReplyError, RetryAdvice, is_event_stream,
};
use http::Response;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Response<Bytes> {
    let mut builder = Response::builder().status(status);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(body.into()).unwrap()
}

fn json_answer(status: u16, body: &Value) -> Response<Bytes> {
    answer(status, &[("content-type", "application/json")], body.to_string())
}

/// Reads the answer of an endpoint.
fn read<E: Endpoint<Reply: Decode>>(
    response: &Response<Bytes>,
) -> Result<<E::Reply as Decode>::Output, ReplyError> {
    E::Reply::decode(response)
}

fn api_error<R: Decode>(response: &Response<Bytes>) -> ApiError {
    match R::decode(response) {
        Err(ReplyError::Api(error)) => error,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("read as a success: {response:?}"),
    }
}

fn decode_error<R: Decode>(response: &Response<Bytes>) -> DecodeError {
    match R::decode(response) {
        Err(ReplyError::Decode(error)) => error,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("read as a success: {response:?}"),
    }
}

#[test]
fn the_payload_of_an_error_may_have_any_shape() {
    for data in [json!(null), json!("oops"), json!(42), json!([1]), json!({ "id": { "not": "an id" } })] {
        let body = json!({ "code": 4000, "msg": "Request parameter error", "data": data });
        for error in [
            api_error::<Data<Chat>>(&json_answer(200, &body)),
            api_error::<Object<Chat>>(&json_answer(200, &body)),
            api_error::<Bare<Chat>>(&json_answer(400, &body)),
            api_error::<Empty>(&json_answer(200, &body)),
            api_error::<Raw>(&json_answer(200, &body)),
            api_error::<<ListChatMessages as Endpoint>::Reply>(&json_answer(200, &body)),
        ] {
            assert_eq!(error.code, 4000);
            assert_eq!(error.msg, "Request parameter error");
            assert_eq!(error.kind(), ApiErrorKind::InvalidRequest);
            assert_eq!(error.retry_advice(), RetryAdvice::Change);
        }
    }
}

#[test]
fn a_code_is_read_in_every_form() {
    let forms =
        [(json!("720702204"), "720702204"), (json!(-1), "-1"), (json!("-1"), "-1"), (json!("nope"), "nope")];
    for (code, text) in forms {
        let error = api_error::<Data<Chat>>(&json_answer(200, &json!({ "code": code, "msg": "m" })));
        assert_eq!(error.code.to_string(), text);
    }
    let error = api_error::<Data<Chat>>(&json_answer(200, &json!({ "code": "720702204", "msg": "m" })));
    assert_eq!((error.code.as_i64(), error.kind()), (Some(720_702_204), ApiErrorKind::NotFound));
    // What is no code at all is no success either.
    for code in [json!({ "x": 1 }), json!([0]), json!(true), json!(4000.5), json!(u64::MAX)] {
        let error = api_error::<Empty>(&json_answer(200, &json!({ "code": code, "msg": "m" })));
        assert_eq!(
            (error.kind(), error.retry_advice()),
            (ApiErrorKind::Other, RetryAdvice::Unknown),
            "{code}"
        );
    }
}

#[test]
fn a_success_may_lack_code_and_message() {
    let data = json!({ "id": "1" });
    for body in [
        json!({ "code": 0, "msg": "", "data": data }),
        json!({ "code": 0, "msg": null, "data": data, "BaseResp": null }),
        json!({ "code": "0", "msg": "success", "data": data }),
        json!({ "code": null, "data": data, "detail": null }),
        json!({ "code": "", "msg": "", "data": data, "detail": "text" }),
        json!({ "data": data }),
    ] {
        assert_eq!(<Data<Chat>>::decode(&json_answer(200, &body)).unwrap(), Chat::new("1"), "{body}");
        assert!(Empty::decode(&json_answer(200, &body)).is_ok(), "{body}");
    }
}

#[test]
fn a_status_that_is_no_success_is_an_error_whatever_the_code() {
    let error =
        api_error::<Data<Chat>>(&json_answer(500, &json!({ "code": 0, "msg": "", "data": { "id": "1" } })));
    assert_eq!((error.code.as_i64(), error.kind()), (Some(500), ApiErrorKind::Server));
    assert_eq!(error.retry_advice(), RetryAdvice::Wait);
    assert!(error.msg.contains("500"), "{}", error.msg);
    let error = api_error::<Empty>(&json_answer(429, &json!({})));
    assert_eq!((error.kind(), error.retry_advice()), (ApiErrorKind::RateLimited, RetryAdvice::Wait));
    // A code that is known says more than the status.
    let error = api_error::<Empty>(&json_answer(403, &json!({ "code": 4016, "msg": "busy" })));
    assert_eq!(error.kind(), ApiErrorKind::Busy);
    let error = api_error::<Empty>(&json_answer(403, &json!({ "code": 123_456, "msg": "?" })));
    assert_eq!(error.kind(), ApiErrorKind::Permission);
}

#[test]
fn an_error_that_is_no_json_keeps_its_text() {
    let html = "<html>\r\n<h1>502 Bad Gateway</h1></html>";
    let error = api_error::<Data<Chat>>(&answer(502, &[("content-type", "text/html")], html));
    assert_eq!((error.code.as_i64(), error.kind()), (Some(502), ApiErrorKind::Server));
    assert_eq!(error.retry_advice(), RetryAdvice::Wait);
    assert!(error.msg.contains("502 Bad Gateway"), "{}", error.msg);
    // Coze Studio, when a chat does not exist.
    let error = api_error::<Data<Chat>>(&answer(500, &[("content-type", "text/plain")], "record not found"));
    assert_eq!((error.msg.as_str(), error.kind()), ("record not found", ApiErrorKind::Server));
    // And after a panic.
    let error = api_error::<Data<Chat>>(&answer(500, &[], ""));
    assert!(error.msg.contains("500 Internal Server Error"), "{}", error.msg);
    // A long body does not become a long message, nor does one that is not text.
    let error = api_error::<Empty>(&answer(500, &[], vec![b'x'; 1 << 20]));
    assert!(error.msg.len() < 400, "{}", error.msg.len());
    let error = api_error::<Empty>(&answer(500, &[], &b"\xff\xfe broken"[..]));
    assert!(error.msg.ends_with("broken"), "{}", error.msg);
}

#[test]
fn a_success_that_is_no_json_is_no_success() {
    let error = decode_error::<Data<Chat>>(&answer(200, &[("x-tt-logid", "l1")], "<!doctype html><p>Coze"));
    let text = error.to_string();
    assert!(text.contains("base URL") && text.contains("<!doctype html>") && text.contains("l1"), "{text}");
    assert!(error.excerpt().starts_with("<!doctype"));
    for blank in ["", " \r\n"] {
        for text in [
            decode_error::<Data<Chat>>(&answer(200, &[], blank)).to_string(),
            decode_error::<Data<Chat>>(&answer(204, &[], blank)).to_string(),
            decode_error::<Object<Chat>>(&answer(200, &[], blank)).to_string(),
            decode_error::<Bare<Chat>>(&answer(200, &[], blank)).to_string(),
            decode_error::<<ListChatMessages as Endpoint>::Reply>(&answer(200, &[], blank)).to_string(),
        ] {
            assert!(text.contains("is empty"), "{text}");
        }
    }
    for body in ["null", "[]", "\"text\"", "1", "{", "{\"code\":0", "\u{feff}{\"code\":0}"] {
        decode_error::<Data<Chat>>(&answer(200, &[], body));
    }
    // Invalid UTF-8, even within a string.
    decode_error::<Data<Chat>>(&answer(200, &[], &b"{\"code\":0,\"data\":{\"id\":\"\xff\"}}"[..]));
    // Cut in the middle of a character.
    let body = "{\"code\":0,\"msg\":\"好".as_bytes();
    decode_error::<Data<Chat>>(&answer(200, &[], body[..body.len() - 1].to_vec()));
}

#[test]
fn nothing_is_a_success_where_nothing_was_to_come() {
    for status in [200, 202, 204] {
        assert!(Empty::decode(&answer(status, &[], "null\n")).is_ok());
        for blank in ["", "\n"] {
            assert!(Empty::decode(&answer(status, &[], blank)).is_ok());
            assert_eq!(<Data<Option<Chat>>>::decode(&answer(status, &[], blank)).unwrap(), None);
            // What was asked for is done, though the documented object does not come.
            for nothing in [blank, r#"{"code":0,"msg":""}"#] {
                let answer = answer(status, &[], nothing);
                assert_eq!(read::<CancelChat>(&answer).unwrap(), None);
                assert_eq!(read::<ClearConversation>(&answer).unwrap(), None);
                assert_eq!(read::<UpdateConversation>(&answer).unwrap(), None);
                assert_eq!(read::<UpdateMessage>(&answer).unwrap(), None);
                assert_eq!(read::<DeleteMessage>(&answer).unwrap(), None);
            }
        }
    }
    assert_eq!(api_error::<Empty>(&answer(500, &[], "")).code, 500);
}

#[test]
fn an_answer_in_another_encoding_is_told_as_such() {
    // "张三" in GBK.
    let body = &b"{\"code\":0,\"msg\":\"\",\"data\":{\"id\":\"\xd5\xc5\xc8\xfd\"}}"[..];
    for (headers, hint) in
        [(&[][..], "byte "), (&[("content-type", "application/json; charset=gbk")], "\"gbk\"")]
    {
        for text in [
            decode_error::<Data<Chat>>(&answer(200, headers, body)).to_string(),
            decode_error::<Object<Chat>>(&answer(200, headers, body)).to_string(),
            decode_error::<<ListChatMessages as Endpoint>::Reply>(&answer(200, headers, body)).to_string(),
            decode_error::<Data<Chat>>(&answer(200, headers, &b"\xd5\\"[..])).to_string(),
        ] {
            assert!(text.contains("not UTF-8") && text.contains(hint), "{text}");
        }
    }
}

#[test]
fn what_a_gateway_says_is_told() {
    for (body, code, msg) in [
        (
            r#"{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}"#,
            "invalid_api_key",
            "Incorrect API key provided",
        ),
        (r#"{"error":{"message":"no","code":null}}"#, "403", "no"),
        (r#"{"error":{"message":{"text":"not yours"}}}"#, "403", "not yours"),
        (r#"{"error":{"code":9,"type":"overloaded"}}"#, "9", r#"{"code":9,"type":"overloaded"}"#),
        (r#"{"message":{"zh":"无权"}}"#, "403", r#"{"zh":"无权"}"#),
        (
            r#"{"statusCode":403,"message":["a is short","b is long"],"error":"Forbidden"}"#,
            "Forbidden",
            "a is short; b is long",
        ),
        (r#"{"error":"Not enough credits"}"#, "403", "Not enough credits"),
        (r#"{"detail":"Not enough credits"}"#, "403", "Not enough credits"),
        (
            r#"{"detail":[{"loc":["body"],"msg":"field required"},{"msg":"too long"}]}"#,
            "403",
            "field required; too long",
        ),
        (r#"{"errors":[{"title":"Forbidden","detail":"not yours"}]}"#, "403", "not yours"),
        (r#"{"errors":["one","two"]}"#, "403", "one; two"),
        (r#"{"errors":{"name":["is too long"]}}"#, "403", "name: is too long"),
        (r#"{"type":"about:blank","title":"Forbidden","status":403}"#, "403", "Forbidden"),
        (r#"{"Message":"User is not authorized"}"#, "403", "User is not authorized"),
        (r#"{"fault":{"faultstring":"Invalid ApiKey","detail":{"errorcode":"x"}}}"#, "403", "Invalid ApiKey"),
        (r#"{"errcode":40001,"errmsg":"invalid credential"}"#, "403", "invalid credential"),
        (r#"{"ResponseMetadata":{"Error":{"Code":"AccessDenied","Message":"denied"}}}"#, "403", "denied"),
        (r#"{"code":7,"msg":"","detail":{"logid":"l"},"message":"the second"}"#, "7", "the second"),
        (r#"{"error":{"message":"half \ud83d","x":1e999}}"#, "403", "half \u{fffd}"),
        (r#"{"err":"no credits"}"#, "403", "no credits"),
        (r#"{"status":"error","data":{"message":"no credits"}}"#, "403", "no credits"),
        (r#"{"ok":false,"problem":7}"#, "403", r#"{"ok":false,"problem":7}"#),
        ("\u{feff}{\"code\":7,\"msg\":\"marked\"}", "7", "marked"),
        (r#"{"code":0,"detail":{"logid":"l"}}"#, "403", "HTTP status 403 Forbidden without a message"),
    ] {
        let response = answer(403, &[("content-type", "application/json")], body);
        for error in [api_error::<Data<Chat>>(&response), api_error::<Empty>(&response)] {
            assert_eq!((error.code.to_string().as_str(), error.msg.as_str()), (code, msg), "{body}");
            assert_eq!(error.status.unwrap().as_u16(), 403);
        }
    }
    // With the status 200 too, though not where nothing is told.
    let error = api_error::<Empty>(&answer(200, &[], r#"{"error":{"message":"denied"}}"#));
    assert_eq!((error.code.as_i64(), error.msg.as_str()), (Some(0), "denied"));
    for fine in
        [r#"{"error":null}"#, r#"{"error":""}"#, r#"{"errors":[]}"#, r#"{"error":{}}"#, r#"{"error":0}"#]
    {
        assert!(Empty::decode(&answer(200, &[], fine)).is_ok(), "{fine}");
    }
}

#[test]
fn a_field_that_is_unknown_never_costs_the_answer() {
    let deep = format!("{}{}", "[".repeat(400), "]".repeat(400));
    for value in [r#""\ud83d""#, "1e999", "NaN", &deep, "\"\n\""] {
        let chat = format!(r#"{{"id":"1","x":{value}}}"#);
        let inner = answer(200, &[], format!(r#"{{"code":0,"data":{chat}}}"#));
        let outer = answer(200, &[], format!(r#"{{"x":{value},"code":0,"data":{chat},"id":"1"}}"#));
        for response in [inner, outer] {
            assert_eq!(<Data<Chat>>::decode(&response).unwrap().id, "1", "{value}");
            assert_eq!(read::<CancelChat>(&response).unwrap().unwrap().id, "1", "{value}");
            assert!(Empty::decode(&response).is_ok(), "{value}");
        }
        let beside = answer(200, &[], format!(r#"{{"code":0,"id":"1","x":{value}}}"#));
        assert_eq!(<Object<Chat>>::decode(&beside).unwrap().id, "1", "{value}");
        assert_eq!(<Bare<Chat>>::decode(&answer(200, &[], chat)).unwrap().id, "1", "{value}");
        let busy = answer(200, &[], format!(r#"{{"code":4016,"msg":"busy","x":{value}}}"#));
        assert_eq!(api_error::<Empty>(&busy).code, 4016, "{value}");
    }
}

#[test]
fn what_is_null_in_a_list_or_map_is_left_out() {
    let body = json!({ "code": 0, "data": { "conversations": [null, { "id": "1", "meta_data": { "a": null, "b": 2 } }] } });
    let page = read::<ListConversations>(&json_answer(200, &body)).unwrap();
    let [conversation] = &page.conversations[..] else { panic!("{page:?}") };
    assert_eq!(conversation.meta_data, [("b".to_owned(), "2".to_owned())].into());
    let body = json!({ "code": 0, "data": [null, { "id": "2" }] });
    assert_eq!(read::<ListChatMessages>(&json_answer(200, &body)).unwrap(), [Message::new("2")]);

    let body = json!({ "code": 0, "data": { "input": { "parameters": {
        "a": { "type": "integer", "default_value": 5, "properties": { "x": null } }, "b": null,
    } } } });
    let workflow = read::<RetrieveWorkflow>(&json_answer(200, &body)).unwrap();
    let parameters = workflow.input.unwrap().parameters;
    assert_eq!((parameters.len(), parameters["a"].default_value.as_deref()), (1, Some("5")));
    let body = json!({ "code": 0, "data": { "items": [], "has_more": true, "next_page_token": 7 } });
    let page = read::<ListWorkflowVersions>(&json_answer(200, &body)).unwrap();
    assert_eq!(page.next_page_token.as_deref(), Some("7"));
}

#[test]
fn a_payload_that_does_not_read_names_the_field() {
    let body = json!({ "code": 0, "data": { "id": ["soon"] }, "detail": { "logid": "l2" } });
    let error = decode_error::<Data<Chat>>(&json_answer(200, &body));
    let text = error.to_string();
    assert!(text.contains("Chat") && text.contains("`id`") && text.contains("soon"), "{text}");
    assert_eq!(error.log_id().unwrap(), "l2");
    assert!(std::error::Error::source(&error).is_none(), "its text would be printed twice");
    for body in [json!({ "code": 0 }), json!({ "code": 0, "data": null }), json!({ "code": 0, "data": {} })] {
        decode_error::<Data<Chat>>(&json_answer(200, &body));
    }
    // An `Option` needs no payload.
    assert_eq!(
        <Data<Option<Chat>>>::decode(&json_answer(200, &json!({ "code": 0, "data": null }))).unwrap(),
        None
    );
}

#[test]
fn studio_answers_under_names_of_its_own() {
    let chat =
        json!({ "id": "1", "status": "conversation.chat.cancelled", "completed_at": 0, "failed_at": 0 });
    let body = json!({ "ChatV3ChatDetail": chat, "BaseResp": null });
    let canceled = read::<CancelChat>(&json_answer(200, &body)).unwrap().unwrap();
    assert_eq!((canceled.id.as_str(), canceled.status), ("1", Some(ChatStatus::Canceled)));
    assert!(!canceled.completed_at.unwrap().is_set());

    let body =
        json!({ "Messages": [{ "id": "2", "meta_data": null }], "code": 0, "msg": "", "BaseResp": null });
    assert_eq!(read::<ListChatMessages>(&json_answer(200, &body)).unwrap(), [Message::new("2")]);

    let body = json!({
        "ConversationData": { "id": "3", "creator_d": "4", "meta_data": null, "created_at": 0 },
        "code": 0, "msg": "", "BaseResp": null,
    });
    let conversation = read::<RetrieveConversation>(&json_answer(200, &body)).unwrap();
    assert_eq!((conversation.id.as_str(), conversation.creator_id), ("3", Some("4".into())));

    let bot = read::<RetrieveOnlineBot>(&json_answer(200, &json!({ "bot_id": "5", "name": "n" }))).unwrap();
    assert_eq!((bot.bot_id.as_str(), bot.name.as_deref()), ("5", Some("n")));
    let body = json!({ "code": 0, "msg": "", "data": { "bot_id": "5" } });
    assert_eq!(read::<RetrieveOnlineBot>(&json_answer(200, &body)).unwrap().bot_id, "5");
    let error = api_error::<<RetrieveOnlineBot as Endpoint>::Reply>(&json_answer(
        500,
        &json!({ "code": 500, "msg": "internal server error" }),
    ));
    assert_eq!(error.kind(), ApiErrorKind::Server);
}

#[test]
fn lists_may_be_null_or_absent() {
    for body in [
        json!({ "code": 0, "data": null, "msg": "" }),
        json!({ "code": 0, "msg": "" }),
        json!({ "Messages": null }),
        json!({}),
    ] {
        assert_eq!(read::<ListChatMessages>(&json_answer(200, &body)).unwrap(), [], "{body}");
    }
    for data in [json!({}), json!({ "conversations": null, "has_more": null })] {
        let page = read::<ListConversations>(&json_answer(200, &json!({ "code": 0, "data": data }))).unwrap();
        assert_eq!((page.conversations.len(), page.has_more), (0, false));
    }
    let body =
        json!({ "has_more": false, "first_id": "0", "last_id": "0", "code": 0, "msg": "", "BaseResp": null });
    let page = read::<ListMessages>(&json_answer(200, &body)).unwrap();
    assert_eq!((page.messages.len(), page.last_id.unwrap().as_str()), (0, "0"));
    assert!(page.extra.is_empty(), "{:?}", page.extra);
}

#[test]
fn studio_folds_a_code_into_the_message_of_another() {
    let msg = "code=103100002 message=agent not exists\nstack=goroutine 1 [running]:\nmain.main()";
    let error =
        api_error::<<CreateChat as Endpoint>::Reply>(&json_answer(400, &json!({ "code": 400, "msg": msg })));
    assert_eq!((error.code.as_i64(), error.msg.as_str()), (Some(103_100_002), "agent not exists"));
    assert_eq!((error.kind(), error.status.unwrap().as_u16()), (ApiErrorKind::NotFound, 400));
    let msg = "code=103200005 message=in progress can not be cancelled";
    let error =
        api_error::<<CancelChat as Endpoint>::Reply>(&json_answer(400, &json!({ "code": 400, "msg": msg })));
    assert_eq!((error.kind(), error.retry_advice()), (ApiErrorKind::InvalidState, RetryAdvice::Never));
    // What only looks like it stays as it is.
    for msg in ["code=", "code=x message=y", "code=1", "code=1 msg=y", "error: code=1 message=y"] {
        let error = api_error::<Empty>(&json_answer(400, &json!({ "code": 400, "msg": msg })));
        assert_eq!(
            (error.code.as_i64(), error.msg.as_str(), error.kind()),
            (Some(400), msg, ApiErrorKind::InvalidRequest)
        );
    }
}

#[test]
fn an_endpoint_that_the_server_lacks_is_no_bad_token() {
    let missing = [
        json_answer(401, &json!({ "code": 401, "msg": "missing session_key in cookie" })),
        json_answer(404, &json!({ "code": 404, "msg": "not found" })),
        answer(405, &[("content-type", "text/html")], "<h1>405 Not Allowed</h1>"),
    ];
    for response in missing {
        let error = api_error::<Empty>(&response);
        assert_eq!((error.kind(), error.retry_advice()), (ApiErrorKind::Unsupported, RetryAdvice::Never));
        let text = error.to_string();
        assert!(text.contains("does not offer the endpoint") && text.contains("not the cause"), "{text}");
    }
    let error = api_error::<Empty>(&json_answer(401, &json!({ "code": 401, "msg": "bad token" })));
    assert_eq!((error.kind(), error.retry_advice()), (ApiErrorKind::Authentication, RetryAdvice::NewToken));
    // A missing object is not a missing endpoint.
    let error = api_error::<Empty>(&json_answer(404, &json!({ "code": 4200, "msg": "not published" })));
    assert_eq!(error.kind(), ApiErrorKind::Unpublished);
}

#[test]
fn an_authentication_may_fail_with_status_200() {
    let body =
        json!({ "code": 700_012_006, "msg": "authentication failed: missing authorization in header" });
    let error = api_error::<Data<Chat>>(&json_answer(200, &body));
    assert_eq!((error.kind(), error.retry_advice()), (ApiErrorKind::Authentication, RetryAdvice::NewToken));
    // This one may as well mean a conversation: a new token must not be fetched for it again and again.
    let error = api_error::<Data<Chat>>(&json_answer(200, &json!({ "code": 4001, "msg": "" })));
    assert_eq!((error.kind(), error.retry_advice()), (ApiErrorKind::Authentication, RetryAdvice::Change));
    let text = error.to_string();
    assert!(text.contains("4001") && text.contains("conversation does not exist"), "{text}");
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Token {
    access_token: String,
}

#[test]
fn oauth_errors_come_in_two_forms() {
    for body in [
        json!({ "error_code": "invalid_client", "error_message": "the JWT is expired", "error": "" }),
        json!({ "error": "invalid_client", "error_description": "the JWT is expired" }),
    ] {
        for status in [200, 400, 401] {
            let error = api_error::<Bare<Token>>(&json_answer(status, &body));
            assert_eq!(error.code.as_word(), Some("invalid_client"));
            assert_eq!(
                (error.msg.as_str(), error.kind()),
                ("the JWT is expired", ApiErrorKind::Authentication)
            );
        }
    }
    let error = api_error::<Bare<Token>>(&json_answer(200, &json!({ "error": "authorization_pending" })));
    assert_eq!((error.kind(), error.retry_advice()), (ApiErrorKind::InvalidState, RetryAdvice::Wait));
    let error = api_error::<Bare<Token>>(&json_answer(400, &json!({ "error": "slow_down" })));
    assert_eq!(error.retry_advice(), RetryAdvice::Wait);
    // A word that no table has, and an ordinary error in place of a token.
    let error = api_error::<Bare<Token>>(&json_answer(400, &json!({ "error": "brand_new" })));
    assert_eq!((error.code.as_word(), error.kind()), (Some("brand_new"), ApiErrorKind::InvalidRequest));
    let error = api_error::<Bare<Token>>(&json_answer(200, &json!({ "code": 4100, "msg": "no" })));
    assert_eq!(error.kind(), ApiErrorKind::Authentication);

    let token = <Bare<Token>>::decode(&json_answer(200, &json!({ "access_token": "t", "code": 5 }))).unwrap();
    assert_eq!(token.access_token, "t");
    let text = decode_error::<Bare<Token>>(&json_answer(200, &json!({ "access": 1 }))).to_string();
    assert!(text.contains("access_token"), "{text}");
}

#[test]
fn the_log_id_is_found_wherever_it_stands() {
    let error = json!({ "code": 5000, "msg": "m" });
    let detailed = json!({ "code": 5000, "msg": "m", "detail": { "logid": "of the body" } });
    let emptied = json!({ "code": 1, "detail": { "logid": "" } });
    for (headers, body, expected) in [
        (&[][..], &error, None),
        (&[("x-tt-logid", "hosted")], &error, Some("hosted")),
        (&[("X-Log-Id", "studio")], &error, Some("studio")),
        (&[("x-tt-logid", ""), ("x-log-id", "studio")], &error, Some("studio")),
        (&[], &detailed, Some("of the body")),
        (&[("x-tt-logid", "hosted")], &detailed, Some("of the body")),
        (&[("x-tt-logid", "hosted")], &emptied, Some("hosted")),
    ] {
        let error = api_error::<Empty>(&answer(200, headers, body.to_string()));
        assert_eq!(error.log_id.as_ref().map(coze_types::LogId::as_str), expected, "{headers:?} {body}");
        assert_eq!(error.to_string().contains("[log id "), expected.is_some());
    }
    // Of any type, and of an error without JSON.
    let error = api_error::<Empty>(&json_answer(200, &json!({ "code": 1, "detail": { "logid": 42 } })));
    assert_eq!(error.log_id.unwrap(), "42");
    let error = api_error::<Empty>(&answer(502, &[("x-tt-logid", "l")], "<html>"));
    assert_eq!(error.log_id.unwrap(), "l");
}

#[test]
fn huge_ids_and_unknown_words_come_out_as_they_came_in() {
    let sent = json!({
        "id": u64::MAX, "conversation_id": "9".repeat(64), "bot_id": 7_379_462_189_365_198_898_u64, "chat_id": -1,
        "role": "narrator", "type": "Question ", "content_type": "hologram", "content": null,
        "created_at": "1718592898", "later": { "x": [1, 2.5, null] },
    });
    let message = <Data<Message>>::decode(&json_answer(200, &json!({ "code": 0, "data": sent }))).unwrap();
    assert_eq!(message.id, "18446744073709551615");
    assert_eq!(message.conversation_id.as_ref().unwrap().as_str().len(), 64);
    assert_eq!(message.role, Some(Role::Unknown("narrator".into())));
    assert!(!message.role.as_ref().unwrap().is_known());
    assert_eq!(message.kind, Some(MessageType::Unknown("Question ".into())));
    assert_eq!(message.content_type, Some(ContentType::Unknown("hologram".into())));
    let stored = serde_json::to_value(&message).unwrap();
    for name in ["role", "type", "content_type", "later"] {
        assert_eq!(stored[name], sent[name], "{name}");
    }
    for (name, text) in [("id", "18446744073709551615"), ("bot_id", "7379462189365198898"), ("chat_id", "-1")]
    {
        assert_eq!(stored[name], text);
    }
    assert_eq!(serde_json::from_value::<Message>(stored).unwrap(), message);
    // All that is absent is absent.
    assert_eq!(serde_json::to_value(Message::new("1")).unwrap(), json!({ "id": "1", "content": "" }));
    assert_eq!(serde_json::to_value(Conversation::new("1")).unwrap(), json!({ "id": "1" }));
}

#[test]
fn raw_bytes_are_told_from_an_error() {
    let audio = answer(200, &[("content-type", "audio/mpeg")], &b"ID3\x00{"[..]);
    assert_eq!(Raw::decode(&audio).unwrap(), &b"ID3\x00{"[..]);
    let error =
        answer(200, &[("content-type", "Application/JSON; charset=utf-8")], r#"{"code":3010,"msg":"long"}"#);
    assert_eq!(api_error::<Raw>(&error).code, 3010);
    assert_eq!(
        api_error::<Raw>(&answer(500, &[("content-type", "audio/mpeg")], "")).kind(),
        ApiErrorKind::Server
    );
}

#[test]
fn a_stream_request_may_be_refused_with_json() {
    let refused = |response: &Response<Bytes>| <Events<ChatEvent>>::refusal(response);
    let body = json!({ "code": 4016, "msg": "busy", "detail": { "logid": "l" } });
    let ReplyError::Api(error) = refused(&json_answer(200, &body)) else { panic!() };
    assert_eq!((error.kind(), error.log_id.unwrap().as_str()), (ApiErrorKind::Busy, "l"));
    // JSON without an error, and neither JSON nor a stream.
    let ReplyError::Decode(error) = refused(&json_answer(200, &json!({ "code": 0, "data": {} }))) else {
        panic!()
    };
    assert!(error.to_string().contains("not an event stream"), "{error}");
    assert!(matches!(refused(&answer(200, &[], "hello")), ReplyError::Decode(_)));

    for media_type in ["text/event-stream", "Text/Event-Stream; charset=utf-8", "text/event-stream ;x=y"] {
        assert!(is_event_stream(&answer(200, &[("content-type", media_type)], "")), "{media_type}");
    }
    for media_type in ["application/json", "text/event-streams", ""] {
        assert!(!is_event_stream(&answer(200, &[("content-type", media_type)], "")), "{media_type}");
    }
    assert!(!is_event_stream(&answer(200, &[], "")));
}

#[test]
fn a_chat_carries_an_error_of_its_own() {
    let read = |data: Value| {
        read::<RetrieveChat>(&json_answer(200, &json!({ "code": 0, "data": data }))).unwrap().error()
    };
    let error =
        read(json!({ "id": "1", "status": "failed", "last_error": { "code": 5000, "msg": "interval" } }));
    assert_eq!(
        error.as_ref().map(|error| (error.kind(), error.msg.as_str())),
        Some((ApiErrorKind::Server, "interval"))
    );
    for fine in
        [json!(null), json!({}), json!({ "code": 0, "msg": "" }), json!({ "code": null, "msg": null })]
    {
        assert_eq!(read(json!({ "id": "1", "status": "completed", "last_error": fine })), None);
        let error = read(json!({ "id": "1", "status": "failed", "last_error": fine })).unwrap();
        assert!(error.code.is_success() && error.msg.contains("no reason"), "{error}");
    }
    assert_eq!(
        read(json!({ "id": "1", "last_error": { "code": "4011", "msg": "" } })).unwrap().kind(),
        ApiErrorKind::Quota
    );
}
