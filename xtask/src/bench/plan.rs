//! Plan and results of a run.

use std::collections::BTreeMap;
use std::time::Instant;

use super::Group;
use super::programs::{Program, Programs};
use super::server::{Server, Wire};
use super::statistics::Spread;
use crate::shell::Result;

use Program::{AsyncOpenai, Borrowed, Coze, EventsourceStream, Floor, Node, Owned, Python, Sseer};

/// A mode of the programs, and its participants.
pub(crate) struct Measure {
    pub(crate) group: Group,
    pub(crate) name: &'static str,
    wire: Wire,
    mode: String,
    /// Number of items for each program, in modes that count.
    n: Option<u64>,
    programs: &'static [Program],
    rounds: usize,
}

/// Rounds of programs without a goal, which take most of the time.
const SLOW_ROUNDS: usize = 3;

/// Files for uploads, in the folder of the programs.
const UPLOAD: &str = "upload.bin";
const UPLOAD_SIZE: u64 = 1 << 30;

const STREAMS: &[Program] =
    &[Coze, Floor, Owned, Borrowed, Sseer, EventsourceStream, AsyncOpenai, Python, Node];
const CLOSE: &[Program] = &[Coze, Floor, Owned, Sseer, EventsourceStream];
const REQUESTS: &[Program] = &[Coze, Floor, EventsourceStream, Python, Node];
const PAIR: &[Program] = &[Coze, Floor];
const TRIPLE: &[Program] = &[Coze, Floor, Owned];

pub(crate) fn measures(quick: bool) -> Vec<Measure> {
    let pick = |quick_value: u64, value: u64| if quick { quick_value } else { value };
    let mut measures = Vec::new();
    let mut add = |group, name, wire, mode: &str, n: Option<u64>, programs, rounds: [usize; 2]| {
        let rounds = if quick { rounds[0] } else { rounds[1] };
        measures.push(Measure { group, name, wire, mode: mode.to_owned(), n, programs, rounds });
    };
    let (plain, events) = (Wire::Plain, pick(100_000, 500_000));
    add(Group::M1, "M1", plain, "stream pace=blast", Some(events), STREAMS, [5, 11]);
    add(Group::M2, "M2", plain, "stream pace=each", Some(events / 5), STREAMS, [5, 11]);
    add(Group::M3, "M3", plain, "latency us=1000", Some(pick(700, 3_000)), CLOSE, [5, 7]);
    add(
        Group::M3,
        "M3, threads",
        plain,
        "latency us=1000 runtime=multi",
        Some(pick(700, 3_000)),
        PAIR,
        [3, 7],
    );
    let n = Some(pick(50, 150));
    add(Group::M4, "M4, 1,000", plain, "concurrent streams=1000 us=20000", n, CLOSE, [3, 5]);
    let n = Some(pick(15, 40));
    add(Group::M4, "M4, 10,000", plain, "concurrent streams=10000 us=200000", n, PAIR, [2, 5]);
    let (single, many) = (Some(pick(3_000, 10_000)), Some(pick(6_400, 19_200)));
    add(Group::M5, "M5, one by one", plain, "requests ways=1", single, REQUESTS, [5, 15]);
    add(Group::M5, "M5, 64 at a time", plain, "requests ways=64", many, REQUESTS, [5, 15]);
    add(Group::M6, "M6", plain, "upload", None, &[Coze, Floor, EventsourceStream, Python], [3, 7]);
    let first = &[Coze, Floor, Sseer, EventsourceStream];
    add(Group::M7, "M7, first delta", plain, "first", None, first, [15, 41]);
    for (wire, names) in [
        (Wire::Https, ["M1, TLS", "M4, TLS", "M5, one by one, TLS", "M5, 64 at a time, TLS"]),
        (
            Wire::Http2,
            [
                "M1, TLS, HTTP/2",
                "M4, TLS, HTTP/2",
                "M5, one by one, TLS, HTTP/2",
                "M5, 64 at a time, TLS, HTTP/2",
            ],
        ),
    ] {
        let modes = [
            ("stream pace=blast", Some(events)),
            ("concurrent streams=1000 us=20000", Some(pick(50, 150))),
            ("requests ways=1", single),
            ("requests ways=64", many),
        ];
        for (name, (mode, n)) in names.into_iter().zip(modes) {
            let programs = if mode.starts_with("stream") { TRIPLE } else { PAIR };
            add(Group::Tls, name, wire, mode, n, programs, [3, 5]);
        }
    }
    measures
}

impl Measure {
    /// Arguments of a program; a slow one gets fewer items, since its cost is reported per item.
    fn arguments(&self, program: Program) -> Vec<String> {
        let mut arguments: Vec<_> = self.mode.split(' ').map(str::to_owned).collect();
        arguments.extend(self.n.map(|n| format!("n={}", if program.is_slow() { n / 5 } else { n })));
        arguments
    }

    fn rounds(&self, program: Program) -> usize {
        if program.is_slow() && self.group != Group::M6 { self.rounds.min(SLOW_ROUNDS) } else { self.rounds }
    }
}

/// Numbers by name, as a program prints them.
pub(crate) type Figures = BTreeMap<String, f64>;

/// Output of the programs, by measure and program, a map for each round.
#[derive(Default)]
pub(crate) struct Records(BTreeMap<(&'static str, Program), Vec<Option<Figures>>>);

impl Records {
    /// Runs all measures, and all programs one after the other in each round.
    pub(crate) fn take(
        &mut self,
        measures: &[Measure],
        programs: &Programs,
        server: &Server,
        notes: &mut Vec<String>,
    ) -> Result {
        for measure in measures {
            let start = Instant::now();
            let path = if measure.group == Group::M6 { Some(upload_file(programs)?) } else { None };
            let there: Vec<_> =
                measure.programs.iter().filter(|program| programs.has(**program, measure.wire)).collect();
            for round in 0..measure.rounds {
                for place in 0..there.len() {
                    // Each round starts with another program, so that none profits from its predecessor.
                    let program = *there[(place + round) % there.len()];
                    if round >= measure.rounds(program) {
                        continue;
                    }
                    let mut arguments = measure.arguments(program);
                    arguments.extend(path.iter().map(|path| format!("path={path}")));
                    let record = programs.measure(program, measure.wire, server, &arguments);
                    if let Err(error) = &record {
                        let note = format!("{}: {error}", measure.name);
                        if !notes.contains(&note) {
                            notes.push(note);
                        }
                    }
                    self.0.entry((measure.name, program)).or_default().push(record.ok());
                }
            }
            let (name, rounds, mode) = (measure.name, measure.rounds, &measure.mode);
            println!("{name}: {rounds} rounds of `{mode}` took {:.0} s", start.elapsed().as_secs_f64());
        }
        Ok(())
    }

    /// One figure of two programs, combined round by round.
    pub(crate) fn pair(
        &self,
        measure: &'static str,
        figure: &str,
        [program, other]: [Program; 2],
        combine: fn(f64, f64) -> f64,
    ) -> Option<Spread> {
        let figures = |program| {
            let rounds = self.0.get(&(measure, program)).into_iter().flatten();
            rounds.map(|record| {
                record.as_ref()?.get(figure).copied().filter(|value| *value > 0.0 || figure == GROWN)
            })
        };
        let pairs = figures(program).zip(figures(other));
        // Neither a division by zero nor a cost of zero is a sample.
        Spread::of(pairs.filter_map(|(of, to)| Some(combine(of?, to?))).filter(|value| value.is_finite()))
    }

    /// The largest figure of a program; `None` unless every round has one.
    pub(crate) fn worst(&self, measure: &'static str, figure: &str, program: Program) -> Option<Spread> {
        let rounds = self.0.get(&(measure, program))?.iter();
        let figures = rounds.map(|record| record.as_ref()?.get(figure).copied());
        figures.collect::<Option<Vec<_>>>()?.into_iter().max_by(f64::total_cmp).map(Spread::exact)
    }
}

/// Growth of the memory of a program, which may be zero.
const GROWN: &str = "grown";

/// A file of 1 GiB that occupies the disk: holes would cost nothing to read.
fn upload_file(programs: &Programs) -> Result<String> {
    let path = programs.folder().join(UPLOAD);
    if std::fs::metadata(&path).is_ok_and(|file| file.len() == UPLOAD_SIZE) {
        return Ok(path.display().to_string());
    }
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
    let mut word = 0x9E37_79B9_7F4A_7C15_u64;
    for _ in 0..UPLOAD_SIZE / 8 {
        word ^= word << 13;
        word ^= word >> 7;
        word ^= word << 17;
        std::io::Write::write_all(&mut file, &word.to_le_bytes())?;
    }
    Ok(path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(rounds: &[Option<&[(&str, f64)]>]) -> Records {
        let figures =
            |round: &[(&str, f64)]| round.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        let rounds: Vec<_> = rounds.iter().map(|round| round.map(figures)).collect();
        Records(BTreeMap::from([(("M", Coze), rounds.clone()), (("M", Floor), rounds)]))
    }

    #[test]
    fn what_costs_nothing_was_not_measured() {
        let zero = records(&[Some(&[("cpu", 0.0), ("p50", 0.0), (GROWN, 0.0)])]);
        assert_eq!(zero.pair("M", "cpu", [Coze, Floor], |of, to| of / to), None);
        assert_eq!(zero.pair("M", "p50", [Coze, Floor], |of, to| of - to), None);
        assert_eq!(zero.pair("M", GROWN, [Coze, Floor], |of, _| of), Some(Spread::exact(0.0)));
        assert_eq!(zero.pair("M", "p99", [Coze, Floor], |of, _| of), None);
        let some = records(&[None, Some(&[("cpu", 2.0)]), Some(&[("cpu", 0.0)])]);
        assert_eq!(some.pair("M", "cpu", [Coze, Floor], |of, to| of / to), Some(Spread::exact(1.0)));
    }

    #[test]
    fn the_worst_round_tells_how_many_failed() {
        let rounds: [&[(&str, f64)]; 3] = [&[("failed", 0.0)], &[("failed", 7.0)], &[("failed", 0.0)]];
        let some = records(&rounds.map(Some));
        assert_eq!(some.worst("M", "failed", Coze), Some(Spread::exact(7.0)));
        // A round without a figure may have failed as a whole.
        for none in [None, Some(&[][..])] {
            assert_eq!(records(&[Some(rounds[0]), none]).worst("M", "failed", Coze), None);
        }
        assert_eq!(Records::default().worst("M", "failed", Coze), None);
    }
}
