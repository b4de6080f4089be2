//! Dates: finds them in a text, and their day of the week.

use time::{Duration, Month, OffsetDateTime};

/// A day of the (proleptic) Gregorian calendar; not every value exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date {
    pub(crate) year: u16,
    pub(crate) month: u8,
    pub(crate) day: u8,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const CHINESE_WEEKDAYS: [&str; 7] = ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"];

impl Date {
    /// Returns the date of today in UTC, shifted by a number of days.
    pub(crate) fn today(shift: i64) -> Self {
        let date = OffsetDateTime::now_utc().date().saturating_add(Duration::days(shift));
        Self {
            year: u16::try_from(date.year()).unwrap_or_default(),
            month: date.month().into(),
            day: date.day(),
        }
    }

    /// Returns the number of days of the month; 0 for a month that does not exist.
    fn days_in_month(self) -> u8 {
        Month::try_from(self.month).map_or(0, |month| month.length(self.year.into()))
    }

    /// Returns the day of the week, counted from Sunday, of a date that exists.
    fn weekday(self) -> Option<usize> {
        let month = Month::try_from(self.month).ok().filter(|_| self.year > 0)?;
        let date = time::Date::from_calendar_date(self.year.into(), month, self.day).ok()?;
        Some(date.weekday().number_days_from_sunday().into())
    }

    /// Describes the day of the week of the date, or why the date does not exist.
    pub(crate) fn say(self, chinese: bool) -> String {
        let Self { year, month, day } = self;
        let month_name = MONTHS.get(usize::from(month).wrapping_sub(1));
        match (self.weekday(), chinese, month_name) {
            (Some(weekday), true, _) => format!("{year}年{month}月{day}日是{}。", CHINESE_WEEKDAYS[weekday]),
            (Some(weekday), false, Some(name)) => {
                format!("{name} {day}, {year} is a {}.", WEEKDAYS[weekday])
            }
            (_, true, Some(_)) if year > 0 => {
                format!(
                    "{year}年{month}月{day}日这个日期不存在：{year}年{month}月只有{}天。",
                    self.days_in_month()
                )
            }
            (_, false, Some(name)) if year > 0 => {
                format!("There is no {name} {day}, {year}: {name} {year} has {} days.", self.days_in_month())
            }
            (_, true, _) => format!("{year}年{month}月{day}日这个日期不存在：月份是1到12，年份从1开始。"),
            (_, false, _) => {
                format!("There is no date {year}-{month}-{day}: months go from 1 to 12, years start at 1.")
            }
        }
    }
}

/// Returns whether a text asks for a day of the week.
pub(crate) fn asks_weekday(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["星期几", "周几", "礼拜几", "星期幾", "what day", "which day", "day of the week", "weekday"]
        .iter()
        .any(|words| lower.contains(words))
}

/// Finds the first date in a text, even one that does not exist.
///
/// Supported are `2024年10月1日`, `二〇二四年十月一日`, `10月1日` (of this year), `2024-10-01`, `2024/10/1`, `2024.10.1`,
/// `20241001`, `October 1st, 2024`, `1 October 2024`, `Oct 1` (of this year), and today, tomorrow, yesterday in both
/// languages.
pub(crate) fn find(text: &str) -> Option<Date> {
    let tokens = tokens(text);
    (0..tokens.len())
        .find_map(|at| {
            let rest = &tokens[at..];
            chinese(rest).or_else(|| numeric(rest)).or_else(|| english(rest))
        })
        .or_else(|| relative(text))
}

#[derive(Debug, PartialEq)]
enum Token {
    /// A number, and its number of digits.
    Number(u32, usize),
    Word(String),
    Mark(char),
}

/// Splits a text into numbers, Latin words and other characters; white space is dropped.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = |belongs: fn(char) -> bool| rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        let length = if digit(first).is_some() {
            let end = run(|c| digit(c).is_some());
            let digits: Vec<u32> = rest[..end].chars().filter_map(digit).collect();
            let count = digits.len();
            // Longer runs are not dates; saturation keeps them out of every range.
            let number =
                digits.iter().fold(0_u32, |sum, digit| sum.saturating_mul(10).saturating_add(*digit));
            tokens.push(Token::Number(number, count));
            end
        } else if chinese_digit(first).is_some() || first == '十' {
            let end = run(|c| chinese_digit(c).is_some() || c == '十');
            if let Some((number, count)) = chinese_number(&rest[..end]) {
                tokens.push(Token::Number(number, count));
            }
            end
        } else if first.is_ascii_alphabetic() {
            let end = run(|c| c.is_ascii_alphabetic());
            tokens.push(Token::Word(rest[..end].to_lowercase()));
            end
        } else {
            if !first.is_whitespace() {
                tokens.push(Token::Mark(first));
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

/// Parses ASCII digits and full-width digits.
fn digit(c: char) -> Option<u32> {
    match c {
        '０'..='９' => Some(u32::from(c) - u32::from('０')),
        _ => c.to_digit(10),
    }
}

fn chinese_digit(c: char) -> Option<u32> {
    let position = "〇一二三四五六七八九".chars().position(|known| known == c);
    let position = position.or(if c == '零' { Some(0) } else { None });
    position.and_then(|position| u32::try_from(position).ok())
}

/// Parses `二〇二四` digit by digit, and `三十一` by tens.
fn chinese_number(text: &str) -> Option<(u32, usize)> {
    let digits = |text: &str| {
        text.chars().try_fold(0_u32, |sum, c| Some(sum.saturating_mul(10).saturating_add(chinese_digit(c)?)))
    };
    match text.split_once('十') {
        None => Some((digits(text)?, text.chars().count())),
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { 1 } else { digits(tens)? };
            Some((tens.saturating_mul(10).saturating_add(digits(ones)?), 2))
        }
    }
}

fn date(year: u32, month: u32, day: u32) -> Option<Date> {
    let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    (year <= 9999).then_some(Date { year: u16::try_from(year).ok()?, month, day })
}

fn this_year() -> u32 {
    u32::from(Date::today(0).year)
}

fn chinese(tokens: &[Token]) -> Option<Date> {
    match tokens {
        [
            Token::Number(year, _),
            Token::Mark('年'),
            Token::Number(month, _),
            Token::Mark('月'),
            Token::Number(day, _),
            Token::Mark('日' | '号' | '號'),
            ..,
        ] => date(*year, *month, *day),
        [
            Token::Number(month, _),
            Token::Mark('月'),
            Token::Number(day, _),
            Token::Mark('日' | '号' | '號'),
            ..,
        ] => date(this_year(), *month, *day),
        _ => None,
    }
}

fn numeric(tokens: &[Token]) -> Option<Date> {
    match tokens {
        [
            Token::Number(year, 4),
            Token::Mark(first @ ('-' | '/' | '.')),
            Token::Number(month, 1..=2),
            Token::Mark(second),
            Token::Number(day, 1..=2),
            ..,
        ] if first == second => date(*year, *month, *day),
        [Token::Number(number, 8), ..] => date(number / 10_000, number / 100 % 100, number % 100),
        _ => None,
    }
}

fn english(tokens: &[Token]) -> Option<Date> {
    // Commas, ordinal suffixes and "of" are ignored.
    let plain: Vec<&Token> = tokens
        .iter()
        .filter(|token| match token {
            Token::Word(word) => !matches!(word.as_str(), "st" | "nd" | "rd" | "th" | "of" | "the"),
            Token::Mark(mark) => !matches!(mark, ',' | '，' | '.'),
            Token::Number(..) => true,
        })
        .take(3)
        .collect();
    // The first token itself must start the date.
    if plain.first().copied() != tokens.first() {
        return None;
    }
    match plain.as_slice() {
        [Token::Word(word), Token::Number(day, 1..=2), rest @ ..]
        | [Token::Number(day, 1..=2), Token::Word(word), rest @ ..] => {
            let year = match rest {
                [Token::Number(year, 4)] => *year,
                _ => this_year(),
            };
            date(year, month(word)?, *day)
        }
        _ => None,
    }
}

fn month(word: &str) -> Option<u32> {
    let position = MONTHS.iter().position(|name| {
        let name = name.to_lowercase();
        word == name || (word.len() >= 3 && name.starts_with(word)) || (word == "sept" && name == "september")
    })?;
    u32::try_from(position + 1).ok()
}

fn relative(text: &str) -> Option<Date> {
    let lower = text.to_lowercase();
    let known: [(&str, i64); 10] = [
        ("大后天", 3),
        ("后天", 2),
        ("明天", 1),
        ("大前天", -3),
        ("前天", -2),
        ("昨天", -1),
        ("今天", 0),
        ("tomorrow", 1),
        ("yesterday", -1),
        ("today", 0),
    ];
    known.iter().find(|(word, _)| lower.contains(word)).map(|(_, shift)| Date::today(*shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: u16, month: u8, day: u8) -> Date {
        Date { year, month, day }
    }

    #[test]
    fn known_days_of_the_week() {
        for (date, weekday) in [
            (at(2024, 10, 1), "Tuesday"),
            (at(1970, 1, 1), "Thursday"),
            (at(2000, 2, 29), "Tuesday"),
            (at(1900, 3, 1), "Thursday"),
            (at(1949, 10, 1), "Saturday"),
            (at(1, 1, 1), "Monday"),
            (at(9999, 12, 31), "Friday"),
        ] {
            assert_eq!(date.weekday().map(|day| WEEKDAYS[day]), Some(weekday), "{date:?}");
        }
    }

    #[test]
    fn dates_are_found_in_many_spellings() {
        for text in [
            "2024年10月1日是星期几",
            "2024 年 10 月 01 号是周几？",
            "二〇二四年十月一日是礼拜几",
            "二零二四年十月一号",
            "２０２４年１０月１日",
            "what day is 2024-10-01",
            "2024/10/1?",
            "on 2024.10.1.",
            "20241001",
            "which day of the week is October 1, 2024",
            "what day was Oct 1st 2024",
            "the 1st of October 2024",
            "1 oct 2024",
            "What weekday is october the 1st, 2024?",
        ] {
            assert_eq!(find(text), Some(at(2024, 10, 1)), "{text}");
        }
        assert_eq!(find("二〇二三年十二月三十一日"), Some(at(2023, 12, 31)));
        assert_eq!(find("二〇二三年二月二十日"), Some(at(2023, 2, 20)));
        assert_eq!(find("what day is sept 9, 2024"), Some(at(2024, 9, 9)));
    }

    #[test]
    fn dates_without_a_year_are_of_this_year_and_words_move_by_days() {
        let year = Date::today(0).year;
        assert_eq!(find("10月1日是星期几"), Some(at(year, 10, 1)));
        assert_eq!(find("what day is Oct 1"), Some(at(year, 10, 1)));
        assert_eq!(find("明天星期几"), Some(Date::today(1)));
        assert_eq!(find("大后天星期几"), Some(Date::today(3)));
        assert_eq!(find("what day was it yesterday"), Some(Date::today(-1)));
    }

    #[test]
    fn other_numbers_are_no_dates() {
        for text in [
            "",
            "1-2-3",
            "192.168.1.1",
            "call 10086",
            "version 1.2.3",
            "99999999999",
            "十",
            "march on",
            "24:00",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    #[test]
    fn dates_that_do_not_exist_are_named() {
        assert_eq!(
            find("2023年2月29日是星期几").unwrap().say(true),
            "2023年2月29日这个日期不存在：2023年2月只有28天。"
        );
        assert_eq!(
            find("what day is 2024-02-30").unwrap().say(false),
            "There is no February 30, 2024: February 2024 has 29 days."
        );
        assert_eq!(
            find("what day is 2024-13-01").unwrap().say(false),
            "There is no date 2024-13-1: months go from 1 to 12, years start at 1."
        );
        for text in ["1900-02-29", "2024-04-31", "2024-01-00", "0000-01-01"] {
            assert!(find(text).unwrap().weekday().is_none(), "{text}");
        }
        assert!(at(2000, 2, 29).weekday().is_some());
    }

    #[test]
    fn answers_in_both_languages() {
        assert_eq!(at(2024, 10, 1).say(true), "2024年10月1日是星期二。");
        assert_eq!(at(2024, 10, 1).say(false), "October 1, 2024 is a Tuesday.");
    }
}
