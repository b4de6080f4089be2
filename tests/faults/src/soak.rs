//! A thousand operations at once for a while, a tenth of them with a fault, and what they leave behind.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::Args;
use coze::{Coze, ErrorKind, RetryPolicy};
use coze_transport::HyperTransport;
use tokio::runtime::Handle;
use tokio::time::Instant;

mod operation;
mod process;
mod simulator;

pub(crate) use operation::Random;
use operation::{Ended, KINDS};
pub(crate) use process::MIB;
use process::Usage;
pub use process::resident;
use simulator::Simulator;
pub use simulator::simulate;

/// Options of a soak.
#[derive(Args, Debug)]
pub struct Soak {
    /// How long new operations are begun
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    minutes: f64,
    /// Operations at once
    #[arg(long, value_name = "N", default_value_t = 1000)]
    operations: usize,
}

/// An operation that took so long hangs: no limit of the client is longer.
const HANG: Duration = Duration::from_secs(300);
/// Growth of the resident memory that the allocator may make, beside a tenth of what is in use.
const SLACK: u64 = 16 * MIB;

/// How the operations of each kind ended.
#[derive(Default)]
struct Tally {
    ended: BTreeMap<(&'static str, Ended), u64>,
    errors: BTreeMap<String, u64>,
    wrong: Vec<String>,
}

impl Soak {
    /// Runs the soak in this process, against a simulator in another.
    pub async fn run(&self) -> ExitCode {
        let simulator = Simulator::start();
        let before = Usage::now();
        let tally = Arc::new(Mutex::new(Tally::default()));
        let length = Duration::from_secs_f64(self.minutes * 60.0);
        println!("{} operations at once for {length:?} against {}", self.operations, simulator.url);

        let started = Instant::now();
        let client = client(&simulator.url);
        let workers: Vec<_> = (0..self.operations)
            .map(|number| tokio::spawn(work(client.clone(), number, started + length, tally.clone())))
            .collect();
        let memory = tokio::spawn(sample(started, length));
        let mut problems = Vec::new();
        for worker in workers {
            if let Err(panic) = worker.await {
                problems.push(format!("an operation panicked: {panic}"));
            }
        }
        let elapsed = started.elapsed();
        let (warm, end) = memory.await.unwrap();
        drop(client);
        let after = settle(&before).await;
        let streams = simulator.stop();

        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
        problems.append(&mut tally.wrong);
        let count = print(&tally, elapsed);
        println!("memory    {} MiB when warm, {} MiB at the end", warm / MIB, end / MIB);
        println!("files     {} before, {} after", before.files, after.files);
        println!("tasks     {} before, {} after", before.tasks, after.tasks);
        println!("simulator {streams}");
        if end > warm + warm / 10 + SLACK {
            problems.push(format!("the memory grew from {warm} to {end} bytes"));
        }
        if after.files > before.files {
            problems.push(format!("{} files are left open", after.files - before.files));
        }
        if after.tasks > before.tasks {
            problems.push(format!("{} tasks are left", after.tasks - before.tasks));
        }
        if !streams.starts_with("0 open streams") {
            problems.push(format!("the simulator is left with {streams}"));
        }
        let ended = |kind, ended| tally.ended.contains_key(&(kind, ended));
        for kind in KINDS.iter().filter(|kind| !ended(kind, Ended::Well) && !ended(kind, Ended::Dropped)) {
            problems.push(format!("no operation `{kind}` ended well"));
        }
        for problem in problems.iter().take(20) {
            println!("FAILED {problem}");
        }
        println!("{count} operations, {} problems", problems.len());
        if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn client(url: &str) -> Coze {
    Coze::builder()
        .token("pat_sim")
        .base_url(url)
        .retry(RetryPolicy::new())
        .timeout(Duration::from_secs(120))
        // Some streams fall silent for good.
        .stream_idle_timeout(Duration::from_secs(10))
        .transport(HyperTransport::builder().no_proxy().build().unwrap())
        .build()
        .unwrap()
}

/// Makes one operation after the other.
async fn work(client: Coze, number: usize, end: Instant, tally: Arc<Mutex<Tally>>) {
    let mut random = Random::new(number);
    while Instant::now() < end {
        let kind = random.pick(&KINDS);
        let result = tokio::time::timeout(HANG, operation::make(kind, &client, &mut random)).await;
        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
        match result {
            Err(_) => tally.wrong.push(format!("{kind}: it hangs")),
            Ok(Err(wrong)) => tally.wrong.push(format!("{kind}: {wrong}")),
            Ok(Ok((ended, error))) => {
                *tally.ended.entry((kind, ended)).or_default() += 1;
                if let Some(error) = error {
                    *tally.errors.entry(name(error)).or_default() += 1;
                }
            }
        }
    }
}

fn name(kind: ErrorKind) -> String {
    format!("{kind:?}")
}

/// Measures the memory when it is warm and at the end, each time as the least of some seconds.
async fn sample(started: Instant, length: Duration) -> (u64, u64) {
    let least = async |from: f64, to: f64| {
        tokio::time::sleep_until(started + length.mul_f64(from)).await;
        let mut least = u64::MAX;
        loop {
            least = least.min(Usage::now().memory);
            if Instant::now() >= started + length.mul_f64(to) {
                return least;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let warm = least(0.3, 0.4).await;
    (warm, least(0.9, 1.0).await)
}

/// Waits until what the client held is given back.
async fn settle(before: &Usage) -> Usage {
    let started = Instant::now();
    loop {
        let now = Usage::now();
        let settled = now.files <= before.files && now.tasks <= before.tasks;
        if settled || started.elapsed() > Duration::from_secs(60) {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn print(tally: &Tally, elapsed: Duration) -> u64 {
    let mut count = 0;
    for kind in KINDS {
        let mut line = format!("{kind:<16}");
        for ended in [Ended::Well, Ended::Reported, Ended::Dropped] {
            let number = tally.ended.get(&(kind, ended)).copied().unwrap_or_default();
            count += number;
            let _ = write!(line, " {number:>7} {:<8}", format!("{ended:?}").to_lowercase());
        }
        println!("{line}");
    }
    println!("errors    {:?}", tally.errors);
    println!(
        "pace      {:.0} operations a second for {elapsed:.1?}",
        f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / elapsed.as_secs_f64()
    );
    count
}

/// Tasks that live in this runtime.
fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}
