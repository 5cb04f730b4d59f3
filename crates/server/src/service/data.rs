//! What can be read through a link.

use connect_core::connector::MeterKind;
use connect_core::store::{Account, Principal, User};

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
        self.side.delete_user(principal.user_id, None).await
    }
}
