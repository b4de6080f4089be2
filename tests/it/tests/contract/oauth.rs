//! Rows of the group `oauth`.

use coze_types::oauth::{
    AccountPermission, AttributeConstraint, Authorize, AuthorizeWorkspace, BotChatAttribute, ChallengeMethod,
    CreateDeviceCode, CreateWorkspaceDeviceCode, DeviceCode, ExchangeAccountJwt, ExchangeCode,
    ExchangeDeviceCode, ExchangeEnterpriseJwt, ExchangeJwt, OAuthToken, RefreshToken, Scope,
    WorkflowPermission, WorkspacePermission,
};
use coze_types::{Secret, Timestamp};
use serde_json::{Value, json};

use super::{Row, written};

const JWT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// The answer of the pages on users.
fn of_user() -> Value {
    json!({
        "access_token": "czu_UEE2mJn66h0fMHxLCVv9uQ7HAoNNS8DmF6N6grjWmkHX2jPm8SR0tJcKop8v****",
        "expires_in": 1_720_098_388,
        "refresh_token": "LBEP9iWU7rn60PWa58GER5rr6vygb5WSACu2vASlCQu7kpFkavCrNa9BBDpHLUlGd4****",
    })
}

/// The answer of the pages on services.
fn of_service() -> Value {
    json!({
        "access_token": "czs_RQOhsc7vmUzK4bNgb7hn4wqOgRBYAO6xvpFHNbnl6RiQJX3cSXSguIhFDzgy****",
        "expires_in": 1_721_135_859,
    })
}

fn is_of_user(token: &OAuthToken) {
    assert!(token.access_token.expose().starts_with("czu_"));
    assert_eq!(token.expires_in, Some(Timestamp::from_unix(1_720_098_388)));
    assert!(token.refresh_token.as_ref().unwrap().expose().starts_with("LBEP"));
}

fn is_of_service(token: &OAuthToken) {
    assert!(token.access_token.expose().starts_with("czs_"));
    assert_eq!((token.expires_in, &token.refresh_token), (Some(Timestamp::from_unix(1_721_135_859)), &None));
}

#[test]
fn code() {
    let token: OAuthToken = Row {
        request: ExchangeCode::new("9767.app.coze", "code_hS0m", "https://coze.com/"),
        line: "POST /api/permission/oauth2/token",
        body: json!({
            "grant_type": "authorization_code",
            "client_id": "9767.app.coze",
            "code": "code_hS0m",
            "redirect_uri": "https://coze.com/",
        }),
        answer: of_user(),
        payload: "",
    }
    .check();
    is_of_user(&token);
    let body = json!({
        "grant_type": "authorization_code",
        "client_id": "9767.app.coze",
        "code": "code_hS0m",
        "redirect_uri": "https://coze.com/",
        "code_verifier": "9767",
    });
    let request = ExchangeCode::new("9767.app.coze", "code_hS0m", "https://coze.com/").code_verifier("9767");
    written(&request, "POST /api/permission/oauth2/token", "application/json", &body);
}

#[test]
fn refresh() {
    let token: OAuthToken = Row {
        request: RefreshToken::new("9767.app.coze", "1gCC"),
        line: "POST /api/permission/oauth2/token",
        body: json!({ "grant_type": "refresh_token", "client_id": "9767.app.coze", "refresh_token": "1gCC" }),
        answer: of_user(),
        payload: "",
    }
    .check();
    is_of_user(&token);
}

#[test]
fn device() {
    let answer = json!({
        "device_code": "GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIyS****",
        "user_code": "WDJB-MJHT",
        "verification_uri": "https://example.com/device",
        "expires_in": 1800,
        "interval": 5,
    });
    let code: DeviceCode = Row {
        request: CreateDeviceCode::new("1406020730"),
        line: "POST /api/permission/oauth2/device/code",
        body: json!({ "client_id": "1406020730" }),
        answer: answer.clone(),
        payload: "",
    }
    .check();
    assert_eq!((code.lifetime(), code.interval()), (1800, 5));
    assert_eq!(code.verification_url(), "https://example.com/device?user_code=WDJB-MJHT");
    let of_workspace: DeviceCode = Row {
        request: CreateWorkspaceDeviceCode::new("734", "1406020730"),
        line: "POST /api/permission/oauth2/workspace_id/734/device/code",
        body: json!({ "client_id": "1406020730" }),
        answer,
        payload: "",
    }
    .check();
    assert_eq!(of_workspace, code);

    // The table of the page calls it an integer; what is absent has its documented default.
    let sparse: DeviceCode =
        serde_json::from_value(json!({ "device_code": "d", "user_code": 12345 })).unwrap();
    assert_eq!((sparse.user_code.as_str(), sparse.lifetime(), sparse.interval()), ("12345", 300, 5));
    for (interval, expected) in [(0, 1), (7, 7), (-3, 5)] {
        let code = json!({ "device_code": "d", "interval": interval });
        assert_eq!(serde_json::from_value::<DeviceCode>(code).unwrap().interval(), expected);
    }

    let token: OAuthToken = Row {
        request: ExchangeDeviceCode::new("1406020730", "GmRh"),
        line: "POST /api/permission/oauth2/token",
        body: json!({
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "client_id": "1406020730",
            "device_code": "GmRh",
        }),
        answer: of_user(),
        payload: "",
    }
    .check();
    is_of_user(&token);
}

#[test]
fn jwt() {
    let body = json!({ "grant_type": JWT, "duration_seconds": 86399 });
    let token: OAuthToken = Row {
        request: ExchangeJwt::new().duration_seconds(86399_u32),
        line: "POST /api/permission/oauth2/token",
        body: body.clone(),
        answer: of_service(),
        payload: "",
    }
    .check();
    is_of_service(&token);
    let token: OAuthToken = Row {
        request: ExchangeAccountJwt::new("7490888144456").duration_seconds(86399_u32),
        line: "POST /api/permission/oauth2/account/7490888144456/token",
        body: body.clone(),
        answer: of_service(),
        payload: "",
    }
    .check();
    is_of_service(&token);
    let token: OAuthToken = Row {
        request: ExchangeEnterpriseJwt::new("volcano_210195").duration_seconds(86399_u32),
        line: "POST /api/permission/oauth2/enterprise_id/volcano_210195/token",
        body,
        answer: of_service(),
        payload: "",
    }
    .check();
    is_of_service(&token);
}

#[test]
fn scopes() {
    let scope =
        Scope::new().account_permission(AccountPermission::new(["Connector.botChat"])).attribute_constraint(
            AttributeConstraint::new().connector_bot_chat_attribute(BotChatAttribute::new(["bot1"])),
        );
    assert_eq!(scope, Scope::bot_chat(["bot1"]));
    let scope = scope
        .workspace_permission(WorkspacePermission::new(["7"], ["Workspace.read"]))
        .workflow_permission(WorkflowPermission::new(["8"], ["Workflow.run"]));
    let body = json!({
        "grant_type": JWT,
        "scope": {
            "account_permission": { "permission_list": ["Connector.botChat"] },
            "attribute_constraint": { "connector_bot_chat_attribute": { "bot_id_list": ["bot1"] } },
            "workspace_permission": { "workspace_id_list": ["7"], "permission_list": ["Workspace.read"] },
            "workflow_permission": { "workflow_id_list": ["8"], "permission_list": ["Workflow.run"] },
        },
    });
    let line = "POST /api/permission/oauth2/token";
    written(&ExchangeJwt::new().scope(scope), line, "application/json", &body);
}

#[test]
fn authorize() {
    let request = Authorize::new("8173.app.coze", "https://www.coze.cn/open/oauth/apps?a=b#c", "1294848x");
    written(
        &request,
        "GET /api/permission/oauth2/authorize?response_type=code&client_id=8173.app.coze\
         &redirect_uri=https%3A%2F%2Fwww.coze.cn%2Fopen%2Foauth%2Fapps%3Fa%3Db%23c&state=1294848x",
        "*/*",
        &Value::Null,
    );
    let request = AuthorizeWorkspace::new("734", "8173.app.coze", "https://a", "s")
        .code_challenge("c_-")
        .code_challenge_method(ChallengeMethod::S256);
    written(
        &request,
        "GET /api/permission/oauth2/workspace_id/734/authorize?response_type=code&client_id=8173.app.coze\
         &redirect_uri=https%3A%2F%2Fa&state=s&code_challenge=c_-&code_challenge_method=S256",
        "*/*",
        &Value::Null,
    );
}

#[test]
fn nothing_prints_what_was_sent_and_read() {
    let mut answer = of_user();
    answer["id_token"] = json!("ext_secret");
    let token: OAuthToken = serde_json::from_value(answer).unwrap();
    let code: DeviceCode = serde_json::from_value(json!({ "device_code": "dev_secret" })).unwrap();
    let request = ExchangeCode::new("1", Secret::new("code_secret"), "https://a").code_verifier("ver_secret");
    let encoded = coze_types::encode(&request).unwrap();
    let printed = format!("{token:?} {code:#?} {request:?} {encoded:?}");
    for secret in ["_secret", "czu_", "LBEP"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[test]
fn an_answer_that_cannot_be_read_is_not_repeated() {
    for body in [
        r#"{"access_token": ["czu_secret"], "refresh_token": "czu_secret"}"#,
        r#"{"access_token": "czu_sec"#,
        r#"{"token": "czu_secret"}"#,
        r#"["czu_secret"]"#,
        "czu_secret",
        "",
    ] {
        let response = http::Response::new(bytes::Bytes::from(body));
        let error = coze_types::decode::<ExchangeJwt>(&response).unwrap_err();
        let mut text = format!("{error} {error:?}");
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text = format!("{text} {cause} {cause:?}");
            source = cause.source();
        }
        assert!(text.contains("HTTP 200") && !text.contains("czu_"), "{text}");
    }
}

#[test]
fn errors_keep_their_code_in_either_field() {
    for (status, body, code, msg) in [
        (
            400,
            json!({"error_code": "invalid_request", "error_message": "invalid request: code"}),
            "invalid_request",
            "invalid request: code",
        ),
        (401, json!({"error_code": "invalid_client", "error_message": ""}), "invalid_client", ""),
        (
            200,
            json!({"error_code": "access_deny", "error_message": "invalid app type"}),
            "access_deny",
            "invalid app type",
        ),
        (
            400,
            json!({"error": "authorization_pending", "error_description": "wait"}),
            "authorization_pending",
            "wait",
        ),
        (200, json!({"error": "expired_token"}), "expired_token", ""),
    ] {
        let mut response = http::Response::new(bytes::Bytes::from(body.to_string()));
        *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
        let error = coze_types::decode::<ExchangeDeviceCode>(&response).unwrap_err();
        let coze_types::ReplyError::Api(error) = error else { panic!("{error:?}") };
        assert_eq!(error.code.to_string(), code);
        assert!(error.info().is_some() && error.msg.contains(msg), "{error}");
    }
}
