//! What a connector to a utility must do, and what it may answer.
//!
//! A connector logs in and reads; it keeps nothing. Everything it must remember between two
//! calls is a value ([`LoginState`], [`UtilitySession`]) that the service seals and stores, so
//! that a login survives a restart and may continue in another process.

use async_trait::async_trait;
use connect_wire::{Channel, CodePrompt, MethodOption};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::secret::Secret;
use crate::usage::{Bill, Series, Window};

/// A customer's login at a utility.
#[derive(Clone, Debug)]
pub struct Login {
    /// User name or e-mail, trimmed.
    pub username: String,
    /// Password, exactly as typed.
    pub password: Secret,
}

/// What a call to a connector may know about its surroundings.
#[derive(Clone, Copy, Debug)]
pub struct LoginContext {
    /// Directory number of the utility.
    pub utility: u32,
    /// The current time, from the service's clock.
    pub now: Timestamp,
    /// Whether the customer is there. If not, nothing may be done that reaches them, as a code on
    /// their phone: [`ConnectorError::ChallengeNeeded`] instead.
    pub attended: bool,
}

/// A login in progress, opaque to the service. Holds secrets: it is stored sealed only.
#[derive(Serialize, Deserialize)]
pub struct LoginState {
    /// Connector that made it.
    pub connector: String,
    /// Version of `data`; a connector that does not know it asks for a new login.
    pub version: u32,
    /// The connector's own bytes.
    pub data: Vec<u8>,
}

/// An accepted login, opaque to the service. Holds secrets: it is stored sealed only.
#[derive(Serialize, Deserialize)]
pub struct UtilitySession {
    /// Connector that made it.
    pub connector: String,
    /// Version of `data`.
    pub version: u32,
    /// The connector's own bytes.
    pub data: Vec<u8>,
}

/// Where a login stands after a call.
pub enum LoginStep {
    /// The utility accepted the login.
    Done(UtilitySession),
    /// The utility wants more.
    Challenge {
        /// What it wants.
        challenge: Challenge,
        /// To be passed to [`Connector::resume`].
        state: LoginState,
        /// What was wrong with the last answer, or what has happened since.
        problem: Option<ChallengeProblem>,
    },
}

/// A further question of the utility.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Challenge {
    /// Choose how to receive a code.
    Method {
        /// Ways on offer, at least one.
        options: Vec<MethodOption>,
    },
    /// Enter a code or answer a question.
    Code(CodeChallenge),
    /// Approve the login on a device of the customer's. Nothing is entered here: the connector is asked again and
    /// again ([`ChallengeInput::Poll`]) until there is an answer.
    Approve(ApproveChallenge),
}

/// An approval that the utility waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApproveChallenge {
    /// The device as the utility names it, for example `Pixel 9`; empty where it does not.
    pub device: String,
    /// What the customer must choose or compare there, where the utility shows a number.
    pub number: Option<String>,
    /// When the request is over.
    pub expires_at: Timestamp,
    /// The other ways on offer; empty when there is no choice.
    pub methods: Vec<MethodOption>,
}

/// A code or answer that the utility waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeChallenge {
    /// What to ask for.
    pub prompt: CodePrompt,
    /// When the code stops working, if the utility says so.
    pub expires_at: Option<Timestamp>,
    /// From when on a new code may be sent; `None` when it cannot.
    pub resend_at: Option<Timestamp>,
    /// The other ways on offer; empty when there is no choice.
    pub methods: Vec<MethodOption>,
}

/// What was wrong with an answer to a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChallengeProblem {
    /// Wrong code or answer; so many tries are left.
    Wrong {
        /// Tries left.
        left: u8,
    },
    /// The code's time was over. A new one can be sent.
    Expired,
    /// A new code is on its way.
    Resent,
    /// A new code was asked for too soon.
    TooSoon,
    /// The customer, or whoever has the device, has declined. It can be asked again.
    Denied,
}

/// The customer's answer to a challenge.
#[derive(Clone, Debug)]
pub enum ChallengeInput {
    /// Send the code this way (`MethodOption::id`).
    Method(String),
    /// The code or answer.
    Answer(Secret),
    /// Send the code or the request again.
    Resend,
    /// Has it been approved? Reaches nobody.
    Poll,
}

/// Why a login or a fetch failed. Only a positive refusal by the utility is about credentials;
/// everything else is an outage or ours, and is told so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorError {
    /// The utility said that user name or password is wrong.
    #[error("the utility refused the credentials")]
    InvalidCredentials,
    /// The utility said that the login is locked.
    #[error("the utility has locked the login")]
    Locked,
    /// Too many wrong codes: the utility wants a new login.
    #[error("the utility wants a new login after too many wrong codes")]
    TooManyCodes,
    /// The challenge is over and cannot be renewed: the utility wants a new login.
    #[error("the challenge expired")]
    ChallengeExpired,
    /// The site is down or in maintenance.
    #[error("the utility's site is down")]
    SiteDown,
    /// The utility has the consent and is still preparing the data. It passes by itself.
    #[error("the utility is still preparing the data")]
    NotReady,
    /// The login is good but holds no account.
    #[error("the login holds no account")]
    NoAccounts,
    /// The site answered something that the connector does not know. Ours to mend.
    #[error("the utility's site has changed at: {0}")]
    SiteChanged(&'static str),
    /// Stored state could not be read by this version.
    #[error("stored login state is of another version")]
    StaleState,
    /// The session is over: log in again.
    #[error("the session at the utility is over")]
    SessionExpired,
    /// The utility wants a code or an answer, and the customer is not there.
    #[error("the utility wants the customer to confirm the login")]
    ChallengeNeeded,
    /// The password is right, but the customer must do something at the utility's own site first.
    #[error("the utility wants the customer to do something first: {0}")]
    ActionRequired(RequiredAction),
    /// The utility has no such data.
    #[error("the utility does not offer this")]
    NotOffered,
}

/// What only the customer can do, at the utility's own site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequiredAction {
    /// Accept new terms.
    #[error("accept terms")]
    AcceptTerms,
    /// Choose a new password.
    #[error("choose a new password")]
    NewPassword,
    /// Set up a second step.
    #[error("set up a second step")]
    SecondStep,
    /// Prove that a person is there.
    #[error("prove to be a person")]
    ProvePerson,
}

/// An account under a login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteAccount {
    /// Identifier to show to clients, where the connector has a stable one of its own.
    pub public_id: Option<Uuid>,
    /// Account number as printed on the bill. Leading zeros matter.
    pub account_number: String,
    /// Service address on one line.
    pub address: String,
    /// Meters, at least one.
    pub meters: Vec<RemoteMeter>,
}

/// A meter of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteMeter {
    /// Identifier to show to clients, where the connector has a stable one of its own.
    pub public_id: Option<Uuid>,
    /// What it measures.
    pub kind: MeterKind,
}

/// What a meter measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MeterKind {
    /// Electricity, in kWh.
    Electric,
    /// Gas, in therms.
    Gas,
}

/// How a masked destination is announced: kept with the trait so that connectors agree.
pub fn method(id: &str, channel: Channel, to: &str) -> MethodOption {
    MethodOption { id: id.into(), channel, to: to.into() }
}

/// A way into one or more utilities.
#[async_trait]
pub trait Connector: Send + Sync {
    /// Name, stable over versions; part of stored state.
    fn name(&self) -> &'static str;

    /// With how many wrong passwords in a row the utility locks a login; the service sends one fewer in a day
    /// ([`crate::tries`]). A utility that does not say is taken to lock early. `None` for one that is only played,
    /// whose logins everybody knows and nothing locks: there, a limit by login would let each developer stop all
    /// others.
    fn tries_before_lock(&self) -> Option<u8> {
        Some(3)
    }

    /// Starts a login. Called once per submitted form: never retried by the service.
    async fn begin(&self, cx: LoginContext, login: &Login) -> Result<LoginStep, ConnectorError>;

    /// Starts a login again, as the device that an earlier session was made with: a utility that
    /// remembers it asks for no confirmation. Connectors without such a memory need not do more.
    async fn begin_again(
        &self,
        cx: LoginContext,
        login: &Login,
        earlier: &UtilitySession,
    ) -> Result<LoginStep, ConnectorError> {
        let _ = earlier;
        self.begin(cx, login).await
    }

    /// Continues a login with the customer's answer.
    async fn resume(
        &self,
        cx: LoginContext,
        state: LoginState,
        input: ChallengeInput,
    ) -> Result<LoginStep, ConnectorError>;

    /// Where the customer consents at the utility's own site, with `state` to come back with; `None` for
    /// a connector that signs in with a password.
    fn consent_url(&self, state: &str) -> Option<String> {
        let _ = state;
        None
    }

    /// Turns the code that the customer came back with into a session. Called once per code.
    ///
    /// [`ConnectorError::ChallengeExpired`] when the utility does not take the code: it is too old or
    /// was used, and the customer must consent again.
    async fn redeem(&self, cx: LoginContext, code: &Secret) -> Result<UtilitySession, ConnectorError> {
        let _ = (cx, code);
        Err(ConnectorError::NotOffered)
    }

    /// A new session out of one that is over, without the customer.
    /// [`ConnectorError::InvalidCredentials`] when the utility no longer honours the consent.
    async fn renew(&self, cx: LoginContext, session: &UtilitySession) -> Result<UtilitySession, ConnectorError> {
        let _ = (cx, session);
        Err(ConnectorError::NotOffered)
    }

    /// Tells the utility that the consent is needed no more. Nothing to do for most connectors.
    async fn give_back(&self, cx: LoginContext, session: &UtilitySession) -> Result<(), ConnectorError> {
        let _ = (cx, session);
        Ok(())
    }

    /// The address that the utility's notifications name this session's data by.
    fn subscription(&self, session: &UtilitySession) -> Option<String> {
        let _ = session;
        None
    }

    /// Accounts under an accepted login, at least one ([`ConnectorError::NoAccounts`] otherwise).
    async fn accounts(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
    ) -> Result<Vec<RemoteAccount>, ConnectorError>;

    /// Readings of a meter in a window, as far as the utility has them; at most one series of each
    /// kind, each by start. `meter` is a place in `account.meters`. A reading belongs to the window
    /// by its start.
    async fn readings(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
        account: &RemoteAccount,
        meter: usize,
        window: Window,
    ) -> Result<Vec<Series>, ConnectorError> {
        let _ = (cx, session, account, meter, window);
        Err(ConnectorError::NotOffered)
    }

    /// All bills of an account.
    async fn bills(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
        account: &RemoteAccount,
    ) -> Result<Vec<Bill>, ConnectorError> {
        let _ = (cx, session, account);
        Err(ConnectorError::NotOffered)
    }

    /// The document of a bill.
    async fn bill_pdf(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
        account: &RemoteAccount,
        remote_id: &str,
    ) -> Result<Vec<u8>, ConnectorError> {
        let _ = (cx, session, account, remote_id);
        Err(ConnectorError::NotOffered)
    }
}
