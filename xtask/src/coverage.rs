//! `cargo xtask coverage`: which endpoints of the API are implemented, and where.

use std::fmt::Write as _;
use std::path::Path;

use clap::Args;

use crate::conformance::{Simulator, serves};
use crate::metadata::Metadata;
use crate::shell::{Result, capture, cargo, files, read, root, verdict};

mod methods;

use methods::{Method, Page};

/// Shows for each endpoint of the API whether it has a type, a method, a contract row, a route of the simulator and a
/// page of the guide that names the method; fails if one is missing, or if docs/coverage.md is outdated
#[derive(Args, Default)]
pub(crate) struct Coverage {
    /// Write docs/coverage.md in both languages
    #[arg(long)]
    update: bool,
}

const ENDPOINTS: &str = include_str!("coverage/endpoints.tsv");

/// An endpoint of the API.
struct Row {
    method: &'static str,
    path: &'static str,
    /// Methods of the official SDKs: Python, Go, Node, Java.
    sdks: [&'static str; 4],
    guide: &'static str,
    /// Its types.
    types: Vec<String>,
    /// Methods of the client that send it.
    methods: Vec<String>,
    /// Whether it has a type, a method, a contract row, a route and a page.
    has: [bool; 5],
}

/// What the endpoints of WebSockets send, whose types are no requests, and how their sessions are called.
const SESSIONS: [(&str, &str, &str); 4] = [
    ("/v1/audio/simult_interpretation", "InterpretationEvent", "audio().interpretation("),
    ("/v1/audio/speech", "SpeechEvent", "audio().speech().live()"),
    ("/v1/audio/transcriptions", "TranscriptionEvent", "audio().transcriptions().live()"),
    ("/v1/chat", "RealtimeEvent", "chat().realtime("),
];

const COLUMNS: [&str; 5] = ["type", "method", "contract", "simulator", "guide"];
const SDKS: [&str; 4] = ["Python", "Go", "Node", "Java"];

impl Coverage {
    pub(crate) fn run(&self) -> Result {
        let mut rows: Vec<_> =
            ENDPOINTS.lines().filter(|line| !line.starts_with('#')).filter_map(row).collect();
        look(&mut rows)?;
        for row in &rows {
            let marks: Vec<_> =
                COLUMNS.iter().zip(row.has).map(|(name, has)| if has { *name } else { "-" }).collect();
            println!("{:<6} {:<75} {}", row.method, row.path, marks.join(" "));
        }
        let complete = rows.iter().filter(|row| row.has == [true; 5]).count();
        println!("{complete} of {} endpoints are complete", rows.len());
        let documents = [("docs/coverage.md", english(&rows)), ("docs/coverage.zh-CN.md", chinese(&rows))];
        let mut problems = Vec::new();
        for (file, text) in documents {
            if self.update {
                std::fs::write(root().join(file), text)?;
            } else if read(Path::new(file)).ok().as_ref() != Some(&text) {
                problems.push(format!("{file} is stale: `cargo xtask coverage --update` writes it"));
            }
        }
        for row in rows.iter().filter(|row| row.has != [true; 5]) {
            let missing: Vec<_> =
                COLUMNS.iter().zip(row.has).filter(|(_, has)| !has).map(|(name, _)| *name).collect();
            let mut problem = format!("{} {} lacks: {}", row.method, row.path, missing.join(", "));
            if let (false, [_, ..]) = (row.has[4], &row.methods[..]) {
                let methods = row.methods.join(" or ");
                let _ = write!(problem, "; docs/guide/*/{}.md has to name {methods}", row.guide);
            }
            problems.push(problem);
        }
        verdict(problems)
    }
}

fn row(line: &'static str) -> Option<Row> {
    let mut columns = line.split('\t');
    let (method, path) = (columns.next()?, columns.next()?);
    let sdks = [columns.next()?, columns.next()?, columns.next()?, columns.next()?];
    let guide = columns.next()?;
    Some(Row { method, path, sdks, guide, types: Vec::new(), methods: Vec::new(), has: [false; 5] })
}

/// A path without the names of its parameters.
fn shape(path: &str) -> String {
    path.split('/')
        .map(|segment| if segment.starts_with('{') { "{}" } else { segment })
        .collect::<Vec<_>>()
        .join("/")
}

/// Searches the types, the sources and the documents for each row.
fn look(rows: &mut [Row]) -> Result {
    let types = capture(&mut cargo(&["run", "--quiet", "--package", "replay", "--bin", "endpoints"]))?;
    let types: Vec<_> = types.lines().map(|line| line.split('\t').collect::<Vec<_>>()).collect();
    let (mut facade, mut contract) = (String::new(), String::new());
    let (mut api, mut auth) = (String::new(), String::new());
    for file in files()? {
        if file.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        if file.starts_with("crates/coze/src") {
            let code = code(&read(&file)?);
            facade += &code;
            if file.starts_with("crates/coze/src/api") {
                api += &code;
            } else if file.starts_with("crates/coze/src/auth") {
                auth += &code;
            }
        } else if file.starts_with("tests/it/tests/contract")
            || file.starts_with("crates/coze-types/src/realtime/tests.rs")
        {
            contract += &code(&read(&file)?);
        }
    }
    let (api, auth) = (methods::of_handles(&api), methods::of_types(&auth));
    let folder = Metadata::load()?.target_directory.join("conformance");
    std::fs::create_dir_all(&folder)?;
    let simulator = Simulator::start(&folder)?;
    for row in rows {
        let is_it = |columns: &&Vec<&str>| columns[0] == row.method && shape(columns[1]) == shape(row.path);
        row.types = types.iter().filter(is_it).map(|columns| columns[2].to_owned()).collect();
        row.types.dedup();
        let session = SESSIONS.iter().find(|(path, ..)| row.method == "WS" && *path == row.path);
        row.types.extend(session.map(|(_, name, _)| (*name).to_owned()));
        let any = |text: &str| row.types.iter().any(|name| has_word(text, name));
        let mut methods = of_row(&api, row);
        if methods.is_empty() {
            methods = of_row(&auth, row);
        }
        let names_it = |language: &str| {
            let page = read(Path::new(&format!("docs/guide/{language}/{}.md", row.guide)));
            page.is_ok_and(|page| {
                session.is_some_and(|(.., call)| page.contains(call))
                    || methods.iter().any(|method| method.is_in(&Page::new(&page)))
            })
        };
        row.methods = methods.iter().map(|method| method.name()).collect();
        row.has = [
            !row.types.is_empty(),
            if row.method == "WS" { any(&facade) } else { !methods.is_empty() },
            any(&contract),
            serves(&simulator, if row.method == "WS" { "GET" } else { row.method }, row.path)?,
            !row.guide.is_empty() && names_it("en") && names_it("zh-CN"),
        ];
    }
    Ok(())
}

/// The methods that send a request of the row.
fn of_row<'a>(methods: &'a [Method], row: &Row) -> Vec<&'a Method> {
    methods.iter().filter(|method| row.types.iter().any(|name| method.is_of(name))).collect()
}

/// A source without its imports and comments, which are not uses.
fn code(source: &str) -> String {
    let (mut text, mut is_import) = (String::new(), false);
    for line in source.lines() {
        let begin = line.trim_start();
        is_import |= begin.starts_with("use ") || begin.starts_with("pub use ");
        if !is_import && !begin.starts_with("//") {
            text += line;
            text.push('\n');
        }
        is_import &= !begin.ends_with(';');
    }
    text
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

fn counts(rows: &[Row]) -> String {
    let sdk = |index: usize| rows.iter().filter(|row| !row.sdks[index].is_empty()).count();
    let ours = rows.iter().filter(|row| row.has == [true; 5]).count();
    let [python, go, node, java] = [0, 1, 2, 3].map(sdk);
    format!(
        "| Rust | {} |\n| ---: | ---: | ---: | ---: | ---: |\n| **{ours}** | {python} | {go} | {node} | {java} |\n\n{} endpoints\n",
        SDKS.join(" | "),
        rows.len()
    )
}

fn table(rows: &[Row], head: &str) -> String {
    let mut text = format!("{head}\n| --- | --- | --- | --- | --- | --- | --- |\n");
    for row in rows {
        let ours = row.types.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let cell = |sdk: &str| {
            if sdk.is_empty() { "–".to_owned() } else { format!("`{}`", sdk.replace('|', "/")) }
        };
        let sdks: Vec<_> = row.sdks.iter().map(|sdk| cell(sdk)).collect();
        let guide = if row.guide.is_empty() {
            "–".to_owned()
        } else {
            format!("[{0}](guide/LANGUAGE/{0}.md)", row.guide)
        };
        let _ = writeln!(text, "| `{} {}` | {ours} | {} | {guide} |", row.method, row.path, sdks.join(" | "));
    }
    text
}

fn english(rows: &[Row]) -> String {
    let table =
        table(rows, "| Endpoint | Rust | Python | Go | Node | Java | Guide |").replace("LANGUAGE", "en");
    format!(
        "# Coverage\n\n[中文](coverage.zh-CN.md)\n\nEndpoints of the API, ours beside those of the official SDKs. Each of ours has a type, a method of the client, a test written from \
         the official page, a route of the simulator and a page of the guide that names the method. `cargo xtask coverage --update` writes this page; `cargo xtask ci` fails where it is stale.\n\n{}\n{table}",
        counts(rows)
            .replace(" endpoints\n", " endpoints are documented or sent by an SDK; `WS` are WebSockets.\n")
    )
}

fn chinese(rows: &[Row]) -> String {
    let table =
        table(rows, "| 端点 | Rust | Python | Go | Node | Java | 指南 |").replace("LANGUAGE", "zh-CN");
    format!(
        "# 覆盖范围\n\n[English](coverage.md)\n\nAPI 的全部端点，以及本 SDK 与各官方 SDK 的对照。本 SDK 的每个端点都有类型、客户端方法、依据官方文档编写的测试、模拟器路由，以及写明该方法的指南页面。本页由 \
         `cargo xtask coverage --update` 生成；内容过期时 `cargo xtask ci` 会失败。\n\n{}\n{table}",
        counts(rows).replace(" endpoints\n", " 个端点见于文档或某个 SDK；`WS` 是 WebSocket。\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_an_import_or_a_comment_is_no_use_of_it() {
        let source = "use a::{\n    ListBots,\n};\n/// See [`ListApps`].\nfn f() -> Call<RetrieveBot> {}\n";
        let code = code(source);
        assert!(!has_word(&code, "ListBots") && !has_word(&code, "ListApps"), "{code}");
        assert!(has_word(&code, "RetrieveBot") && !has_word(&code, "Retrieve"), "{code}");
    }

    #[test]
    fn the_table_is_whole() {
        let lines: Vec<_> = ENDPOINTS.lines().filter(|line| !line.starts_with('#')).collect();
        let rows: Vec<_> = lines.iter().filter_map(|line| row(line)).collect();
        assert_eq!((rows.len(), rows.iter().filter(|row| row.method == "WS").count()), (lines.len(), 4));
        assert_eq!(rows.len(), 130);
    }
}
