//! `coze sim`: serves the simulator.

use crate::failure::Failure;

/// Options of the simulator.
#[derive(clap::Args)]
pub(crate) struct SimCommand {
    #[command(flatten)]
    args: coze_sim::Args,
}

impl SimCommand {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        coze_sim::run(self.args).await.map_err(Failure::usage)
    }
}
