//! What several tests need.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use coze::{Coze, CreateChat, Message, RunWorkflow};
use coze_sim::{Script, Sim, Workflow};
use serde::Deserialize;
use wehan::server::{Server, ServerBuilder, demo_jobs};
use wehan::{Application, CreateApplication, Wehan};

pub(crate) const TOKEN: &str = "b-side-secret";

/// A B side with jobs, in memory.
pub(crate) fn b_side() -> ServerBuilder {
    Server::builder().token(TOKEN).jobs(demo_jobs())
}

/// A client of the B side at an address.
pub(crate) fn client(url: impl Into<String>) -> Wehan {
    Wehan::builder().token(TOKEN).base_url(url).build().unwrap()
}

/// A port that nothing listens on.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Id of the workflow `fetch_jobs.json`.
pub(crate) const FETCH_JOBS: &str = "7400000000000000021";
/// Id of the workflow `submit_application.json`.
pub(crate) const SUBMIT_APPLICATION: &str = "7400000000000000022";
/// Id of the agent of `agent.json`.
pub(crate) const AGENT: &str = "7400000000000000020";

/// The C side: a simulator with the workflows and the agent of this crate, and a client of it.
pub(crate) struct CSide {
    pub(crate) sim: Sim,
    pub(crate) coze: Coze,
}

/// Starts a C side whose HTTP nodes call a B side at an address, and give up an attempt after some time.
pub(crate) async fn c_side(b_side: SocketAddr, timeout: Duration) -> CSide {
    let [fetch_jobs, submit_application] = [
        include_str!("../../workflows/fetch_jobs.json"),
        include_str!("../../workflows/submit_application.json"),
    ]
    .map(|json| {
        assert!(json.contains(r#""timeout_ms": 5000"#));
        let limit = format!(r#""timeout_ms": {}"#, timeout.as_millis());
        Workflow::parse(&json.replace(r#""timeout_ms": 5000"#, &limit)).unwrap()
    });
    let sim = Sim::builder()
        .workflow(fetch_jobs)
        .workflow(submit_application)
        .constant("b_url", format!("http://{b_side}"))
        .constant("b_token", TOKEN)
        .allow_host(b_side.to_string())
        .script(Script::parse(include_str!("../../workflows/agent.json")).unwrap())
        .pace(Duration::ZERO)
        .start()
        .await
        .unwrap();
    let coze = Coze::builder().token(sim.token()).base_url(sim.url()).build().unwrap();
    CSide { sim, coze }
}

/// Long enough for any answer on a busy machine.
pub(crate) const LONG: Duration = Duration::from_secs(60);

impl CSide {
    /// Runs the workflow that stores an application.
    pub(crate) async fn submit(&self, request: &CreateApplication) -> Result<Application, coze::Error> {
        #[derive(Deserialize)]
        struct Output {
            application: Application,
        }
        let run = self.coze.workflows().run(submission(request)).await?;
        Ok(run.output::<Output>().unwrap().application)
    }

    /// Asks the agent and returns what it says.
    pub(crate) async fn ask(&self, user: &str, question: &str) -> Result<String, coze::Error> {
        let question = CreateChat::new(AGENT, user).message(Message::user(question));
        let mut text = self.coze.chat().stream(question).await?.text();
        let mut answer = String::new();
        while let Some(piece) = text.next().await {
            answer.push_str(&piece?);
        }
        Ok(answer)
    }
}

/// The run that stores an application.
pub(crate) fn submission(request: &CreateApplication) -> RunWorkflow {
    RunWorkflow::new(SUBMIT_APPLICATION)
        .parameter("user_id", request.user_id.as_str())
        .parameter("job_id", request.job_id.as_str())
        .parameter("interview_id", request.interview_id.as_str())
        .parameter("match_score", request.match_score)
}

pub(crate) fn application(user_id: &str) -> CreateApplication {
    CreateApplication::new(user_id, "job-1", "interview-1", 87.5)
}
