//! Runs other programs in the root of the workspace.

use std::error::Error;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// A command that starts in the root of the workspace.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// The cargo that runs this program, so that a chosen toolchain is kept.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    cargo.args(arguments);
    cargo
}

/// Git, also in a clone of another user.
pub(crate) fn git(arguments: &[&str]) -> Command {
    let mut git = command("git");
    git.args(["-c", "safe.directory=*"]).args(arguments);
    git
}

/// Runs a command with its output passed through; anything but exit code 0 is an error.
pub(crate) fn run(command: &mut Command) -> Result {
    println!("$ {}", line(command));
    let status = command.status().map_err(|error| unstarted(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", line(command)).into()) }
}

/// Runs a command quietly and returns what it wrote to standard output.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::piped()).output().map_err(|error| unstarted(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{}` ended with {}\n{}", line(command), output.status, errors.trim_end()).into())
}

/// Every file that git tracks or would track, relative to the root.
pub(crate) fn files() -> Result<Vec<PathBuf>> {
    let list = capture(&mut git(&["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
    let files = list.split_terminator('\0').map(PathBuf::from);
    Ok(files.filter(|file| root().join(file).is_file()).collect())
}

/// Reads a file of the workspace as text.
pub(crate) fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(root().join(file)).map_err(|error| format!("{}: {error}", file.display()).into())
}

/// A path without `.` and `..`.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(normal.pop()),
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    normal
}

/// Returns an error for a list of findings, or success if there are none.
pub(crate) fn verdict(problems: Vec<String>) -> Result {
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}

fn unstarted(command: &Command, error: &std::io::Error) -> String {
    format!("cannot start `{}`: {error}", command.get_program().to_string_lossy())
}

fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(name).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
