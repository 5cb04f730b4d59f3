//! Readings of a meter, out of the subscription's feed.

use connect_core::connector::{ConnectorError, LoginContext, RemoteAccount, UtilitySession};
use connect_core::usage::{Series, Window};
use connect_documents::{Kinds, OutOfRange, add_series, in_order};

use crate::MyDataConnector;
use crate::feed::Mark;

impl MyDataConnector {
    pub(crate) async fn read_meter(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
        account: &RemoteAccount,
        meter: usize,
        window: Window,
    ) -> Result<Vec<Series>, ConnectorError> {
        let consent = self.lasting(cx, session)?;
        if account.meters.get(meter).is_none() {
            return Err(ConnectorError::NotOffered);
        }
        let pieces = self.pieces(window);
        if pieces.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = self.marks(cx, &consent, account).await?.into_iter().nth(meter);
        let mut kinds = Kinds::new();
        for piece in pieces {
            let Some(document) = self.stretch(&consent, piece).await? else { continue };
            // A meter that a feed does not name has nothing in it.
            let own = document.series.iter().filter(|series| {
                let mark = Mark::of_point(&document, series.usage_point);
                mark.is_some() && mark == wanted
            });
            for series in own {
                // Of the whole window: the piece's border may be in the middle of a reading.
                let kept = add_series(series, window, &mut kinds);
                if !kept.map_err(|OutOfRange| ConnectorError::SiteChanged("value of a reading"))? {
                    tracing::debug!("a series of a kind that is not kept was left out");
                }
            }
        }
        Ok(in_order(kinds))
    }
}
