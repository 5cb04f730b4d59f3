//! From rows to series and bills.

use std::collections::HashMap;

use csv::StringRecord;
use jiff::{
    Span,
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, TimeZone},
};
use rust_decimal::Decimal;

use super::{
    Preamble,
    columns::{Columns, Direction, UomPower, Usage, unit},
    values, warn,
};
use crate::{
    bill::{Bill, Measurement},
    codes::{Flow, Qualities, Service, Unit},
    decimal,
    local_time::seconds,
    model::{Clock, Document, Format, Period, Reading, ReadingType, Series, UsagePoint},
    warning::{Place, WHOLE_FILE, WarningKind, Warnings},
};

/// Makes a document, row by row.
pub(super) struct Rows<'a> {
    columns: Columns,
    zone: Option<&'a TimeZone>,
    warnings: &'a mut Warnings,
    document: Document,
    places: Vec<Place>,
    /// What each series is of: the row's type, the usage column, the unit.
    keys: HashMap<(String, usize, Option<UomPower>), usize>,
    /// Type of each usage point.
    kinds: HashMap<String, usize>,
    preamble: Preamble,
    /// First and last day of each bill as the rows have them.
    days: Vec<(Date, Date)>,
}

fn field(record: &StringRecord, at: Option<usize>) -> &str {
    at.and_then(|at| record.get(at)).unwrap_or("").trim()
}

impl<'a> Rows<'a> {
    pub(super) fn new(
        columns: Columns,
        preamble: Preamble,
        zone: Option<&'a TimeZone>,
        warnings: &'a mut Warnings,
    ) -> Self {
        let document = Document::new(Format::Csv);
        let (places, keys, kinds, days) = (Vec::new(), HashMap::new(), HashMap::new(), Vec::new());
        Self { columns, zone, warnings, document, places, keys, kinds, preamble, days }
    }

    pub(super) fn add(&mut self, record: &StringRecord, line: u64) {
        if record.iter().any(|field| field.contains('\u{fffd}')) {
            let message = "bytes that are not in the file's encoding became U+FFFD".to_owned();
            warn(self.warnings, WarningKind::BadEncoding, WHOLE_FILE, line, "", message);
        }
        let result = match (self.columns.end_date, self.columns.start_time) {
            (Some(_), None) => self.billing(record, line),
            _ => self.interval(record, line),
        };
        if let Err((column, reason)) = result {
            self.document.tally.found += 1;
            self.document.tally.unreadable += 1;
            // Only the field itself is quoted: other fields may be a name or an account.
            let reason: String = reason.chars().take(80).collect();
            let message = format!("{reason}; the row was left out");
            warn(self.warnings, WarningKind::UnreadableReading, WHOLE_FILE, line, column, message);
        }
    }

    fn cost(&mut self, record: &StringRecord, line: u64) -> Option<Decimal> {
        let text = field(record, self.columns.cost);
        if text.is_empty() {
            return None;
        }
        let cost = decimal::parse_money(text);
        match cost {
            None => {
                let message = format!("the cost {text:?} cannot be read; it was left empty");
                warn(self.warnings, WarningKind::BadField, WHOLE_FILE, line, "cost", message);
            }
            Some(_) => {
                let message = "the export states no currency; costs are kept without one".to_owned();
                warn(self.warnings, WarningKind::MissingCurrency, WHOLE_FILE, line, "cost", message);
            }
        }
        cost
    }

    fn unit_of(&self, record: &StringRecord, usage: Usage) -> Option<UomPower> {
        usage.unit.or_else(|| unit(field(record, self.columns.units)))
    }

    fn usage_point(&mut self, record: &StringRecord, kind: &str) -> usize {
        let service = service(kind, self.columns.usage.first().and_then(|usage| self.unit_of(record, *usage)));
        let key = service.map_or_else(|| kind.to_owned(), |service| service.to_string());
        if let Some(found) = self.kinds.get(&key) {
            return *found;
        }
        let at = self.document.usage_points.len();
        self.kinds.insert(key, at);
        let account = field(record, self.columns.account).to_owned();
        self.document.usage_points.push(UsagePoint {
            title: self.preamble.address.clone(),
            service,
            delivery_point: self.preamble.service.clone(),
            account: self.preamble.account.clone().or(Some(account).filter(|account| !account.is_empty())),
            ..UsagePoint::default()
        });
        at
    }

    fn billing(&mut self, record: &StringRecord, line: u64) -> Result<(), (&'static str, String)> {
        let end_text = field(record, self.columns.end_date);
        let last = values::date(end_text).ok_or_else(|| ("end date", format!("{end_text:?} is no date")))?;
        let first = match self.columns.start_date {
            Some(at) => {
                let text = field(record, Some(at));
                values::date(text).ok_or_else(|| ("start date", format!("{text:?} is no date")))?
            }
            None => {
                let text = field(record, self.columns.days);
                let days: i64 = text.parse().ok().filter(|days| (1..=3660).contains(days)).ok_or_else(|| {
                    ("days", format!("{text:?} is no number of days, and there is no start date"))
                })?;
                last.checked_sub(Span::new().days(days - 1)).map_err(|error| ("days", error.to_string()))?
            }
        };
        if first > last {
            return Err(("end date", "the period ends before it begins".to_owned()));
        }
        let mut measures = Vec::new();
        for usage in self.columns.usage.clone() {
            let text = field(record, Some(usage.at));
            if text.is_empty() {
                continue;
            }
            let raw = decimal::parse_money(text).ok_or_else(|| ("usage", format!("{text:?} is no number")))?;
            let unit = self.unit_of(record, usage);
            let measure = Measurement::new(raw, unit.map_or(0, |(_, power)| power), unit.map(|(uom, _)| uom));
            if measure.unit.is_none() {
                let message = "the usage has no unit that is known here; its raw value is kept".to_owned();
                warn(self.warnings, WarningKind::MissingUnit, WHOLE_FILE, line, "usage", message);
            }
            measures.push(measure);
        }
        // Energy is what is billed; a volume beside it is where it came from.
        measures.sort_by_key(|measure| !matches!(measure.unit, Some(Unit::KilowattHour | Unit::Therm)));
        let amount = self.cost(record, line);
        if measures.is_empty() && amount.is_none() {
            return Err(("usage", "neither usage nor cost".to_owned()));
        }
        let kind = field(record, self.columns.kind).to_owned();
        let note = Some(field(record, self.columns.notes)).filter(|note| !note.is_empty());
        let mut measures = measures.into_iter();
        let bill = Bill {
            usage_point: Some(self.usage_point(record, &kind)),
            title: Some(kind).filter(|kind| !kind.is_empty()),
            amount,
            consumption: measures.next(),
            consumption_also: measures.next(),
            estimated: note.is_some_and(values::says_estimated),
            note: note.map(str::to_owned),
            ..Bill::default()
        };
        self.document.bills.push(bill);
        self.days.push((first, last));
        Ok(())
    }

    fn interval(&mut self, record: &StringRecord, line: u64) -> Result<(), (&'static str, String)> {
        let start_text = field(record, self.columns.start_time);
        let date_text = field(record, self.columns.date.or(self.columns.start_date));
        let when = self.when(record, date_text, start_text)?;
        let cost = self.cost(record, line);
        let kind = field(record, self.columns.kind).to_owned();
        let estimated = values::says_estimated(field(record, self.columns.notes));
        let mut any = false;
        for (nth, usage) in self.columns.usage.clone().into_iter().enumerate() {
            let text = field(record, Some(usage.at));
            if text.is_empty() {
                continue;
            }
            let Some(raw) = decimal::parse_money(text) else {
                return Err(("usage", format!("{text:?} is no number")));
            };
            any = true;
            let at = self.series(record, &kind, usage, line);
            let (start, duration) = self.resolve(&when, at, line);
            let mut qualities = Qualities::default();
            if estimated {
                qualities.insert(8);
            }
            // A row has one cost, whatever the number of usage columns.
            let cost = if nth == 0 { cost } else { None };
            let reading = Reading {
                start,
                duration,
                raw,
                quantity: None,
                cost,
                qualities,
                tou: None,
                tier: None,
                cpp: None,
            };
            self.document.series[at].readings.push(reading);
            self.document.tally.found += 1;
        }
        if any { Ok(()) } else { Err(("usage", "no usage".to_owned())) }
    }

    /// The row's interval, as far as it can be told without a zone.
    fn when(&self, record: &StringRecord, date: &str, start: &str) -> Result<When, (&'static str, String)> {
        let end = field(record, self.columns.end_time);
        if let Some(start) = values::instant(start) {
            let start = start.as_second();
            let end = values::instant(end).map_or(start, |end| end.as_second());
            let length = if (1..=366 * 86_400).contains(&(end - start)) { end - start } else { 0 };
            return Ok(When::Utc { start, duration: u32::try_from(length).unwrap_or(0) });
        }
        let of_start = || start.split_once([' ', 'T']).filter(|(_, rest)| values::time(rest).is_some());
        let (date, start) = match of_start() {
            Some((date, time)) => (date, time),
            None => (date, start),
        };
        let day = values::date(date).ok_or_else(|| ("date", format!("{date:?} is no date")))?;
        if start.is_empty() {
            let next = day.tomorrow().map_err(|error| ("date", error.to_string()))?;
            return Ok(When::Local { start: day.at(0, 0, 0, 0), end: Some(next.at(0, 0, 0, 0)) });
        }
        let time = values::time(start).ok_or_else(|| ("start time", format!("{start:?} is no time")))?;
        let start = day.to_datetime(time);
        let end =
            end.rsplit_once([' ', 'T']).filter(|(_, time)| values::time(time).is_some()).map_or(end, |(_, t)| t);
        let end = values::time(end).and_then(|end| {
            let end = day.to_datetime(end);
            let minutes = (seconds(end) - seconds(start)) / 60;
            // "00:00 to 00:59" is an hour: such ends are inclusive.
            let inclusive = (minutes + 1) % 5 == 0;
            let end = if inclusive { end.checked_add(Span::new().minutes(1)).ok()? } else { end };
            if end > start { Some(end) } else { end.checked_add(Span::new().days(1)).ok() }
        });
        Ok(When::Local { start, end })
    }

    /// The row's interval in the series' clock.
    fn resolve(&mut self, when: &When, series: usize, line: u64) -> (i64, u32) {
        let (start, end) = match when {
            When::Utc { start, duration } => return (*start, *duration),
            When::Local { start, end } => (*start, *end),
        };
        let nominal = end.map_or(0, |end| seconds(end) - seconds(start));
        if end.is_none() {
            let message = "a row has no end time; its duration is kept as 0".to_owned();
            warn(self.warnings, WarningKind::MissingDuration, WHOLE_FILE, line, "end time", message);
        }
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
        // Whole days have 23 or 25 hours when the clock changes; shorter intervals keep their length.
        let length = match end {
            Some(end) if nominal >= 86_400 => instant(zone.to_timestamp(end)) - begin,
            _ => nominal,
        };
        (begin, u32::try_from(length).unwrap_or(0))
    }

    fn series(&mut self, record: &StringRecord, kind: &str, usage: Usage, line: u64) -> usize {
        let unit = self.unit_of(record, usage);
        let key = (kind.to_owned(), usage.at, unit);
        if let Some(found) = self.keys.get(&key) {
            return *found;
        }
        let at = self.document.series.len();
        let usage_point = Some(self.usage_point(record, kind));
        let reading_type = ReadingType {
            uom: unit.map(|(uom, _)| uom),
            power_of_ten: unit.map(|(_, power)| power),
            flow: match usage.direction {
                Direction::Unstated => None,
                Direction::Import => Some(Flow::Delivered),
                Direction::Export => Some(Flow::Received),
            },
            ..ReadingType::default()
        };
        let title = Some(kind.to_owned()).filter(|kind| !kind.is_empty());
        self.document.series.push(Series { usage_point, title, reading_type, ..Series::default() });
        self.places.push(Place { line, ..Place::default() });
        self.keys.insert(key, at);
        at
    }

    /// The document, and where each of its series begins.
    pub(super) fn finish(mut self) -> (Document, Vec<Place>) {
        // Where a period begins on the day on which the one before it ends, ends are exclusive.
        let mut days = self.days.clone();
        days.sort_unstable();
        let touching = days.windows(2).filter(|pair| pair[1].0 == pair[0].1).count();
        let following = days.windows(2).filter(|pair| pair[0].1.tomorrow().ok() == Some(pair[1].0)).count();
        let exclusive = touching > following;
        for (bill, (start, last)) in self.document.bills.iter_mut().zip(&self.days) {
            let end = if exclusive { *last } else { last.tomorrow().unwrap_or(*last) };
            bill.period = Some(Period::Days { start: *start, end });
        }
        (self.document, self.places)
    }
}

enum When {
    Utc { start: i64, duration: u32 },
    Local { start: DateTime, end: Option<DateTime> },
}

fn service(kind: &str, unit: Option<UomPower>) -> Option<Service> {
    let kind = kind.to_lowercase();
    if kind.contains("electric") {
        Some(Service::Electricity)
    } else if kind.contains("gas") {
        Some(Service::Gas)
    } else if kind.contains("water") {
        Some(Service::Water)
    } else {
        match unit?.0 {
            72 | 71 | 73 | 38 => Some(Service::Electricity),
            169 => Some(Service::Gas),
            _ => None,
        }
    }
}
