//! Requests that a server refuses, in the words of each.

use coze::http::Method;
use coze::{Coze, Error, ErrorKind};
use coze_sim::Dialect;
use serde_json::json;

use crate::served::{ask, ask_bot, builder, patiently, serve, serve_script};

both!(
    a_wrong_token_is_told_as_such_by_every_endpoint,
    an_agent_that_does_not_exist_is_told,
    what_does_not_exist_is_told,
    a_busy_conversation_refuses_the_second_chat_where_the_service_does,
    a_malformed_request_is_the_callers_fault,
    an_endpoint_that_is_not_there_is_unsupported_and_no_bad_token,
);

/// Reads a stream to its first error, wherever that comes.
async fn stream_error(client: &Coze, request: coze::CreateChat) -> Error {
    match client.chat().stream(request).await {
        Err(error) => error,
        Ok(events) => events.collect().await.unwrap_err(),
    }
}

async fn a_wrong_token_is_told_as_such_by_every_endpoint(dialect: Dialect) {
    let served = serve(dialect).await;
    let client = builder(&served.sim).token("pat_wrong").build().unwrap();
    let errors = [
        client.chat().create(ask("hi")).await.unwrap_err(),
        client.chat().stream(ask("hi")).await.map(drop).unwrap_err(),
        client.chat().create_and_poll(ask("hi")).await.unwrap_err(),
        client.chat().retrieve("1", "2").await.unwrap_err(),
        client.chat().messages("1", "2").await.unwrap_err(),
        client.chat().cancel("1", "2").await.unwrap_err(),
        client.conversations().retrieve("1").await.unwrap_err(),
        client.bots().retrieve("1").await.unwrap_err(),
        client.request(Method::GET, "/v1/conversations").query("bot_id", "1").await.unwrap_err(),
        client.request(Method::POST, "/v3/chat").json(&ask("hi")).events().await.map(drop).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Authentication, "{error}");
        assert!(error.log_id().is_some() && error.endpoint().is_some(), "{error}");
        assert!(!error.is_retryable(), "{error}");
        assert!(!error.to_string().contains("pat_wrong"), "{error}");
    }
}

async fn an_agent_that_does_not_exist_is_told(dialect: Dialect) {
    let served = serve(dialect).await;
    let client = &served.client;
    let unknown = || ask_bot("7499999999999999999", "hi");
    let kind = match dialect {
        // The service does not tell "does not exist" from "is not published".
        Dialect::Official => ErrorKind::Unpublished,
        _ => ErrorKind::NotFound,
    };
    for error in [
        client.chat().create(unknown()).await.unwrap_err(),
        stream_error(client, unknown()).await,
        client.chat().create_and_poll(unknown()).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.log_id().is_some(), "{error}");
        assert!(!error.to_string().contains("goroutine"), "{error}");
    }
}

async fn what_does_not_exist_is_told(dialect: Dialect) {
    let served = serve(dialect).await;
    let client = &served.client;
    let nobody = "7499999999999999999";
    for error in [
        client.chat().retrieve(nobody, nobody).await.unwrap_err(),
        client.chat().cancel(nobody, nobody).await.unwrap_err(),
        client.conversations().retrieve(nobody).await.unwrap_err(),
    ] {
        let kind = error.kind();
        assert!(error.api().is_some(), "{error}");
        match dialect {
            // 4001, which the guide of the service files under authentication: see its meaning.
            Dialect::Official => {
                assert!(error.to_string().contains("conversation does not exist"), "{error}");
            }
            _ => assert!(matches!(kind, ErrorKind::Server | ErrorKind::NotFound), "{error}"),
        }
    }
}

async fn a_busy_conversation_refuses_the_second_chat_where_the_service_does(dialect: Dialect) {
    let slow = json!({"bots": [{"id": "1", "rules": [
        {"when": {"exact": "slow"}, "reply": {"steps": [{"wait_ms": 3_600_000}, {"answer": "late"}]}},
        {"reply": "quick"},
    ]}]});
    let served = serve_script(dialect, &slow).await;
    let client = &served.client;
    let running = client.chat().create(ask_bot("1", "slow")).await.unwrap();
    let conversation_id = running.conversation_id.unwrap();
    let second = || ask_bot("1", "hi").conversation_id(&conversation_id);
    if dialect == Dialect::Official {
        for error in [
            client.chat().create(second()).await.unwrap_err(),
            client.chat().stream(second()).await.map(drop).unwrap_err(),
            client.chat().create_and_poll(second()).await.unwrap_err(),
        ] {
            assert_eq!((error.kind(), error.api().unwrap().code.as_i64()), (ErrorKind::Busy, Some(4016)));
            assert!(error.is_retryable(), "{error}");
        }
        client.chat().cancel(&conversation_id, &running.id).await.unwrap();
    }
    let answer = client.chat().stream(second()).await.unwrap().collect().await.unwrap();
    assert_eq!(answer.text(), "quick");
}

async fn a_malformed_request_is_the_callers_fault(dialect: Dialect) {
    let served = serve(dialect).await;
    let client = &served.client;
    let body = json!({"bot_id": 7, "user_id": "u", "stream": true, "additional_messages": "no list"});
    let error = client.request(Method::POST, "/v3/chat").json(&body).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert_eq!(error.status().unwrap().as_u16(), 400);
}

async fn an_endpoint_that_is_not_there_is_unsupported_and_no_bad_token(dialect: Dialect) {
    let served = serve(dialect).await;
    let client = &served.client;
    if dialect == Dialect::Official {
        assert!(client.users().me().await.unwrap().user_name.is_some());
    } else {
        for error in [
            client.users().me().await.unwrap_err(),
            client.files().retrieve("1").await.unwrap_err(),
            client.conversations().messages().retrieve("1", "2").await.unwrap_err(),
            client.request(Method::POST, "/v1/bot/create").json(&json!({})).await.unwrap_err(),
        ] {
            assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Unsupported, 401));
            assert!(error.to_string().contains("token is not the cause"), "{error}");
        }
    }
    let error = client.request(Method::GET, "/v9/nothing").await.unwrap_err();
    assert_ne!(error.kind(), ErrorKind::Authentication, "{error}");
}

#[tokio::test]
async fn a_wrong_token_and_then_the_right_one() {
    patiently(async {
        let served = serve(Dialect::Official).await;
        let wrong = builder(&served.sim).token("pat_wrong").build().unwrap();
        assert_eq!(wrong.users().me().await.unwrap_err().status().unwrap().as_u16(), 401);
        served.client.users().me().await.unwrap();
        let seen: Vec<_> =
            served.sim.requests().iter().map(|request| request.status.unwrap().as_u16()).collect();
        assert_eq!(seen, [401, 200]);
    })
    .await;
}
