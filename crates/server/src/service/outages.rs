//! Customers who want to be told when a utility works again: kept for their company, which can reach them.

use connect_core::flow::{Action, Stage};
use connect_core::health::{Health, OutageRequest, Sites};
use connect_core::secret::Secret;
use connect_core::store::Client;
use connect_wire::{Condition, FlowView};
use jiff::Timestamp;

use super::runs::RunError;
use super::{Fault, Service};

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
    /// Keeps the request of a customer at a utility that does not answer.
    pub async fn ask_to_be_told(&self, token: &Secret, step: u32) -> Result<FlowView, RunError> {
        let run = self.open_run(token).await?;
        let stage = &run.session.flow.stage;
        if let (Stage::Credentials(_) | Stage::Consent { .. }, Some(utility)) = (stage, stage.utility()) {
            let (user_ref, asked_at) = (run.session.user_ref.clone(), self.clock.now());
            let request = OutageRequest { user_ref, utility, asked_at };
            self.store.ask_to_be_told(run.client.id, request).await.map_err(Fault::from)?;
        }
        self.carry_out(run, step, &Action::AskToBeTold, None).await
    }

    /// Customers of `client` who wait, the longest first.
    pub async fn waiting(&self, client: &Client) -> Result<Vec<Waiting>, Fault> {
        let now = self.clock.now();
        let requests = self.store.outage_requests(client.id, now).await?;
        let health = self.store.sites().await?;
        let off = Sites::new(&self.utilities_off().await?, &[], now);
        let waiting = |request: OutageRequest| {
            let met = health.iter().find(|(utility, _)| *utility == request.utility);
            let met = met.map_or_else(Health::default, |(_, health)| *health);
            let on = off.condition(request.utility) == Condition::Up;
            Waiting {
                works_since: met.works_since(request.asked_at, now).filter(|_| on),
                slug: self.directory.by_id(request.utility).map_or_else(String::new, |u| u.slug.clone()),
                request,
            }
        };
        Ok(requests.into_iter().map(waiting).collect())
    }
}
