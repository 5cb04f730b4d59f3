//! Consent at a utility's own site (Green Button Connect My Data): the way there and back.
//!
//! The way back is bound to the browser that set out: whoever is sent to a utility by a link of somebody
//! else's run must not share their data with that run. So the customer sets out by a form of the modal's
//! own origin, which leaves a cookie, and an answer without that cookie is not taken.

use connect_core::audit::{Event, Kind, Subject};
use connect_core::flow::{Action, ConsentNotice, Route, Stage};
use connect_core::secret::{Secret, same};
use connect_core::token::{Environment, Handle};

use super::runs::{LONGEST_WAIT, Run, RunError};
use super::{Fault, Service};
use crate::worker::Work;

/// Longest address of a company's page that is kept.
const MAX_PAGE_BYTES: usize = 2000;

/// A way to a utility's site.
#[derive(Debug)]
pub struct Departure {
    /// Where to go.
    pub url: String,
    /// Public handle of the run, to name the proof by.
    pub handle: Handle,
    /// What the same browser shows when it comes back.
    pub proof: Secret,
}

/// Where a customer who is back from a utility's site goes on.
#[derive(Debug)]
pub enum Back {
    /// Where the run is shown: nowhere else is anything to do.
    There,
    /// At the company's page, the whole of which came along.
    Page(String),
    /// Here, by this key of the run: the run has the whole window.
    Here(Secret),
}

impl Service {
    /// How a utility is linked by a client of this environment.
    pub(super) fn route_of(&self, utility: u32, environment: Environment) -> Route {
        let ways = self.side.ways();
        let Some(utility) = self.directory.by_id(utility) else { return Route::Login };
        match (ways.consent(utility, environment), ways.login(utility, environment)) {
            (None, _) => Route::Login,
            (Some(_), None) => Route::Consent,
            (Some(_), Some(_)) => Route::ConsentOrLogin,
        }
    }

    /// Where the customer of a run agrees, and the state that goes along. `None` at other stages.
    pub(super) fn consent_url(&self, run: &Run) -> Option<(String, String)> {
        let Run { session, client } = run;
        let Stage::Consent { utility, .. } = session.flow.stage else { return None };
        let state = format!("{}.{}", session.handle.as_str(), self.keys.consent_state(session.id, session.step));
        let utility = self.directory.by_id(utility)?;
        let url = self.side.ways().consent_url(utility, client.environment, &state)?;
        Some((url, state))
    }

    /// The customer sets out, in a window of its own or with the company's whole page, to come back to
    /// `page`. An address that is none is left out: the customer then finds the way back alone.
    pub async fn set_out(&self, token: &Secret, step: u32, page: Option<String>) -> Result<Departure, RunError> {
        let mut run = self.open_run(token).await?;
        if run.session.step != step {
            return Err(RunError::OutOfPlace);
        }
        let web = |page: &String| page.starts_with("https://") || page.starts_with("http://");
        let plain = |page: &String| !page.contains(|c: char| c.is_control() || c == ' ');
        let mut page = page.filter(web).filter(plain).filter(|page| page.len() <= MAX_PAGE_BYTES);
        // The customer is led there: only to a page of the company's own.
        if let Some(address) = &page
            && !self.is_companys(&run, address).await?
        {
            page = None;
        }
        if page != run.session.flow.page {
            self.act(token, step, Action::Leave { page }).await?;
            run = self.open_run(token).await?;
        }
        let (url, state) = self.consent_url(&run).ok_or(RunError::OutOfPlace)?;
        let begun = Event::of(Kind::ConsentBegun).client(run.client.id);
        self.auditor.seen(begun.on(Subject::Session(run.session.id)));
        Ok(Departure { url, proof: self.keys.consent_proof(&state), handle: run.session.handle })
    }

    /// The customer is back from the utility's site: `state` as it was sent along, the `proof` of the
    /// browser, and the code or why there is none. An answer that no run waits for (a second one, one of
    /// another browser, or a forged one) changes nothing.
    pub async fn come_back(
        &self,
        state: &str,
        proof: &str,
        answer: Result<Secret, ConsentNotice>,
    ) -> Result<Back, RunError> {
        let (handle, mark) = state.split_once('.').ok_or(RunError::OutOfPlace)?;
        let handle = Handle::parse(handle).ok_or(RunError::OutOfPlace)?;
        let changes = self.changed.subscribe();
        let session = self.store.session_by_handle(&handle).await.map_err(Fault::from)?;
        let run = self.as_open_run(session).await?.ok_or(RunError::TokenInvalid)?;
        let expected = self.keys.consent_state(run.session.id, run.session.step);
        let ours = same(mark.as_bytes(), expected.as_bytes())
            && same(proof.as_bytes(), self.keys.consent_proof(state).expose().as_bytes());
        if !ours || !matches!(run.session.flow.stage, Stage::Consent { .. }) {
            self.auditor.seen(Event::of(Kind::ConsentRefused).client(run.client.id));
            return Err(RunError::OutOfPlace);
        }
        let step = run.session.step;
        let back = match (&run.session.flow.page, &run.session.redirect) {
            (Some(page), _) => Back::Page(page.clone()),
            (None, Some(_)) => Back::Here(self.key_of(&run)),
            (None, None) => Back::There,
        };
        let (code, refusal) = match answer {
            Ok(code) => (Some(Work::Redeem(code)), None),
            Err(notice) => (None, Some(notice)),
        };
        let id = run.session.token_digest;
        self.carry_out(run, step, &Action::ComeBack { refusal }, code).await?;
        if let Back::Page(_) = back {
            // The page that it comes back to makes a token of its own: the link must be there by then.
            let session = self.store.session_by_token(&id).await.map_err(Fault::from)?;
            if let Some(run) = self.as_open_run(session).await? {
                self.wait_for(run, changes, step + 1, LONGEST_WAIT).await?;
            }
        }
        Ok(back)
    }

    /// A utility has announced data at these addresses: the jobs of the users whose subscription they are,
    /// or are below, are due.
    pub async fn data_announced(&self, addresses: &[String]) -> Result<(), Fault> {
        for address in addresses {
            for user in self.users_of(address).await? {
                self.side.announced(user).await?;
            }
        }
        Ok(())
    }

    /// Some utilities name a resource below the subscription, or a part of its time.
    async fn users_of(&self, address: &str) -> Result<Vec<uuid::Uuid>, Fault> {
        let mut address = address.split(['?', '#']).next().unwrap_or_default();
        for _ in 0..4 {
            let users = self.store.users_by_subscription(address).await?;
            if !users.is_empty() {
                return Ok(users.into_iter().map(|user| user.id).collect());
            }
            let Some((above, _)) = address.rsplit_once('/') else { break };
            address = above;
        }
        tracing::info!("data was announced of a subscription that nobody has");
        Ok(Vec::new())
    }
}
