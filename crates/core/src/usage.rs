//! Usage readings and bills, exact.
//!
//! A reading keeps the integer that its source sent. What it means is a matter of the series: a
//! [`Scale`] (unit and power of ten), a [`Flow`] and a nominal duration. Sums are sums of
//! integers; a decimal number appears only where a value is shown ([`Decimal`]).

mod bill;
mod chunk;
mod decimal;
mod document;
mod interval;
mod merge;
pub mod page;
mod restated;
pub mod window;

use serde::{Deserialize, Serialize};

pub use bill::{Amount, Bill, Charge, ChargeKind, MONEY_EXPONENT, StoredBill, money};
pub use chunk::{Chunk, ChunkError, MAX_READINGS, month_of, month_window};
pub use decimal::Decimal;
pub use document::{Edition, MAX_DOCUMENT_BYTES, document_hash, is_document};
pub use interval::{Interval, intervals};
pub use merge::{Merged, Restatement, merge};
pub use restated::{Correction, Restated, restated};
pub use window::{Fetched, HISTORY_MONTHS, Window};

use crate::connector::MeterKind;

/// Direction of what a series counts, seen from the customer. Values of each are at least 0,
/// but those of `Net`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Flow {
    /// To the customer.
    Delivered,
    /// From the customer, as from solar panels.
    Received,
    /// Delivered less received, where the source gives nothing else.
    Net,
}

/// Unit of a source's integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Unit {
    /// Watt-hours.
    WattHour,
    /// US therms.
    Therm,
    /// British thermal units; 100 000 of them are a therm.
    Btu,
    /// Cubic feet of gas. Its energy depends on the gas: not converted.
    CubicFoot,
    /// Cubic metres of gas. Not converted.
    CubicMetre,
}

impl Unit {
    /// Power of ten from this unit to the one that the API gives for the kind of meter (kWh or
    /// therm). `None` where there is no exact one.
    fn to_api(self, kind: MeterKind) -> Option<i8> {
        match (self, kind) {
            (Self::WattHour, MeterKind::Electric) => Some(-3),
            (Self::Therm, MeterKind::Gas) => Some(0),
            (Self::Btu, MeterKind::Gas) => Some(-5),
            _ => None,
        }
    }
}

/// What the integers of a series mean: `raw × 10^exponent` of `unit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Scale {
    /// Unit.
    pub unit: Unit,
    /// Power of ten.
    pub exponent: i8,
}

impl Scale {
    /// A raw value in the unit of the API for `kind`: kWh or therm. `None` where the unit cannot be
    /// converted exactly.
    pub fn value(self, kind: MeterKind, raw: i64) -> Option<Decimal> {
        let exponent = self.exponent.checked_add(self.unit.to_api(kind)?)?;
        Some(Decimal { units: i128::from(raw), exponent })
    }
}

/// How sure a source is of a value, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Quality {
    /// Validated by the utility, or of billing grade.
    Validated,
    /// As the meter gave it.
    Measured,
    /// Estimated.
    Estimated,
    /// Foreseen, not measured.
    Projected,
}

/// The amount of one interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reading {
    /// Start, in seconds since 1970 (UTC).
    pub start: i64,
    /// Length in seconds, at least 1.
    pub duration: u32,
    /// The source's integer.
    pub raw: i64,
    /// How sure.
    pub quality: Quality,
}

impl Reading {
    /// End (exclusive), in seconds since 1970.
    pub fn end(&self) -> i64 {
        self.start.saturating_add(i64::from(self.duration))
    }
}

/// What makes readings one series of a meter: readings that differ in it are never added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SeriesKind {
    /// Direction.
    pub flow: Flow,
    /// Granularity.
    pub grain: Grain,
    /// Unit and power of ten.
    pub scale: Scale,
}

/// Granularity of a series. Days have 23 to 25 hours and months 28 to 31 days, so it is a class
/// and not a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grain {
    /// Up to five minutes.
    FiveMinutes,
    /// Up to 15 minutes.
    QuarterHour,
    /// Up to 30 minutes.
    HalfHour,
    /// Up to an hour.
    Hour,
    /// Up to 25 hours.
    Day,
    /// Longer: a billing period.
    Period,
}

impl Grain {
    /// The class of a reading of this length, in seconds.
    pub fn of(duration: u32) -> Self {
        match duration {
            0..=300 => Self::FiveMinutes,
            301..=900 => Self::QuarterHour,
            901..=1800 => Self::HalfHour,
            1801..=3600 => Self::Hour,
            3601..=90_000 => Self::Day,
            _ => Self::Period,
        }
    }
}

/// Readings of one series, as a connector gives them or the store keeps them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// What they are.
    pub kind: SeriesKind,
    /// The readings, by start.
    pub readings: Vec<Reading>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_converted_exactly_or_not_at_all() {
        let show = |unit, exponent, kind, raw| {
            Scale { unit, exponent }.value(kind, raw).map(|decimal| decimal.to_string())
        };
        assert_eq!(show(Unit::WattHour, 0, MeterKind::Electric, 4863).as_deref(), Some("4.863"));
        assert_eq!(show(Unit::WattHour, 3, MeterKind::Electric, 4).as_deref(), Some("4"));
        assert_eq!(show(Unit::Therm, -8, MeterKind::Gas, 103_513_077).as_deref(), Some("1.03513077"));
        assert_eq!(show(Unit::Btu, 0, MeterKind::Gas, 100_000).as_deref(), Some("1"));
        assert_eq!(show(Unit::CubicFoot, 0, MeterKind::Gas, 1), None);
        assert_eq!(show(Unit::Therm, 0, MeterKind::Electric, 1), None);
    }

    #[test]
    fn a_day_of_23_or_25_hours_is_a_day() {
        assert_eq!([82_800, 86_400, 90_000].map(Grain::of), [Grain::Day; 3]);
        assert_eq!(
            [300, 900, 1800, 3600, 2_592_000].map(Grain::of),
            [Grain::FiveMinutes, Grain::QuarterHour, Grain::HalfHour, Grain::Hour, Grain::Period]
        );
    }
}
