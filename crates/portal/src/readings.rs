//! Readings, out of the Green Button file.

use connect_core::connector::{ConnectorError, LoginContext, MeterKind, RemoteAccount, UtilitySession};
use connect_core::usage::{Series, Window};
use connect_documents::{Kinds, OutOfRange, add_series, in_order};
use greenbutton::{Document, Service};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::PortalConnector;
use crate::download::pieces;
use crate::http::Wanted;
use crate::jar::Jar;
use crate::marks::{page, path};
use crate::page::{css, first};

impl PortalConnector {
    pub(crate) async fn read_meter(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
        account: &RemoteAccount,
        meter: usize,
        window: Window,
    ) -> Result<Vec<Series>, ConnectorError> {
        if account.meters.get(meter).is_none() {
            return Err(ConnectorError::NotOffered);
        }
        let mut jar = self.jar(session)?;
        let Some((from, to)) = self.days(window) else { return Ok(Vec::new()) };
        let (mut kinds, mut seen) = (Kinds::new(), false);
        for piece in pieces(from, to, self.config.max_days) {
            let Some(document) = self.download(cx, &mut jar, account, piece).await? else { continue };
            seen |= collect(&document, account, meter, window, &mut kinds)?;
        }
        // Silence is either no data in these days or a meter without intervals: its page tells.
        if !seen && !self.has_intervals(cx, &mut jar, account, meter).await? {
            return Err(ConnectorError::NotOffered);
        }
        Ok(in_order(kinds))
    }

    /// The utility's days in which readings of the window start, both included.
    fn days(&self, window: Window) -> Option<(Date, Date)> {
        if window.from >= window.to {
            return None;
        }
        let day = |second| {
            let at = Timestamp::from_second(second).ok()?;
            Some(self.config.time_zone.to_datetime(at).date())
        };
        Some((day(window.from)?, day(window.to - 1)?))
    }

    async fn has_intervals(
        &self,
        cx: LoginContext,
        jar: &mut Jar,
        account: &RemoteAccount,
        meter: usize,
    ) -> Result<bool, ConnectorError> {
        let id = account.meters.get(meter).and_then(|meter| meter.public_id);
        // Without a name of its own its page cannot be asked for.
        let Some(id) = id else { return Ok(true) };
        let reference = path::usage(&account.account_number, &id.to_string());
        let answer = self.fetch(cx, jar, &reference, Wanted::Page).await?;
        let tree = self.expect(&answer, page::USAGE, "usage page")?;
        Ok(first(tree.root_element(), &css("main#page #no-intervals")).is_none())
    }
}

/// Adds the readings of one file. `false` when the file has no series of the meter at all.
pub(crate) fn collect(
    document: &Document,
    account: &RemoteAccount,
    meter: usize,
    window: Window,
    kinds: &mut Kinds,
) -> Result<bool, ConnectorError> {
    let point = point_of(document, account, meter).ok_or(ConnectorError::SiteChanged("meter in a file"))?;
    let mut seen = false;
    for series in document.series.iter().filter(|series| series.usage_point == Some(point)) {
        seen = true;
        let kept = add_series(series, window, kinds);
        if !kept.map_err(|OutOfRange| ConnectorError::SiteChanged("value of a reading"))? {
            tracing::debug!("a series of a kind that is not kept was left out");
        }
    }
    Ok(seen)
}

/// The usage point of a meter: by its name, which ends its address, or as the only one of its kind
/// in the file as well as in the account.
fn point_of(document: &Document, account: &RemoteAccount, meter: usize) -> Option<usize> {
    let wanted = account.meters.get(meter)?;
    if let Some(id) = wanted.public_id.map(|id| id.to_string()) {
        let named = |href: &str| href.rsplit('/').next() == Some(id.as_str());
        let found = document.usage_points.iter().position(|point| point.href.as_deref().is_some_and(named));
        if found.is_some() {
            return found;
        }
    }
    let service = match wanted.kind {
        MeterKind::Electric => Service::Electricity,
        MeterKind::Gas => Service::Gas,
    };
    if account.meters.iter().filter(|meter| meter.kind == wanted.kind).count() != 1 {
        return None;
    }
    let mut of_kind = document.usage_points.iter().enumerate().filter(|(_, point)| point.service == Some(service));
    match (of_kind.next(), of_kind.next()) {
        (Some((place, _)), None) => Some(place),
        _ => None,
    }
}
