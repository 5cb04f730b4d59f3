//! Going on on another device: the screen shows a link as a QR code, and waits for what comes of it there.
//!
//! The link opens the run's screens once, within minutes, and never hands over an authorization code: that is for the
//! page that opened Connect. Whoever takes over is told which company asks before anything is typed.

use connect_core::clock::after;
use connect_core::flow::{Page, PageContent, Stage, unknown_card};
use connect_core::language::Language;
use connect_core::secret::{Secret, same};
use connect_core::store::{ConnectSession, Handed};
use connect_core::token::Handle;
use connect_wire::{FlowView, PageKind, Screen};

use super::runs::{Run, RunError};
use super::{Fault, Service};

/// Seconds for which a link can be opened.
const LINK_SECONDS: i64 = 600;

impl Service {
    /// Makes a link for another device, in the place of one that was made before.
    pub async fn hand_over(&self, token: &Secret, step: u32) -> Result<FlowView, RunError> {
        self.hand(token, step, true).await
    }

    /// Goes on here, after all.
    pub async fn keep_here(&self, token: &Secret, step: u32) -> Result<FlowView, RunError> {
        self.hand(token, step, false).await
    }

    async fn hand(&self, token: &Secret, step: u32, over: bool) -> Result<FlowView, RunError> {
        let run = self.open_run(token).await?;
        // Nothing is at work that would answer to a step that is gone.
        if run.session.step == step && !matches!(run.session.flow.stage, Stage::Checking { .. }) {
            let at = over.then(|| self.clock.now());
            self.store.hand_session(run.session.id, step, at).await.map_err(Fault::from)?;
            let _ = self.changed.send(run.session.id);
        }
        self.load(token).await
    }

    /// What the link of a run ends in: its handle, and what nobody else can make.
    fn mark(&self, session: &ConnectSession, handed: &Handed) -> String {
        let secret = self.keys.handed_mark(session.id, handed.at);
        format!("{}{}", session.handle.as_str(), secret.expose())
    }

    /// Whether its link can still be opened.
    fn can_be_taken(&self, handed: &Handed) -> bool {
        handed.taken_at.is_none() && after(handed.at, LINK_SECONDS) > self.clock.now()
    }

    /// The run of a link that can still be opened.
    async fn handed_run(&self, mark: &str) -> Result<Run, RunError> {
        let handle = mark.get(..mark.len() / 2).and_then(Handle::parse).ok_or(RunError::TokenInvalid)?;
        let session = self.store.session_by_handle(&handle).await.map_err(Fault::from)?;
        let run = self.as_open_run(session).await?;
        run.filter(|run| {
            run.session.handed.is_some_and(|handed| {
                self.can_be_taken(&handed) && same(self.mark(&run.session, &handed).as_bytes(), mark.as_bytes())
            })
        })
        .ok_or(RunError::TokenInvalid)
    }

    /// Who asks, for the page behind a link. Uses nothing up.
    pub async fn handed(&self, mark: &str) -> Result<String, RunError> {
        Ok(self.handed_run(mark).await?.client.name)
    }

    /// Takes a run over by its link, once; the run's key.
    pub async fn take_over(&self, mark: &str) -> Result<Secret, RunError> {
        let run = self.handed_run(mark).await?;
        let Run { session, .. } = &run;
        if !self.store.take_session(session.id, session.step, self.clock.now()).await.map_err(Fault::from)? {
            return Err(RunError::TokenInvalid);
        }
        let _ = self.changed.send(session.id);
        Ok(self.key_of(&run))
    }

    /// Whether the run is elsewhere, for whoever has opened it.
    pub(super) fn is_elsewhere(&self, session: &ConnectSession) -> bool {
        let waits = |handed: Handed| handed.taken_at.is_some() || self.can_be_taken(&handed);
        // What is done is done for all.
        session.linked_user.is_none() && session.handed.is_some_and(waits)
    }

    /// What stands there meanwhile.
    pub(super) fn elsewhere(&self, session: &ConnectSession, company: &str, language: Language) -> Screen {
        let link =
            session.handed.filter(|handed| handed.taken_at.is_none()).map(|handed| self.mark(session, &handed));
        let html = (self.draw)(&Page {
            company,
            language,
            step: session.step,
            utility: unknown_card(0),
            can_change: false,
            content: PageContent::Elsewhere { link: link.as_deref() },
        });
        Screen::Page { kind: PageKind::Elsewhere, html }
    }
}
