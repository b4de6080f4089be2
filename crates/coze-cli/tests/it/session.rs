//! The session on a terminal: a pseudo terminal stands in.

use std::process::{Command, Stdio};

use coze_sim::Sim;
use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};
use tempfile::TempDir;

use crate::files::Crowd;
use crate::support::{TOKEN, count, coze, coze_at, sim, steps};

/// Long enough for any machine; a test that fails waits for it.
const PATIENCE: u64 = 60_000;

/// A terminal with the program, and its home.
pub(crate) struct Terminal {
    pty: PtySession,
    home: TempDir,
}

impl Terminal {
    fn open(sim: &Sim, args: &[&str]) -> Self {
        Self::open_at(sim, args, tempfile::tempdir().unwrap())
    }

    fn open_at(sim: &Sim, args: &[&str], home: TempDir) -> Self {
        Self::start(coze_at(sim, &[&["chat"], args].concat()), home)
    }

    pub(crate) fn start(mut command: Command, home: TempDir) -> Self {
        command.stdin(Stdio::inherit()).env("TERM", "xterm").env("HOME", home.path()).env("NO_COLOR", "1");
        Self { pty: spawn_command(command, Some(PATIENCE)).unwrap(), home }
    }

    /// Waits for a text, and gives what came before it.
    #[track_caller]
    pub(crate) fn expect(&mut self, text: &str) -> String {
        // The terminal hands out bytes as if each was a character.
        let bytes: String = text.bytes().map(char::from).collect();
        let before = self.pty.exp_string(&bytes).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        let before: Vec<u8> = before.chars().map(|c| u8::try_from(c).unwrap()).collect();
        String::from_utf8_lossy(&before).into_owned()
    }

    /// Types a line once the prompt is there.
    #[track_caller]
    fn type_line(&mut self, line: &str) {
        self.expect("> ");
        self.pty.send(line).unwrap();
        self.pty.send("\r").unwrap();
        self.pty.flush().unwrap();
        // The editor shows what is typed.
        self.expect(line);
    }

    #[track_caller]
    fn control(&mut self, key: char) {
        self.pty.send_control(key).unwrap();
    }

    /// Types all at once, without waiting for any prompt.
    #[track_caller]
    fn paste(&mut self, keys: &str) {
        self.pty.send(keys).unwrap();
        self.pty.flush().unwrap();
    }

    /// Waits for the end of the program, and gives its exit code.
    #[track_caller]
    pub(crate) fn ends(mut self) -> (i32, TempDir) {
        self.pty.exp_eof().unwrap();
        match self.pty.process().wait().unwrap() {
            WaitStatus::Exited(_, code) => (code, self.home),
            other => panic!("{other:?}"),
        }
    }
}

/// The same on a terminal that is so wide: the shell sets its size, and becomes the program.
pub(crate) fn in_columns(columns: usize, command: Command) -> Command {
    let mut shell = Command::new("sh");
    shell.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.args(["-c", &format!("stty rows 24 cols {columns}; exec \"$0\" \"$@\"")]);
    shell.arg(command.get_program()).args(command.get_args());
    shell
}

#[tokio::test(flavor = "multi_thread")]
async fn the_conversation_goes_on_line_by_line() {
    let sim = sim().await;
    let mut terminal = Terminal::open(&sim, &[]);
    terminal.expect("/help");
    terminal.type_line("2024年10月1日是星期几");
    terminal.expect("2024年10月1日是星期二。");
    terminal.expect("› ");
    terminal.type_line("我刚才说了什么");
    terminal.expect("你刚才说的是：“2024年10月1日是星期几”。");
    terminal.type_line("/new");
    terminal.expect("new conversation");
    terminal.type_line("what did I say before");
    terminal.expect("you said nothing before");
    terminal.type_line("/nonsense");
    terminal.expect("no command /nonsense");
    terminal.type_line("/help");
    terminal.expect("Ctrl-C cancels");
    terminal.type_line("/quit");
    assert_eq!(terminal.ends().0, 0);
    assert_eq!(count(&sim, "/v3/chat"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_may_take_several_lines() {
    let sim = sim().await;
    let mut terminal = Terminal::open(&sim, &[]);
    terminal.type_line("/id");
    terminal.expect("conversation none yet");
    terminal.type_line("one \\");
    terminal.expect("… ");
    terminal.pty.send("two\r").unwrap();
    terminal.pty.flush().unwrap();
    terminal.expect("You said: \"one");
    terminal.type_line("/id");
    terminal.expect("conversation 7");
    terminal.type_line("/quit");
    assert_eq!(terminal.ends().0, 0);
    let asked = sim.requests().into_iter().find(|request| request.path == "/v3/chat").unwrap();
    assert!(String::from_utf8_lossy(&asked.body).contains(r"one \ntwo"), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn seconds_are_counted_while_nothing_comes() {
    let sim = crate::support::scripted(
        r#"{"bots":[{"id":"1","rules":[
            {"when":{"exact":"slow"},"reply":{"steps":[{"wait_ms":2500},{"answer":{"deltas":["at last"]}}]}}]}]}"#,
    )
    .await;
    let mut terminal = Terminal::open(&sim, &["--bot", "1"]);
    terminal.type_line("slow");
    terminal.expect("waiting for the agent");
    terminal.expect("at last");
    terminal.type_line("/quit");
    assert_eq!(terminal.ends().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_cancels_the_answer_and_keeps_the_session() {
    let sim = crate::support::scripted(
        r#"{"bots":[{"id":"1","rules":[
            {"when":{"exact":"slow"},"reply":{"steps":[{"answer":{"deltas":["half an answer"]}},{"wait_ms":3600000}]}}]}]}"#,
    )
    .await;
    let mut terminal = Terminal::open(&sim, &["--bot", "1"]);
    terminal.type_line("slow");
    terminal.expect("half an answer");
    terminal.control('c');
    terminal.expect("canceled");
    assert_eq!(count(&sim, "/v3/chat/cancel"), 1);
    terminal.type_line("what day is 2024-10-01");
    terminal.expect("October 1, 2024 is a Tuesday.");
    // Ctrl-C amid a line leaves the line, on an empty one the session.
    terminal.expect("> ");
    terminal.pty.send("unfinished").unwrap();
    terminal.pty.flush().unwrap();
    terminal.expect("unfinished");
    terminal.control('c');
    terminal.expect("> ");
    terminal.control('c');
    assert_eq!(terminal.ends().0, 0);
    assert_eq!(count(&sim, "/v3/chat"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_does_not_end_the_session() {
    let sim = steps(r#"[{"error":{"code":4028,"msg":"no credits left"}}]"#).await;
    let mut terminal = Terminal::open(&sim, &["--bot", "1"]);
    terminal.type_line("x");
    terminal.expect("error: ");
    terminal.expect("no credits left");
    terminal.expect("> ");
    terminal.control('d');
    assert_eq!(terminal.ends().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_user_is_asked_for_the_output_of_a_tool() {
    let sim = sim().await;
    let mut terminal = Terminal::open(&sim, &[]);
    terminal.type_line(r#"call get_weather {"city":"Hangzhou"}"#);
    terminal.expect(r#"calls get_weather {"city":"Hangzhou"}"#);
    terminal.expect("output of get_weather");
    terminal.type_line("sunny");
    terminal.expect("The tool get_weather returned: sunny.");
    terminal.type_line(r#"call get_weather {"city":"Paris"}"#);
    terminal.expect("output of get_weather> ");
    terminal.control('c');
    terminal.expect("> ");
    terminal.control('d');
    assert_eq!(terminal.ends().0, 0);
    assert_eq!(count(&sim, "/v3/chat/submit_tool_outputs"), 1);
    // A single question asks as well.
    let mut terminal = Terminal::open(&sim, &[r#"call get_weather {"city":"Hangzhou"}"#]);
    terminal.expect("output of get_weather");
    terminal.type_line("rainy");
    terminal.expect("returned: rainy.");
    assert_eq!(terminal.ends().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_come_in_one_read_are_all_questions() {
    let sim = sim().await;
    let mut terminal = Terminal::open(&sim, &[]);
    terminal.expect("> ");
    terminal.paste("one\rtwo\rthree\r\x04");
    for question in ["one", "two", "three"] {
        terminal.expect(&format!("You said: \"{question}\""));
    }
    assert_eq!(terminal.ends().0, 0);
    assert_eq!(count(&sim, "/v3/chat"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_while_an_answer_comes_is_read_behind_it() {
    let sim = crate::support::scripted(
        r#"{"bots":[{"id":"1","rules":[{"when":{"exact":"slow"},"reply":{"steps":[
            {"answer":{"deltas":["half an answer"]}},{"wait_ms":500},{"answer":{"deltas":["the other half"]}}]}}]}]}"#,
    )
    .await;
    let mut terminal = Terminal::open(&sim, &["--bot", "1"]);
    terminal.type_line("slow");
    terminal.expect("half an answer");
    terminal.paste("what day is 2024-10-01\r/new\r\x04");
    terminal.expect("the other half");
    terminal.expect("October 1, 2024 is a Tuesday.");
    terminal.expect("a new conversation");
    assert_eq!(terminal.ends().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_drops_what_was_pasted_behind_a_question() {
    let sim = crate::support::scripted(
        r#"{"bots":[{"id":"1","rules":[
            {"when":{"exact":"slow"},"reply":{"steps":[{"answer":{"deltas":["half an answer"]}},{"wait_ms":3600000}]}}]}]}"#,
    )
    .await;
    let mut terminal = Terminal::open(&sim, &["--bot", "1"]);
    terminal.expect("> ");
    terminal.paste("slow\rpasted by mistake\r");
    terminal.expect("half an answer");
    terminal.control('c');
    terminal.expect("canceled");
    terminal.type_line("what day is 2024-10-01");
    let between = terminal.expect("October 1, 2024 is a Tuesday.");
    assert!(!between.contains("mistake"), "{between:?}");
    terminal.expect("> ");
    terminal.control('d');
    assert_eq!(terminal.ends().0, 0);
    assert_eq!(count(&sim, "/v3/chat"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_output_of_a_tool_and_the_next_question_may_come_in_one_read() {
    let sim = sim().await;
    let mut terminal = Terminal::open(&sim, &[]);
    terminal.expect("> ");
    terminal.paste("call get_weather {}\rsunny\rthank you\r\x04");
    terminal.expect("The tool get_weather returned: sunny.");
    terminal.expect("You said: \"thank you\"");
    assert_eq!(terminal.ends().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_to_a_workflow_may_come_in_one_read() {
    let sim = crate::workflow::serve(serde_json::json!([
        {"id": "start", "type": "start", "inputs": {}},
        {"id": "first", "type": "question", "question": "which day?"},
        {"id": "second", "type": "question", "question": "which city?"},
        {"id": "end", "type": "end", "outputs": {"day": "{{first.answer}}", "city": "{{second.answer}}"}},
    ]))
    .await;
    for stream in [&[][..], &["--stream"]] {
        let args = [&["workflow", "run", crate::workflow::ID], stream].concat();
        let mut terminal = Terminal::start(coze_at(&sim, &args), tempfile::tempdir().unwrap());
        terminal.expect("which day?");
        let between = terminal.expect("answer> ");
        assert!(!between.contains("which day?"), "it is shown once: {between:?}");
        terminal.paste("monday\rHangzhou\r");
        terminal.expect("which city?");
        terminal.expect("monday");
        assert_eq!(terminal.ends().0, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_told_by_its_fields_and_the_form_of_the_answer() {
    let sim = crate::workflow::serve(serde_json::json!([
        {"id": "start", "type": "start", "inputs": {}},
        {"id": "form", "type": "input", "parameters": {"city": {"type": "string", "required": true}, "days": {"type": "integer"}}},
        {"id": "end", "type": "end", "outputs": {"city": "{{form.city}}", "days": "{{form.days}}"}},
    ]))
    .await;
    let command = coze_at(&sim, &["workflow", "run", crate::workflow::ID, "--stream"]);
    let mut terminal = Terminal::start(command, tempfile::tempdir().unwrap());
    let before = terminal.expect("asks for `city` (string), `days` (integer, optional)");
    assert!(!before.contains("\"type\""), "no raw schema: {before:?}");
    terminal.expect(r#"answer with JSON such as {"city":"…","days":0}"#);
    terminal.expect("answer> ");
    terminal.paste("{\"city\": \"Hangzhou\", \"days\": 3}\r");
    terminal.expect("Hangzhou");
    assert_eq!(terminal.ends().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_to_go_on_repeats_what_was_said() {
    let sim = sim().await;
    let url = sim.url();
    let args = [
        "chat",
        "--token",
        TOKEN,
        "--base-url",
        &url,
        "--bot",
        coze_sim::DEMO_BOT,
        "--user",
        "Conan O'Brien",
        "hi",
    ];
    let mut terminal = Terminal::start(coze(&args), tempfile::tempdir().unwrap());
    terminal.expect(&format!(
        r"to continue: coze chat --bot {} --user 'Conan O'\''Brien' --token … --base-url {url} --conversation ",
        coze_sim::DEMO_BOT
    ));
    assert_eq!(terminal.ends().0, 0);
    // What the environment says is left to it.
    let mut terminal = Terminal::start(coze_at(&sim, &["chat", "hi"]), tempfile::tempdir().unwrap());
    terminal.expect("to continue: coze chat --conversation ");
    assert_eq!(terminal.ends().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_remembered_across_sessions_for_the_user_alone() {
    let sim = sim().await;
    let mut terminal = Terminal::open(&sim, &[]);
    terminal.type_line("a question to remember");
    terminal.expect("You said");
    terminal.expect("> ");
    terminal.control('d');
    let (_, home) = terminal.ends();
    let file = home.path().join(".local/state/coze/history.txt");
    let history = std::fs::read_to_string(&file).unwrap();
    assert!(history.contains("a question to remember"), "{history}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o077, 0, "{mode:o}");
    let mut terminal = Terminal::open_at(&sim, &[], home);
    terminal.expect("> ");
    terminal.control('p');
    terminal.expect("a question to remember");
    terminal.control('c');
    terminal.expect("> ");
    terminal.control('d');
    assert_eq!(terminal.ends().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_cannot_command_the_terminal() {
    let sim = steps(r#"[{"answer":{"deltas":["a\u001b]0;title\u0007b pay \u202e001\u202c\u2066"]}}]"#).await;
    let mut terminal = Terminal::open(&sim, &["--bot", "1", "x"]);
    terminal.expect("a\u{fffd}]0;title\u{fffd}b pay \u{fffd}001\u{fffd}\u{fffd}");
    assert_eq!(terminal.ends().0, 0);
}

#[test]
fn a_bar_shows_how_far_an_upload_is_until_ctrl_c() {
    let crowd = Crowd::holding_all_but(0);
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("film.mp4");
    std::fs::write(&file, vec![0; 3 << 20]).unwrap();
    let mut command = coze(&["files", "upload", file.to_str().unwrap()]);
    command.env("COZE_API_BASE", &crowd.url).env("COZE_API_TOKEN", TOKEN);
    let mut terminal = Terminal::start(command, home);
    terminal.expect("film.mp4 [");
    let bar = terminal.expect("3.00 MiB of 3.00 MiB");
    assert!(bar.contains("100%"), "{bar:?}");
    terminal.expect("MiB/s");
    terminal.expect("left");
    terminal.control('c');
    terminal.expect("error: interrupted; 0 of 1 files were uploaded");
    assert_eq!(terminal.ends().0, 130);
}

#[test]
fn a_bar_fits_on_a_line_of_any_terminal() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(format!("{}-film.mp4", "long-name".repeat(12)));
    std::fs::write(&file, vec![0; 3 << 20]).unwrap();
    for columns in [20, 40, 60, 80, 100] {
        let crowd = Crowd::holding_all_but(0);
        let mut command = coze(&["files", "upload", file.to_str().unwrap()]);
        command.env("COZE_API_BASE", &crowd.url).env("COZE_API_TOKEN", TOKEN);
        let command = in_columns(columns, command);
        let mut terminal = Terminal::start(command, tempfile::tempdir().unwrap());
        let mut shown = terminal.expect("100%");
        // Drawn once more, whole.
        shown += "100%";
        shown += &terminal.expect("100%");
        for line in shown.split(['\r', '\n', '\u{1b}']) {
            // What stands behind an order to the terminal, such as `[2K`.
            let line = line
                .strip_prefix('[')
                .map_or(line, |order| order.trim_start_matches(|c: char| c.is_ascii_digit()));
            let line = line.strip_prefix(['A', 'B', 'G', 'K']).unwrap_or(line);
            assert!(line.chars().count() <= columns, "{columns}: {line:?}");
        }
        assert!(shown.contains("m.mp4"), "the end of the name is told: {shown:?}");
        terminal.control('c');
        assert_eq!(terminal.ends().0, 130);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nests_deep_is_indented_within_bounds() {
    let nested = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
    let sim = crate::support::scripted(&format!(
        r#"{{"faults":[{{"on":"GET /v1/x","answer":{{"body":"{{\"code\":0,\"data\":{nested}}}"}}}}]}}"#
    ))
    .await;
    let mut terminal = Terminal::start(coze_at(&sim, &["api", "GET", "/v1/x"]), tempfile::tempdir().unwrap());
    let shown = terminal.expect("\n}");
    assert!(shown.contains("\n  \"data\": [\r\n    ["), "{}", &shown[..80]);
    assert!(shown.len() < 2 * 2_000 * 90, "{}", shown.len());
    assert_eq!(terminal.ends().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bar_leaves_nothing_behind() {
    let sim = sim().await;
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("film.mp4");
    std::fs::write(&file, vec![0; 3 << 20]).unwrap();
    let mut terminal = Terminal::start(coze_at(&sim, &["files", "upload", file.to_str().unwrap()]), home);
    let before = terminal.expect("\t/");
    // The line of the result begins where the last bar was cleared away.
    let line = before.rsplit(['\r', '\n']).next().unwrap();
    let id = line.rsplit('K').next().unwrap();
    assert!(!id.is_empty() && id.chars().all(|c| c.is_ascii_digit()), "{before:?}");
    assert_eq!(terminal.ends().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn speech_goes_to_a_file_and_never_to_the_terminal() {
    let sim = sim().await;
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(coze_at(&sim, &["audio", "speech", "hi", "-o", "-"]), home);
    terminal.expect("error: audio cannot be written to a terminal");
    let (code, home) = terminal.ends();
    assert_eq!((code, sim.requests().len()), (2, 0));
    let file = home.path().join("hi.wav");
    let command = coze_at(&sim, &["audio", "speech", "hi", "-o", file.to_str().unwrap()]);
    let mut terminal = Terminal::start(command, home);
    terminal.expect("uses the voice");
    terminal.expect(&format!("{}: ", file.display()));
    terminal.expect("KiB");
    let (code, _home) = terminal.ends();
    assert_eq!(code, 0);
    assert!(std::fs::read(&file).unwrap().starts_with(b"RIFF"));
}
