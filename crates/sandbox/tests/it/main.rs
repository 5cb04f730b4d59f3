//! What the sandbox does, seen through the connector trait, as the service sees it.

mod accounts;
mod codes;
mod docs;
mod logins;
mod state;

use connect_core::connector::{
    Challenge, ChallengeInput, ChallengeProblem, CodeChallenge, Connector, ConnectorError, Login, LoginContext,
    LoginState, LoginStep, RemoteAccount, UtilitySession,
};
use connect_core::secret::Secret;
use connect_sandbox::SandboxConnector;
use jiff::Timestamp;

/// Seconds since the first login of a test.
fn at(seconds: i64) -> LoginContext {
    let now = Timestamp::from_second(1_800_000_000 + seconds).expect("in range");
    LoginContext { utility: 1, now, attended: true }
}

fn login(username: &str, password: &str) -> Login {
    Login { username: username.to_owned(), password: Secret::new(password) }
}

async fn begin(username: &str) -> Result<LoginStep, ConnectorError> {
    begin_with(username, "password").await
}

async fn begin_with(username: &str, password: &str) -> Result<LoginStep, ConnectorError> {
    SandboxConnector::new().begin(at(0), &login(username, password)).await
}

fn session(step: Result<LoginStep, ConnectorError>) -> UtilitySession {
    match step {
        Ok(LoginStep::Done(session)) => session,
        Ok(LoginStep::Challenge { challenge, problem, .. }) => panic!("asked for {challenge:?}: {problem:?}"),
        Err(error) => panic!("{error}"),
    }
}

fn error(step: Result<LoginStep, ConnectorError>) -> ConnectorError {
    match step {
        Err(error) => error,
        Ok(LoginStep::Done(_)) => panic!("accepted"),
        Ok(LoginStep::Challenge { challenge, problem, .. }) => panic!("asked for {challenge:?}: {problem:?}"),
    }
}

async fn accounts(username: &str, utility: u32) -> Result<Vec<RemoteAccount>, ConnectorError> {
    let sandbox = SandboxConnector::new();
    let cx = LoginContext { utility, ..at(0) };
    let session = session(sandbox.begin(cx, &login(username, "password")).await);
    sandbox.accounts(cx, &session).await
}

/// A login that waits for the customer, in the hands of a service that stores it as JSON and
/// goes on in another process.
struct Waiting {
    challenge: Challenge,
    problem: Option<ChallengeProblem>,
    stored: String,
}

impl Waiting {
    fn of(step: Result<LoginStep, ConnectorError>) -> Self {
        match step {
            Ok(LoginStep::Challenge { challenge, state, problem }) => {
                Self { challenge, problem, stored: serde_json::to_string(&state).expect("JSON") }
            }
            Ok(LoginStep::Done(_)) => panic!("accepted"),
            Err(error) => panic!("{error}"),
        }
    }

    async fn at_begin(username: &str) -> Self {
        let waiting = Self::of(begin(username).await);
        assert_eq!(waiting.problem, None);
        waiting
    }

    fn state(&self) -> LoginState {
        serde_json::from_str(&self.stored).expect("JSON")
    }

    async fn send(&self, seconds: i64, input: ChallengeInput) -> Result<LoginStep, ConnectorError> {
        SandboxConnector::new().resume(at(seconds), self.state(), input).await
    }

    async fn answer(&self, seconds: i64, answer: &str) -> Result<LoginStep, ConnectorError> {
        self.send(seconds, ChallengeInput::Answer(Secret::new(answer))).await
    }

    async fn resend(&self, seconds: i64) -> Self {
        Self::of(self.send(seconds, ChallengeInput::Resend).await)
    }

    async fn choose(&self, seconds: i64, id: &str) -> Self {
        Self::of(self.send(seconds, ChallengeInput::Method(id.to_owned())).await)
    }

    fn code(&self) -> &CodeChallenge {
        match &self.challenge {
            Challenge::Code(code) => code,
            other => panic!("asks for {other:?}"),
        }
    }
}
