//! How utilities' sites do, and who waits for one.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Advance, StoreResult};
use crate::health::{Health, Met, OutageRequest};

/// Days for which a request to be told is kept.
pub const REQUEST_DAYS: i64 = 30;

/// Outages, over processes and restarts.
#[async_trait]
pub trait OutageStore {
    /// Notes what a customer has met at a utility's site. Failures that are older than
    /// [`crate::health::FRESH_SECONDS`] count no more.
    async fn note_site(&self, utility: u32, met: Met, at: Timestamp) -> StoreResult<()>;
    /// What is known of the sites at which somebody has failed since they last did their part: a few, however many
    /// there are, as every screen asks for them.
    async fn failing_sites(&self) -> StoreResult<Vec<(u32, Health)>>;
    /// All that is known of sites.
    async fn sites(&self) -> StoreResult<Vec<(u32, Health)>>;
    /// Carries out `change` and keeps a customer's request to be told, in one transaction, if the session is at
    /// `from_step`; `false`, and nothing kept, if not. A request that is kept already begins anew.
    async fn advance_asking(&self, change: Advance, client_id: Uuid, request: OutageRequest) -> StoreResult<bool>;
    /// Requests of a client's customers that are not older than [`REQUEST_DAYS`], the oldest first.
    async fn outage_requests(&self, client_id: Uuid, now: Timestamp) -> StoreResult<Vec<OutageRequest>>;
}
