//! Which part of a meter's history is fetched next.

use serde::{Deserialize, Serialize};

/// How far back history is fetched: what Welcome says.
pub const HISTORY_MONTHS: i64 = 24;
const DAY: i64 = 86_400;
/// Length of the history in seconds, with room for its longest months.
const HISTORY: i64 = HISTORY_MONTHS * 31 * DAY;
/// Length of one fetch.
const LENGTH: i64 = 31 * DAY;
/// How much of what is there is fetched again, because utilities restate their latest days.
const OVERLAP: i64 = 7 * DAY;

/// A stretch of time: seconds since 1970, `to` exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Start.
    pub from: i64,
    /// End.
    pub to: i64,
}

/// What has been fetched of a meter: one stretch without holes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// The stretch.
    pub window: Window,
    /// The oldest time that is to be fetched.
    pub floor: i64,
}

/// The next stretch to fetch on the way to `until`; `None` when all is there.
///
/// The latest month comes first, so that a customer's page has something to show. Then, should
/// the service have slept, the time since the last fetch, forwards, so that no hole is left by a
/// crash; then the past, month by month, backwards.
pub fn next(fetched: Option<Fetched>, until: i64) -> Option<Window> {
    let Some(Fetched { window, floor }) = fetched else {
        return Some(Window { from: until - LENGTH, to: until });
    };
    if window.to < until {
        let from = (window.to - OVERLAP).max(window.from);
        return Some(Window { from, to: until.min(from + LENGTH) });
    }
    (window.from > floor).then(|| Window { from: floor.max(window.from - LENGTH), to: window.from })
}

/// What is fetched once `window`, which [`next`] gave, is stored too.
pub fn add(fetched: Option<Fetched>, window: Window) -> Fetched {
    match fetched {
        None => Fetched { window, floor: window.to - HISTORY },
        Some(Fetched { window: before, floor }) => {
            Fetched { window: Window { from: before.from.min(window.from), to: before.to.max(window.to) }, floor }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    /// All windows of one pass.
    fn pass(mut fetched: Option<Fetched>, until: i64) -> (Vec<Window>, Option<Fetched>) {
        let mut windows = Vec::new();
        while let Some(window) = next(fetched, until) {
            windows.push(window);
            fetched = Some(add(fetched, window));
            assert!(windows.len() < 100, "it ends");
        }
        (windows, fetched)
    }

    #[test]
    fn the_first_pass_goes_from_now_into_the_past_without_holes() {
        let (windows, _) = pass(None, NOW);
        assert_eq!(windows[0], Window { from: NOW - LENGTH, to: NOW });
        assert!(windows.windows(2).all(|pair| pair[1].to == pair[0].from), "{windows:?}");
        assert_eq!(windows.last().unwrap().from, NOW - HISTORY);
    }

    #[test]
    fn the_next_day_fetches_a_week_again_and_nothing_else() {
        let (_, fetched) = pass(None, NOW);
        let (windows, _) = pass(fetched, NOW + DAY);
        assert_eq!(windows, [Window { from: NOW - OVERLAP, to: NOW + DAY }]);
        assert_eq!(pass(fetched, NOW).0, []);
    }

    #[test]
    fn after_a_long_sleep_what_is_missing_comes_forwards() {
        let (_, fetched) = pass(None, NOW);
        let (windows, _) = pass(fetched, NOW + 100 * DAY);
        assert_eq!(windows.last().unwrap().to, NOW + 100 * DAY);
        assert!(
            windows.windows(2).all(|pair| pair[1].from < pair[0].to && pair[1].to > pair[0].to),
            "{windows:?}"
        );
    }

    #[test]
    fn a_pass_that_was_cut_short_goes_on_where_it_was() {
        let first = next(None, NOW).unwrap();
        let fetched = Some(add(None, first));
        // A day later: forwards first, then the rest of the past.
        let (windows, _) = pass(fetched, NOW + DAY);
        assert_eq!(windows[0], Window { from: NOW - OVERLAP, to: NOW + DAY });
        assert_eq!(windows[1].to, first.from);
        assert_eq!(windows.last().unwrap().from, NOW - HISTORY);
    }
}
