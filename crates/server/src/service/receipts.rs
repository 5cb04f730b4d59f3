//! The customer's receipt: what is shared with whom, and the way to stop it.
//!
//! Its address opens it for whoever has it, for there is no account to sign in to here. It shows no more than the
//! confirmation did, and does one thing: end the sharing.

use connect_core::audit::{Event, Kind, Subject};
use connect_core::flow::{card_of, unknown_card};
use connect_core::grant::Grant;
use connect_core::health::Sites;
use connect_core::secret::same;
use connect_core::store::{Account, User};
use connect_wire::{AccountCard, UtilityCard};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::data::AccountView;
use super::usage::days_of;
use super::{Fault, Service};
use crate::origin;
use crate::worker::ending_of;

/// Characters of a user's id in the address.
const ID_CHARS: usize = 32;

/// What a receipt shows.
#[derive(Debug)]
pub struct Receipt {
    /// Registered name of the company.
    pub company: String,
    /// The utility.
    pub utility: UtilityCard,
    /// What is shared of which accounts; none where they are not known yet.
    pub accounts: Vec<AccountCard>,
    /// What was agreed.
    pub grant: Grant,
    /// When it was last agreed.
    pub linked_at: Timestamp,
    /// Time zone to show days in.
    pub zone: TimeZone,
}

impl Service {
    /// What the address of a user's receipt ends in.
    pub(super) fn receipt_mark(&self, user: Uuid) -> String {
        format!("{}{}", user.simple(), self.keys.receipt_mark(user).expose())
    }

    /// The user of a receipt, as long as something is shared.
    async fn user_of_receipt(&self, mark: &str) -> Result<Option<User>, Fault> {
        let id = mark.get(..ID_CHARS).and_then(|id| Uuid::try_parse(id).ok());
        let Some(id) = id.filter(|id| same(self.receipt_mark(*id).as_bytes(), mark.as_bytes())) else {
            return Ok(None);
        };
        let user = self.store.user(id).await?;
        Ok(user.filter(|user| !user.grant.ended(self.clock.now())))
    }

    /// The receipt of an address that ends in `mark`; `None` where nothing is shared any more, or nobody has it.
    pub async fn receipt(&self, mark: &str) -> Result<Option<Receipt>, Fault> {
        let Some(user) = self.user_of_receipt(mark).await? else { return Ok(None) };
        let client = self.store.client(user.client_id).await?.ok_or(Fault::Broken("a user without a client"))?;
        let utility = self.directory.by_id(user.utility);
        let card = |account: Account| {
            let AccountView { account, gas, electricity } = account.into();
            AccountCard { ending: ending_of(&account.account_number), address: account.address, electricity, gas }
        };
        Ok(Some(Receipt {
            company: client.name,
            utility: utility.map_or_else(
                || unknown_card(user.utility),
                |u| card_of(u, client.environment, &Sites::default(), origin::language().unwrap_or_default()),
            ),
            accounts: self.store.accounts(user.id).await?.into_iter().map(card).collect(),
            zone: days_of(utility),
            grant: user.grant,
            linked_at: user.linked_at,
        }))
    }

    /// Ends the sharing: the user is deleted with everything that hangs on it. The company's name; `None` as by
    /// [`Self::receipt`].
    pub async fn stop_sharing(&self, mark: &str) -> Result<Option<String>, Fault> {
        let Some(user) = self.user_of_receipt(mark).await? else { return Ok(None) };
        let client = self.store.client(user.client_id).await?.ok_or(Fault::Broken("a user without a client"))?;
        self.end_sharing(&user, Kind::SharingStopped, None).await?;
        Ok(Some(client.name))
    }

    /// Deletes the users whose grant has ended; how many. One that cannot be deleted does not keep the others.
    pub async fn end_grants(&self) -> Result<usize, Fault> {
        let (mut users, mut failed) = (0, Vec::new());
        loop {
            let now = self.clock.now();
            let mut ended = self.store.users_ended(now).await?;
            ended.retain(|id| !failed.contains(id));
            if ended.is_empty() {
                return Ok(users);
            }
            for id in ended {
                let user = self.store.user(id).await?.filter(|user| user.grant.ended(now));
                let outcome = match &user {
                    Some(user) => self.end_sharing(user, Kind::SharingEnded, Some(now)).await,
                    None => Ok(()),
                };
                match outcome {
                    Ok(()) if user.is_some() => users += 1,
                    Ok(()) => failed.push(id),
                    Err(fault) => {
                        tracing::warn!(user = %id, %fault, "what is shared no more could not be deleted");
                        failed.push(id);
                    }
                }
            }
        }
    }

    async fn end_sharing(&self, user: &User, kind: Kind, ended: Option<Timestamp>) -> Result<(), Fault> {
        let event = Event::of(kind).client(user.client_id).on(Subject::User(user.id));
        // On record before it is done.
        self.auditor.note(event).await?;
        if let Err(fault) = self.side.delete_user(user.id, ended).await {
            self.auditor.note(event.failed()).await?;
            return Err(fault);
        }
        tracing::info!(user = %user.id, kind = kind.name(), "nothing is shared any more");
        Ok(())
    }
}
