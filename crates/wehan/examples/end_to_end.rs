//! A candidate asks an agent for jobs and applies for one; the application lands in the database of the B side.
//!
//! Nothing has to be installed and no account is needed: `cargo run -p wehan --example end_to_end`.

use std::error::Error;

use coze::{Coze, CreateChat, Message};
use coze_sim::{Script, Sim, Workflow};
use wehan::server::{Server, demo_jobs};

const AGENT: &str = "7400000000000000020";
/// Known to the B side and to the HTTP nodes of the workflows, and to nobody else.
const B_TOKEN: &str = "b-side-token";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("wehan.db");
    let b_side = Server::builder().token(B_TOKEN).database(&database).jobs(demo_jobs()).start().await?;
    println!("1. The B side serves {} jobs at {}.", demo_jobs().len(), b_side.url());
    println!("   Its database is {}.", database.display());

    let c_side = Sim::builder()
        .workflow(Workflow::parse(include_str!("../workflows/fetch_jobs.json"))?)
        .workflow(Workflow::parse(include_str!("../workflows/submit_application.json"))?)
        .script(Script::parse(include_str!("../workflows/agent.json"))?)
        .constant("b_url", b_side.url())
        .constant("b_token", B_TOKEN)
        .allow_host(b_side.addr().to_string())
        .start()
        .await?;
    println!("2. The C side, a simulator of Coze, serves an agent with two workflows at {}.", c_side.url());

    // What talks for the candidate knows the token of Coze only.
    let coze = Coze::builder().token(c_side.token()).base_url(c_side.url()).build()?;
    println!("3. The candidate asks: 有哪些职位？");
    show(&ask(&coze, "有哪些职位？").await?);
    println!("4. The candidate applies: 申请 job-1");
    show(&ask(&coze, "申请 job-1").await?);

    println!("5. The database of the B side holds:");
    for application in b_side.applications()? {
        show(&serde_json::to_string(&application)?);
    }
    c_side.shutdown().await;
    b_side.shutdown().await;
    Ok(())
}

/// Asks the agent and returns its whole answer.
async fn ask(coze: &Coze, question: &str) -> Result<String, coze::Error> {
    let question = CreateChat::new(AGENT, "candidate-7").message(Message::user(question));
    let mut text = coze.chat().stream(question).await?.text();
    let mut answer = String::new();
    while let Some(piece) = text.next().await {
        answer.push_str(&piece?);
    }
    Ok(answer)
}

fn show(text: &str) {
    for line in text.lines() {
        println!("   | {line}");
    }
}
