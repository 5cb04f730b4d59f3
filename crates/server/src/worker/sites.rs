//! What logins and turns say of utilities' sites, noted for whoever comes next ([`connect_core::health`]).

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use connect_core::clock::{Clock, after};
use connect_core::connector::Connector;
use connect_core::health::{FRESH_SECONDS, Met};
use connect_core::store::Store;
use connect_core::sync::Site;
use jiff::Timestamp;

/// Seconds for which a site that does well is not noted again: reads stay reads.
const WELL_SECONDS: i64 = 60;

/// What was noted already.
#[derive(Default)]
struct Seen {
    /// Customers who met a failure since the site last did its part: each counts once.
    failed: HashSet<String>,
    failed_at: Option<Timestamp>,
    /// When it was last noted to do well.
    well_at: Option<Timestamp>,
}

pub(super) struct SiteDesk {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    seen: Mutex<HashMap<u32, Seen>>,
}

impl SiteDesk {
    pub(super) fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock, seen: Mutex::default() }
    }

    /// Notes what a customer, named in any way, has met. What is only played says nothing of a real site.
    pub(super) async fn note(&self, connector: &dyn Connector, utility: u32, customer: String, site: Site) {
        let now = self.clock.now();
        if connector.tries_before_lock().is_none() {
            return;
        }
        let Some(met) = self.met(utility, customer, site, now) else { return };
        if let Err(error) = self.store.note_site(utility, met, now).await {
            tracing::warn!(utility, %error, "how a utility's site does could not be noted");
        }
    }

    fn met(&self, utility: u32, customer: String, site: Site, now: Timestamp) -> Option<Met> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = seen.entry(utility).or_default();
        let is_old = |at: Option<Timestamp>, seconds| at.is_none_or(|at| after(at, seconds) <= now);
        match site {
            Site::Failed => {
                if is_old(seen.failed_at, FRESH_SECONDS) {
                    seen.failed.clear();
                }
                seen.failed_at = Some(now);
                Some(if seen.failed.insert(customer) { Met::Failure } else { Met::FailureAgain })
            }
            Site::Well if seen.failed.is_empty() && !is_old(seen.well_at, WELL_SECONDS) => None,
            Site::Well => {
                *seen = Seen { well_at: Some(now), ..Seen::default() };
                Some(Met::Well)
            }
        }
    }
}
