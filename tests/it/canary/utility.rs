//! A utility whose password and code are found wherever they turn up, and whose connector
//! carries both in its state.

use async_trait::async_trait;
use connect_core::connector::{
    Challenge, ChallengeInput, ChallengeProblem, CodeChallenge, Connector, ConnectorError, Login, LoginContext,
    LoginState, LoginStep, MeterKind, RemoteAccount, RemoteMeter, UtilitySession,
};
use connect_wire::{Channel, CodePrompt};

pub const USERNAME: &str = "canary-username@example.com";
pub const PASSWORD: &str = "canary-RIGHT-password-1f6e";
pub const CODE: &str = "canary-RIGHT-code-d305";

pub struct CanaryUtility;

fn challenge(problem: Option<ChallengeProblem>) -> LoginStep {
    let prompt = CodePrompt::Code { channel: Channel::Sms, to: "•••• 1".into(), digits: 6 };
    LoginStep::Challenge {
        challenge: Challenge::Code(CodeChallenge {
            prompt,
            expires_at: None,
            resend_at: None,
            methods: Vec::new(),
        }),
        state: LoginState {
            connector: "sandbox".into(),
            version: 1,
            data: format!("{PASSWORD} {CODE}").into_bytes(),
        },
        problem,
    }
}

#[async_trait]
impl Connector for CanaryUtility {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    async fn begin(&self, _: LoginContext, login: &Login) -> Result<LoginStep, ConnectorError> {
        tracing::trace!(?login, "a connector that logs what it is given");
        if login.password.expose() == PASSWORD {
            Ok(challenge(None))
        } else {
            Err(ConnectorError::InvalidCredentials)
        }
    }

    async fn resume(
        &self,
        _: LoginContext,
        _: LoginState,
        input: ChallengeInput,
    ) -> Result<LoginStep, ConnectorError> {
        tracing::trace!(?input, "a connector that logs what it is given");
        match input {
            ChallengeInput::Answer(answer) if answer.expose() == CODE => Ok(LoginStep::Done(UtilitySession {
                connector: "sandbox".into(),
                version: 1,
                data: PASSWORD.as_bytes().to_vec(),
            })),
            _ => Ok(challenge(Some(ChallengeProblem::Wrong { left: 1 }))),
        }
    }

    async fn accounts(&self, _: LoginContext, _: &UtilitySession) -> Result<Vec<RemoteAccount>, ConnectorError> {
        Ok(vec![RemoteAccount {
            public_id: None,
            account_number: "0001".into(),
            address: "1 TEST ST TESTVILLE ZZ 00000".into(),
            // Two, so that the accepted login has to wait for the choice.
            meters: [MeterKind::Electric, MeterKind::Gas].map(|kind| RemoteMeter { public_id: None, kind }).into(),
        }])
    }
}
