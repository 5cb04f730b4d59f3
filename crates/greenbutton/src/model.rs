//! What a file holds, once read.

use std::collections::HashMap;

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;

use crate::{
    bill::Bill,
    codes::{DELTA_DATA, Flow, Qualities, Service, Unit},
    customer::Customers,
    local_time::LocalTime,
    warning::Warning,
};

/// The kind of file that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Atom XML with ESPI resources.
    Espi,
    /// A utility's CSV or TSV export.
    Csv,
    /// An archive whose files were read into one document.
    Archive,
}

/// Everything that was read from a file.
///
/// The lists are flat: series and bills name their usage point by its index, or none if the file does not link
/// them to one. So nothing is lost in files that have bills or readings alone.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Document {
    /// The kind of file.
    pub format: Format,
    /// The feed's title.
    pub title: Option<String>,
    /// When the feed says it was updated, as it stands (files have dates, offsets and neither).
    pub updated: Option<String>,
    /// Usage points: where something is metered.
    pub usage_points: Vec<UsagePoint>,
    /// Series of readings: one per meter reading.
    pub series: Vec<Series>,
    /// Bills.
    pub bills: Vec<Bill>,
    /// Records of the retail customer, which come in a feed of their own.
    pub customers: Customers,
    /// What was odd, in the order of the file.
    pub warnings: Vec<Warning>,
    /// Oddities over [`Limits::warnings`](crate::Limits::warnings), counted only.
    pub warnings_dropped: u64,
    /// What became of the readings.
    pub tally: Tally,
}

/// What became of each reading of the file: `found` is the sum of the other four.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Readings in the file.
    pub found: u64,
    /// Readings in [`Series::readings`].
    pub kept: u64,
    /// Readings in [`Series::superseded`].
    pub superseded: u64,
    /// Identical repetitions, left out with a warning.
    pub duplicates: u64,
    /// Readings that could not be read, left out with a warning.
    pub unreadable: u64,
}

/// Where something is metered (`UsagePoint`).
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct UsagePoint {
    /// The entry's `self` link.
    pub href: Option<String>,
    /// The entry's title, often an address.
    pub title: Option<String>,
    /// What is supplied.
    pub service: Option<Service>,
    /// `status`, 1 is on.
    pub status: Option<u16>,
    /// The name of the service delivery point.
    pub delivery_point: Option<String>,
    /// The tariff of the service delivery point.
    pub tariff: Option<String>,
    /// The account number, which CSV exports carry.
    pub account: Option<String>,
    /// The local time of the place.
    pub local_time: Option<LocalTime>,
}

/// What [`Reading::start`] counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// Seconds since 1970-01-01T00:00:00Z.
    #[default]
    Utc,
    /// Seconds since 1970-01-01T00:00:00 on the wall clock of a zone that the file does not name.
    Local,
}

/// What the values of a series are (`ReadingType`), as the file has it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ReadingType {
    /// The entry's `self` link.
    pub href: Option<String>,
    /// `uom`, the unit's code.
    pub uom: Option<u16>,
    /// `powerOfTenMultiplier`; absent means 0.
    pub power_of_ten: Option<i32>,
    /// `flowDirection`.
    pub flow: Option<Flow>,
    /// `accumulationBehaviour`.
    pub accumulation: Option<u16>,
    /// `commodity`.
    pub commodity: Option<u16>,
    /// `currency`, ISO 4217 numeric.
    pub currency: Option<u16>,
    /// `dataQualifier`.
    pub data_qualifier: Option<u16>,
    /// `defaultQuality`, of readings that have none of their own.
    pub default_quality: Option<u16>,
    /// `intervalLength`, seconds.
    pub interval_length: Option<u32>,
    /// `kind`.
    pub kind: Option<u16>,
    /// `phase`.
    pub phase: Option<u16>,
    /// `timeAttribute`.
    pub time_attribute: Option<u16>,
    /// `measuringPeriod`.
    pub measuring_period: Option<u16>,
    /// `tou`, of all readings of the series.
    pub tou: Option<u16>,
}

/// The readings of one meter reading, sorted by start and duration, each interval once.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Series {
    /// Index into [`Document::usage_points`].
    pub usage_point: Option<usize>,
    /// The meter reading's `self` link.
    pub href: Option<String>,
    /// The meter reading's title.
    pub title: Option<String>,
    /// Unit, direction and the rest, as the file has them.
    pub reading_type: ReadingType,
    /// The unit of [`Reading::quantity`]; `None` if the file states no known one.
    pub unit: Option<Unit>,
    /// What the readings' starts count.
    pub clock: Clock,
    /// Interval blocks that the readings came in.
    pub blocks: usize,
    /// The readings.
    pub readings: Vec<Reading>,
    /// Readings whose interval another one has with another value, and which lost: the better quality wins
    /// ([`Qualities::rank`]), then the one later in the file.
    pub superseded: Vec<Reading>,
    /// Identical repetitions that were left out.
    pub duplicates: u64,
}

/// One interval's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reading {
    /// Start in seconds (see [`Clock`]), inclusive.
    pub start: i64,
    /// Length in seconds.
    pub duration: u32,
    /// The value as the file has it: to be multiplied by ten to the series' `power_of_ten`, in its `uom`.
    pub raw: Decimal,
    /// The value in the series' [`unit`](Series::unit), exact.
    pub quantity: Option<Decimal>,
    /// The cost in units of the currency. `None` if not stated, which is not 0.
    pub cost: Option<Decimal>,
    /// Quality codes.
    pub qualities: Qualities,
    /// Time-of-use bucket, a number whose meaning the tariff defines.
    pub tou: Option<u16>,
    /// Consumption tier.
    pub tier: Option<u16>,
    /// Critical peak bucket.
    pub cpp: Option<u16>,
}

impl Reading {
    /// End in seconds, exclusive.
    pub fn end(&self) -> i64 {
        self.start.saturating_add(i64::from(self.duration))
    }

    /// The start as a timestamp; `None` outside of the years that one can name.
    pub fn start_timestamp(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.start).ok()
    }
}

/// The time that a bill or an item is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Start in seconds since the epoch, and length in seconds.
    Utc {
        /// Start, inclusive.
        start: i64,
        /// Length.
        duration: u32,
    },
    /// Local calendar days, which belong to no instant without a zone.
    Days {
        /// First day.
        start: Date,
        /// The day after the last one.
        end: Date,
    },
}

/// The sum of one or more series.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Total {
    /// What is supplied.
    pub service: Option<Service>,
    /// Direction; `None` if the file does not state one.
    pub flow: Option<Flow>,
    /// Unit of `quantity`.
    pub unit: Unit,
    /// The sum.
    pub quantity: Decimal,
    /// The sum of the costs that are stated.
    pub cost: Option<Decimal>,
    /// Readings in the sum.
    pub readings: u64,
}

impl Series {
    /// Whether the values are usage per interval in a unit that can be summed. A file that states no
    /// accumulation means usage.
    pub fn is_usage(&self) -> bool {
        self.unit.is_some_and(Unit::is_amount)
            && self.reading_type.accumulation.is_none_or(|code| code == DELTA_DATA)
    }

    /// The sum in the series' unit. `None` if values must not be summed, a value has no quantity, or the sum
    /// does not fit.
    pub fn total(&self) -> Option<Decimal> {
        if !self.is_usage() {
            return None;
        }
        self.readings.iter().try_fold(Decimal::ZERO, |sum, reading| sum.checked_add(reading.quantity?))
    }

    /// The sum of the costs that are stated. `None` if none is.
    pub fn cost(&self) -> Option<Decimal> {
        let mut costs = self.readings.iter().filter_map(|reading| reading.cost);
        let first = costs.next()?;
        costs.try_fold(first, Decimal::checked_add)
    }

    /// First start and last end, in seconds. Not the last reading's end if an earlier one is longer.
    pub fn span(&self) -> Option<(i64, i64)> {
        let start = self.readings.first()?.start;
        let end = self.readings.iter().map(Reading::end).max()?;
        Some((start, end))
    }

    /// Times between neighbours that no reading covers, as (start, end).
    pub fn gaps(&self) -> impl Iterator<Item = (i64, i64)> {
        self.neighbours().filter(|(end, start)| end < start)
    }

    /// Times that a reading shares with the ones before it, as (its start, their latest end).
    pub fn overlaps(&self) -> impl Iterator<Item = (i64, i64)> {
        self.neighbours().filter(|(end, start)| end > start).map(|(end, start)| (start, end))
    }

    /// The latest end so far and the next start, for each reading but the first.
    fn neighbours(&self) -> impl Iterator<Item = (i64, i64)> {
        let mut latest = self.readings.first().map_or(i64::MIN, Reading::end);
        self.readings.iter().skip(1).map(move |reading| {
            let before = latest;
            latest = latest.max(reading.end());
            (before, reading.start)
        })
    }
}

impl Document {
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            title: None,
            updated: None,
            usage_points: Vec::new(),
            series: Vec::new(),
            bills: Vec::new(),
            customers: Customers::default(),
            warnings: Vec::new(),
            warnings_dropped: 0,
            tally: Tally::default(),
        }
    }

    /// What the series' usage point is supplied with.
    pub fn service_of(&self, series: &Series) -> Option<Service> {
        self.usage_points.get(series.usage_point?)?.service
    }

    /// Sums per service, direction and unit, of the series that may be summed. Net and total flows stand beside
    /// delivered and received, never in them. A sum that does not fit is left out.
    ///
    /// A file with the same usage in two granularities (daily and hourly series) counts it twice here: only the
    /// caller knows which to use.
    pub fn totals(&self) -> Vec<Total> {
        let mut totals: Vec<Total> = Vec::new();
        let mut index = HashMap::new();
        for series in self.series.iter().filter(|series| !series.readings.is_empty()) {
            let (Some(unit), Some(quantity)) = (series.unit, series.total()) else { continue };
            let (service, flow) = (self.service_of(series), series.reading_type.flow);
            let (cost, readings) = (series.cost(), series.readings.len() as u64);
            let at = *index.entry((service, flow, unit)).or_insert(totals.len());
            match totals.get_mut(at) {
                None => totals.push(Total { service, flow, unit, quantity, cost, readings }),
                Some(total) => {
                    let Some(sum) = total.quantity.checked_add(quantity) else { continue };
                    total.quantity = sum;
                    total.readings += readings;
                    total.cost = match (total.cost, cost) {
                        (Some(a), Some(b)) => a.checked_add(b),
                        (a, b) => a.or(b),
                    };
                }
            }
        }
        totals
    }

    /// Whether there is anything to use in it.
    pub(crate) fn has_data(&self) -> bool {
        self.tally.found > 0 || !self.bills.is_empty() || !self.customers.is_empty()
    }
}
