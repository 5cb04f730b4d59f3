//! Parameters of a URL.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use connect_core::connector::MeterKind;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use uuid::Uuid;

use super::ApiError;
use super::params::{Params, from_form};
use crate::service::{PageRequest, Which};
use connect_core::usage::Window;

/// Length of a window of which one end is given or none, in calendar months.
const DEFAULT_MONTHS: i64 = 2;
/// Latest time that may be asked for, in seconds since 1970: the beginning of the year 9999. What is two months
/// later can still be reckoned with.
pub(crate) const MAX_TIME: i64 = 253_370_764_800;
/// Most intervals of a page.
pub(crate) const MAX_LIMIT: usize = 100_000;

/// The query of a URL, by the rules of a form body: an empty value counts as absent.
pub(super) struct Query(pub(super) Params);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        from_form(parts.uri.query().unwrap_or_default().as_bytes()).map(Self)
    }
}

impl Query {
    /// An id, if it is given.
    pub(super) fn id(&self, name: &str) -> Result<Option<Uuid>, ApiError> {
        let Some(text) = self.0.get(name) else { return Ok(None) };
        // What is no id can be nobody's: the answer is the same as for an unknown one.
        Uuid::try_parse(text).map(Some).map_err(|_| ApiError::foreign())
    }

    /// `type`, if it is given.
    pub(super) fn kind(&self) -> Result<Option<MeterKind>, ApiError> {
        match self.0.get("type") {
            None => Ok(None),
            Some("ELECTRIC") => Ok(Some(MeterKind::Electric)),
            Some("GAS") => Ok(Some(MeterKind::Gas)),
            Some(_) => Err(ApiError::invalid("The parameter 'type' must be ELECTRIC or GAS.")),
        }
    }

    /// The meters that are meant: `account_id` with `type`, or `meter_id`.
    pub(super) fn meters(&self) -> Result<Which, ApiError> {
        match (self.id("meter_id")?, self.id("account_id")?, self.kind()?) {
            (Some(_), Some(_), _) => {
                Err(ApiError::invalid("Send 'meter_id', or 'account_id' with 'type', not both."))
            }
            (Some(meter), None, _) => Ok(Which::Meter(meter)),
            (None, Some(account), Some(kind)) => Ok(Which::Account(account, kind)),
            (None, Some(_), None) => Err(ApiError::missing("type")),
            (None, None, _) => Err(ApiError::missing("account_id")),
        }
    }

    /// Refuses a `type` that is not the meter's.
    pub(super) fn agrees(&self, kind: MeterKind) -> Result<(), ApiError> {
        match self.kind()? {
            Some(asked) if asked != kind => {
                Err(ApiError::invalid("The meter with this 'meter_id' is not of this 'type'."))
            }
            _ => Ok(()),
        }
    }

    /// The time from `start_date` to `end_date`. Where one is missing it is two months from the other;
    /// where both are, the last two months.
    pub(super) fn window(&self, now: Timestamp) -> Result<Window, ApiError> {
        let (start, end) = (self.time("start_date")?, self.time("end_date")?);
        let window = match (start, end) {
            (Some(from), Some(to)) => Window { from, to },
            (Some(from), None) => Window { from, to: moved(from, DEFAULT_MONTHS) },
            (None, Some(to)) => Window { from: moved(to, -DEFAULT_MONTHS), to },
            (None, None) => Window { from: moved(now.as_second(), -DEFAULT_MONTHS), to: now.as_second() },
        };
        if window.to <= window.from {
            return Err(ApiError::invalid("The parameter 'end_date' must be later than 'start_date'."));
        }
        Ok(window)
    }

    /// Whether the caller named the time, in part at least: if not, it moves with the clock.
    pub(super) fn has_dates(&self) -> bool {
        ["start_date", "end_date"].into_iter().any(|name| self.0.get(name).is_some())
    }

    /// `limit` and `cursor`; `None` when the whole answer is wanted.
    pub(super) fn page(&self) -> Result<Option<PageRequest>, ApiError> {
        let limit = self.0.get("limit").map(|text| {
            let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
            let wrong =
                || ApiError::invalid(format!("The parameter 'limit' must be a number from 1 to {MAX_LIMIT}."));
            limit.ok_or_else(wrong)
        });
        let page = PageRequest { limit: limit.transpose()?, cursor: self.0.get("cursor").map(str::to_owned) };
        Ok((page.limit.is_some() || page.cursor.is_some()).then_some(page))
    }

    /// The same query with another cursor, for a URL.
    pub(super) fn with_cursor(&self, cursor: &str) -> String {
        let others = self.0.iter().filter(|(name, _)| *name != "cursor");
        form_urlencoded::Serializer::new(String::new()).extend_pairs(others).append_pair("cursor", cursor).finish()
    }

    fn time(&self, name: &str) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.0.get(name) else { return Ok(None) };
        let seconds = text.parse().ok().filter(|seconds| (0..=MAX_TIME).contains(seconds));
        let wrong = || {
            ApiError::invalid(format!(
                "The parameter '{name}' must be a time in seconds since 1970, as 1735689600."
            ))
        };
        seconds.map(Some).ok_or_else(wrong)
    }
}

/// So many calendar months later, at the same time of day (UTC).
fn moved(seconds: i64, months: i64) -> i64 {
    let at = Timestamp::from_second(seconds).unwrap_or_default();
    let civil = TimeZone::UTC.to_datetime(at).saturating_add(months.months());
    TimeZone::UTC.to_timestamp(civil).map_or(seconds, Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(query: &str) -> Result<(i64, i64), ApiError> {
        let now = "2026-04-30T12:00:00Z".parse().unwrap();
        Query(from_form(query.as_bytes()).unwrap()).window(now).map(|w| (w.from, w.to))
    }

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    #[test]
    fn missing_dates_are_two_months_from_the_others() {
        let (february, april) = (at("2026-02-28T12:00:00Z"), at("2026-04-30T12:00:00Z"));
        assert_eq!(window("").unwrap(), (february, april));
        assert_eq!(window("start_date=&end_date=").unwrap(), (february, april));
        assert_eq!(window(&format!("end_date={april}")).unwrap(), (february, april));
        let january = at("2026-01-01T00:00:00Z");
        assert_eq!(window(&format!("start_date={january}")).unwrap(), (january, at("2026-03-01T00:00:00Z")));
        assert_eq!(window("start_date=5&end_date=6").unwrap(), (5, 6));
        let last = at("9999-01-01T00:00:00Z");
        assert_eq!(window(&format!("start_date={MAX_TIME}")).unwrap(), (last, at("9999-03-01T00:00:00Z")));
    }

    #[test]
    fn a_page_is_asked_for_by_limit_or_cursor() {
        let page = |query: &str| Query(from_form(query.as_bytes()).unwrap()).page();
        assert!(page("limit=&cursor=").unwrap().is_none());
        assert_eq!(page("limit=100000").unwrap().unwrap().limit, Some(100_000));
        assert_eq!(page("cursor=a").unwrap().unwrap().cursor.as_deref(), Some("a"));
        for bad in ["0", "100001", "-1", "1.5", "ten", "99999999999999999999"] {
            assert!(page(&format!("limit={bad}")).is_err(), "{bad}");
        }
        let next = Query(from_form(b"a=1%3E&cursor=old&limit=2").unwrap()).with_cursor("new");
        assert_eq!(next, "a=1%3E&limit=2&cursor=new");
    }

    #[test]
    fn bad_dates_are_refused() {
        for bad in [
            "start_date=2026-01-01",
            "start_date=-1",
            "start_date=1.5",
            "end_date=1735689600000",
            "start_date=253370764801",
            "start_date=99999999999999999999",
            "start_date=6&end_date=5",
            "start_date=5&end_date=5",
        ] {
            assert!(window(bad).is_err(), "{bad}");
        }
    }
}
