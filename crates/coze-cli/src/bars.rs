//! Bars that show how far files have come.

use console::{Term, measure_text_width};
use indicatif::{BinaryBytes, MultiProgress, ProgressBar, ProgressStyle};

use crate::screen::Screen;
use crate::visible::visible;

/// Bars on standard error, one for each file under way; none where it is no terminal.
pub(crate) struct Bars(MultiProgress);

/// How far one file has come.
#[derive(Clone)]
pub(crate) struct Bar {
    bar: ProgressBar,
    name: String,
}

/// What a bar says after the name, and how many columns that takes at most.
struct Layout {
    template: &'static str,
    columns: usize,
}

/// Where the length is known, by the columns of the terminal that it takes; a line that wraps is not cleared away.
const KNOWN: [(usize, Layout); 3] = [
    (
        80,
        Layout {
            template: "{prefix} [{wide_bar}] {percent:>3}% {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}, {eta} left",
            columns: 62,
        },
    ),
    (36, Layout { template: "{prefix} {percent:>3}% {binary_bytes_per_sec}", columns: 20 }),
    (0, Layout { template: "{prefix} {percent:>3}%", columns: 6 }),
];
/// The same where it is not.
const UNKNOWN: [(usize, Layout); 2] = [
    (44, Layout { template: "{prefix} {binary_bytes}, {binary_bytes_per_sec}", columns: 28 }),
    (0, Layout { template: "{prefix} {binary_bytes}", columns: 13 }),
];

/// How often a bar is drawn when nothing moves: its rate falls then.
const TICK: std::time::Duration = std::time::Duration::from_millis(500);

impl Bars {
    pub(crate) fn new(screen: &Screen) -> Self {
        Self(screen.bars())
    }

    /// Adds a bar, which is there until it is dropped.
    pub(crate) fn add(&self, name: &str) -> Bar {
        let bar =
            Bar { bar: self.0.add(ProgressBar::no_length()), name: visible(name, true).replace('\n', " ") };
        bar.lay_out(&UNKNOWN);
        if !bar.bar.is_hidden() {
            bar.bar.enable_steady_tick(TICK);
        }
        bar
    }

    /// Does what writes to the terminal, with the bars out of its way.
    pub(crate) fn apart<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        // A closed terminal has no bars either.
        let _ = self.0.clear();
    }
}

impl Bar {
    /// Shows how many bytes have been transferred, and the total.
    pub(crate) fn at(&self, moved: u64, total: Option<u64>) {
        if let Some(total) = total
            && self.bar.length() != Some(total)
        {
            self.bar.set_length(total);
            self.lay_out(&KNOWN);
        }
        self.bar.set_position(moved);
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// Chooses what fits on a line of the terminal.
    fn lay_out(&self, layouts: &[(usize, Layout)]) {
        let columns = usize::from(Term::stderr().size().1);
        if let Some((_, layout)) = layouts.iter().find(|(least, _)| columns >= *least) {
            self.bar.set_style(style(layout.template));
            self.bar.set_prefix(tail(&self.name, columns.saturating_sub(layout.columns)));
        }
    }
}

/// The end of a path, its most informative part, within this many columns.
fn tail(path: &str, columns: usize) -> String {
    if measure_text_width(path) <= columns {
        return path.to_owned();
    }
    let ends = path.char_indices().map(|(start, _)| &path[start..]);
    let end = ends.into_iter().find(|end| measure_text_width(end) < columns);
    format!("…{}", end.unwrap_or_default())
}

fn style(template: &str) -> ProgressStyle {
    // Without a style the bar is plain, and shows the same.
    ProgressStyle::with_template(template)
        .map_or_else(|_| ProgressStyle::default_bar(), |style| style.progress_chars("=> "))
}

/// A number of bytes, as the bars say it.
pub(crate) fn size(bytes: u64) -> String {
    BinaryBytes(bytes).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_end() {
        assert_eq!(tail("a/film.mp4", 10), "a/film.mp4");
        assert_eq!(tail("a/film.mp4", 9), "…film.mp4");
        // Wide characters take two columns.
        assert_eq!(tail("报告.pdf", 7), "…告.pdf");
        assert_eq!(tail("报告.pdf", 6), "….pdf");
        assert_eq!((tail("abc", 1), tail("abc", 0)), ("…".to_owned(), "…".to_owned()));
    }
}
