//! `cargo xtask autobahn`: the fuzzing server of Autobahn|Testsuite against our WebSockets.

use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use crate::metadata::Metadata;
use crate::shell::{Result, cargo, run, verdict};

/// Runs Autobahn|Testsuite against the WebSockets of `coze-transport`: sections 1 to 7, 9 and 10, without compression; needs Python 2.7
#[derive(Args, Default)]
pub(crate) struct Autobahn {
    /// Interpreter of Python 2.7; by default python2.7 or the one of pyenv
    #[arg(long, value_name = "PROGRAM")]
    python: Option<PathBuf>,
    /// Cases to run, such as `1.*`; may be repeated
    #[arg(long, value_name = "CASES")]
    only: Vec<String>,
    /// Succeed, with a notice, where there is no Python 2.7
    #[arg(long)]
    skip_without_python: bool,
}

/// The release that is run, which is the last one for Python 2.7.
const VERSION: &str = "0.8.2";
/// Twelve and thirteen are about compression, which is not offered.
const SECTIONS: [&str; 9] = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*"];
/// Starts the suite from a folder of packages; only a site directory has namespaces.
const START: &str = "import site, sys; site.addsitedir(sys.argv[1]); sys.argv[1:2] = []; \
    from autobahntestsuite.wstest import run; run()";

/// The result of one case.
#[derive(Deserialize)]
struct Outcome {
    behavior: String,
    #[serde(rename = "behaviorClose")]
    close: String,
}

impl Autobahn {
    pub(crate) fn run(&self) -> Result {
        let Some(python) = self.python.clone().or_else(find) else {
            let notice = "Autobahn|Testsuite needs Python 2.7, and there is neither python2.7 nor one of pyenv (`pyenv install 2.7.18`)";
            if self.skip_without_python {
                println!("notice: skipped: {notice}");
                return Ok(());
            }
            return Err(notice.into());
        };
        let folder = Metadata::load()?.target_directory.join("autobahn");
        let packages = install(&python, &folder)?;
        run(cargo(&["build", "--release", "--package", "coze-transport", "--example", "autobahn"])
            .args(FEATURES))?;

        let reports = folder.join("reports");
        if reports.exists() {
            std::fs::remove_dir_all(&reports)?;
        }
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let cases =
            if self.only.is_empty() { SECTIONS.map(str::to_owned).to_vec() } else { self.only.clone() };
        let settings = folder.join("settings.json");
        let content = json!({
            "url": format!("ws://127.0.0.1:{port}"),
            "outdir": reports,
            "cases": cases,
            "exclude-cases": [],
            "exclude-agent-cases": {},
        });
        std::fs::write(&settings, content.to_string())?;
        let mut server = Command::new(&python);
        server.args(["-c", START]).arg(&packages).args(["-m", "fuzzingserver", "-s"]).arg(&settings);
        let log = std::fs::File::create(folder.join("server.log"))?;
        server.current_dir(&folder).stdin(Stdio::null()).stderr(log.try_clone()?).stdout(log);
        let mut server = server.spawn()?;
        let echoed = wait_for(port).and_then(|()| {
            let client =
                ["run", "--release", "--quiet", "--package", "coze-transport", "--example", "autobahn"];
            run(cargo(&client).args(FEATURES).args(["--", &format!("http://127.0.0.1:{port}")]))
        });
        drop(server.kill());
        drop(server.wait());
        echoed
            .map_err(|error| format!("{error}; the server wrote {}", folder.join("server.log").display()))?;
        judge(&reports)
    }
}

const FEATURES: [&str; 3] = ["--no-default-features", "--features", "websocket"];

/// Finds an interpreter of Python 2.7.
fn find() -> Option<PathBuf> {
    let of_pyenv = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let of_pyenv = of_pyenv.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".pyenv")));
    let mut versions: Vec<PathBuf> = of_pyenv
        .and_then(|root| std::fs::read_dir(root.join("versions")).ok())
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin/python2.7")))
        .collect();
    versions.sort();
    let works = |program: &PathBuf| {
        Command::new(program)
            .args(["-c", "import ssl"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    std::iter::once(PathBuf::from("python2.7")).chain(versions).find(works)
}

/// Installs the suite in `folder`, unless it exists, and returns its path.
fn install(python: &Path, folder: &Path) -> Result<PathBuf> {
    let packages = folder.join("packages");
    // Written last: a broken installation is repeated.
    let stamp = folder.join("installed");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == VERSION) {
        return Ok(packages);
    }
    if packages.exists() {
        std::fs::remove_dir_all(&packages)?;
    }
    std::fs::create_dir_all(folder)?;
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]);
    run(pip.arg(&packages).arg(format!("autobahntestsuite=={VERSION}")))?;
    std::fs::write(stamp, VERSION)?;
    Ok(packages)
}

/// Waits until the server listens.
fn wait_for(port: u16) -> Result {
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if start.elapsed() > Duration::from_secs(60) {
            return Err("the fuzzing server did not begin within 60 s".into());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// Counts the results, and fails on any that is none of the allowed ones.
fn judge(reports: &Path) -> Result {
    let index = std::fs::read_to_string(reports.join("index.json"))?;
    let index: BTreeMap<String, BTreeMap<String, Outcome>> = serde_json::from_str(&index)?;
    let (mut counts, mut problems) = (BTreeMap::<&str, usize>::new(), Vec::new());
    for (case, Outcome { behavior, close }) in index.values().flatten() {
        *counts.entry(behavior).or_default() += 1;
        let is_well = |outcome: &str| matches!(outcome, "OK" | "NON-STRICT" | "INFORMATIONAL");
        if !is_well(behavior) || !is_well(close) {
            problems.push(format!("case {case}: {behavior}, close: {close}"));
        }
    }
    let counted: Vec<_> = counts.iter().map(|(behavior, count)| format!("{count} {behavior}")).collect();
    println!("{}; the reports are in {}", counted.join(", "), reports.display());
    if counts.is_empty() {
        problems.push("no case was run".to_owned());
    }
    verdict(problems)
}
