//! Bars that show how far files have come.

use indicatif::{BinaryBytes, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::screen::{Screen, visible};

/// Bars on standard error, one for each file under way; none where it is no terminal.
pub(crate) struct Bars(MultiProgress);

/// How far one file has come.
#[derive(Clone)]
pub(crate) struct Bar(ProgressBar);

/// With the time left, where the length is known.
const KNOWN: &str = "{prefix} [{wide_bar}] {percent:>3}% {binary_bytes} of {binary_total_bytes}, \
                     {binary_bytes_per_sec}, {eta} left";
const UNKNOWN: &str = "{prefix} {binary_bytes}, {binary_bytes_per_sec}";

/// How often a bar is drawn when nothing moves: its rate falls then.
const TICK: std::time::Duration = std::time::Duration::from_millis(500);

impl Bars {
    pub(crate) fn new(screen: &Screen) -> Self {
        let target =
            if screen.shows_progress() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self(MultiProgress::with_draw_target(target))
    }

    /// Adds a bar, which is there until it is dropped.
    pub(crate) fn add(&self, name: &str) -> Bar {
        let bar = self.0.add(ProgressBar::no_length().with_style(style(UNKNOWN)));
        bar.set_prefix(visible(name, true).into_owned());
        if !bar.is_hidden() {
            bar.enable_steady_tick(TICK);
        }
        Bar(bar)
    }

    /// Does what writes to the terminal, with the bars out of its way.
    pub(crate) fn apart<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        // A terminal that is gone has no bars either.
        let _ = self.0.clear();
    }
}

impl Bar {
    /// Tells how many bytes have moved, and of how many.
    pub(crate) fn at(&self, moved: u64, total: Option<u64>) {
        if let Some(total) = total
            && self.0.length() != Some(total)
        {
            self.0.set_length(total);
            self.0.set_style(style(KNOWN));
        }
        self.0.set_position(moved);
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    // Without a style of its own a bar is plain, and says as much.
    ProgressStyle::with_template(template)
        .map_or_else(|_| ProgressStyle::default_bar(), |style| style.progress_chars("=> "))
}

/// A number of bytes, as the bars say it.
pub(crate) fn size(bytes: u64) -> String {
    BinaryBytes(bytes).to_string()
}
