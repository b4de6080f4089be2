//! What this process holds, as Linux tells it.

/// A mebibyte.
pub(crate) const MIB: u64 = 1 << 20;

/// What this process holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usage {
    /// Resident memory, in bytes.
    pub(super) memory: u64,
    /// Open files and connections.
    pub(super) files: usize,
    pub(super) tasks: usize,
}

impl Usage {
    pub(super) fn now() -> Self {
        Self {
            memory: resident(),
            files: std::fs::read_dir("/proc/self/fd").unwrap().count(),
            tasks: super::tasks(),
        }
    }
}

/// Resident memory of this process, in bytes.
pub fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kib: u64 = line.trim().trim_end_matches(" kB").trim().parse().unwrap();
    kib * 1024
}
