//! A utility in the test's hand: it counts what it is asked, and keeps its callers waiting for
//! as long as the test wants.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use connect_core::connector::{
    Challenge, ChallengeInput, ChallengeProblem, CodeChallenge, Connector, ConnectorError, Login, LoginContext,
    LoginState, LoginStep, MeterKind, RemoteAccount, RemoteMeter, UtilitySession,
};
use connect_wire::CodePrompt;
use tokio::sync::Semaphore;

/// The only password that it accepts. The sandbox has the same.
pub const PASSWORD: &str = "password";

/// The user name whose login it confirms by a question, and never is content with the answer.
pub const ENDLESS: &str = "endless";

pub struct Utility {
    logins: AtomicUsize,
    guesses: AtomicUsize,
    asked: Semaphore,
    answers: Semaphore,
    read: Semaphore,
}

impl Utility {
    /// One that answers at once.
    pub fn prompt() -> Arc<Self> {
        Self::with_answers(Semaphore::MAX_PERMITS)
    }

    /// One that answers when it is told to.
    pub fn held() -> Arc<Self> {
        Self::with_answers(0)
    }

    fn with_answers(answers: usize) -> Arc<Self> {
        let closed = || Semaphore::new(0);
        Arc::new(Self {
            logins: 0.into(),
            guesses: 0.into(),
            asked: closed(),
            answers: Semaphore::new(answers),
            read: closed(),
        })
    }

    /// How many answers to its question it was sent.
    pub fn guesses(&self) -> usize {
        self.guesses.load(Ordering::SeqCst)
    }

    /// How many logins it was asked for.
    pub fn logins(&self) -> usize {
        self.logins.load(Ordering::SeqCst)
    }

    /// Resolves when it has been asked for one more login.
    pub async fn asked(&self) {
        self.asked.acquire().await.unwrap().forget();
    }

    /// Lets it answer once.
    pub fn answer(&self) {
        self.answers.add_permits(1);
    }

    /// Resolves when the accounts of one more accepted login have been read: the last thing that
    /// the service asks before it writes a link.
    pub async fn read(&self) {
        self.read.acquire().await.unwrap().forget();
    }
}

#[async_trait]
impl Connector for Utility {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    async fn begin(&self, _: LoginContext, login: &Login) -> Result<LoginStep, ConnectorError> {
        self.logins.fetch_add(1, Ordering::SeqCst);
        self.asked.add_permits(1);
        self.answers.acquire().await.unwrap().forget();
        if login.password.expose() != PASSWORD {
            return Err(ConnectorError::InvalidCredentials);
        }
        if login.username == ENDLESS {
            return Ok(question(None));
        }
        let data = login.username.clone().into_bytes();
        Ok(LoginStep::Done(UtilitySession { connector: "sandbox".into(), version: 1, data }))
    }

    async fn resume(
        &self,
        _: LoginContext,
        _: LoginState,
        _: ChallengeInput,
    ) -> Result<LoginStep, ConnectorError> {
        self.guesses.fetch_add(1, Ordering::SeqCst);
        Ok(question(Some(ChallengeProblem::Wrong { left: 100 })))
    }

    async fn accounts(
        &self,
        _: LoginContext,
        session: &UtilitySession,
    ) -> Result<Vec<RemoteAccount>, ConnectorError> {
        self.read.add_permits(1);
        Ok(vec![account(&String::from_utf8(session.data.clone()).unwrap())])
    }
}

fn question(problem: Option<ChallengeProblem>) -> LoginStep {
    let challenge = Challenge::Code(CodeChallenge {
        prompt: CodePrompt::Question { text: "The name of your first pet".into() },
        expires_at: None,
        resend_at: None,
        methods: Vec::new(),
    });
    let state = LoginState { connector: "sandbox".into(), version: 1, data: Vec::new() };
    LoginStep::Challenge { challenge, state, problem }
}

/// The account of a user name: its number ends in the length of the name.
fn account(username: &str) -> RemoteAccount {
    RemoteAccount {
        public_id: None,
        account_number: format!("00{:04}", username.len()),
        address: "1 TEST ST TESTVILLE ZZ 00000".into(),
        meters: vec![RemoteMeter { public_id: None, kind: MeterKind::Electric }],
    }
}
