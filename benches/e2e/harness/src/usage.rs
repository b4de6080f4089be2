//! What a process has used.

use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use nix::time::{ClockId, clock_gettime};

use crate::BoxError;

/// A point in time, and what the process had used by then.
pub struct Usage {
    pub at: Duration,
    /// Processor time of all threads, in user and kernel.
    pub cpu: Duration,
    /// Memory in use, in KiB.
    pub resident: u64,
    /// Most memory that was ever in use, in KiB.
    pub peak: u64,
}

impl Usage {
    pub fn now() -> Result<Self, BoxError> {
        let usage = getrusage(UsageWho::RUSAGE_SELF)?;
        let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
        Ok(Self {
            at: Duration::from_nanos(monotonic_nanos()),
            cpu: Duration::from_micros(micros.try_into()?),
            resident: status("VmRSS")?,
            // The kernel's own maximum is inherited from the process that started this one.
            peak: status("VmHWM")?,
        })
    }
}

/// The clock that all processes of the machine share.
pub fn monotonic_nanos() -> u64 {
    clock_gettime(ClockId::CLOCK_MONOTONIC).map_or(0, |time| time.num_nanoseconds().unsigned_abs())
}

pub fn resident() -> Result<u64, BoxError> {
    status("VmRSS")
}

/// A line of `/proc/self/status`, in KiB.
fn status(name: &str) -> Result<u64, BoxError> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line =
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).ok_or(name.to_owned())?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
