//! Endpoints that official clients use and the simulator lacks.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use super::clients::SOURCE;
use super::simulator::Simulator;
use crate::shell::{Result, read};

const LIST: &str = "not-served.txt";

/// Requests every endpoint of the list, and returns the problems.
///
/// A failure because of one of them is not a failure of a script: endpoints that exist must not be in the list.
pub(super) fn check(simulator: &Simulator) -> Result<Vec<String>> {
    let list = read(&Path::new(SOURCE).join(LIST))?;
    let mut problems = Vec::new();
    for line in list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (method, path) = line.split_once(' ').ok_or_else(|| format!("{LIST}: no method in {line:?}"))?;
        if serves(simulator, method, path)? {
            problems.push(format!("{LIST}: the simulator serves {line}, so take it off the list"));
        }
    }
    Ok(problems)
}

/// Whether the simulator has an endpoint, by its method and path template.
pub(crate) fn serves(simulator: &Simulator, method: &str, path: &str) -> Result<bool> {
    is_served(simulator, method, &example(path))
}

/// Replaces each parameter of a path with a number.
fn example(path: &str) -> String {
    let segment = |segment| if str::starts_with(segment, '{') { "1" } else { segment };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

fn is_served(simulator: &Simulator, method: &str, path: &str) -> Result<bool> {
    let host = simulator.url.strip_prefix("http://").ok_or("the simulator has no http address")?;
    let mut stream = TcpStream::connect(host)?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        Simulator::TOKEN,
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
    match status {
        Some("404") => Ok(!answer.contains("the simulator has no endpoint")),
        Some(status) => Ok(status != "405"),
        None => Err(format!("the simulator answered {method} {path} with {answer:?}").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_filled_in() {
        assert_eq!(example("/v1/bots/{bot_id}/collaborators/{user_id}"), "/v1/bots/1/collaborators/1");
        assert_eq!(example("/v1/bots"), "/v1/bots");
    }
}
