//! Lists: a table below a head on a terminal, elsewhere lines whose fields have tabs between them.

use clap::Args;
use console::measure_text_width;
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

    /// Prints all fields of each entry as a line of JSON
    #[arg(long)]
    json: bool,
}

impl Listing {
    /// Prints a list, item by item as the pages come; a table once its widths are known.
    pub(crate) async fn print<E, const N: usize>(
        self,
        mut items: Items<E>,
        head: [&str; N],
        row: fn(&E::Item) -> [String; N],
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
        let is_table = screen.shows_output() && !self.json;
        let mut rows = Vec::new();
        let mut left = self.limit;
        while left > 0
            && let Some(item) = items.next().await
        {
            let item = item.map_err(|error| place.explain(&error))?;
            left -= 1;
            if self.json {
                screen.line(&json::line(&item)?)?;
                continue;
            }
            let fields = row(&item).map(|field| field.split_whitespace().collect::<Vec<_>>().join(" "));
            if is_table {
                rows.push(fields);
            } else {
                screen.line(&fields.join("\t"))?;
            }
        }
        for line in table(head, &rows) {
            screen.line(&line)?;
        }
        if left == 0 && is_table && items.next().await.is_some() {
            screen.note(&say!(
                "there are more than these {}: see --limit",
                "不止这 {} 条，见 --limit",
                self.limit
            ));
        }
        Ok(())
    }
}

/// Lines of a table; none without rows.
fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let head = head.map(str::to_owned);
    let lines = || std::iter::once(&head).chain(rows);
    let widths: [usize; N] = std::array::from_fn(|column| {
        lines().map(|fields| measure_text_width(&fields[column])).max().unwrap_or_default()
    });
    let line = |fields: &[String; N]| {
        let padded = fields.iter().zip(widths).map(|(field, width)| {
            let gap = " ".repeat(width - measure_text_width(field));
            format!("{field}{gap}")
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines().map(line).collect()
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
        assert_eq!(table(["ID", "NAME", "X"], &rows), ["ID  NAME  X", "1   中文", "22  a     x"]);
        assert!(table(["ID"], &[]).is_empty());
    }

    #[test]
    fn times_are_dates() {
        assert_eq!(date(Some(Timestamp::from_unix(1_727_769_600))), "2024-10-01T08:00:00Z");
        assert_eq!((date(None), date(Some(Timestamp::from_unix(0)))), (String::new(), String::new()));
        assert_eq!(date(Some(Timestamp::from_unix(i64::MAX))), "");
    }
}
