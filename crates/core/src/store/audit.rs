//! The audit log's part of the store.

use std::sync::Arc;

use async_trait::async_trait;

use super::StoreResult;
use crate::audit::{Chain, Entry, Head, Record};

/// The audit log: records are added and read, never changed or deleted.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Adds the entries in this order behind the log's last record, whichever process has written
    /// that; numbers have no gaps. All are added, or none. The new head.
    async fn append_audit(&self, chain: Arc<Chain>, entries: Vec<Entry>) -> StoreResult<Head>;
    /// At most `limit` records with a number above `after`, in their order.
    async fn audit_page(&self, after: u64, limit: u32) -> StoreResult<Vec<Record>>;
    /// The last record, as it is stored; [`Head::START`] of an empty log.
    async fn audit_head(&self) -> StoreResult<Head>;
}
