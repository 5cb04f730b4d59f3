//! Time, injected: rules and stores never ask the system themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// Source of the current time.
pub trait Clock: Send + Sync {
    /// The current instant, to the millisecond.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

/// A clock that a test moves by hand. Clones share the same time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that stands at `start`.
    pub fn at(start: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(start.as_millisecond())))
    }

    /// Moves the clock on by `seconds`.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// `seconds` after `at`, saturating at the end of time.
pub fn after(at: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond().saturating_add(seconds.saturating_mul(1000)))
        .unwrap_or(Timestamp::MAX)
}

/// Whole seconds from `now` until `then`, rounded up; 0 when it has passed.
pub fn seconds_until(now: Timestamp, then: Timestamp) -> u32 {
    let ms = then.as_millisecond().saturating_sub(now.as_millisecond()).max(0);
    u32::try_from((ms + 999) / 1000).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_until_rounds_up_and_never_goes_below_zero() {
        let t = Timestamp::from_second(1_000).unwrap();
        assert_eq!(seconds_until(t, Timestamp::from_millisecond(1_000_001).unwrap()), 1);
        assert_eq!(seconds_until(t, after(t, 90)), 90);
        assert_eq!(seconds_until(after(t, 90), t), 0);
    }
}
