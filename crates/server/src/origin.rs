//! Where the work in hand comes from: the request's id and address, for whatever is recorded or
//! logged meanwhile. Use cases need not hand it on.

use std::future::Future;

use connect_core::language::Language;

pub use connect_core::audit::{Origin, RequestId};

tokio::task_local! {
    static ORIGIN: Origin;
    static LANGUAGE: Option<Language>;
}

/// The language that the request in hand asks for; `None` when it asks for none that is spoken here.
pub fn language() -> Option<Language> {
    LANGUAGE.try_with(|language| *language).unwrap_or_default()
}

/// Work that is to be answered in `language`.
pub fn speaking<F: Future>(language: Option<Language>, work: F) -> impl Future<Output = F::Output> {
    LANGUAGE.scope(language, work)
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
