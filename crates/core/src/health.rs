//! How a utility's site does, by what logins and turns of the worker have met there.
//!
//! Counted are customers, not tries: somebody who tries again and again is no outage. One good answer ends it.

use jiff::Timestamp;

use crate::clock::after;
use connect_wire::Condition;

/// Customers in a row who met a failure, after whom a site has trouble.
const TROUBLED_AFTER: u32 = 2;
/// The same, after whom it is down.
const DOWN_AFTER: u32 = 5;
/// Seconds after which a failure says nothing any more: nobody has tried since.
pub const FRESH_SECONDS: i64 = 1800;

/// What a customer has met at a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// It did its part.
    Well,
    /// It did not, for one customer more.
    Failure,
    /// It did not, for one who is counted already.
    FailureAgain,
}

/// What is known of a site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Customers in a row who met a failure.
    pub failures: u32,
    /// When the last of them did.
    pub failed_at: Option<Timestamp>,
    /// When it last did its part.
    pub well_at: Option<Timestamp>,
}

impl Health {
    /// How it does at `now`.
    pub fn condition(&self, now: Timestamp) -> Condition {
        let fresh = self.failed_at.is_some_and(|at| after(at, FRESH_SECONDS) > now);
        match self.failures {
            DOWN_AFTER.. if fresh => Condition::Down,
            TROUBLED_AFTER.. if fresh => Condition::Troubled,
            _ => Condition::Up,
        }
    }

    /// Whether it has done its part since `asked`, and does it now.
    pub fn works_since(&self, asked: Timestamp, now: Timestamp) -> Option<Timestamp> {
        self.well_at.filter(|at| *at > asked && self.condition(now) == Condition::Up)
    }
}

/// Utilities whose sites do not do well, each with how they do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sites(Vec<(u32, Condition)>);

impl Sites {
    /// Of those that an operator has switched off, and what is known of the others.
    pub fn new(off: &[(u32, String)], health: &[(u32, Health)], now: Timestamp) -> Self {
        let switched = off.iter().map(|(utility, _)| (*utility, Condition::Down));
        let met = health.iter().map(|(utility, health)| (*utility, health.condition(now)));
        Self(switched.chain(met).filter(|(_, condition)| *condition != Condition::Up).collect())
    }

    /// How a utility's site does.
    pub fn condition(&self, utility: u32) -> Condition {
        self.0.iter().find(|(one, _)| *one == utility).map_or(Condition::Up, |(_, condition)| *condition)
    }
}

/// A customer who wants to be told when a utility works again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutageRequest {
    /// The company's own id of its customer.
    pub user_ref: String,
    /// Utility.
    pub utility: u32,
    /// When it was asked last.
    pub asked_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    fn failed(failures: u32, second: i64) -> Health {
        Health { failures, failed_at: Some(at(second)), well_at: None }
    }

    #[test]
    fn one_failure_is_nobodys_outage_and_a_row_of_them_is() {
        let conditions = [0, 1, 2, 4, 5, 50].map(|failures| failed(failures, 0).condition(at(1)));
        use Condition::{Down, Troubled, Up};
        assert_eq!(conditions, [Up, Up, Troubled, Troubled, Down, Down]);
    }

    #[test]
    fn a_failure_that_nobody_has_met_since_says_nothing() {
        assert_eq!(failed(9, 0).condition(at(FRESH_SECONDS - 1)), Condition::Down);
        assert_eq!(failed(9, 0).condition(at(FRESH_SECONDS)), Condition::Up);
    }

    #[test]
    fn it_works_again_once_somebody_was_served_after_it_was_asked() {
        let well = Health { well_at: Some(at(100)), ..Health::default() };
        assert_eq!(well.works_since(at(99), at(200)), Some(at(100)));
        assert_eq!(well.works_since(at(100), at(200)), None);
        // It has failed again since.
        let again = Health { failures: 2, failed_at: Some(at(150)), ..well };
        assert_eq!(again.works_since(at(99), at(200)), None);
        assert_eq!(failed(9, 0).works_since(at(0), at(9_000)), None, "silence is no sign");
    }

    #[test]
    fn what_is_switched_off_is_down_whatever_was_met() {
        let off = [(3, "maintenance".to_owned())];
        let health = [(3, failed(2, 0)), (4, failed(2, 0)), (5, failed(1, 0))];
        let sites = Sites::new(&off, &health, at(1));
        use Condition::{Down, Troubled, Up};
        assert_eq!([3, 4, 5, 6].map(|utility| sites.condition(utility)), [Down, Troubled, Up, Up]);
    }
}
