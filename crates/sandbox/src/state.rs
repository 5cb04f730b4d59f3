//! What the connector must remember between two calls, as bytes that the service stores.
//! The password is not part of it.

use connect_core::connector::{ConnectorError, LoginState, UtilitySession};
use connect_wire::Channel;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Name of the connector, part of stored state.
pub(crate) const NAME: &str = "sandbox";
/// Version of the bytes below. To be raised whenever their shape or meaning changes.
const VERSION: u32 = 1;

/// A login that waits for the customer's answer.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Pending {
    /// User name, as [`crate::LOGINS`] spells it.
    pub(crate) login: String,
    /// Wrong answers so far. Sending a new code does not reset it.
    pub(crate) wrong: u8,
    /// What it waits for.
    pub(crate) stage: Stage,
}

/// What a login waits for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// A choice of channel.
    Choose,
    /// A code that was sent.
    Sent {
        /// The channel.
        channel: Channel,
        /// When it was sent.
        at: Timestamp,
        /// Whether the utility tells how long it works.
        announced: bool,
    },
    /// An approval on another device.
    Asked {
        /// When it was asked for.
        at: Timestamp,
        /// Whether it was the first time.
        first: bool,
    },
    /// Something that is not sent: a code of an app, the answer to a question.
    Known,
}

impl Pending {
    pub(crate) fn new(login: &str, stage: Stage) -> Self {
        Self { login: login.to_owned(), wrong: 0, stage }
    }

    pub(crate) fn seal(&self) -> Result<LoginState, ConnectorError> {
        Ok(LoginState { connector: NAME.to_owned(), version: VERSION, data: bytes(self)? })
    }

    pub(crate) fn open(state: &LoginState) -> Result<Self, ConnectorError> {
        read(&state.connector, state.version, &state.data)
    }
}

/// A login that was accepted.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Accepted {
    /// User name, as [`crate::LOGINS`] spells it.
    pub(crate) login: String,
}

impl Accepted {
    pub(crate) fn new(login: &str) -> Self {
        Self { login: login.to_owned() }
    }

    pub(crate) fn seal(&self) -> Result<UtilitySession, ConnectorError> {
        Ok(UtilitySession { connector: NAME.to_owned(), version: VERSION, data: bytes(self)? })
    }

    pub(crate) fn open(session: &UtilitySession) -> Result<Self, ConnectorError> {
        read(&session.connector, session.version, &session.data)
    }
}

/// These types always have a JSON form; should that ever be untrue, it is ours to mend.
fn bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, ConnectorError> {
    serde_json::to_vec(value).map_err(|_| ConnectorError::SiteChanged("sandbox state"))
}

fn read<'a, T: Deserialize<'a>>(connector: &str, version: u32, data: &'a [u8]) -> Result<T, ConnectorError> {
    if connector != NAME || version != VERSION {
        return Err(ConnectorError::StaleState);
    }
    serde_json::from_slice(data).map_err(|_| ConnectorError::StaleState)
}
