//! `coze audio`.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{count, coze, coze_at, run, run_with, scripted, sim};

/// A folder, and a path in it.
fn place(name: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name).to_str().unwrap().to_owned();
    (folder, path)
}

/// Names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn spoken(sim: &coze_sim::Sim) -> Value {
    let request = sim.requests().into_iter().rfind(|request| request.path == "/v1/audio/speech").unwrap();
    serde_json::from_slice(&request.body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn speech_becomes_a_file_of_the_format_that_its_name_says() {
    let sim = sim().await;
    let voices = run(coze_at(&sim, &["audio", "voices"])).ok();
    let first = voices.split('\t').next().unwrap();
    for (name, format, head) in
        [("a.wav", "wav", b"RIFF".as_slice()), ("a.MP3", "mp3", b"\xff"), ("a.pcm", "pcm", b"")]
    {
        let (folder, path) = place(name);
        let ran = run(coze_at(&sim, &["audio", "speech", "hello", "world", "-o", &path]));
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""), "{name}");
        let content = std::fs::read(&path).unwrap();
        assert!(content.len() > 1000 && content.starts_with(head), "{name}");
        assert_eq!(names(folder.path()), [name]);
        let request = spoken(&sim);
        assert_eq!(
            (request["input"].as_str(), request["voice_id"].as_str()),
            (Some("hello world"), Some(first))
        );
        assert_eq!(request["response_format"], format);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_options_of_speech_are_sent() {
    let sim = scripted(
        r#"{"faults":[{"on":"POST /v1/audio/speech","answer":{"body":"RIFF","headers":{"content-type":"audio/wav"}}}]}"#,
    )
    .await;
    let (_folder, path) = place("a.ogg");
    let args = [
        "audio",
        "speech",
        "-",
        "-o",
        &path,
        "--voice",
        "7",
        "--format",
        "wav",
        "--speed",
        "1.5",
        "--sample-rate",
        "16000",
        "--loudness",
        "-20",
        "--emotion",
        "happy",
        "--emotion-scale",
        "3",
        "--style",
        "low",
    ];
    assert_eq!(run_with(coze_at(&sim, &args), "read this\n").ok(), "");
    let expected = serde_json::json!({
        "input": "read this", "voice_id": "7", "response_format": "wav", "speed": 1.5, "sample_rate": 16000,
        "loudness_rate": -20, "emotion": "happy", "emotion_scale": 3.0, "context_texts": "low",
    });
    assert_eq!(spoken(&sim), expected);
    assert_eq!(std::fs::read(&path).unwrap(), b"RIFF");
    assert_eq!(count(&sim, "/v1/audio/voices"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn speech_is_piped_as_it_is() {
    let sim = sim().await;
    let mut command = coze_at(&sim, &["audio", "speech", "hello", "-o", "-", "--format", "wav"]);
    let output = command.output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
    let (_folder, path) = place("a.wav");
    run(coze_at(&sim, &["audio", "speech", "hello", "-o", &path])).ok();
    assert_eq!(output.stdout, std::fs::read(&path).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_leaves_the_file_that_was_there() {
    for (answer, code, words) in [
        (r#"{"code":4028,"msg":"no credits left"}"#, 4, ["4028", "no credits left"]),
        (
            r#"{"body":"RIFF0123456789","headers":{"content-type":"audio/wav"},"cut_after_bytes":8}"#,
            5,
            ["/v1/audio/speech", "hint: "],
        ),
    ] {
        let fault = format!(r#"{{"faults":[{{"on":"POST /v1/audio/speech","answer":{answer}}}]}}"#);
        let sim = scripted(&fault).await;
        let (folder, path) = place("a.wav");
        for before in [None, Some("what was there")] {
            if let Some(before) = before {
                std::fs::write(&path, before).unwrap();
            }
            let ran = run(coze_at(&sim, &["audio", "speech", "x", "-o", &path]));
            ran.fails(code, &words);
            assert_eq!(std::fs::read_to_string(&path).ok().as_deref(), before);
            assert_eq!(names(folder.path()).len(), usize::from(before.is_some()));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_about_speech_are_named_before_anything_is_sent() {
    let sim = sim().await;
    let (folder, path) = place("a.mp3");
    let text = "长".repeat(342);
    let speak = |args: &[&str]| run(coze_at(&sim, &[&["audio", "speech"], args].concat()));
    speak(&["hi", "-o", "a.txt"]).fails(2, &["a.txt", ".mp3", "--format"]);
    speak(&["hi", "-o", "speech"]).fails(2, &["speech", "--format"]);
    speak(&["-o", &path]).fails(2, &["text is empty"]);
    speak(&["", "-o", &path]).fails(2, &["text is empty"]);
    assert_eq!(speak(&["hi"]).code, 2, "it is not said where to");
    assert_eq!(speak(&["hi", "-o", &path, "--format", "flac"]).code, 2);
    let given = ["-o", &path, "--voice", "1"];
    speak(&[&["hi", "--speed", "9"], given.as_slice()].concat()).fails(2, &["`speed` is 9", "--no-limits"]);
    speak(&[&["hi", "--sample-rate", "1"], given.as_slice()].concat()).fails(2, &["`sample_rate` is 1 Hz"]);
    speak(&[&[text.as_str()], given.as_slice()].concat()).fails(2, &["`input` has 1026 bytes", "1024"]);
    assert!(sim.requests().is_empty());
    speak(&[&["hi", "--no-limits", "--speed", "9"], given.as_slice()].concat()).fails(4, &["speed"]);
    let nowhere = folder.path().join("none/a.mp3");
    speak(&["hi", "-o", nowhere.to_str().unwrap()]).fails(2, &[nowhere.to_str().unwrap()]);
    assert!(names(folder.path()).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_voices_is_told_so() {
    let sim = scripted(
        r#"{"faults":[{"on":"GET /v1/audio/voices","answer":{"body":{"code":0,"msg":"","data":{"voice_list":[],"has_more":false}}}}]}"#,
    )
    .await;
    run(coze_at(&sim, &["audio", "speech", "x", "-o", "x.mp3"])).fails(2, &["no voice", "--voice"]);
    assert_eq!(run(coze_at(&sim, &["audio", "voices"])).ok(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn voices_are_lines() {
    let sim = sim().await;
    let lines = run(coze_at(&sim, &["audio", "voices"])).ok();
    assert!(lines.lines().count() > 1 && lines.lines().all(|line| line.split('\t').count() == 3), "{lines}");
    let json = run(coze_at(&sim, &["audio", "voices", "--json"])).ok();
    let voices = crate::lists::array(&json);
    assert_eq!(voices.len(), lines.lines().count());
    for (line, voice) in lines.lines().zip(voices) {
        assert!(line.starts_with(&format!("{}\t", voice["voice_id"].as_str().unwrap())), "{line} {voice}");
    }
    assert_eq!(run(coze_at(&sim, &["audio", "voices", "--own"])).ok(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_is_written_down() {
    let sim = sim().await;
    let (folder, path) = place("good morning.wav");
    run(coze_at(&sim, &["audio", "speech", "good morning", "-o", &path])).ok();
    // The simulator hears the name.
    let ran = run(coze_at(&sim, &["audio", "transcribe", &path]));
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("good morning\n", ""));
    let json = run(coze_at(&sim, &["audio", "transcribe", "--json", &path])).ok();
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), serde_json::json!({"text": "good morning"}));
    let named = ["audio", "transcribe", "-", "--name", "早上好.wav"];
    let heard = run_with(coze_at(&sim, &named), std::fs::read(&path).unwrap()).ok();
    assert_eq!(heard, "早上好\n");

    let transcribe = |args: &[&str]| run(coze_at(&sim, &[&["audio", "transcribe"], args].concat()));
    transcribe(&["-"]).fails(2, &["standard input", "--name"]);
    let missing = folder.path().join("missing.wav");
    transcribe(&[missing.to_str().unwrap()]).fails(2, &[missing.to_str().unwrap()]);
    let odd = transcribe(&[&path, "--name", "x.txt"]);
    assert_eq!(odd.ok(), "x\n", "the simulator takes it by its content");
}

#[test]
fn the_built_in_simulator_speaks_and_listens_when_it_is_asked_for() {
    let (_folder, path) = place("test.wav");
    for args in [
        ["audio", "speech", "one two", "-o", &path].as_slice(),
        &["audio", "voices"],
        &["audio", "transcribe", &path],
    ] {
        run(coze(args)).fails(3, &["no token", "--sim"]);
        run(coze(&[args, &["--sim"]].concat())).ok();
    }
    assert!(std::fs::read(&path).unwrap().starts_with(b"RIFF"));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn no_signal_leaves_a_file_behind() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        // Tests that run under `nohup` pass on that it is ignored.
        if signal != "HUP" || !hangup_is_ignored() {
            leaves_no_file_behind(signal, code, &[]).await;
        }
    }
    // What `nohup` has ignored stays ignored.
    leaves_no_file_behind("TERM", 143, &["HUP"]).await;
}

/// Whether this process was started with SIGHUP ignored; unknown, and assumed not, where there is no `/proc`.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.is_some_and(|mask| u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 1 == 1))
}

#[cfg(unix)]
async fn leaves_no_file_behind(signal: &str, code: i32, ignored: &[&str]) {
    use std::process::Stdio;
    let hour = std::time::Duration::from_secs(3600);
    let sim = coze_sim::Sim::builder().token(crate::support::TOKEN).pace(hour).start().await.unwrap();
    let (folder, path) = place("a.wav");
    let program = coze_at(&sim, &["audio", "speech", "one two three", "-o", &path]);
    // The shell sets what is ignored, and becomes the program.
    let mut command = std::process::Command::new("sh");
    let traps = if ignored.is_empty() { String::new() } else { format!("trap '' {}; ", ignored.join(" ")) };
    command
        .args(["-c", &format!("{traps}exec \"$0\" \"$@\"")])
        .arg(program.get_program())
        .args(program.get_args());
    command.env_clear().envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let has_part = || {
        let entries = std::fs::read_dir(folder.path()).unwrap();
        entries.into_iter().any(|entry| entry.unwrap().metadata().is_ok_and(|meta| meta.len() > 0))
    };
    while !has_part() {
        tokio::task::yield_now().await;
    }
    assert!(!Path::new(&path).exists());
    for signal in ignored.iter().copied().chain([signal]) {
        crate::interrupt::send(signal, child.id());
    }
    let word = if signal == "INT" { "interrupted" } else { "signal" };
    crate::support::Ran::new(child.wait_with_output().unwrap()).fails(code, &[word]);
    assert!(names(folder.path()).is_empty());
    sim.disconnected(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn audio_may_be_the_whole_question() {
    let sim = sim().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("question.wav").to_str().unwrap().to_owned();
    run(coze_at(&sim, &["audio", "speech", "hello", "-o", &path])).ok();
    let answer = run(coze_at(&sim, &["chat", "--audio", &path])).ok();
    assert!(answer.contains("question.wav"), "{answer}");
    let answer = run_with(coze_at(&sim, &["chat", "--audio", &path]), "what is it?").ok();
    assert!(answer.contains("question.wav"), "{answer}");
}
