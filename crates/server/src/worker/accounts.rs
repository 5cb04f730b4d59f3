//! Accounts as a connector tells them, as they are stored and as the confirmation lists them.

use connect_core::clock::Clock;
use connect_core::connector::{MeterKind, RemoteAccount, RemoteMeter};
use connect_core::flow::MeterChoice;
use connect_core::grant::Meters;
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
    AccountCard {
        address: account.address.clone(),
        ending: ending_of(&account.account_number),
        electricity: has(MeterKind::Electric),
        gas: has(MeterKind::Gas),
    }
}

/// Last four characters of an account's number.
pub(crate) fn ending_of(number: &str) -> String {
    number.chars().skip(number.chars().count().saturating_sub(4)).collect()
}

/// The meters of a login as the customer chooses among them: all but those kept back `before`.
pub(crate) fn choices_of(accounts: &[RemoteAccount], before: Option<&Meters>) -> Vec<MeterChoice> {
    let mut choices: Vec<MeterChoice> = Vec::new();
    for account in accounts {
        for (at, meter) in account.meters.iter().enumerate() {
            let of_kind = |meters: &[RemoteMeter]| meters.iter().filter(|one| one.kind == meter.kind).count();
            let alone = of_kind(&account.meters) == 1;
            choices.push(MeterChoice {
                address: account.address.clone(),
                ending: ending_of(&account.account_number),
                kind: meter.kind,
                place: if alone { 0 } else { of_kind(&account.meters[..=at]) },
                chosen: !before.is_some_and(|before| before.keeps_back(accounts, choices.len())),
            });
        }
    }
    choices
}
