//! Local time as ESPI describes it (`LocalTimeParameters`): an offset and two rules for daylight saving.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Weekday},
};

/// The local time of a usage point. Readings are in UTC, so this only matters for showing days and hours; if the
/// utility's zone is known, prefer it: feeds carry wrong rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LocalTime {
    /// `tzOffset`: seconds east of UTC, without daylight saving.
    pub offset: i32,
    /// `dstOffset`: seconds to add during daylight saving.
    pub dst_offset: i32,
    /// When daylight saving starts and ends; `None` if it is off or a rule cannot be read.
    pub dst: Option<(DstRule, DstRule)>,
}

/// A day and time of each year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DstRule {
    month: i8,
    /// 0: on `day`; 1: first `weekday` on or after `day`; 2 to 6: first to fifth `weekday`; 7: the last.
    operator: u8,
    day: i8,
    weekday: Option<Weekday>,
    hour: i8,
    seconds: i32,
}

impl DstRule {
    /// Reads `dstStartRule` or `dstEndRule`: eight hexadecimal digits. `Ok(None)` for `FFFFFFFF`, no daylight
    /// saving.
    ///
    /// # Errors
    ///
    /// Anything else that names no day.
    pub fn parse(text: &str) -> Result<Option<Self>, BadDstRule> {
        let text = text.trim();
        if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(BadDstRule);
        }
        let bits = u32::from_str_radix(text, 16).map_err(|_| BadDstRule)?;
        if bits == u32::MAX {
            return Ok(None);
        }
        // Masked to at most 12 bits each, so every cast is exact.
        let field = |low: u32, width: u32| ((bits >> low) & ((1 << width) - 1)) as u16;
        let rule = Self {
            seconds: i32::from(field(0, 12)),
            hour: field(12, 5) as i8,
            weekday: Weekday::from_monday_one_offset(field(17, 3) as i8).ok(),
            day: field(20, 5) as i8,
            operator: field(25, 3) as u8,
            month: field(28, 4) as i8,
        };
        // Two sample years, as a rule may hold in some years only (29 February, a fifth Sunday).
        if rule.in_year(2023).is_none() && rule.in_year(2024).is_none() {
            return Err(BadDstRule);
        }
        Ok(Some(rule))
    }

    /// The local time that the rule means in a year.
    fn in_year(&self, year: i16) -> Option<DateTime> {
        let date = match self.operator {
            0 => Date::new(year, self.month, self.day).ok()?,
            1 => {
                let earliest = Date::new(year, self.month, self.day.max(1)).ok()?;
                let days = earliest.weekday().until(self.weekday?);
                earliest.checked_add(jiff::Span::new().days(days)).ok()?
            }
            7 => Date::new(year, self.month, 1).ok()?.nth_weekday_of_month(-1, self.weekday?).ok()?,
            nth => {
                let nth = i8::try_from(nth).ok()? - 1;
                Date::new(year, self.month, 1).ok()?.nth_weekday_of_month(nth, self.weekday?).ok()?
            }
        };
        let seconds = i64::from(self.hour) * 3600 + i64::from(self.seconds);
        date.at(0, 0, 0, 0).checked_add(jiff::Span::new().seconds(seconds)).ok()
    }
}

/// A rule for daylight saving that names no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not eight hexadecimal digits that name a day of the year")]
pub struct BadDstRule;

impl LocalTime {
    /// Seconds east of UTC at a time, daylight saving included.
    pub fn offset_at(&self, unix_seconds: i64) -> i32 {
        let daylight = self.is_daylight(unix_seconds).unwrap_or(false);
        if daylight { self.offset.saturating_add(self.dst_offset) } else { self.offset }
    }

    fn is_daylight(&self, unix_seconds: i64) -> Option<bool> {
        let (start, end) = self.dst?;
        let standard = unix_seconds.checked_add(i64::from(self.offset))?;
        let year = civil(standard)?.year();
        let start = seconds(start.in_year(year)?);
        // The end is told by the clock that is still on daylight saving.
        let end = seconds(end.in_year(year)?) - i64::from(self.dst_offset);
        Some(if start <= end {
            (start..end).contains(&standard)
        } else {
            // South of the equator the season spans the new year.
            !(end..start).contains(&standard)
        })
    }
}

/// Local seconds as a civil time; `None` outside of the years that one can name.
pub(crate) fn civil(local_seconds: i64) -> Option<DateTime> {
    let timestamp = Timestamp::from_second(local_seconds).ok()?;
    Some(jiff::tz::Offset::UTC.to_datetime(timestamp))
}

/// The reverse of [`civil`].
pub(crate) fn seconds(civil: DateTime) -> i64 {
    jiff::tz::Offset::UTC.to_timestamp(civil).map_or(0, Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eastern() -> LocalTime {
        let rule = |text| DstRule::parse(text).unwrap().unwrap();
        LocalTime { offset: -18000, dst_offset: 3600, dst: Some((rule("360E2000"), rule("B40E2000"))) }
    }

    #[test]
    fn us_rules_switch_on_the_second_sunday_of_march_and_the_first_of_november() {
        let at = |text: &str| eastern().offset_at(text.parse::<Timestamp>().unwrap().as_second());
        assert_eq!(at("2012-03-11T06:59:59Z"), -18000);
        assert_eq!(at("2012-03-11T07:00:00Z"), -14400);
        assert_eq!(at("2012-11-04T05:59:59Z"), -14400);
        assert_eq!(at("2012-11-04T06:00:00Z"), -18000);
    }

    #[test]
    fn rules_that_name_no_day_are_refused() {
        assert_eq!(DstRule::parse("FFFFFFFF"), Ok(None));
        for bad in ["", "B40E", "B60E", "00000000", "F40E2000", "360G2000", "+60E2000", "3600200"] {
            assert_eq!(DstRule::parse(bad), Err(BadDstRule), "{bad}");
        }
    }

    #[test]
    fn a_season_over_the_new_year_is_one_season() {
        // First Sunday of October to the first Sunday of April, as in south-eastern Australia.
        let rule = |text| DstRule::parse(text).unwrap().unwrap();
        let sydney =
            LocalTime { offset: 36000, dst_offset: 3600, dst: Some((rule("A40E2000"), rule("440E3000"))) };
        let at = |text: &str| sydney.offset_at(text.parse::<Timestamp>().unwrap().as_second());
        assert_eq!(at("2024-01-15T00:00:00Z"), 39600);
        assert_eq!(at("2024-04-06T15:59:59Z"), 39600);
        assert_eq!(at("2024-04-06T16:00:00Z"), 36000);
        assert_eq!(at("2024-07-15T00:00:00Z"), 36000);
        assert_eq!(at("2024-10-05T16:00:00Z"), 39600);
    }
}
