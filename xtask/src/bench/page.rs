//! The pages `docs/performance.md` and `docs/performance.zh-CN.md`, and their charts.

use std::fmt::Write as _;
use std::path::Path;

use super::programs::Program;
use super::statistics::Spread;
use super::{Findings, chart};
use crate::shell::{Result, capture, command};

/// Columns of the table of all clients: measure and figure.
const COLUMNS: [(&str, &str, &str); 8] = [
    ("M1", "cpu", "M1 CPU/event"),
    ("M2", "cpu", "M2 CPU/event"),
    ("M3", "p50", "M3 p50"),
    ("M3", "p99", "M3 p99"),
    ("M4, 1,000", "cpu", "M4 CPU/event"),
    ("M5, one by one", "cpu", "M5 CPU/request"),
    ("M5, 64 at a time", "cpu", "M5 64-way"),
    ("M7, first delta", "first", "M7 first delta"),
];

/// Texts in both languages.
struct Words {
    head: &'static str,
    other: &'static str,
    quick: &'static str,
    goals: &'static str,
    kept: &'static str,
    missed: &'static str,
    clients: &'static str,
    growth: &'static str,
    notes: &'static str,
    read: &'static str,
}

const ENGLISH: Words = Words {
    head: "# Performance",
    other: "[中文](performance.zh-CN.md)",
    quick: "This is a quick run (`--quick`): fewer and shorter rounds, so the quartiles are further apart.",
    goals: "## Goals\n\n| what | measured: median (quartiles) | goal | |\n| --- | --- | --- | --- |",
    kept: "kept",
    missed: "**missed**",
    clients: "## All clients\n\nMedian of the paired ratio to `f`, which transfers the same bytes without parsing them. Below 1 is cheaper.",
    growth: "## Growth\n\nThe cost per item by the number of items, relative to the cost at the largest number. A falling line shows one-time costs, such as \
             the connection; a rising line would show costs that grow.",
    notes: "## Not measured",
    read: "## How to read this\n\n\
        - The page contains only ratios. Clients run one after the other within a round, and a ratio compares two figures of the same round: a change in the speed of the machine affects both.\n\
        - `f` only counts bytes with hyper. `h` is hyper, a search for blank lines and `serde_json`, written by hand for this stream; `h2` is the same with borrowed fields. All Rust clients decode the \
        same fields.\n\
        - M1 is one stream at full speed, M2 one event per write, M3 one event per millisecond, M4 many concurrent streams, M5 plain requests, M6 an upload of 1 GiB from disk, M7 the start of a \
        process. CPU is the user and kernel time of the client process.\n\
        - In M2 a faster client sleeps more often, and waking up costs more than reading, so `f` is not a lower bound. In M3 every client sleeps before each event, so CPU times are comparable.\n\
        - Server and client run on one machine, over loopback, each on its own core. `cargo xtask bench` repeats all measurements.",
};

const CHINESE: Words = Words {
    head: "# 性能",
    other: "[English](performance.md)",
    quick: "这是一次快速运行（`--quick`）：轮数更少、每轮更短，因此四分位数之间的距离更大。",
    goals: "## 目标\n\n| 项目 | 实测：中位数（四分位数） | 目标 | |\n| --- | --- | --- | --- |",
    kept: "达到",
    missed: "**未达到**",
    clients: "## 所有客户端\n\n与 `f` 的成对比值的中位数；`f` 传输同样的字节但完全不解析。小于 1 表示更省。",
    growth: "## 增长\n\n单项成本随数量的变化，以最大数量时的成本为基准。下降的线是只发生一次的开销（例如建立连接）；如果有随数量增长的开销，线会上升。",
    notes: "## 未测量的部分",
    read: "## 如何阅读\n\n\
        - 只给出比值。同一轮中各客户端依次运行，比值取自同一轮的两个数：机器速度变化时两者同时变化。\n\
        - `f` 用 hyper 只数字节。`h` 是为这一个流手写的 hyper + 查找空行 + `serde_json`；`h2` 相同，但字段借用。所有 Rust 客户端解码相同的字段。\n\
        - M1 是一个全速的流，M2 每次写一个事件，M3 每毫秒一个事件，M4 大量并发的流，M5 普通请求，M6 从磁盘上传 1 GiB，M7 进程启动。CPU 是客户端进程的用户态与内核态之和。\n\
        - 在 M2 中，越快的客户端睡眠越频繁，而唤醒比读取更贵：`f` 在这里不是下限。在 M3 中，每个客户端在每个事件之前都会睡眠，因此那里的 CPU 才可比。\n\
        - 服务器和客户端在同一台机器上，经由回环接口，各占一个核心。`cargo xtask bench` 可以重复全部测量。",
};

/// Writes both pages and their charts.
pub(crate) fn write(docs: &Path, findings: &Findings, quick: bool) -> Result {
    let charts = docs.join("performance");
    std::fs::create_dir_all(&charts)?;
    let bars: Vec<_> = Program::ALL
        .into_iter()
        .filter(|program| *program != Program::Floor)
        .filter_map(|program| {
            let ratio = findings.records.pair("M1", "cpu", [program, Program::Owned], |of, to| of / to)?;
            Some((program, ratio.median))
        })
        .collect();
    std::fs::write(charts.join("stream.svg"), chart::bars("CPU per event at full speed, h = 1", &bars))?;
    let mut names = Vec::new();
    for (growth, name) in findings.growth.iter().zip(["events", "requests", "streams"]) {
        std::fs::write(charts.join(format!("{name}.svg")), chart::lines(growth))?;
        names.push((growth.title, name));
    }
    let machine = machine()?;
    for (words, name) in [(ENGLISH, "performance.md"), (CHINESE, "performance.zh-CN.md")] {
        std::fs::write(docs.join(name), page(&words, findings, quick, &machine, &names))?;
    }
    Ok(())
}

fn page(words: &Words, findings: &Findings, quick: bool, machine: &str, charts: &[(&str, &str)]) -> String {
    let mut page = format!("{}\n\n{}\n\n{machine}\n", words.head, words.other);
    if quick {
        let _ = writeln!(page, "\n{}", words.quick);
    }
    let _ = writeln!(page, "\n![](performance/stream.svg)\n\n{}", words.goals);
    for outcome in &findings.outcomes {
        let verdict = match outcome.goal {
            None => "",
            Some(_) if outcome.is_missed() => words.missed,
            Some(_) => words.kept,
        };
        let _ =
            writeln!(page, "| {} | {} | {} | {verdict} |", outcome.what, outcome.measured(), outcome.bound());
    }
    let _ = writeln!(page, "\n{}\n\n{}", words.clients, clients(findings));
    let _ = writeln!(page, "{}\n", words.growth);
    for (title, name) in charts {
        let _ = writeln!(page, "![{title}](performance/{name}.svg)\n");
    }
    if !findings.notes.is_empty() {
        let _ = writeln!(page, "{}\n", words.notes);
        for note in &findings.notes {
            let _ = writeln!(page, "- {}", note.lines().next().unwrap_or_default());
        }
        page.push('\n');
    }
    let _ = writeln!(page, "{}", words.read);
    page
}

fn clients(findings: &Findings) -> String {
    let titles: Vec<_> = COLUMNS.iter().map(|(_, _, title)| *title).collect();
    let mut table = format!("| | {} |\n|{}\n", titles.join(" | "), " --- |".repeat(COLUMNS.len() + 1));
    for program in Program::ALL {
        let cells: Vec<_> = COLUMNS
            .iter()
            .map(|(measure, figure, _)| {
                let ratio =
                    findings.records.pair(measure, figure, [program, Program::Floor], |of, to| of / to);
                ratio.map_or_else(|| "-".to_owned(), |Spread { median, .. }| format!("{median:.2}"))
            })
            .collect();
        let _ = writeln!(table, "| {} | {} |", program.title(), cells.join(" | "));
    }
    table
}

/// Processor, kernel and compiler, in one sentence.
fn machine() -> Result<String> {
    let processors = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("unknown processor", |(_, name)| name.trim());
    let cores = std::thread::available_parallelism()?;
    let kernel = capture(command("uname").arg("-sr"))?;
    let compiler = capture(command("rustc").arg("--version"))?;
    let lock = crate::shell::read(Path::new("benches/e2e/Cargo.lock"))?;
    let versions = ["hyper", "tokio", "serde_json", "reqwest", "eventsource-stream", "sseer", "async-openai"]
        .map(|name| format!("{name} {}", locked(&lock, name).unwrap_or("?")));
    Ok(format!("{model}, {cores} cores; {}; {}; {}.", kernel.trim(), compiler.trim(), versions.join(", ")))
}

/// Version of a package in a lock file.
fn locked<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, rest) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    rest.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_from_the_lock_file() {
        let lock = "[[package]]\nname = \"hyper-util\"\nversion = \"0.1.2\"\n\n[[package]]\nname = \"hyper\"\nversion = \"1.2.3\"\n";
        assert_eq!(locked(lock, "hyper"), Some("1.2.3"));
        assert_eq!(locked(lock, "tokio"), None);
    }
}
