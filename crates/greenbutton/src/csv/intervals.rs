//! When a row's interval is: from its columns, and into the series' clock.

use csv::StringRecord;
use jiff::{
    SignedDuration, Span,
    civil::{Date, DateTime, Time},
    tz::{AmbiguousOffset, Offset},
};

use super::{
    columns::Hours,
    rows::{Complaint, Rows, field},
    values::{self, Order},
    warn,
};
use crate::{
    local_time::seconds,
    model::Clock,
    warning::{WHOLE_FILE, WarningKind},
};

/// An interval, as far as it can be told without a zone.
pub(super) enum When {
    Utc { start: i64, duration: u32 },
    Local { start: DateTime, end: Option<DateTime> },
}

const DAY: i64 = 86_400;

impl Rows<'_> {
    /// A date, in the order of the file.
    pub(super) fn date(&mut self, text: &str, column: &'static str, line: u64) -> Result<Date, Complaint> {
        let order = self.evidence.order;
        if let Some(date) = values::date(text, order) {
            if self.unclear_date.is_none() && values::depends_on_order(text) {
                self.unclear_date = Some(line);
            }
            return Ok(date);
        }
        let first = if order == Order::MonthFirst { "month" } else { "day" };
        Err(match values::order_of(text) {
            Some(_) => (column, format!("{text:?} is no date with the {first} first, as the dates before it")),
            None => (column, format!("{text:?} is no date")),
        })
    }

    /// The row's interval.
    pub(super) fn when(&mut self, record: &StringRecord, line: u64) -> Result<When, Complaint> {
        let date = field(record, self.columns.date.or(self.columns.start_date));
        if let Some((at, hours)) = self.columns.hour.filter(|_| self.columns.start_time.is_none()) {
            let day = self.date(date, "date", line)?;
            return by_hour(day, field(record, Some(at)), hours);
        }
        let range = field(record, self.columns.range).replace('\u{a0}', " ");
        let (start, end) = match range.split_once(" to ").or_else(|| range.split_once(" - ")) {
            Some(ends) => ends,
            None => (field(record, self.columns.start_time), field(record, self.columns.end_time)),
        };
        let length = self.length(record, line);
        if let Some(start) = values::instant(start) {
            let start = start.as_second();
            let end = values::instant(end).map_or(start, |end| end.as_second());
            let stated = u32::try_from(end - start).ok().filter(|length| (1..=366 * 86_400).contains(length));
            return Ok(When::Utc { start, duration: stated.or(length).unwrap_or(0) });
        }
        let (date, start) = values::split(start).unwrap_or((date, start));
        if date.is_empty() && !start.is_empty() {
            return Err(("start time", format!("{start:?} is no date and time")));
        }
        let day = self.date(date, "date", line)?;
        if start.is_empty() {
            if !end.is_empty() {
                return Err(("start time", "there is an end time and no start time".to_owned()));
            }
            let next = day.tomorrow().map_err(|error| ("date", error.to_string()))?;
            return Ok(When::Local { start: day.at(0, 0, 0, 0), end: Some(next.at(0, 0, 0, 0)) });
        }
        let time = values::time(start).ok_or_else(|| ("start time", format!("{start:?} is no time")))?;
        let start = day.to_datetime(time);
        let (end_day, end) = match values::split(end) {
            Some((date, time)) => (values::date(date, self.evidence.order), time),
            None => (None, end),
        };
        let end = end_of(start, end_day, end)
            .or_else(|| start.checked_add(SignedDuration::from_secs(i64::from(length?))).ok());
        Ok(When::Local { start, end })
    }

    fn length(&mut self, record: &StringRecord, line: u64) -> Option<u32> {
        let text = field(record, self.columns.length);
        let length = values::length(text);
        if length.is_none() && !text.is_empty() {
            let message = format!("the duration {text:?} cannot be read; it was left out");
            warn(self.warnings, WarningKind::BadField, WHOLE_FILE, line, "duration", message);
        }
        length
    }

    /// The row's interval in the series' clock.
    pub(super) fn resolve(&mut self, when: &When, series: usize, line: u64) -> (i64, u32) {
        let missing = match when {
            When::Utc { duration, .. } => *duration == 0,
            When::Local { end, .. } => end.is_none(),
        };
        if missing {
            let message = "a row has no end time; its duration is kept as 0".to_owned();
            warn(self.warnings, WarningKind::MissingDuration, WHOLE_FILE, line, "end time", message);
        }
        let (start, end) = match when {
            When::Utc { start, duration } => return (*start, *duration),
            When::Local { start, end } => (*start, *end),
        };
        let nominal = end.map_or(0, |end| seconds(end) - seconds(start));
        let Some(zone) = self.zone else {
            self.document.series[series].clock = Clock::Local;
            let message = "times are local and the file names no zone; they are kept as wall-clock times, \
                           give the zone to have them in UTC";
            warn(self.warnings, WarningKind::LocalTime, WHOLE_FILE, line, "time", message.to_owned());
            return (seconds(start), u32::try_from(nominal).unwrap_or(0));
        };
        let ambiguous = zone.to_ambiguous_timestamp(start);
        let offset = ambiguous.offset();
        if !matches!(offset, AmbiguousOffset::Unambiguous { .. }) {
            let message = "a time falls into a clock change; taken in the order of the file".to_owned();
            warn(self.warnings, WarningKind::AmbiguousTime, WHOLE_FILE, line, "time", message);
        }
        let taken = |instant: i64| {
            self.document.series[series].readings.iter().rev().take(200).any(|r| r.start == instant)
        };
        let instant = |result: Result<jiff::Timestamp, jiff::Error>| {
            result.map_or_else(|_| seconds(start), |t| t.as_second())
        };
        let first = instant(ambiguous.compatible());
        let begin = match offset {
            // The repeated hour: its second time is where the first one is taken already.
            AmbiguousOffset::Fold { .. } if taken(first) => instant(ambiguous.later()),
            _ => first,
        };
        let real = end.map_or(0, |end| instant(zone.to_timestamp(end)) - begin);
        let length = match offset {
            // From 1 to 1 o'clock, as the repeated hour is written by some, is not a day.
            AmbiguousOffset::Fold { before, after } if nominal == DAY && start.time() != Time::midnight() => {
                fold(before, after).unwrap_or(real)
            }
            // Whole days have 23 or 25 hours when the clock changes.
            _ if nominal >= DAY => real,
            // Nor has the hour from 1 to 3 o'clock two; one within the repeated hour keeps its length.
            _ if (1..nominal).contains(&real) => real,
            _ => nominal,
        };
        (begin, u32::try_from(length).unwrap_or(0))
    }
}

/// How much the clock is set back.
fn fold(before: Offset, after: Offset) -> Option<i64> {
    Some(i64::from(before.seconds() - after.seconds())).filter(|back| *back > 0)
}

fn by_hour(day: Date, text: &str, hours: Hours) -> Result<When, Complaint> {
    let number = values::hour(text).ok_or_else(|| ("hour", format!("{text:?} is no hour")))?;
    let first = match hours {
        Hours::Begin => number,
        Hours::End => number - 1,
        Hours::Unstated => {
            let reason = "the file does not show whether its hours are 0 to 23 or 1 to 24";
            return Err(("hour", reason.to_owned()));
        }
    };
    let start = Some(first).filter(|hour| (0..24).contains(hour)).map(|hour| day.at(hour, 0, 0, 0));
    let start = start.ok_or_else(|| ("hour", format!("{text:?} is no hour of the day")))?;
    Ok(When::Local { start, end: start.checked_add(Span::new().hours(1)).ok() })
}

/// The end of an interval, exclusive. Without a day of its own it is the next such time after the start.
fn end_of(start: DateTime, day: Option<Date>, text: &str) -> Option<DateTime> {
    let of = |day: Date| match values::time(text) {
        Some(time) => {
            let end = day.to_datetime(time);
            // "00:00 to 00:59" is an hour, and so is "to 00:59:59": such ends are inclusive.
            let minutes = (seconds(end) - seconds(start)).div_euclid(60);
            let more = match (time.second(), minutes) {
                (59, _) => Span::new().seconds(1),
                (0, minutes) if (minutes + 1) % 5 == 0 => Span::new().minutes(1),
                _ => return Some(end),
            };
            end.checked_add(more).ok()
        }
        None if values::is_midnight_24(text) => Some(day.tomorrow().ok()?.at(0, 0, 0, 0)),
        None => None,
    };
    let stated = day.and_then(of).filter(|end| (1..=366 * DAY).contains(&(seconds(*end) - seconds(start))));
    stated.or_else(|| {
        let end = of(start.date())?;
        if end > start { Some(end) } else { end.checked_add(Span::new().days(1)).ok() }
    })
}
