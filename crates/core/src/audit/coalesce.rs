//! What happens often is recorded with a count.
//!
//! Equal events share a window, which becomes one record when it is over. The number of windows is
//! bounded, and with it memory and disk: events beyond it are counted in one window of their kind.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

use jiff::Timestamp;
use uuid::Uuid;

use super::{Actor, Entry, Event, Kind, Origin, Outcome, Subject};
use crate::clock::after;

/// Length of a window of events that were accepted.
pub const ACCEPTED_SECONDS: i64 = 3600;
/// Length of a window of events that were refused, or failed.
pub const REFUSED_SECONDS: i64 = 60;
/// Most open windows of what was accepted: takes a good secret to fill. About 5 MB of memory.
pub const ACCEPTED_OPEN: usize = 16_384;
/// Most open windows of what was refused, which anybody can fill. A record has less than 500 bytes,
/// so that a flood of refusals writes at most some 35 KB a minute, 50 MB a day.
pub const REFUSED_OPEN: usize = 64;
/// Reason of a record that counts events beyond the bound, without their details.
pub const OVERFLOW: &str = "overflow";

/// What makes two events equal.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    kind: Kind,
    actor: Actor,
    client: Option<Uuid>,
    subject: Option<Subject>,
    outcome: Outcome,
    reason: Option<&'static str>,
    network: Option<IpAddr>,
}

/// Windows that are open.
#[derive(Default)]
pub struct Coalescer {
    windows: HashMap<Key, Entry>,
    /// Of those windows, by whether their events were accepted.
    accepted: usize,
    refused: usize,
    /// Counts of what has no window of its own. One for each kind and outcome at the most.
    overflow: HashMap<(Kind, Outcome), Entry>,
}

impl std::fmt::Debug for Coalescer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Coalescer").field("accepted", &self.accepted).field("refused", &self.refused).finish()
    }
}

impl Coalescer {
    /// Counts an entry.
    pub fn add(&mut self, entry: Entry) {
        let key = key(&entry);
        if let Some(open) = self.windows.get_mut(&key) {
            return merge(open, &entry);
        }
        let (open, most) = match key.outcome {
            Outcome::Ok => (&mut self.accepted, ACCEPTED_OPEN),
            Outcome::Refused | Outcome::Failed => (&mut self.refused, REFUSED_OPEN),
        };
        if *open < most && key.reason != Some(OVERFLOW) {
            *open += 1;
            self.windows.insert(key, entry);
        } else {
            let window = self.overflow.entry((key.kind, key.outcome));
            window.and_modify(|open| merge(open, &entry)).or_insert_with(|| without_details(entry));
        }
    }

    /// Takes the windows that are over.
    pub fn take_due(&mut self, now: Timestamp) -> Vec<Entry> {
        self.take(|entry| now >= after(entry.at, seconds(entry.event.outcome)))
    }

    /// Takes all of them.
    pub fn take_all(&mut self) -> Vec<Entry> {
        self.take(|_| true)
    }

    fn take(&mut self, due: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        let mut taken: Vec<_> = self.windows.extract_if(|_, entry| due(entry)).map(|(_, entry)| entry).collect();
        let accepted = taken.iter().filter(|entry| entry.event.outcome == Outcome::Ok).count();
        self.accepted -= accepted;
        self.refused -= taken.len() - accepted;
        taken.extend(self.overflow.extract_if(|_, entry| due(entry)).map(|(_, entry)| entry));
        taken.sort_by_key(|entry| entry.at);
        taken
    }
}

fn seconds(outcome: Outcome) -> i64 {
    match outcome {
        Outcome::Ok => ACCEPTED_SECONDS,
        Outcome::Refused | Outcome::Failed => REFUSED_SECONDS,
    }
}

fn key(entry: &Entry) -> Key {
    let Event { kind, actor, client, subject, outcome, reason } = entry.event;
    Key { kind, actor, client, subject, outcome, reason, network: entry.origin.address.map(network) }
}

/// Who has one address of version 6 has its whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

fn merge(open: &mut Entry, entry: &Entry) {
    open.count = open.count.saturating_add(entry.count);
    open.at = open.at.min(entry.at);
    open.until = open.until.max(entry.until);
}

fn without_details(entry: Entry) -> Entry {
    let event = Event { client: None, subject: None, reason: Some(OVERFLOW), ..entry.event };
    Entry { event, origin: Origin::default(), ..entry }
}
