//! The use cases of Connect.

mod access;
mod audit;
mod bills;
mod choices;
mod clients;
mod connect_tokens;
mod consent;
mod data;
mod files;
mod handed;
mod hosted;
mod idempotency;
mod outages;
mod pages;
mod receipts;
mod restatements;
mod runs;
mod tokens;
mod usage;

use std::sync::Arc;
use std::time::Duration;

use connect_core::clock::{Clock, after};
use connect_core::directory::Directory;
use connect_core::flow::DrawPage;
use connect_core::keys::Keys;
use connect_core::store::{LINKED_GRACE_SECONDS, Store, StoreError};
use connect_core::token::RandomError;
use connect_core::vault::{Vault, VaultError};
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::limits::Limits;
use crate::worker::ConnectorSide;

pub use access::{AccessGranted, ExchangeError, Refused};
pub use audit::Auditor;
pub use bills::{AccountBills, Bills, Document};
pub use clients::{ClientError, ClientSummary};
pub use connect_tokens::{ConnectTokenError, ConnectTokenIssued, ConnectTokenRequest, UtilityRef};
pub use consent::{Back, Departure};
pub use data::AccountView;
pub use files::{MAX_FILE_BYTES, kept_series};
pub use hosted::{EnterError, RunDocument};
pub use idempotency::{Given, IdempotencyKey, Once, OnceError};
pub use outages::Waiting;
pub use pages::{PageError, PageRequest};
pub use receipts::Receipt;
pub use restatements::MeterRestatements;
pub use runs::{Framed, RunError, SearchHits};
pub use tokens::TokenInfo;
pub(crate) use usage::days_of;
pub use usage::{MeterUsage, Usage, UsageError, Which};

/// Settings of the service that are not wiring.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Life of a connect token, in seconds. Pelm's: 1800.
    pub connect_token_seconds: u32,
    /// Life of an authorization code from the moment it is handed over, in seconds.
    pub authorization_code_seconds: u32,
    /// Whether callers are limited ([`crate::limits`]).
    pub rate_limits: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { connect_token_seconds: 1800, authorization_code_seconds: 60, rate_limits: true }
    }
}

const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Everything that the use cases stand on. Shared behind an `Arc`.
pub struct Service {
    store: Arc<dyn Store>,
    keys: Arc<Keys>,
    auditor: Arc<Auditor>,
    limits: Limits,
    /// Opens documents. Of credentials this side has no key.
    vault: Arc<Vault>,
    clock: Arc<dyn Clock>,
    directory: Arc<Directory>,
    /// Whoever has the connectors.
    side: Arc<dyn ConnectorSide>,
    settings: Settings,
    /// Draws the screens that the server draws.
    draw: Box<DrawPage>,
    /// Turns at reading files.
    files: Arc<tokio::sync::Semaphore>,
    /// Ids of runs that have just changed, for requests that wait. A node of several hears only
    /// its own; waiting requests therefore also look again after a second.
    changed: broadcast::Sender<Uuid>,
}

/// A fault of the service itself. Logged, and told to a caller as `internal_error` only.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Sealing or opening failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// Stored or sealed data did not have its shape.
    #[error("{0}")]
    Broken(&'static str),
    /// The connectors' process does not answer.
    #[error("the process of the connectors is gone")]
    NoConnectors,
}

impl Service {
    /// Puts the parts together. `vault` is the one for documents.
    pub fn new(
        store: Arc<dyn Store>,
        keys: Keys,
        vault: Arc<Vault>,
        clock: Arc<dyn Clock>,
        directory: Arc<Directory>,
        side: Arc<dyn ConnectorSide>,
        settings: Settings,
    ) -> Self {
        let auditor = Arc::new(Auditor::new(store.clone(), &keys, clock.clone()));
        Self {
            limits: Limits::new(&clock, auditor.clone(), settings.rate_limits),
            auditor,
            store,
            keys: Arc::new(keys),
            vault,
            clock,
            directory,
            changed: side.changed(),
            side,
            settings,
            draw: Box::new(|_| String::new()),
            files: Arc::new(tokio::sync::Semaphore::new(files::READ_AT_ONCE)),
        }
    }

    /// With the drawer of the screens that the server draws; without one they are blank.
    #[must_use]
    pub fn drawing(self, draw: Box<DrawPage>) -> Self {
        Self { draw, ..self }
    }

    /// How often callers may ask.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The utilities.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Deletes expired runs and codes once a minute, for as long as the process runs.
    pub async fn sweep_forever(self: Arc<Self>) {
        let mut every = tokio::time::interval(SWEEP_EVERY);
        loop {
            every.tick().await;
            let before = after(self.clock.now(), -LINKED_GRACE_SECONDS);
            if let Err(error) = self.store.sweep(before).await {
                tracing::warn!(%error, "expired rows could not be deleted");
            }
            if let Err(fault) = self.end_grants().await {
                tracing::warn!(%fault, "what is shared no more could not be deleted");
            }
        }
    }

    /// Utilities that an operator has switched off, with the reasons.
    pub async fn utilities_off(&self) -> Result<Vec<(u32, String)>, Fault> {
        Ok(self.store.utilities_off().await?)
    }

    /// The current time.
    pub fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// A row key, or another id of our own.
    pub(crate) fn new_id(&self) -> Uuid {
        new_id(&*self.clock)
    }

    /// The settings.
    pub fn settings(&self) -> Settings {
        self.settings
    }
}

/// A row key: time-ordered, so that new rows land at the end of an index.
pub(crate) fn new_id(clock: &dyn Clock) -> Uuid {
    let now = clock.now();
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let nanos = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos))
}
