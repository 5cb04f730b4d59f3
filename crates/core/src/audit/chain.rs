//! The chain: what makes a change of the log show.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::hmac;

use crate::keys::Digest;
use crate::secret::same;

/// Makes the MACs of records: HMAC-SHA-256 with a key of its own, over the record's number, the
/// MAC of the record before, and the record's line. Who has not the key can neither change nor add
/// a record unseen; who cuts the log off is seen by whoever has noted a [`Head`].
#[derive(Clone)]
pub struct Chain(hmac::Key);

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chain(…)")
    }
}

impl Chain {
    /// With a key of 32 bytes.
    pub(crate) fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The head of the log once `line` has been added behind `head`.
    pub fn follow(&self, head: &Head, line: &[u8]) -> Head {
        let sequence = head.sequence + 1;
        let mut cx = hmac::Context::with_key(&self.0);
        // Both have a fixed length: nothing else can be put together to the same bytes.
        cx.update(&sequence.to_be_bytes());
        cx.update(&head.mac);
        cx.update(line);
        let mut mac = [0; 32];
        mac.copy_from_slice(cx.sign().as_ref());
        Head { sequence, mac }
    }
}

/// The last record of a log, as `SEQUENCE:MAC`: noted elsewhere, it proves later that everything up
/// to it is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of the record; the first is 1.
    pub sequence: u64,
    /// Its MAC.
    pub mac: Digest,
}

impl Head {
    /// Of an empty log.
    pub const START: Self = Self { sequence: 0, mac: [0; 32] };
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.sequence)?;
        self.mac.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The text is no `SEQUENCE:MAC`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a head is a number, a colon and 64 hexadecimal digits, as `connect audit verify` prints it")]
pub struct NoHead;

impl FromStr for Head {
    type Err = NoHead;

    fn from_str(text: &str) -> Result<Self, NoHead> {
        let (sequence, hex) = text.trim().split_once(':').ok_or(NoHead)?;
        if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(NoHead);
        }
        let mut mac = [0; 32];
        for (byte, at) in mac.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(&hex[at..at + 2], 16).map_err(|_| NoHead)?;
        }
        Ok(Self { sequence: sequence.parse().map_err(|_| NoHead)?, mac })
    }
}

/// A record as it is stored. Nothing is said of whether it is genuine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Number.
    pub sequence: u64,
    /// The entry's line.
    pub line: Vec<u8>,
    /// The MAC.
    pub mac: Vec<u8>,
}

/// The log is not what was written. The message names the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Records are not there, though later ones are.
    #[error("record {from} is missing; the next that is there is record {next}")]
    Missing {
        /// The first that is missing.
        from: u64,
        /// The next that is there.
        next: u64,
    },
    /// The record is not the one that was written behind the one before.
    #[error("record {0} is not the one that was written there: it was changed, added or moved")]
    Changed(u64),
    /// The record is not the one whose head was noted.
    #[error(
        "record {0} is not the one that was noted: the log up to there was replaced, or the note is of another log"
    )]
    Replaced(u64),
    /// The log ends before the record whose head was noted.
    #[error("record {from} is missing: the log was cut off there, for record {noted} was noted")]
    CutOff {
        /// The first that is missing.
        from: u64,
        /// The one that was noted.
        noted: u64,
    },
}

/// Reads a log from its first record on and finds the first that is not right.
#[derive(Debug)]
pub struct Verifier<'a> {
    chain: &'a Chain,
    expected: Option<Head>,
    head: Head,
}

impl<'a> Verifier<'a> {
    /// For a log that must contain `expected`, if a head was noted.
    pub fn new(chain: &'a Chain, expected: Option<Head>) -> Self {
        Self { chain, expected, head: Head::START }
    }

    /// Takes the next record, in the order of their numbers.
    pub fn read(&mut self, record: &Record) -> Result<(), Broken> {
        let Record { sequence, line, mac } = record;
        let next = self.chain.follow(&self.head, line);
        if *sequence > next.sequence {
            return Err(Broken::Missing { from: next.sequence, next: *sequence });
        }
        if *sequence != next.sequence || !same(&next.mac, mac) {
            return Err(Broken::Changed(*sequence));
        }
        self.head = next;
        match self.expected {
            Some(noted) if noted.sequence == next.sequence && !same(&noted.mac, &next.mac) => {
                Err(Broken::Replaced(next.sequence))
            }
            _ => Ok(()),
        }
    }

    /// The log has ended: its head, to note elsewhere.
    pub fn finish(self) -> Result<Head, Broken> {
        match self.expected {
            Some(noted) if noted.sequence > self.head.sequence => {
                Err(Broken::CutOff { from: self.head.sequence + 1, noted: noted.sequence })
            }
            _ => Ok(self.head),
        }
    }
}
