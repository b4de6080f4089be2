//! How far the parser is from the limit of the machine, and from other parsers.
//!
//! Only ratios are printed. Within a round all contenders parse the same chunks one after the other, a ratio is taken of
//! two times of one round, and the median and the quartiles of all rounds are shown: a machine that changes speed changes
//! both sides. Streams are short, so that few rounds are interrupted, and lie in the cache, as what just came from a socket does.
//! The clock covers making the parser, parsing, and dropping chunks and events.
//!
//! Options behind `--`: `--quick` (one second for each table instead of six), `--check` (fail if a goal is missed), `--json` (a line for
//! each goal and nothing else), and a part of a workload's name to run only that.

mod contenders;
mod workloads;

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;

use self::contenders::{CONTENDERS, Contender, Kind, Sums};
use self::workloads::{Chunking, Workload};

/// Counts allocations; the bench has one thread, so a load and a store are enough and cost the peers nothing.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

fn count() {
    ALLOCATIONS.store(ALLOCATIONS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

#[expect(unsafe_code, reason = "a global allocator cannot be written without it")]
// SAFETY: every call goes to the system allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bounds that a group must keep.
#[derive(Default)]
struct Goals {
    /// Lent events against the ideal split.
    lent_to_ideal: Option<f64>,
    /// Best peer against lent events.
    peer_to_lent: Option<f64>,
    /// Best peer against owned events.
    peer_to_owned: Option<f64>,
    /// Allocations per owned event.
    owned_allocations: Option<f64>,
    /// Allocations per lent event.
    lent_allocations: Option<f64>,
}

struct Group {
    workload: Workload,
    chunking: Chunking,
    goals: Goals,
}

fn groups() -> Vec<Group> {
    let never_slower = || Goals { peer_to_lent: Some(1.0), peer_to_owned: Some(1.0), ..Goals::default() };
    let group = |workload, chunking, goals| Group { workload, chunking, goals };
    vec![
        group(
            Workload::deltas(2_000),
            Chunking::Bytes(16 * 1024),
            Goals {
                lent_to_ideal: Some(1.1),
                peer_to_lent: Some(4.0),
                peer_to_owned: Some(2.0),
                owned_allocations: Some(0.05),
                lent_allocations: Some(0.0),
            },
        ),
        group(
            Workload::deltas(2_000),
            Chunking::Event,
            Goals {
                lent_to_ideal: Some(1.5),
                peer_to_lent: Some(1.0),
                peer_to_owned: Some(2.0),
                owned_allocations: Some(0.05),
                lent_allocations: Some(0.0),
            },
        ),
        group(Workload::deltas(2_000), Chunking::Bytes(64), never_slower()),
        group(Workload::deltas(200), Chunking::Bytes(1), never_slower()),
        group(Workload::completions(2_000), Chunking::Bytes(16 * 1024), never_slower()),
        group(Workload::completions(2_000), Chunking::Event, never_slower()),
        group(Workload::large(10), Chunking::Bytes(16 * 1024), never_slower()),
        group(Workload::large(10), Chunking::Event, never_slower()),
        group(Workload::large(4), Chunking::Bytes(64), never_slower()),
        group(Workload::tiny(10_000), Chunking::Bytes(16 * 1024), never_slower()),
        group(Workload::tiny(10_000), Chunking::Event, never_slower()),
        group(Workload::rich(4_000), Chunking::Bytes(16 * 1024), never_slower()),
        group(Workload::rich(4_000), Chunking::Event, never_slower()),
        group(Workload::rich(4_000), Chunking::Bytes(64), never_slower()),
        group(Workload::rich(400), Chunking::Bytes(1), never_slower()),
    ]
}

/// Fewest rounds of a group, however slow a contender is.
const LEAST_ROUNDS: usize = 15;

/// Times of all rounds of one contender, in seconds, and its allocations.
struct Timed {
    times: Vec<f64>,
    /// Allocations of one more stream when the buffers have grown.
    allocations: usize,
    sums: Sums,
}

/// Allocations while `contender` parses.
fn allocations(contender: &Contender, chunks: Vec<Bytes>) -> usize {
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    black_box((contender.run)(chunks));
    ALLOCATIONS.load(Ordering::Relaxed) - before
}

fn measure(group: &Group, time: Duration) -> Vec<Timed> {
    let chunks = group.workload.chunks(group.chunking);
    let mut timed: Vec<_> = CONTENDERS
        .iter()
        .map(|contender| Timed {
            times: Vec::new(),
            allocations: allocations(contender, [&chunks[..]; 2].concat())
                .saturating_sub(allocations(contender, chunks.clone())),
            sums: Sums::default(),
        })
        .collect();
    let end = Instant::now() + time;
    // The first round warms up.
    for round in 0.. {
        if round > LEAST_ROUNDS && Instant::now() > end {
            break;
        }
        for place in 0..CONTENDERS.len() {
            // Each round starts with another contender, so that none profits from its neighbour.
            let n = (place + round) % CONTENDERS.len();
            let own = chunks.clone();
            black_box(own.iter().flat_map(|chunk| chunk.iter().step_by(64)).fold(0, |sum, byte| sum ^ byte));
            let start = Instant::now();
            let (sums, rest) = (CONTENDERS[n].run)(black_box(own));
            let time = start.elapsed().as_secs_f64();
            drop(rest);
            timed[n].sums = black_box(sums);
            if round > 0 {
                timed[n].times.push(time);
            }
        }
    }
    timed
}

/// Median and quartiles of the ratios of each round.
struct Ratio {
    low: f64,
    median: f64,
    high: f64,
}

fn ratio(upper: &[f64], lower: &[f64]) -> Ratio {
    let mut ratios: Vec<_> = upper.iter().zip(lower).map(|(upper, lower)| upper / lower).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    let at = |quarter: usize| ratios[(ratios.len() - 1) * quarter / 4];
    Ratio { low: at(1), median: at(2), high: at(3) }
}

fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Where figures go.
struct Output {
    json: bool,
    missed: usize,
}

/// A figure that is to be at most, or at least, so much.
struct Goal<'a> {
    what: &'a str,
    ratio: Ratio,
    at_most: Option<f64>,
    at_least: Option<f64>,
    allocations: bool,
}

impl Output {
    fn goal(&mut self, place: &str, goal: &Goal<'_>) {
        let Goal { what, ratio: Ratio { low, median, high }, at_most, at_least, allocations } = goal;
        let kept =
            at_most.is_none_or(|bound| *median <= bound) && at_least.is_none_or(|bound| *median >= bound);
        self.missed += usize::from(!kept);
        if self.json {
            let json = |bound: &Option<f64>| bound.map_or("null".to_owned(), |bound| bound.to_string());
            println!(
                "{{\"what\":\"{place}: {what}\",\"low\":{low},\"median\":{median},\"high\":{high},\
                 \"at_most\":{},\"at_least\":{},\"allocations\":{allocations}}}",
                json(at_most),
                json(at_least)
            );
            return;
        }
        let bound = match (at_most, at_least) {
            (Some(bound), _) => format!("at most {bound}"),
            (_, Some(bound)) => format!("at least {bound}"),
            _ => String::new(),
        };
        println!("  goal: {what}, {bound}: {median:.2} {}", if kept { "(kept)" } else { "(MISSED)" });
    }
}

fn report(group: &Group, timed: &[Timed], output: &mut Output) {
    let events = group.workload.events;
    let [ideal, lent, owned] = &timed[..3] else { return };
    let right = |n: usize| timed[n].sums == lent.sums;
    // A parser that gives other events is no competition, however fast it is.
    let best = (0..timed.len())
        .filter(|&n| CONTENDERS[n].kind == Kind::Peer && right(n))
        .min_by(|&a, &b| median(&timed[a].times).total_cmp(&median(&timed[b].times)));
    let Some(best) = best else { return };

    let rounds = lent.times.len();
    let place = format!("{}, {}", group.workload.name, group.chunking.name());
    if !output.json {
        table(&place, timed, best, rounds, events);
    }
    assert_eq!(lent.sums.events, events, "{place}: other events came out");

    let goals = &group.goals;
    let at_most =
        |what, ratio, bound| Goal { what, ratio, at_most: Some(bound), at_least: None, allocations: false };
    let at_least =
        |what, ratio, bound| Goal { what, ratio, at_most: None, at_least: Some(bound), allocations: false };
    let count = |what, count, bound| {
        let ratio = Ratio { low: count, median: count, high: count };
        Goal { what, ratio, at_most: Some(bound), at_least: None, allocations: true }
    };
    let faster = |ours: &Timed| ratio(&timed[best].times, &ours.times);
    let goals = [
        goals
            .lent_to_ideal
            .map(|bound| at_most("lent / ideal split", ratio(&lent.times, &ideal.times), bound)),
        goals.peer_to_lent.map(|bound| at_least("best peer / lent", faster(lent), bound)),
        goals.peer_to_owned.map(|bound| at_least("best peer / owned", faster(owned), bound)),
        // The few allocations of a buffer that grows once do not depend on the number of events.
        goals.lent_allocations.map(|bound| {
            count("allocations per lent event", (per_event(lent, events) * 100.0).floor() / 100.0, bound)
        }),
        goals
            .owned_allocations
            .map(|bound| count("allocations per owned event", per_event(owned, events), bound)),
    ];
    for goal in goals.iter().flatten() {
        output.goal(&place, goal);
    }
}

fn table(place: &str, timed: &[Timed], best: usize, rounds: usize, events: usize) {
    let Some((ideal, ours)) = timed.first().zip(timed.get(1)) else { return };
    println!("\n{place} ({rounds} rounds of {events} events)");
    println!(
        "  {:<26}{:>26}{:>28}{:>13}",
        "",
        "time / ideal split",
        format!("{} / this", CONTENDERS[best].name),
        "allocs/event"
    );
    for (n, contender) in CONTENDERS.iter().enumerate() {
        let to_ideal = ratio(&timed[n].times, &ideal.times);
        let of_peer = ratio(&timed[best].times, &timed[n].times);
        println!(
            "  {:<26}{:>12.2} ({:.2}..{:.2}){:>14.2} ({:.2}..{:.2}){:>13.3}{}",
            contender.name,
            to_ideal.median,
            to_ideal.low,
            to_ideal.high,
            of_peer.median,
            of_peer.low,
            of_peer.high,
            per_event(&timed[n], events),
            if contender.kind == Kind::Limit || timed[n].sums == ours.sums {
                ""
            } else {
                "  (other events!)"
            }
        );
    }
}

fn per_event(timed: &Timed, events: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let ratio = timed.allocations as f64 / events as f64;
    ratio
}

fn main() -> ExitCode {
    let (flags, names): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|arg| arg.starts_with("--"));
    let flag = |name: &str| flags.iter().any(|flag| flag == name);
    let time = Duration::from_millis(if flag("--quick") { 1_000 } else { 6_000 });
    let mut output = Output { json: flag("--json"), missed: 0 };
    if !output.json {
        println!("Paired ratios of interleaved rounds: median (quartiles).");
    }
    for group in groups() {
        let name = format!("{}, {}", group.workload.name, group.chunking.name());
        if names.iter().all(|part| name.contains(part.as_str())) {
            report(&group, &measure(&group, time), &mut output);
        }
    }
    if !output.json {
        println!("\n{} goals missed", output.missed);
    }
    if flag("--check") && output.missed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
