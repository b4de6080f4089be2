//! `cargo xtask bench`: compares the library with the limits and with other clients.

mod chart;
mod goals;
mod growth;
mod inner;
mod page;
mod plan;
mod programs;
mod server;
mod size;
mod statistics;

use std::path::Path;

use clap::{Args, ValueEnum};

use crate::metadata::Metadata;
use crate::shell::{Result, root};
use goals::Outcome;
use growth::Growth;
use plan::Records;
use programs::Programs;
use server::Server;

/// Runs the benchmarks; figures are ratios to a limit measured in the same run
///
/// A run of all groups writes docs/performance.md, its Chinese counterpart and its charts.
#[derive(Args)]
pub(crate) struct Bench {
    /// Groups to run; all without it
    groups: Vec<Group>,
    /// Fewer and shorter rounds: under ten minutes
    #[arg(long)]
    quick: bool,
    /// Fail if a goal is missed
    #[arg(long)]
    check: bool,
}

/// Groups of benchmarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Group {
    /// The parser of event streams
    Sse,
    /// Decoding of a delta
    Decode,
    /// One stream at full speed
    M1,
    /// One event in each write
    M2,
    /// Latency of paced events
    M3,
    /// Many streams at once
    M4,
    /// Plain requests
    M5,
    /// Upload of 1 GiB
    M6,
    /// Cold start, size and build
    M7,
    /// Streams and requests over TLS
    Tls,
    /// Cost per item from few to many
    Growth,
}

/// Results of a run.
#[derive(Default)]
pub(crate) struct Findings {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) records: Records,
    pub(crate) growth: Vec<Growth>,
    /// Parts that could not be measured, with the reason.
    pub(crate) notes: Vec<String>,
}

impl Bench {
    pub(crate) fn run(&self) -> Result {
        let metadata = Metadata::load()?;
        let folder = metadata.target_directory.join("e2e");
        let mut findings = Findings::default();
        if self.wants(Group::Sse) {
            findings.outcomes.extend(inner::run("coze-sse", Group::Sse, self.quick)?);
        }
        if self.wants(Group::Decode) {
            findings.outcomes.extend(inner::run("coze-types", Group::Decode, self.quick)?);
        }
        self.end_to_end(&folder, &mut findings)?;
        if self.wants(Group::M7) {
            size::run(&folder, self.quick, &mut findings)?;
        }

        findings.outcomes.sort_by_key(|outcome| outcome.group);
        println!("\nmedian (quartiles) of paired ratios");
        for outcome in &findings.outcomes {
            println!("{}", outcome.line());
        }
        for note in &findings.notes {
            println!("note: {note}");
        }
        if self.groups.is_empty() {
            page::write(&root().join("docs"), &findings, self.quick)?;
        }
        let missed = findings.outcomes.iter().filter(|outcome| outcome.is_missed()).count();
        println!("{missed} goals missed");
        if self.check && missed > 0 { Err(format!("{missed} goals missed").into()) } else { Ok(()) }
    }

    fn wants(&self, group: Group) -> bool {
        self.groups.is_empty() || self.groups.contains(&group)
    }

    /// Everything that requires the server, in one run of interleaved rounds.
    fn end_to_end(&self, folder: &Path, findings: &mut Findings) -> Result {
        let measures: Vec<_> =
            plan::measures(self.quick).into_iter().filter(|measure| self.wants(measure.group)).collect();
        if measures.is_empty() && !self.wants(Group::Growth) {
            return Ok(());
        }
        let programs = Programs::install(folder, &mut findings.notes)?;
        let server = Server::start(folder)?;
        findings.records.take(&measures, &programs, &server, &mut findings.notes)?;
        findings.outcomes.extend(goals::judge(&findings.records, |group| self.wants(group)));
        if self.wants(Group::Growth) {
            findings.growth = growth::run(&programs, &server, self.quick, &mut findings.notes);
            findings.outcomes.extend(findings.growth.iter().flat_map(Growth::outcomes));
        }
        Ok(())
    }
}
