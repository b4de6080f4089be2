//! The compared programs: how they are built and run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::plan::Figures;
use super::server::{Server, Wire};
use crate::conformance::Client;
use crate::shell::{Result, cargo, root, run};

/// The workspace of the compared programs.
pub(super) const SOURCE: &str = "benches/e2e";
/// Core of the clients; the server uses the other one.
const CORE: &str = "0";

/// A contender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Program {
    Coze,
    /// Counts bytes.
    Floor,
    /// Written by hand, owned fields.
    Owned,
    /// Written by hand, borrowed fields.
    Borrowed,
    Sseer,
    EventsourceStream,
    AsyncOpenai,
    Python,
    Node,
}

impl Program {
    pub(crate) const ALL: [Self; 9] = [
        Self::Coze,
        Self::Floor,
        Self::Owned,
        Self::Borrowed,
        Self::Sseer,
        Self::EventsourceStream,
        Self::AsyncOpenai,
        Self::Python,
        Self::Node,
    ];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Coze => "coze",
            Self::Floor => "f: hyper, bytes counted",
            Self::Owned => "h: by hand, owned",
            Self::Borrowed => "h2: by hand, borrowed",
            Self::Sseer => "reqwest + sseer",
            Self::EventsourceStream => "reqwest + eventsource-stream",
            Self::AsyncOpenai => "async-openai",
            Self::Python => "cozepy (Python)",
            Self::Node => "@coze/api (Node)",
        }
    }

    /// Whether it is so slow that it gets fewer items.
    pub(crate) fn is_slow(self) -> bool {
        matches!(self, Self::Python | Self::Node)
    }

    /// Its package in the comparison.
    fn package(self) -> Option<&'static str> {
        match self {
            Self::Coze => Some("e2e-coze"),
            Self::Floor | Self::Owned | Self::Borrowed => Some("e2e-limits"),
            Self::Sseer => Some("e2e-sseer"),
            Self::EventsourceStream => Some("e2e-eventsource-stream"),
            Self::AsyncOpenai => Some("e2e-async-openai"),
            Self::Python | Self::Node => None,
        }
    }
}

/// What could be installed.
pub(crate) struct Programs {
    folder: PathBuf,
    commands: BTreeMap<(Program, bool), Vec<PathBuf>>,
}

impl Programs {
    /// Builds or installs everything; a program that is not available is skipped, with a note.
    pub(crate) fn install(folder: &Path, notes: &mut Vec<String>) -> Result<Self> {
        std::fs::create_dir_all(folder.join("bin"))?;
        build(folder, "e2e-server", false)?;
        let mut commands = BTreeMap::new();
        for program in Program::ALL {
            let Some(package) = program.package() else { continue };
            match build(folder, package, false) {
                Ok(path) => drop(commands.insert((program, false), vec![path])),
                Err(error) if program > Program::Borrowed => {
                    notes.push(format!("{} is skipped: {error}", program.title()));
                }
                Err(error) => return Err(error),
            }
        }
        for program in [Program::Coze, Program::Floor, Program::Owned] {
            if let Some(package) = program.package() {
                commands.insert((program, true), vec![build(folder, package, true)?]);
            }
        }
        for (program, client, script) in [
            (Program::Python, Client::Python, "python/client.py"),
            (Program::Node, Client::Node, "node/client.cjs"),
        ] {
            let installed = folder.join("clients");
            match client.install(&installed) {
                Ok(()) => {
                    let interpreter = client.interpreter(&installed);
                    let script = root().join(SOURCE).join(script);
                    commands.insert((program, false), vec![interpreter, script]);
                }
                Err(error) => notes.push(format!("{} is skipped: {error}", program.title())),
            }
        }
        Ok(Self { folder: folder.to_owned(), commands })
    }

    /// Folder of the programs and their data.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether the program exists.
    pub(crate) fn has(&self, program: Program, wire: Wire) -> bool {
        self.commands.contains_key(&(program, wire != Wire::Plain))
    }

    /// Runs a program once, and returns the `name → number` map of its output.
    pub(crate) fn measure(
        &self,
        program: Program,
        wire: Wire,
        server: &Server,
        arguments: &[String],
    ) -> Result<Figures> {
        let words = self.commands.get(&(program, wire != Wire::Plain)).ok_or("the program is not there")?;
        let mut command = Command::new(self.folder.join("bin/e2e-server"));
        command.args(["run", CORE]).args(words).args(arguments).args(server.arguments(wire));
        match program {
            Program::Owned => drop(command.env("LIMIT", "owned")),
            Program::Borrowed => drop(command.env("LIMIT", "borrowed")),
            _ => {}
        }
        // A proxy must not be used for a local server.
        for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env_remove(name);
        }
        command.env("NODE_PATH", self.folder.join("clients/node/node_modules"));
        command.env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::null());
        let output = command.output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str(text.trim()).map_err(|_| {
            let errors = String::from_utf8_lossy(&output.stderr);
            format!("{}: {}, {}", program.title(), output.status, errors.trim()).into()
        })
    }
}

/// Builds a package alone, so that no other package enables features, and returns its program.
pub(super) fn build(folder: &Path, package: &str, tls: bool) -> Result<PathBuf> {
    // Not `--locked`: a new dependency of the library must not fail here.
    let mut command = cargo(&["build", "--quiet", "--release", "--package", package]);
    command.current_dir(root().join(SOURCE)).env("CARGO_TARGET_DIR", folder);
    if tls {
        command.args(["--features", "tls"]);
    }
    run(&mut command)?;
    let name = if tls { format!("{package}-tls") } else { package.to_owned() };
    let program = folder.join("bin").join(name);
    // Another selection of features has the same file name.
    std::fs::copy(folder.join("release").join(package), &program)?;
    Ok(program)
}
