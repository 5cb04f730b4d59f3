//! From names to addresses that may be connected to.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use crate::address::Reach;

/// Asks another resolver and lets through what may be connected to. The client connects to what it gets
/// from here and asks nobody else, so that what was checked is what is used.
pub(crate) struct Guard {
    inner: Arc<dyn Resolve>,
    reach: Reach,
}

impl Guard {
    pub(crate) fn new(inner: Arc<dyn Resolve>, reach: Reach) -> Self {
        Self { inner, reach }
    }
}

/// A name leads to where no connection is permitted.
#[derive(Debug, thiserror::Error)]
#[error("the name has an address that may not be connected to")]
pub(crate) struct NotPublic;

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, host) = (self.reach, name.as_str().to_owned());
        let asked = self.inner.resolve(name);
        Box::pin(async move {
            let found: Vec<SocketAddr> = asked.await?.collect();
            // One is enough: see the docs of the crate.
            if !found.iter().all(|address| reach.permits(address.ip())) {
                tracing::warn!(host, "refused: the name has an address that is not public");
                return Err(NotPublic.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The resolver of the machine.
pub(crate) struct System;

impl Resolve for System {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // Port 0: the client puts in that of the URL.
            let found: Vec<_> = lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
