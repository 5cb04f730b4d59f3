//! Usage intervals page by page: of the store only the months that a page needs are read.

use std::collections::BTreeMap;

use connect_core::connector::MeterKind;
use connect_core::emissions::EmissionRate;
use connect_core::store::{Principal, Store, StoreResult, StoredSeries};
use connect_core::usage::page::{Cursor, before, behind};
use connect_core::usage::{Interval, Series, Window, intervals, month_of, month_window};
use uuid::Uuid;

use super::Service;
use super::usage::{Asked, AskedMeter, MeterUsage, Usage, UsageError, Which};

/// A part of the answer to a question.
#[derive(Clone, Debug)]
pub struct PageRequest {
    /// Most intervals of the page, at least 1; `None` for all that are left.
    pub limit: Option<usize>,
    /// Where it goes on, as the page before said; `None` for the first one.
    pub cursor: Option<String>,
}

/// Why there is no page to give.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The cursor is none of ours, or of another question.
    #[error("the cursor does not belong to the question")]
    BadCursor,
    /// As for the whole answer.
    #[error(transparent)]
    Usage(#[from] UsageError),
}

impl Service {
    /// One page of the intervals that start in `window`, by meter and start, and the cursor of the next
    /// page. `dated` says whether the caller named the window; else it is that of the first page for all
    /// that follow. Pages put together are what [`Self::usage`] gives. [`PageError::BadCursor`] if the
    /// cursor was not given for the same user, meters and dates.
    pub async fn usage_page(
        &self,
        principal: Principal,
        which: Which,
        (window, dated): (Window, bool),
        PageRequest { limit, cursor }: PageRequest,
    ) -> Result<(Usage, Option<String>), PageError> {
        let question = question(principal.user_id, which, dated.then_some(window));
        let read = |text: &str| Cursor::read(&self.keys, &question, text).ok_or(PageError::BadCursor);
        let cursor = cursor.as_deref().map(read).transpose()?;
        let window = cursor.map_or(window, |cursor| cursor.window);
        let asked = self.asked(principal, which, window).await?;
        // The cursor keeps the window that was asked for: it must stay the same from page to page.
        let shared = asked.window;
        let first = match cursor {
            // A meter that the customer's account has lost meanwhile.
            Some(Cursor { meter, .. }) => {
                asked.meters.iter().position(|m| m.id == meter).ok_or(PageError::BadCursor)?
            }
            None => 0,
        };
        let mut page = Page { left: limit.unwrap_or(usize::MAX), last: None, more: false };
        let mut meters = Vec::new();
        for (place, meter) in asked.meters.iter().enumerate() {
            let from = match cursor {
                Some(cursor) if place == first => cursor.after.saturating_add(1),
                _ => window.from,
            };
            // All meters stand in each page: whether there are several decides its form.
            let intervals = if place < first || page.more {
                Vec::new()
            } else {
                let mut months = Months::new(&*self.store, &asked, meter, shared);
                page.fill(&mut months, Window { from: from.max(shared.from), to: window.to }).await?
            };
            meters.push(MeterUsage { id: meter.id, intervals });
        }
        let next = page.last.filter(|_| page.more).map(|(meter, after)| Cursor { window, meter, after });
        Ok((asked.answer(meters), next.map(|cursor| cursor.write(&self.keys, &question))))
    }
}

/// What a cursor belongs to, as bytes: every field has its length or says what follows.
fn question(user: Uuid, which: Which, window: Option<Window>) -> Vec<u8> {
    let mut out = user.as_bytes().to_vec();
    let (kind, id) = match which {
        Which::Meter(id) => (b'm', id),
        Which::Account(id, MeterKind::Electric) => (b'e', id),
        Which::Account(id, MeterKind::Gas) => (b'g', id),
    };
    out.push(kind);
    out.extend_from_slice(id.as_bytes());
    for time in window.into_iter().flat_map(|window| [window.from, window.to]) {
        out.extend_from_slice(&time.to_be_bytes());
    }
    out
}

/// A page that is being filled.
struct Page {
    /// How many intervals it can take.
    left: usize,
    /// Meter and start of the last one in it.
    last: Option<(Uuid, i64)>,
    /// Whether there are intervals that it could not take.
    more: bool,
}

impl Page {
    /// Takes the intervals of a meter that start in `window`, in order, up to the first for which
    /// there is no place.
    async fn fill(&mut self, months: &mut Months<'_>, window: Window) -> Result<Vec<Interval>, UsageError> {
        let mut taken = Vec::new();
        for part in months.parts(window) {
            let mut found = months.intervals(part).await?;
            self.more = found.len() > self.left;
            found.truncate(self.left);
            self.left -= found.len();
            taken.append(&mut found);
            if self.more {
                break;
            }
        }
        self.last = taken.last().map(|interval| (months.meter.id, interval.start)).or(self.last);
        Ok(taken)
    }
}

/// The readings of a meter, read month by month, each month once.
pub(super) struct Months<'a> {
    store: &'a dyn Store,
    user: Uuid,
    kind: MeterKind,
    rate: Option<EmissionRate>,
    meter: &'a AskedMeter,
    /// The window of the whole answer.
    whole: Window,
    /// Whether there are series of several granularities: then what is shown of one depends on the others.
    mixed: bool,
    read: BTreeMap<i32, Vec<Series>>,
}

impl<'a> Months<'a> {
    pub(super) fn new(store: &'a dyn Store, asked: &Asked, meter: &'a AskedMeter, whole: Window) -> Self {
        let mixed = meter.series.windows(2).any(|two| two[0].kind.grain != two[1].kind.grain);
        let Asked { user, kind, rate, .. } = *asked;
        Self { store, user, kind, rate, meter, whole, mixed, read: BTreeMap::new() }
    }

    /// The parts of `window` in which there is anything, a month or less each, in order.
    pub(super) fn parts(&self, window: Window) -> Vec<Window> {
        let mut months: Vec<i32> = self.meter.series.iter().flat_map(|series| &series.months).copied().collect();
        months.sort_unstable();
        months.dedup();
        months.into_iter().filter_map(|month| month_window(month).and(window)).collect()
    }

    /// The intervals that start in `part`, as the whole answer has them.
    pub(super) async fn intervals(&mut self, part: Window) -> StoreResult<Vec<Interval>> {
        let mut around = part;
        if self.mixed {
            around.from = before(part, self.whole);
        }
        self.load(around).await?;
        if self.mixed {
            around.to = behind(self.series(part), part, self.whole);
            self.load(around).await?;
        }
        let mut found = intervals(self.series(around).collect(), self.kind, around, self.rate);
        found.retain(|interval| part.contains(interval.start));
        Ok(found)
    }

    /// The series of the months that `window` touches, as far as they have been read.
    pub(super) fn series(&self, window: Window) -> impl Iterator<Item = &Series> {
        self.read.range(month_of(window.from)..=month_of(window.to - 1)).flat_map(|(_, series)| series)
    }

    async fn load(&mut self, window: Window) -> StoreResult<()> {
        for part in self.parts(window) {
            let month = month_of(part.from);
            if !self.read.contains_key(&month) {
                let stored = self.store.readings(self.user, self.meter.id, month_window(month)).await?;
                self.read.insert(month, stored.iter().map(StoredSeries::unpack).collect::<StoreResult<_>>()?);
            }
        }
        Ok(())
    }
}
