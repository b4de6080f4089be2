//! Whether the cost of an item depends on the number of items.

use std::time::Instant;

use super::Group;
use super::goals::{Bound, Outcome};
use super::programs::{Program, Programs};
use super::server::{Server, Wire};
use super::statistics::Spread;

/// A number of items, and the cost of one of them in each round.
pub(crate) type Point = (f64, Vec<f64>);

/// Cost of one item by the number of items.
pub(crate) struct Growth {
    pub(crate) title: &'static str,
    /// Label of the horizontal axis.
    pub(crate) axis: &'static str,
    /// Figures of each round, by program and count.
    pub(crate) series: Vec<(Program, Vec<Point>)>,
    /// Counts that are compared: the first at which fixed costs (a connection, a request) are small, and the
    /// largest.
    ends: [f64; 2],
    beside_floor: bool,
}

/// Bytes of an event, which turn events into the length of a stream.
const EVENT: f64 = 274.0;
const ROUNDS: usize = 3;
/// Allowed increase of the cost of an item: the noise of a run.
const FLAT: f64 = 1.1;

struct Sweep {
    title: &'static str,
    axis: &'static str,
    figure: &'static str,
    counts: &'static [u64],
    /// The last counts, which a quick run omits.
    slow: usize,
    scale: f64,
    from: f64,
    /// Whether growth is compared with that of `f` in the same run, which shows the effect of the machine. Otherwise
    /// `f` does so little per item that its cost keeps falling, which would make that of the others look like growth.
    beside_floor: bool,
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
        beside_floor: false,
        // Short streams are repeated, since a clock has a resolution.
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
        beside_floor: true,
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
        beside_floor: false,
        // So slow that the server sleeps between 10,000 streams.
        arguments: |count| format!("concurrent streams={count} us=200000 n=20"),
    },
];

pub(crate) fn run(programs: &Programs, server: &Server, quick: bool, notes: &mut Vec<String>) -> Vec<Growth> {
    let mut found = Vec::new();
    for sweep in SWEEPS {
        let start = Instant::now();
        let contenders = [Program::Coze, Program::Floor];
        let mut series = contenders.map(|program| (program, Vec::new()));
        let counts = &sweep.counts[..sweep.counts.len() - if quick { sweep.slow } else { 0 }];
        #[expect(clippy::cast_precision_loss, reason = "small counts")]
        let scaled = |count: &u64| *count as f64 * sweep.scale;
        for count in counts {
            let arguments: Vec<_> = (sweep.arguments)(*count).split(' ').map(str::to_owned).collect();
            let mut figures = contenders.map(|_| Vec::new());
            for _ in 0..ROUNDS {
                for (program, figures) in contenders.iter().zip(&mut figures) {
                    let record = programs.measure(*program, Wire::Plain, server, &arguments);
                    let figure = record.and_then(|record| {
                        let figure = record.get(sweep.figure).copied();
                        Ok(figure
                            .ok_or_else(|| format!("{} printed no {}", program.title(), sweep.figure))?)
                    });
                    // A round without a figure keeps its place beside that of the other program.
                    figures.push(figure.unwrap_or_else(|error| {
                        notes.push(format!("{}, {count}: {error}", sweep.title));
                        f64::NAN
                    }));
                }
            }
            for ((_, points), figures) in series.iter_mut().zip(figures) {
                points.push((scaled(count), figures));
            }
        }
        let large = counts.iter().map(scaled).filter(|count| *count >= sweep.from);
        let ends = [large.clone().fold(f64::INFINITY, f64::min), large.fold(0.0, f64::max)];
        println!("growth: {}: took {:.0} s", sweep.title, start.elapsed().as_secs_f64());
        let Sweep { title, axis, beside_floor, .. } = sweep;
        found.push(Growth { title, axis, series: series.into(), ends, beside_floor });
    }
    found
}

impl Growth {
    /// The largest count relative to the first large one, of each program and perhaps of ours relative to `f`, by
    /// round.
    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        let outcome = |what: &str, growth: Vec<f64>, is_judged: bool| Outcome {
            group: Group::Growth,
            what: format!("{what}: {}, last / first large count", self.title),
            spread: Spread::of(growth.into_iter().filter(|value| value.is_finite())),
            unit: " x",
            goal: is_judged.then_some(Bound::AtMost(FLAT)),
        };
        let [ours, floor] = [Program::Coze, Program::Floor].map(|program| self.grown(program));
        let beside: Vec<_> = ours.iter().zip(&floor).map(|(ours, floor)| ours / floor).collect();
        let mut outcomes = vec![
            outcome(Program::Coze.title(), ours, !self.beside_floor),
            outcome(Program::Floor.title(), floor, false),
        ];
        if self.beside_floor {
            outcomes.push(outcome("coze / f", beside, true));
        }
        outcomes
    }

    /// Increase of the cost of an item at the largest count, in each round; empty unless both counts were measured.
    fn grown(&self, program: Program) -> Vec<f64> {
        let [first, last] = self.ends;
        let points = self.series.iter().find(|(of, _)| *of == program).map(|(_, points)| points.as_slice());
        let at = |wanted: f64| {
            let mut points = points.unwrap_or_default().iter();
            points.find(|(count, _)| count.total_cmp(&wanted).is_eq()).map(|(_, figures)| figures.as_slice())
        };
        match (at(first), at(last)) {
            (Some(few), Some(many)) if first < last => {
                few.iter().zip(many).map(|(few, many)| many / few).collect()
            }
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn growth(ours: &[Point], floor: &[Point]) -> Growth {
        let series = vec![(Program::Coze, ours.to_vec()), (Program::Floor, floor.to_vec())];
        Growth { title: "CPU", axis: "items", series, ends: [10.0, 1000.0], beside_floor: true }
    }

    fn judged(growth: &Growth) -> Outcome {
        let mut judged: Vec<_> =
            growth.outcomes().into_iter().filter(|outcome| outcome.goal.is_some()).collect();
        assert_eq!(judged.len(), 1);
        judged.remove(0)
    }

    #[test]
    fn growth_is_judged_beside_that_of_the_floor() {
        let floor = [(1.0, vec![9.0, 9.0]), (10.0, vec![1.0, 2.0]), (1000.0, vec![1.5, 3.0])];
        // The machine made both slower by half; ours grew no more.
        let same =
            growth(&[(1.0, vec![99.0, 99.0]), (10.0, vec![2.0, 4.0]), (1000.0, vec![3.0, 6.0])], &floor);
        assert_eq!(judged(&same).spread, Some(Spread::exact(1.0)));
        assert!(!judged(&same).is_missed());
        let more = growth(&[(10.0, vec![2.0, 4.0]), (1000.0, vec![3.9, 7.8])], &floor);
        assert!(judged(&more).is_missed(), "{:?}", judged(&more));
        // Otherwise ours is judged alone.
        let alone = judged(&Growth { beside_floor: false, ..same });
        assert_eq!(alone.spread, Some(Spread::exact(1.5)));
    }

    #[test]
    fn growth_without_both_counts_is_missed() {
        let points = [(10.0, vec![1.0]), (1000.0, vec![1.0])];
        assert!(judged(&growth(&points[..1], &points)).is_missed());
        assert!(judged(&growth(&points, &points[1..])).is_missed());
        assert!(judged(&growth(&[], &[])).is_missed());
        // Nor does a count that no round measured.
        let unmeasured = [(10.0, vec![1.0, f64::NAN]), (1000.0, vec![f64::NAN, 1.0])];
        assert!(judged(&growth(&unmeasured, &unmeasured)).is_missed());
        // A single large count does not show growth.
        assert!(judged(&Growth { ends: [10.0, 10.0], ..growth(&points, &points) }).is_missed());
    }
}
