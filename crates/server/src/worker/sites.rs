//! What logins and turns say of utilities' sites, noted for whoever comes next ([`connect_core::health`]).

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use connect_core::clock::{Clock, after};
use connect_core::connector::Connector;
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

    /// Notes what a customer, named in any way, has met. Failures that are only played are nobody's outage.
    pub(super) async fn note(&self, connector: &dyn Connector, utility: u32, customer: String, site: Site) {
        let played = connector.tries_before_lock().is_none();
        let now = self.clock.now();
        if (played && site == Site::Failed) || !self.is_new(utility, customer, site, now) {
            return;
        }
        if let Err(error) = self.store.note_site(utility, site == Site::Well, now).await {
            tracing::warn!(utility, %error, "how a utility's site does could not be noted");
        }
    }

    fn is_new(&self, utility: u32, customer: String, site: Site, now: Timestamp) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = seen.entry(utility).or_default();
        match site {
            Site::Failed => seen.failed.insert(customer),
            Site::Well => {
                let known = seen.well_at.is_some_and(|at| after(at, WELL_SECONDS) > now);
                let new = !seen.failed.is_empty() || !known;
                if new {
                    *seen = Seen { failed: HashSet::new(), well_at: Some(now) };
                }
                new
            }
        }
    }
}
