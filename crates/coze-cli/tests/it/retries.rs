//! What is told of attempts that fail and are followed by another.

use crate::support::{coze_at, run, scripted};

/// Fails twice before it answers.
const FAULTS: &str = r#"{"faults": [{"on": "GET /v1/users/me", "times": 2,
    "answer": {"status": 503, "headers": {"x-tt-logid": "L7"}, "body": {"code": 5000, "msg": "over\nload"}}}]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_script_hears_of_retries_only_if_it_asks() {
    let ran = run(coze_at(&scripted(FAULTS).await, &["auth", "check"]));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    let ran = run(coze_at(&scripted(FAULTS).await, &["auth", "check", "--verbose"]));
    let told: Vec<_> = ran.stderr.lines().filter(|line| line.contains("retrying")).collect();
    assert_eq!((ran.code, told.len()), (0, 2), "{ran:?}");
    for (number, line) in (1..).zip(told) {
        assert!(line.starts_with(&format!("attempt {number} failed: ")), "{line}");
        assert!(
            line.contains("over\\nload") && line.contains("L7") && line.contains("; retrying "),
            "{line}"
        );
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_is_told_of_each_attempt() {
    let sim = scripted(FAULTS).await;
    let home = tempfile::tempdir().unwrap();
    let mut terminal = crate::session::Terminal::start(coze_at(&sim, &["auth", "check"]), home);
    for number in [1, 2] {
        let before = terminal.expect(&format!("attempt {number} failed: "));
        assert!(!before.contains("retrying") || number == 2, "{before:?}");
        terminal.expect("; retrying in ");
    }
    let rest = terminal.expect("accepts the token");
    assert!(!rest.contains("attempt"), "{rest:?}");
    assert_eq!(terminal.ends().0, 0);
}
