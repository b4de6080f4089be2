//! `coze voice`, and the commands of `coze audio` with `--live`.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use coze_sim::Sim;
use tempfile::TempDir;

use crate::support::{Ran, coze, coze_at, run, scripted, sim};

const QUESTION: &str = "What day is 2024-10-01?";
const ANSWER: &str = "October 1, 2024 is a Tuesday.";

/// Speaks a text into a file, with whose path the rest is given.
fn spoken(sim: &Sim, text: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("question.wav").to_str().unwrap().to_owned();
    run(coze_at(sim, &["audio", "speech", "--live", text, "-o", &path])).ok();
    (folder, path)
}

/// What is said in a file.
fn heard(sim: &Sim, path: &str) -> String {
    run(coze_at(sim, &["audio", "transcribe", "--live", path])).ok()
}

/// Runs to the end with bytes on standard input, and perhaps on standard output too.
fn piped(mut command: Command, input: &[u8]) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // A program that does not want it may be gone already.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn names(folder: &TempDir) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_spoken_live_is_heard_live() {
    let sim = sim().await;
    let (folder, path) = spoken(&sim, "good morning");
    assert_eq!(names(&folder), ["question.wav"], "nothing else is left");
    let wav = std::fs::read(&path).unwrap();
    let length = u32::from_le_bytes(wav[40..44].try_into().unwrap());
    assert_eq!((&wav[..4], length as usize), (b"RIFF".as_slice(), wav.len() - 44));
    assert_eq!(heard(&sim, &path), "good morning\n");

    let json = run(coze_at(&sim, &["audio", "transcribe", "--live", "--json", &path])).ok();
    assert_eq!(json, "{\"text\":\"good morning\"}\n");

    // Without a header, at another rate.
    let raw = folder.path().join("raw.pcm");
    let raw = raw.to_str().unwrap();
    let speak = ["audio", "speech", "--live", "good night", "-o", raw, "--sample-rate", "16000"];
    run(coze_at(&sim, &speak)).ok();
    let listen = ["audio", "transcribe", "--live", "-", "--pcm", "16000"];
    let output = piped(coze_at(&sim, &listen), &std::fs::read(raw).unwrap());
    assert_eq!(Ran::new(output).ok(), "good night\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_text_is_spoken_as_it_is_written_and_heard_from_a_pipe() {
    let sim = sim().await;
    // More than one round of 1024 bytes.
    let text = "一二三四五。".repeat(60);
    let output = piped(coze_at(&sim, &["audio", "speech", "--live", "-o", "-"]), text.as_bytes());
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    // What goes to a pipe does not know its length, and is read to its end.
    assert_eq!(output.stdout[40..44], u32::MAX.to_le_bytes());
    let heard = piped(coze_at(&sim, &["audio", "transcribe", "--live", "-"]), &output.stdout);
    assert_eq!(Ran::new(heard).ok(), format!("{text}\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_in_a_file_is_answered_into_a_file() {
    let sim = sim().await;
    let (folder, question) = spoken(&sim, QUESTION);
    let answer = folder.path().join("answer.wav");
    let answer = answer.to_str().unwrap();
    let ran = run(coze_at(&sim, &["voice", "--in", &question, "--out", answer, "--push-to-talk"]));
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    assert_eq!(ran.stderr, format!("you: {QUESTION}\nagent: {ANSWER}\n"));
    assert_eq!(names(&folder), ["answer.wav", "question.wav"]);
    assert_eq!(heard(&sim, answer), format!("{ANSWER}\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_talk_over_pipes_detects_the_pause() {
    let sim = sim().await;
    let (_folder, question) = spoken(&sim, QUESTION);
    let output =
        piped(coze_at(&sim, &["voice", "--in", "-", "--out", "-"]), &std::fs::read(question).unwrap());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    assert_eq!(stderr, format!("you: {QUESTION}\nagent: {ANSWER}\n"));
    let heard = piped(coze_at(&sim, &["audio", "transcribe", "--live", "-"]), &output.stdout);
    assert_eq!(Ran::new(heard).ok(), format!("{ANSWER}\n"));
}

#[test]
fn the_built_in_simulator_talks() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (question, answer) = (path("question.wav"), path("answer.wav"));
    run(coze(&["audio", "speech", "--live", "hello", "-o", &question])).fails(3, &["no token", "--sim"]);
    run(coze(&["audio", "speech", "--live", "--sim", "hello", "-o", &question])).ok();
    let ran = run(coze(&["voice", "--in", &question, "--out", &answer, "--push-to-talk"]));
    assert!(
        ran.code == 0 && ran.stderr.contains("built-in simulator") && ran.stderr.contains("you: hello"),
        "{ran:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_talk_that_fails_says_why_and_keeps_what_was_heard() {
    let sim = scripted(
        r#"{"bots":[{"id":"1","rules":[{"reply":{"steps":[{"error":{"code":4028,"msg":"no credits left"}}]}}]}]}"#,
    )
    .await;
    let (folder, question) = spoken(&sim, "hello");
    let answer = folder.path().join("answer.wav");
    let args =
        ["voice", "--bot", "1", "--in", &question, "--out", answer.to_str().unwrap(), "--push-to-talk"];
    run(coze_at(&sim, &args)).fails(4, &["4028", "no credits left"]);
    assert!(std::fs::read(&answer).unwrap().starts_with(b"RIFF"));
    assert_eq!(names(&folder), ["answer.wav", "question.wav"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_about_audio_are_named_before_anything_is_sent() {
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (mp3, empty) = (path("a.mp3", b"ID3\x04\0\0\0\0\0\0\0\0"), path("empty.wav", b""));
    let out = folder.path().join("out.wav").to_str().unwrap().to_owned();
    for args in
        [["audio", "transcribe", "--live", mp3.as_str()].as_slice(), &["voice", "--in", &mp3, "--out", &out]]
    {
        run(coze_at(&sim, args)).fails(2, &["a.mp3: ", "looks like MP3", "hint: ", "--pcm"]);
    }
    let listen = |args: &[&str]| run(coze_at(&sim, &[&["audio", "transcribe", "--live"], args].concat()));
    listen(&[&empty]).fails(2, &["empty.wav: ", "ends before the header"]);
    listen(&["none.wav"]).fails(2, &["cannot read none.wav"]);
    assert_eq!(listen(&[&empty, "--pcm", "0"]).code, 2);
    assert_eq!(
        run(coze_at(&sim, &["audio", "transcribe", &empty, "--pcm", "16000"])).code,
        2,
        "only with --live"
    );
    let speak =
        |args: &[&str]| run(coze_at(&sim, &[&["audio", "speech", "--live", "hi", "-o"], args].concat()));
    speak(&["a.mp3"]).fails(2, &["a.mp3", ".wav or .pcm"]);
    speak(&["none/a.wav"]).fails(2, &["cannot write none/a.wav"]);
    run(coze_at(&sim, &["voice", "--in", &mp3, "--out", "a.mp3"])).fails(2, &["a.mp3", ".wav or .pcm"]);
    assert!(sim.requests().is_empty());
    speak(&[&out, "--speed", "9"]).fails(4, &["speech_rate"]);
    assert_eq!(names(&folder), ["a.mp3", "empty.wav"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_cut_is_a_failure() {
    let sim = sim().await;
    let (_folder, path) = spoken(&sim, "hello");
    let wav = std::fs::read(&path).unwrap();
    std::fs::write(&path, &wav[..wav.len() - 100]).unwrap();
    run(coze_at(&sim, &["audio", "transcribe", "--live", &path]))
        .fails(2, &["its last 100 bytes of audio are missing"]);
}

/// Ctrl-C ends a talk, and the recording is complete up to there.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_talk_is_kept() {
    use std::io::{BufRead, BufReader};
    let sim = sim().await;
    let (folder, question) = spoken(&sim, QUESTION);
    let answer = folder.path().join("answer.wav");
    let mut command = coze_at(&sim, &["voice", "--in", "-", "--out", answer.to_str().unwrap()]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A recorder does not know how long it will record.
    let mut wav = std::fs::read(question).unwrap();
    wav[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    wav.resize(wav.len() + 48_000, 0);
    stdin.write_all(&wav).unwrap();
    // The input stays open, as that of a microphone.
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), format!("you: {QUESTION}"));
    assert_eq!(lines.next().unwrap().unwrap(), format!("agent: {ANSWER}"));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let wav = std::fs::read(&answer).unwrap();
    assert!(wav.starts_with(b"RIFF") && wav.len() > 44);
    assert_eq!(u32::from_le_bytes(wav[40..44].try_into().unwrap()) as usize, wav.len() - 44);
    assert_eq!(names(&folder), ["answer.wav", "question.wav"]);
}
