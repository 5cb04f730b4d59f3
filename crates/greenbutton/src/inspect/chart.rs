//! Bars in the terminal: usage over time, and over the hours of an average day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::{Decimal, prelude::ToPrimitive as _};

use super::Out;
use crate::{
    local_time::{LocalTime, civil},
    model::{Reading, Series},
};

/// Rows of a chart before the next coarser step is taken.
const MAX_ROWS: usize = 40;
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

pub(super) fn write(out: &mut Out, series: &Series, local: Option<LocalTime>) {
    let (true, Some(unit)) = (series.is_usage(), series.unit) else { return };
    let start = |reading: &Reading| {
        let offset = local.map_or(0, |local| local.offset_at(reading.start));
        civil(reading.start.saturating_add(i64::from(offset)))
    };
    let longest = series.readings.iter().map(|reading| reading.duration).max().unwrap_or(0);

    let sums = |label: &dyn Fn(Date) -> String| {
        let mut sums: BTreeMap<String, Decimal> = BTreeMap::new();
        for reading in &series.readings {
            let (Some(start), Some(quantity)) = (start(reading), reading.quantity) else { continue };
            let sum = sums.entry(label(start.date())).or_default();
            *sum = sum.checked_add(quantity).unwrap_or(*sum);
        }
        sums.into_iter().collect::<Vec<_>>()
    };
    // Longer readings than two days are no daily totals, but show best at the day on which they begin.
    let by_day = if longest > 2 * 86_400 { "by period" } else { "by day" };
    let steps: [(&str, &dyn Fn(Date) -> String); 3] = [
        (by_day, &|date| date.to_string()),
        ("by month", &|date| date.strftime("%Y-%m").to_string()),
        ("by year", &|date| date.strftime("%Y").to_string()),
    ];
    for (name, label) in steps {
        let rows = sums(label);
        if rows.len() > MAX_ROWS && name != "by year" {
            continue;
        }
        if rows.len() > 1 {
            bars(out, &format!("{unit} {name}"), &rows);
        }
        break;
    }

    if longest == 0 || longest > 3600 {
        return;
    }
    let mut hours = [Decimal::ZERO; 24];
    // Each hour by the days that have it: the first and last day are seldom whole.
    let mut days: [BTreeSet<Date>; 24] = Default::default();
    for reading in &series.readings {
        let (Some(start), Some(quantity)) = (start(reading), reading.quantity) else { continue };
        let Some(at) = usize::try_from(start.hour()).ok().filter(|hour| *hour < 24) else { continue };
        days[at].insert(start.date());
        hours[at] = hours[at].checked_add(quantity).unwrap_or(hours[at]);
    }
    let average = |at: usize| {
        let days = Decimal::from(days[at].len());
        hours[at].checked_div(days).unwrap_or_default().round_dp(3)
    };
    let rows: Vec<(String, Decimal)> = (0..24).map(|hour| (format!("{hour:02}:00"), average(hour))).collect();
    let zone = if local.is_some() { "local" } else { "UTC" };
    let zone = if series.clock == crate::Clock::Local { "wall clock" } else { zone };
    bars(out, &format!("{unit} by hour of an average day ({zone})"), &rows);
}

fn bars(out: &mut Out, heading: &str, rows: &[(String, Decimal)]) {
    let most = rows.iter().map(|(_, value)| value.abs()).max().unwrap_or_default();
    let shown: Vec<String> = rows.iter().map(|(_, value)| value.normalize().to_string()).collect();
    let values = shown.iter().map(String::len).max().unwrap_or(0);
    let labels = rows.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
    let room = out.width.saturating_sub(4 + labels + 2 + values + 2).min(60);
    out.line(4, heading);
    for ((label, value), shown) in rows.iter().zip(&shown) {
        let bar = bar(*value, most, room);
        out.line(4, format!("{label:<labels$}  {shown:>values$}  {bar}").trim_end());
    }
}

/// A bar in eighths of a character; one of dots if the value is negative.
fn bar(value: Decimal, most: Decimal, room: usize) -> String {
    let scaled = value.abs().checked_div(most).and_then(|part| part.checked_mul(Decimal::from(room * 8)));
    let eighths = scaled.and_then(|scaled| scaled.round().to_usize()).unwrap_or(0).min(room * 8);
    if value.is_sign_negative() {
        return "·".repeat(eighths.div_ceil(8));
    }
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.push(EIGHTHS[eighths % 8]);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_in_proportion() {
        let d = |number: i64| Decimal::new(number, 1);
        assert_eq!(bar(d(100), d(100), 4), "████");
        assert_eq!(bar(d(50), d(100), 4), "██");
        assert_eq!(bar(d(1), d(100), 4), "");
        assert_eq!(bar(d(3), d(100), 4), "▏");
        assert_eq!(bar(d(-50), d(100), 4), "··");
        assert_eq!(bar(d(0), d(0), 4), "");
        assert_eq!(bar(Decimal::MAX, Decimal::MAX, 4), "████");
    }
}
