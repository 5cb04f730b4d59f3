//! How dates, times and amounts of energy are written.

use connect_core::connector::MeterKind;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::data::{self, Meter};

/// `October 5, 2026`
pub(crate) fn long_date(date: Date) -> String {
    date.strftime("%B %-d, %Y").to_string()
}

/// `Oct 5, 2026`
pub(crate) fn short_date(date: Date) -> String {
    date.strftime("%b %-d, %Y").to_string()
}

/// `1:15 AM PDT`: with the zone, because in November one hour comes twice.
pub(crate) fn clock_time(at: Timestamp) -> String {
    at.to_zoned_datetime(data::zone()).strftime("%-I:%M %p %Z").to_string()
}

/// Thousandths with all digits: `1,234.567`.
pub(crate) fn thousandths(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let (whole, rest) = (value.unsigned_abs() / 1000, value.unsigned_abs() % 1000);
    format!("{sign}{}.{rest:03}", data::grouped(whole))
}

/// The unit of a meter.
pub(crate) fn unit(kind: MeterKind) -> &'static str {
    match kind {
        MeterKind::Electric => "kWh",
        MeterKind::Gas => "therms",
    }
}

/// The service of a meter.
pub(crate) fn service(kind: MeterKind) -> &'static str {
    match kind {
        MeterKind::Electric => "Electricity",
        MeterKind::Gas => "Gas",
    }
}

/// How often a meter is read.
pub(crate) fn how_often(meter: &Meter) -> &'static str {
    match meter.resolution {
        data::Resolution::QuarterHour => "read every 15 minutes",
        data::Resolution::Hour => "read every hour",
        data::Resolution::Day => "read every day",
        data::Resolution::Bill => "read once a month",
    }
}
