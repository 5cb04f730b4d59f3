//! Series of readings.

use std::collections::BTreeMap;

use connect_core::connector::MeterKind;
use connect_core::usage::{Decimal, Flow, Grain, Quality, Reading, Series, SeriesKind, Window};
use greenbutton::Clock;

use crate::OutOfRange;
use crate::numbers::{lowered, quality, scale, unit, whole};

/// Readings by what they are, while they are collected.
pub type Kinds = BTreeMap<SeriesKind, Vec<Reading>>;

/// The direction of a series that is kept. `None` for one that is no usage, whose unit is not
/// known, or whose times are on a clock that nobody has named.
pub(crate) fn kind_of(series: &greenbutton::Series) -> Option<Flow> {
    if !series.is_usage() || series.clock != Clock::Utc || unit(series.reading_type.uom).is_none() {
        return None;
    }
    match series.reading_type.flow {
        // Files for meters that count one way often do not say it.
        Some(greenbutton::Flow::Delivered) | None => Some(Flow::Delivered),
        Some(greenbutton::Flow::Received) => Some(Flow::Received),
        Some(greenbutton::Flow::Net) => Some(Flow::Net),
        Some(_) => None,
    }
}

/// Adds the readings of a series that start in `window`. `false` when the series is not kept
/// ([`kind_of`]).
///
/// # Errors
///
/// When a value cannot be kept exactly.
pub fn add_series(series: &greenbutton::Series, window: Window, kinds: &mut Kinds) -> Result<bool, OutOfRange> {
    let Some(flow) = kind_of(series) else { return Ok(false) };
    add(series, flow, window, kinds).ok_or(OutOfRange)?;
    Ok(true)
}

fn add(series: &greenbutton::Series, flow: Flow, window: Window, kinds: &mut Kinds) -> Option<()> {
    let power = series.reading_type.power_of_ten.unwrap_or(0);
    // One power of ten for all, the one of the longest fraction. Almost always there is none.
    let places = series.readings.iter().map(|reading| reading.raw.scale()).max().unwrap_or(0);
    let (_, exponent) = whole(0, places, power)?;
    let scale = scale(series.reading_type.uom, exponent)?;
    for reading in &series.readings {
        if reading.start < window.from || reading.start >= window.to || reading.duration == 0 {
            continue;
        }
        let (raw, own) = whole(reading.raw.mantissa(), reading.raw.scale(), power)?;
        let kind = SeriesKind { flow, grain: Grain::of(reading.duration), scale };
        kinds.entry(kind).or_default().push(Reading {
            start: reading.start,
            duration: reading.duration,
            raw: lowered(raw, own, exponent)?,
            quality: quality(reading.qualities),
        });
    }
    Some(())
}

/// What was collected, each interval once and by start: documents of neighbouring days may both have
/// what lies between them.
pub fn in_order(kinds: Kinds) -> Vec<Series> {
    let ordered = |mut readings: Vec<Reading>| {
        readings.sort_by_key(|reading| (reading.start, reading.duration));
        readings.dedup_by_key(|reading| (reading.start, reading.duration));
        readings
    };
    kinds.into_iter().map(|(kind, readings)| Series { kind, readings: ordered(readings) }).collect()
}

/// What the series of a meter come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// First start, in seconds since 1970.
    pub from: i64,
    /// Last end (exclusive).
    pub to: i64,
    /// Readings, of all series.
    pub readings: usize,
    /// What the customer used, in kWh or therms, of the granularity that covers most time. `None` where
    /// the unit has no exact energy (volumes of gas).
    pub used: Option<Decimal>,
}

/// The total of a meter's series; `None` without a reading.
pub fn total(series: &[Series], kind: MeterKind) -> Option<Total> {
    let all = || series.iter().flat_map(|series| &series.readings);
    let from = all().map(|reading| reading.start).min()?;
    let to = all().map(Reading::end).max()?;
    // Usage may be there twice, by the hour and by the day: only one of the two is added up.
    let mut covered: BTreeMap<Grain, i64> = BTreeMap::new();
    for series in series.iter().filter(|series| series.kind.flow != Flow::Received) {
        let seconds: i64 = series.readings.iter().map(|reading| i64::from(reading.duration)).sum();
        *covered.entry(series.kind.grain).or_default() += seconds;
    }
    // Of two that cover the same the finer one.
    let grain = covered.into_iter().rev().max_by_key(|(_, seconds)| *seconds).map(|(grain, _)| grain);
    let of_grain = |flow| series.iter().filter(move |s| Some(s.kind.grain) == grain && s.kind.flow == flow);
    // Net is what is left of delivered and received: it counts only where there is nothing else.
    let flow = if of_grain(Flow::Delivered).next().is_some() { Flow::Delivered } else { Flow::Net };
    let used = of_grain(flow)
        .map(|series| {
            let real = series.readings.iter().filter(|reading| reading.quality != Quality::Projected);
            let sum: i128 = real.map(|reading| i128::from(reading.raw)).sum();
            let one = series.kind.scale.value(kind, 1)?;
            one.times(Decimal { units: sum, exponent: 0 })
        })
        .reduce(|sum, more| sum?.plus(more?))
        .flatten();
    Some(Total { from, to, readings: all().count(), used })
}

#[cfg(test)]
mod tests {
    use super::*;
    use connect_core::usage::{Scale, Unit};

    fn series(grain: Grain, flow: Flow, unit: Unit, readings: &[(i64, u32, i64)]) -> Series {
        let readings = readings.iter().map(|&(start, duration, raw)| Reading {
            start,
            duration,
            raw,
            quality: Quality::Measured,
        });
        Series {
            kind: SeriesKind { flow, grain, scale: Scale { unit, exponent: 0 } },
            readings: readings.collect(),
        }
    }

    #[test]
    fn hours_and_days_of_the_same_usage_are_not_added_up() {
        let hours = series(Grain::Hour, Flow::Delivered, Unit::WattHour, &[(0, 3600, 500), (3600, 3600, 700)]);
        let day = series(Grain::Day, Flow::Delivered, Unit::WattHour, &[(0, 86_400, 9_000)]);
        let back = series(Grain::Hour, Flow::Received, Unit::WattHour, &[(0, 3600, 100)]);
        let total = total(&[hours.clone(), day, back.clone()], MeterKind::Electric).unwrap();
        assert_eq!((total.from, total.to, total.readings), (0, 86_400, 4));
        assert_eq!(total.used.unwrap().to_string(), "9");
        let of_hours = super::total(&[hours, back], MeterKind::Electric).unwrap();
        assert_eq!(of_hours.used.unwrap().to_string(), "1.2");
    }

    #[test]
    fn net_is_not_added_to_what_was_delivered() {
        let of = |flow, raw| series(Grain::Hour, flow, Unit::WattHour, &[(0, 3600, raw)]);
        let used = |series: &[Series]| total(series, MeterKind::Electric).unwrap().used.unwrap().to_string();
        assert_eq!(used(&[of(Flow::Delivered, 900), of(Flow::Received, 400), of(Flow::Net, 500)]), "0.9");
        assert_eq!(used(&[of(Flow::Net, -500)]), "-0.5");
    }

    #[test]
    fn volumes_of_gas_have_no_energy_of_their_own() {
        let gas = series(Grain::Day, Flow::Delivered, Unit::CubicFoot, &[(0, 86_400, 90)]);
        let total = total(&[gas], MeterKind::Gas).unwrap();
        assert_eq!((total.readings, total.used), (1, None));
        assert_eq!(super::total(&[], MeterKind::Gas), None);
    }
}
