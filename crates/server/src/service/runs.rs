//! A run of Connect: what the modal calls, one function for each thing a customer can do.

use std::time::Duration;

use connect_core::audit::{Event, Kind};
use connect_core::connector::{ChallengeInput, Login};
use connect_core::flow::{
    Action, Effect, MAX_ANSWER_BYTES, MAX_FIELD_BYTES, Stage, ViewContext, available, card_of, view,
};
use connect_core::health::Sites;
use connect_core::language::Language;
use connect_core::origin::{Origin, may_embed};
use connect_core::redirect::RedirectUri;
use connect_core::secret::{Secret, same};
use connect_core::store::{Advance, Client, ConnectSession};
use connect_core::theme::Theme;
use connect_core::token::{Environment, Handle, Token, TokenKind};
use connect_wire::{Check, FlowView, Screen, UtilityCard};
use tokio::sync::broadcast;
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::{Fault, Service};
use crate::origin;
use crate::worker::{RunAt, Work};

/// Longest wait of one `wait` call: below the timeouts of common proxies.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// How long a submit waits for the utility before it shows "checking".
const SHORT_WAIT: Duration = Duration::from_millis(1200);
/// How often a waiting call looks at the store by itself.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Rows that a search shows.
const SEARCH_ROWS: usize = 20;

/// Rows found by a search.
pub type SearchHits = Vec<UtilityCard>;

/// Why a call of the modal was refused.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The connect token is malformed, unknown, expired or used up.
    #[error("the connect token is not valid")]
    TokenInvalid,
    /// The call does not belong to the stage of the run.
    #[error("the call does not belong to this stage of the run")]
    OutOfPlace,
    /// A fault of ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What a page that embeds Connect is given for a run.
#[derive(Debug)]
pub struct Framed {
    /// The page that may frame it: the one that asked, if it is the company's. Others of the company's are
    /// not told.
    pub by: Option<Origin>,
    /// The first screen; `None` for a run that is over, unknown, or framed by a page that may not.
    pub view: Option<FlowView>,
    /// Language of the document.
    pub language: Language,
    /// How the company wants it to look.
    pub theme: Theme,
}

/// A run that is open: its token is good and its time not over.
pub(super) struct Run {
    pub(super) session: ConnectSession,
    pub(super) client: Client,
}

impl Run {
    /// The language that the customer is answered in: the company's wish comes first.
    pub(super) fn language(&self) -> Language {
        self.session.language.or_else(origin::language).unwrap_or_default()
    }
}

impl Service {
    pub(super) async fn open_run(&self, token: &Secret) -> Result<Run, RunError> {
        let run = match Token::parse_of_run(token.expose()) {
            Some(token) if token.kind() == TokenKind::Run => self.run_by_key(&token).await?,
            Some(token) => {
                let session = self.store.session_by_token(&self.keys.token_digest(&token)).await;
                self.as_open_run(session.map_err(Fault::from)?).await?
            }
            None => None,
        };
        if run.is_none() {
            self.auditor.seen(Event::of(Kind::ConnectTokenRefused));
        }
        run.ok_or(RunError::TokenInvalid)
    }

    /// The key that stands for the connect token of a run.
    pub(super) fn key_of(&self, Run { session, client }: &Run) -> Secret {
        Secret::new(self.keys.run_key(session.id, &session.handle, client.environment).expose())
    }

    async fn run_by_key(&self, key: &Token) -> Result<Option<Run>, Fault> {
        let Some(handle) = key.handle() else { return Ok(None) };
        let run = self.as_open_run(self.store.session_by_handle(&handle).await?).await?;
        let run = run.filter(|run| same(self.key_of(run).expose().as_bytes(), key.expose().as_bytes()));
        // Here is where it was handed to.
        Ok(run.map(|run| Run { session: ConnectSession { handed: None, ..run.session }, ..run }))
    }

    /// The run of a session that is neither finished nor expired. The flow is brought to now.
    pub(super) async fn as_open_run(&self, session: Option<ConnectSession>) -> Result<Option<Run>, Fault> {
        let now = self.clock.now();
        let Some(mut session) = session.filter(|s| s.finished_at.is_none() && s.open_until() > now) else {
            return Ok(None);
        };
        session.flow = session.flow.at(now);
        let client = self.store.client(session.client_id).await?;
        Ok(client.map(|client| Run { session, client }))
    }

    pub(super) async fn view_of(&self, run: &Run) -> Result<FlowView, Fault> {
        let Run { session, client } = run;
        let sites = self.sites(client.environment).await?;
        let receipt = session.linked_user.map(|user| self.receipt_mark(user));
        let cx = ViewContext {
            directory: &self.directory,
            company: &client.name,
            logo: client.theme.logo.as_deref(),
            terms: client.terms.as_ref().map(RedirectUri::as_str),
            receipt: receipt.as_deref(),
            language: run.language(),
            environment: client.environment,
            sites: &sites,
            step: session.step,
            expires_at: session.expires_at,
            now: self.clock.now(),
            consent_open: self.consent_url(run).is_some(),
            draw: &*self.draw,
        };
        let view = view(&session.flow, cx);
        if self.is_elsewhere(session) {
            let screen = self.elsewhere(session, &client.name, cx.language);
            return Ok(FlowView { screen, progress: None, can_go_back: false, ..view });
        }
        Ok(view)
    }

    /// How the utilities' sites do, for a client of this environment.
    pub(super) async fn sites(&self, environment: Environment) -> Result<Sites, Fault> {
        let mut met = self.store.failing_sites().await?;
        met.retain(|(utility, _)| !self.is_played(*utility, environment));
        Ok(Sites::new(&self.utilities_off().await?, &met, self.clock.now()))
    }

    /// Where the customer is.
    pub async fn load(&self, token: &Secret) -> Result<FlowView, RunError> {
        Ok(self.view_of(&self.open_run(token).await?).await?)
    }

    /// The customer asks for more time: as much as a new token would have, up to a bound.
    pub async fn keep_open(&self, token: &Secret) -> Result<FlowView, RunError> {
        let mut run = self.open_run(token).await?;
        let now = self.clock.now();
        let until = run.session.longer(now, self.settings.connect_token_seconds.into());
        if self.store.extend_session(run.session.id, now, until).await.map_err(Fault::from)? {
            run.session.expires_at = until;
        }
        Ok(self.view_of(&run).await?)
    }

    /// What is framed for the public handle of a token: which pages may do that, and the first screen, with the
    /// company's name and, where the token fixes it, the utility's. Nothing that the customer typed, and no
    /// account. `asked` is the page that says it frames.
    ///
    /// A handle that nobody has leads to an empty document, which holds nothing that could be
    /// framed to somebody's harm: any page may show it, to learn that the token is not valid.
    ///
    /// `wished` is the language that the page or the browser asks for; the company's own wish comes first.
    pub async fn framed(
        &self,
        handle: Option<&Handle>,
        asked: Option<&Origin>,
        wished: Option<Language>,
    ) -> Result<Framed, Fault> {
        let session = match handle {
            Some(handle) => self.store.session_by_handle(handle).await?,
            None => None,
        };
        let Some(session) = session else {
            return Ok(Framed {
                by: asked.cloned(),
                view: None,
                language: wished.unwrap_or_default(),
                theme: Theme::default(),
            });
        };
        let language = session.language.or(wished).unwrap_or_default();
        let client = self.store.client(session.client_id).await?.ok_or(Fault::Broken("a run without a client"))?;
        let registered = self.store.client_origins(client.id).await?;
        let by = asked.filter(|asked| may_embed(&registered, client.environment, asked)).cloned();
        if by.is_none() {
            let asked = asked.map_or("not told", Origin::as_str);
            tracing::warn!(client = %client.id, asked, "a page whose origin is not registered wants to show Connect");
            return Ok(Framed { by, view: None, language, theme: client.theme });
        }
        let view = match self.as_open_run(Some(session)).await? {
            Some(run) => Some(self.first_screen(&run).await?),
            None => None,
        };
        Ok(Framed { by, view, language, theme: client.theme })
    }

    async fn first_screen(&self, run: &Run) -> Result<FlowView, Fault> {
        let mut view = self.view_of(run).await?;
        view.screen = match view.screen {
            screen @ Screen::Welcome { .. } => screen,
            Screen::Credentials(mut c) if run.session.flow.preset == Some(c.utility.id) => {
                c.username = String::new();
                c.notice = None;
                Screen::Credentials(c)
            }
            _ => Screen::Loading,
        };
        Ok(view)
    }

    /// Whether a page of this address may embed Connect for the company of a run.
    pub(super) async fn is_companys(&self, run: &Run, page: &str) -> Result<bool, Fault> {
        let Ok(origin) = Origin::of_address(page) else { return Ok(false) };
        let registered = self.store.client_origins(run.client.id).await?;
        Ok(may_embed(&registered, run.client.environment, &origin))
    }

    /// Carries out an action that needs no utility. A stale `step` changes nothing and answers
    /// with where the customer is.
    pub async fn act(&self, token: &Secret, step: u32, action: Action) -> Result<FlowView, RunError> {
        let run = self.open_run(token).await?;
        self.carry_out(run, step, &action, None).await
    }

    /// Chooses a utility.
    pub async fn select(&self, token: &Secret, step: u32, utility: u32) -> Result<FlowView, RunError> {
        let run = self.open_run(token).await?;
        if self.directory.by_id(utility).is_none() {
            return Err(RunError::OutOfPlace);
        }
        let action = Action::Select { utility, route: self.route_of(utility, run.client.environment) };
        self.carry_out(run, step, &action, None).await
    }

    /// Signs in to the chosen utility. For one that cannot be linked, what was typed is dropped
    /// here and nothing of it is stored.
    pub async fn submit_login(
        &self,
        token: &Secret,
        step: u32,
        username: &str,
        password: Secret,
    ) -> Result<FlowView, RunError> {
        let run = self.open_run(token).await?;
        let utility = run.session.flow.stage.login().and_then(|l| self.directory.by_id(l.utility));
        let available = utility.is_some_and(|u| available(u, run.client.environment));
        let username = username.trim();
        let too_long = username.len() > MAX_FIELD_BYTES || password.expose().len() > MAX_FIELD_BYTES;
        let action = Action::SubmitLogin {
            username: if too_long { String::new() } else { username.to_owned() },
            password_empty: password.expose().is_empty(),
            too_long,
            available,
        };
        let login = Login { username: username.to_owned(), password };
        self.carry_out(run, step, &action, Some(Work::Begin(login))).await
    }

    /// Submits a code or an answer.
    pub async fn submit_answer(&self, token: &Secret, step: u32, answer: Secret) -> Result<FlowView, RunError> {
        let run = self.open_run(token).await?;
        let action = Action::SubmitAnswer {
            empty: answer.expose().trim().is_empty(),
            too_long: answer.expose().len() > MAX_ANSWER_BYTES,
        };
        self.carry_out(run, step, &action, Some(Work::Resume(ChallengeInput::Answer(answer)))).await
    }

    /// Has the code sent again.
    pub async fn resend(&self, token: &Secret, step: u32) -> Result<FlowView, RunError> {
        let run = self.open_run(token).await?;
        self.carry_out(run, step, &Action::Resend, Some(Work::Resume(ChallengeInput::Resend))).await
    }

    /// The customer says to have approved the login on the other device.
    pub async fn approved(&self, token: &Secret, step: u32) -> Result<FlowView, RunError> {
        let run = self.open_run(token).await?;
        self.carry_out(run, step, &Action::Approved, Some(Work::Resume(ChallengeInput::Poll))).await
    }

    /// As [`Self::approved`], and what comes of it: for a customer whose browser cannot ask again by itself. Waits at most
    /// 20 seconds, and not at all where the utility has answered meanwhile.
    pub async fn approval(&self, token: &Secret, step: u32) -> Result<FlowView, RunError> {
        let changes = self.changed.subscribe();
        let asked = self.approved(token, step).await?;
        let run = self.open_run(token).await?;
        match run.session.flow.stage {
            Stage::Checking { what: Check::Approval, .. } => {
                self.wait_for(run, changes, asked.step, LONGEST_WAIT).await
            }
            _ => Ok(self.view_of(&run).await?),
        }
    }

    /// Waits until the run has left `step`, at most 20 seconds, and tells where the customer is.
    pub async fn wait(&self, token: &Secret, step: u32) -> Result<FlowView, RunError> {
        let changes = self.changed.subscribe();
        let run = self.open_run(token).await?;
        self.wait_for(run, changes, step, LONGEST_WAIT).await
    }

    /// Utilities for what was typed. Not an error on a dead token: the next step tells.
    pub async fn search(&self, token: &Secret, query: &str) -> Result<SearchHits, RunError> {
        let run = self.open_run(token).await?;
        let found = self.directory.search(query, SEARCH_ROWS);
        let sites = self.sites(run.client.environment).await?;
        let language = run.language();
        Ok(found.into_iter().map(|u| card_of(u, run.client.environment, &sites, language)).collect())
    }

    pub(super) async fn carry_out(
        &self,
        run: Run,
        step: u32,
        action: &Action,
        work: Option<Work>,
    ) -> Result<FlowView, RunError> {
        let changes = self.changed.subscribe();
        let Run { session, client } = run;
        if session.step != step {
            // A double click lands here: the first one is at work, so wait with it.
            let run = self.reload(&session).await?;
            return self.wait_for(run, changes, step, SHORT_WAIT).await;
        }
        let Ok((flow, effect)) = session.flow.act(action, self.clock.now()) else {
            return Ok(self.view_of(&Run { session, client }).await?);
        };
        let kept = if flow.stage.keeps_login_state() { session.login_state.clone() } else { None };
        let change = Advance { session_id: session.id, from_step: step, flow: flow.clone(), login_state: kept };
        if !self.store.advance(change).await.map_err(Fault::from)? {
            // Somebody was faster: show what came of it.
            let run = self.reload(&session).await?;
            return self.wait_for(run, changes, step, SHORT_WAIT).await;
        }
        let _ = self.changed.send(session.id);
        let now = ConnectSession { step: step + 1, flow, ..session };
        match (effect, work) {
            (Effect::None, _) => Ok(self.view_of(&Run { session: now, client }).await?),
            (Effect::Begin | Effect::Resume | Effect::Redeem, Some(work)) => {
                self.side.start(RunAt { token: now.token_digest, step: now.step }, work).await?;
                let waited = now.step;
                self.wait_for(Run { session: now, client }, changes, waited, SHORT_WAIT).await
            }
            (_, _) => Err(Fault::Broken("an action that needs more came without it").into()),
        }
    }

    async fn reload(&self, session: &ConnectSession) -> Result<Run, RunError> {
        let again = self.store.session_by_token(&session.token_digest).await.map_err(Fault::from)?;
        let mut run = self.as_open_run(again).await?.ok_or(RunError::TokenInvalid)?;
        if session.handed.is_none() {
            run.session.handed = None;
        }
        Ok(run)
    }

    /// The run once it has left `step` or its check, or as it is when the time is over.
    /// `changes` has listened since before `run` was read, so that no change is missed.
    pub(super) async fn wait_for(
        &self,
        mut run: Run,
        mut changes: broadcast::Receiver<Uuid>,
        step: u32,
        longest: Duration,
    ) -> Result<FlowView, RunError> {
        let until = Instant::now() + longest;
        let waits = |session: &ConnectSession| match session.flow.stage {
            _ if self.is_elsewhere(session) => session.step <= step,
            Stage::Checking { what: Check::Approval, .. } => session.step <= step,
            Stage::Checking { .. } => true,
            // For what comes of the customer's visit at the utility's site, or of the request on another device.
            Stage::Consent { .. } | Stage::Approve { .. } => session.step <= step,
            _ => session.step < step,
        };
        while waits(&run.session) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let id = run.session.id;
            let heard = timeout(left.min(LOOK_AGAIN), async {
                // A lagging receiver has missed something: look again, like at a hit.
                while changes.recv().await.is_ok_and(|changed| changed != id) {}
            });
            let _ = heard.await;
            run = self.reload(&run.session).await?;
        }
        Ok(self.view_of(&run).await?)
    }
}
