//! Lists: a table below a head on a terminal, elsewhere lines whose fields have tabs between them.

use clap::Args;
use console::{Term, measure_text_width, truncate_str};
use coze::types::{Decode, Paged};
use coze::{Items, Receive, Timestamp};
use serde::Serialize;
use time::OffsetDateTime;

use crate::failure::Failure;
use crate::json;
use crate::lang::say;
use crate::place::Place;
use crate::screen::Screen;

/// Options of every list.
#[derive(Args)]
pub(crate) struct Listing {
    /// Maximum number of entries
    #[arg(long, short = 'L', value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,

    /// Prints all fields of each entry, as one JSON array
    #[arg(long)]
    json: bool,
}

/// What a list shows of each item.
pub(crate) struct Columns<T, const N: usize> {
    /// Names; the first column is the id.
    pub(crate) head: [&'static str; N],
    /// The column that gives way where a terminal is narrow.
    pub(crate) gives_way: usize,
    pub(crate) row: fn(&T) -> [String; N],
}

impl<T, const N: usize> Columns<T, N> {
    fn fields(&self, item: &T) -> [String; N] {
        (self.row)(item).map(|field| one_line(&field))
    }

    /// Prints a table on a terminal, and elsewhere lines with tabs.
    pub(crate) fn print<'a>(
        &self,
        items: impl IntoIterator<Item = &'a T>,
        screen: &mut Screen,
    ) -> Result<(), Failure>
    where
        T: 'a,
    {
        let rows = items.into_iter().map(|item| self.fields(item));
        if !screen.shows_output() {
            for fields in rows {
                screen.line(&fields.join("\t"))?;
            }
            return Ok(());
        }
        let columns = usize::from(Term::stdout().size().1);
        for line in table(self.head, self.gives_way, &rows.collect::<Vec<_>>(), columns) {
            screen.line(&line)?;
        }
        Ok(())
    }
}

impl Listing {
    /// How many items a page may well have, where a server allows no more than `most`.
    pub(crate) fn page(&self, most: u32) -> u32 {
        self.limit.min(most)
    }

    /// Prints a list: lines item by item as the pages come, a table and an array when all are there.
    pub(crate) async fn print<E, const N: usize>(
        self,
        mut items: Items<E>,
        columns: Columns<E::Item, N>,
        place: &Place,
        screen: &mut Screen,
    ) -> Result<(), Failure>
    where
        E: Paged<Item: Serialize, Reply: Receive<Output = <E::Reply as Decode>::Output>>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        let is_whole = screen.shows_output() || self.json;
        let mut all = Vec::new();
        let mut left = self.limit;
        screen.wait_for(say!("waiting for the list", "正在等待列表"));
        while left > 0
            && let Some(item) = items.next().await
        {
            let item = item.map_err(|error| place.explain(&error))?;
            left -= 1;
            if is_whole {
                all.push(item);
            } else {
                columns.print([&item], screen)?;
            }
        }
        if self.json {
            return json::print(&all, screen);
        }
        columns.print(&all, screen)?;
        if screen.shows_output() {
            if all.is_empty() {
                screen.note(&say!("no entries", "没有条目"));
            } else if left == 0 && items.next().await.is_some_and(|item| item.is_ok()) {
                screen.note(&say!(
                    "there are more than these {}: see --limit",
                    "不止这 {} 条，见 --limit",
                    self.limit
                ));
            }
        }
        Ok(())
    }
}

/// A text on one line: neither its line breaks nor its tabs are ours.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Columns between two fields.
const GAP: usize = 2;
/// Columns below which a field says nothing.
const LEAST: usize = 10;

/// Lines of a table that fit into so many columns; none without rows.
///
/// If it is too wide, one column is truncated, and then the last ones are omitted. The first is never truncated: it is copied.
fn table<const N: usize>(
    head: [&str; N],
    gives_way: usize,
    rows: &[[String; N]],
    columns: usize,
) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let head = head.map(str::to_owned);
    let lines = || std::iter::once(&head).chain(rows);
    let mut widths: [usize; N] = std::array::from_fn(|column| {
        lines().map(|fields| measure_text_width(&fields[column])).max().unwrap_or_default()
    });
    let mut shown: Vec<_> = (0..N).collect();
    let others = |shown: &[usize], widths: &[usize; N]| {
        let widths = shown.iter().filter(|column| **column != gives_way).map(|column| widths[*column] + GAP);
        widths.sum::<usize>()
    };
    let least = widths[gives_way].min(LEAST);
    while others(&shown, &widths) + least > columns
        && let Some(last) = shown.iter().rposition(|column| *column != 0 && *column != gives_way)
    {
        shown.remove(last);
    }
    let left = columns.saturating_sub(others(&shown, &widths)).max(least);
    widths[gives_way] = widths[gives_way].min(left);
    let line = |fields: &[String; N]| {
        let padded = shown.iter().map(|column| {
            let field = truncate_str(&fields[*column], widths[*column], "…");
            let gap = " ".repeat(widths[*column].saturating_sub(measure_text_width(&field)));
            format!("{field}{gap}")
        });
        padded.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end().to_owned()
    };
    lines().map(line).collect()
}

/// The word of the API for a value; empty where there is none.
pub(crate) fn word_of(value: Option<&impl AsRef<str>>) -> String {
    value.map(|value| value.as_ref().to_owned()).unwrap_or_default()
}

/// A time as text, such as `2024-10-01T08:00:00Z`; empty where there is none.
pub(crate) fn date(time: Option<Timestamp>) -> String {
    let seconds = time.filter(|time| time.is_set()).map(Timestamp::as_unix);
    let Some(at) = seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok()) else {
        return String::new();
    };
    let (date, clock) = (at.date(), at.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_is_seen() {
        let rows = [["1".into(), "中文".into(), String::new()], ["22".into(), "a".into(), "x".into()]];
        assert_eq!(table(["ID", "NAME", "X"], 1, &rows, 80), ["ID  NAME  X", "1   中文", "22  a     x"]);
        assert!(table(["ID"], 0, &[], 80).is_empty());
    }

    #[test]
    fn a_narrow_terminal_is_given_the_ids_whole() {
        let rows =
            [["7379462189365198898".into(), "每日学一菜 and more".into(), "2024-10-01T08:00:00Z".into()]];
        let lines = |columns| table(["ID", "NAME", "CHANGED"], 1, &rows, columns).remove(1);
        assert_eq!(lines(62), "7379462189365198898  每日学一菜 and more  2024-10-01T08:00:00Z");
        assert_eq!(lines(54), "7379462189365198898  每日学一菜…  2024-10-01T08:00:00Z");
        assert_eq!(lines(40), "7379462189365198898  每日学一菜 and more");
        assert_eq!(lines(32), "7379462189365198898  每日学一菜…");
        for columns in [31, 30, 10, 0] {
            assert_eq!(lines(columns), "7379462189365198898  每日学一…", "{columns}");
        }
    }

    #[test]
    fn times_are_dates() {
        assert_eq!(date(Some(Timestamp::from_unix(1_727_769_600))), "2024-10-01T08:00:00Z");
        assert_eq!((date(None), date(Some(Timestamp::from_unix(0)))), (String::new(), String::new()));
        assert_eq!(date(Some(Timestamp::from_unix(i64::MAX))), "");
    }
}
