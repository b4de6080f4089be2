//! Whether an item costs the same among few and among many.

use std::time::Instant;

use super::Group;
use super::goals::{Bound, Outcome};
use super::programs::{Program, Programs};
use super::server::{Server, Wire};
use super::statistics::Spread;
use crate::shell::Result;

/// Cost of one item by the number of items.
pub(crate) struct Growth {
    pub(crate) title: &'static str,
    /// What is counted on the horizontal axis.
    pub(crate) axis: &'static str,
    /// From this count on, what comes once (a connection, a request) is small against the items.
    from: f64,
    pub(crate) series: Vec<(Program, Vec<(f64, Spread)>)>,
}

/// Bytes of an event, which turn events into the length of a stream.
const EVENT: f64 = 274.0;
const ROUNDS: usize = 3;
/// How much dearer the last item may be than the first ones that count: the noise of a run.
const FLAT: f64 = 1.1;

struct Sweep {
    title: &'static str,
    axis: &'static str,
    figure: &'static str,
    counts: &'static [u64],
    /// The last counts, that a quick run leaves out.
    slow: usize,
    scale: f64,
    from: f64,
    arguments: fn(u64) -> String,
}

const SWEEPS: [Sweep; 3] = [
    Sweep {
        title: "CPU per event, by the length of the stream",
        axis: "bytes of a stream",
        figure: "cpu",
        counts: &[4, 40, 400, 4_000, 40_000, 400_000, 4_000_000],
        slow: 1,
        scale: EVENT,
        from: 1e6,
        // Short streams are repeated, since a clock has its steps.
        arguments: |count| format!("stream pace=blast n={count} repeat={}", (4_000 / count).max(1)),
    },
    Sweep {
        title: "CPU per request, by the number of requests on a client",
        axis: "requests",
        figure: "cpu",
        counts: &[1, 10, 100, 1_000, 10_000, 100_000],
        slow: 1,
        scale: 1.0,
        from: 1e3,
        arguments: |count| format!("requests ways=1 warm=0 n={count}"),
    },
    Sweep {
        title: "CPU per stream of 20 events, by the number of concurrent streams",
        axis: "streams",
        figure: "cpu_per_stream",
        counts: &[1, 10, 100, 1_000, 10_000],
        slow: 0,
        scale: 1.0,
        from: 1e2,
        // So slow that 10,000 streams leave the server time to sleep.
        arguments: |count| format!("concurrent streams={count} us=200000 n=20"),
    },
];

pub(crate) fn run(programs: &Programs, server: &Server, quick: bool) -> Result<Vec<Growth>> {
    let mut found = Vec::new();
    for sweep in SWEEPS {
        let start = Instant::now();
        let mut growth =
            Growth { title: sweep.title, axis: sweep.axis, from: sweep.from, series: Vec::new() };
        let contenders = [Program::Coze, Program::Floor];
        let mut samples = vec![Vec::new(); contenders.len()];
        let counts = &sweep.counts[..sweep.counts.len() - if quick { sweep.slow } else { 0 }];
        for &count in counts {
            let arguments: Vec<_> = (sweep.arguments)(count).split(' ').map(str::to_owned).collect();
            let mut figures = vec![Vec::new(); contenders.len()];
            for _ in 0..ROUNDS {
                for (program, figures) in contenders.iter().zip(&mut figures) {
                    let record = programs.measure(*program, Wire::Plain, server, &arguments)?;
                    figures.extend(record.get(sweep.figure).copied());
                }
            }
            for (samples, figures) in samples.iter_mut().zip(figures) {
                #[expect(clippy::cast_precision_loss, reason = "small counts")]
                samples.extend(Spread::of(figures).map(|spread| (count as f64 * sweep.scale, spread)));
            }
        }
        growth.series = contenders.into_iter().zip(samples).collect();
        println!("growth: {}: took {:.0} s", sweep.title, start.elapsed().as_secs_f64());
        found.push(growth);
    }
    Ok(found)
}

impl Growth {
    /// The dearest of the large counts against the first of them.
    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        let outcome = |(program, points): &(Program, Vec<(f64, Spread)>)| {
            let mut large = points.iter().filter(|(count, _)| *count >= self.from).map(|(_, spread)| spread);
            let first = large.next()?;
            let (_, last) = points.last()?;
            let ratio = |value: f64| value / first.median;
            Some(Outcome {
                group: Group::Growth,
                what: format!("{}: {}, last / first large count", program.title(), self.title),
                spread: Spread { low: ratio(last.low), median: ratio(last.median), high: ratio(last.high) },
                unit: " x",
                goal: (*program == Program::Coze).then_some(Bound::AtMost(FLAT)),
            })
        };
        self.series.iter().filter_map(outcome).collect()
    }
}
