//! Values that a utility has corrected, as a client sees them.

use jiff::Timestamp;

use super::{Decimal, Flow, Interval, Quality, Reading, Series, SeriesKind};
use crate::connector::MeterKind;

/// A value as it was before the utility corrected it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Correction {
    /// Series that it belongs to.
    pub kind: SeriesKind,
    /// The reading as it was.
    pub before: Reading,
    /// Revision of the series' month that brought another value.
    pub revision: u32,
    /// When that was fetched.
    pub at: Timestamp,
}

/// A corrected value of an interval, in kWh or therms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restated {
    /// Start, in seconds since 1970.
    pub start: i64,
    /// End (exclusive), as it is now.
    pub end: i64,
    /// End as it was.
    pub end_before: i64,
    /// Whether it is what came from the customer.
    pub received: bool,
    /// As it was.
    pub before: Decimal,
    /// As it is now, after all corrections.
    pub now: Decimal,
    /// As of [`Correction`].
    pub revision: u32,
    /// As of [`Correction`].
    pub at: Timestamp,
}

/// The corrections of what is shown: `intervals` are those of the times in question, by start, and
/// `series` what they were made of. Left out is what was never shown, as a forecast or a value without
/// energy, and what is not shown now, as a day of which there are hours meanwhile.
pub fn restated(
    corrections: &[Correction],
    series: &[&Series],
    intervals: &[Interval],
    kind: MeterKind,
) -> Vec<Restated> {
    let one = |correction: &Correction| {
        let Correction { kind: what, before, revision, at } = *correction;
        if before.quality == Quality::Projected {
            return None;
        }
        let now = series.iter().filter(|series| series.kind == what).find_map(|series| {
            let at = series.readings.binary_search_by_key(&before.start, |reading| reading.start).ok()?;
            series.readings.get(at)
        })?;
        let value = |reading: &Reading| what.scale.value(kind, reading.raw);
        let shown = intervals.binary_search_by_key(&now.start, |interval| interval.start).ok()?;
        let shown = intervals.get(shown)?;
        let received = what.flow == Flow::Received;
        let in_it = if received { shown.received } else { shown.usage };
        if shown.end != now.end() || in_it != value(now) {
            return None;
        }
        Some(Restated {
            start: now.start,
            end: now.end(),
            end_before: before.end(),
            received,
            before: value(&before)?,
            now: value(now)?,
            revision,
            at,
        })
    };
    corrections.iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::{Grain, Scale, Unit, Window, intervals};

    const WINDOW: Window = Window { from: 0, to: 86_400 };

    fn reading(start: i64, duration: u32, raw: i64) -> Reading {
        Reading { start, duration, raw, quality: Quality::Measured }
    }

    fn kind(flow: Flow, duration: u32) -> SeriesKind {
        SeriesKind { flow, grain: Grain::of(duration), scale: Scale { unit: Unit::WattHour, exponent: 0 } }
    }

    fn correction(flow: Flow, before: Reading, revision: u32) -> Correction {
        Correction { kind: kind(flow, before.duration), before, revision, at: Timestamp::UNIX_EPOCH }
    }

    /// What was, what is, and whether it came from the customer.
    fn shown(corrections: &[Correction], series: &[Series]) -> Vec<(String, String, bool)> {
        let series: Vec<_> = series.iter().collect();
        let all = intervals(series.clone(), MeterKind::Electric, WINDOW, None);
        let restated = restated(corrections, &series, &all, MeterKind::Electric);
        restated.iter().map(|r| (r.before.to_string(), r.now.to_string(), r.received)).collect()
    }

    #[test]
    fn each_correction_tells_what_was_and_what_is() {
        let series = |flow, raw| Series { kind: kind(flow, 900), readings: vec![reading(900, 900, raw)] };
        let corrections = [
            correction(Flow::Delivered, reading(900, 900, 1), 2),
            correction(Flow::Delivered, reading(900, 900, 2), 3),
            correction(Flow::Received, reading(900, 900, 7), 2),
        ];
        let text = |before: &str, now: &str, received| (before.to_owned(), now.to_owned(), received);
        assert_eq!(
            shown(&corrections, &[series(Flow::Delivered, 5), series(Flow::Received, 8)]),
            [text("0.001", "0.005", false), text("0.002", "0.005", false), text("0.007", "0.008", true)]
        );
    }

    #[test]
    fn a_length_may_be_corrected() {
        let series = Series { kind: kind(Flow::Delivered, 86_400), readings: vec![reading(0, 82_800, 5)] };
        let all = intervals(vec![&series], MeterKind::Electric, WINDOW, None);
        let before = correction(Flow::Delivered, reading(0, 86_400, 5), 2);
        let restated = restated(&[before], &[&series], &all, MeterKind::Electric);
        assert_eq!((restated[0].end_before, restated[0].end), (86_400, 82_800));
    }

    #[test]
    fn what_is_not_shown_is_left_out() {
        let days = Series { kind: kind(Flow::Delivered, 86_400), readings: vec![reading(0, 86_400, 50)] };
        let hours = Series { kind: kind(Flow::Delivered, 3600), readings: vec![reading(0, 3600, 2)] };
        let day = correction(Flow::Delivered, reading(0, 86_400, 40), 2);
        assert_eq!(shown(&[day], std::slice::from_ref(&days)).len(), 1);
        assert_eq!(shown(&[day], &[days, hours.clone()]), [], "there are hours of this day now");
        let forecast = Reading { quality: Quality::Projected, ..reading(0, 3600, 1) };
        assert_eq!(shown(&[correction(Flow::Delivered, forecast, 2)], &[hours]), []);
    }
}
