//! A long answer in pages: where one ends and the next one goes on.
//!
//! A cursor is the key of the last interval that was given, not a number of intervals: what is read
//! or corrected between two pages moves nothing, and a page costs the same wherever it is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::{Series, Window};
use crate::keys::Keys;
use crate::secret::same;

/// Bytes of the fields of a cursor.
const FIELDS: usize = 8 + 8 + 16 + 8;
/// Bytes of the mark behind them.
const MARK: usize = 16;

/// How far around an interval others must be known to judge whether it is shown, in seconds: one of
/// every granularity below a billing period may lean on the next (a day of 25 hours on an hour, and so
/// on), which together is less than two days.
const LEAN: i64 = 2 * 86_400;

/// Where a list of intervals goes on: after one of a meter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// What the first page was about. It stays, also where a question without dates means another
    /// time a moment later.
    pub window: Window,
    /// Meter of the last interval that was given.
    pub meter: Uuid,
    /// Its start, in seconds since 1970.
    pub after: i64,
}

impl Cursor {
    /// The cursor as text for a URL, marked with a key of ours for one `question`: what it says is
    /// trusted when it comes back, and with other parameters it does not work.
    pub fn write(&self, keys: &Keys, question: &[u8]) -> String {
        let mut bytes = self.fields().to_vec();
        bytes.extend_from_slice(&mark(keys, question, &bytes));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads what [`Self::write`] wrote; `None` for any other text and for another question.
    pub fn read(keys: &Keys, question: &[u8], text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (fields, marked) = bytes.split_at_checked(FIELDS)?;
        if !same(marked, &mark(keys, question, fields)) {
            return None;
        }
        let (from, rest) = fields.split_first_chunk()?;
        let (to, rest) = rest.split_first_chunk()?;
        let (meter, rest) = rest.split_first_chunk()?;
        let (after, _) = rest.split_first_chunk()?;
        Some(Self {
            window: Window { from: i64::from_be_bytes(*from), to: i64::from_be_bytes(*to) },
            meter: Uuid::from_bytes(*meter),
            after: i64::from_be_bytes(*after),
        })
    }

    fn fields(&self) -> [u8; FIELDS] {
        let mut out = [0; FIELDS];
        out[..8].copy_from_slice(&self.window.from.to_be_bytes());
        out[8..16].copy_from_slice(&self.window.to.to_be_bytes());
        out[16..32].copy_from_slice(self.meter.as_bytes());
        out[32..].copy_from_slice(&self.after.to_be_bytes());
        out
    }
}

fn mark(keys: &Keys, question: &[u8], fields: &[u8]) -> [u8; MARK] {
    // The fields have one length, so no question can pass for another by running into them.
    let digest = keys.cursor_digest(&[fields, question].concat());
    let mut out = [0; MARK];
    out.copy_from_slice(&digest[..MARK]);
    out
}

/// The stretch before `part` that must be known to judge the intervals that start in `part`, within
/// `whole`.
pub fn before(part: Window, whole: Window) -> i64 {
    part.from.saturating_sub(LEAN).max(whole.from)
}

/// The end of the stretch that must be known to judge the intervals that start in `part`, within
/// `whole`: further than `part` only where one of `series` reaches over its end, since a finer one
/// may begin in it there.
pub fn behind<'a>(series: impl IntoIterator<Item = &'a Series>, part: Window, whole: Window) -> i64 {
    let readings = series.into_iter().flat_map(|series| &series.readings);
    let end = readings.filter(|reading| part.contains(reading.start)).map(super::Reading::end).max();
    match end {
        Some(end) if end > part.to => end.saturating_add(LEAN).min(whole.to).max(part.to),
        _ => part.to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::{Flow, Grain, Quality, Reading, Scale, SeriesKind, Unit};

    const CURSOR: Cursor =
        Cursor { window: Window { from: 5, to: i64::MAX }, meter: Uuid::from_u128(7), after: -1 };

    fn keys() -> Keys {
        Keys::new(&[1; 32])
    }

    #[test]
    fn a_cursor_comes_back_for_its_own_question_only() {
        let text = CURSOR.write(&keys(), b"a");
        assert_eq!(Cursor::read(&keys(), b"a", &text), Some(CURSOR));
        assert_eq!(Cursor::read(&keys(), b"b", &text), None);
        assert_eq!(Cursor::read(&Keys::new(&[2; 32]), b"a", &text), None);
        assert_eq!(CURSOR.write(&keys(), b"a"), text, "a page is the same text each time");
    }

    #[test]
    fn a_changed_cursor_is_none() {
        let text = CURSOR.write(&keys(), b"a");
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(Cursor::read(&keys(), b"a", &changed), None, "byte {at}");
            assert_eq!(Cursor::read(&keys(), b"a", &text[..at]), None, "cut at {at}");
        }
        for other in ["", "x", "%", "2026-01-01", &format!("{text}A"), &format!("{text}=")] {
            assert_eq!(Cursor::read(&keys(), b"a", other), None, "{other}");
        }
    }

    #[test]
    fn only_what_reaches_over_the_end_asks_for_more() {
        let kind = |grain| SeriesKind {
            flow: Flow::Delivered,
            grain,
            scale: Scale { unit: Unit::WattHour, exponent: 0 },
        };
        let series = |grain, start, duration| Series {
            kind: kind(grain),
            readings: vec![Reading { start, duration, raw: 1, quality: Quality::Measured }],
        };
        let (part, whole) = (Window { from: 900_000, to: 1_000_000 }, Window { from: 850_000, to: 2_000_000 });
        assert_eq!(behind([&series(Grain::Hour, 996_400, 3600)], part, whole), 1_000_000);
        assert_eq!(behind([&series(Grain::Day, 996_400, 86_400)], part, whole), 1_082_800 + LEAN);
        assert_eq!(behind([&series(Grain::Period, 996_400, 2_592_000)], part, whole), 2_000_000);
        assert_eq!(behind([&series(Grain::Day, 1_000_000, 86_400)], part, whole), 1_000_000, "not of the part");
        assert_eq!(behind([], part, whole), 1_000_000);
        assert_eq!((before(part, whole), before(part, Window { from: 0, ..whole })), (850_000, 900_000 - LEAN));
    }
}
