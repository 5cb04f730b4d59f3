//! Dates, times and numbers as exports print them.

use jiff::{
    Timestamp,
    civil::{Date, Time},
};
use rust_decimal::Decimal;

use crate::decimal;

/// The order of `1/2/2024`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    #[default]
    MonthFirst,
    DayFirst,
}

/// The sign before the digits after the point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Point {
    #[default]
    Dot,
    Comma,
}

/// Year, and the two numbers beside it in the order of the text; `true` if only the file can tell which is the
/// month.
fn date_parts(text: &str) -> Option<(i16, i8, i8, bool)> {
    let text = text.trim().split([' ', 'T', '\u{a0}']).next()?;
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let [a, b, c] = parts[..] else { return None };
    if [a, b, c].iter().any(|part| part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let year_first = a.len() == 4;
    let (year, first, second) = if year_first { (a, b, c) } else { (c, a, b) };
    let century = match year.len() {
        4 => 0,
        2 => 2000,
        _ => return None,
    };
    let (year, first, second) = (year.parse::<i16>().ok()? + century, first.parse().ok()?, second.parse().ok()?);
    if text.contains('.') && !year_first {
        // With dots the day is always first.
        return Some((year, second, first, false));
    }
    Some((year, first, second, !year_first))
}

/// `31-JAN-24`, `31 Jan 2024`, `Jan 31, 2024`.
fn with_named_month(text: &str) -> Option<Date> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let mut words = text.split([' ', '-', '/', ',']).filter(|word| !word.is_empty());
    let (a, b, year) = (words.next()?, words.next()?, words.next()?);
    let month = |word: &str| {
        let start = word.get(..3)?.to_ascii_lowercase();
        // Whole names are told by their first letters, but "marked" is no month.
        let whole = word.len() == 3 || jiff::fmt::strtime::parse("%B", word).is_ok();
        MONTHS.iter().position(|month| *month == start).filter(|_| whole)
    };
    let (month, day) = month(a).map(|month| (month, b)).or_else(|| Some((month(b)?, a)))?;
    let century = match year.len() {
        4 => 0,
        2 => 2000,
        _ => return None,
    };
    if words.next().is_some() {
        return None;
    }
    Date::new(year.parse::<i16>().ok()? + century, i8::try_from(month).ok()? + 1, day.parse().ok()?).ok()
}

/// `2024-01-31`, `2024/01/31`, `31.1.2024`, `1/31/24` or `1/31/2024` (or with the day first, if `order` says so),
/// with anything after a blank left out.
pub(super) fn date(text: &str, order: Order) -> Option<Date> {
    if let Some(date) = with_named_month(text) {
        return Some(date);
    }
    let (year, first, second, by_order) = date_parts(text)?;
    let (month, day) = if by_order && order == Order::DayFirst { (second, first) } else { (first, second) };
    Date::new(year, month, day).ok()
}

/// The order that a date shows by itself: one of its numbers is no month.
pub(super) fn order_of(text: &str) -> Option<Order> {
    let (_, first, second, true) = date_parts(text)? else { return None };
    match (first, second) {
        (1..=12, 13..=31) => Some(Order::MonthFirst),
        (13..=31, 1..=12) => Some(Order::DayFirst),
        _ => None,
    }
}

/// Whether a date means another day in the other order.
pub(super) fn depends_on_order(text: &str) -> bool {
    date_parts(text).is_some_and(|(_, first, second, by_order)| by_order && first != second)
}

/// `13:45`, `13:45:00`, `1:45 PM`, `1:45 p.m.`.
pub(super) fn time(text: &str) -> Option<Time> {
    let text = text.trim().to_ascii_uppercase().replace("A.M.", "AM").replace("P.M.", "PM");
    let (digits, half) = match (text.strip_suffix("AM"), text.strip_suffix("PM")) {
        (Some(digits), _) => (digits, Some(0)),
        (_, Some(digits)) => (digits, Some(12)),
        _ => (text.as_str(), None),
    };
    let digits = digits.trim();
    // Fractions of a second are always nothing.
    let digits = match digits.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => whole,
        _ => digits,
    };
    let mut parts = digits.split(':').map(|part| part.parse::<i8>().ok().filter(|part| *part >= 0));
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    if parts.next().is_some() {
        return None;
    }
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None => hour,
    };
    Time::new(hour, minute, second, 0).ok()
}

/// The end of a day, as some write it.
pub(super) fn is_midnight_24(text: &str) -> bool {
    matches!(text.trim(), "24:00" | "24:00:00")
}

/// The number of an hour, 0 to 24: `7`, `07`, `7:00`.
pub(super) fn hour(text: &str) -> Option<i8> {
    let text = text.trim();
    let digits = text.strip_suffix(":00").unwrap_or(text);
    digits.parse().ok().filter(|hour| (0..=24).contains(hour))
}

/// Date and time of `1/31/2024 12:15 AM` or `2024-01-31T00:15`.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    let (date, rest) = text.trim().split_once([' ', 'T', '\u{a0}'])?;
    let rest = rest.trim();
    (time(rest).is_some() || is_midnight_24(rest)).then_some((date, rest))
}

/// A time with its offset: `2026-02-01 00:00:00-05:00`.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() < 16 {
        return None;
    }
    text.parse().ok()
}

/// The seconds of an interval's length: `15`, `900`, `15 min`. A bare number is taken as what it can only be.
pub(super) fn length(text: &str) -> Option<u32> {
    let text = text.trim().to_lowercase();
    let digits = text.trim_end_matches(|c: char| c.is_alphabetic() || c == '.' || c == ' ');
    let number: u32 = digits.parse().ok()?;
    match (text[digits.len()..].trim().trim_end_matches('.'), number) {
        ("", 5 | 10 | 15 | 30 | 60) | ("m" | "min" | "mins" | "minute" | "minutes", 1..=1440) => Some(number * 60),
        ("", 300 | 600 | 900 | 1800 | 3600) | ("s" | "sec" | "secs" | "second" | "seconds", 1..=86_400) => {
            Some(number)
        }
        ("h" | "hr" | "hrs" | "hour" | "hours", 1..=24) => Some(number * 3600),
        _ => None,
    }
}

/// A number or an amount of money. Commas between thousands are left out, where they are that; what could be
/// either is `None`.
pub(super) fn number(text: &str, point: Point) -> Option<Decimal> {
    let text = text.replace('\u{2212}', "-");
    let text = text.as_str();
    if !text.contains(',') && (point == Point::Dot || !text.contains('.')) {
        return decimal::parse_money(text);
    }
    let (between, before_fraction) = if point == Point::Dot { (',', '.') } else { ('.', ',') };
    let (whole, fraction) = match text.rsplit_once(before_fraction) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let mut groups =
        whole.split(between).map(|group| group.chars().filter(char::is_ascii_digit).collect::<String>());
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    let grouped = rest.peek().is_some();
    // "0,340" is no thousand.
    if grouped && (!(1..=3).contains(&first.len()) || first.starts_with('0') || rest.any(|group| group.len() != 3))
    {
        return None;
    }
    if whole.contains(before_fraction) || fraction.is_some_and(|fraction| fraction.contains([',', '.'])) {
        return None;
    }
    let whole: String = whole.chars().filter(|c| *c != between).collect();
    decimal::parse_money(&fraction.map_or(whole.clone(), |fraction| format!("{whole}.{fraction}")))
}

/// What a number shows of how its file writes them.
pub(super) fn point_of(text: &str, semicolons: bool) -> Option<Point> {
    let digits = text.trim().trim_end_matches(|c: char| !c.is_ascii_digit());
    match (digits.rfind(','), digits.rfind('.')) {
        (Some(comma), Some(dot)) => Some(if comma > dot { Point::Comma } else { Point::Dot }),
        (None, Some(dot)) => (digits.matches('.').count() == 1 && digits.len() - dot != 4).then_some(Point::Dot),
        // Where commas do not part the fields, they part the digits.
        (Some(_), None) if semicolons => (digits.matches(',').count() == 1).then_some(Point::Comma),
        (Some(_), None) => number(digits, Point::Dot).is_none().then_some(Point::Comma),
        (None, None) => None,
    }
}

/// Whether a note says that a value was estimated.
pub(super) fn says_estimated(note: &str) -> bool {
    let note = note.to_lowercase();
    note.contains("estimate") || note == "est" || note == "e"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_of_exports() {
        let expected = Date::constant(2024, 1, 31);
        let us = |text| date(text, Order::MonthFirst);
        for text in [
            "2024-01-31",
            "1/31/24",
            "01/31/2024",
            " 2024/01/31 ",
            "2024-01-31 00:00",
            "31.01.2024",
            "31-JAN-24",
            "January 31, 2024",
        ] {
            assert_eq!(us(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "31/1/24",
            "2024-13-01",
            "1/31/124",
            "Total",
            "1-2",
            "2024-1-é",
            "1.31.2024",
            "31-JANE-24",
            "Jan 31",
            "1 Jan 2024 5",
        ] {
            assert_eq!(us(text), None, "{text}");
        }
        assert_eq!(date("31/1/24", Order::DayFirst), Some(expected));
        assert_eq!(date("2024-01-31", Order::DayFirst), Some(expected));
        assert_eq!((order_of("1/31/24"), order_of("31/1/24")), (Some(Order::MonthFirst), Some(Order::DayFirst)));
        assert_eq!((order_of("1/3/24"), order_of("2024-01-31"), order_of("31.1.24")), (None, None, None));
        for (text, hour) in
            [("00:15", 0), ("12:15 AM", 0), ("12:15 p.m.", 12), ("1:15PM", 13), ("13:15:00.000", 13)]
        {
            assert_eq!(time(text), Some(Time::constant(hour, 15, 0, 0)), "{text}");
        }
        for text in ["", "24:00", "13:00 PM", "-1:00", "1", "1:2:3:4", "1:15:00.5"] {
            assert_eq!(time(text), None, "{text}");
        }
        assert_eq!(instant("2026-02-01 00:00:00-05:00").unwrap().to_string(), "2026-02-01T05:00:00Z");
        assert_eq!(instant("2026-02-01 00:00:00"), None);
    }

    #[test]
    fn lengths_are_what_they_can_only_be() {
        for (text, seconds) in [("15", 900), ("900", 900), ("60", 3600), ("30 min.", 1800), ("1 hour", 3600)] {
            assert_eq!(length(text), Some(seconds), "{text}");
        }
        for text in ["", "min", "1", "7", "-15", "1.5", "2 days"] {
            assert_eq!(length(text), None, "{text}");
        }
    }

    #[test]
    fn commas_are_thousands_or_the_point_and_never_ignored() {
        let shown = |text, point| number(text, point).map(|number| number.to_string());
        for (text, expected) in [
            ("$1,234.50", Some("1234.50")),
            ("(1,234)", Some("-1234")),
            ("\u{2212}1.5", Some("-1.5")),
            ("-12,345,678", Some("-12345678")),
            ("0,340", None),
            ("1,5", None),
            ("1234,567", None),
            ("1.234,5", None),
            ("1,234,5", None),
        ] {
            assert_eq!(shown(text, Point::Dot).as_deref(), expected, "{text}");
        }
        for (text, expected) in [
            ("0,340", Some("0.340")),
            ("1.234,5", Some("1234.5")),
            ("1 234,5 €", Some("1234.5")),
            ("1.234", Some("1234")),
            ("0.5", None),
            ("1,234.5", None),
            ("1,2,3", None),
        ] {
            assert_eq!(shown(text, Point::Comma).as_deref(), expected, "{text}");
        }
        assert_eq!((point_of("0,340", false), point_of("1,234", false)), (Some(Point::Comma), None));
        assert_eq!((point_of("1,234", true), point_of("1.5", true)), (Some(Point::Comma), Some(Point::Dot)));
        assert_eq!((point_of("$1,234.5", false), point_of("12", true)), (Some(Point::Dot), None));
    }
}
