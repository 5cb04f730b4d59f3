//! Customers who want to be told when a utility works again: kept for their company, which can reach them.

use connect_core::clock::after;
use connect_core::flow::{Action, ConsentNotice, Stage};
use connect_core::health::{Health, OutageRequest, Sites};
use connect_core::secret::Secret;
use connect_core::store::{Advance, Client, ConnectSession};
use connect_core::token::Environment;
use connect_wire::{CodeNotice, Condition, FlowView, LoginNotice};
use jiff::Timestamp;

use super::runs::{Run, RunError};
use super::{Fault, Service};

/// Seconds after which an outage that the sandbox plays is over, for who asked to be told.
const PLAYED_SECONDS: i64 = 60;

/// A customer of a company who waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What was asked.
    pub request: OutageRequest,
    /// Slug of the utility; empty for one that has left the directory.
    pub slug: String,
    /// Since when the utility works again, as far as somebody has been served there since.
    pub works_since: Option<Timestamp>,
}

impl Service {
    /// Keeps the request of a customer at a utility that does not answer. Elsewhere it changes nothing.
    pub async fn ask_to_be_told(&self, token: &Secret, step: u32) -> Result<FlowView, RunError> {
        let run = self.open_run(token).await?;
        let acted = run.session.flow.act(&Action::AskToBeTold, self.clock.now());
        let (true, Ok((flow, _)), Some(utility)) =
            (run.session.step == step, acted, run.session.flow.stage.utility())
        else {
            return Ok(self.view_of(&run).await?);
        };
        if !self.meets_outage(&run, utility).await? {
            return Ok(self.view_of(&run).await?);
        }
        let Run { session, client } = run;
        let request = OutageRequest { user_ref: session.user_ref.clone(), utility, asked_at: self.clock.now() };
        let change = Advance { session_id: session.id, from_step: step, flow: flow.clone(), login_state: None };
        if !self.store.advance_asking(change, client.id, request).await.map_err(Fault::from)? {
            // Somebody was faster: show what came of it.
            return self.load(token).await;
        }
        let session = ConnectSession { step: step + 1, flow, ..session };
        Ok(self.view_of(&Run { session, client }).await?)
    }

    /// Whether the utility's site is known not to do well, or the customer has just met that, or there is no way to it.
    async fn meets_outage(&self, run: &Run, utility: u32) -> Result<bool, Fault> {
        let met = match &run.session.flow.stage {
            Stage::Credentials(login) => {
                matches!(login.notice, Some(LoginNotice::Down | LoginNotice::TimedOut))
            }
            Stage::Consent { notice, .. } => {
                *notice == Some(ConsentNotice::Down) || self.consent_url(run).is_none()
            }
            Stage::Method { notice, .. } | Stage::Code { notice, .. } | Stage::Approve { notice, .. } => {
                *notice == Some(CodeNotice::Down)
            }
            _ => false,
        };
        Ok(met || self.sites(run.client.environment).await?.condition(utility) != Condition::Up)
    }

    /// Whether the sandbox plays a utility for clients of this environment.
    pub(super) fn is_played(&self, utility: u32, environment: Environment) -> bool {
        self.directory.by_id(utility).is_some_and(|utility| self.side.ways().is_played(utility, environment))
    }

    /// Customers of `client` who wait, the longest first.
    pub async fn waiting(&self, client: &Client) -> Result<Vec<Waiting>, Fault> {
        let now = self.clock.now();
        let requests = self.store.outage_requests(client.id, now).await?;
        let health = self.store.sites().await?;
        let off = Sites::new(&self.utilities_off().await?, &[], now);
        let waiting = |request: OutageRequest| {
            let works = if self.is_played(request.utility, client.environment) {
                Some(after(request.asked_at, PLAYED_SECONDS)).filter(|at| *at <= now)
            } else {
                let met = health.iter().find(|(utility, _)| *utility == request.utility);
                met.map_or_else(Health::default, |(_, health)| *health).works_since(request.asked_at, now)
            };
            Waiting {
                works_since: works.filter(|_| off.condition(request.utility) == Condition::Up),
                slug: self.directory.by_id(request.utility).map_or_else(String::new, |u| u.slug.clone()),
                request,
            }
        };
        Ok(requests.into_iter().map(waiting).collect())
    }
}
