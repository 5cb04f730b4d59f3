//! Bills of a link.

use connect_core::connector::{RemoteAccount, RemoteMeter};
use connect_core::store::{Account, BillDocument, Principal, User};
use connect_core::usage::{Edition, StoredBill, document_hash, is_document};
use connect_core::vault::Context;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::usage::{UsageError, days_of, zone_of};
use super::{Fault, Service};
use crate::worker::PdfAnswer;

const NOT_SHARED: UsageError = UsageError::NotShared("The customer does not share bills.");

/// Bills of an account, newest first.
#[derive(Debug)]
pub struct AccountBills {
    /// The account.
    pub account_id: Uuid,
    /// The bills.
    pub bills: Vec<StoredBill>,
}

/// The document of a bill.
pub struct Document {
    /// A PDF. Wiped when dropped.
    pub bytes: Zeroizing<Vec<u8>>,
    /// SHA-256 of it.
    pub sha256: [u8; 32],
}

/// All bills that were asked for.
#[derive(Debug)]
pub struct Bills {
    /// IANA time zone of the utility, in which the dates are days.
    pub time_zone: String,
    /// By account.
    pub accounts: Vec<AccountBills>,
}

impl Service {
    /// Bills of one account or of all.
    pub async fn bills(&self, principal: Principal, account: Option<Uuid>) -> Result<Bills, UsageError> {
        let user = self.store.user(principal.user_id).await?.ok_or(UsageError::Gone)?;
        if !user.grant.choices.bills {
            return Err(NOT_SHARED);
        }
        let mut accounts = self.store.accounts(user.id).await?;
        if let Some(id) = account {
            accounts.retain(|account| account.id == id);
            if accounts.is_empty() {
                return Err(UsageError::NotOwn);
            }
        }
        let state = self.store.sync_state(user.id).await?.ok_or(UsageError::NotYet)?;
        if accounts.iter().any(|account| !state.progress.billed.contains(&account.id)) {
            return Err(UsageError::NotYet);
        }
        let mut all = self.store.bills(user.id).await?;
        self.keep_shared(&user, &mut all);
        let of = |account: Account| AccountBills {
            account_id: account.id,
            bills: all.iter().filter(|bill| bill.account_id == account.id).cloned().collect(),
        };
        let time_zone = zone_of(self.directory.by_id(user.utility));
        Ok(Bills { time_zone, accounts: accounts.into_iter().map(of).collect() })
    }

    /// The document of a bill: the one that is kept, or else fetched from the utility and kept from now
    /// on. The bill's figures must be those that the kept one was fetched with.
    pub async fn bill_pdf(&self, principal: Principal, id: Uuid) -> Result<Document, UsageError> {
        let user = self.store.user(principal.user_id).await?.ok_or(UsageError::Gone)?;
        if !user.grant.choices.bills {
            return Err(NOT_SHARED);
        }
        let mut all = self.store.bills(user.id).await?;
        self.keep_shared(&user, &mut all);
        let StoredBill { account_id, bill, .. } =
            all.into_iter().find(|b| b.id == id).ok_or(UsageError::NotOwn)?;
        let edition = bill.edition();
        if let Some(kept) = self.kept_document(&user, id, &edition).await? {
            return Ok(kept);
        }
        if !bill.pdf {
            return Err(UsageError::NotOffered("The utility gives no document for this bill."));
        }
        let accounts = self.store.accounts(user.id).await?;
        let account = accounts.into_iter().find(|a| a.id == account_id).ok_or(UsageError::NotOwn)?;
        match self.side.bill_pdf(user.id, remote(account), bill.remote_id).await? {
            PdfAnswer::Document(pdf) if is_document(&pdf) => self.keep_document(&user, id, edition, pdf).await,
            PdfAnswer::Document(other) => {
                tracing::warn!(user = %user.id, bytes = other.len(), "what a utility sent as a bill is none, or too large");
                Err(UsageError::NotYet)
            }
            PdfAnswer::NotOffered => {
                Err(UsageError::NotOffered("The utility does not give this document any more."))
            }
            PdfAnswer::NotNow => Err(UsageError::NotYet),
        }
    }

    /// Takes out the bills that are older than what the customer shares.
    fn keep_shared(&self, user: &User, bills: &mut Vec<StoredBill>) {
        let zone = days_of(self.directory.by_id(user.utility));
        bills.retain(|stored| user.grant.reaches_day(stored.bill.end, &zone));
    }

    async fn kept_document(&self, user: &User, bill: Uuid, edition: &Edition) -> Result<Option<Document>, Fault> {
        let kept = self.store.document(user.id, bill).await?.filter(|kept| kept.edition == *edition);
        Ok(kept.and_then(|BillDocument { sha256, sealed, .. }| {
            match self.vault.open(&Context::document(user.client_id, user.id, bill), &sealed) {
                Ok(bytes) => Some(Document { bytes, sha256 }),
                Err(error) => {
                    // The utility has it, too.
                    tracing::warn!(user = %user.id, %error, "a kept document is fetched anew");
                    None
                }
            }
        }))
    }

    async fn keep_document(
        &self,
        user: &User,
        bill: Uuid,
        edition: Edition,
        pdf: Vec<u8>,
    ) -> Result<Document, UsageError> {
        let sha256 = document_hash(&pdf);
        let bytes = Zeroizing::new(pdf);
        let sealed =
            self.vault.seal(&Context::document(user.client_id, user.id, bill), &bytes).map_err(Fault::from)?;
        let document = BillDocument { edition, sha256, fetched_at: self.clock.now(), sealed };
        // The bill may have gone while the utility answered.
        match self.store.put_document(user.id, bill, document).await? {
            true => Ok(Document { bytes, sha256 }),
            false => Err(UsageError::NotOwn),
        }
    }
}

/// The account as its connector knows it.
fn remote(account: Account) -> RemoteAccount {
    RemoteAccount {
        public_id: Some(account.id),
        account_number: account.account_number,
        address: account.address,
        meters: account.meters.iter().map(|m| RemoteMeter { public_id: Some(m.id), kind: m.kind }).collect(),
    }
}
