//! What can be read through a link.

use std::sync::Arc;

use connect_core::connector::{Connector, ConnectorError, LoginContext, MeterKind, UtilitySession};
use connect_core::store::{Access, Account, Principal, User};

use super::turn::in_time;
use super::{Fault, Service};

/// An account with its kinds of meters, in the order of the API.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// The account.
    pub account: Account,
    /// Has a gas meter.
    pub gas: bool,
    /// Has an electricity meter.
    pub electricity: bool,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        let has = |kind| account.meters.iter().any(|m| m.kind == kind);
        Self { gas: has(MeterKind::Gas), electricity: has(MeterKind::Electric), account }
    }
}

type Consented = (Arc<dyn Connector>, UtilitySession, u32);

/// With a token that may be over by now, and is renewed then.
async fn give_back(connector: &dyn Connector, cx: LoginContext, session: UtilitySession) {
    let first = in_time(connector.give_back(cx, &session)).await;
    let outcome = match first {
        Err(ConnectorError::SessionExpired) => match in_time(connector.renew(cx, &session)).await {
            Ok(renewed) => in_time(connector.give_back(cx, &renewed)).await,
            // Taken back at the utility already.
            Err(ConnectorError::InvalidCredentials) => Ok(()),
            Err(error) => Err(error),
        },
        outcome => outcome,
    };
    if let Err(error) = outcome {
        tracing::warn!(utility = cx.utility, %error, "a consent could not be given back; it ends at the utility by its time");
    }
}

impl Service {
    /// The user that an access token speaks for; `None` once it was deleted.
    pub async fn user(&self, principal: Principal) -> Result<Option<User>, Fault> {
        Ok(self.store.user(principal.user_id).await?)
    }

    /// The user's accounts.
    pub async fn accounts(&self, principal: Principal) -> Result<Vec<AccountView>, Fault> {
        Ok(self.store.accounts(principal.user_id).await?.into_iter().map(AccountView::from).collect())
    }

    /// Deletes the user and everything that hangs on it; its access tokens stop working.
    pub async fn delete_user(&self, principal: Principal) -> Result<bool, Fault> {
        let consent = self.consent_of(principal).await?;
        let deleted = self.store.delete_user(principal.user_id).await?;
        if let (true, Some((connector, session, utility))) = (deleted, consent) {
            let cx = LoginContext { utility, now: self.clock.now(), attended: false };
            // Nobody waits for the utility: here the data is gone.
            tokio::spawn(async move { give_back(&*connector, cx, session).await });
        }
        Ok(deleted)
    }

    /// What is to be given back at the utility when this user goes.
    async fn consent_of(&self, principal: Principal) -> Result<Option<Consented>, Fault> {
        let user = self.store.user(principal.user_id).await?.filter(|user| user.access == Access::Consent);
        let (Some(user), Some(client)) = (user, self.store.client(principal.client_id).await?) else {
            return Ok(None);
        };
        let sealed = self.store.sealed_logins(user.id).await?.and_then(|sealed| sealed.session);
        let session = sealed.and_then(|sealed| self.open_session(user.id, &sealed).ok());
        let connector = self.connector_of_user(&user, client.environment);
        Ok(connector.zip(session).map(|(connector, session)| (connector, session, user.utility)))
    }
}
