//! How often one caller may ask: by client, by address and by run. Kept in memory: a restart forgets.
//! Tries at utilities are counted elsewhere ([`connect_core::tries`]), and are remembered.

mod bucket;
mod layer;
mod proxies;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use connect_core::audit::{Event, Kind};
use connect_core::clock::Clock;
use uuid::Uuid;

use crate::origin;
use crate::service::Auditor;
use bucket::Buckets;
pub use layer::by_address;
pub use proxies::{BadProxy, TrustedProxies};

/// What a caller may ask: `per_second` for ever, and `burst` at once.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Requests a second.
    pub per_second: u32,
    /// Requests at once, after a rest.
    pub burst: u32,
}

/// Calls of the API by a client that has shown its secret.
pub const CLIENT: Rate = Rate { per_second: 50, burst: 1000 };
/// What an address asks without a secret, or with a bad one: refused calls, open pages, files.
pub const ADDRESS: Rate = Rate { per_second: 20, burst: 400 };
/// Calls of the modal in one run. Who types quickly into the search makes ten a second.
pub const RUN: Rate = Rate { per_second: 10, burst: 100 };

/// Too many requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// Whole seconds until the next one is let through, at least 1.
    pub seconds: u32,
}

/// The limits of this process.
pub struct Limits {
    clients: Buckets<Uuid>,
    addresses: Buckets<u64>,
    runs: Buckets<String>,
    auditor: Arc<Auditor>,
    on: bool,
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").field("on", &self.on).finish_non_exhaustive()
    }
}

impl Limits {
    /// With nothing counted yet. Not `on`, nothing is limited.
    pub fn new(clock: &Arc<dyn Clock>, auditor: Arc<Auditor>, on: bool) -> Self {
        Self {
            clients: Buckets::new(CLIENT, clock.clone()),
            addresses: Buckets::new(ADDRESS, clock.clone()),
            runs: Buckets::new(RUN, clock.clone()),
            auditor,
            on,
        }
    }

    /// Counts a call of a client.
    pub fn client(&self, id: Uuid) -> Result<(), TooMany> {
        self.count(&self.clients, id, Event::of(Kind::RateLimited).client(id).because("client"))
    }

    /// Counts a request of the address that the request in hand came from. Without one (a test, a socket
    /// without addresses) there is nothing to count by.
    pub fn address(&self) -> Result<(), TooMany> {
        match origin::current().address {
            Some(address) => {
                self.count(&self.addresses, key_of(address), Event::of(Kind::RateLimited).because("address"))
            }
            None => Ok(()),
        }
    }

    /// Counts a call of the modal, by the public handle of its connect token.
    pub fn run(&self, handle: &str) -> Result<(), TooMany> {
        self.count(&self.runs, handle.to_owned(), Event::of(Kind::RateLimited).because("run"))
    }

    fn count<K: bucket::Key>(&self, buckets: &Buckets<K>, key: K, event: Event) -> Result<(), TooMany> {
        if !self.on {
            return Ok(());
        }
        buckets.take(key).inspect_err(|_| self.auditor.seen(event))
    }
}

/// An IPv4 address; of an IPv6 one the /64, which one customer of a provider has to himself.
fn key_of(address: IpAddr) -> u64 {
    match address.to_canonical() {
        IpAddr::V4(address) => u64::from(u32::from(address)),
        // No /64 of the net is as small a number as an IPv4 address.
        IpAddr::V6(address) => u64::try_from(u128::from(address) >> 64).unwrap_or(u64::MAX),
    }
}
