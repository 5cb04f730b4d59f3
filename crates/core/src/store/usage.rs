//! Sync jobs, readings and bills.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Account, StoreError, StoreResult, User};
use crate::usage::{Chunk, Correction, Edition, Fetched, Series, SeriesKind, StoredBill, Window};

/// What has been fetched for a user. Kept in the job's row, written with what was fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncProgress {
    /// By meter.
    pub meters: BTreeMap<Uuid, Fetched>,
    /// Accounts whose bills have been fetched at least once.
    pub billed: Vec<Uuid>,
}

/// What opens a user's utility, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedLogins {
    /// The login, as by [`super::NewLink::seal_login`].
    pub login: Vec<u8>,
    /// The session, as by [`super::NewLink::seal_session`].
    pub session: Option<Vec<u8>>,
}

/// A job that a worker has taken. What the worker writes is kept only while it holds the lease.
#[derive(Clone, Debug)]
pub struct SyncJob {
    /// Mark of the worker's turn.
    pub lease: Uuid,
    /// Whose data.
    pub user: User,
    /// The way in.
    pub sealed: SealedLogins,
    /// What is there already.
    pub progress: SyncProgress,
    /// Turns in a row that failed.
    pub failures: u32,
}

/// A turn: the job's user and lease, and until when the worker may go on after this write.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// User.
    pub user_id: Uuid,
    /// Mark of the worker's turn.
    pub lease: Uuid,
    /// Now.
    pub now: Timestamp,
    /// New end of the lease.
    pub until: Timestamp,
}

/// Whether a worker may send the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Yes, once.
    Given,
    /// It was sent a short while ago, and nobody knows with what success.
    Wait,
    /// The lease is lost.
    LeaseLost,
}

/// How a turn ended.
#[derive(Clone, Debug)]
pub struct TurnEnd {
    /// When the next one is due; `None` puts the job to rest until the customer links again.
    pub due_at: Option<Timestamp>,
    /// Turns in a row that failed, this one included.
    pub failures: u32,
    /// Why it failed, as a word of ours; for operators.
    pub error: Option<&'static str>,
    /// False when the utility no longer accepts the login.
    pub credentials_valid: bool,
}

/// Where a user's sync stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncState {
    /// What has been fetched.
    pub progress: SyncProgress,
    /// When the next turn is due.
    pub due_at: Option<Timestamp>,
    /// Why the last turn failed.
    pub error: Option<String>,
}

/// Readings of a series as they are kept: one chunk a month, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSeries {
    /// What they are.
    pub kind: SeriesKind,
    /// The months that touch what was asked for.
    pub chunks: Vec<Chunk>,
}

impl StoredSeries {
    /// Its readings, by start. [`StoreError::Corrupt`] for a damaged chunk.
    pub fn unpack(&self) -> StoreResult<Series> {
        let mut readings = Vec::new();
        for chunk in &self.chunks {
            readings.append(&mut chunk.unpack().map_err(|_| StoreError::Corrupt("chunk of readings"))?);
        }
        Ok(Series { kind: self.kind, readings })
    }
}

/// In which months a series has readings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesMonths {
    /// What they are.
    pub kind: SeriesKind,
    /// Months as by [`crate::usage::month_of`], rising.
    pub months: Vec<i32>,
}

/// The document of a bill as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillDocument {
    /// Edition of the bill that it belongs to.
    pub edition: Edition,
    /// SHA-256 of the document.
    pub sha256: [u8; 32],
    /// When the utility gave it.
    pub fetched_at: Timestamp,
    /// The document, sealed for user and bill.
    pub sealed: Vec<u8>,
}

/// The part of the store that sync writes and the data endpoints read.
#[async_trait]
pub trait UsageStore: Send + Sync {
    /// Takes the job that has been due longest, for `lease`, until `until`, and counts the turn as
    /// failed until [`Self::end_turn`] says otherwise. Jobs whose lease has run out (a worker died)
    /// are taken like others, but later each time. Jobs of `except` utilities, of those that
    /// are off, and of users whose grant has ended are left.
    async fn claim_sync(
        &self,
        lease: Uuid,
        now: Timestamp,
        until: Timestamp,
        except: Vec<u32>,
    ) -> StoreResult<Option<SyncJob>>;
    /// Adds and updates accounts, as [`super::Store::link`] does; the rows with their final ids, in the
    /// same order. What is not among them stays: a list may be short for a day. `None`, and nothing
    /// changed, if the lease is lost.
    async fn put_accounts(&self, turn: Turn, accounts: Vec<Account>) -> StoreResult<Option<Vec<Account>>>;
    /// Merges `series` of a meter and notes what of it is `fetched`, in one transaction. `false`, and
    /// nothing changed, if the lease is lost.
    async fn put_readings(
        &self,
        turn: Turn,
        meter: Uuid,
        fetched: Fetched,
        series: Vec<Series>,
    ) -> StoreResult<bool>;
    /// Adds or replaces bills by `remote_id` (a known one keeps its id) and notes that the account's
    /// bills are fetched. `false`, and nothing changed, if the lease is lost.
    async fn put_bills(&self, turn: Turn, account: Uuid, bills: Vec<StoredBill>) -> StoreResult<bool>;
    /// Asks for leave to send the password, and notes that it is sent now. Not given within
    /// `wait_seconds` of a try that had no good end.
    async fn may_log_in(&self, turn: Turn, wait_seconds: i64) -> StoreResult<Leave>;
    /// Keeps a new session at the utility: the login was good. `false` if the lease is lost.
    async fn put_session(&self, turn: Turn, sealed: Vec<u8>) -> StoreResult<bool>;
    /// Gives the job back. `false` if the lease is lost.
    async fn end_turn(&self, turn: Turn, end: TurnEnd) -> StoreResult<bool>;

    /// Makes the user's job due now, unless it rests or is being worked on.
    async fn hasten_sync(&self, user: Uuid, now: Timestamp) -> StoreResult<()>;
    /// The utility has announced data: makes the user's job due now even when it waits after a failure,
    /// unless it rests or is being worked on.
    async fn data_announced(&self, user: Uuid, now: Timestamp) -> StoreResult<()>;
    /// A user's login and session at the utility.
    async fn sealed_logins(&self, user: Uuid) -> StoreResult<Option<SealedLogins>>;
    /// Switches a utility off, with a reason for operators, or on (`None`): one that is off is not
    /// logged in to, and [`Self::claim_sync`] leaves its jobs.
    async fn switch_utility(&self, utility: u32, off: Option<String>, now: Timestamp) -> StoreResult<()>;
    /// Utilities that are off, with the reasons.
    async fn utilities_off(&self) -> StoreResult<Vec<(u32, String)>>;
    /// Where the user's sync stands.
    async fn sync_state(&self, user: Uuid) -> StoreResult<Option<SyncState>>;
    /// Series of a meter that have readings in the months that the window touches, without reading them.
    async fn reading_months(&self, user: Uuid, meter: Uuid, window: Window) -> StoreResult<Vec<SeriesMonths>>;
    /// Series of a meter that have readings in the months that the window touches.
    async fn readings(&self, user: Uuid, meter: Uuid, window: Window) -> StoreResult<Vec<StoredSeries>>;
    /// Values of a meter that were corrected, of readings that start in the window, by start and revision.
    async fn corrections(&self, user: Uuid, meter: Uuid, window: Window) -> StoreResult<Vec<Correction>>;
    /// Bills of a user, newest first.
    async fn bills(&self, user: Uuid) -> StoreResult<Vec<StoredBill>>;
    /// Keeps the document of a bill in place of an earlier one. `false`, and nothing changed, if the
    /// user has no such bill any more.
    async fn put_document(&self, user: Uuid, bill: Uuid, document: BillDocument) -> StoreResult<bool>;
    /// The document of a bill, if it is kept.
    async fn document(&self, user: Uuid, bill: Uuid) -> StoreResult<Option<BillDocument>>;
}
