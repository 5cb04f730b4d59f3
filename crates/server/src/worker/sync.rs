//! The worker: reads the data behind links, in turns. A turn is a job that is due, taken by a
//! lease; what it reads is committed window by window, so that a crash costs one window.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connect_core::clock::{after, seconds_until};
use connect_core::connector::ConnectorError;
use connect_core::store::{SyncJob, Turn, TurnEnd};
use connect_core::sync::{Gate, Meaning, Site, meaning, refresh_at, retry_at, site_of};
use jiff::Timestamp;
use tokio::sync::Notify;
use uuid::Uuid;

use super::Worker;
use super::turn::{Stopped, run};
use crate::service::{Fault, new_id};

/// How often the worker looks for jobs by itself: those that another process has queued, and those
/// whose time has come.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long a worker may be silent before its job is taken over, in seconds. Every window that is
/// stored starts it anew.
const LEASE_SECONDS: i64 = 120;
/// How long a user's next announcement is left aside, in seconds.
const ANNOUNCED_SECONDS: i64 = 60;
/// Turns at a time, of all utilities.
const AT_ONCE: usize = 4;

/// What the worker knows beside the store.
#[derive(Debug, Default)]
pub(super) struct SyncDesk {
    gate: Mutex<Gate>,
    wake: Notify,
    /// When a user's data was last announced.
    announced: Mutex<HashMap<Uuid, Timestamp>>,
}

impl SyncDesk {
    /// A job may be due.
    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Whether an announcement makes a difference: anybody may send one, and each costs the utility a few
    /// requests.
    pub(super) fn may_announce(&self, user: Uuid, now: Timestamp) -> bool {
        let mut announced = self.announced.lock().unwrap_or_else(PoisonError::into_inner);
        announced.retain(|_, at| seconds_until(now, after(*at, ANNOUNCED_SECONDS)) > 0);
        let first = !announced.contains_key(&user);
        announced.entry(user).or_insert(now);
        first
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        // Nothing can panic while the lock is held.
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worker {
    /// Carries out turns for as long as the process runs.
    pub async fn sync_forever(self: Arc<Self>) {
        let mut turns = tokio::task::JoinSet::new();
        loop {
            while let Some(ended) = turns.try_join_next() {
                report(ended);
            }
            let claimed = if turns.len() < AT_ONCE { self.claim().await } else { Ok(None) };
            match claimed {
                Ok(Some(job)) => {
                    let worker = self.clone();
                    turns.spawn(async move { worker.take_turn(job).await });
                    continue;
                }
                Ok(None) => {}
                Err(fault) => tracing::error!(%fault, "jobs could not be looked for"),
            }
            tokio::select! {
                () = self.desk.wake.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                Some(ended) = turns.join_next() => report(ended),
            }
        }
    }

    /// Carries out the turns that are due, one after the other; how many. For tests and tools.
    pub async fn sync_due(&self) -> Result<usize, Fault> {
        let mut turns = 0;
        while let Some(job) = self.claim().await? {
            self.take_turn(job).await;
            turns += 1;
        }
        Ok(turns)
    }

    async fn claim(&self) -> Result<Option<SyncJob>, Fault> {
        let now = self.clock.now();
        let closed = self.desk.gate().closed(now);
        let lease = new_id(&*self.clock);
        let job = self.store.claim_sync(lease, now, after(now, LEASE_SECONDS), closed).await?;
        if let Some(job) = &job {
            self.desk.gate().enter(job.user.utility);
        }
        Ok(job)
    }

    /// The turn as of now, with a lease that has just begun.
    pub(super) fn turn_of(&self, job: &SyncJob) -> Turn {
        let now = self.clock.now();
        Turn { user_id: job.user.id, lease: job.lease, now, until: after(now, LEASE_SECONDS) }
    }

    async fn take_turn(&self, job: SyncJob) {
        let user = job.user.id;
        let mut guard = GateGuard { worker: self, utility: job.user.utility, site: None };
        let outcome = run(self, &job).await;
        let now = self.clock.now();
        guard.site = match &outcome {
            Ok(()) => Some(Site::Well),
            Err(Stopped::Utility(error)) => Some(site_of(error)),
            Err(_) => None,
        };
        let site = guard.site;
        drop(guard);
        if let Some(site) = site {
            self.note_site(&job, site).await;
        }
        let end = match outcome {
            Ok(()) => TurnEnd {
                due_at: Some(refresh_at(now, jitter(job.lease))),
                failures: 0,
                error: None,
                credentials_valid: true,
            },
            Err(Stopped::LeaseLost) => {
                tracing::info!(%user, "a turn was taken over by another worker");
                return;
            }
            Err(Stopped::Utility(error)) => self.after_error(&job, &error),
            Err(Stopped::LoginWaits) => self.later(&job, "login_waits"),
            Err(Stopped::OutOfTime) => TurnEnd {
                due_at: Some(now),
                failures: 0,
                error: None,
                credentials_valid: job.user.credentials_valid,
            },
            Err(Stopped::Fault(fault)) => {
                tracing::error!(%user, %fault, "a turn could not be carried out");
                self.later(&job, "internal")
            }
        };
        // If this fails, the lease runs out and the job is taken again.
        if let Err(fault) = self.store.end_turn(self.turn_of(&job), end).await {
            tracing::error!(%user, %fault, "the end of a turn could not be stored");
        }
    }

    async fn note_site(&self, job: &SyncJob, site: Site) {
        let Ok(Some(client)) = self.store.client(job.user.client_id).await else { return };
        if let Some(connector) = self.connector_of_user(&job.user, client.environment) {
            let user = &job.user;
            let name = user.user_ref.clone().unwrap_or_else(|| user.id.to_string());
            self.sites.note(&*connector, user.utility, format!("{}/{name}", user.client_id), site).await;
        }
    }

    fn after_error(&self, job: &SyncJob, error: &ConnectorError) -> TurnEnd {
        let (meaning, word) = meaning(error);
        tracing::info!(user = %job.user.id, utility = job.user.utility, error = word, "a turn failed");
        match meaning {
            Meaning::Login => {
                TurnEnd { due_at: None, failures: job.failures + 1, error: Some(word), credentials_valid: false }
            }
            Meaning::Passing => self.later(job, word),
        }
    }

    fn later(&self, job: &SyncJob, word: &'static str) -> TurnEnd {
        let failures = job.failures.saturating_add(1);
        let due_at = Some(retry_at(self.clock.now(), failures, jitter(job.lease)));
        TurnEnd { due_at, failures, error: Some(word), credentials_valid: job.user.credentials_valid }
    }
}

/// Lets the next turn in, however this one ends.
struct GateGuard<'a> {
    worker: &'a Worker,
    utility: u32,
    site: Option<Site>,
}

impl Drop for GateGuard<'_> {
    fn drop(&mut self) {
        self.worker.desk.gate().leave(self.utility, self.site, self.worker.clock.now());
    }
}

/// A turn that panicked is taken up again when its lease has run out.
fn report(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        // Without the panic's message, which may hold a secret.
        tracing::error!(panicked = error.is_panic(), "a turn broke off");
    }
}

/// The random bits of a lease.
fn jitter(lease: Uuid) -> u64 {
    lease.as_u64_pair().1 & 0xffff_ffff
}
