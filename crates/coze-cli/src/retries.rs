//! Says on standard error when an attempt has failed and another follows.

use std::fmt::Debug;
use std::io::Write as _;
use std::time::Duration;

use anstream::AutoStream;
use indicatif::MultiProgress;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::lang::say;
use crate::screen::{DIM, RESET, Screen};
use crate::table::one_line;
use crate::visible::visible;

/// Hears of retries from the traces of the client, which belong to none of the commands.
struct Retries {
    bars: MultiProgress,
}

/// Announces retries from now on, if details are shown.
pub(crate) fn tell(screen: &Screen) {
    if screen.tells_asides() {
        // It is set once, and nobody else does so.
        let _ = tracing::subscriber::set_global_default(Retries { bars: screen.bars() });
    }
}

/// What the trace of a retry says.
#[derive(Default)]
struct Retry {
    failed: u64,
    error: String,
    delay: Duration,
}

impl Visit for Retry {
    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "failed" => self.failed = value,
            "delay_ms" => self.delay = Duration::from_millis(value),
            _ => {}
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "error" {
            self.error = format!("{value:?}");
        }
    }
}

impl Retry {
    fn told(&self) -> String {
        let (failed, error) = (self.failed, one_line(&self.error));
        let when = match self.delay.as_millis() {
            0 => say!("at once", "立即重试"),
            millis @ 1..1000 => say!("in {millis} ms", "{millis} 毫秒后重试"),
            _ => say!("in {:.1} s", "{:.1} 秒后重试", self.delay.as_secs_f64()),
        };
        say!("attempt {failed} failed: {error}; retrying {when}", "第 {failed} 次尝试失败：{error}；{when}")
    }
}

impl Subscriber for Retries {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let is_retry = metadata.is_event() && metadata.fields().field("delay_ms").is_some();
        metadata.target() == "coze" && *metadata.level() == Level::INFO && is_retry
    }

    fn event(&self, event: &Event<'_>) {
        let mut retry = Retry::default();
        event.record(&mut retry);
        let told = retry.told();
        self.bars.suspend(|| {
            // With standard error gone, there is nobody to complain to.
            let _ = writeln!(AutoStream::auto(std::io::stderr()), "{DIM}{}{RESET}", visible(&told, true));
        });
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retry_is_told_in_a_line() {
        let mut retry = Retry { failed: 2, error: "/v1/x: 503\nlater".to_owned(), delay: Duration::ZERO };
        assert_eq!(retry.told(), "attempt 2 failed: /v1/x: 503 later; retrying at once");
        retry.delay = Duration::from_millis(412);
        assert!(retry.told().ends_with("; retrying in 412 ms"), "{}", retry.told());
    }
}
