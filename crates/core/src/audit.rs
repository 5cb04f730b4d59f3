//! The audit log: who did what, when, from where, and what came of it.
//!
//! An [`Event`] is what a use case knows; an [`Entry`] is the event with time, request and address,
//! as it is recorded. Its form is one line of JSON ([`Entry::line`]). Fields are ids and fixed
//! words; no text of a caller has a place in it but the [`RequestId`], whose characters are harmless.
//!
//! - [`Chain`], [`Verifier`]: records carry a MAC over themselves and the one before;
//! - [`Coalescer`]: what happens often is recorded with a count.

mod chain;
mod coalesce;
mod kind;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

pub use chain::{Broken, Chain, Head, NoHead, Record, Verifier};
pub use coalesce::{ACCEPTED_OPEN, ACCEPTED_SECONDS, Coalescer, OVERFLOW, REFUSED_OPEN, REFUSED_SECONDS};
pub use kind::Kind;

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A company's server. Which one is the entry's client, once that is known.
    Client,
    /// A customer in the modal, or at the utility's own site.
    Customer,
    /// A person at the machine, with the number of the system's user where it is known.
    Operator(Option<u32>),
    /// The service by itself.
    Service,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client => f.write_str("client"),
            Self::Customer => f.write_str("customer"),
            Self::Operator(None) => f.write_str("operator"),
            Self::Operator(Some(number)) => write!(f, "operator:{number}"),
            Self::Service => f.write_str("service"),
        }
    }
}

/// What is acted upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A user, by row key.
    User(Uuid),
    /// A run of Connect, by row key.
    Session(Uuid),
    /// A client.
    Client(Uuid),
    /// A utility, by its number in the directory.
    Utility(u32),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Session(id) => write!(f, "session:{id}"),
            Self::Client(id) => write!(f, "client:{id}"),
            Self::Utility(number) => write!(f, "utility:{number}"),
        }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was allowed and, where it is an act, done.
    Ok,
    /// It was not allowed.
    Refused,
    /// It was allowed, and could not be done.
    Failed,
}

impl Outcome {
    /// As recorded.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// Most letters and digits of a [`RequestId`] in a row: a trace id has 32, the secret of a token more.
const MAX_PART_CHARS: usize = 40;

/// The id of a request: 1 to 64 of the characters `[A-Za-z0-9._-]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// Most characters.
    pub const MAX_CHARS: usize = 64;

    /// An id of our own: a UUID of version 7.
    pub fn new(id: Uuid) -> Self {
        Self(id.to_string())
    }

    /// An id that a caller gave. `None` if it has not the shape, or a part that could be the secret
    /// of one of our tokens: ids are logged.
    pub fn parse(text: &str) -> Option<Self> {
        let shaped = (1..=Self::MAX_CHARS).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
            && text.split(['.', '_', '-']).all(|part| part.len() <= MAX_PART_CHARS);
        shaped.then(|| Self(text.to_owned()))
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where an event comes from; empty for what the service does by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The request.
    pub request: Option<RequestId>,
    /// The other end of the connection.
    pub address: Option<IpAddr>,
}

/// Something that is to be recorded, as a use case tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    kind: Kind,
    actor: Actor,
    client: Option<Uuid>,
    subject: Option<Subject>,
    outcome: Outcome,
    reason: Option<&'static str>,
}

impl Event {
    /// An event with the actor and the outcome that are usual for its kind.
    pub fn of(kind: Kind) -> Self {
        let (actor, outcome) = kind.usual();
        Self { kind, actor, client: None, subject: None, outcome, reason: None }
    }

    /// By somebody else than usual.
    #[must_use]
    pub fn by(self, actor: Actor) -> Self {
        Self { actor, ..self }
    }

    /// The client that it concerns.
    #[must_use]
    pub fn client(self, id: Uuid) -> Self {
        Self { client: Some(id), ..self }
    }

    /// What it is done to.
    #[must_use]
    pub fn on(self, subject: Subject) -> Self {
        Self { subject: Some(subject), ..self }
    }

    /// Why it was refused or how it was done: a fixed word, as `expired`.
    #[must_use]
    pub fn because(self, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// It was allowed, and could not be done.
    #[must_use]
    pub fn failed(self) -> Self {
        Self { outcome: Outcome::Failed, ..self }
    }

    /// The entry that records this.
    pub fn entry(self, at: Timestamp, origin: Origin) -> Entry {
        Entry { event: self, at, until: at, origin, count: 1 }
    }
}

/// A record's contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    event: Event,
    /// When; the first time, if it happened more than once.
    at: Timestamp,
    /// The last time.
    until: Timestamp,
    /// Of the first time.
    origin: Origin,
    /// How often.
    count: u64,
}

impl Entry {
    /// The same, of somebody who became known only in the act.
    #[must_use]
    pub fn on(mut self, subject: Subject) -> Self {
        self.event = self.event.on(subject);
        self
    }
}

/// The recorded form. The order of the fields is part of it.
#[derive(Serialize)]
struct Line<'a> {
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    kind: &'static str,
    actor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<IpAddr>,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    count: u64,
}

impl Entry {
    /// The canonical form: one line of JSON without a line end, fields in a fixed order, absent ones
    /// left out, times in UTC to the millisecond. Control characters are escaped.
    pub fn line(&self) -> String {
        let Self { event, at, until, origin, count } = self;
        let line = Line {
            at: format!("{at:.3}"),
            until: (count > &1).then(|| format!("{until:.3}")),
            kind: event.kind.name(),
            actor: event.actor.to_string(),
            client: event.client,
            subject: event.subject.map(|subject| subject.to_string()),
            request: origin.request.as_ref().map(RequestId::as_str),
            address: origin.address,
            result: event.outcome.name(),
            reason: event.reason,
            count: *count,
        };
        // Texts and numbers alone: it has always a JSON form.
        serde_json::to_string(&line).unwrap_or_default()
    }
}
