//! The running server of the comparison.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::shell::Result;

/// Core of the server; clients use the first one.
const CORE: &str = "1";

/// Stops when it goes out of scope.
pub(crate) struct Server {
    process: Child,
    http: String,
    https: String,
    h2: String,
    authority: PathBuf,
}

/// How a client talks to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wire {
    Plain,
    /// HTTP/1.1 over TLS.
    Https,
    /// HTTP/2 over TLS.
    Http2,
}

impl Server {
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let program = folder.join("bin/e2e-server");
        let authority = folder.join("authority.pem");
        let mut process = Command::new(&program)
            .args(["run", CORE])
            .arg(&program)
            .arg(&authority)
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = process.stdout.take().ok_or("the server has no standard output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let port = |name: &str| {
            let port = line.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            port.map(str::to_owned).ok_or_else(|| format!("the server began with {line:?}"))
        };
        Ok(Self { http: port("http")?, https: port("https")?, h2: port("h2")?, authority, process })
    }

    /// Arguments of a client with the address.
    pub(crate) fn arguments(&self, wire: Wire) -> Vec<String> {
        let port = match wire {
            Wire::Plain => return vec![format!("base=http://127.0.0.1:{}", self.http)],
            Wire::Https => &self.https,
            Wire::Http2 => &self.h2,
        };
        vec![format!("base=https://localhost:{port}"), format!("ca={}", self.authority.display())]
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It fails only if the process has ended already.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
