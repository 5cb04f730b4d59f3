//! Rules of reading data without the customer: what follows from an error, and when a utility is
//! left alone.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::clock::after;
use crate::connector::ConnectorError;

/// Seconds from one good turn to the next: a day.
const REFRESH: i64 = 86_400;
/// Seconds to the first try after a failure that may pass. Each further one waits twice as long.
const FIRST_RETRY: i64 = 60;
/// The longest such wait.
const LONGEST_RETRY: i64 = 6 * 3_600;
/// Failures in a row, of any logins, after which a utility is left alone.
const BREAK_AFTER: u32 = 5;
/// Seconds for which it then is.
const BREAK_FOR: i64 = 600;
/// Turns at one utility at a time.
const AT_ONCE: u32 = 2;

/// What a failed turn means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The login is no longer good: only the customer can mend it, so the job rests until then.
    /// The login is not tried again, because a utility locks logins that fail too often.
    Login,
    /// It may pass: try again later.
    Passing,
}

/// What an error means, and the word that operators see.
pub fn meaning(error: &ConnectorError) -> (Meaning, &'static str) {
    match error {
        ConnectorError::InvalidCredentials => (Meaning::Login, "invalid_credentials"),
        ConnectorError::Locked => (Meaning::Login, "locked"),
        ConnectorError::ChallengeNeeded => (Meaning::Login, "challenge_needed"),
        ConnectorError::ActionRequired(_) => (Meaning::Login, "action_required"),
        ConnectorError::TooManyCodes | ConnectorError::ChallengeExpired => (Meaning::Login, "challenge_failed"),
        ConnectorError::SiteDown => (Meaning::Passing, "site_down"),
        ConnectorError::NotReady => (Meaning::Passing, "not_ready"),
        ConnectorError::SiteChanged(_) => (Meaning::Passing, "site_changed"),
        ConnectorError::SessionExpired | ConnectorError::StaleState => (Meaning::Passing, "session_expired"),
        ConnectorError::NoAccounts => (Meaning::Passing, "no_accounts"),
        ConnectorError::NotOffered => (Meaning::Passing, "not_offered"),
    }
}

/// When the turn after a good one is due. `jitter` is any number; it spreads the logins that were
/// linked together over an hour.
pub fn refresh_at(now: Timestamp, jitter: u64) -> Timestamp {
    after(now, REFRESH + spread(jitter, 3_600))
}

/// When the turn after the `failures`th failure in a row is due: later each time, and somewhere
/// within that wait, so that jobs which failed together do not come back together.
pub fn retry_at(now: Timestamp, failures: u32, jitter: u64) -> Timestamp {
    let wait = FIRST_RETRY.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(LONGEST_RETRY);
    after(now, wait / 2 + spread(jitter, wait / 2))
}

fn spread(jitter: u64, below: i64) -> i64 {
    let below = u64::try_from(below.max(1)).unwrap_or(1);
    i64::try_from(jitter % below).unwrap_or(0)
}

/// Which utilities may be asked now. One for each process.
#[derive(Debug, Default)]
pub struct Gate {
    utilities: HashMap<u32, Health>,
}

#[derive(Debug, Default)]
struct Health {
    running: u32,
    failures: u32,
    closed_until: Option<Timestamp>,
}

impl Gate {
    /// Utilities that are to be left alone at the moment.
    pub fn closed(&self, now: Timestamp) -> Vec<u32> {
        let closed =
            |health: &Health| health.running >= AT_ONCE || health.closed_until.is_some_and(|until| until > now);
        self.utilities.iter().filter(|(_, health)| closed(health)).map(|(id, _)| *id).collect()
    }

    /// A turn begins.
    pub fn enter(&mut self, utility: u32) {
        self.utilities.entry(utility).or_default().running += 1;
    }

    /// A turn is over, with or without a word about the utility's site.
    pub fn leave(&mut self, utility: u32, site: Option<Site>, now: Timestamp) {
        let health = self.utilities.entry(utility).or_default();
        health.running = health.running.saturating_sub(1);
        match site {
            None => return,
            Some(Site::Well) => {
                health.failures = 0;
                health.closed_until = None;
                return;
            }
            Some(Site::Failed) => health.failures += 1,
        }
        if health.failures >= BREAK_AFTER {
            // After the break one failure more closes it again.
            health.failures = BREAK_AFTER - 1;
            health.closed_until = Some(after(now, BREAK_FOR));
        }
    }
}

/// What a turn says of a utility's site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// It did its part, be it by refusing a login.
    Well,
    /// It did not.
    Failed,
}

/// What an error says of the site.
pub fn site_of(error: &ConnectorError) -> Site {
    match error {
        ConnectorError::SiteDown | ConnectorError::SiteChanged(_) => Site::Failed,
        _ => Site::Well,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::RequiredAction;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    fn waited(failures: u32, jitter: u64) -> i64 {
        retry_at(at(0), failures, jitter).as_second() - at(0).as_second()
    }

    #[test]
    fn only_what_concerns_the_login_is_about_the_login() {
        use ConnectorError::*;
        let action = ActionRequired(RequiredAction::AcceptTerms);
        for error in [InvalidCredentials, Locked, ChallengeNeeded, TooManyCodes, ChallengeExpired, action] {
            assert_eq!(meaning(&error).0, Meaning::Login, "{error}");
        }
        for error in [SiteDown, NotReady, SiteChanged("x"), SessionExpired, StaleState, NoAccounts, NotOffered] {
            assert_eq!(meaning(&error).0, Meaning::Passing, "{error}");
        }
    }

    #[test]
    fn data_in_preparation_says_nothing_against_the_site() {
        assert_eq!(site_of(&ConnectorError::NotReady), Site::Well);
        assert_eq!(site_of(&ConnectorError::SiteDown), Site::Failed);
    }

    #[test]
    fn retries_wait_longer_each_time_and_not_all_the_same() {
        assert_eq!([1, 2, 3].map(|n| waited(n, 0)), [30, 60, 120]);
        assert_eq!(waited(1, 29), 59);
        assert_eq!([20, u32::MAX].map(|n| waited(n, u64::MAX) <= LONGEST_RETRY), [true; 2]);
        assert!((0..1000).all(|jitter| (30..60).contains(&waited(1, jitter))));
    }

    #[test]
    fn a_good_turn_is_followed_by_one_a_day_later() {
        let waited = |jitter| refresh_at(at(0), jitter).as_second() - at(0).as_second();
        assert_eq!(waited(0), 86_400);
        assert!((86_400..90_000).contains(&waited(u64::MAX)));
    }

    #[test]
    fn a_utility_gets_so_many_turns_at_once() {
        let mut gate = Gate::default();
        gate.enter(1);
        assert!(gate.closed(at(0)).is_empty());
        gate.enter(1);
        assert_eq!(gate.closed(at(0)), [1]);
        gate.leave(1, None, at(0));
        assert!(gate.closed(at(0)).is_empty());
    }

    #[test]
    fn a_site_that_fails_again_and_again_is_left_alone_for_a_while() {
        let mut gate = Gate::default();
        for _ in 0..BREAK_AFTER {
            assert!(gate.closed(at(0)).is_empty());
            gate.enter(1);
            gate.leave(1, Some(Site::Failed), at(0));
        }
        assert_eq!(gate.closed(at(599)), [1]);
        assert!(gate.closed(at(600)).is_empty());
        gate.enter(1);
        gate.leave(1, Some(Site::Failed), at(600));
        assert_eq!(gate.closed(at(601)), [1], "one more failure after the break");
        gate.enter(1);
        gate.leave(1, None, at(700));
        assert_eq!(gate.closed(at(701)), [1], "a fault of ours says nothing of the site");
        gate.enter(1);
        gate.leave(1, Some(Site::Well), at(2000));
        assert!(gate.closed(at(2000)).is_empty());
    }
}
