//! Every example runs: against the simulator where it needs a server.
#![cfg(all(feature = "websocket", feature = "jwt"))]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use coze_sim::{Consent, DEMO_DEVICE_APP, DEMO_PKCE_APP, DEMO_WEB_APP, DEMO_WEB_SECRET, OAuth, Script, Sim};

/// Examples that run by themselves, and what they have to print.
const EXAMPLES: [(&str, &[&str]); 11] = [
    ("conversation", &["My favourite city is Hangzhou.", "Some(User): What did I say before?"]),
    ("events", &["log id: Some", "was created", "completed, usage: Some"]),
    ("files_and_images", &["jobs.csv", "dog.png"]),
    ("first_chat", &["2024年10月1日是星期二。"]),
    ("jwt_service", &["Anna, user id ", "Ben, user id ", "2 clients"]),
    ("own_transport", &["2024年10月1日是星期二。\nreplayed: 2024年10月1日是星期二。"]),
    (
        "realtime",
        &["you: What day is 2024-10-01?", "agent: October 1, 2024 is a Tuesday.", "you heard all of it"],
    ),
    ("test_without_server", &["2024年10月1日是星期二。"]),
    ("tools", &["get_weather: {", "The tool get_weather returned: city: Hangzhou, temperature: 21."]),
    ("workflow_batch", &["杭州: 1 days", "厦门: 8 days"]),
    ("workflow_interrupt", &["Which city?", "Plan for Hangzhou: walk, eat, rest.", "done: "]),
];

/// Examples that have a test of their own.
const OTHERS: [&str; 5] = ["auth_device", "auth_jwt", "auth_pkce", "auth_web", "web_server"];

/// The folder of the programs, which `cargo test` has built, unless it builds this test alone.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap().join("examples");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let changed = |path: PathBuf| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    let names = EXAMPLES.iter().map(|(name, _)| *name).chain(OTHERS);
    let is_new = |name| {
        let program = folder.join(name).with_extension(std::env::consts::EXE_EXTENSION);
        changed(program) >= changed(sources.join(name).with_extension("rs"))
    };
    if !names.into_iter().all(is_new) {
        let build = Command::new(env!("CARGO")).args(["build", "--package", "coze", "--examples"]).status();
        assert!(build.unwrap().success(), "the examples do not build");
    }
    folder
});

fn example(name: &str) -> Command {
    let mut command = Command::new(FOLDER.join(name));
    for variable in ["COZE_API_TOKEN", "COZE_API_BASE", "COZE_BOT_ID", "COZE_WORKFLOW_ID"] {
        command.env_remove(variable);
    }
    command
}

#[test]
fn each_example_prints_what_it_says() {
    let running = EXAMPLES.map(|(name, expected)| {
        let child = example(name).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        (name, expected, child.unwrap_or_else(|error| panic!("{name}: {error}")))
    });
    for (name, expected, child) in running {
        let output = child.wait_with_output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        for line in expected {
            assert!(printed.contains(line), "{name} does not print {line:?}: {printed}");
        }
    }
}

#[test]
fn each_example_is_run_and_says_what_it_is() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let source = std::fs::read_to_string(&path).unwrap();
            assert!(source.starts_with("//! "), "{} has no line that says what it does", path.display());
            found.insert(path.file_stem().unwrap().to_str().unwrap().to_owned());
        }
    }
    let run: BTreeSet<_> = EXAMPLES.iter().map(|(name, _)| *name).chain(OTHERS).map(str::to_owned).collect();
    assert_eq!(found, run);
}

/// A browser that goes away in the middle of an answer cancels the chat.
#[tokio::test]
async fn the_web_server_streams_and_cancels() {
    let script = r#"{"bots": [{"id": "7400000000000000009", "rules": [
        {"reply": {"steps": [{"answer": ["one ", "two "]}, {"wait_ms": 3600000}]}}
    ]}]}"#;
    let sim = Sim::builder().script(Script::parse(script).unwrap()).start().await.unwrap();
    let mut command = example("web_server");
    command.arg("127.0.0.1:0").stdout(Stdio::piped());
    command.env("COZE_API_BASE", sim.url()).env("COZE_API_TOKEN", sim.token());
    let mut server = command.env("COZE_BOT_ID", "7400000000000000009").spawn().unwrap();
    let stdout = server.stdout.take().unwrap();

    let browser = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap().to_owned();
        let mut browser = TcpStream::connect(&address).unwrap();
        let head = "POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n";
        browser.write_all(format!("{head}count").as_bytes()).unwrap();
        let mut read = String::new();
        let mut buffer = [0; 1024];
        while !read.contains("two ") {
            let length = browser.read(&mut buffer).unwrap();
            assert!(length > 0, "{read}");
            read.push_str(std::str::from_utf8(&buffer[..length]).unwrap());
        }
        assert!(read.starts_with("HTTP/1.1 200"), "{read}");
    });
    browser.await.unwrap();
    // The socket is closed now.
    while !sim.requests().iter().any(|request| request.path == "/v3/chat/cancel") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    server.kill().unwrap();
    server.wait().unwrap();
}

async fn output(mut command: Command) -> String {
    let ran = tokio::task::spawn_blocking(move || command.stdin(Stdio::null()).output().unwrap());
    let output = ran.await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_and_a_device_log_in() {
    let sim = Sim::builder().oauth(OAuth::new().device_consent(Consent::Approve)).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("coze_oauth_config.json");
    std::fs::write(&file, sim.oauth_config()).unwrap();

    let mut service = example("auth_jwt");
    service.arg(file);
    assert!(output(service).await.contains(&format!("at {}", sim.url())));

    let tokens = folder.path().join("tokens.json");
    let device = || {
        let mut device = example("auth_device");
        device.arg(DEMO_DEVICE_APP).arg(&tokens).env("COZE_API_BASE", sim.url());
        device
    };
    assert_eq!(output(device()).await.lines().count(), 2);
    // The tokens are in the file now.
    assert_eq!(output(device()).await.lines().count(), 1);
}

/// The browser of a user, who agrees.
fn browser() -> reqwest::ClientBuilder {
    reqwest::Client::builder().no_proxy()
}

/// The first address that a program prints.
async fn address(stdout: impl Read + Send + 'static) -> (String, impl BufRead + Send + 'static) {
    let read = tokio::task::spawn_blocking(move || {
        let (mut lines, mut line) = (BufReader::new(stdout), String::new());
        lines.read_line(&mut line).unwrap();
        let address = line.trim_start_matches("open ").trim().to_owned();
        (address, lines)
    });
    read.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_logs_in_by_the_browser() {
    let sim = Sim::start().await.unwrap();
    let mut command = example("auth_pkce");
    command.args([DEMO_PKCE_APP, "http://127.0.0.1:0/callback"]).env("COZE_API_BASE", sim.url());
    let mut program = command.stdout(Stdio::piped()).spawn().unwrap();
    let (address, mut lines) = address(program.stdout.take().unwrap()).await;
    // Consent sends the browser on to the program.
    assert!(browser().build().unwrap().get(address).send().await.unwrap().status().is_success());
    let (mut user, status) = (String::new(), program.wait().unwrap());
    lines.read_line(&mut user).unwrap();
    assert!(status.success() && user.trim().parse::<u64>().is_ok(), "{user}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_application_logs_a_user_in() {
    let redirect = "https://your.example/callback";
    let sim = Sim::builder().oauth(OAuth::new().redirect_uri(redirect)).start().await.unwrap();
    let mut command = example("auth_web");
    command.args([DEMO_WEB_APP, redirect]).env("COZE_API_BASE", sim.url());
    command.env("COZE_CLIENT_SECRET", DEMO_WEB_SECRET).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut program = command.spawn().unwrap();
    let (address, mut lines) = address(program.stdout.take().unwrap()).await;
    let address = address.split(' ').next().unwrap();
    let browser = browser().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = browser.get(address).send().await.unwrap();
    let callback = answer.headers().get("location").unwrap_or_else(|| panic!("{answer:?}"));
    let callback = callback.to_str().unwrap();
    program.stdin.take().unwrap().write_all(format!("{callback}\n").as_bytes()).unwrap();
    assert!(program.wait().unwrap().success());
    let mut printed = String::new();
    lines.read_to_string(&mut printed).unwrap();
    assert!(printed.lines().last().unwrap().parse::<u64>().is_ok(), "{printed}");
}
