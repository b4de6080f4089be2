//! The official clients: their installation, and the scripts that drive them.

use std::fmt::{self, Display, Formatter};
use std::io::{BufRead, BufReader};
use std::ops::Add;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::ValueEnum;

use super::simulator::Simulator;
use super::{go, java};
use crate::shell::{Result, command, read, root, run};

/// Folder of the scripts and the pinned versions.
pub(super) const SOURCE: &str = "tests/conformance";

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Client {
    /// `cozepy` from `PyPI`
    Python,
    /// `@coze/api` from npm
    Node,
    /// `coze-api` from Maven Central
    Java,
    /// `github.com/coze-dev/coze-go` from the proxy of Go modules
    Go,
}

impl Client {
    pub(crate) const ALL: [Self; 4] = [Self::Python, Self::Node, Self::Java, Self::Go];

    /// Requirements of its scripts that this machine lacks; Python and Node must exist.
    pub(crate) fn lacks(self) -> Option<String> {
        let (is_there, needs) = match self {
            Self::Python | Self::Node => return None,
            Self::Java => (java::is_there(), java::NEEDS),
            Self::Go => (go::is_there(), go::NEEDS),
        };
        (!is_there).then(|| needs.to_owned())
    }

    /// Installs the pinned version in `folder`, unless it exists.
    pub(crate) fn install(self, folder: &Path) -> Result {
        let pins = match self {
            Self::Python => "requirements.txt",
            Self::Node => "package-lock.json",
            Self::Java => "pom.xml",
            Self::Go => "go.mod",
        };
        let pins = read(&Path::new(SOURCE).join(self.name()).join(pins))?;
        let folder = folder.join(self.name());
        // Written last: a broken installation is repeated.
        let stamp = folder.join("installed");
        if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == pins) {
            return Ok(());
        }
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        match self {
            Self::Python => install_python(&folder)?,
            Self::Node => install_node(&folder)?,
            Self::Java => java::install(&folder)?,
            Self::Go => go::install()?,
        }
        Ok(std::fs::write(stamp, pins)?)
    }

    /// The command that runs its scripts, installed in `folder`.
    pub(crate) fn interpreter(self, folder: &Path) -> PathBuf {
        match self {
            Self::Python => folder.join(self.name()).join("bin/python"),
            Self::Node => PathBuf::from("node"),
            Self::Java => PathBuf::from("java"),
            Self::Go => folder.join(self.name()).join(go::PROGRAM),
        }
    }

    pub(crate) fn scripts(self) -> impl Iterator<Item = Script> {
        let names: &[_] = match self {
            Self::Python => {
                &["sync_client.py", "async_client.py", "oauth.py", "media.py", "methods.py", "realtime.py"]
            }
            Self::Node => &["coze_api.cjs", "oauth.cjs", "media.cjs", "methods.cjs", "realtime.cjs"],
            Self::Java => &["Conformance.java"],
            Self::Go => &["main.go"],
        };
        names.iter().map(move |name| Script { client: self, name })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Node => "node",
            Self::Java => "java",
            Self::Go => "go",
        }
    }
}

impl Display for Client {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn install_python(folder: &Path) -> Result {
    run(command("python3").args(["-m", "venv"]).arg(folder))
        .map_err(|error| format!("{error}; Debian has the module venv in the package python3-venv"))?;
    let pins = root().join(SOURCE).join("python/requirements.txt");
    let options = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(folder.join("bin/python")).args(options).arg(pins))
}

fn install_node(folder: &Path) -> Result {
    for file in ["package.json", "package-lock.json"] {
        std::fs::copy(root().join(SOURCE).join("node").join(file), folder.join(file))?;
    }
    run(command("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder))
}

/// One script; it prints a line for each check and ends with `N passed, N failed`.
pub(crate) struct Script {
    client: Client,
    name: &'static str,
}

impl Script {
    pub(crate) fn run(&self, folder: &Path, simulator: &Simulator) -> Result<Counts> {
        println!("\n{}/{}", self.client, self.name);
        let mut command = Command::new(self.client.interpreter(folder));
        let folder = folder.join(self.client.name());
        match self.client {
            Client::Python | Client::Node => command.arg(self.path()),
            Client::Java => command.args(java::compile(&folder)?),
            Client::Go => command.args(go::compile(&folder)?),
        };
        command.current_dir(root()).stdin(Stdio::null()).stdout(Stdio::piped());
        let sockets = self.name.starts_with("realtime");
        let url = if sockets { &simulator.address } else { &simulator.url };
        command.env("COZE_API_BASE", url).env("COZE_OAUTH_CONFIG", &simulator.oauth_app);
        command.env("COZE_API_TOKEN", Simulator::TOKEN);
        // Bytecode next to the scripts would show up in the working tree.
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONUTF8", "1");
        // Node looks for packages next to the script, where there are none.
        command.env("NODE_PATH", folder.join("node_modules"));
        // A proxy must not be used for a local server.
        command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");

        let mut process =
            command.spawn().map_err(|error| format!("cannot start {}: {error}", self.client))?;
        let mut last = String::new();
        for line in process.stdout.take().map(BufReader::new).into_iter().flat_map(BufReader::lines) {
            last = line?;
            println!("{last}");
        }
        let status = process.wait()?;
        match Counts::read(&last) {
            Some(counts) if counts.passed > 0 && status.success() == (counts.failed == 0) => Ok(counts),
            _ => Err(format!("{} ended with {status} and {last:?} as its last line", self.name).into()),
        }
    }

    fn path(&self) -> PathBuf {
        root().join(SOURCE).join(self.client.name()).join(self.name)
    }
}

/// Number of passed checks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
}

impl Counts {
    /// Parses `12 passed, 0 failed`.
    fn read(line: &str) -> Option<Self> {
        let (passed, failed) = line.strip_suffix(" failed")?.split_once(" passed, ")?;
        Some(Self { passed: passed.parse().ok()?, failed: failed.parse().ok()? })
    }
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }
}

impl Display for Counts {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_as_they_are_written() {
        let counts = Counts { passed: 12, failed: 3 };
        assert_eq!(Counts::read(&counts.to_string()), Some(counts));
        for broken in ["", "12 passed", "passed, 0 failed", "12 passed, x failed", "ok chat_stream"] {
            assert_eq!(Counts::read(broken), None, "{broken}");
        }
    }
}
