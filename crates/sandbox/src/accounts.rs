//! The accounts under a login: those of the same login at Sunrise Power & Gas, as they are at another
//! utility. Invented, and the same at every link.

use connect_core::connector::{RemoteAccount, RemoteMeter};
use connect_sunrise::data::{Account, Meter, accounts_at};

use crate::scenario::SandboxLogin;

/// The accounts of a login at a utility.
pub(crate) fn of(row: &SandboxLogin, utility: u32) -> Vec<RemoteAccount> {
    accounts_at(utility, row.username).into_iter().map(remote).collect()
}

fn remote(account: Account) -> RemoteAccount {
    let meter = |meter: Meter| RemoteMeter { public_id: Some(meter.id), kind: meter.kind };
    RemoteAccount {
        public_id: Some(account.id),
        account_number: account.number,
        address: account.address,
        meters: account.meters.into_iter().map(meter).collect(),
    }
}
