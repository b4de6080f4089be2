//! Becoming a measured program.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;

use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::{Pid, setsid};

use crate::Result;

/// Takes a core, the right to many sockets and precedence, as far as they are given, and becomes the program.
pub(crate) fn run(mut words: impl Iterator<Item = OsString>) -> Result {
    let core = words.next().ok_or("name a core")?;
    let program = words.next().ok_or("name a program")?;
    let core: usize = core.to_str().ok_or("a core is a number")?.parse()?;

    let mut cores = CpuSet::new();
    cores.set(core)?;
    // A machine with one core runs both sides on it.
    let _ = sched_setaffinity(Pid::from_raw(0), &cores);
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    // Where the kernel groups processes by session, niceness counts within the group only, so the group takes it too.
    let _ = setsid();
    let _ = std::fs::write("/proc/self/autogroup", "-20");

    Err(Command::new("nice").args(["-n", "-20"]).arg(program).args(words).exec().into())
}
