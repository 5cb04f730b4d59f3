//! What is recorded, and how.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connect_core::audit::{Chain, Coalescer, Entry, Event, Head, Kind};
use connect_core::clock::Clock;
use connect_core::keys::Keys;
use connect_core::store::{AuditStore, ExchangeRecord};
use uuid::Uuid;

use super::{Fault, Service};
use crate::origin;

/// How often windows that are over are written.
const FLUSH_EVERY: Duration = Duration::from_secs(10);
/// Flushes from one head in the log to the next: about an hour.
const HEAD_EVERY: u32 = 360;
/// Entries of one change: other changes get their turn between two.
const BATCH: usize = 256;

/// Writes the audit log. Time, request and address come by themselves.
pub struct Auditor {
    store: Arc<dyn AuditStore>,
    chain: Arc<Chain>,
    clock: Arc<dyn Clock>,
    open: Mutex<Coalescer>,
    /// One flush at a time: the last one, before the end, waits for what another has taken.
    flushing: tokio::sync::Mutex<()>,
}

impl fmt::Debug for Auditor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Auditor(…)")
    }
}

impl Auditor {
    /// Records in `store`.
    pub fn new(store: Arc<dyn AuditStore>, keys: &Keys, clock: Arc<dyn Clock>) -> Self {
        Self { store, chain: keys.chain(), clock, open: Mutex::default(), flushing: tokio::sync::Mutex::default() }
    }

    /// Records an event; returns when the record is on disk. On an error nothing is recorded, and
    /// the caller does not go on: what cannot be recorded is not done.
    ///
    /// For what is rare, or bounded in another way. What anybody can cause at any rate is
    /// [`Auditor::seen`].
    pub async fn note(&self, event: Event) -> Result<(), Fault> {
        let (store, chain, entry) = (self.store.clone(), self.chain.clone(), self.entry(event));
        // A task of its own: a caller who hangs up in the middle does not undo the record.
        let append = tokio::spawn(async move { store.append_audit(chain, vec![entry]).await });
        append.await.map_err(|_| Fault::Broken("a record could not be written"))??;
        Ok(())
    }

    /// For an exchange, which is recorded in its own transaction.
    pub(super) fn of_exchange(&self, client: Uuid) -> ExchangeRecord {
        let entry = |kind| self.entry(Event::of(kind).client(client));
        ExchangeRecord {
            chain: self.chain.clone(),
            exchanged: entry(Kind::CodeExchanged),
            replayed: entry(Kind::CodeReplayed),
        }
    }

    /// Counts an event that happens often; recorded with its number when its window is over
    /// ([`Coalescer`]). A crash loses the windows that are open, a stop does not.
    pub fn seen(&self, event: Event) {
        let entry = self.entry(event);
        self.open().add(entry);
    }

    /// Writes the windows that are over.
    pub async fn flush_due(&self) -> Result<(), Fault> {
        let _alone = self.flushing.lock().await;
        let due = self.open().take_due(self.clock.now());
        self.write(due).await
    }

    /// Writes all windows: nothing comes any more.
    pub async fn flush(&self) -> Result<(), Fault> {
        let _alone = self.flushing.lock().await;
        let all = self.open().take_all();
        self.write(all).await
    }

    /// The last record.
    pub async fn head(&self) -> Result<Head, Fault> {
        Ok(self.store.audit_head().await?)
    }

    /// Writes windows when they are over, for as long as the process runs, and now and then puts the
    /// head into the program's log: where that is kept elsewhere, it proves that nothing was cut off.
    pub async fn run_forever(self: Arc<Self>) {
        let mut every = tokio::time::interval(FLUSH_EVERY);
        for turn in 0_u32.. {
            every.tick().await;
            if let Err(error) = self.flush_due().await {
                tracing::error!(%error, "the audit log could not be written; it is tried again");
            }
            if turn % HEAD_EVERY == 0
                && let Ok(head) = self.head().await
            {
                tracing::info!(%head, "the audit log");
            }
        }
    }

    fn entry(&self, event: Event) -> Entry {
        event.entry(self.clock.now(), origin::current())
    }

    fn open(&self) -> MutexGuard<'_, Coalescer> {
        // Counts stay right whatever happened while it was held.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write(&self, mut entries: Vec<Entry>) -> Result<(), Fault> {
        while !entries.is_empty() {
            let rest = entries.split_off(entries.len().min(BATCH));
            if let Err(error) = self.store.append_audit(self.chain.clone(), entries.clone()).await {
                let mut open = self.open();
                entries.into_iter().chain(rest).for_each(|entry| open.add(entry));
                return Err(error.into());
            }
            entries = rest;
        }
        Ok(())
    }
}

impl Service {
    /// Writes the audit log.
    pub fn audit(&self) -> &Arc<Auditor> {
        &self.auditor
    }

    /// The id of a client if there is one with it: what a stranger calls himself has no place in a
    /// record. As much work for one that exists as for one that does not.
    pub async fn known_client(&self, id: &str) -> Result<Option<Uuid>, Fault> {
        let id = Uuid::try_parse(id).unwrap_or(Uuid::nil());
        Ok(self.store.client(id).await?.map(|client| client.id))
    }
}
