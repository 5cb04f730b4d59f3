//! Accounts as a connector tells them, as they are stored and as the confirmation lists them.

use connect_core::clock::Clock;
use connect_core::connector::{MeterKind, RemoteAccount};
use connect_core::store::{Account, Meter};
use connect_wire::AccountCard;
use uuid::Uuid;

use crate::service::new_id;

/// An account as it is stored, should it be new.
pub(crate) fn account_of(remote: &RemoteAccount, clock: &dyn Clock) -> Account {
    let id = |public: Option<Uuid>| public.unwrap_or_else(|| new_id(clock));
    Account {
        id: id(remote.public_id),
        account_number: remote.account_number.clone(),
        address: remote.address.clone(),
        meters: remote.meters.iter().map(|meter| Meter { id: id(meter.public_id), kind: meter.kind }).collect(),
    }
}

pub(crate) fn card_of(account: &RemoteAccount) -> AccountCard {
    let has = |kind| account.meters.iter().any(|m| m.kind == kind);
    let digits = account.account_number.chars().count();
    AccountCard {
        address: account.address.clone(),
        ending: account.account_number.chars().skip(digits.saturating_sub(4)).collect(),
        electricity: has(MeterKind::Electric),
        gas: has(MeterKind::Gas),
    }
}
