//! Consent at a utility's own site (Green Button Connect My Data): the way there and back.

use std::sync::Arc;

use connect_core::connector::Connector;
use connect_core::flow::{Action, Route, Stage, available};
use connect_core::secret::{Secret, same};
use connect_core::token::{Environment, Handle};

use super::runs::{Run, RunError, Work};
use super::{Fault, Service};

/// Longest address of a company's page.
const MAX_PAGE_BYTES: usize = 2000;

impl Service {
    /// How a utility is linked by a client of this environment.
    pub(super) fn route_of(&self, utility: u32, environment: Environment) -> Route {
        match (self.consent_connector(utility, environment), self.connector_of(utility, environment)) {
            (None, _) => Route::Login,
            (Some(_), None) => Route::Consent,
            (Some(_), Some(_)) => Route::ConsentOrLogin,
        }
    }

    /// The connector to a utility's consent: the one of its slug's name with `-my-data` after it.
    pub(super) fn consent_connector(&self, utility: u32, environment: Environment) -> Option<Arc<dyn Connector>> {
        let utility = self.directory.by_id(utility).filter(|utility| available(utility, environment))?;
        self.connectors.get(format!("{}-my-data", utility.slug).as_str()).cloned()
    }

    /// Where the customer of a run agrees. `None` at other stages.
    pub(super) fn consent_url(&self, run: &Run) -> Option<String> {
        let Run { session, client } = run;
        let Stage::Consent { utility, .. } = session.flow.stage else { return None };
        let state = format!("{}.{}", session.handle.as_str(), self.keys.consent_state(session.id, session.step));
        self.consent_connector(utility, client.environment)?.consent_url(&state)
    }

    /// The company's whole page goes to the utility's site, and is to be come back to. Gives the address
    /// to go to.
    pub async fn leave(&self, token: &Secret, step: u32, page: String) -> Result<String, RunError> {
        let web = page.starts_with("https://") || page.starts_with("http://");
        if !web || page.len() > MAX_PAGE_BYTES || page.contains(|c: char| c.is_control() || c == ' ') {
            return Err(RunError::OutOfPlace);
        }
        self.act(token, step, Action::Leave { page }).await?;
        self.consent_url(&self.open_run(token).await?).ok_or(RunError::OutOfPlace)
    }

    /// The customer is back from the utility's site: `state` as it was sent along, and the code, if they
    /// agreed. An answer that no run waits for (a second one, or a forged one) changes nothing. Gives
    /// the company's page, if the whole of it came along.
    pub async fn come_back(&self, state: &str, code: Option<Secret>) -> Result<Option<String>, RunError> {
        let (handle, mark) = state.split_once('.').ok_or(RunError::OutOfPlace)?;
        let handle = Handle::parse(handle).ok_or(RunError::OutOfPlace)?;
        let session = self.store.session_by_handle(&handle).await.map_err(Fault::from)?;
        let run = self.as_open_run(session).await?.ok_or(RunError::TokenInvalid)?;
        let expected = self.keys.consent_state(run.session.id, run.session.step);
        if !same(mark.as_bytes(), expected.as_bytes()) || !matches!(run.session.flow.stage, Stage::Consent { .. })
        {
            return Err(RunError::OutOfPlace);
        }
        let (step, page) = (run.session.step, run.session.flow.page.clone());
        let action = Action::ComeBack { agreed: code.is_some() };
        self.carry_out(run, step, &action, code.map(Work::Redeem)).await.map(|_| page)
    }

    /// A utility has announced data at these addresses: the users' jobs are due.
    pub async fn data_announced(&self, addresses: &[String]) -> Result<(), Fault> {
        let now = self.clock.now();
        for address in addresses {
            if let Some(user) = self.store.user_by_subscription(address).await? {
                self.store.data_announced(user.id, now).await?;
            }
        }
        self.desk.wake();
        Ok(())
    }
}
