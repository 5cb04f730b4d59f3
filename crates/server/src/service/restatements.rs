//! Values that a utility has corrected.

use connect_core::store::Principal;
use connect_core::usage::{Restated, Window, month_of, month_window, restated};
use uuid::Uuid;

use super::Service;
use super::pages::Months;
use super::usage::{Usage, UsageError, Which};

/// Corrected values of a meter.
#[derive(Debug)]
pub struct MeterRestatements {
    /// The meter.
    pub id: Uuid,
    /// By start, then by revision.
    pub restated: Vec<Restated>,
}

impl Service {
    /// Corrected values of the intervals that start in `window`: what [`Self::usage`] gave before, and
    /// gives now. Fails as that does.
    pub async fn restatements(
        &self,
        principal: Principal,
        which: Which,
        window: Window,
    ) -> Result<Usage<MeterRestatements>, UsageError> {
        let asked = self.asked(principal, which, window).await?;
        let window = asked.window;
        let mut meters = Vec::new();
        for meter in &asked.meters {
            let corrections = self.store.corrections(asked.user, meter.id, window).await?;
            let mut months = Months::new(&*self.store, &asked, meter, window);
            let mut found = Vec::new();
            // Only months in which something was corrected are read.
            for corrections in corrections.chunk_by(|a, b| month_of(a.before.start) == month_of(b.before.start)) {
                let month = corrections.first().map(|correction| month_window(month_of(correction.before.start)));
                let Some(part) = month.and_then(|month| month.and(window)) else { continue };
                let intervals = months.intervals(part).await?;
                let series: Vec<_> = months.series(part).collect();
                found.append(&mut restated(corrections, &series, &intervals, asked.kind));
            }
            meters.push(MeterRestatements { id: meter.id, restated: found });
        }
        Ok(asked.answer(meters))
    }
}
