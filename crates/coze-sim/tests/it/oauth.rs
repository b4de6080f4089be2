//! Authorization codes, refresh tokens, and what becomes of access tokens.

use std::time::Duration;

use coze_sim::{
    Consent, DEMO_DEVICE_APP, DEMO_PKCE_APP, DEMO_SERVICE_APP, DEMO_WEB_APP, DEMO_WEB_SECRET, Dialect,
    ErrorForm, OAuth, Script, Sim,
};
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{AUTH, JSON, Reply, get, send, text, with};

pub(crate) const TOKEN: &str = "/api/permission/oauth2/token";
const AUTHORIZE: &str = "/api/permission/oauth2/authorize";
const BACK: &str = "http://127.0.0.1:9/back";

pub(crate) async fn with_oauth(oauth: OAuth) -> Sim {
    Sim::builder().oauth(oauth).start().await.unwrap()
}

/// Asks for a token, with what stands behind `Bearer`, if anything.
pub(crate) async fn ask(sim: &Sim, path: &str, bearer: &str, body: Value) -> Reply {
    let header = format!("Bearer {bearer}");
    let headers = [JSON, ("authorization", header.as_str())];
    let headers = if bearer.is_empty() { &headers[..1] } else { &headers[..] };
    send(sim, "POST", path, headers, body.to_string()).await
}

/// Returns status, code and message of a refusal in the form of most pages.
#[track_caller]
pub(crate) fn failure(reply: &Reply) -> (u16, String, String) {
    let body = reply.json();
    (reply.status.as_u16(), text(&body["error_code"]), text(&body["error_message"]))
}

/// Tells which user a token belongs to.
pub(crate) async fn me(sim: &Sim, token: &Value) -> Reply {
    let header = format!("Bearer {}", text(token));
    send(sim, "GET", "/v1/users/me", &[("authorization", &header)], "").await
}

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

/// Opens the authorize URL.
async fn visit(sim: &Sim, path: &str, fields: &[(&str, &str)]) -> Reply {
    let query: Vec<String> = fields
        .iter()
        .map(|(name, value)| {
            let value = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
            format!("{name}={value}")
        })
        .collect();
    send(sim, "GET", &format!("{path}?{}", query.join("&")), &[], "").await
}

const WEB: [(&str, &str); 4] =
    [("response_type", "code"), ("client_id", DEMO_WEB_APP), ("redirect_uri", BACK), ("state", "s")];

/// Returns the code that the app of [`WEB`] is given.
async fn code(sim: &Sim) -> String {
    let reply = visit(sim, AUTHORIZE, &WEB).await;
    assert_eq!(reply.status, 302, "{}", reply.text());
    let query = reply.header("location").strip_prefix("http://127.0.0.1:9/back?code=").unwrap();
    query.strip_suffix("&state=s").unwrap().to_owned()
}

fn by_code(code: &str) -> Value {
    json!({"grant_type": "authorization_code", "client_id": DEMO_WEB_APP, "redirect_uri": BACK, "code": code})
}

fn by_refresh_token(token: &Value) -> Value {
    json!({"grant_type": "refresh_token", "client_id": DEMO_WEB_APP, "refresh_token": token})
}

/// Gets the tokens of the web app.
async fn tokens(sim: &Sim) -> Value {
    let reply = ask(sim, TOKEN, DEMO_WEB_SECRET, by_code(&code(sim).await)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

#[tokio::test]
async fn a_code_brings_tokens_of_the_user_before_the_browser() {
    let sim = with_oauth(OAuth::new()).await;
    let before = now();
    let code = code(&sim).await;
    let reply = ask(&sim, TOKEN, DEMO_WEB_SECRET, by_code(&code)).await;
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("x-tt-logid").len(), 34);
    let tokens = reply.json();
    assert!(text(&tokens["access_token"]).starts_with("czu_") && tokens.get("code").is_none(), "{tokens}");
    assert_eq!(tokens["token_type"], "Bearer");
    let expires = tokens["expires_in"].as_u64().unwrap();
    assert!((before + 900..=now() + 900).contains(&expires), "{expires}");

    let user = me(&sim, &tokens["access_token"]).await.data()["user_id"].clone();
    assert_eq!(user, get(&sim, "/v1/users/me").await.data()["user_id"]);
    let again = ask(&sim, TOKEN, DEMO_WEB_SECRET, by_code(&code)).await;
    assert_eq!(failure(&again).2, "invalid request: code (it is unknown, or was used before)");
    let issued = sim.oauth().issued();
    assert_eq!((issued.len(), issued[0].client_id.as_str()), (1, DEMO_WEB_APP));
    assert_eq!((issued[0].grant_type.as_str(), issued[0].expires_at), ("authorization_code", expires));
    assert_eq!(sim.oauth().token_requests(), 2);
}

#[tokio::test]
async fn what_does_not_fit_a_code_is_refused_and_the_code_stays() {
    let sim = with_oauth(OAuth::new()).await;
    let code = code(&sim).await;
    let good = by_code(&code);
    for (bearer, fields, expected) in [
        ("wrong", json!({}), (401, "invalid_client", "the client secret is wrong")),
        ("", json!({}), (401, "invalid_client", "no client secret")),
        (DEMO_WEB_SECRET, json!({"client_id": "x"}), (401, "invalid_client", "no such app")),
        (DEMO_WEB_SECRET, json!({"client_id": null}), (400, "invalid_request", "client_id (it is required")),
        (DEMO_WEB_SECRET, json!({"client_id": 7}), (400, "invalid_request", "client_id (expected a text")),
        (DEMO_WEB_SECRET, json!({"client_id": DEMO_SERVICE_APP}), (400, "access_deny", "invalid app type")),
        (
            DEMO_WEB_SECRET,
            json!({"client_id": DEMO_PKCE_APP}),
            (400, "invalid_request", "code (it is unknown"),
        ),
        (DEMO_WEB_SECRET, json!({"code": ""}), (400, "invalid_request", "code (it is required")),
        (
            DEMO_WEB_SECRET,
            json!({"redirect_uri": "http://127.0.0.1:9/"}),
            (400, "invalid_request", "redirect_uri"),
        ),
        (DEMO_WEB_SECRET, json!({"code_verifier": "v"}), (400, "invalid_request", "code_verifier")),
        (DEMO_WEB_SECRET, json!({"secret": "v"}), (400, "invalid_request", "secret (no endpoint has")),
        (
            DEMO_WEB_SECRET,
            json!({"grant_type": null}),
            (400, "invalid_request", "grant_type (it is required"),
        ),
        (
            DEMO_WEB_SECRET,
            json!({"grant_type": "password"}),
            (400, "unsupported_grant_type", "not supported grant type: password"),
        ),
    ] {
        let (status, code, message) = failure(&ask(&sim, TOKEN, bearer, with(good.clone(), fields)).await);
        assert_eq!((status, code.as_str()), (expected.0, expected.1), "{message}");
        assert!(message.contains(expected.2), "{message}");
    }
    assert_eq!(ask(&sim, TOKEN, DEMO_WEB_SECRET, good).await.status, 200);
}

#[tokio::test]
async fn bodies_must_be_json_objects() {
    let sim = with_oauth(OAuth::new()).await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    for (header, body, expected) in [
        (form, "grant_type=refresh_token", "Content-Type (expected application/json"),
        (JSON, "", "body (expected a JSON object"),
        (JSON, "[]", "body (expected a JSON object"),
        (JSON, &" ".repeat(70_000), "body (it is truncated, or larger than 64 KiB"),
    ] {
        let (status, code, message) = failure(&send(&sim, "POST", TOKEN, &[header], body.to_owned()).await);
        assert_eq!((status, code.as_str()), (400, "invalid_request"));
        assert!(message.contains(expected), "{message}");
    }
    let reply = send(&sim, "GET", TOKEN, &[AUTH], "").await;
    assert_eq!(reply.status, 405, "{}", reply.text());
}

#[tokio::test]
async fn a_refresh_token_is_good_for_one_refresh() {
    let sim = with_oauth(OAuth::new()).await;
    let first = tokens(&sim).await;
    let second = ask(&sim, TOKEN, DEMO_WEB_SECRET, by_refresh_token(&first["refresh_token"])).await.json();
    for name in ["access_token", "refresh_token"] {
        assert_ne!(text(&first[name]), text(&second[name]));
    }
    // What was issued stays good.
    for tokens in [&first, &second] {
        assert_eq!(me(&sim, &tokens["access_token"]).await.status, 200);
    }
    for (bearer, token, expected) in [
        (DEMO_WEB_SECRET, &first["refresh_token"], "refresh_token (it is unknown, or was used before)"),
        ("wrong", &second["refresh_token"], "the client secret is wrong"),
    ] {
        let (_, _, message) = failure(&ask(&sim, TOKEN, bearer, by_refresh_token(token)).await);
        assert!(message.contains(expected), "{message}");
    }
    sim.oauth().expire_refresh_tokens();
    let late = ask(&sim, TOKEN, DEMO_WEB_SECRET, by_refresh_token(&second["refresh_token"])).await;
    assert!(failure(&late).2.contains("refresh_token (it has expired)"));
}

#[tokio::test]
async fn of_many_who_refresh_at_once_one_succeeds() {
    let sim = std::sync::Arc::new(with_oauth(OAuth::new()).await);
    let body = by_refresh_token(&tokens(&sim).await["refresh_token"]);
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (sim, body) = (std::sync::Arc::clone(&sim), body.clone());
        asked.spawn(async move { ask(&sim, TOKEN, DEMO_WEB_SECRET, body).await.status.as_u16() });
    }
    let mut statuses = asked.join_all().await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[1..].iter().all(|status| *status == 400)), (200, true));
    assert_eq!((sim.oauth().token_requests(), sim.oauth().issued().len()), (17, 2));
}

#[tokio::test]
async fn tokens_expire_and_are_revoked_as_a_test_wants() {
    let sim = with_oauth(OAuth::new()).await;
    let (one, other) = (tokens(&sim).await, tokens(&sim).await);
    assert!(sim.oauth().revoke(&text(&one["access_token"])));
    assert!(!sim.oauth().revoke(&text(&one["access_token"])));
    let unknown = "authentication is invalid: the token is unknown".to_owned();
    assert_eq!(me(&sim, &one["access_token"]).await.refusal(), (401, 4100, unknown));
    assert_eq!(me(&sim, &other["access_token"]).await.status, 200);

    sim.oauth().expire_tokens();
    let expired = "authentication is invalid: the token has expired".to_owned();
    assert_eq!(me(&sim, &other["access_token"]).await.refusal(), (401, 4100, expired));
    assert_eq!(get(&sim, "/v1/users/me").await.status, 200);
    let renewed = ask(&sim, TOKEN, DEMO_WEB_SECRET, by_refresh_token(&other["refresh_token"])).await.json();
    assert_eq!(me(&sim, &renewed["access_token"]).await.status, 200);

    let sim = with_oauth(OAuth::new().token_lifetime(Duration::ZERO)).await;
    let stale = tokens(&sim).await;
    assert!(stale["expires_in"].as_u64().unwrap() <= now());
    assert_eq!(me(&sim, &stale["access_token"]).await.status, 401);
}

#[tokio::test]
async fn the_next_token_requests_fail_as_a_test_wants() {
    let sim = with_oauth(OAuth::new()).await;
    let refresh = by_refresh_token(&tokens(&sim).await["refresh_token"]);
    sim.oauth().fail_next(2, StatusCode::SERVICE_UNAVAILABLE, "try again");
    sim.oauth().fail_next(
        1,
        StatusCode::BAD_REQUEST,
        json!({"error_code": "invalid_client", "error_message": ""}),
    );
    for expected in [503, 503, 400, 200] {
        assert_eq!(ask(&sim, TOKEN, DEMO_WEB_SECRET, refresh.clone()).await.status, expected);
    }
    assert_eq!(sim.oauth().token_requests(), 5);
}

#[tokio::test]
async fn errors_have_the_fields_that_a_test_wants() {
    for (form, expected) in [
        (ErrorForm::Code, &["error_code", "error_message"][..]),
        (ErrorForm::Error, &["error", "error_description"]),
        (ErrorForm::Both, &["error", "error_code", "error_description", "error_message"]),
    ] {
        let sim = with_oauth(OAuth::new().error_form(form)).await;
        let body = ask(&sim, TOKEN, "", json!({"grant_type": "password"})).await.json();
        assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), expected);
    }
}

#[tokio::test]
async fn deactivated_apps_get_nothing() {
    let sim = with_oauth(OAuth::new().deactivate(DEMO_WEB_APP)).await;
    let expected = "app: demo web is currently deactivated by the owner";
    for reply in [
        visit(&sim, AUTHORIZE, &WEB).await,
        ask(&sim, TOKEN, DEMO_WEB_SECRET, by_refresh_token(&json!("r"))).await,
    ] {
        assert_eq!(failure(&reply), (400, "access_deny".to_owned(), expected.to_owned()));
    }
}

#[tokio::test]
async fn a_clock_that_is_off_shows_in_tokens_and_dates() {
    let sim = with_oauth(OAuth::new().clock_offset(-7200)).await;
    let reply = ask(&sim, TOKEN, DEMO_WEB_SECRET, by_code(&code(&sim).await)).await;
    let date = httpdate::parse_http_date(reply.header("date")).unwrap();
    let date = date.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    assert!(now() - 7300 < date && date <= now() - 7200, "{date}");
    let tokens = reply.json();
    let expires = tokens["expires_in"].as_u64().unwrap();
    assert!((date + 890..=date + 910).contains(&expires), "{expires}");
    assert_eq!(me(&sim, &tokens["access_token"]).await.status, 200);
}

#[tokio::test]
async fn challenges_bind_codes_to_their_verifiers() {
    let sim = with_oauth(OAuth::new()).await;
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let s256 = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let pkce = [("response_type", "code"), ("client_id", DEMO_PKCE_APP), ("redirect_uri", BACK)];
    for fields in [
        &[("code_challenge", s256), ("code_challenge_method", "S256")][..],
        &[("code_challenge", verifier), ("code_challenge_method", "plain")],
        &[("code_challenge", verifier)],
    ] {
        let reply = visit(&sim, AUTHORIZE, &[&pkce[..], fields].concat()).await;
        let code = reply.header("location").strip_prefix("http://127.0.0.1:9/back?code=").unwrap();
        let body = with(by_code(code), json!({"client_id": DEMO_PKCE_APP}));
        for (bad, problem) in [(json!({}), "required"), (json!({"code_verifier": "v"}), "does not match")] {
            let (_, code, message) = failure(&ask(&sim, TOKEN, "", with(body.clone(), bad)).await);
            assert_eq!(code, "invalid_request");
            assert!(message.contains("code_verifier") && message.contains(problem), "{message}");
        }
        // Some clients send the word alone where they have no secret.
        let headers = [JSON, ("authorization", "Bearer ")];
        let body = with(body, json!({"code_verifier": verifier}));
        let reply = send(&sim, "POST", TOKEN, &headers, body.to_string()).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    let reply = visit(&sim, AUTHORIZE, &pkce).await;
    assert!(failure(&reply).2.contains("code_challenge (it is required)"));
}

#[tokio::test]
async fn authorize_sends_nobody_to_where_it_should_not() {
    let sim = with_oauth(OAuth::new()).await;
    for (name, value, expected) in [
        ("client_id", "x", "no such app"),
        ("client_id", DEMO_DEVICE_APP, "invalid app type"),
        ("client_id", "", "client_id (it is required)"),
        ("redirect_uri", "https://example.com/", "redirect_uri (it is not registered"),
        ("redirect_uri", "http://127.0.0.1:9/\r\nx: y", "redirect_uri (it is not registered"),
        ("response_type", "token", "response_type (expected code)"),
        ("response_type", "", "response_type (it is required)"),
    ] {
        let fields = WEB.map(|field| if field.0 == name { (name, value) } else { field });
        let reply = visit(&sim, AUTHORIZE, &fields).await;
        assert!(!reply.headers.contains_key("location"));
        let (status, _, message) = failure(&reply);
        assert!(matches!(status, 400 | 401) && message.contains(expected), "{status} {message}");
    }
    for (challenge, method, expected) in [
        ("short", "S256", "code_challenge (expected SHA-256"),
        ("short", "S512", "code_challenge_method (expected S256 or plain"),
    ] {
        let more = [("code_challenge", challenge), ("code_challenge_method", method)];
        let (_, _, message) = failure(&visit(&sim, AUTHORIZE, &[&WEB[..], &more].concat()).await);
        assert!(message.contains(expected), "{message}");
    }
}

#[tokio::test]
async fn a_workspace_and_the_state_come_back() {
    let sim = with_oauth(OAuth::new().redirect_uri("https://app.example.com/back?from=here")).await;
    let path = "/api/permission/oauth2/workspace_id/7400000000000000009/authorize";
    let redirect_uri = "https://app.example.com/back?from=here";
    let fields = WEB.map(|field| match field.0 {
        "redirect_uri" => ("redirect_uri", redirect_uri),
        "state" => ("state", "a&b=星"),
        _ => field,
    });
    let reply = visit(&sim, path, &fields).await;
    let location =
        reply.header("location").strip_prefix("https://app.example.com/back?from=here&code=").unwrap();
    let code = location.strip_suffix("&state=a%26b%3D%E6%98%9F").unwrap_or_else(|| panic!("{location}"));
    let body = with(by_code(code), json!({"redirect_uri": redirect_uri}));
    assert_eq!(ask(&sim, TOKEN, DEMO_WEB_SECRET, body).await.status, 200);
    assert_eq!(sim.oauth().issued()[0].workspace_id.as_deref(), Some("7400000000000000009"));
}

#[tokio::test]
async fn a_user_can_refuse() {
    let sim = with_oauth(OAuth::new().consent(Consent::Deny)).await;
    let reply = visit(&sim, AUTHORIZE, &WEB).await;
    let expected =
        "http://127.0.0.1:9/back?error=access_denied&error_description=the%20user%20refused&state=s";
    assert_eq!((reply.status.as_u16(), reply.header("location")), (302, expected));
}

#[tokio::test]
async fn a_page_asks_for_consent_once() {
    let sim = with_oauth(OAuth::new().consent(Consent::Ask)).await;
    for (decision, expected) in [("approve", "http://127.0.0.1:9/back?code=code"), ("deny", "?error=access")]
    {
        let reply = visit(&sim, AUTHORIZE, &WEB).await;
        let page = reply.header("location").strip_prefix("http://sim").unwrap();
        let shown = send(&sim, "GET", page, &[], "").await;
        assert!(shown.header("content-type").starts_with("text/html"));
        let key = page.strip_prefix("/oauth/consent?authorize_key=").unwrap();
        for part in ["demo web", "允许", key] {
            assert!(shown.text().contains(part), "{}", shown.text());
        }
        let form = format!("authorize_key={key}&decision=");
        assert_eq!(send(&sim, "POST", "/oauth/consent", &[], format!("{form}maybe")).await.status, 400);
        let done = send(&sim, "POST", "/oauth/consent", &[], format!("{form}{decision}")).await;
        assert!(
            done.status == 302 && done.header("location").contains(expected),
            "{}",
            done.header("location")
        );
        assert_eq!(send(&sim, "POST", "/oauth/consent", &[], format!("{form}approve")).await.status, 404);
    }
}

#[tokio::test]
async fn scripted_faults_hit_token_requests_too() {
    let script = json!({"faults": [{
        "on": "POST /api/permission/oauth2/token", "times": 1,
        "answer": {"status": 400, "body": {"error": "slow_down"}},
    }]});
    let script = Script::parse(&script.to_string()).unwrap();
    let sim = Sim::builder().script(script).start().await.unwrap();
    let refresh = by_refresh_token(&json!("r_secret"));
    assert_eq!(
        ask(&sim, TOKEN, DEMO_WEB_SECRET, refresh.clone()).await.json(),
        json!({"error": "slow_down"})
    );
    assert_eq!(failure(&ask(&sim, TOKEN, DEMO_WEB_SECRET, refresh).await).1, "invalid_request");
    assert!(!format!("{:?}", sim.requests()).contains("r_secret"));
    assert_eq!(sim.oauth().token_requests(), 2);
}

#[tokio::test]
async fn no_secret_is_recorded_or_shown() {
    let sim = with_oauth(OAuth::new()).await;
    let code = code(&sim).await;
    let tokens = ask(&sim, TOKEN, DEMO_WEB_SECRET, by_code(&code)).await.json();
    ask(&sim, TOKEN, DEMO_WEB_SECRET, by_refresh_token(&tokens["refresh_token"])).await;
    me(&sim, &tokens["access_token"]).await;
    let shown = format!("{:?} {sim:?} {:?}", sim.requests(), sim.oauth());
    let bodies: String =
        sim.requests().iter().map(|seen| String::from_utf8(seen.body.to_vec()).unwrap()).collect();
    assert!(bodies.contains("\"client_id\"") && bodies.contains("[redacted]"), "{bodies}");
    for secret in
        [sim.token(), &code, DEMO_WEB_SECRET, &text(&tokens["access_token"]), &text(&tokens["refresh_token"])]
    {
        assert!(!shown.contains(secret) && !bodies.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn coze_studio_has_no_oauth() {
    let sim = Sim::builder().dialect(Dialect::Studio).start().await.unwrap();
    assert_eq!(ask(&sim, TOKEN, DEMO_WEB_SECRET, by_code("c")).await.status, 401);
    assert_eq!(visit(&sim, AUTHORIZE, &WEB).await.status, 401);
}
