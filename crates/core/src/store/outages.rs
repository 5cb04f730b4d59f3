//! How utilities' sites do, and who waits for one.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::StoreResult;
use crate::health::{Health, OutageRequest};

/// Days for which a request to be told is kept.
pub const REQUEST_DAYS: i64 = 30;

/// Outages, over processes and restarts.
#[async_trait]
pub trait OutageStore {
    /// Notes that a utility's site did its part, or that one customer more met a failure of it.
    async fn note_site(&self, utility: u32, well: bool, at: Timestamp) -> StoreResult<()>;
    /// What is known of the sites at which somebody has failed since they last did their part: a few, however many
    /// there are, as every screen asks for them.
    async fn failing_sites(&self) -> StoreResult<Vec<(u32, Health)>>;
    /// All that is known of sites.
    async fn sites(&self) -> StoreResult<Vec<(u32, Health)>>;
    /// Keeps a customer's request to be told; one that is kept already begins anew.
    async fn ask_to_be_told(&self, client_id: Uuid, request: OutageRequest) -> StoreResult<()>;
    /// Requests of a client's customers that are not older than [`REQUEST_DAYS`], the oldest first.
    async fn outage_requests(&self, client_id: Uuid, now: Timestamp) -> StoreResult<Vec<OutageRequest>>;
}
