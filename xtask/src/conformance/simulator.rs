//! A running `coze-sim`.

use std::fs::File;
use std::io::{BufRead, BufReader, copy, sink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::shell::{Result, capture, cargo, root};

/// Stops when it goes out of scope.
pub(crate) struct Simulator {
    pub(crate) url: String,
    /// Its own URL; a recorder takes no WebSockets.
    pub(crate) address: String,
    /// Configuration of its demo OAuth app.
    pub(crate) oauth_app: PathBuf,
    /// Its standard error.
    pub(crate) log: PathBuf,
    process: Child,
    /// The recorder between the clients and it.
    recorder: Option<Child>,
}

impl Simulator {
    /// Its token.
    pub(crate) const TOKEN: &str = "pat_sim";

    /// Builds the simulator and starts it on a free port.
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let log = folder.join("coze-sim.log");
        let oauth_app = folder.join("oauth-app.json");
        let mut command = Command::new(build()?);
        command
            .args(["--addr", "127.0.0.1:0", "--script", "tests/conformance/agents.json"])
            .arg("--oauth-app")
            .arg(&oauth_app)
            .current_dir(root());
        for workflow in std::fs::read_dir(root().join("tests/conformance/workflows"))? {
            command.arg("--workflow").arg(workflow?.path());
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(&log)?);
        let mut process = command.spawn()?;
        let stdout = process.stdout.take();
        let mut simulator =
            Self { url: String::new(), address: String::new(), oauth_app, log, process, recorder: None };

        let mut stdout = BufReader::new(stdout.ok_or("coze-sim has no standard output")?);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        if let Some(url) = line.trim_end().strip_prefix("listening on ") {
            url.clone_into(&mut simulator.url);
            url.clone_into(&mut simulator.address);
        } else {
            let log = std::fs::read_to_string(&simulator.log)?;
            return Err(format!("coze-sim began with {line:?} instead of `listening on URL`\n{log}").into());
        }
        println!("coze-sim listens on {}", simulator.url);
        // A full pipe would stop it.
        std::thread::spawn(move || copy(&mut stdout, &mut sink()));
        Ok(simulator)
    }
}

impl Simulator {
    /// Starts a recorder in front of the simulator, which writes each request to a file.
    pub(crate) fn record(&mut self, file: &Path) -> Result {
        let mut command = Command::new("python3");
        command.arg(root().join("tests/conformance/record.py")).arg(&self.url).arg(file);
        let mut recorder = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let stdout = recorder.stdout.take();
        self.recorder = Some(recorder);
        let mut line = String::new();
        BufReader::new(stdout.ok_or("the recorder has no standard output")?).read_line(&mut line)?;
        if !line.starts_with("http://") {
            return Err("the recorder did not begin; its message is above".into());
        }
        line.trim_end().clone_into(&mut self.url);
        println!("a recorder listens on {}", self.url);
        Ok(())
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        if let Some(recorder) = &mut self.recorder {
            drop(recorder.kill());
            drop(recorder.wait());
        }
        // It fails only if the process has ended already.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Builds `coze-sim` and returns the path of its program.
fn build() -> Result<PathBuf> {
    let options =
        ["--package", "coze-sim", "--bin", "coze-sim", "--message-format", "json-render-diagnostics"];
    let messages = capture(cargo(&["build"]).args(options))?;
    let mut messages =
        messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let program = messages.find_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?)));
    program.ok_or_else(|| "cargo built no program coze-sim".into())
}
