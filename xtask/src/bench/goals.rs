//! The goals, and whether they are reached.

use super::Group;
use super::plan::Records;
use super::programs::Program;
use super::statistics::Spread;

use Program::{Coze, EventsourceStream, Floor, Owned, Python, Sseer};

/// A figure, and its goal.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) group: Group,
    pub(crate) what: String,
    /// `None` if nothing was measured.
    pub(crate) spread: Option<Spread>,
    pub(crate) unit: &'static str,
    /// `None` for a figure without a goal.
    pub(crate) goal: Option<Bound>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Outcome {
    /// Whether there is a goal that no measurement confirms.
    pub(crate) fn is_missed(&self) -> bool {
        let Some(goal) = self.goal else { return false };
        !self.spread.is_some_and(|spread| match goal {
            Bound::AtMost(bound) => spread.median <= bound,
            Bound::AtLeast(bound) => spread.median >= bound,
        })
    }

    /// The figure as it is printed: `1.05 x (1.03 to 1.08)`.
    pub(crate) fn measured(&self) -> String {
        let Some(Spread { low, median, high }) = self.spread else { return "no sample".to_owned() };
        let unit = self.unit;
        if low.to_bits() == high.to_bits() {
            return format!("{}{unit}", number(median));
        }
        format!("{}{unit} ({} to {})", number(median), number(low), number(high))
    }

    pub(crate) fn bound(&self) -> String {
        match self.goal {
            None => "-".to_owned(),
            Some(Bound::AtMost(bound)) => format!("at most {}{}", number(bound), self.unit),
            Some(Bound::AtLeast(bound)) => format!("at least {}{}", number(bound), self.unit),
        }
    }

    pub(crate) fn line(&self) -> String {
        let mark = match self.goal {
            None => "",
            Some(_) if self.is_missed() => "MISSED",
            Some(_) => "kept",
        };
        format!("{:<70} {:<28} {:<18} {mark}", self.what, self.measured(), self.bound())
    }
}

fn number(value: f64) -> String {
    if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

/// One row of the table of goals.
struct Goal {
    group: Group,
    measure: &'static str,
    what: &'static str,
    figure: &'static str,
    unit: &'static str,
    of: [Program; 2],
    combine: fn(f64, f64) -> f64,
    bound: Option<Bound>,
}

const TIMES: &str = " x";
/// Streams that failed, of which the worst round counts and no other program.
const FAILED: &str = "failed";

const fn quotient(
    measure: &'static str,
    what: &'static str,
    to: Program,
    group: Group,
    at_most: f64,
) -> Goal {
    Goal {
        group,
        measure,
        what,
        figure: "cpu",
        unit: TIMES,
        of: [Coze, to],
        combine: |of, to| of / to,
        bound: Some(Bound::AtMost(at_most)),
    }
}

/// A ratio that is published without a goal.
const fn told(measure: &'static str, what: &'static str) -> Goal {
    Goal { bound: None, ..quotient(measure, what, Floor, Group::Tls, 0.0) }
}

const GOALS: &[Goal] = &[
    quotient("M1", "full speed: CPU per event / by hand (h)", Owned, Group::M1, 0.6),
    quotient(
        "M1",
        "full speed: CPU per event / reqwest + eventsource-stream",
        EventsourceStream,
        Group::M1,
        0.3,
    ),
    quotient("M1", "full speed: CPU per event / reqwest + sseer", Sseer, Group::M1, 1.0),
    quotient("M2", "one event per write: CPU per event / by hand (h)", Owned, Group::M2, 1.0),
    Goal {
        figure: "p50",
        unit: " µs",
        combine: |of, to| of - to,
        ..quotient("M3", "paced: median latency above bytes (f)", Floor, Group::M3, 10.0)
    },
    Goal { bound: None, ..quotient("M3", "paced: CPU per event / by hand (h)", Owned, Group::M3, 0.0) },
    Goal {
        figure: "p50",
        bound: None,
        ..quotient(
            "M3, threads",
            "paced, runtime with threads: median latency / bytes (f)",
            Floor,
            Group::M3,
            0.0,
        )
    },
    Goal {
        bound: None,
        ..quotient(
            "M3, threads",
            "paced, runtime with threads: CPU per event / bytes (f)",
            Floor,
            Group::M3,
            0.0,
        )
    },
    Goal { figure: "p99", ..quotient("M3", "paced: 99th percentile / bytes (f)", Floor, Group::M3, 1.25) },
    quotient("M4, 1,000", "1,000 streams: CPU per event / bytes (f)", Floor, Group::M4, 1.15),
    quotient("M4, 10,000", "10,000 streams: CPU per event / bytes (f)", Floor, Group::M4, 1.15),
    Goal {
        figure: "memory_per_stream",
        unit: " KB",
        combine: |of, to| of - to,
        ..quotient("M4, 1,000", "1,000 streams: memory of a stream above bytes (f)", Floor, Group::M4, 1.5)
    },
    Goal {
        figure: "memory_per_stream",
        unit: " KB",
        combine: |of, to| of - to,
        ..quotient("M4, 10,000", "10,000 streams: memory of a stream above bytes (f)", Floor, Group::M4, 1.5)
    },
    Goal {
        figure: "p99",
        unit: " ms",
        combine: |of, _| of / 1e3,
        ..quotient("M4, 10,000", "10,000 streams: 99th percentile of latency", Floor, Group::M4, 2.0)
    },
    Goal {
        figure: FAILED,
        unit: "",
        ..quotient("M4, 1,000", "1,000 streams: failed", Floor, Group::M4, 0.0)
    },
    Goal {
        figure: FAILED,
        unit: "",
        ..quotient("M4, 10,000", "10,000 streams: failed", Floor, Group::M4, 0.0)
    },
    quotient("M5, one by one", "requests one by one: CPU / bytes (f)", Floor, Group::M5, 1.15),
    quotient("M5, 64 at a time", "requests 64 at a time: CPU / bytes (f)", Floor, Group::M5, 1.15),
    quotient("M5, one by one", "requests one by one: CPU / reqwest", EventsourceStream, Group::M5, 1.0),
    quotient("M5, 64 at a time", "requests 64 at a time: CPU / reqwest", EventsourceStream, Group::M5, 1.0),
    Goal {
        figure: "wall",
        combine: |of, to| to / of,
        bound: Some(Bound::AtLeast(0.9)),
        ..quotient("M6", "upload of 1 GiB: rate / cozepy", Python, Group::M6, 0.0)
    },
    Goal {
        figure: "grown",
        unit: " MiB",
        combine: |of, _| of / 1024.0,
        ..quotient("M6", "upload of 1 GiB: memory above the start", Floor, Group::M6, 10.0)
    },
    Goal {
        figure: "first",
        ..quotient(
            "M7, first delta",
            "start of the process to the first delta / bytes (f)",
            Floor,
            Group::M7,
            1.15,
        )
    },
    quotient("M1, TLS", "TLS, HTTP/1.1: full speed, CPU per event / bytes (f)", Floor, Group::Tls, 1.4),
    quotient("M1, TLS", "TLS, HTTP/1.1: full speed, CPU per event / by hand (h)", Owned, Group::Tls, 0.6),
    told("M4, TLS", "TLS, HTTP/1.1: 1,000 streams, CPU per event / bytes (f)"),
    told("M5, one by one, TLS", "TLS, HTTP/1.1: requests one by one, CPU / bytes (f)"),
    told("M5, 64 at a time, TLS", "TLS, HTTP/1.1: requests 64 at a time, CPU / bytes (f)"),
    quotient("M1, TLS, HTTP/2", "TLS, HTTP/2: full speed, CPU per event / bytes (f)", Floor, Group::Tls, 1.4),
    quotient(
        "M1, TLS, HTTP/2",
        "TLS, HTTP/2: full speed, CPU per event / by hand (h)",
        Owned,
        Group::Tls,
        0.6,
    ),
    told("M4, TLS, HTTP/2", "TLS, HTTP/2: 1,000 streams, CPU per event / bytes (f)"),
    told("M5, one by one, TLS, HTTP/2", "TLS, HTTP/2: requests one by one, CPU / bytes (f)"),
    told("M5, 64 at a time, TLS, HTTP/2", "TLS, HTTP/2: requests 64 at a time, CPU / bytes (f)"),
];

/// Results for the goals of the groups that were run; a goal without a sample is missed.
pub(crate) fn judge(records: &Records, wanted: impl Fn(Group) -> bool) -> Vec<Outcome> {
    let outcome = |goal: &Goal| Outcome {
        group: goal.group,
        what: goal.what.to_owned(),
        spread: match goal.figure {
            FAILED => records.worst(goal.measure, FAILED, goal.of[0]),
            figure => records.pair(goal.measure, figure, goal.of, goal.combine),
        },
        unit: goal.unit,
        goal: goal.bound,
    };
    GOALS.iter().filter(|goal| wanted(goal.group)).map(outcome).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(value: f64, goal: Option<Bound>) -> Outcome {
        let spread = Some(Spread { low: value - 0.1, median: value, high: value + 0.1 });
        Outcome { group: Group::M1, what: "a / b".into(), spread, unit: TIMES, goal }
    }

    #[test]
    fn the_median_decides() {
        assert!(!outcome(1.1, Some(Bound::AtMost(1.1))).is_missed());
        assert!(outcome(1.11, Some(Bound::AtMost(1.1))).is_missed());
        assert!(outcome(0.89, Some(Bound::AtLeast(0.9))).is_missed());
        assert!(!outcome(99.0, None).is_missed());
    }

    #[test]
    fn a_goal_without_a_sample_is_missed() {
        let unmeasured = |goal| Outcome { spread: None, ..outcome(0.0, goal) };
        assert!(unmeasured(Some(Bound::AtMost(1.0))).is_missed());
        assert!(unmeasured(Some(Bound::AtLeast(0.0))).is_missed());
        assert!(!unmeasured(None).is_missed());
        assert!(outcome(f64::NAN, Some(Bound::AtMost(1.0))).is_missed());
        assert!(unmeasured(Some(Bound::AtMost(1.0))).line().ends_with("MISSED"));

        let outcomes = judge(&Records::default(), |group| group == Group::M4);
        assert_eq!(outcomes.len(), GOALS.iter().filter(|goal| goal.group == Group::M4).count());
        assert!(!outcomes.is_empty() && outcomes.iter().all(Outcome::is_missed));
    }

    #[test]
    fn figures_come_with_their_spread() {
        assert_eq!(outcome(1.25, None).measured(), "1.25 x (1.15 to 1.35)");
        assert_eq!(outcome(1.0, Some(Bound::AtLeast(4.0))).bound(), "at least 4.00 x");
    }
}
