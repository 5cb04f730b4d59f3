//! Which part of a meter's history is fetched next.

use serde::{Deserialize, Serialize};

use super::{Grain, Series};

/// How far back history is fetched: what Welcome says.
pub const HISTORY_MONTHS: i64 = 24;
const DAY: i64 = 86_400;
/// Length of the history in seconds, with room for its longest months.
const HISTORY: i64 = HISTORY_MONTHS * 31 * DAY;
/// Length of one fetch.
const LENGTH: i64 = 31 * DAY;
/// Length of the first one: the two months that the API answers when no dates are given.
const FIRST: i64 = 62 * DAY;
/// How much of what is there is fetched again, because utilities restate their latest days.
const OVERLAP: i64 = 7 * DAY;
/// The same for readings of a billing period, which are published when it ends.
const LONG_OVERLAP: i64 = 62 * DAY;
/// How far behind the last fetch data that comes late is looked for.
const LATEST: i64 = 92 * DAY;

/// A stretch of time: seconds since 1970, `to` exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Start.
    pub from: i64,
    /// End.
    pub to: i64,
}

impl Window {
    /// Whether an instant lies in it.
    pub fn contains(self, at: i64) -> bool {
        (self.from..self.to).contains(&at)
    }

    /// What lies in both; `None` where nothing does.
    pub fn and(self, other: Self) -> Option<Self> {
        let both = Self { from: self.from.max(other.from), to: self.to.min(other.to) };
        (both.from < both.to).then_some(both)
    }
}

/// What has been fetched of a meter: one stretch without holes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// The stretch.
    pub window: Window,
    /// The oldest time that is to be fetched.
    pub floor: i64,
    /// End of the newest reading: what is later had not been published yet.
    seen: Option<i64>,
    /// Whether there are readings of whole billing periods.
    long: bool,
    /// Where a pass over new time goes on; `None` when it is done.
    forward: Option<i64>,
}

/// The end of time that can be named: 9999-12-31.
const FOREVER: i64 = 253_402_300_799;

impl Fetched {
    /// Of a meter whose data comes in by files: whatever is there is all there is.
    pub fn by_file(series: &[Series]) -> Self {
        let seen = series.iter().flat_map(|series| &series.readings).map(super::Reading::end).max();
        Self { window: Window { from: -FOREVER, to: FOREVER }, floor: -FOREVER, seen, long: false, forward: None }
    }

    /// The same, when no more will be fetched: whatever is there is all there is.
    #[must_use]
    pub fn at_rest(self) -> Self {
        Self { seen: self.seen, ..Self::by_file(&[]) }
    }

    /// Whether there was any reading in it.
    pub fn has_readings(&self) -> bool {
        self.seen.is_some()
    }

    /// Whether the whole history has been asked for.
    pub fn is_whole(&self) -> bool {
        self.window.from <= self.floor
    }
}

/// The next stretch to fetch on the way to `until`; `None` when all is there.
///
/// The latest two months come first, so that a customer's page has something to show. Then what is new
/// since the last fetch, forwards, so that no hole is left by a crash, with the days before it that
/// may have been corrected or published late; then the past, month by month, backwards. Of what was never fetched
/// nothing before `oldest` is.
pub fn next(fetched: Option<Fetched>, until: i64, oldest: Option<i64>) -> Option<Window> {
    let Some(fetched) = fetched else {
        // A second at least, so that there is a first one.
        let oldest = oldest.map_or(i64::MIN, |oldest| oldest.min(until - 1));
        return Some(Window { from: oldest.max(until - FIRST), to: until });
    };
    if !is_current(Some(fetched), until) {
        let Fetched { window, seen, long, forward, .. } = fetched;
        let from = forward.unwrap_or_else(|| {
            let overlap = if long { LONG_OVERLAP } else { OVERLAP };
            let known = seen.unwrap_or(window.to).min(window.to);
            (known - overlap).max(window.to - LATEST).max(window.from)
        });
        return Some(Window { from, to: until.min(from + LENGTH) });
    }
    let Window { from, .. } = fetched.window;
    (!fetched.is_whole()).then(|| Window { from: fetched.floor.max(from - LENGTH), to: from })
}

/// Whether all that is new up to `until` has been fetched.
pub fn is_current(fetched: Option<Fetched>, until: i64) -> bool {
    fetched.is_some_and(|fetched| fetched.forward.is_none() && fetched.window.to >= until)
}

/// What is fetched once `window`, which [`next`] gave for `until` and `oldest`, is stored too, with `series` in it.
pub fn add(
    fetched: Option<Fetched>,
    window: Window,
    until: i64,
    oldest: Option<i64>,
    series: &[Series],
) -> Fetched {
    let readings = || series.iter().flat_map(|series| &series.readings);
    let seen = readings().map(super::Reading::end).max();
    let long = series.iter().any(|series| series.kind.grain == Grain::Period && !series.readings.is_empty());
    match fetched {
        None => {
            let floor = (window.to - HISTORY).max(oldest.unwrap_or(i64::MIN));
            Fetched { window, floor, seen, long, forward: None }
        }
        Some(before) => Fetched {
            window: Window { from: before.window.from.min(window.from), to: before.window.to.max(window.to) },
            seen: before.seen.max(seen),
            long: before.long || long,
            forward: (window.from >= before.window.from && window.to < until).then_some(window.to),
            ..before
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::{Flow, Quality, Reading, Scale, SeriesKind, Unit};

    const NOW: i64 = 1_800_000_000;

    /// A day of reading that ends at `end`.
    fn day(end: i64) -> Vec<Series> {
        let scale = Scale { unit: Unit::WattHour, exponent: 0 };
        let kind = SeriesKind { flow: Flow::Delivered, grain: Grain::Day, scale };
        let reading = Reading { start: end - DAY, duration: 86_400, raw: 1, quality: Quality::Measured };
        vec![Series { kind, readings: vec![reading] }]
    }

    /// All windows of one pass by a utility that publishes up to `published`.
    fn pass(mut fetched: Option<Fetched>, until: i64, published: i64) -> (Vec<Window>, Option<Fetched>) {
        let mut windows = Vec::new();
        while let Some(window) = next(fetched, until, None) {
            windows.push(window);
            let end = window.to.min(published);
            let series = if end - DAY >= window.from { day(end) } else { Vec::new() };
            fetched = Some(add(fetched, window, until, None, &series));
            assert!(windows.len() < 100, "it ends");
        }
        (windows, fetched)
    }

    #[test]
    fn the_first_pass_goes_from_now_into_the_past_without_holes() {
        let (windows, fetched) = pass(None, NOW, NOW);
        assert_eq!(windows[0], Window { from: NOW - FIRST, to: NOW });
        assert!(windows.windows(2).all(|pair| pair[1].to == pair[0].from), "{windows:?}");
        assert_eq!(windows.last().unwrap().from, NOW - HISTORY);
        assert!(fetched.unwrap().is_whole());
    }

    #[test]
    fn nothing_older_than_what_is_shared_is_fetched() {
        for oldest in [NOW - 100 * DAY, NOW - 10 * DAY, NOW] {
            let (mut fetched, mut from) = (None, i64::MAX);
            while let Some(window) = next(fetched, NOW, Some(oldest)) {
                from = from.min(window.from);
                fetched = Some(add(fetched, window, NOW, Some(oldest), &[]));
            }
            assert_eq!(from, oldest.min(NOW - 1));
            assert!(is_current(fetched, NOW) && fetched.unwrap().is_whole());
        }
    }

    #[test]
    fn the_next_day_fetches_a_week_again_and_nothing_else() {
        let (_, fetched) = pass(None, NOW, NOW);
        let (windows, _) = pass(fetched, NOW + DAY, NOW + DAY);
        assert_eq!(windows, [Window { from: NOW - OVERLAP, to: NOW + DAY }]);
        assert_eq!(pass(fetched, NOW, NOW).0, []);
    }

    #[test]
    fn what_is_published_late_is_asked_for_again() {
        // Three weeks behind.
        let (_, fetched) = pass(None, NOW, NOW - 21 * DAY);
        let (windows, _) = pass(fetched, NOW + DAY, NOW + DAY);
        assert_eq!(windows, [Window { from: NOW - 28 * DAY, to: NOW + DAY }]);
        // A meter that was taken away is not looked for in all of its past each day.
        let (_, fetched) = pass(None, NOW, NOW - 400 * DAY);
        let (windows, _) = pass(fetched, NOW + DAY, NOW - 400 * DAY);
        assert_eq!(windows[0].from, NOW - LATEST);
    }

    #[test]
    fn after_a_long_sleep_what_is_missing_comes_forwards() {
        let (_, fetched) = pass(None, NOW, NOW);
        let (windows, fetched) = pass(fetched, NOW + 100 * DAY, NOW + 100 * DAY);
        assert_eq!((windows[0].from, windows.last().unwrap().to), (NOW - OVERLAP, NOW + 100 * DAY));
        assert!(windows.windows(2).all(|pair| pair[1].from == pair[0].to), "{windows:?}");
        assert!(is_current(fetched, NOW + 100 * DAY));
    }

    #[test]
    fn a_pass_that_was_cut_short_goes_on_where_it_was() {
        let first = next(None, NOW, None).unwrap();
        let fetched = Some(add(None, first, NOW, None, &day(NOW)));
        // A day later: forwards first, then the rest of the past.
        let (windows, _) = pass(fetched, NOW + DAY, NOW + DAY);
        assert_eq!(windows[0], Window { from: NOW - OVERLAP, to: NOW + DAY });
        assert_eq!(windows[1].to, first.from);
        assert_eq!(windows.last().unwrap().from, NOW - HISTORY);
        // Cut in the middle of a long way forwards, and taken up when it is later still.
        let (_, whole) = pass(None, NOW, NOW);
        let step = next(whole, NOW + 100 * DAY, None).unwrap();
        let cut = Some(add(whole, step, NOW + 100 * DAY, None, &day(step.to)));
        let (windows, _) = pass(cut, NOW + 101 * DAY, NOW + 101 * DAY);
        assert_eq!((windows[0].from, windows.last().unwrap().to), (step.to, NOW + 101 * DAY));
    }

    #[test]
    fn a_clock_that_was_ahead_leaves_no_hole() {
        let (_, fetched) = pass(None, NOW + 30 * DAY, NOW);
        assert_eq!(pass(fetched, NOW, NOW).0, []);
        let (windows, _) = pass(fetched, NOW + 31 * DAY, NOW + 31 * DAY);
        assert!(windows[0].from <= NOW - OVERLAP, "{windows:?}");
    }

    #[test]
    fn whole_billing_periods_are_looked_for_longer() {
        let mut fetched = pass(None, NOW, NOW).1.unwrap();
        fetched.long = true;
        assert_eq!(next(Some(fetched), NOW + DAY, None).unwrap().from, NOW - LONG_OVERLAP);
    }
}
