//! What the vault keeps: versions of the master key, the service's own secrets, and the sealed items as a
//! rotation goes through them.

use async_trait::async_trait;
use jiff::Timestamp;

use super::StoreResult;
use crate::vault::{Check, Context, Kind};

/// A version of the master key, as a database knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyVersion {
    /// Its number.
    pub version: u32,
    /// By which the key itself is known again.
    pub check: Check,
    /// When it came.
    pub added_at: Timestamp,
    /// Whether it was retired: nothing is sealed under it, and its key may be destroyed.
    pub retired: bool,
}

/// A sealed item in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedItem {
    /// The place.
    pub context: Context,
    /// The item.
    pub sealed: Vec<u8>,
}

/// An item to be put in another's place.
#[derive(Clone, Debug)]
pub struct Reseal {
    /// What must be there still.
    pub old: SealedItem,
    /// What takes its place.
    pub new: Vec<u8>,
}

/// What came of [`VaultStore::retire_key_version`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retirement {
    /// It is retired, now or before.
    Done,
    /// So many items are sealed under it.
    InUse(u64),
    /// It is the latest, or the one after it is too new: a server may not have heard of that yet.
    TooSoon,
    /// There is no such version.
    Unknown,
}

/// The part of the store that the vault stands on.
#[async_trait]
pub trait VaultStore: Send + Sync {
    /// All versions that this database has seen, rising.
    async fn key_versions(&self) -> StoreResult<Vec<KeyVersion>>;
    /// Adds versions; one that is there stays as it is.
    async fn add_key_versions(&self, versions: Vec<(u32, Check)>, at: Timestamp) -> StoreResult<()>;
    /// Retires a version if a later one came before `superseded_before` and no more than `despite` items are sealed
    /// under it: those are given up.
    async fn retire_key_version(
        &self,
        version: u32,
        superseded_before: Timestamp,
        at: Timestamp,
        despite: u64,
    ) -> StoreResult<Retirement>;

    /// Whether there is any client: a database without one is new.
    async fn has_clients(&self) -> StoreResult<bool>;
    /// A secret of the service itself, sealed.
    async fn service_secret(&self, name: &str) -> StoreResult<Option<Vec<u8>>>;
    /// Keeps a secret of the service, unless there is one of this name; the one that counts.
    async fn put_service_secret(&self, name: &str, sealed: Vec<u8>) -> StoreResult<Vec<u8>>;

    /// Up to `limit` items of a kind that are not sealed under `version`, in the order of their rows,
    /// after `after`.
    async fn sealed_items(
        &self,
        kind: Kind,
        version: u32,
        after: Option<Context>,
        limit: u32,
    ) -> StoreResult<Vec<SealedItem>>;
    /// Puts items in the place of others, each if the other is still there; how many. Nothing else
    /// of a row changes.
    async fn reseal(&self, items: Vec<Reseal>) -> StoreResult<u64>;
    /// How many items of a kind are sealed under which version; 0 stands for what is of before the vault.
    async fn sealed_counts(&self, kind: Kind) -> StoreResult<Vec<(u32, u64)>>;
}
