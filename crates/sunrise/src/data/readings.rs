//! Readings: recorded ones, repeated and moved in time.

use std::sync::LazyLock;

use connect_core::connector::MeterKind;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

use super::accounts::{Account, Flow, Meter, Resolution};
use super::draw::Draw;
use super::samples::{Row, SAMPLES};

/// IANA name of the zone in which the utility keeps its days.
pub const ZONE_NAME: &str = "America/Los_Angeles";

/// Months of history before the current one.
const HISTORY_MONTHS: i8 = 24;
/// How many months ago a closed account was closed.
const CLOSED_MONTHS: i8 = 14;
/// Days until an estimate is replaced, where there are estimates.
const ESTIMATED_DAYS: i32 = 3;

/// One reading of a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Beginning.
    pub start: Timestamp,
    /// Length in seconds.
    pub seconds: u32,
    /// Energy: Wh for electricity, thousandths of a therm for gas.
    pub value: i64,
    /// How it came about.
    pub quality: Quality,
}

/// How a reading came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// Read and checked.
    Validated,
    /// Estimated after other days. It will be replaced.
    Estimated,
    /// Computed from the reading of a longer time.
    Derived,
}

/// Days for which an account has data, `end` not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// First day.
    pub start: Date,
    /// Day after the last one.
    pub end: Date,
}

/// The zone in which the utility keeps its days. Written as a rule, which has held since 2007, so
/// that the days do not depend on a database of time zones.
pub fn zone() -> TimeZone {
    static ZONE: LazyLock<TimeZone> =
        LazyLock::new(|| TimeZone::posix("PST8PDT,M3.2.0,M11.1.0").unwrap_or(TimeZone::UTC));
    ZONE.clone()
}

/// The local date at an instant.
pub fn local_date(at: Timestamp) -> Date {
    zone().to_datetime(at).date()
}

/// The instant at which a local day begins.
pub fn day_start(date: Date) -> Timestamp {
    zone().to_ambiguous_timestamp(date.at(0, 0, 0, 0)).compatible().unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The days for which an account has data at `now`: up to the end of yesterday.
pub fn history(account: &Account, now: Timestamp) -> Days {
    let today = local_date(now);
    let month = today.first_of_month();
    let start = moved(month, HISTORY_MONTHS.months(), -1);
    let end = if account.closed { moved(month, CLOSED_MONTHS.months(), -1) } else { today };
    Days { start, end }
}

/// `date` plus (`sign` 1) or minus (`sign` -1) a span, saturating at the ends of time.
pub(crate) fn moved(date: Date, span: Span, sign: i8) -> Date {
    if sign < 0 { date.saturating_sub(span) } else { date.saturating_add(span) }
}

/// The readings of a meter in one direction that begin at `from` or later and before `to`, as
/// they are known at `now`, in order. None for a meter without intervals.
pub fn readings(
    account: &Account,
    meter: &Meter,
    flow: Flow,
    from: Timestamp,
    to: Timestamp,
    now: Timestamp,
) -> Vec<Reading> {
    let Days { start, end } = history(account, now);
    if meter.resolution == Resolution::Bill || !meter.flows().contains(&flow) || from >= to {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut date = start.max(local_date(from));
    let last = local_date(to);
    while date < end && date <= last {
        let day = day_readings(account, meter, flow, date, now);
        out.extend(day.into_iter().filter(|reading| from <= reading.start && reading.start < to));
        date = moved(date, 1.day(), 1);
    }
    out
}

/// The energy of a local day.
pub(crate) fn day_total(account: &Account, meter: &Meter, flow: Flow, date: Date, now: Timestamp) -> i64 {
    day_readings(account, meter, flow, date, now).iter().map(|reading| reading.value).sum()
}

/// The readings of a local day, also of a meter that shows none to customers: its bills are made
/// from them.
fn day_readings(account: &Account, meter: &Meter, flow: Flow, date: Date, now: Timestamp) -> Vec<Reading> {
    if !meter.flows().contains(&flow) {
        return Vec::new();
    }
    if meter.kind == MeterKind::Gas {
        return vec![gas_day(meter, date)];
    }
    let (row, step): (_, u32) = match (meter.net, flow, meter.resolution) {
        (true, Flow::Delivered, _) => (SAMPLES.solar_delivered.first(), 900),
        (true, Flow::Received, _) => (SAMPLES.solar_received.first(), 900),
        (false, _, Resolution::QuarterHour) => (recorded_day(&SAMPLES.quarter_hourly, meter, date), 900),
        (false, ..) => (recorded_day(&SAMPLES.hourly, meter, date), 3600),
    };
    let Some(row) = row else { return Vec::new() };
    let sun = if flow == Flow::Received { sunshine(meter, date) } else { 1000 };
    let estimated = account.restated && (local_date(now) - date).get_days() <= ESTIMATED_DAYS;
    let zone = zone();
    let (first, end) = (day_start(date).as_second(), day_start(moved(date, 1.day(), 1)).as_second());
    let mut at = first;
    let mut out = Vec::with_capacity(row.values.len());
    while at < end {
        let start = Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH);
        // By the hour on the clock: an hour that does not exist is left out, one that comes twice
        // is there twice. On most days the clock need not be asked.
        let second = if end - first == 86_400 {
            at - first
        } else {
            let clock = zone.to_datetime(start).time();
            i64::from(clock.hour()) * 3600 + i64::from(clock.minute()) * 60
        };
        let slot = usize::try_from(second / i64::from(step)).unwrap_or(0);
        let value = row.values.get(slot).copied().unwrap_or(0) * sun / 1000;
        out.push(Reading {
            start,
            seconds: step,
            value: if estimated { (value + 50) / 100 * 100 } else { value },
            quality: if estimated { Quality::Estimated } else { Quality::Validated },
        });
        at += i64::from(step);
    }
    out
}

/// A recorded day of the same day of the week.
fn recorded_day<'a>(rows: &'a [Row], meter: &Meter, date: Date) -> Option<&'a Row> {
    let days: Vec<_> = rows.iter().filter(|row| row.date.weekday() == date.weekday()).collect();
    let draw = Draw::of([meter.id.as_bytes(), b"day", date.to_string().as_bytes()]).index(days.len().max(1));
    days.get(draw).copied()
}

/// Thousandths of the recorded sunny June day that reach the roof on `date`: the season, and
/// drawn weather. Without them every day of the year would look the same.
fn sunshine(meter: &Meter, date: Date) -> i64 {
    const SEASON: [i64; 12] = [420, 520, 680, 820, 930, 1000, 1000, 950, 830, 660, 480, 390];
    const WEATHER: [i64; 8] = [1000, 980, 960, 1000, 940, 820, 610, 350];
    let month = usize::from(date.month().unsigned_abs()).saturating_sub(1);
    let weather = Draw::of([meter.id.as_bytes(), b"weather", date.to_string().as_bytes()]).index(WEATHER.len());
    SEASON.get(month).copied().unwrap_or(1000) * WEATHER[weather] / 1000
}

/// The gas of a day: its share of a recorded month of the same name. The shares are those of a
/// recorded month with daily readings, and the days of a month add up to exactly the recorded one.
fn gas_day(meter: &Meter, date: Date) -> Reading {
    let in_month = |rows: &'static [Row]| rows.iter().filter(move |row| row.date.month() == date.month());
    let months: Vec<_> = in_month(&SAMPLES.gas_months).filter_map(|row| row.values.first()).collect();
    let which = Draw::of([meter.id.as_bytes(), b"month", date.first_of_month().to_string().as_bytes()]);
    let total = months.get({ which }.index(months.len().max(1))).copied().copied().unwrap_or(0);
    let weights = in_month(&SAMPLES.daily).next().map(|row| row.values.as_slice()).unwrap_or_default();
    // A 29 February has no weight of its own where the recorded year had none.
    let days = usize::from(date.days_in_month().unsigned_abs());
    let weight = |day: usize| weights.get(day.min(weights.len().saturating_sub(1))).copied().unwrap_or(1);
    let until = |day: usize| (0..day).map(weight).sum::<i64>();
    let day = usize::from(date.day().unsigned_abs());
    let all = until(days).max(1);
    let start = day_start(date);
    let seconds = day_start(moved(date, 1.day(), 1)).as_second() - start.as_second();
    Reading {
        start,
        seconds: u32::try_from(seconds).unwrap_or(86_400),
        value: total * until(day) / all - total * until(day - 1) / all,
        quality: Quality::Derived,
    }
}
