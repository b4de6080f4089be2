//! The transport under stress: many requests on several threads, given up in every way and at every point, and a server that closes at
//! random.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use coze_transport::HyperTransport;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

mod client;
mod raw;
mod server;

use crate::soak::{MIB, Random, resident};

/// Options of a stress.
#[derive(Args, Clone, Copy, Debug)]
pub struct Stress {
    /// Requests to each kind of server
    #[arg(long, value_name = "N", default_value_t = 50_000)]
    pub requests: u64,
    /// Requests at once
    #[arg(long, value_name = "N", default_value_t = 128)]
    pub at_once: u64,
}

/// A request that takes so long hangs: the server answers each within moments, or closes.
const HANG: Duration = Duration::from_secs(60);
/// What a runtime or an allocator may need more than before.
const SLACK: u64 = 48 * MIB;

/// What the requests go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// HTTP/1.1 of hyper, whose connections end after a time or a number of bytes.
    Http1,
    /// HTTP/2 of hyper, likewise.
    Http2,
    /// HTTP/1.1 in bytes, whose connections end at each point of an exchange.
    Raw,
}

/// How often a request began at the server, by its number.
type Begun = Arc<Vec<AtomicU8>>;

/// What came of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ended {
    Well,
    Failed,
    Unsent,
    Dropped,
    Hung,
    Wrong,
}

/// What came of all of them.
#[derive(Debug, Default)]
pub struct Report {
    ended: BTreeMap<Ended, u64>,
    connections: u64,
    slowest: Duration,
    /// What is wrong.
    pub problems: Vec<String>,
}

impl Stress {
    /// Runs all kinds, and prints what came of them.
    pub fn run(self) -> ExitCode {
        let mut problems = 0;
        let peers = [Peer::Http1, Peer::Http2, Peer::Raw];
        for peer in peers {
            let started = Instant::now();
            let report = self.over(peer);
            println!(
                "{peer:?}: {} requests, {:?}, {} connections, {:.1?}; the slowest took {:.1?}",
                self.requests,
                report.ended,
                report.connections,
                started.elapsed(),
                report.slowest
            );
            for problem in report.problems.iter().take(20) {
                println!("FAILED {problem}");
            }
            problems += report.problems.len();
        }
        println!("{} requests under stress, {problems} problems", peers.len() as u64 * self.requests);
        if problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Runs one kind, on threads of its own.
    pub fn over(self, peer: Peer) -> Report {
        thread::scope(|scope| scope.spawn(|| self.on_threads(peer)).join().unwrap())
    }

    fn on_threads(self, peer: Peer) -> Report {
        let begun: Begun = Arc::new((0..self.requests).map(|_| AtomicU8::new(0)).collect());
        let [servers, clients] = [runtime(2), runtime(4)];
        let server = servers.block_on(server::Server::start(peer, begun.clone()));
        let (files, tasks) = (files(), clients.metrics().num_alive_tasks());

        let mut report = clients.block_on(self.requests(peer, &server));
        report.connections = server.connections();
        if !settles(|| clients.metrics().num_alive_tasks() <= tasks) {
            let left = clients.metrics().num_alive_tasks();
            report.problems.push(format!("{left} tasks are left, {tasks} were there before"));
        }
        if !settles(|| server.open() == 0) {
            report.problems.push(format!("{} connections are left open", server.open()));
        }
        if !settles(|| self::files() <= files) {
            report.problems.push(format!("{} files are left open, {files} were before", self::files()));
        }
        for (number, times) in begun.iter().enumerate() {
            let times = times.load(Ordering::SeqCst);
            if times > 1 {
                report.problems.push(format!("the POST {number} began {times} times"));
            }
        }
        if server.mixed() > 0 {
            report.problems.push(format!("{} requests came with the body of another", server.mixed()));
        }
        for (ended, what) in [(Ended::Hung, "hung"), (Ended::Wrong, "got what is not its answer")] {
            if let Some(count) = report.ended.get(&ended) {
                report.problems.push(format!("{count} requests {what}"));
            }
        }
        for ended in [Ended::Well, Ended::Failed, Ended::Dropped] {
            if !report.ended.contains_key(&ended) {
                report.problems.push(format!("no request ended so: {ended:?}"));
            }
        }
        report
    }

    async fn requests(self, peer: Peer, server: &server::Server) -> Report {
        let mut builder = HyperTransport::builder().no_proxy();
        if peer == Peer::Http2 {
            builder = builder.http2_only();
        }
        let transport = builder.build().unwrap();
        let (next, warm) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let mut workers = JoinSet::new();
        for _ in 0..self.at_once {
            let (next, warm) = (next.clone(), warm.clone());
            let client = client::Client {
                transport: transport.clone(),
                url: server.url.clone(),
                begun: server.begun.clone(),
            };
            workers.spawn(async move {
                let (mut ended, mut slowest) = (BTreeMap::<_, u64>::new(), Duration::ZERO);
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= self.requests {
                        return (ended, slowest);
                    }
                    if number == self.requests / 4 {
                        warm.store(resident(), Ordering::SeqCst);
                    }
                    let started = Instant::now();
                    *ended.entry(client.request(number).await).or_default() += 1;
                    slowest = slowest.max(started.elapsed());
                }
            });
        }
        let mut report = Report::default();
        while let Some(ended) = workers.join_next().await {
            let (ended, slowest) = ended.unwrap();
            report.slowest = report.slowest.max(slowest);
            for (ended, count) in ended {
                *report.ended.entry(ended).or_default() += count;
            }
        }
        let (warm, end) = (warm.load(Ordering::SeqCst), resident());
        if end > warm + warm / 10 + SLACK {
            report.problems.push(format!("the memory grew from {warm} to {end} bytes"));
        }
        report
    }
}

fn runtime(threads: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(threads).enable_all().build().unwrap()
}

fn files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Waits until something is as it was before; says whether it came to be.
fn settles(is_over: impl Fn() -> bool) -> bool {
    let started = Instant::now();
    while !is_over() {
        if started.elapsed() > HANG {
            return false;
        }
        thread::sleep(Duration::from_millis(20));
    }
    true
}

/// Numbers for one request, on one side.
fn dice(number: u64, side: u64) -> Random {
    Random::new(usize::try_from(number.wrapping_mul(2).wrapping_add(side)).unwrap_or_default())
}
