//! The program `wehan-server`.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio::time::timeout;
use wehan::{CreateApplication, Wehan};

use crate::support::LONG;

#[cfg(unix)]
#[tokio::test]
async fn the_program_serves_its_files_until_it_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let jobs = folder.path().join("jobs.json");
    std::fs::write(&jobs, r#"{"jobs": [{"id": "j", "title": "校对"}]}"#).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_wehan-server"))
        .arg("--database")
        .arg(folder.path().join("wehan.db"))
        .arg("--jobs")
        .arg(&jobs)
        .env("WEHAN_TOKEN", "from-the-environment")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = timeout(LONG, lines.next_line()).await.unwrap().unwrap().unwrap();
    let url = line.strip_prefix("listening on ").unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{line}");

    let wehan = Wehan::builder().token("from-the-environment").base_url(url).build().unwrap();
    let jobs = wehan.list_jobs().await.unwrap();
    assert_eq!(jobs[0].title.as_deref(), Some("校对"));
    wehan.create_application(CreateApplication::new("u", "j", "i", 100.0)).await.unwrap();

    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    assert_eq!(timeout(LONG, child.wait()).await.unwrap().unwrap().code(), Some(0));
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let jobs = folder.path().join("broken.json");
    std::fs::write(&jobs, r#"{"jobs": [{"title": "no id"}]}"#).unwrap();
    let output =
        Command::new(env!("CARGO_BIN_EXE_wehan-server")).arg("--jobs").arg(&jobs).output().await.unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("broken.json") && said.contains("`id`"), "{said}");
}
