//! The device flow.

use std::time::Duration;

use coze_sim::{Consent, DEMO_DEVICE_APP, DEMO_WEB_APP, DeviceAnswer, ErrorForm, OAuth, Sim};
use serde_json::{Value, json};

use crate::oauth::{TOKEN, ask, failure, me, with_oauth};
use crate::support::{Reply, send, text};

const CODE: &str = "/api/permission/oauth2/device/code";

async fn code(sim: &Sim, path: &str) -> Value {
    let reply = ask(sim, path, "", json!({"client_id": DEMO_DEVICE_APP})).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

async fn poll(sim: &Sim, code: &Value) -> Reply {
    let grant = "urn:ietf:params:oauth:grant-type:device_code";
    let body = json!({"grant_type": grant, "client_id": DEMO_DEVICE_APP, "device_code": code["device_code"]});
    ask(sim, TOKEN, "", body).await
}

/// Does what a user does in a browser.
async fn submit(sim: &Sim, user_code: &str, decision: &str) -> Reply {
    send(sim, "POST", "/oauth/device", &[], format!("user_code={user_code}&decision={decision}")).await
}

#[tokio::test]
async fn a_click_on_the_page_brings_the_device_its_tokens() {
    let sim = with_oauth(OAuth::new().device_interval(Duration::ZERO)).await;
    let code = code(&sim, CODE).await;
    assert_eq!(code["verification_uri"], "http://sim/oauth/device");
    assert_eq!((&code["expires_in"], &code["interval"]), (&json!(300), &json!(0)));
    let user_code = text(&code["user_code"]);
    assert!(user_code.len() == 9 && user_code.as_bytes()[4] == b'-', "{user_code}");
    for _ in 0..2 {
        assert_eq!(failure(&poll(&sim, &code).await).1, "authorization_pending");
    }
    let page = send(&sim, "GET", &format!("/oauth/device?user_code={user_code}"), &[], "").await;
    assert!(page.text().contains(&format!("value=\"{user_code}\"")) && page.text().contains("拒绝"));

    assert_eq!(submit(&sim, "AAAA-AAAA", "approve").await.status, 404);
    let typed = user_code.to_lowercase().replace('-', "+");
    assert_eq!(submit(&sim, &typed, "approve").await.status, 200);
    let tokens = poll(&sim, &code).await.json();
    assert_eq!(me(&sim, &tokens["access_token"]).await.status, 200);
    assert!(tokens["expires_in"].as_u64().unwrap() > 1_700_000_000 && tokens["refresh_token"].is_string());
    assert!(failure(&poll(&sim, &code).await).2.contains("device_code (it is unknown"));

    let refresh = json!({
        "grant_type": "refresh_token", "client_id": DEMO_DEVICE_APP, "refresh_token": tokens["refresh_token"],
    });
    assert_eq!(ask(&sim, TOKEN, "", refresh).await.status, 200);
}

#[tokio::test]
async fn a_page_shows_no_markup_of_others() {
    let sim = with_oauth(OAuth::new()).await;
    let page = send(&sim, "GET", "/oauth/device?user_code=%22%3E%3Cscript%3E", &[], "").await;
    assert!(page.text().contains("value=\"&quot;&gt;&lt;script&gt;\""), "{}", page.text());
}

#[tokio::test]
async fn tests_decide_in_the_name_of_the_user() {
    let sim = with_oauth(OAuth::new()).await;
    let workspace = "/api/permission/oauth2/workspace_id/7400000000000000009/device/code";
    let (yes, no) = (code(&sim, workspace).await, code(&sim, CODE).await);
    assert!(sim.oauth().approve_device(&text(&yes["user_code"])));
    assert!(!sim.oauth().approve_device(&text(&yes["user_code"])), "it was decided");
    assert!(sim.oauth().deny_device(&text(&no["user_code"])));
    assert!(!sim.oauth().deny_device("AAAA-AAAA"));
    assert_eq!(poll(&sim, &yes).await.status, 200);
    assert_eq!(sim.oauth().issued()[0].workspace_id.as_deref(), Some("7400000000000000009"));
    for _ in 0..2 {
        assert_eq!(failure(&poll(&sim, &no).await).1, "access_denied");
    }
}

#[tokio::test]
async fn polls_are_answered_as_a_test_wants() {
    let polls = [
        DeviceAnswer::Pending,
        DeviceAnswer::SlowDown,
        DeviceAnswer::AccessDeny,
        DeviceAnswer::AccessDenied,
        DeviceAnswer::ExpiredToken,
    ];
    let oauth = OAuth::new().device_consent(Consent::Approve).device_polls(polls);
    let sim = with_oauth(oauth.error_form(ErrorForm::Error)).await;
    let code = code(&sim, CODE).await;
    for expected in ["authorization_pending", "slow_down", "access_deny", "access_denied", "expired_token"] {
        let reply = poll(&sim, &code).await;
        assert_eq!((reply.status.as_u16(), &reply.json()["error"]), (400, &json!(expected)));
        assert!(reply.json().get("error_code").is_none());
    }
    assert_eq!(poll(&sim, &code).await.status, 200);
}

#[tokio::test]
async fn hasty_polls_are_slowed_down() {
    let sim = with_oauth(OAuth::new().device_interval(Duration::from_secs(3600))).await;
    let code = code(&sim, CODE).await;
    let codes = [poll(&sim, &code).await, poll(&sim, &code).await, poll(&sim, &code).await];
    let codes = codes.map(|reply| failure(&reply).1);
    assert_eq!(codes, ["authorization_pending", "slow_down", "slow_down"]);
    // Both pairs of fields, since the official clients differ.
    let body = poll(&sim, &code).await.json();
    assert_eq!((&body["error"], &body["error_description"]), (&body["error_code"], &body["error_message"]));
    sim.oauth().expire_device_codes();
    assert_eq!(failure(&poll(&sim, &code).await).1, "expired_token");
    assert!(!sim.oauth().approve_device(&text(&code["user_code"])));
}

#[tokio::test]
async fn only_device_apps_get_device_codes() {
    let sim = with_oauth(OAuth::new().device_consent(Consent::Deny)).await;
    let reply = ask(&sim, CODE, "", json!({"client_id": DEMO_WEB_APP})).await;
    assert_eq!(failure(&reply).2, "invalid app type");
    assert!(failure(&ask(&sim, CODE, "", json!({})).await).2.contains("client_id (it is required)"));
    assert_eq!(failure(&poll(&sim, &code(&sim, CODE).await).await).1, "access_denied");
    assert!(failure(&poll(&sim, &json!({"device_code": "x"})).await).2.contains("device_code"));
}
