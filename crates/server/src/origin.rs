//! Where the work in hand comes from: the request's id and address, for whatever is recorded or
//! logged meanwhile. Use cases need not hand it on.

use std::future::Future;

pub use connect_core::audit::{Origin, RequestId};

tokio::task_local! {
    static ORIGIN: Origin;
}

/// Of the request that is being answered; empty outside of one.
pub fn current() -> Origin {
    ORIGIN.try_with(Origin::clone).unwrap_or_default()
}

/// Work that comes from `origin`.
pub fn scope<F: Future>(origin: Origin, work: F) -> impl Future<Output = F::Output> {
    ORIGIN.scope(origin, work)
}

/// Work that goes on as a task of its own, and comes from where this comes from:
/// `tokio::spawn(origin::carry(work))`.
pub fn carry<F: Future>(work: F) -> impl Future<Output = F::Output> {
    ORIGIN.scope(current(), work)
}
