//! Logins at a utility: the connector works in a task of its own, and what it answers is written
//! only if the run still waits for it. A customer who went back or closed the page has moved the
//! run's step on, and a late answer changes nothing.

mod approval;
mod link;
mod several;

use std::sync::Arc;
use std::time::Duration;

use connect_core::audit::{Event, Kind as Recorded, Subject};
use connect_core::clock::Clock;
use connect_core::connector::{
    ChallengeInput, ChallengeProblem, Connector, ConnectorError, Login, LoginContext, LoginState, LoginStep,
    RemoteAccount, UtilitySession,
};
use connect_core::flow::{Answer, CHECK_SECONDS, Flow, Stage};
use connect_core::grant::Meters;
use connect_core::keys::Keys;
use connect_core::secret::Secret;
use connect_core::store::{Advance, ConnectSession, Store, User};
use connect_core::sync::{Site, site_of};
use connect_core::tries::{CODES_PER_LOGIN, TryEnd};
use connect_core::vault::{Context, Kind, Vault};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::sites::SiteDesk;
use super::sync::SyncDesk;
use super::tries::{Asker, Tries};
use super::wiped::zeroize_json;
use super::{RunAt, Work, Worker};
use crate::service::{Auditor, Fault};

/// Longest time of a call.
const CHECK: Duration = Duration::from_secs(CHECK_SECONDS.unsigned_abs());

/// A login in progress as it is sealed beside the run.
#[derive(Serialize, Deserialize)]
struct Pending {
    /// Needed to store the login once the utility has accepted it.
    username: String,
    password: Zeroizing<String>,
    state: LoginState,
    /// Codes or answers that were sent for it.
    #[serde(default)]
    answers: u8,
}

/// A stored login as it is sealed beside the user.
#[derive(Serialize)]
struct LoginToStore<'a> {
    username: &'a str,
    password: &'a str,
}

/// The same, read again.
#[derive(Deserialize)]
struct StoredLogin {
    username: String,
    password: Zeroizing<String>,
}

/// One call to a connector, with everything it needs to outlive the request.
struct Job {
    store: Arc<dyn Store>,
    keys: Arc<Keys>,
    vault: Arc<Vault>,
    auditor: Arc<Auditor>,
    clock: Arc<dyn Clock>,
    changed: broadcast::Sender<Uuid>,
    connector: Arc<dyn Connector>,
    session: ConnectSession,
    client_id: Uuid,
    utility: u32,
    desk: Arc<SyncDesk>,
    tries: Arc<Tries>,
    sites: Arc<SiteDesk>,
}

/// What came of a call.
enum Outcome {
    /// Without a login where the customer has agreed at the utility's own site.
    Linked(Option<Login>, UtilitySession, Vec<RemoteAccount>),
    /// Accepted before; now the customer has chosen among its meters.
    Chosen(Login, UtilitySession, Vec<RemoteAccount>, Meters),
    /// With the number of codes that were sent so far.
    Challenge(Login, u8, LoginStep),
    Failed(ConnectorError),
    /// A limit is reached, and nothing was sent.
    Limited,
    /// The utility is switched off, and nothing was sent.
    Off,
    /// The utility has not answered in time.
    Silent,
}

/// Somebody's credential is opened.
fn opening(user: &User) -> Event {
    Event::of(Recorded::CredentialOpened).client(user.client_id).on(Subject::User(user.id))
}

impl Worker {
    /// The login that a customer has linked.
    pub(super) async fn open_login(&self, user: &User, sealed: &[u8]) -> Result<Login, Fault> {
        self.note_opening(user, "login").await?;
        let plain = self.vault.open(&Context::of(Kind::Login, user.client_id, user.id), sealed)?;
        let StoredLogin { username, password } =
            serde_json::from_slice(&plain).map_err(|_| Fault::Broken("a stored login"))?;
        Ok(Login { username, password: Secret::from(password) })
    }

    /// The session at the utility, sealed beside the user.
    pub(super) fn seal_session(&self, user: &User, session: &UtilitySession) -> Result<Vec<u8>, Fault> {
        let context = Context::of(Kind::Session, user.client_id, user.id);
        Ok(self.vault.seal(&context, &zeroize_json(session)?)?)
    }

    /// Each use of a credential is on record before it is open.
    async fn note_opening(&self, user: &User, what: &'static str) -> Result<(), Fault> {
        self.auditor.note(opening(user).because(what)).await
    }

    /// Reads what [`Self::seal_session`] wrote.
    pub(super) async fn open_session(&self, user: &User, sealed: &[u8]) -> Result<UtilitySession, Fault> {
        self.note_opening(user, "session").await?;
        self.open_counted(user, sealed)
    }

    /// The same for what a client may ask for again and again: counted, not written each time.
    pub(super) fn open_session_seen(&self, user: &User, sealed: &[u8]) -> Result<UtilitySession, Fault> {
        self.auditor.seen(opening(user).because("document"));
        self.open_counted(user, sealed)
    }

    fn open_counted(&self, user: &User, sealed: &[u8]) -> Result<UtilitySession, Fault> {
        let plain = self.vault.open(&Context::of(Kind::Session, user.client_id, user.id), sealed)?;
        serde_json::from_slice(&plain).map_err(|_| Fault::Broken("a stored session"))
    }

    /// [`super::ConnectorSide::start`]. A run that has moved on meanwhile is left alone.
    pub async fn start(&self, run: RunAt, work: Work) -> Result<(), Fault> {
        let session = self.store.session_by_token(&run.token).await?;
        let Some(session) = session.filter(|session| session.step == run.step) else { return Ok(()) };
        let client = self.store.client(session.client_id).await?.ok_or(Fault::Broken("a run without a client"))?;
        let connector = session.flow.stage.utility().and_then(|utility| {
            let connector = match work {
                Work::Redeem(_) => self.consent_connector(utility, client.environment),
                Work::Begin(_) | Work::Resume(_) | Work::Share(_) => {
                    self.login_connector(utility, client.environment)
                }
            };
            Some((utility, connector?))
        });
        let (utility, connector) = connector.ok_or(Fault::Broken("no connector for a run that asked for one"))?;
        let job = Job {
            store: self.store.clone(),
            keys: self.keys.clone(),
            vault: self.vault.clone(),
            auditor: self.auditor.clone(),
            clock: self.clock.clone(),
            changed: self.changed.clone(),
            connector,
            session,
            client_id: client.id,
            utility,
            desk: self.desk.clone(),
            tries: self.tries.clone(),
            sites: self.sites.clone(),
        };
        tokio::spawn(job.run(work));
        Ok(())
    }
}

impl Job {
    async fn run(mut self, work: Work) {
        self.call(work).await;
        // What is approved on another device is watched for here: the browser may be closed meanwhile.
        while let Some(until) = self.awaits_approval().await {
            match self.watch(until).await {
                Ok(Some(outcome)) => self.end(self.write(outcome).await),
                Ok(None) => break,
                Err(fault) => {
                    tracing::error!(session = %self.session.id, %fault, "an approval could not be watched for");
                    self.end(self.write_answer(Answer::Broke, None).await);
                }
            }
        }
    }

    /// One call to the connector, and what came of it.
    async fn call(&self, work: Work) {
        let session = self.session.id;
        let outcome = match tokio::time::timeout(CHECK, self.ask(work)).await {
            Ok(Ok(outcome)) => self.write(outcome).await,
            Ok(Err(fault)) => {
                tracing::error!(%session, %fault, "a login could not be carried out");
                // What was accepted is not asked for again.
                let from = &self.session.flow.stage;
                let accepted =
                    matches!(from, Stage::Checking { from, .. } if matches!(**from, Stage::Meters { .. }));
                self.write_answer(Answer::Broke, self.session.login_state.clone().filter(|_| accepted)).await
            }
            // The same challenge may be gone on with.
            Err(_) => {
                self.note_site(Site::Failed).await;
                self.write_answer(Answer::TimedOut, self.session.login_state.clone()).await
            }
        };
        self.end(outcome);
    }

    fn end(&self, written: Result<(), Fault>) {
        let session = self.session.id;
        if let Err(fault) = written {
            // The run leaves its check by the deadline.
            tracing::error!(%session, %fault, "the outcome of a login could not be stored");
        }
        let _ = self.changed.send(session);
    }

    async fn ask(&self, work: Work) -> Result<Outcome, Fault> {
        // Switched off by an operator: for the customer the site is down. What was accepted before needs it no more.
        let needs_site = !matches!(work, Work::Share(_));
        if needs_site && self.store.utilities_off().await?.iter().any(|(utility, _)| *utility == self.utility) {
            return Ok(Outcome::Off);
        }
        let cx = LoginContext { utility: self.utility, now: self.clock.now(), attended: true };
        let (login, answers, step) = match work {
            Work::Begin(login) => {
                let asker = Asker::Run { session: self.session.id, client: self.client_id };
                let counted = self.tries.begin(&*self.connector, self.utility, &login, asker).await?;
                let Some(counted) = counted else { return Ok(Outcome::Limited) };
                self.note(Recorded::LoginSent).await?;
                // The time of the call ends here, so that its end is noted also when there is no answer.
                let longest = CHECK.saturating_sub(Duration::from_secs(1));
                let step = tokio::time::timeout(longest, self.connector.begin(cx, &login)).await;
                self.tries.end(counted, step.as_ref().map_or(TryEnd::Unclear, TryEnd::of)).await?;
                let Ok(step) = step else { return Ok(Outcome::Silent) };
                (login, 0, step)
            }
            Work::Resume(input) => {
                // Looking whether it was approved sends nothing of the customer's.
                if !matches!(input, ChallengeInput::Poll) {
                    self.note(Recorded::LoginSent).await?;
                }
                let pending = self.pending()?;
                let login = Login { username: pending.username, password: Secret::from(pending.password) };
                let answers = pending.answers.saturating_add(u8::from(matches!(input, ChallengeInput::Answer(_))));
                if answers > CODES_PER_LOGIN {
                    return Ok(Outcome::Failed(ConnectorError::TooManyCodes));
                }
                (login, answers, self.connector.resume(cx, pending.state, input).await)
            }
            Work::Share(places) => return self.chosen(&places),
            Work::Redeem(code) => {
                return Ok(match self.connector.redeem(cx, &code).await {
                    Ok(session) => self.linked(cx, None, session).await,
                    Err(error) => Outcome::Failed(error),
                });
            }
        };
        Ok(match step {
            Ok(LoginStep::Done(session)) => self.linked(cx, Some(login), session).await,
            Ok(challenge) => Outcome::Challenge(login, answers, challenge),
            Err(error) => Outcome::Failed(error),
        })
    }

    async fn linked(&self, cx: LoginContext, login: Option<Login>, session: UtilitySession) -> Outcome {
        match self.connector.accounts(cx, &session).await {
            Ok(accounts) => Outcome::Linked(login, session, accounts),
            // The customer has agreed, and the utility will tell the accounts later: a consent is not asked
            // for twice because of an outage.
            Err(ConnectorError::NotReady | ConnectorError::SiteDown) if login.is_none() => {
                Outcome::Linked(login, session, Vec::new())
            }
            Err(error) => Outcome::Failed(error),
        }
    }

    async fn note(&self, kind: Recorded) -> Result<(), Fault> {
        self.auditor.note(Event::of(kind).client(self.client_id).on(Subject::Session(self.session.id))).await
    }

    fn pending(&self) -> Result<Pending, Fault> {
        let sealed = self.session.login_state.as_deref().ok_or(Fault::Broken("no login in progress"))?;
        let plain = self.vault.open(&self.place(), sealed)?;
        serde_json::from_slice(&plain).map_err(|_| Fault::Broken("a stored login in progress"))
    }

    fn place(&self) -> Context {
        Context::of(Kind::LoginState, self.client_id, self.session.id)
    }

    /// What the outcome says of the utility's site, for those who come next.
    async fn note_site(&self, site: Site) {
        let customer = format!("{}/{}", self.client_id, self.session.user_ref);
        self.sites.note(&*self.connector, self.utility, customer, site).await;
    }

    async fn write(&self, outcome: Outcome) -> Result<(), Fault> {
        match &outcome {
            // A consent stands while the site does not say what it is about.
            Outcome::Linked(_, _, accounts) if accounts.is_empty() => {}
            Outcome::Linked(..) | Outcome::Challenge(..) => self.note_site(Site::Well).await,
            Outcome::Failed(error) => self.note_site(site_of(error)).await,
            Outcome::Silent => self.note_site(Site::Failed).await,
            // Nobody was asked.
            Outcome::Chosen(..) | Outcome::Limited | Outcome::Off => {}
        }
        match outcome {
            Outcome::Linked(login, session, accounts) => {
                self.note(if login.is_some() { Recorded::LoginAccepted } else { Recorded::ConsentRedeemed })
                    .await?;
                let before = self.before(login.as_ref()).await?;
                // At the utility's own site the choice is made there.
                let decided = if login.is_some() { self.decided(&accounts, before.as_ref()) } else { Some(None) };
                match (login, decided) {
                    (Some(login), None) => self.ask_which(&login, session, accounts, before.as_ref()).await,
                    (login, decided) => {
                        let grant = self.grant(decided.flatten(), before.as_ref());
                        self.write_link(login, &session, accounts, grant).await
                    }
                }
            }
            Outcome::Chosen(login, session, accounts, meters) => {
                let before = self.before(Some(&login)).await?;
                let grant = self.grant(Some(meters), before.as_ref());
                self.write_link(Some(login), &session, accounts, grant).await
            }
            Outcome::Challenge(login, answers, LoginStep::Challenge { challenge, state, problem }) => {
                let problem = problem.map(|problem| match problem {
                    // The customer is told what we would send as well as what the utility would look at.
                    ChallengeProblem::Wrong { left } => {
                        ChallengeProblem::Wrong { left: left.min(CODES_PER_LOGIN.saturating_sub(answers)) }
                    }
                    other => other,
                });
                if matches!(problem, Some(ChallengeProblem::Wrong { left: 0 })) {
                    return self.write_answer(Answer::Failed(ConnectorError::TooManyCodes), None).await;
                }
                let password = Zeroizing::new(login.password.expose().to_owned());
                let pending = Pending { username: login.username, password, state, answers };
                let plain = zeroize_json(&pending)?;
                let sealed = self.vault.seal(&self.place(), &plain)?;
                self.write_answer(Answer::Challenge(challenge, problem), Some(sealed)).await
            }
            Outcome::Limited => {
                tracing::info!(session = %self.session.id, utility = self.utility, "a login was tried too often");
                self.write_answer(Answer::TooManyTries, None).await
            }
            Outcome::Off => {
                let kept = self.session.login_state.clone();
                self.write_answer(Answer::Failed(ConnectorError::SiteDown), kept).await
            }
            Outcome::Silent => {
                // Where an approval was waited for, it can be asked for again.
                self.write_answer(Answer::TimedOut, self.session.login_state.clone()).await
            }
            Outcome::Challenge(_, _, LoginStep::Done(_)) => Err(Fault::Broken("a finished login as a challenge")),
            Outcome::Failed(error) => {
                if refused(&error) {
                    self.note(Recorded::LoginRefused).await?;
                }
                tracing::info!(session = %self.session.id, utility = self.utility, %error, "login failed");
                // After an outage the customer may go on with the same challenge.
                let kept = matches!(error, ConnectorError::SiteDown | ConnectorError::SiteChanged(_))
                    .then(|| self.session.login_state.clone())
                    .flatten();
                self.write_answer(Answer::Failed(error), kept).await
            }
        }
    }

    fn next(&self, answer: Answer) -> Result<Flow, Fault> {
        self.session.flow.answer(answer).map_err(|_| Fault::Broken("an answer to a run that does not wait"))
    }

    async fn write_answer(&self, answer: Answer, login_state: Option<Vec<u8>>) -> Result<(), Fault> {
        let flow = self.next(answer)?;
        let login_state = login_state.filter(|_| flow.stage.keeps_login_state());
        let change = Advance { session_id: self.session.id, from_step: self.session.step, flow, login_state };
        self.store.advance(change).await?;
        Ok(())
    }
}

/// Whether the utility has said no to the customer; else it was an outage, or nothing was sent.
fn refused(error: &ConnectorError) -> bool {
    matches!(
        error,
        ConnectorError::InvalidCredentials
            | ConnectorError::Locked
            | ConnectorError::TooManyCodes
            | ConnectorError::ChallengeExpired
            | ConnectorError::ActionRequired(_)
    )
}
