//! `coze files`.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{TOKEN, count, coze, coze_at, run, run_with, sim};

/// A folder of files, by name and content.
fn folder(files: &[(&str, &[u8])]) -> (TempDir, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let write = |(name, content): &(&str, &[u8])| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let paths = files.iter().map(write).collect();
    (folder, paths)
}

/// The command `files upload` with its arguments.
fn upload<'a>(args: &[&'a str], paths: &'a [String]) -> Vec<&'a str> {
    ["files", "upload"].iter().chain(args).copied().chain(paths.iter().map(String::as_str)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_file_becomes_a_line_with_its_id() {
    let sim = sim().await;
    let (_folder, paths) =
        folder(&[("a \"1\".png", b"first"), ("报告.pdf", &vec![b'x'; 300_000]), ("c.txt.gz", b"3")]);
    let ran = run(coze_at(&sim, &upload(&[], &paths)));
    assert_eq!(ran.stderr, "", "no bar in a pipe");
    let lines = ran.ok();
    assert_eq!(lines.lines().count(), 3, "{lines}");
    for (path, bytes) in paths.iter().zip([5, 300_000, 1]) {
        let line = lines.lines().find(|line| line.ends_with(&format!("\t{path}"))).expect(path);
        let id = line.split('\t').next().unwrap();
        let file = run(coze_at(&sim, &["files", "retrieve", id])).ok();
        assert_eq!(file.lines().count(), 1, "{file}");
        let file: Value = serde_json::from_str(&file).unwrap();
        assert_eq!((file["id"].as_str(), file["bytes"].as_i64()), (Some(id), Some(bytes)), "{path}");
    }
    run(coze_at(&sim, &["files", "retrieve", "1"])).fails(4, &["4000", "file"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_fails_does_not_stop_the_others() {
    let sim = sim().await;
    let (folder, mut paths) = folder(&[("a.png", b"1"), ("b.xyz", b"2"), ("c.png", b""), ("d.png", b"4")]);
    paths.push(folder.path().join("missing.png").to_str().unwrap().to_owned());
    paths.push(folder.path().to_str().unwrap().to_owned());
    let ran = run(coze_at(&sim, &upload(&[], &paths)));
    assert_eq!(ran.code, 4, "{ran:?}");
    let mut uploaded: Vec<_> = ran.stdout.lines().map(|line| line.split('\t').nth(1).unwrap()).collect();
    uploaded.sort_unstable();
    assert_eq!(uploaded, [&paths[0], &paths[3]]);
    let errors: Vec<_> = ran.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 5, "{ran:?}");
    for (path, why) in [(&paths[1], "xyz"), (&paths[2], "empty"), (&paths[4], "cannot read")] {
        assert!(errors.iter().any(|line| line.contains(path) && line.contains(why)), "{why}: {ran:?}");
    }
    assert!(errors[4].contains("4 of 6 files were not uploaded"), "{ran:?}");
    assert!(!ran.stderr.contains("strict"), "{ran:?}");

    let ran = run(coze_at(&sim, &upload(&["--json", "--jobs", "1"], &paths)));
    assert_eq!(ran.code, 4);
    let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // One at a time means one after the other.
    assert_eq!(lines.iter().map(|line| line["path"].as_str().unwrap()).collect::<Vec<_>>(), paths);
    let good: Vec<_> = lines.iter().map(|line| line["file"]["id"].is_string()).collect();
    assert_eq!(good, [true, false, false, true, false, false]);
    assert!(lines[1]["error"].as_str().unwrap().contains("xyz"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_checked_here_unless_they_are_lifted() {
    let sim = sim().await;
    let (folder, paths) = folder(&[("odd.xyz", b"1")]);
    let large = folder.path().join("large.mp4");
    std::fs::File::create(&large).unwrap().set_len((512 << 20) + 1).unwrap();
    let large = [large.to_str().unwrap().to_owned()];
    run(coze_at(&sim, &upload(&[], &large))).fails(2, &[&large[0], "536870913", "512 MB", "--no-limits"]);
    assert!(sim.requests().is_empty());
    // The server says which formats it does not take.
    run(coze_at(&sim, &upload(&[], &paths))).fails(4, &[&paths[0], "4303", "pdf, numbers", "log id "]);
}

#[tokio::test(flavor = "multi_thread")]
async fn standard_input_is_a_file_with_a_name() {
    let sim = sim().await;
    let args = ["files", "upload", "-", "--name", "notes.csv"];
    let line = run_with(coze_at(&sim, &args), "a,b\n").ok();
    assert!(line.ends_with("\t-\n"), "{line}");
    let file = run(coze_at(&sim, &["files", "retrieve", line.split('\t').next().unwrap()])).ok();
    assert!(file.contains("notes.csv") && file.contains("\"bytes\":4"), "{file}");
    let (_folder, paths) = folder(&[("a.png", b"12345678")]);
    let mut command = coze_at(&sim, &args);
    command.stdin(std::fs::File::open(&paths[0]).unwrap());
    run(command).ok();
    let sent: Vec<_> =
        sim.requests().into_iter().filter(|request| request.path == "/v1/files/upload").collect();
    let has = |index: usize, header: &str| sent[index].headers.contains_key(header);
    assert!(has(0, "transfer-encoding") && !has(0, "content-length"), "the length of a pipe is not known");
    #[cfg(unix)]
    assert!(has(1, "content-length") && !has(1, "transfer-encoding"), "that of a file is");

    run_with(coze_at(&sim, &args), "").fails(2, &["notes.csv", "empty"]);
    run(coze_at(&sim, &["files", "upload", "-"])).fails(2, &["standard input", "--name"]);
    run(coze_at(&sim, &["files", "upload", "-", &paths[0]])).fails(2, &["standard input"]);
    run(coze_at(&sim, &["files", "upload", "--name", "x.png", &paths[0], &paths[0]])).fails(2, &["--name"]);
    for args in [["files", "upload"].as_slice(), &["files", "upload", "-j", "0", "x"], &["files"]] {
        assert_eq!(run(coze_at(&sim, args)).code, 2, "{args:?}");
    }
}

#[test]
fn the_built_in_simulator_takes_files_when_it_is_asked_for() {
    let (_folder, paths) = folder(&[("a.png", b"1")]);
    // A script that lost its secret must not succeed.
    let ran = run(coze(&upload(&[], &paths))).fails(3, &["no token", "--sim"]);
    assert_eq!(ran.stdout, "");
    run(coze(&["files", "retrieve", "1"])).fails(3, &["no token", "--sim"]);
    run(coze(&upload(&["--sim"], &paths))).ok();
    run(coze(&["--sim", "files", "retrieve", "1"])).fails(4, &["4000", "file"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_no_file() {
    let sim = sim().await;
    for address in [
        "https://example.com/a.png",
        "HTTP://example.com/a.png",
        "file:///tmp/a.png",
        "data:image/png;base64,AAAA",
    ] {
        let scheme = address.split(':').next().unwrap().to_lowercase();
        run(coze_at(&sim, &["files", "upload", address])).fails(2, &[&format!("`{scheme}:`"), "path"]);
        run(coze_at(&sim, &["audio", "transcribe", address])).fails(2, &[&format!("`{scheme}:`"), "path"]);
    }
    assert!(sim.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_is_told_once_for_each_file() {
    let sim = sim().await;
    let (_folder, paths) = folder(&[("a.png", b"1"), ("b.png", b"2")]);
    let mut command = coze_at(&sim, &upload(&["--json"], &paths));
    command.env("COZE_API_TOKEN", crate::support::WRONG_TOKEN);
    let ran = run(command);
    assert_eq!((ran.code, ran.stdout.lines().count()), (3, 2), "{ran:?}");
    assert_eq!(count(&sim, "/v1/files/upload"), 2);
}

/// A server that keeps uploads waiting until enough of them are under way.
pub(crate) struct Crowd {
    pub(crate) url: String,
    state: Arc<(Mutex<Seen>, Condvar)>,
}

#[derive(Default)]
struct Seen {
    now: usize,
    most: usize,
    all: usize,
}

impl Crowd {
    /// Waits for `together` uploads at a time, out of `total`.
    fn gathering(together: usize, total: usize) -> Self {
        Self::new(move |seen, _| seen.now >= together || seen.all >= total)
    }

    /// Answers some uploads, and keeps all others waiting for ever.
    #[cfg(unix)]
    pub(crate) fn holding_all_but(answered: usize) -> Self {
        Self::new(move |_, number| number <= answered)
    }

    fn new(is_over: impl Fn(&Seen, usize) -> bool + Copy + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::<(Mutex<Seen>, Condvar)>::default();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || while serve(stream.as_ref().unwrap(), &state, is_over) {});
            }
        });
        Self { url, state }
    }

    fn most(&self) -> usize {
        self.state.0.lock().unwrap().most
    }
}

/// Serves one request; false once the client has left.
fn serve(
    mut stream: &TcpStream,
    state: &(Mutex<Seen>, Condvar),
    is_over: impl Fn(&Seen, usize) -> bool,
) -> bool {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if !matches!(stream.read(&mut byte), Ok(1)) {
            return false;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let len = head.split("content-length: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
    if std::io::copy(&mut stream.take(len), &mut std::io::sink()).is_err() {
        return false;
    }
    let (seen, changed) = state;
    let mut guard = seen.lock().unwrap();
    guard.now += 1;
    guard.all += 1;
    guard.most = guard.most.max(guard.now);
    let number = guard.all;
    changed.notify_all();
    guard = changed.wait_while(guard, |seen| !is_over(seen, number)).unwrap();
    guard.now -= 1;
    drop(guard);
    let body = format!(r#"{{"code":0,"msg":"","data":{{"id":"{number}"}}}}"#);
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ";
    stream.write_all(format!("{head}{}\r\n\r\n{body}", body.len()).as_bytes()).is_ok()
}

#[test]
fn as_many_are_under_way_as_is_said() {
    for (args, jobs) in [([].as_slice(), 4), (&["--jobs", "2"], 2)] {
        let crowd = Crowd::gathering(jobs, 8);
        let (_folder, paths) = folder(&[("a.png", b"1")]);
        let paths = vec![paths[0].clone(); 8];
        let mut command = coze(&upload(args, &paths));
        command.env("COZE_API_BASE", &crowd.url).env("COZE_API_TOKEN", TOKEN);
        assert_eq!(run(command).ok().lines().count(), 8);
        assert_eq!(crowd.most(), jobs);
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_says_how_far_it_came() {
    let crowd = Crowd::holding_all_but(1);
    let (_folder, paths) = folder(&[("a.png", b"1"), ("b.png", b"2"), ("c.png", b"3")]);
    let mut command = coze(&upload(&["--jobs", "1"], &paths));
    command.env("COZE_API_BASE", &crowd.url).env("COZE_API_TOKEN", TOKEN);
    let mut child =
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut lines, &mut line).unwrap();
    assert_eq!(line, format!("1\t{}\n", paths[0]), "it is there while the others wait");
    while crowd.state.0.lock().unwrap().all < 2 {
        std::thread::yield_now();
    }
    crate::interrupt::interrupt(child.id());
    let ran = crate::support::Ran::new(child.wait_with_output().unwrap());
    ran.fails(130, &["interrupted; 1 of 3 files were uploaded"]);
}
