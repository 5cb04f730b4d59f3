//! What is done to series once their readings are together: units, order, duplicates, and a look for oddities.

use std::collections::HashSet;

use crate::{
    codes::{DELTA_DATA, Unit},
    decimal::shift10,
    local_time::civil,
    model::{Clock, Document, Format, Reading, Series},
    warning::{Place, WHOLE_FILE, WarningKind, Warnings},
};

/// Groups of warnings about a series, apart from the groups of its entries.
fn group(series: usize) -> usize {
    WHOLE_FILE - 1 - series
}

/// Normalises, sorts and checks all series. `scalable` says which have a multiplier that could be read.
pub(crate) fn finish(document: &mut Document, places: &[Place], scalable: &[bool], warnings: &mut Warnings) {
    drop_zero_costs(document, places, warnings);
    for (at, series) in document.series.iter_mut().enumerate() {
        let mut check = Check { group: group(at), place: places.get(at), warnings };
        check.durations(series);
        // An export's rows have been checked as they were read.
        if document.format != Format::Csv {
            check.currency(series);
        }
        check.normalise(series, scalable.get(at).copied().unwrap_or(true));
        check.deduplicate(series);
        check.neighbours(series);
    }
    for series in &document.series {
        document.tally.kept += series.readings.len() as u64;
        document.tally.superseded += series.superseded.len() as u64;
        document.tally.duplicates += series.duplicates;
    }
    odd_time_zones(document, places, warnings);
}

/// Some custodians send a cost of 0 with every reading, meaning that they state none.
fn drop_zero_costs(document: &mut Document, places: &[Place], warnings: &mut Warnings) {
    let readings = || document.series.iter().flat_map(|series| &series.readings);
    let costs = readings().filter(|reading| reading.cost.is_some()).count();
    let all_zero = readings().filter_map(|reading| reading.cost).all(|cost| cost.is_zero());
    if costs == 0 || !all_zero || readings().all(|reading| reading.raw.is_zero()) {
        return;
    }
    for reading in document.series.iter_mut().flat_map(|series| &mut series.readings) {
        reading.cost = None;
    }
    let place = places.first().cloned().unwrap_or_default();
    warnings.add_many(WarningKind::ZeroCost, WHOLE_FILE, costs as u64, || {
        (place, "every cost of the file is 0 although there is usage; taken as not stated")
    });
}

/// `tzOffset` is east of UTC. Files with North American money and an offset east of it have the sign wrong.
fn odd_time_zones(document: &Document, places: &[Place], warnings: &mut Warnings) {
    let is_american = |currency: Option<u16>| matches!(currency, Some(840 | 124));
    let series = document.series.iter().map(|series| (series.usage_point, series.reading_type.currency));
    let bills = document.bills.iter().map(|bill| (bill.usage_point, bill.currency));
    let american: HashSet<usize> = series
        .chain(bills)
        .filter(|(_, currency)| is_american(*currency))
        .filter_map(|(point, _)| point)
        .collect();
    for (at, point) in document.usage_points.iter().enumerate() {
        let east = point.local_time.is_some_and(|local| local.offset > 0);
        if east && american.contains(&at) {
            let place = places.first().cloned().unwrap_or_default();
            warnings.add(WarningKind::OddTimeZone, WHOLE_FILE, || {
                (
                    place,
                    "tzOffset is east of UTC although the currency is North American; readings are not affected",
                )
            });
        }
    }
}

struct Check<'a> {
    group: usize,
    place: Option<&'a Place>,
    warnings: &'a mut Warnings,
}

impl Check<'_> {
    fn warn(&mut self, kind: WarningKind, count: u64, message: impl FnOnce() -> String) {
        let place = self.place;
        self.warnings.add_many(kind, self.group, count, || (place.cloned().unwrap_or_default(), message()));
    }

    fn durations(&mut self, series: &mut Series) {
        let Some(length) = series.reading_type.interval_length.filter(|length| *length > 0) else { return };
        for reading in series.readings.iter_mut().filter(|reading| reading.duration == 0) {
            reading.duration = length;
        }
    }

    fn currency(&mut self, series: &Series) {
        let costs = series.readings.iter().filter(|reading| reading.cost.is_some()).count() as u64;
        if costs > 0 && series.reading_type.currency.is_none() {
            self.warn(WarningKind::MissingCurrency, costs, || {
                "readings have a cost, but their reading type states no currency; they are kept without one"
                    .to_owned()
            });
        }
    }

    fn normalise(&mut self, series: &mut Series, scalable: bool) {
        if series.readings.is_empty() && series.reading_type.uom.is_none() {
            return;
        }
        let uom = series.reading_type.uom;
        let known = uom.and_then(Unit::from_uom);
        let Some((unit, shift)) = known else {
            let count = series.readings.len() as u64;
            match uom {
                None | Some(0) => self.warn(WarningKind::MissingUnit, count, || {
                    "the series states no unit; its raw values are kept and not normalised".to_owned()
                }),
                Some(code) => self.warn(WarningKind::UnknownUnit, count, || {
                    format!("unit {code} (uom) is not known; raw values are kept and not normalised")
                }),
            }
            return;
        };
        series.unit = Some(unit);
        if !scalable {
            return;
        }
        let power = series.reading_type.power_of_ten.unwrap_or(0).saturating_add(shift);
        let mut too_large = 0;
        for reading in &mut series.readings {
            reading.quantity = shift10(reading.raw, power);
            too_large += u64::from(reading.quantity.is_none());
        }
        if too_large > 0 {
            self.warn(WarningKind::OutOfRange, too_large, || {
                "values do not fit an exact decimal once scaled; their raw values are kept".to_owned()
            });
        }
        let accumulation = series.reading_type.accumulation.unwrap_or(DELTA_DATA);
        if accumulation != DELTA_DATA || !unit.is_amount() {
            self.warn(WarningKind::NotUsage, series.readings.len() as u64, || match accumulation {
                DELTA_DATA => format!("values in {unit} are no amounts; they are left out of totals"),
                code => format!("accumulationBehaviour {code} is not usage per interval; left out of totals"),
            });
        }
    }

    /// Sorts by interval, then keeps one reading of each.
    fn deduplicate(&mut self, series: &mut Series) {
        // Stable: among equals the file's order is kept, and the later one wins a tie below.
        if !series.readings.is_sorted_by_key(|reading| (reading.start, reading.duration)) {
            series.readings.sort_by_key(|reading| (reading.start, reading.duration));
        }
        if series.clock == Clock::Local {
            // The repeated hour of a clock change looks like this too, so nothing is left out.
            let twice = series.readings.windows(2).filter(|pair| pair[0].start == pair[1].start).count() as u64;
            if twice > 0 {
                self.warn(WarningKind::AmbiguousTime, twice, || {
                    "a local time is there twice: a clock change, or repeated rows; all are kept".to_owned()
                });
            }
            return;
        }
        let (superseded, duplicates) = (&mut series.superseded, &mut series.duplicates);
        let (mut first_duplicate, mut first_conflict) = (None, None);
        series.readings.dedup_by(|next, kept| {
            if (next.start, next.duration) != (kept.start, kept.duration) {
                return false;
            }
            if same_value(next, kept) {
                *duplicates += 1;
                first_duplicate.get_or_insert(next.start);
                return true;
            }
            first_conflict.get_or_insert((next.start, kept.raw, next.raw));
            // `kept` stays in the list, so the better one is swapped into it.
            if next.qualities.rank() >= kept.qualities.rank() {
                std::mem::swap(next, kept);
            }
            superseded.push(*next);
            true
        });
        let (duplicates, conflicts) = (series.duplicates, series.superseded.len() as u64);
        if let Some(start) = first_duplicate {
            self.warn(WarningKind::Duplicate, duplicates, || {
                format!(
                    "the reading that starts at {} is there again with the same value; it was left out",
                    shown(start)
                )
            });
        }
        if let Some((start, a, b)) = first_conflict {
            self.warn(WarningKind::Conflict, conflicts, || {
                format!(
                    "the interval that starts at {} has the values {a} and {b}; the one of better quality, \
                     else the later one, is used, the other is kept as superseded",
                    shown(start)
                )
            });
        }
    }

    fn neighbours(&mut self, series: &Series) {
        // A clock change moves an end by an hour, or half an hour on Lord Howe Island.
        let is_clock_change = |from: i64, to: i64| matches!((to - from).abs(), 3600 | 1800);
        // Within short readings an hour is a gap like any other; periods of days are made by the calendar.
        let long = series.readings.iter().map(|reading| reading.duration).max().unwrap_or(0) >= 80_000;
        let mut report = |kind, places: &[(i64, i64)], what: &str| {
            if let Some((from, to)) = places.first() {
                self.warn(kind, places.len() as u64, || {
                    format!("{what} from {} to {}; all readings are kept", shown(*from), shown(*to))
                });
            }
        };
        let (mut clock, gaps): (Vec<_>, Vec<_>) =
            series.gaps().partition(|(from, to)| long && is_clock_change(*from, *to));
        let (overlaps_of_clock, overlaps): (Vec<_>, Vec<_>) =
            series.overlaps().partition(|(from, to)| long && is_clock_change(*from, *to));
        clock.extend(overlaps_of_clock);
        clock.sort_unstable();
        report(WarningKind::Gap, &gaps, "no reading covers the time");
        report(WarningKind::Overlap, &overlaps, "a reading begins before the one before it ends:");
        report(
            WarningKind::ClockChange,
            &clock,
            "periods meet with an hour too few or too many, as with a clock change:",
        );
    }
}

/// A start as one reads it.
fn shown(seconds: i64) -> String {
    civil(seconds).map_or_else(|| seconds.to_string(), |time| time.to_string())
}

/// Whether a reading says nothing that the other does not.
fn same_value(a: &Reading, b: &Reading) -> bool {
    a.raw == b.raw
        && a.cost == b.cost
        && (a.qualities, a.tou, a.tier, a.cpp) == (b.qualities, b.tou, b.tier, b.cpp)
}
