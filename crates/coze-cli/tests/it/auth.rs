//! `coze auth`.

use coze_sim::{Dialect, Sim};

use crate::support::{TOKEN, coze_at, run, sim};

#[tokio::test(flavor = "multi_thread")]
async fn check_says_whose_the_token_is() {
    let sim = sim().await;
    let ran = run(coze_at(&sim, &["auth", "check"]));
    assert_eq!(ran.stderr, "");
    let line = ran.ok();
    assert!(line.contains(&sim.url()) && line.contains("Simulated user") && line.ends_with('\n'), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_tell_is_not_taken_for_a_bad_token() {
    let sim = Sim::builder().token(TOKEN).dialect(Dialect::Studio).start().await.unwrap();
    run(coze_at(&sim, &["auth", "check"]))
        .fails(4, &["does not offer", "does not report the owner of a token"]);
}
