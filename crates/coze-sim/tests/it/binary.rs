use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::support::LONG;

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_coze-sim"));
    command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Starts the program and returns it with its first line.
async fn start(args: &[&str]) -> (Child, String) {
    let mut child = command(args).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = tokio::time::timeout(LONG, lines.next_line()).await.unwrap().unwrap().unwrap();
    (child, line)
}

async fn request(line: &str, token: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let addr = line.strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line}"));
    let mut stream = tokio::net::TcpStream::connect(addr).await.unwrap();
    let head = format!(
        "GET /v1/users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[cfg(unix)]
async fn ends_on(signal: &str) {
    let (mut child, line) = start(&["--addr", "127.0.0.1:0"]).await;
    assert!(request(&line, "pat_sim").await.starts_with("HTTP/1.1 200 OK"));
    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args([signal, &id]).status().await.unwrap().success());
    let status = tokio::time::timeout(LONG, child.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(0));
}

#[cfg(unix)]
#[tokio::test]
async fn sigterm_and_sigint_stop_it() {
    ends_on("-TERM").await;
    ends_on("-INT").await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_upload_needs_no_memory() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    const SIZE: usize = 96 << 20;
    let (child, line) = start(&["--upload-limit", &SIZE.to_string()]).await;
    let status = format!("/proc/{}/status", child.id().unwrap());
    let peak = || {
        let status = std::fs::read_to_string(&status).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
    };
    for (size, expected) in [(SIZE, r#""code":0"#), (SIZE + 1, r#""code":4302"#)] {
        let head = crate::support::part("file", "big.zip", b"");
        let (head, end) = (&head[..head.len() - 2], b"\r\n--XX--\r\n");
        let before = peak();
        let addr = line.strip_prefix("listening on http://").unwrap();
        let (mut reader, mut writer) = tokio::net::TcpStream::connect(addr).await.unwrap().into_split();
        let length = head.len() + size + end.len();
        let request = format!(
            "POST /v1/files/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer pat_sim\r\nConnection: close\r\n\
             Content-Type: multipart/form-data; boundary=XX\r\nContent-Length: {length}\r\n\r\n"
        );
        let sent = async {
            writer.write_all(&[request.as_bytes(), head].concat()).await?;
            let piece = vec![b'x'; 1 << 20];
            for at in (0..size).step_by(piece.len()) {
                writer.write_all(&piece[..piece.len().min(size - at)]).await?;
            }
            writer.write_all(end).await
        };
        let mut answer = String::new();
        // Whoever is refused early cannot send the rest.
        let (_sent, received) = tokio::join!(sent, reader.read_to_string(&mut answer));
        assert!(received.is_ok() && answer.contains(expected), "{received:?}: {answer}");
        let grown = peak() - before;
        assert!(grown < 16 << 10, "{grown} kB for an upload of {size} bytes");
    }
}

#[tokio::test]
async fn options_are_taken() {
    let dir = tempfile::tempdir().unwrap();
    let script = dir.path().join("script.json");
    std::fs::write(&script, r#"{"bots":[{"id":"5","rules":[{"reply":"x"}]}]}"#).unwrap();
    let args = ["--dialect", "studio", "--token", "a", "--token", "b", "--pace-ms", "0", "--script"];
    let (_child, line) = start(&[&args[..], &[script.to_str().unwrap()]].concat()).await;
    for (token, expected) in [("a", "missing session_key"), ("pat_sim", "missing session_key")] {
        let answer = request(&line, token).await;
        assert!(answer.starts_with("HTTP/1.1 401") && answer.contains(expected), "{answer}");
    }
}

#[tokio::test]
async fn the_config_of_an_oauth_app_is_written_for_its_owner_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app.json");
    let args = ["--oauth-app", path.to_str().unwrap()];
    for _ in 0..2 {
        let (_child, line) = start(&args).await;
        let config: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(format!("listening on {}", config["coze_api_base"].as_str().unwrap()), line);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    for kept in ["", "notes", r#"{"client_type":"jwt","client_id":"1127900106117","private_key":"real"}"#] {
        std::fs::write(&path, kept).unwrap();
        let output = tokio::time::timeout(LONG, command(&args).output()).await.unwrap().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains("is not an OAuth config of the simulator"), "{stderr}");
        assert!(output.stdout.is_empty() && output.status.code() == Some(1));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), kept);
    }
    let missing = dir.path().join("none/app.json");
    let args = ["--oauth-app", missing.to_str().unwrap()];
    let output = tokio::time::timeout(LONG, command(&args).output()).await.unwrap().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot be written"));
}

#[tokio::test]
async fn bad_options_are_explained_on_standard_error() {
    for (args, code, expected) in [
        (&["--script", "/nonexistent.json"][..], 1, "coze-sim: script /nonexistent.json: cannot be read"),
        (&["--dialect", "other"], 2, "official, studio"),
        (&["--addr", "nowhere"], 2, "--addr"),
    ] {
        let output = tokio::time::timeout(LONG, command(args).output()).await.unwrap().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{stderr}");
        assert!(stderr.contains(expected) && output.stdout.is_empty(), "{stderr}");
    }
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let output =
        tokio::time::timeout(Duration::from_secs(30), command(&["--addr", &addr]).output()).await.unwrap();
    let stderr = String::from_utf8(output.unwrap().stderr).unwrap();
    assert!(stderr.starts_with(&format!("coze-sim: cannot listen on {addr}: ")), "{stderr}");
}

#[tokio::test]
async fn the_schema_of_files_is_printed() {
    let output = command(&["--schema"]).output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(schema["$defs"]["workflow"]["properties"]["nodes"].is_object());
}
