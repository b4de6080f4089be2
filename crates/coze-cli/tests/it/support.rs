//! Runs the program with an environment of its own.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use coze_sim::{DEMO_BOT, Script, Sim};
use serde_json::Value;

/// Token that the simulators of these tests take; no output may hold it.
pub(crate) const TOKEN: &str = "pat_5ecret_token";
/// Token that they do not take; no output may hold it either.
pub(crate) const WRONG_TOKEN: &str = "pat_wr0ng_token";

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Keeps the outputs, after a look for what must not stand in any.
    pub(crate) fn new(output: Output) -> Self {
        let ran = Self {
            code: output.status.code().expect("the program ends by itself"),
            stdout: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        };
        for secret in [TOKEN, WRONG_TOKEN, "5ecret", "wr0ng"] {
            assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{ran:?}");
        }
        assert!(
            !ran.stderr.contains('\u{1b}') && !ran.stdout.contains('\u{1b}'),
            "no colour in a file: {ran:?}"
        );
        ran
    }

    /// Asserts success, and gives standard output.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.stdout
    }

    /// Asserts a failure, told in one line with the given words, and perhaps a hint.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        let errors = self.stderr.lines().filter(|line| line.starts_with("error: ")).count();
        assert_eq!(errors, 1, "{self:?}");
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is missing: {self:?}");
        }
        self
    }

    /// Events of `--json`: nothing else may stand there.
    #[track_caller]
    pub(crate) fn events(&self) -> Vec<(String, Value)> {
        events(&self.stdout)
    }
}

/// Reads lines of `{"event": …, "data": …}`.
#[track_caller]
pub(crate) fn events(lines: &str) -> Vec<(String, Value)> {
    let read = |line: &str| {
        let mut object: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{line:?}: {error}"));
        assert_eq!(object.as_object().map(serde_json::Map::len), Some(2), "{line}");
        (object["event"].as_str().expect(line).to_owned(), object["data"].take())
    };
    lines.lines().map(read).collect()
}

/// The program with a clean environment: no token, no proxy, no login of somebody.
pub(crate) fn coze(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_coze"));
    command.args(args).env_clear().stdin(Stdio::null());
    command.env("XDG_CONFIG_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/nobody"));
    // What programs on Windows cannot do without.
    for name in ["SystemRoot", "PATH"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// The program, set up for a simulator and its agent.
pub(crate) fn coze_at(sim: &Sim, args: &[&str]) -> Command {
    let mut command = coze(args);
    command.env("COZE_API_BASE", sim.url()).env("COZE_API_TOKEN", TOKEN).env("COZE_BOT_ID", DEMO_BOT);
    command
}

/// Runs to the end.
pub(crate) fn run(mut command: Command) -> Ran {
    Ran::new(command.output().expect("the program starts"))
}

/// Runs to the end with something on standard input.
pub(crate) fn run_with(mut command: Command, input: impl AsRef<[u8]>) -> Ran {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    // A program that does not want it may be gone already.
    let _ = stdin.write_all(input.as_ref());
    drop(stdin);
    Ran::new(child.wait_with_output().expect("the program ends"))
}

/// A simulator that takes [`TOKEN`].
pub(crate) async fn sim() -> Sim {
    Sim::builder().token(TOKEN).pace(std::time::Duration::ZERO).start().await.expect("the simulator starts")
}

/// A simulator whose bot `1` does as the script says.
pub(crate) async fn scripted(script: &str) -> Sim {
    let script = Script::parse(script).expect("the script is right");
    let builder = Sim::builder().token(TOKEN).pace(std::time::Duration::ZERO).script(script);
    builder.start().await.expect("the simulator starts")
}

/// A simulator whose bot `1` does these steps.
pub(crate) async fn steps(steps: &str) -> Sim {
    scripted(&format!(r#"{{"bots":[{{"id":"1","rules":[{{"reply":{{"steps":{steps}}}}}]}}]}}"#)).await
}

/// Requests to a path that a simulator has served.
pub(crate) fn count(sim: &Sim, path: &str) -> usize {
    sim.requests().iter().filter(|request| request.path == path).count()
}
