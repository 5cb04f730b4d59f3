//! The sandbox connector: every answer a utility can give, without a utility.
//!
//! It plays every utility of the directory. What happens is chosen by the user name, see
//! [`LOGINS`]. It runs in the process, asks no network and keeps nothing: a login in progress is
//! the value that the service stores, and the same login always has the same accounts.

mod accounts;
mod challenge;
mod data;
mod scenario;
mod state;

use std::time::Duration;

use async_trait::async_trait;
use connect_core::connector::{
    ChallengeInput, Connector, ConnectorError, Login, LoginContext, LoginState, LoginStep, RemoteAccount,
    UtilitySession,
};
use connect_core::usage::{Bill, Series, Window};

use challenge::Reply;
pub use scenario::{EMAIL_DOMAIN, LOGINS, SandboxLogin};
use scenario::{Play, find};
use state::{Accepted, NAME, Pending};

/// How long the login `slow` takes, unless set otherwise.
pub const SLOW: Duration = Duration::from_secs(6);

/// A connector to utilities that do not exist.
#[derive(Clone, Debug)]
pub struct SandboxConnector {
    slow: Duration,
}

impl SandboxConnector {
    /// The sandbox as the documentation describes it.
    pub fn new() -> Self {
        Self::with_slow(SLOW)
    }

    /// The sandbox, with another waiting time for the login `slow`.
    pub fn with_slow(slow: Duration) -> Self {
        Self { slow }
    }
}

impl Default for SandboxConnector {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Connector for SandboxConnector {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tries_before_lock(&self) -> Option<u8> {
        None
    }

    async fn begin(&self, cx: LoginContext, login: &Login) -> Result<LoginStep, ConnectorError> {
        let row = find(&login.username)
            .filter(|row| row.accepts(&login.password))
            .ok_or(ConnectorError::InvalidCredentials)?;
        match &row.play {
            Play::Accept => accepted(row),
            Play::AcceptLate => {
                tokio::time::sleep(self.slow).await;
                accepted(row)
            }
            Play::Refuse(error) => Err(error.clone()),
            Play::Confirm(_) if !cx.attended => Err(ConnectorError::ChallengeNeeded),
            Play::Confirm(confirm) => {
                let pending = Pending::new(row.username, challenge::first(*confirm, cx.now));
                Ok(LoginStep::Challenge {
                    challenge: challenge::shown(*confirm, &pending.stage),
                    state: pending.seal()?,
                    problem: None,
                })
            }
        }
    }

    async fn resume(
        &self,
        cx: LoginContext,
        state: LoginState,
        input: ChallengeInput,
    ) -> Result<LoginStep, ConnectorError> {
        let pending = Pending::open(&state)?;
        let row = find(&pending.login).ok_or(ConnectorError::StaleState)?;
        let Play::Confirm(confirm) = row.play else {
            return Err(ConnectorError::StaleState);
        };
        match challenge::reply(confirm, pending, &input, cx.now)? {
            Reply::Accepted => accepted(row),
            Reply::Again(pending, problem) => Ok(LoginStep::Challenge {
                challenge: challenge::shown(confirm, &pending.stage),
                state: pending.seal()?,
                problem,
            }),
        }
    }

    async fn accounts(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
    ) -> Result<Vec<RemoteAccount>, ConnectorError> {
        let accounts = accounts::of(login_of(session)?, cx.utility);
        if accounts.is_empty() { Err(ConnectorError::NoAccounts) } else { Ok(accounts) }
    }

    async fn readings(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
        account: &RemoteAccount,
        meter: usize,
        window: Window,
    ) -> Result<Vec<Series>, ConnectorError> {
        data::readings(login_of(session)?, cx.utility, account, meter, window, cx.now)
    }

    async fn bills(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
        account: &RemoteAccount,
    ) -> Result<Vec<Bill>, ConnectorError> {
        data::bills(login_of(session)?, cx.utility, account, cx.now)
    }

    async fn bill_pdf(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
        account: &RemoteAccount,
        remote_id: &str,
    ) -> Result<Vec<u8>, ConnectorError> {
        data::bill_pdf(login_of(session)?, cx.utility, account, remote_id, cx.now)
    }
}

fn login_of(session: &UtilitySession) -> Result<&'static SandboxLogin, ConnectorError> {
    find(&Accepted::open(session)?.login).ok_or(ConnectorError::StaleState)
}

fn accepted(row: &SandboxLogin) -> Result<LoginStep, ConnectorError> {
    Accepted::new(row.username).seal().map(LoginStep::Done)
}
