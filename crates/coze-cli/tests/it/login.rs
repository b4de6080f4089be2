//! `coze auth login` and what comes of it; no output of any flow may hold a secret.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use coze_sim::{
    Consent, DEMO_DEVICE_APP, DEMO_PKCE_APP, DEMO_WEB_APP, DEMO_WEB_SECRET, DeviceAnswer, OAuth, Sim,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Ran, TOKEN, WRONG_TOKEN, coze};

/// A simulator, the way to it, which keeps what passes, and the home of somebody who logs in.
struct Setup {
    sim: Sim,
    url: String,
    seen: Arc<Mutex<Vec<u8>>>,
    home: TempDir,
}

impl Setup {
    async fn new(oauth: OAuth) -> Self {
        let oauth = oauth.device_interval(Duration::ZERO);
        let sim = Sim::builder().token(TOKEN).pace(Duration::ZERO).oauth(oauth).start().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::<Mutex<Vec<u8>>>::default();
        let (shared, target) = (Arc::clone(&seen), sim.url().trim_start_matches("http://").to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(&target).unwrap());
                pass(client.try_clone().unwrap(), server.try_clone().unwrap(), &shared);
                pass(server, client, &shared);
            }
        });
        Self { sim, url, seen, home: tempfile::tempdir().unwrap() }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = coze(args);
        command.env("XDG_CONFIG_HOME", self.home.path());
        command
    }

    /// Runs to the end, and looks at the output.
    fn run(&self, args: &[&str]) -> Ran {
        self.check(Ran::new(self.command(args).output().unwrap()))
    }

    /// Logs in on a device, at once.
    fn log_in(&self, profile: &str) {
        let args = ["auth", "login", "--client-id", DEMO_DEVICE_APP, "--base-url", &self.url];
        let line = self.run(&[&args[..], &["--profile", profile]].concat()).ok();
        assert!(line.contains(&format!("as the profile {profile}")), "{line}");
    }

    fn file(&self, name: &str) -> PathBuf {
        self.home.path().join("coze/profiles").join(name)
    }

    fn write(&self, name: &str, content: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Secrets that passed so far.
    fn secrets(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.seen.lock().unwrap()).into_owned();
        let after = |mark: &str, ends: &[char]| -> Vec<String> {
            let found = text.split(mark).skip(1).map(|rest| rest.split(ends).next().unwrap().to_owned());
            found.filter(|secret| secret.len() > 5).collect()
        };
        let mut secrets = Vec::new();
        for name in ["access_token", "refresh_token", "device_code", "code", "code_verifier"] {
            secrets.extend(after(&format!("\"{name}\":\""), &['"']));
        }
        secrets.extend(after("Bearer ", &['\r', '\n']));
        secrets.extend(after("?code=", &['&', ' ', '\r']));
        secrets.extend(after("&code=", &['&', ' ', '\r']));
        secrets.push(DEMO_WEB_SECRET.to_owned());
        let config: Value = serde_json::from_str(&self.sim.oauth_config()).unwrap();
        let key = config["private_key"].as_str().unwrap();
        secrets.extend(key.lines().filter(|line| !line.contains("-----")).map(str::to_owned));
        secrets
    }

    #[track_caller]
    fn check(&self, ran: Ran) -> Ran {
        for secret in self.secrets() {
            assert!(!ran.stdout.contains(&secret) && !ran.stderr.contains(&secret), "{secret}: {ran:?}");
        }
        assert!(!ran.stdout.contains("code_verifier") && !ran.stderr.contains("code_verifier"), "{ran:?}");
        ran
    }

    /// Logs in by a browser, and gives what came of it.
    fn browse(&self, args: &[&str]) -> Ran {
        let redirect = ["auth", "login", "--web", "--redirect-uri", "http://127.0.0.1:0/callback"];
        let mut command = self.command(&[&redirect, args].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("open ").expect("the address to open").to_owned();
        let redirect = get(&url);
        let back = redirect.split("ocation: ").nth(1).unwrap_or_else(|| panic!("{redirect}"));
        let back = back.lines().next().unwrap().to_owned();
        self.seen.lock().unwrap().extend_from_slice(format!("{back} ").as_bytes());
        get(&back);
        let mut output = child.wait_with_output().unwrap();
        let mut rest = line.into_bytes();
        lines.read_to_end(&mut rest).unwrap();
        output.stdout = rest;
        self.check(Ran::new(output))
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, seen: &Arc<Mutex<Vec<u8>>>) {
    let seen = Arc::clone(seen);
    std::thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            // First kept, then passed on: whoever acts on it finds it there.
            seen.lock().unwrap().extend_from_slice(&buffer[..read]);
            if to.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}

/// Asks as a browser does, without following where it is sent.
fn get(url: &str) -> String {
    let (host, target) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[cfg(unix)]
#[track_caller]
fn is_private(path: &Path) {
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions());
    assert_eq!(mode & 0o077, 0, "{}: {mode:o}", path.display());
}

#[cfg(not(unix))]
fn is_private(_: &Path) {}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_logs_in_and_later_commands_use_and_renew_its_token() {
    let oauth = OAuth::new().device_consent(Consent::Approve).device_polls([DeviceAnswer::Pending]);
    let setup = Setup::new(oauth).await;
    setup.run(&["auth", "check"]).fails(3, &["no token", "coze auth login"]);
    let ran = setup.run(&["auth", "login", "--client-id", DEMO_DEVICE_APP, "--base-url", &setup.url]);
    for part in
        ["open      http://127.0.0.1", "and enter ", "or open ", "logged in at", "as the profile default"]
    {
        assert!(ran.stdout.contains(part), "{part}: {ran:?}");
    }
    assert!(setup.secrets().len() > 4, "device code, access token and refresh token have passed");
    for name in ["default.json", "default.tokens.json"] {
        is_private(&setup.file(name));
        is_private(setup.file(name).parent().unwrap());
        // As an editor of Windows saves it.
        let text = std::fs::read_to_string(setup.file(name)).unwrap();
        std::fs::write(setup.file(name), format!("\u{feff}{text}")).unwrap();
    }
    let kept = std::fs::read_to_string(setup.file("default.tokens.json")).unwrap();
    assert!(kept.contains("refresh_token"));

    let line = setup.run(&["auth", "check"]).ok();
    assert!(line.contains(&setup.url) && line.contains("Simulated user"), "{line}");
    let ran = setup.run(&["-v", "chat", "--bot", coze_sim::DEMO_BOT, "what day is 2024-10-01?"]);
    assert_eq!(ran.ok(), "October 1, 2024 is a Tuesday.\n");
    setup.run(&["-v", "api", "GET", "/v1/users/me"]).ok();

    let status = setup.run(&["auth", "status"]).ok();
    for part in [
        "* default: ",
        &setup.url,
        "device app",
        DEMO_DEVICE_APP,
        "renewed automatically",
        "as the profile default",
    ] {
        assert!(status.contains(part), "{part}: {status}");
    }
    let status: Value = serde_json::from_str(&setup.run(&["auth", "status", "--json"]).ok()).unwrap();
    assert_eq!((&status["uses"], &status["profile"]), (&json!("profile"), &json!("default")));
    assert_eq!(status["profiles"][0]["server"], setup.url);

    setup.sim.oauth().expire_tokens();
    setup.run(&["auth", "check"]).ok();
    assert_ne!(std::fs::read_to_string(setup.file("default.tokens.json")).unwrap(), kept, "it was renewed");

    setup.sim.oauth().expire_tokens();
    setup.sim.oauth().expire_refresh_tokens();
    setup.run(&["auth", "check"]).fails(3, &["hint: log in again: coze auth login\n"]);

    let ran = setup.run(&["auth", "logout"]);
    assert!(ran.stdout.contains("profile default") && ran.stderr.contains("until they expire"), "{ran:?}");
    assert!(!setup.file("default.json").exists() && !setup.file("default.tokens.json").exists());
    setup.run(&["auth", "logout"]).fails(3, &["no profile \"default\""]);
    setup.run(&["auth", "check"]).fails(3, &["no token"]);
    assert!(setup.run(&["auth", "status"]).ok().contains("built-in simulator"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_fails_leaves_nothing() {
    for (oauth, code, word) in [
        (OAuth::new().device_consent(Consent::Deny), 3, "access_denied"),
        (OAuth::new().device_polls([DeviceAnswer::AccessDeny]), 3, "access_deny"),
        (OAuth::new().device_polls([DeviceAnswer::ExpiredToken]), 3, "expired_token"),
        (OAuth::new().deactivate(DEMO_DEVICE_APP), 3, "app"),
    ] {
        let setup = Setup::new(oauth).await;
        let args = ["auth", "login", "--client-id", DEMO_DEVICE_APP, "--base-url", &setup.url];
        let ran = setup.run(&args).fails(code, &[word]);
        assert!(!ran.stderr.contains("use a token"), "there was none yet: {ran:?}");
        assert!(!setup.home.path().join("coze").exists(), "{word}");
    }
    let setup = Setup::new(OAuth::new()).await;
    setup.run(&["auth", "login"]).fails(2, &["OAuth app", "--client-id", "--app", "--jwt"]);
    let missing = setup.home.path().join("missing.json");
    let missing = missing.to_str().unwrap();
    setup.run(&["auth", "login", "--jwt", missing]).fails(2, &[missing]);
    for args in [["--profile", "../x"].as_slice(), &["--jwt", "x", "--app", "y"], &["--jwt", "x", "--web"]] {
        assert_eq!(setup.run(&[&["auth", "login", "--client-id", "1"], args].concat()).code, 2, "{args:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_logs_in_with_pkce_and_with_a_secret() {
    let setup = Setup::new(OAuth::new()).await;
    let args = ["--client-id", DEMO_PKCE_APP, "--base-url", &setup.url];
    let ran = setup.browse(&args);
    assert!(ran.stdout.contains("code_challenge_method=S256"), "{ran:?}");
    assert!(ran.ok().contains("as the profile default"));
    setup.run(&["auth", "check"]).ok();
    setup.sim.oauth().expire_tokens();
    setup.run(&["auth", "check"]).ok();

    let app = json!({"client_type": "web", "client_id": DEMO_WEB_APP, "client_secret": DEMO_WEB_SECRET,
        "coze_api_base": setup.url, "coze_www_base": setup.url});
    let app = setup.write("app.json", &app.to_string());
    setup.browse(&["--app", &app, "--profile", "web"]).ok();
    setup.sim.oauth().expire_tokens();
    setup.run(&["--profile", "web", "auth", "check"]).ok();
    let kept = std::fs::read_to_string(setup.file("web.json")).unwrap();
    assert!(kept.contains("app.json") && !kept.contains(DEMO_WEB_SECRET), "{kept}");
    std::fs::remove_file(&app).unwrap();
    setup.run(&["--profile", "web", "auth", "check"]).fails(2, &[&app]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_in_the_browser_is_told() {
    let setup = Setup::new(OAuth::new().consent(Consent::Deny)).await;
    let ran = setup.browse(&["--client-id", DEMO_PKCE_APP, "--base-url", &setup.url]);
    ran.fails(3, &["access_denied"]);
    assert!(!setup.home.path().join("coze").exists());
    let ports = ["--client-id", DEMO_PKCE_APP, "--web", "--redirect-uri", "https://example.com/callback"];
    setup.run(&[&["auth", "login"], &ports[..]].concat()).fails(2, &["example.com", "127.0.0.1"]);
    let args = [
        "auth",
        "login",
        "--web",
        "--client-id",
        DEMO_PKCE_APP,
        "--base-url",
        &setup.url,
        "--timeout",
        "200ms",
    ];
    let args = [&args[..], &["--redirect-uri", "http://127.0.0.1:0/"]].concat();
    setup.run(&args).fails(5, &["browser"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_logs_in_by_its_key() {
    let setup = Setup::new(OAuth::new()).await;
    let config = setup.sim.oauth_config().replace(&setup.sim.url(), &setup.url);
    let file = setup.write("service.json", &config);
    let line = setup.run(&["auth", "login", "--jwt", &file, "--profile", "service"]).ok();
    assert!(line.contains(&setup.url) && line.contains("profile service"), "{line}");
    let check = ["--profile", "service", "auth", "check"];
    setup.run(&check).ok();
    setup.sim.oauth().expire_tokens();
    setup.run(&check).ok();
    assert!(setup.run(&["auth", "status"]).ok().contains("service: "));

    let mut broken: Value = serde_json::from_str(&config).unwrap();
    let key = broken["private_key"].as_str().unwrap();
    broken["private_key"] = key.replacen("MII", "AAA", 1).into();
    let broken = setup.write("broken.json", &broken.to_string());
    setup.run(&["auth", "login", "--jwt", &broken]).fails(2, &[&broken, "key"]);
    setup.run(&["auth", "login", "--app", &file]).fails(2, &[&file, "jwt"]);
    let text = setup.write("text.json", "{\"client_type\":");
    setup.run(&["auth", "login", "--jwt", &text]).fails(2, &[&text]);
    setup.run(&["auth", "login", "--jwt", &file, "--region", "cn"]).fails(2, &[&setup.url, "api.coze.cn"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn options_come_before_variables_and_tokens_before_profiles() {
    let setup = Setup::new(OAuth::new().device_consent(Consent::Approve)).await;
    setup.log_in("default");
    setup.log_in("work");
    let run = |args: &[&str], vars: &[(&str, &str)]| {
        let mut command = setup.command(args);
        command.envs(vars.iter().copied());
        setup.check(Ran::new(command.output().unwrap()))
    };
    let uses = |args: &[&str], vars: &[(&str, &str)]| {
        let status = run(&[&["auth", "status", "--json"], args].concat(), vars).ok();
        let status: Value = serde_json::from_str(&status).unwrap();
        (status["uses"].as_str().unwrap().to_owned(), status["profile"].as_str().map(str::to_owned))
    };
    let profile = |name: &str| ("profile".to_owned(), Some(name.to_owned()));
    let token = ("COZE_API_TOKEN", WRONG_TOKEN);
    assert_eq!(uses(&[], &[]), profile("default"));
    assert_eq!(uses(&[], &[("COZE_PROFILE", "work")]), profile("work"));
    assert_eq!(uses(&["--profile", "work"], &[token]), profile("work"));
    assert_eq!(uses(&["--profile", "work"], &[("COZE_PROFILE", "default")]), profile("work"));
    assert_eq!(uses(&[], &[token, ("COZE_PROFILE", "work")]).0, "environment");
    assert_eq!(uses(&["--token", WRONG_TOKEN], &[token, ("COZE_PROFILE", "work")]).0, "option");
    assert_eq!(uses(&["--region", "cn"], &[]).0, "nothing");
    assert_eq!(uses(&["--base-url", &setup.url], &[]), profile("default"));

    run(&["auth", "check", "--profile", "work"], &[token]).ok();
    assert_eq!(run(&["auth", "check", "--profile", "work", "--token", TOKEN], &[]).code, 2);
    run(&["auth", "check", "--profile", "none"], &[]).fails(3, &["\"none\"", "--profile none"]);
    run(&["auth", "check"], &[("COZE_PROFILE", "none")]).fails(3, &["\"none\""]);
    run(&["auth", "check"], &[("COZE_PROFILE", "a/b")]).fails(2, &["COZE_PROFILE", "letters"]);
    run(&["auth", "check", "--region", "cn"], &[]).fails(3, &["no token for https://api.coze.cn"]);
    run(&["auth", "check", "--profile", "work", "--region", "cn"], &[])
        .fails(2, &["work", &setup.url, "--region"]);
    run(&["auth", "check", "--profile", "work"], &[("COZE_API_BASE", "https://api.coze.cn")])
        .fails(2, &["work", "COZE_API_BASE"]);

    std::fs::write(setup.file("default.json"), "{").unwrap();
    run(&["chat", "x"], &[]).fails(3, &["default.json", "damaged", "coze auth login"]);
    std::fs::write(setup.file("work.tokens.json"), "{").unwrap();
    run(&["auth", "check", "--profile", "work"], &[]).fails(3, &["work.tokens.json", "--profile work"]);
    let status = run(&["auth", "status", "--token", TOKEN], &[]);
    assert_eq!(status.code, 3, "{status:?}");
    for told in ["default.json", "work.tokens.json"] {
        assert!(status.stderr.contains(told), "{status:?}");
    }
    assert!(status.stdout.contains("token of --token"), "{status:?}");
    // What is damaged can be forgotten all the same.
    run(&["auth", "logout", "--profile", "work"], &[]).ok();
    run(&["auth", "logout"], &[]).ok();
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_the_wait_for_the_user() {
    let setup = Setup::new(OAuth::new()).await;
    let args = ["auth", "login", "--client-id", DEMO_DEVICE_APP, "--base-url", &setup.url];
    let mut child = setup.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("or open")));
    // It waits from its first question on, at the latest.
    while setup.sim.oauth().token_requests() == 0 {
        tokio::task::yield_now().await;
    }
    crate::interrupt::interrupt(child.id());
    setup.check(Ran::new(child.wait_with_output().unwrap())).fails(130, &["interrupted"]);
    assert!(!setup.home.path().join("coze").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_personal_token_is_asked_about_and_kept() {
    let setup = Setup::new(OAuth::new()).await;
    let login = |token: &str, more: &[&str]| {
        let args = [&["auth", "login", "--with-token", "--base-url", &setup.url][..], more].concat();
        setup.check(crate::support::run_with(setup.command(&args), token))
    };
    login(WRONG_TOKEN, &[]).fails(3, &["4100"]);
    login("", &[]).fails(2, &["token is empty"]);
    login(TOKEN, &["--web"]).fails(2, &["--web"]);
    setup.run(&["auth", "check"]).fails(3, &["no token"]);

    let line = login(&format!("{TOKEN}\n"), &["--bot", coze_sim::DEMO_BOT, "--user", "小明"]).ok();
    assert!(line.contains("as the profile default"), "{line}");
    let status = setup.run(&["auth", "status"]).ok();
    for words in ["personal access token", coze_sim::DEMO_BOT, "小明", "token without expiry"] {
        assert!(status.contains(words), "{words}: {status}");
    }
    let status: Value = serde_json::from_str(&setup.run(&["auth", "status", "--json"]).ok()).unwrap();
    let profile = &status["profiles"][0];
    assert_eq!(
        (&profile["flow"], &profile["user"], &profile["client_id"]),
        (&"token".into(), &"小明".into(), &Value::Null)
    );
    // The agent and the user are those of the profile, unless others are named.
    assert_eq!(setup.run(&["chat", "what day is 2024-10-01?"]).ok(), "October 1, 2024 is a Tuesday.\n");
    let asked =
        |sim: &Sim| -> Value { serde_json::from_slice(&sim.requests().last().unwrap().body).unwrap() };
    assert_eq!(asked(&setup.sim)["user_id"], "小明");
    setup.run(&["chat", "--user", "other", "hi"]).ok();
    assert_eq!(asked(&setup.sim)["user_id"], "other");
    setup.run(&["auth", "logout"]).ok();
    setup.run(&["auth", "check"]).fails(3, &["no token"]);
}
