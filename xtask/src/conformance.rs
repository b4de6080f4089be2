//! `cargo xtask conformance`: runs the official clients, installed from their registries, against `coze-sim`.

mod clients;
mod go;
mod java;
mod not_served;
mod simulator;

use std::path::PathBuf;

use clap::Args;

use crate::metadata::Metadata;
use crate::shell::{Result, verdict};
pub(crate) use clients::Client;
use clients::Counts;
pub(crate) use not_served::serves;
pub(crate) use simulator::Simulator;

/// Runs the official Python, Node, Java and Go clients against the simulator
#[derive(Args, Default)]
pub(crate) struct Conformance {
    /// Run the scripts of this client only
    #[arg(long, value_name = "CLIENT")]
    only: Option<Client>,
    /// Write each request that the clients send as a line of this file, for `cargo xtask replay`; needs Python
    #[arg(long, value_name = "FILE.jsonl")]
    record: Option<PathBuf>,
}

impl Conformance {
    pub(crate) fn run(&self) -> Result {
        self.run_with(&Metadata::load()?)
    }

    pub(crate) fn run_with(&self, metadata: &Metadata) -> Result {
        let folder = metadata.target_directory.join("conformance");
        let (mut clients, mut left_out) = (Vec::new(), Vec::new());
        for client in Client::ALL.into_iter().filter(|client| self.only.is_none_or(|only| only == *client)) {
            let missing = match client.lacks() {
                // Not every proxy of modules serves this one, which has no releases but commits.
                None if client == Client::Go => {
                    let refused = client.install(&folder).err();
                    refused.map(|error| format!("its modules, which cannot be downloaded: {error}"))
                }
                None => client.install(&folder).map(|()| None)?,
                missing => missing,
            };
            match missing {
                None => clients.push(client),
                Some(missing) if self.only.is_some() => {
                    return Err(format!("{client} needs {missing}").into());
                }
                Some(missing) => left_out.push(format!("{client} is skipped: it requires {missing}")),
            }
        }

        let mut simulator = Simulator::start(&folder)?;
        if let Some(file) = &self.record {
            simulator.record(file)?;
        }
        let (mut total, mut problems) = (Counts::default(), not_served::check(&simulator)?);
        for script in clients.iter().flat_map(|client| client.scripts()) {
            match script.run(&folder, &simulator) {
                Ok(counts) => total = total + counts,
                Err(error) => problems.push(error.to_string()),
            }
        }
        println!("all clients: {total}");
        // Last, since hardly anybody reads all that stands above.
        for notice in left_out {
            println!("notice: {notice}");
        }
        if total.failed > 0 {
            problems.push(format!("{} checks failed", total.failed));
        }
        if !problems.is_empty() {
            problems.push(format!("what the simulator wrote is in {}", simulator.log.display()));
        }
        verdict(problems)
    }
}
