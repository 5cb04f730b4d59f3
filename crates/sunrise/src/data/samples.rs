//! The recorded readings, as `data/readings.csv` has them. See `data/README.md` for their source.

use std::sync::LazyLock;

use jiff::civil::Date;

/// A day or a month of one series.
pub(crate) struct Row {
    pub(crate) date: Date,
    pub(crate) values: Vec<i64>,
}

/// Recorded series.
pub(crate) struct Samples {
    /// Whole days, 24 values in Wh.
    pub(crate) hourly: Vec<Row>,
    /// Whole days, 96 values in Wh.
    pub(crate) quarter_hourly: Vec<Row>,
    /// One day, 96 values in Wh, to a house with panels.
    pub(crate) solar_delivered: Vec<Row>,
    /// The same day, from that house.
    pub(crate) solar_received: Vec<Row>,
    /// Months, one value in thousandths of a therm.
    pub(crate) gas_months: Vec<Row>,
    /// Months, one value a day: how a month is spread over its days.
    pub(crate) daily: Vec<Row>,
}

/// Parsed once: the text is part of the program, and a test reads it.
pub(crate) static SAMPLES: LazyLock<Samples> = LazyLock::new(|| {
    let text = include_str!("../../data/readings.csv");
    Samples {
        hourly: rows(text, "hourly"),
        quarter_hourly: rows(text, "quarter_hourly"),
        solar_delivered: rows(text, "solar_delivered"),
        solar_received: rows(text, "solar_received"),
        gas_months: rows(text, "gas_month"),
        daily: rows(text, "daily"),
    }
});

fn rows(text: &str, series: &str) -> Vec<Row> {
    text.lines().filter_map(|line| row(line.strip_prefix(series)?.strip_prefix(',')?)).collect()
}

fn row(line: &str) -> Option<Row> {
    let (date, values) = line.split_once(',')?;
    let values = values.split(',').map(str::parse).collect::<Result<_, _>>().ok()?;
    Some(Row { date: date.parse().ok()?, values })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The totals of the source files less the days that were left out (see `data/make.py`).
    #[test]
    fn nothing_was_lost_or_added() {
        let sum = |rows: &[Row]| rows.iter().flat_map(|row| &row.values).sum::<i64>();
        assert_eq!(sum(&SAMPLES.hourly), 2_278_213 - 81_535);
        assert_eq!(sum(&SAMPLES.quarter_hourly), 1_391_666 - 109_403);
        assert_eq!(sum(&SAMPLES.solar_delivered), 14_635);
        assert_eq!(sum(&SAMPLES.solar_received), 30_195);
        assert_eq!(sum(&SAMPLES.gas_months), 3_484_000);
        assert_eq!(sum(&SAMPLES.daily), 48_348_966);
    }

    #[test]
    fn every_weekday_and_every_month_is_there() {
        for rows in [&SAMPLES.hourly, &SAMPLES.quarter_hourly] {
            for weekday in 1..=7 {
                let on = |row: &&Row| row.date.weekday().to_monday_one_offset() == weekday;
                assert!(rows.iter().any(|row| on(&row)));
            }
        }
        for month in 1..=12 {
            assert!(SAMPLES.gas_months.iter().any(|row| row.date.month() == month));
            assert!(SAMPLES.daily.iter().any(|row| row.date.month() == month));
        }
    }
}
