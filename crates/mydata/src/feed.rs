//! Feeds of a consent, and the marks by which their usage points are known.

use connect_core::connector::{ConnectorError, LoginContext};
use connect_core::usage::{HISTORY_MONTHS, Window};
use greenbutton::{Document, Error, Limits};
use uuid::Uuid;

use crate::MyDataConnector;
use crate::state::Consent;

const DAY: i64 = 86_400;

/// The last part of a usage point's address, which is the same in every feed of a consent: the address
/// itself may be written with or without a host.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    /// The mark itself where it is a UUID, however it is written, else one that is made of it.
    id: Uuid,
    text: String,
}

impl PartialEq for Mark {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Mark {
    pub(crate) fn of(href: &str) -> Option<Self> {
        let text = href.rsplit('/').find(|part| !part.is_empty())?;
        let id = Uuid::try_parse(text).unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_URL, text.as_bytes()));
        Some(Self { id, text: text.to_owned() })
    }

    pub(crate) fn of_point(document: &Document, place: Option<usize>) -> Option<Self> {
        Self::of(document.usage_points.get(place?)?.href.as_deref()?)
    }

    /// Of a meter that has this name.
    pub(crate) fn named(id: Uuid) -> Self {
        Self { id, text: String::new() }
    }

    pub(crate) fn id(&self) -> Uuid {
        self.id
    }

    /// For an order that does not depend on the feed's. Of numbers the lower one is first, so that a
    /// new meter comes last.
    pub(crate) fn order(&self) -> (usize, String) {
        let text = self.text();
        (text.len(), text)
    }

    pub(crate) fn text(&self) -> String {
        self.text.to_lowercase()
    }
}

impl MyDataConnector {
    /// What the subscription has for a stretch of time. `None` when that is nothing.
    pub(crate) async fn stretch(
        &self,
        consent: &Consent,
        window: Window,
    ) -> Result<Option<Document>, ConnectorError> {
        // Whether the end is included differs: what is too much is left out by the reader.
        let query = [("published-min", window.from.to_string()), ("published-max", window.to.to_string())];
        self.document(consent, &consent.resource, &query).await
    }

    pub(crate) async fn document(
        &self,
        consent: &Consent,
        address: &str,
        query: &[(&str, String)],
    ) -> Result<Option<Document>, ConnectorError> {
        let Some(body) = self.http.feed(address, query, &consent.access).await? else { return Ok(None) };
        let limits = Limits { bytes: self.config.limits.xml_bytes as u64, ..Limits::default() };
        // Months of quarter hours take a while, in which others want to be served.
        let read = tokio::task::spawn_blocking(move || greenbutton::read(body.as_slice(), &limits)).await;
        match read {
            Ok(Ok(document)) => {
                let unreadable = document.tally.unreadable;
                if unreadable > 0 {
                    tracing::warn!(unreadable, "readings of a feed could not be read");
                }
                Ok(Some(document))
            }
            Ok(Err(Error::NoReadings { .. })) => Ok(None),
            Ok(Err(_)) | Err(_) => Err(ConnectorError::SiteChanged("Green Button feed")),
        }
    }

    /// A window in pieces that may be asked for at once, the newest first.
    pub(crate) fn pieces(&self, window: Window) -> Vec<Window> {
        let longest = i64::from(self.config.max_days) * DAY;
        let mut out = Vec::new();
        let mut to = window.to;
        while to > window.from {
            let from = to.saturating_sub(longest).max(window.from);
            out.push(Window { from, to });
            to = from;
        }
        out
    }
}

/// The last so many days.
pub(crate) fn latest(cx: LoginContext, days: i64) -> Window {
    let now = cx.now.as_second();
    Window { from: now - days * DAY, to: now }
}

/// All that is asked for.
pub(crate) fn history(cx: LoginContext) -> Window {
    latest(cx, HISTORY_MONTHS * 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MyDataConfig;

    #[test]
    fn a_usage_point_is_known_by_the_end_of_its_address() {
        let id = "4CF2E0B1-1d3a-4a67-9f0e-2b60a1f0e6aa";
        let at = |head: &str| Mark::of(&format!("{head}/UsagePoint/{id}")).unwrap();
        assert_eq!(at("https://a.test/espi/1_1/resource/Subscription/5"), at("/Subscription/5"));
        assert_eq!(Mark::of(&format!("UsagePoint/{}/", id.to_lowercase())), Some(at("")));
        assert_eq!(Mark::of("/UsagePoint/0042").map(|mark| mark.text()).as_deref(), Some("0042"));
        assert_eq!(Mark::of("//"), None);
        let mut marks: Vec<_> = ["12", "9", "100"].map(|text| Mark::of(text).unwrap()).into();
        marks.sort_by_key(Mark::order);
        assert_eq!(marks.iter().map(Mark::text).collect::<Vec<_>>(), ["9", "12", "100"]);
    }

    #[test]
    fn pieces_cover_every_second_once() {
        let config = MyDataConfig { max_days: 2, ..MyDataConfig::sunrise("http://localhost", "http://localhost") };
        let connector = MyDataConnector::new(config).unwrap();
        let pieces = connector.pieces(Window { from: 5, to: 5 * DAY });
        let expected = [(3 * DAY, 5 * DAY), (DAY, 3 * DAY), (5, DAY)].map(|(from, to)| Window { from, to });
        assert_eq!(pieces, expected);
        assert_eq!(connector.pieces(Window { from: 10, to: 10 }), []);
        assert_eq!(connector.pieces(Window { from: 20, to: 10 }), []);
        let end = Window { from: i64::MIN, to: i64::MIN + 1 };
        assert_eq!(connector.pieces(end), [end]);
    }
}
