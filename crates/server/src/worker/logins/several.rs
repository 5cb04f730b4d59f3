//! A login with several meters: accepted, it waits for the customer's choice, and links what was chosen.

use connect_core::connector::{Login, RemoteAccount, UtilitySession};
use connect_core::flow::Answer;
use connect_core::grant::{Grant, Meters};
use connect_core::secret::Secret;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Job, Outcome};
use crate::service::Fault;
use crate::worker::accounts::choices_of;
use crate::worker::wiped::zeroize_json;

/// An accepted login as it is sealed beside the run, until the customer has chosen.
#[derive(Serialize, Deserialize)]
struct Held {
    username: String,
    password: Zeroizing<String>,
    session: UtilitySession,
    accounts: Vec<RemoteAccount>,
}

impl Job {
    /// What is shared of these accounts without a question; `None` where the customer has to choose. Who has chosen
    /// before is asked about whatever that choice does not cover, be it a single meter.
    pub(super) fn decided(&self, accounts: &[RemoteAccount], before: Option<&Grant>) -> Option<Option<Meters>> {
        let meters = accounts.iter().map(|account| account.meters.len()).sum::<usize>();
        match before.and_then(|before| before.meters.as_ref()) {
            Some(earlier) if meters == 0 || earlier.decide(accounts) => Some(Some(earlier.clone())),
            Some(_) => None,
            None => (meters <= 1).then_some(None),
        }
    }

    /// What the link shares that this run renews: of the login, if it has one, else of the user that is renewed. A first
    /// link begins anew, whoever had its login before.
    pub(super) async fn before(&self, login: Option<&Login>) -> Result<Option<Grant>, Fault> {
        let Some(renewed) = self.session.flow.mode.renews() else { return Ok(None) };
        let user = match self.store.user_by_login(self.client_id, &self.digest_of(login)).await? {
            Some(user) => Some(user),
            None => self.store.user(renewed).await?.filter(|user| user.client_id == self.client_id),
        };
        Ok(user.map(|user| user.grant))
    }

    /// Asks the customer which of the meters are shared; what is needed then is kept, sealed.
    pub(super) async fn ask_which(
        &self,
        login: &Login,
        session: UtilitySession,
        accounts: Vec<RemoteAccount>,
        before: Option<&Grant>,
    ) -> Result<(), Fault> {
        let choices = choices_of(&accounts, before.and_then(|before| before.meters.as_ref()));
        let password = Zeroizing::new(login.password.expose().to_owned());
        let held = Held { username: login.username.clone(), password, session, accounts };
        let sealed = self.vault.seal(&self.place(), &zeroize_json(&held)?)?;
        self.write_answer(Answer::Several(choices), Some(sealed)).await
    }

    /// The accepted login, with the meters at these places, counted through.
    pub(super) fn chosen(&self, places: &[usize]) -> Result<Outcome, Fault> {
        let sealed = self.session.login_state.as_deref().ok_or(Fault::Broken("no accepted login"))?;
        let plain = self.vault.open(&self.place(), sealed)?;
        let Held { username, password, session, accounts } =
            serde_json::from_slice(&plain).map_err(|_| Fault::Broken("a stored accepted login"))?;
        let meters = Meters::choose(&accounts, places);
        Ok(Outcome::Chosen(Login { username, password: Secret::from(password) }, session, accounts, meters))
    }
}
