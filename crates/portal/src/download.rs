//! Green Button files of the portal.

use connect_core::connector::{ConnectorError, LoginContext, RemoteAccount};
use greenbutton::{Document, Error};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::PortalConnector;
use crate::http::Wanted;
use crate::jar::Jar;
use crate::marks::path;

/// Days, both included, in pieces of at most `longest`.
pub(crate) fn pieces(from: Date, to: Date, longest: i32) -> Vec<(Date, Date)> {
    let mut out = Vec::new();
    let mut start = from;
    while start <= to {
        let end = start.saturating_add((longest - 1).days()).min(to);
        out.push((start, end));
        let next = end.saturating_add(1.day());
        if next <= start {
            break;
        }
        start = next;
    }
    out
}

impl PortalConnector {
    /// The file of these days, both included. `None` when there is nothing in it.
    pub(crate) async fn download(
        &self,
        cx: LoginContext,
        jar: &mut Jar,
        account: &RemoteAccount,
        (from, to): (Date, Date),
    ) -> Result<Option<Document>, ConnectorError> {
        let reference = path::download(&account.account_number, from, to);
        let answer = self.fetch(cx, jar, &reference, Wanted::Xml).await?;
        if answer.is_page || !answer.status.is_success() {
            return Err(self.no_file(&answer, "Green Button download"));
        }
        let limits =
            greenbutton::Limits { bytes: self.config.limits.xml_bytes as u64, ..greenbutton::Limits::default() };
        // A year of quarter hours takes a while, in which others want to be served.
        let read = tokio::task::spawn_blocking(move || greenbutton::read(answer.body.as_slice(), &limits)).await;
        match read {
            Ok(Ok(document)) => {
                let unreadable = document.tally.unreadable;
                if unreadable > 0 {
                    tracing::warn!(unreadable, "readings of a Green Button file could not be read");
                }
                Ok(Some(document))
            }
            Ok(Err(Error::NoReadings { .. })) => Ok(None),
            Ok(Err(_)) | Err(_) => Err(ConnectorError::SiteChanged("Green Button file")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn pieces_cover_every_day_once() {
        let day = |d| date(2026, 1, d);
        assert_eq!(pieces(day(1), day(5), 2), [(day(1), day(2)), (day(3), day(4)), (day(5), day(5))]);
        assert_eq!(pieces(day(1), day(1), 400), [(day(1), day(1))]);
        assert_eq!(pieces(day(2), day(1), 400), []);
        assert_eq!(pieces(Date::MAX, Date::MAX, 1).len(), 1);
    }
}
