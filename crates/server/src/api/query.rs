//! Parameters of a URL.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use connect_core::connector::MeterKind;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use uuid::Uuid;

use super::ApiError;
use super::params::{Params, from_form};
use connect_core::usage::Window;

/// Length of a window of which one end is given or none, in calendar months.
const DEFAULT_MONTHS: i64 = 2;

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

    fn time(&self, name: &str) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.0.get(name) else { return Ok(None) };
        let seconds = text.parse().ok().filter(|seconds| (0..=Timestamp::MAX.as_second()).contains(seconds));
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
    }

    #[test]
    fn bad_dates_are_refused() {
        for bad in [
            "start_date=2026-01-01",
            "start_date=-1",
            "start_date=1.5",
            "end_date=1735689600000",
            "start_date=99999999999999999999",
            "start_date=6&end_date=5",
            "start_date=5&end_date=5",
        ] {
            assert!(window(bad).is_err(), "{bad}");
        }
    }
}
