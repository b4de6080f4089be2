//! The simulator in a process of its own, so that what the client holds can be told apart.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use coze_sim::{Script, Sim, Workflow};
use serde_json::json;
use tokio::io::AsyncReadExt;

/// A simulator that stops when it goes out of scope.
pub(super) struct Simulator {
    pub(super) url: String,
    child: Child,
}

impl Simulator {
    /// Starts this program once more, as the simulator.
    pub(super) fn start() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("simulate").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut url = String::new();
        BufReader::with_capacity(1, child.stdout.as_mut().unwrap()).read_line(&mut url).unwrap();
        assert!(url.starts_with("http://"), "the simulator began with {url:?}");
        Self { url: url.trim_end().to_owned(), child }
    }

    /// Lets the simulator come to an end, and returns what it says then.
    pub(super) fn stop(mut self) -> String {
        drop(self.child.stdin.take());
        let mut said = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        said.trim_end().to_owned()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // It fails only if the process has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn workflows() -> Vec<Workflow> {
    let start =
        json!({"id": "start", "type": "start", "inputs": {"text": {"type": "string", "required": true}}});
    let whole = "{{text}} 世界 {{text}}";
    let streamed = json!({"id": "end", "type": "end", "text": whole, "stream": true});
    [
        json!({"id": "11", "nodes": [start, {"id": "end", "type": "end", "outputs": {"text": whole}}]}),
        json!({"id": "12", "nodes": [start, streamed]}),
        json!({"id": "13", "nodes": [start, streamed], "wire": {"cut": {"after_events": 2}}}),
    ]
    .map(|file| Workflow::parse(&file.to_string()).unwrap())
    .into()
}

/// Serves until standard input ends, then tells which streams are left.
pub async fn simulate() -> ExitCode {
    let script = Script::parse(include_str!("script.json")).unwrap();
    let builder = Sim::builder().script(script).pace(Duration::from_millis(5));
    let sim = workflows().into_iter().fold(builder, coze_sim::SimBuilder::workflow).start().await.unwrap();
    println!("{}", sim.url());
    let mut rest = Vec::new();
    tokio::io::stdin().read_to_end(&mut rest).await.unwrap();
    // Streams that their readers have dropped are noticed with the next event.
    let _ = tokio::time::timeout(Duration::from_secs(60), sim.streams_closed()).await;
    println!("{} open streams, {} dropped by their readers", sim.open_streams(), sim.disconnects().len());
    sim.shutdown().await;
    ExitCode::SUCCESS
}
