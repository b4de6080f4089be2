//! Service apps, and the config file of the demo app.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use coze_sim::{DEMO_BOT, DEMO_CHANNEL_APP, DEMO_SERVICE_APP, DEMO_WEB_APP, OAuth, Script, Sim};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

use crate::oauth::{TOKEN, ask, failure, me, with_oauth};
use crate::support::{JSON, Reply, chat_with, send, text, with};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

fn config(sim: &Sim) -> Value {
    serde_json::from_str(&sim.oauth_config()).unwrap()
}

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

/// Makes the claims of a JWT that is good.
fn claims(sim: &Sim, jti: &str) -> Value {
    let aud = sim.addr().to_string();
    json!({"iss": DEMO_SERVICE_APP, "aud": aud, "iat": now(), "exp": now() + 600, "jti": jti})
}

fn header(sim: &Sim) -> Value {
    json!({"alg": "RS256", "typ": "JWT", "kid": config(sim)["public_key_id"]})
}

fn sign(sim: &Sim, header: &Value, claims: &Value) -> String {
    let pem = text(&config(sim)["private_key"]);
    let der: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let key = RsaKeyPair::from_pkcs8(&BASE64_STANDARD.decode(der).unwrap()).unwrap();
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

/// Asks for a token with these claims, and with more in the body.
async fn by_claims(sim: &Sim, path: &str, claims: &Value, body: Value) -> Reply {
    let jwt = sign(sim, &header(sim), claims);
    ask(sim, path, &jwt, with(json!({"grant_type": GRANT}), body)).await
}

#[tokio::test]
async fn a_jwt_brings_one_token_without_a_refresh_token() {
    let sim = with_oauth(OAuth::new()).await;
    let jwt = sign(&sim, &header(&sim), &claims(&sim, "j"));
    let reply = ask(&sim, TOKEN, &jwt, json!({"grant_type": GRANT, "duration_seconds": 86_399})).await;
    let token = reply.json();
    assert!(text(&token["access_token"]).starts_with("czs_"), "{token}");
    assert!(token.get("refresh_token").is_none(), "{token}");
    let expires = token["expires_in"].as_u64().unwrap();
    assert!(expires.abs_diff(now() + 86_399) < 60, "{expires}");
    assert_eq!(me(&sim, &token["access_token"]).await.status, 200);

    let replay = ask(&sim, TOKEN, &jwt, json!({"grant_type": GRANT})).await;
    assert_eq!(failure(&replay).1, "invalid_client");
    assert!(failure(&replay).2.contains("was used before"));
    assert!(!format!("{:?}", sim.requests()).contains(&jwt));
}

#[tokio::test]
async fn every_claim_counts() {
    let sim = with_oauth(OAuth::new()).await;
    for (number, (change, expected)) in [
        (json!({"iss": "1"}), "no such app"),
        (json!({"iss": DEMO_WEB_APP}), "invalid app type"),
        (json!({"aud": "api.coze.cn"}), "aud of the JWT is \"api.coze.cn\", not the host of the API"),
        (json!({"aud": null}), "the payload of the JWT"),
        (json!({"iat": now() + 7200, "exp": now() + 9000}), "ahead of the clock"),
        (json!({"exp": now() - 1, "iat": now() - 9}), "the JWT expired"),
        (json!({"iat": now(), "exp": now()}), "not later than iat"),
        (json!({"exp": "1"}), "the payload of the JWT"),
        (json!({"jti": ""}), "jti of the JWT is empty"),
        (json!({"jti": null}), "the payload of the JWT"),
        (json!({"session_context": {"device": 1}}), "unknown field `device`"),
    ]
    .into_iter()
    .enumerate()
    {
        let claims = with(claims(&sim, &number.to_string()), change);
        let (status, code, message) = failure(&by_claims(&sim, TOKEN, &claims, json!({})).await);
        assert!(message.contains(expected), "{message}");
        let expected = if code == "access_deny" { 400 } else { 401 };
        assert_eq!(status, expected, "{message}");
    }
    for aud in [sim.addr().to_string(), sim.addr().ip().to_string(), "sim".to_owned()] {
        let claims = with(claims(&sim, &aud), json!({"aud": aud}));
        assert_eq!(by_claims(&sim, TOKEN, &claims, json!({})).await.status, 200, "{aud}");
    }
}

#[tokio::test]
async fn the_signature_is_really_checked() {
    let sim = with_oauth(OAuth::new()).await;
    let jwt = |header: &Value| sign(&sim, header, &claims(&sim, "j"));
    let good = jwt(&header(&sim));
    let (start, signature) = good.rsplit_once('.').unwrap();
    let (head, _) = start.split_once('.').unwrap();
    let other = BASE64_URL_SAFE_NO_PAD.encode(claims(&sim, "k").to_string());
    for (jwt, expected) in [
        (format!("{head}.{other}.{signature}"), "does not match the key"),
        (format!("{start}."), "does not match the key"),
        (format!("{start}.!"), "not base64url"),
        (start.to_owned(), "does not have three parts"),
        ("x.y.z".to_owned(), "the header of the JWT"),
        (jwt(&with(header(&sim), json!({"alg": "none"}))), "needs alg RS256"),
        (jwt(&with(header(&sim), json!({"typ": "at+jwt"}))), "needs alg RS256 and typ JWT"),
        (jwt(&with(header(&sim), json!({"kid": "other"}))), "kid of the JWT"),
        (String::new(), "no JWT"),
    ] {
        let (status, code, message) = failure(&ask(&sim, TOKEN, &jwt, json!({"grant_type": GRANT})).await);
        assert_eq!((status, code.as_str()), (401, "invalid_client"), "{message}");
        assert!(message.contains(expected), "{message}");
    }
    // None of them has used it up.
    assert_eq!(ask(&sim, TOKEN, &good, json!({"grant_type": GRANT})).await.status, 200);
}

#[tokio::test]
async fn lifetimes_and_scopes_have_rules() {
    let sim = with_oauth(OAuth::new()).await;
    for (number, (body, expected)) in [
        (json!({"duration_seconds": 86_400}), "duration_seconds (expected 1 to 86399, got 86400)"),
        (json!({"duration_seconds": 0}), "duration_seconds"),
        (json!({"duration_seconds": "900"}), "duration_seconds"),
        (json!({"scope": {"account": {}}}), "scope (unknown field `account`"),
        (json!({"scope": {"account_permission": {}}}), "scope (missing field `permission_list`"),
        (json!({"scope": "all"}), "scope"),
    ]
    .into_iter()
    .enumerate()
    {
        let claims = claims(&sim, &number.to_string());
        let (status, code, message) = failure(&by_claims(&sim, TOKEN, &claims, body).await);
        assert_eq!((status, code.as_str()), (400, "invalid_request"));
        assert!(message.starts_with("invalid request: ") && message.contains(expected), "{message}");
    }
    let scope = json!({
        "account_permission": {"permission_list": ["Connector.botChat"]},
        "attribute_constraint": {"connector_bot_chat_attribute": {"bot_id_list": ["1"]}},
        "workspace_permission": {"workspace_id_list": ["2"], "permission_list": ["Bot.chat"]},
        "workflow_permission": {"workflow_id_list": ["3"], "permission_list": ["Workflow.run"]},
    });
    let claims = with(claims(&sim, "j"), json!({"iss": DEMO_CHANNEL_APP}));
    assert_eq!(by_claims(&sim, TOKEN, &claims, json!({"scope": scope})).await.status, 200);
    let issued = &sim.oauth().issued()[0];
    assert_eq!((issued.client_id.as_str(), &issued.scope), (DEMO_CHANNEL_APP, &Some(scope)));
}

#[tokio::test]
async fn the_token_of_a_channel_is_good_for_its_bots_alone() {
    let script = json!({"bots": [{"id": "5", "rules": [{"reply": "five"}]}]}).to_string();
    let sim = Sim::builder().script(Script::parse(&script).unwrap()).start().await.unwrap();
    let scope = json!({
        "account_permission": {"permission_list": ["Connector.botChat"]},
        "attribute_constraint": {"connector_bot_chat_attribute": {"bot_id_list": ["5"]}},
    });
    for (app, expected) in [(DEMO_CHANNEL_APP, 403), (DEMO_SERVICE_APP, 200)] {
        let claims = with(claims(&sim, app), json!({"iss": app}));
        let token = by_claims(&sim, TOKEN, &claims, json!({"scope": scope})).await.json();
        let bearer = format!("Bearer {}", text(&token["access_token"]));
        for (bot, expected) in [("5", 200), (DEMO_BOT, expected)] {
            let headers = [JSON, ("authorization", bearer.as_str())];
            let chat = send(&sim, "POST", "/v3/chat", &headers, chat_with(bot, "hi").to_string()).await;
            assert_eq!(chat.status, expected, "{}", chat.text());
            let bot = send(&sim, "GET", &format!("/v1/bots/{bot}"), &headers, "").await;
            assert_eq!(bot.status, expected, "{}", bot.text());
        }
    }
}

#[tokio::test]
async fn accounts_and_enterprises_have_paths_of_their_own() {
    let sim = with_oauth(OAuth::new()).await;
    let account = "/api/permission/oauth2/account/7490888144456/token";
    let enterprise = "/api/permission/oauth2/enterprise_id/volcano_210195/token";
    // One official client repeats the ids in the body.
    let token =
        by_claims(&sim, account, &claims(&sim, "1"), json!({"account_id": 7_490_888_144_456_u64})).await;
    let user = me(&sim, &token.json()["access_token"]).await.data()["user_id"].clone();
    assert_eq!(user, "7490888144456");
    let token =
        by_claims(&sim, enterprise, &claims(&sim, "2"), json!({"enterprise_id": "volcano_210195"})).await;
    assert_eq!(token.status, 200, "{}", token.text());
    let issued = sim.oauth().issued();
    assert_eq!(issued[0].account_id.as_deref(), Some("7490888144456"));
    assert_eq!(issued[1].enterprise_id.as_deref(), Some("volcano_210195"));

    let bad = by_claims(&sim, "/api/permission/oauth2/account/me/token", &claims(&sim, "3"), json!({})).await;
    assert!(failure(&bad).2.contains("account_id (expected digits)"));
    let other = ask(&sim, account, "", json!({"grant_type": "refresh_token"})).await;
    assert_eq!(failure(&other).2, "not supported grant type: refresh_token");
}

#[tokio::test]
async fn sessions_keep_their_conversations_apart() {
    let sim = with_oauth(OAuth::new()).await;
    let context = json!({"device_info": {"device_id": "d1", "custom_consumer": "c1"}});
    let mut tokens = Vec::new();
    for (jti, name) in [("1", "ann"), ("2", "bob"), ("3", "ann")] {
        let claims = with(claims(&sim, jti), json!({"session_name": name, "session_context": context}));
        tokens.push(text(&by_claims(&sim, TOKEN, &claims, json!({})).await.json()["access_token"]));
    }
    let bearer: Vec<String> = tokens.iter().map(|token| format!("Bearer {token}")).collect();
    let headers = |index: usize| [("authorization", bearer[index].as_str()), JSON];
    let made = send(&sim, "POST", "/v1/conversation/create", &headers(0), "{}").await.data();
    let path = format!("/v1/conversation/retrieve?conversation_id={}", text(&made["id"]));
    let mut statuses = Vec::new();
    for index in 0..3 {
        statuses.push(send(&sim, "GET", &path, &headers(index), "").await.status.as_u16());
    }
    assert_eq!(statuses, [200, 403, 200]);
    let issued = &sim.oauth().issued()[1];
    assert_eq!((issued.session_name.as_deref(), &issued.session_context), (Some("bob"), &Some(context)));
}

#[tokio::test]
async fn the_clock_of_the_simulator_decides() {
    let sim = with_oauth(OAuth::new().clock_offset(7200)).await;
    let late = by_claims(&sim, TOKEN, &claims(&sim, "1"), json!({})).await;
    assert!(failure(&late).2.contains("the JWT expired"));
    let moved = with(claims(&sim, "2"), json!({"iat": now() + 7200, "exp": now() + 7800}));
    assert_eq!(by_claims(&sim, TOKEN, &moved, json!({})).await.status, 200);
}

#[tokio::test]
async fn the_config_has_the_form_of_the_console() {
    let sim = with_oauth(OAuth::new()).await;
    let config = config(&sim);
    let keys: Vec<&String> = config.as_object().unwrap().keys().collect();
    let expected =
        ["client_id", "client_type", "coze_api_base", "coze_www_base", "private_key", "public_key_id"];
    assert_eq!(keys, expected);
    assert_eq!((&config["client_type"], text(&config["coze_api_base"])), (&json!("jwt"), sim.url()));
    assert!(text(&config["private_key"]).starts_with("-----BEGIN PRIVATE KEY-----\n"));
    assert!(text(&config["public_key_id"]).len() >= 40);
}
