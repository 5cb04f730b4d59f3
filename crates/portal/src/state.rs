//! What the connector must remember between two calls, as bytes that the service seals and stores.
//! The password is not part of it.

use connect_core::connector::{CodeChallenge, ConnectorError, LoginState, UtilitySession};
use connect_core::secret::Secret;
use connect_wire::MethodOption;
use serde::{Deserialize, Serialize};

use crate::jar::{Jar, expose, hide};
use crate::marks::field;
use crate::page::Form;

/// Version of the bytes below. To be raised whenever their shape or meaning changes.
const VERSION: u32 = 1;

/// A login that waits for the customer's answer.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) jar: Jar,
    pub(crate) step: Step,
}

/// What a login waits for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Step {
    /// A choice of the way for a code.
    Choose {
        /// The form to send.
        form: SavedForm,
        /// The ways.
        options: Vec<MethodOption>,
    },
    /// A code or an answer.
    Answer {
        /// The form to send.
        form: SavedForm,
        /// The form that sends the code again.
        resend: Option<SavedForm>,
        /// The challenge as the customer sees it.
        challenge: CodeChallenge,
    },
}

/// A form of a page that was seen in an earlier call.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SavedForm {
    pub(crate) action: String,
    #[serde(serialize_with = "expose", deserialize_with = "hide")]
    pub(crate) csrf: Secret,
    /// Name of the field that the customer fills in.
    pub(crate) field: String,
    /// Whether it offers to remember the device.
    pub(crate) remember: bool,
}

impl SavedForm {
    pub(crate) fn of(form: &Form, name: &str) -> Self {
        Self {
            action: form.action.to_string(),
            csrf: form.csrf.clone(),
            field: name.to_owned(),
            remember: form.has(field::REMEMBER),
        }
    }
}

/// A login that was accepted.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Accepted {
    /// The session's cookies and that of the remembered device.
    pub(crate) jar: Jar,
    /// Whether the portal asked for a confirmation when the customer was there. If so, a password
    /// alone may have a code sent, unless the device is known.
    pub(crate) confirmed: bool,
}

impl Pending {
    pub(crate) fn seal(&self, name: &str) -> Result<LoginState, ConnectorError> {
        Ok(LoginState { connector: name.to_owned(), version: VERSION, data: bytes(self)? })
    }

    pub(crate) fn open(name: &str, state: &LoginState) -> Result<Self, ConnectorError> {
        read(name, &state.connector, state.version, &state.data)
    }
}

impl Accepted {
    pub(crate) fn seal(&self, name: &str) -> Result<UtilitySession, ConnectorError> {
        Ok(UtilitySession { connector: name.to_owned(), version: VERSION, data: bytes(self)? })
    }

    pub(crate) fn open(name: &str, session: &UtilitySession) -> Result<Self, ConnectorError> {
        read(name, &session.connector, session.version, &session.data)
    }
}

/// These types always have a JSON form; should that ever be untrue, it is ours to mend.
fn bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, ConnectorError> {
    serde_json::to_vec(value).map_err(|_| ConnectorError::SiteChanged("portal state"))
}

fn read<'a, T: Deserialize<'a>>(
    own: &str,
    connector: &str,
    version: u32,
    data: &'a [u8],
) -> Result<T, ConnectorError> {
    if connector != own || version != VERSION {
        return Err(ConnectorError::StaleState);
    }
    serde_json::from_slice(data).map_err(|_| ConnectorError::StaleState)
}
