//! Interval blocks, which are most of a feed: read value by value, without a tree.

use std::io::BufRead;

use rust_decimal::Decimal;

use super::{
    cursor::Step,
    feed::{Block, Content, FeedReader, Resource},
};
use crate::{codes::Qualities, decimal, error::Error, model::Reading, warning::WarningKind};

/// Epochs over this are taken as milliseconds: in seconds they would lie after the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;
/// The last second of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

/// An epoch in seconds, and whether it was given in milliseconds.
pub(crate) fn epoch(text: &str) -> Option<(i64, bool)> {
    let value: i64 = text.parse().ok()?;
    let (seconds, milliseconds) = if value > MILLISECONDS_FROM { (value / 1000, true) } else { (value, false) };
    (0..=LAST_SECOND).contains(&seconds).then_some((seconds, milliseconds))
}

/// The parts of one reading, as far as they were found.
#[derive(Default)]
struct Parts {
    start: Option<i64>,
    start_text: String,
    duration: Option<u32>,
    value: Option<Decimal>,
    value_text: String,
    cost: Option<Decimal>,
    qualities: Qualities,
    tou: Option<u16>,
    tier: Option<u16>,
    cpp: Option<u16>,
}

impl<R: BufRead> FeedReader<'_, R> {
    /// Reads the interval block at the cursor, or a reading outside of any block.
    pub(super) fn block(&mut self) -> Result<(), Error> {
        let depth = self.cursor.depth();
        let place = self.cursor.place();
        let mut block = Block::default();
        if self.cursor.name() == "IntervalReading" {
            self.reading(&mut block)?;
        } else {
            loop {
                match self.cursor.step()? {
                    Step::Open if self.cursor.name() == "IntervalReading" => self.reading(&mut block)?,
                    Step::Open if self.cursor.depth() == depth + 1 && self.cursor.name() != "interval" => {
                        let name: String = self.cursor.name().chars().take(40).collect();
                        self.warn(WarningKind::BadField, || {
                            format!("<{name}> is not known in an interval block and was left out")
                        });
                    }
                    Step::Close if self.cursor.depth() == depth => break,
                    Step::Done => break,
                    _ => {}
                }
            }
        }
        let entry = self.entry();
        self.found.resources.push(Resource { entry, place, content: Content::Block(block) });
        Ok(())
    }

    fn reading(&mut self, block: &mut Block) -> Result<(), Error> {
        let depth = self.cursor.depth();
        let line = self.cursor.line();
        self.found.readings += 1;
        if self.found.readings > self.limits.readings as u64 {
            return Err(self.cursor.limit("readings", self.limits.readings));
        }
        let mut parts = Parts::default();
        loop {
            match self.cursor.step()? {
                Step::Close if self.cursor.depth() == depth => break,
                Step::Close => self.part(&mut parts),
                Step::Open if self.cursor.name() == "IntervalReading" => {
                    // Not in ESPI, but a reading all the same.
                    self.reading(block)?;
                }
                Step::Open => {}
                Step::Done => break,
            }
        }
        match self.finish(parts, line) {
            Some(reading) => block.readings.push(reading),
            None => self.found.unreadable += 1,
        }
        Ok(())
    }

    /// Takes one leaf of a reading.
    fn part(&mut self, parts: &mut Parts) {
        let text = self.cursor.text();
        let (parent, name) = (self.cursor.parent(), self.cursor.name());
        let understood = match (parent, name) {
            (_, "value") => {
                if parts.value.is_some() {
                    let message = "a reading has several values; the last one is used".to_owned();
                    self.warn(WarningKind::BadField, || message);
                }
                let text = self.cursor.text();
                parts.value = decimal::parse(text);
                if parts.value.is_none() {
                    parts.value_text = text.chars().take(40).collect();
                }
                true
            }
            (_, "start") => {
                let found = epoch(text);
                parts.start = found.map(|(seconds, _)| seconds);
                match found {
                    None => parts.start_text = text.chars().take(40).collect(),
                    Some((_, true)) => self.warn(WarningKind::MillisecondEpoch, || {
                        "the start is in milliseconds and was divided by 1,000".to_owned()
                    }),
                    Some((_, false)) => {}
                }
                true
            }
            (_, "duration") => optional(text, &mut parts.duration),
            ("IntervalReading", "cost") => match text {
                "" => true,
                _ => {
                    let raw = decimal::parse(text);
                    if let Some(raw) = raw.filter(|raw| !raw.fract().is_zero()) {
                        self.warn(WarningKind::OddMoney, || decimal::odd_money("cost", raw));
                    }
                    parts.cost = raw.and_then(decimal::money);
                    parts.cost.is_some()
                }
            },
            (_, "quality") => text.is_empty() || text.parse().is_ok_and(|code| parts.qualities.insert(code)),
            (_, "tou") => optional(text, &mut parts.tou),
            (_, "consumptionTier") => optional(text, &mut parts.tier),
            (_, "cpp") => optional(text, &mut parts.cpp),
            _ => true,
        };
        if !understood {
            let text: String = self.cursor.text().chars().take(40).collect();
            let name = self.cursor.name().to_owned();
            self.warn(WarningKind::BadField, || {
                format!("<{name}> is {text:?}, which cannot be read; the reading is kept without it")
            });
        }
    }

    /// The reading, or a warning that says why there is none.
    fn finish(&mut self, parts: Parts, line: u64) -> Option<Reading> {
        let complain = |reader: &mut Self, kind, message: String| {
            let entry = reader.entry();
            let place = crate::Place { line, ..reader.cursor.place() };
            reader.warnings.add(kind, entry, || (place, message));
        };
        let Some(start) = parts.start else {
            let found =
                if parts.start_text.is_empty() { "missing".into() } else { format!("{:?}", parts.start_text) };
            let message = format!("a reading's start is {found}, no time in seconds; the reading was left out");
            complain(self, WarningKind::UnreadableReading, message);
            return None;
        };
        let Some(raw) = parts.value else {
            if parts.value_text.is_empty() {
                let message = format!("the reading that starts at {start} has no value; it was left out");
                complain(self, WarningKind::MissingValue, message);
            } else {
                let value = parts.value_text;
                let message =
                    format!("the reading that starts at {start} has the value {value:?}; it was left out");
                complain(self, WarningKind::UnreadableReading, message);
            }
            return None;
        };
        if parts.duration.is_none() {
            let message = "a reading has no duration; the interval length stands in, or 0".to_owned();
            complain(self, WarningKind::MissingDuration, message);
        }
        Some(Reading {
            start,
            duration: parts.duration.unwrap_or(0),
            raw,
            quantity: None,
            cost: parts.cost,
            qualities: parts.qualities,
            tou: parts.tou,
            tier: parts.tier,
            cpp: parts.cpp,
        })
    }

    fn warn(&mut self, kind: WarningKind, message: impl FnOnce() -> String) {
        let entry = self.entry();
        let cursor = &self.cursor;
        self.warnings.add(kind, entry, || (cursor.place(), message()));
    }
}

/// Reads a number into its place. An empty element is like a missing one.
fn optional<T: std::str::FromStr>(text: &str, into: &mut Option<T>) -> bool {
    *into = text.parse().ok();
    into.is_some() || text.is_empty()
}
