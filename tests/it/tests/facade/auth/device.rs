//! Device codes, in the time of the runtime.

use std::time::Duration;

use coze::auth::{DeviceApp, DeviceProgress, Server};
use coze::transport::TransportError;
use coze::{Coze, ErrorKind};
use serde_json::json;
use tokio::time::Instant;

use crate::mock::{Mock, Reply};

fn server(mock: &Mock) -> Server {
    Coze::builder().base_url("https://mock.test").transport(mock.clone()).build_server().unwrap()
}

fn code() -> Reply {
    Reply::json(&json!({
        "device_code": "dev_secret", "user_code": "WDJB-MJHT", "verification_uri": "https://www.mock.test/device",
        "expires_in": 60, "interval": 5,
    }))
}

fn word(word: &str) -> Reply {
    Reply::new(
        400,
        "application/json",
        json!({"error": word, "error_description": "of dev_secret"}).to_string(),
    )
}

fn other_word(word: &str) -> Reply {
    Reply::new(400, "application/json", json!({"error_code": word, "error_message": ""}).to_string())
}

fn granted() -> Reply {
    Reply::json(&json!({"access_token": "czu_1", "expires_in": 4_000_000_000_i64, "refresh_token": "r1"}))
}

#[tokio::test(start_paused = true)]
async fn polls_keep_the_interval_and_slow_down() {
    let mock = Mock::script([
        code(),
        word("authorization_pending"),
        other_word("slow_down"),
        Reply::fail(TransportError::connect("no route")),
        other_word("authorization_pending"),
        granted(),
    ]);
    let login = DeviceApp::new("app").start(&server(&mock)).await.unwrap();
    assert_eq!(login.code().verification_url(), "https://www.mock.test/device?user_code=WDJB-MJHT");
    let mut seen = Vec::new();
    let grant = login.wait_with(|progress| seen.push(format!("{progress:?}"))).await.unwrap();
    assert_eq!((grant.access_token.expose(), grant.refresh_token.unwrap().expose()), ("czu_1", "r1"));
    let times: Vec<_> = mock.sent().windows(2).map(|pair| (pair[1].at - pair[0].at).as_secs()).collect();
    assert_eq!(times, [5, 5, 10, 10, 10]);
    let starts = ["Pending", "SlowedDown(10s)", "Unreachable", "Pending", "Granted"];
    assert!(seen.iter().zip(starts).all(|(seen, start)| seen.starts_with(start)), "{seen:?}");
    assert!(!format!("{seen:?}").contains("czu_1"));
    // Nobody's token goes along.
    assert!(mock.sent().iter().all(|sent| sent.header("authorization").is_none()));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_and_an_end_are_told_by_their_codes() {
    for last in ["access_denied", "access_deny", "expired_token", "invalid_client"] {
        for reply in [word(last), other_word(last)] {
            let mock = Mock::script([code(), word("authorization_pending"), reply]);
            let login = DeviceApp::new("app").start(&server(&mock)).await.unwrap();
            let error = login.wait().await.unwrap_err();
            assert_eq!(error.api().unwrap().code.to_string(), last);
            assert!(!format!("{error} {error:?}").contains("dev_secret"), "{error}");
            assert_eq!(mock.sent().len(), 3);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_who_does_nothing_is_not_waited_for_longer_than_the_code_lives() {
    let mock = Mock::new(|number, _| if number == 0 { code() } else { word("authorization_pending") });
    let login = DeviceApp::new("app").start(&server(&mock)).await.unwrap();
    let started = Instant::now();
    let error = login.wait().await.unwrap_err();
    assert_eq!(error.api().unwrap().code.to_string(), "expired_token");
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!((started.elapsed(), mock.sent().len()), (Duration::from_secs(60), 12));
}

#[tokio::test(start_paused = true)]
async fn a_login_can_be_given_up_and_gone_on_with() {
    let mock = Mock::script([code(), word("authorization_pending"), granted()]);
    let mut login = DeviceApp::new("app").start_workspace(&server(&mock), "734").await.unwrap();
    assert_eq!(mock.sent()[0].path(), "/api/permission/oauth2/workspace_id/734/device/code");
    assert!(tokio::time::timeout(Duration::from_secs(2), login.poll()).await.is_err());
    assert!(matches!(login.poll().await.unwrap(), DeviceProgress::Pending));
    assert_eq!(mock.sent()[1].at - mock.sent()[0].at, Duration::from_secs(5));
    assert!(matches!(login.poll().await.unwrap(), DeviceProgress::Granted(_)));
}

#[tokio::test(start_paused = true)]
async fn a_question_that_is_given_up_loses_no_answer() {
    // The tokens are told once: whoever asks again hears that the code is used.
    let mock = Mock::script([code(), granted().after(Duration::from_secs(3)), other_word("invalid_request")]);
    let mut login = DeviceApp::new("app").start(&server(&mock)).await.unwrap();
    let given_up = tokio::time::timeout(Duration::from_secs(6), login.poll()).await;
    assert!(given_up.is_err() && mock.sent().len() == 2);
    let progress = login.poll().await.unwrap();
    assert!(matches!(progress, DeviceProgress::Granted(_)), "{progress:?}");
}

#[tokio::test(start_paused = true)]
async fn times_beyond_the_clock_do_no_harm() {
    let endless = json!({
        "device_code": "dev_secret", "user_code": "W", "verification_uri": "https://www.mock.test/device",
        "expires_in": 60, "interval": i64::MAX,
    });
    let later = || other_word("slow_down").header("retry-after", "18446744073709551615");
    for replies in [vec![Reply::json(&endless)], vec![code(), later()]] {
        let mock = Mock::script(replies);
        let login = DeviceApp::new("app").start(&server(&mock)).await.unwrap();
        let error = login.wait().await.unwrap_err();
        assert!(error.to_string().contains("expired_token"), "{error}");
    }
}
