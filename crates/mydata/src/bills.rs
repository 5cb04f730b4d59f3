//! Bills: the usage summaries of the subscription.

use connect_core::connector::{ConnectorError, LoginContext, RemoteAccount, UtilitySession};
use connect_core::usage::Bill;
use connect_documents::{OutOfRange, bills_of};
use greenbutton::Document;

use crate::MyDataConnector;
use crate::feed::{Mark, history};

impl MyDataConnector {
    /// The bills of the whole history, which is asked for in pieces: with the summaries come the readings.
    pub(crate) async fn read_bills(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
        account: &RemoteAccount,
    ) -> Result<Vec<Bill>, ConnectorError> {
        let consent = self.lasting(cx, session)?;
        let own = self.marks(cx, &consent, account).await?;
        let mut whole: Option<Document> = None;
        for piece in self.pieces(history(cx)) {
            let Some(mut document) = self.stretch(&consent, piece).await? else { continue };
            document.series.clear();
            match &mut whole {
                None => whole = Some(distinct(document)),
                Some(whole) => merge(whole, document),
            }
        }
        let Some(document) = whole else { return Ok(Vec::new()) };
        let is_own = |place| Mark::of_point(&document, Some(place)).is_some_and(|mark| own.contains(&mark));
        let (mine, others): (Vec<_>, Vec<_>) = (0..document.usage_points.len()).partition(|place| is_own(*place));
        let mut points: Vec<_> = mine.into_iter().map(Some).collect();
        if others.is_empty() {
            // Summaries that name no usage point can be of nobody else.
            points.push(None);
        }
        bills_of(&document, &points, &self.config.time_zone)
            .map_err(|OutOfRange| ConnectorError::SiteChanged("amount of a bill"))
    }
}

/// A document in which each summary is there once.
pub(crate) fn distinct(mut document: Document) -> Document {
    let bills = std::mem::take(&mut document.bills);
    for bill in bills {
        if !document.bills.iter().any(|known| is_same(known, &bill)) {
            document.bills.push(bill);
        }
    }
    document
}

/// Adds the summaries of another stretch. A period across the border of two is in both.
pub(crate) fn merge(whole: &mut Document, more: Document) {
    let place = |whole: &mut Document, from: usize| {
        let point = more.usage_points.get(from)?;
        let mark = Mark::of_point(&more, Some(from));
        let known =
            (0..whole.usage_points.len()).find(|own| mark.is_some() && Mark::of_point(whole, Some(*own)) == mark);
        Some(known.unwrap_or_else(|| {
            whole.usage_points.push(point.clone());
            whole.usage_points.len() - 1
        }))
    };
    for mut bill in more.bills.iter().cloned() {
        bill.usage_point = bill.usage_point.and_then(|from| place(whole, from));
        if !whole.bills.iter().any(|known| is_same(known, &bill)) {
            whole.bills.push(bill);
        }
    }
}

fn is_same(one: &greenbutton::Bill, other: &greenbutton::Bill) -> bool {
    match (&one.href, &other.href) {
        (Some(one), Some(other)) => one == other,
        _ => (one.usage_point, one.period) == (other.usage_point, other.period) && one.amount == other.amount,
    }
}
