//! What the readings of a meter say for each interval, in the units of the API.

use std::collections::BTreeMap;

use super::{Decimal, Flow, Quality, Series, Window};
use crate::connector::MeterKind;
use crate::emissions::EmissionRate;

/// One interval, in kWh or therms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Start, in seconds since 1970.
    pub start: i64,
    /// End (exclusive).
    pub end: i64,
    /// To the customer; where the source gives nothing else, less what came from the customer.
    pub usage: Option<Decimal>,
    /// From the customer.
    pub received: Option<Decimal>,
    /// Emissions of `usage` in kg CO₂e, where a rate is known.
    pub emissions: Option<Decimal>,
}

/// The series of a meter as intervals that start in `window`, the finest granularity first: of a
/// coarser one only what overlaps nothing finer, since one is part of the other. A series may come in
/// several pieces.
pub fn intervals(
    mut series: Vec<&Series>,
    kind: MeterKind,
    window: Window,
    rate: Option<EmissionRate>,
) -> Vec<Interval> {
    series.sort_by_key(|series| series.kind.grain);
    let mut taken: BTreeMap<i64, Interval> = BTreeMap::new();
    for of_grain in series.chunk_by(|a, b| a.kind.grain == b.kind.grain) {
        let mut found: BTreeMap<i64, Interval> = BTreeMap::new();
        for Series { kind: what, readings } in of_grain {
            for reading in readings.iter().filter(|reading| window.contains(reading.start)) {
                // A forecast is no usage, and a volume of gas whose energy nobody has told no energy.
                let value = what.scale.value(kind, reading.raw);
                let Some(value) = value.filter(|_| reading.quality != Quality::Projected) else { continue };
                let new = Interval {
                    start: reading.start,
                    end: reading.end(),
                    usage: None,
                    received: None,
                    emissions: None,
                };
                let interval = found.entry(reading.start).or_insert(new);
                match what.flow {
                    Flow::Received => interval.received = Some(value),
                    Flow::Delivered => interval.usage = Some(value),
                    Flow::Net => interval.usage = interval.usage.or(Some(value)),
                }
            }
        }
        if taken.is_empty() {
            taken = found;
            continue;
        }
        found.retain(|_, interval| {
            let before = taken.range(..interval.end).next_back();
            before.is_none_or(|(_, other)| other.end <= interval.start)
        });
        taken.append(&mut found);
    }
    // What is sent back earns no credit here.
    let emissions = |usage: Decimal| if usage.units < 0 { None } else { rate?.of(usage) };
    let with_emissions =
        |interval: Interval| Interval { emissions: interval.usage.and_then(emissions), ..interval };
    taken.into_values().map(with_emissions).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::{Grain, Reading, Scale, SeriesKind, Unit};

    fn series(flow: Flow, duration: u32, values: &[(i64, i64)]) -> Series {
        let scale = Scale { unit: Unit::WattHour, exponent: 0 };
        let reading = |&(start, raw): &(i64, i64)| Reading { start, duration, raw, quality: Quality::Measured };
        Series {
            kind: SeriesKind { flow, grain: Grain::of(duration), scale },
            readings: values.iter().map(reading).collect(),
        }
    }

    fn shown(series: &[Series], window: Window) -> Vec<(i64, i64, Option<String>, Option<String>)> {
        let text = |value: Option<Decimal>| value.map(|value| value.to_string());
        let all = intervals(series.iter().collect(), MeterKind::Electric, window, None);
        all.into_iter().map(|i| (i.start, i.end, text(i.usage), text(i.received))).collect()
    }

    const DAY: Window = Window { from: 0, to: 86_400 };

    #[test]
    fn nothing_is_counted_twice_in_two_granularities() {
        let hours = series(Flow::Delivered, 3600, &[(0, 1), (3600, 2)]);
        let quarters = series(Flow::Delivered, 900, &[(5400, 3)]);
        let kept = shown(&[hours, quarters], DAY);
        // The second hour has a finer part, and goes.
        assert_eq!(kept, [(0, 3600, Some("0.001".into()), None), (5400, 6300, Some("0.003".into()), None)]);
    }

    #[test]
    fn both_directions_of_a_time_are_one_interval() {
        let pieces = [
            series(Flow::Delivered, 900, &[(0, 5)]),
            series(Flow::Received, 900, &[(0, 7)]),
            // A further piece of the first series.
            series(Flow::Delivered, 900, &[(900, 6)]),
        ];
        let both = (0, 900, Some("0.005".into()), Some("0.007".into()));
        assert_eq!(shown(&pieces, DAY), [both, (900, 1800, Some("0.006".into()), None)]);
    }

    #[test]
    fn an_interval_belongs_to_the_window_by_its_start() {
        let hours = series(Flow::Delivered, 3600, &[(-3600, 1), (0, 2), (3600, 3), (7200, 4)]);
        let kept = shown(&[hours], Window { from: 0, to: 7200 });
        assert_eq!(kept.iter().map(|interval| interval.0).collect::<Vec<_>>(), [0, 3600]);
    }
}
