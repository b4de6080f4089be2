//! Where the examples send their requests: to Coze if `COZE_API_TOKEN` is set, to a simulator in this process otherwise.
//!
//! For Coze, set `COZE_BOT_ID` and `COZE_WORKFLOW_ID` as well where an example needs them, and `COZE_API_BASE` to
//! `https://api.coze.cn` for www.coze.cn.

#![allow(dead_code, reason = "no example uses all of it")]

use std::env::var;
use std::error::Error;

use coze::Coze;
use coze_sim::{DEMO_BOT, Sim, Workflow};

/// A client, and what it talks to.
pub(crate) struct Setup {
    pub(crate) client: Coze,
    pub(crate) bot: String,
    pub(crate) workflow: String,
    /// Serves until it is dropped.
    simulator: Option<Sim>,
}

pub(crate) async fn start() -> Result<Setup, Box<dyn Error>> {
    if var("COZE_API_TOKEN").is_ok() {
        let (bot, workflow) = (var("COZE_BOT_ID"), var("COZE_WORKFLOW_ID"));
        let (bot, workflow) = (bot.unwrap_or_default(), workflow.unwrap_or_default());
        return Ok(Setup { client: Coze::from_env()?, bot, workflow, simulator: None });
    }
    eprintln!("COZE_API_TOKEN is not set: the simulator answers, without a model");
    let workflow = Workflow::parse(include_str!("trip.json"))?;
    let id = workflow.id().to_string();
    let simulator = Sim::builder().workflow(workflow).start().await?;
    let client = Coze::builder().token(simulator.token()).base_url(simulator.url()).build()?;
    Ok(Setup { client, bot: DEMO_BOT.to_string(), workflow: id, simulator: Some(simulator) })
}
