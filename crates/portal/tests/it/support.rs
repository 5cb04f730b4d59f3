//! Portals on ports of their own.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use connect_core::clock::{Clock, ManualClock};
use connect_core::connector::{
    Challenge, ChallengeInput, ChallengeProblem, Connector, ConnectorError, Login, LoginContext, LoginState,
    LoginStep, UtilitySession,
};
use connect_core::secret::Secret;
use connect_portal::{Limits, PortalConfig, PortalConnector, Timeouts};
use connect_sunrise::SunriseConfig;
use jiff::Timestamp;
use tokio::net::TcpListener;

/// A portal with a clock that stands still, and a connector to it.
pub(crate) struct Portal {
    pub(crate) base: String,
    pub(crate) clock: ManualClock,
    pub(crate) connector: PortalConnector,
}

pub(crate) fn now() -> Timestamp {
    "2026-11-10T18:00:00Z".parse().unwrap()
}

/// Serves these pages on a port of their own.
pub(crate) async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    base
}

/// Settings for tests: failures are quick.
pub(crate) fn config(base: &str) -> PortalConfig {
    let timeouts = Timeouts { retry: Duration::from_millis(20), ..Timeouts::default() };
    PortalConfig { timeouts, ..PortalConfig::sunrise(base) }
}

pub(crate) fn connector(base: &str) -> PortalConnector {
    PortalConnector::new(config(base)).unwrap()
}

/// A connector that soon loses patience.
pub(crate) fn impatient(base: &str) -> PortalConnector {
    let config = config(base);
    let timeouts = Timeouts { request: Duration::from_millis(300), ..config.timeouts };
    PortalConnector::new(PortalConfig { timeouts, ..config }).unwrap()
}

/// A connector that reads little. Patient, because tests may run on a busy machine.
pub(crate) fn frugal(base: &str) -> PortalConnector {
    let limits = Limits { html_bytes: 64 << 10, xml_bytes: 128 << 10, pdf_bytes: 64 << 10, ..Limits::default() };
    PortalConnector::new(PortalConfig { limits, ..config(base) }).unwrap()
}

pub(crate) fn context(now: Timestamp, attended: bool) -> LoginContext {
    LoginContext { utility: 7, now, attended }
}

pub(crate) fn login(username: &str) -> Login {
    let known = connect_sunrise::LOGINS.iter().find(|row| row.username == username);
    Login { username: username.to_owned(), password: Secret::new(known.map_or("password", |row| row.password)) }
}

impl Portal {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut SunriseConfig)) -> Self {
        Self::built(change, |router| router).await
    }

    /// With something between the portal and the connector.
    pub(crate) async fn layered(layer: impl FnOnce(Router) -> Router) -> Self {
        Self::built(|_| {}, layer).await
    }

    async fn built(change: impl FnOnce(&mut SunriseConfig), layer: impl FnOnce(Router) -> Router) -> Self {
        let clock = ManualClock::at(now());
        let mut sunrise = SunriseConfig::new("http://sunrise.test");
        sunrise.clock = Arc::new(clock.clone());
        sunrise.slow = Duration::from_millis(200);
        change(&mut sunrise);
        let base = serve(layer(connect_sunrise::router(sunrise))).await;
        Self { connector: connector(&base), base, clock }
    }

    pub(crate) fn cx(&self) -> LoginContext {
        context(self.clock.now(), true)
    }

    pub(crate) fn alone(&self) -> LoginContext {
        context(self.clock.now(), false)
    }

    pub(crate) async fn begin(&self, username: &str) -> Result<LoginStep, ConnectorError> {
        self.connector.begin(self.cx(), &login(username)).await
    }

    /// Signs in with a login that needs no confirmation.
    pub(crate) async fn sign_in(&self, username: &str) -> UtilitySession {
        done(self.begin(username).await)
    }

    /// Goes on in what could be another process: the state as bytes, and a new connector.
    pub(crate) async fn resume(
        &self,
        state: LoginState,
        input: ChallengeInput,
    ) -> Result<LoginStep, ConnectorError> {
        let bytes = serde_json::to_vec(&state).unwrap();
        drop(state);
        let state = serde_json::from_slice(&bytes).unwrap();
        connector(&self.base).resume(self.cx(), state, input).await
    }

    pub(crate) async fn answer(&self, state: LoginState, text: &str) -> Result<LoginStep, ConnectorError> {
        self.resume(state, ChallengeInput::Answer(Secret::new(text))).await
    }
}

#[track_caller]
pub(crate) fn done(step: Result<LoginStep, ConnectorError>) -> UtilitySession {
    match step {
        Ok(LoginStep::Done(session)) => session,
        Ok(LoginStep::Challenge { challenge, .. }) => panic!("asked: {challenge:?}"),
        Err(error) => panic!("failed: {error}"),
    }
}

pub(crate) type Asked = (Challenge, LoginState, Option<ChallengeProblem>);

#[track_caller]
pub(crate) fn asked(step: Result<LoginStep, ConnectorError>) -> Asked {
    match step {
        Ok(LoginStep::Challenge { challenge, state, problem }) => (challenge, state, problem),
        Ok(LoginStep::Done(_)) => panic!("signed in without a question"),
        Err(error) => panic!("failed: {error}"),
    }
}

#[track_caller]
pub(crate) fn failed<T>(answer: Result<T, ConnectorError>) -> ConnectorError {
    answer.err().expect("an error")
}
