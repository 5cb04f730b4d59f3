//! Token buckets by key (GCRA, by `governor`), with bounded memory and the injected clock.

use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use connect_core::clock::Clock;
use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use super::{Rate, TooMany};

/// Keys that are remembered at a time: some 10 MB.
const MOST_KEYS: usize = 100_000;
/// Buckets that new keys share while there are as many.
const SHARED: u64 = 1024;

/// What is counted by.
pub(super) trait Key: Hash + Eq + Clone {}
impl<T: Hash + Eq + Clone> Key for T {}

/// A key, or one of the shared buckets.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Slot<K> {
    Own(K),
    Shared(u64),
}

/// The injected clock, as it never goes back: a clock that was put back would otherwise stop everybody until
/// it is where it was.
#[derive(Clone)]
struct Steady {
    clock: Arc<dyn Clock>,
    /// Milliseconds: the last reading, and what is added to it.
    state: Arc<Mutex<(i64, i64)>>,
}

impl GovernorClock for Steady {
    type Instant = Duration;

    fn now(&self) -> Duration {
        let now = self.clock.now().as_millisecond();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, added) = *state;
        let added = added.saturating_add(last.saturating_sub(now).max(0));
        *state = (now, added);
        Duration::from_millis(now.saturating_add(added).unsigned_abs())
    }
}

type Limiter<K> = RateLimiter<Slot<K>, HashMapStateStore<Slot<K>>, Steady, NoOpMiddleware<Duration>>;

/// A bucket for each key.
pub(super) struct Buckets<K: Key> {
    limiter: Limiter<K>,
    clock: Steady,
    hasher: RandomState,
    /// When keys were last forgotten.
    tidied: Mutex<Duration>,
}

impl<K: Key> fmt::Debug for Buckets<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Buckets(…)")
    }
}

impl<K: Key> Buckets<K> {
    pub(super) fn new(rate: Rate, clock: Arc<dyn Clock>) -> Self {
        let at_least_one = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(rate.per_second)).allow_burst(at_least_one(rate.burst));
        let clock = Steady { clock, state: Arc::default() };
        Self {
            limiter: RateLimiter::hashmap_with_clock(quota, clock.clone()),
            clock,
            hasher: RandomState::new(),
            tidied: Mutex::default(),
        }
    }

    /// Takes one out of the key's bucket.
    pub(super) fn take(&self, key: K) -> Result<(), TooMany> {
        let slot = if self.is_full() { Slot::Shared(self.hasher.hash_one(&key) % SHARED) } else { Slot::Own(key) };
        self.limiter.check_key(&slot).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now()).as_millis().div_ceil(1000);
            TooMany { seconds: u32::try_from(wait).unwrap_or(u32::MAX).max(1) }
        })
    }

    /// Whether there is no room for more keys, after those were forgotten whose bucket is full again.
    fn is_full(&self) -> bool {
        if self.limiter.len() < MOST_KEYS {
            return false;
        }
        let now = self.clock.now();
        let mut tidied = self.tidied.lock().unwrap_or_else(PoisonError::into_inner);
        // At most once a second: it goes through all of them.
        if now.saturating_sub(*tidied) >= Duration::from_secs(1) {
            *tidied = now;
            self.limiter.retain_recent();
        }
        self.limiter.len() >= MOST_KEYS
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.limiter.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use connect_core::clock::ManualClock;

    fn clock() -> ManualClock {
        ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_burst_then_the_rate_and_each_key_for_itself() {
        let time = clock();
        let buckets = Buckets::new(Rate { per_second: 2, burst: 5 }, Arc::new(time.clone()));
        assert_eq!((0..9).filter(|_| buckets.take(1).is_ok()).count(), 5);
        assert_eq!(buckets.take(1), Err(TooMany { seconds: 1 }));
        assert_eq!(buckets.take(2), Ok(()));
        time.advance(1);
        assert_eq!((0..9).filter(|_| buckets.take(1).is_ok()).count(), 2);
        // A clock that is put back stops nobody.
        time.advance(-3600);
        time.advance(1);
        buckets.take(2).unwrap();
        time.advance(1);
        assert_eq!(buckets.take(1), Ok(()));
    }

    #[test]
    fn memory_is_bounded_whoever_invents_keys() {
        let time = clock();
        let buckets = Buckets::new(Rate { per_second: 1, burst: 2 }, Arc::new(time.clone()));
        let taken = (0..3 * MOST_KEYS).filter(|key| buckets.take(*key).is_ok()).count();
        assert!(buckets.len() <= MOST_KEYS + 1024, "{}", buckets.len());
        assert!(taken <= MOST_KEYS + 2 * 1024, "{taken}");
        time.advance(10);
        assert_eq!(buckets.take(usize::MAX), Ok(()), "what is full again is forgotten");
        assert!(buckets.len() < 10);
    }
}
