//! Ctrl-C and similar signals, for commands that have to clean up.

use crate::failure::{Exit, Failure};
use crate::lang::say;

/// Works until Ctrl-C or a signal that ends programs: then what is under way is dropped, with what it would leave half
/// done.
pub(crate) async fn or_stop<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::select! {
        result = work => result,
        Ok(()) = tokio::signal::ctrl_c() => Err(Failure::interrupted(say!("interrupted", "已中断"))),
        exit = ended() => Err(Failure::new(exit, say!("ended by a signal", "被信号终止"))),
    }
}

/// Waits for a signal other than Ctrl-C that asks the program to end.
#[cfg(unix)]
async fn ended() -> Exit {
    use tokio::signal::unix::SignalKind;
    tokio::select! {
        () = caught(SignalKind::terminate()) => Exit::Terminated,
        () = caught(SignalKind::hangup()) => Exit::HungUp,
    }
}

#[cfg(unix)]
async fn caught(kind: tokio::signal::unix::SignalKind) {
    // `nohup` ignores it, and a handler would undo that.
    if !is_ignored(kind.as_raw_value())
        && let Ok(mut signal) = tokio::signal::unix::signal(kind)
        && signal.recv().await.is_some()
    {
        return;
    }
    std::future::pending::<()>().await;
}

/// Whether the program was started with a signal ignored, if the system reports it.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask =
        status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (signal - 1)) != 0)
}

#[cfg(not(unix))]
async fn ended() -> Exit {
    std::future::pending().await
}
