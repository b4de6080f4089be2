//! Several processes that share one token file.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use coze::auth::{FileStore, Session, TokenStore as _, WebApp};
use coze::transport::HyperTransport;
use coze::{Coze, Timestamp};
use coze_sim::{DEMO_PKCE_APP, OAuth};
use tokio::task::spawn_blocking;

use super::{login, simulator};
use crate::served::patiently;

const NAME: &str = "hyper::auth::process::processes_that_share_a_file_use_a_refresh_token_once";
const FILE: &str = "COZE_TEST_TOKEN_FILE";
const BASE: &str = "COZE_TEST_BASE";
const READY: &str = "ready to ask";

/// One of the others: this test in a process of its own.
fn process(base: &str, path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME, "--nocapture"])
        .envs([(BASE, base.as_ref()), (FILE, path.as_os_str())])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

async fn ask_who_i_am(base: String, path: PathBuf) {
    let session = Session::new(WebApp::public(DEMO_PKCE_APP), FileStore::new(path));
    let transport = HyperTransport::builder().no_proxy().build().unwrap();
    let client = Coze::builder().base_url(base).transport(transport).auth(session).build().unwrap();
    // On a line of its own, whatever the harness has written on this one.
    println!("\n{READY}");
    client.users().me().await.unwrap();
}

fn wait_until_ready(process: &mut Child) {
    let mut lines = BufReader::new(process.stdout.as_mut().unwrap());
    let mut line = String::new();
    while line.trim() != READY {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "a process ended early");
    }
}

fn wait_until_done(mut process: Child) {
    let mut rest = String::new();
    process.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
    assert!(process.wait().unwrap().success(), "{rest}");
}

#[tokio::test]
async fn processes_that_share_a_file_use_a_refresh_token_once() {
    if let (Ok(base), Some(path)) = (std::env::var(BASE), std::env::var_os(FILE)) {
        return patiently(ask_who_i_am(base, path.into())).await;
    }
    patiently(async {
        let sim = simulator(OAuth::new()).await;
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("tokens.json"));
        let mut grant = login(&sim, &WebApp::public(DEMO_PKCE_APP)).await.unwrap();
        grant.expires_at = Some(Timestamp::from_unix(1));
        store.save(&grant).await.unwrap();
        let before = sim.oauth().token_requests();

        // Nobody gets past the lock of this process.
        let lock = store.lock().await.unwrap();
        let mut others: Vec<_> = (0..4).map(|_| process(&sim.url(), store.path())).collect();
        others = spawn_blocking(move || {
            others.iter_mut().for_each(wait_until_ready);
            others
        })
        .await
        .unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(sim.oauth().token_requests(), before);
        // One of them dies as it waits, which is in nobody's way.
        let mut dead = others.remove(0);
        dead.kill().unwrap();
        dead.wait().unwrap();
        drop(lock);

        spawn_blocking(move || others.into_iter().for_each(wait_until_done)).await.unwrap();
        assert_eq!(sim.oauth().token_requests(), before + 1);
        let renewed = store.load().await.unwrap().unwrap();
        assert_ne!(renewed.refresh_token, grant.refresh_token);
    })
    .await;
}
