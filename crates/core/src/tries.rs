//! How often passwords are tried at utilities: for a run, for a login, and never so often that the
//! utility locks the customer's account.
//!
//! A try is counted before the password is sent, and what came of it is noted afterwards. One whose end
//! was never noted (the process ended) counts as a wrong one.

use jiff::Timestamp;
use uuid::Uuid;

use crate::connector::{ConnectorError, LoginStep};
use crate::keys::Digest;

/// Passwords that one run may send, of whatever logins. Outages and silence cost none.
pub const TRIES_PER_RUN: u32 = 5;
/// Passwords that may be sent for one login in [`HOUR_SECONDS`], whoever asks. Those that led to a link do not
/// count: nobody guesses who knows.
pub const TRIES_PER_HOUR: u32 = 10;
/// Length of that hour.
pub const HOUR_SECONDS: i64 = 3600;
/// Seconds for which wrong passwords in a row are remembered. Utilities count within a session or a day.
pub const WRONG_SECONDS: i64 = 86_400;
/// Codes or answers that are sent for one challenge (OWASP ASVS 5.0, 6.6.3), whatever the utility permits.
pub const CODES_PER_LOGIN: u8 = 5;

/// A password that is about to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Try {
    /// Row key.
    pub id: Uuid,
    /// Whose: [`crate::keys::Keys::login_digest`] of what was typed, whether the utility knows it or not.
    pub login: Digest,
    /// The run that asks; `None` in the background.
    pub session: Option<Uuid>,
    /// Now.
    pub at: Timestamp,
    /// [`crate::connector::Connector::tries_before_lock`]; `None` leaves only the limit by run.
    pub before_lock: Option<u8>,
}

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryEnd {
    /// The utility has accepted the password and wants no more. Ends a row of wrong ones.
    Accepted,
    /// The utility has accepted the password and wants a code. Ends a row of wrong ones, and counts in the
    /// hour: each may send the customer a message.
    Challenged,
    /// Wrong, or the login is locked.
    Refused,
    /// No clear answer: it may have been counted as wrong.
    Unclear,
    /// The utility's site was down: nobody has looked at the password.
    Down,
}

impl TryEnd {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Accepted, Self::Challenged, Self::Refused, Self::Unclear, Self::Down];

    /// As stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Challenged => "challenged",
            Self::Refused => "refused",
            Self::Unclear => "unclear",
            Self::Down => "down",
        }
    }

    /// What a connector's answer to a password means.
    pub fn of(answer: &Result<LoginStep, ConnectorError>) -> Self {
        match answer {
            Ok(LoginStep::Done(_)) => Self::Accepted,
            Ok(LoginStep::Challenge { .. }) => Self::Challenged,
            Err(ConnectorError::InvalidCredentials | ConnectorError::Locked) => Self::Refused,
            Err(ConnectorError::SiteDown | ConnectorError::NotReady) => Self::Down,
            // The utility says more only to who has the right password.
            Err(
                ConnectorError::ActionRequired(_) | ConnectorError::NoAccounts | ConnectorError::ChallengeNeeded,
            ) => Self::Challenged,
            Err(
                ConnectorError::TooManyCodes
                | ConnectorError::ChallengeExpired
                | ConnectorError::SiteChanged(_)
                | ConnectorError::StaleState
                | ConnectorError::SessionExpired
                | ConnectorError::NotOffered,
            ) => Self::Unclear,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::{RequiredAction, UtilitySession};

    #[test]
    fn only_what_the_utility_has_accepted_ends_a_row_of_wrong_passwords() {
        let session = UtilitySession { connector: "c".into(), version: 1, data: Vec::new() };
        assert_eq!(TryEnd::of(&Ok(LoginStep::Done(session))), TryEnd::Accepted);
        for (error, end) in [
            (ConnectorError::InvalidCredentials, TryEnd::Refused),
            (ConnectorError::Locked, TryEnd::Refused),
            (ConnectorError::SiteDown, TryEnd::Down),
            (ConnectorError::SiteChanged("a page"), TryEnd::Unclear),
            (ConnectorError::ActionRequired(RequiredAction::AcceptTerms), TryEnd::Challenged),
        ] {
            assert_eq!(TryEnd::of(&Err(error.clone())), end, "{error}");
        }
    }
}
