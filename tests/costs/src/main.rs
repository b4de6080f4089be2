//! What the hot paths cost, counted instead of timed.
//!
//! `coze-costs` prints the allocations of each path as JSON; `coze-costs PATH COUNT` walks one path so many times, for a tool that
//! counts instructions. `cargo xtask costs` does both and compares with `budgets.json`.

mod counting;
mod paths;

use std::error::Error;
use std::hint::black_box;
use std::process::ExitCode;

use paths::PATHS;

/// Items in a walk; what comes once for all of them hardly counts.
const ITEMS: usize = 1_000;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let Some(name) = words.next() else {
        let mut report = serde_json::Map::new();
        for (name, walk) in PATHS {
            // The first walk grows the buffers.
            walk(ITEMS)?;
            let (few, many) = (allocations(*walk, ITEMS)?, allocations(*walk, 2 * ITEMS)?);
            // The difference, so that what comes once is left out.
            report.insert((*name).to_owned(), (many - few).into());
        }
        println!("{}", serde_json::Value::Object(report));
        return Ok(());
    };
    let count = words.next().ok_or("say how many times")?.parse()?;
    let (_, walk) = PATHS.iter().find(|(path, _)| *path == name).ok_or("no such path")?;
    black_box(walk(count)?);
    Ok(())
}

/// Allocations of a walk, for a thousand items more.
fn allocations(walk: paths::Walk, items: usize) -> Result<usize, Box<dyn Error>> {
    let before = counting::allocations();
    black_box(walk(items)?);
    Ok(counting::allocations() - before)
}
