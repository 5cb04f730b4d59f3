//! What the first rows of an export show of how it is written: what parts the fields, whether the month or the day
//! comes first, which sign the point is, and whether its dates carry times.

use csv::{ReaderBuilder, StringRecord};

use super::{
    MAX_PREAMBLE,
    columns::{Columns, Hours},
    values::{self, Order, Point},
};

/// How an export is written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Evidence {
    pub(super) delimiter: u8,
    /// Whether lines end with CR and LF.
    pub(super) crlf: bool,
    pub(super) order: Order,
    /// Whether a date of the file shows its order by itself.
    pub(super) order_is_shown: bool,
    pub(super) point: Point,
    /// The column of dates carries times of the day.
    timed: bool,
    hours: Option<Hours>,
}

impl Evidence {
    /// Looks at the first bytes of an export.
    pub(super) fn of(head: &[u8], is_all: bool) -> Self {
        // The last row may be cut.
        let whole = if is_all { head.len() } else { memchr::memrchr(b'\n', head).unwrap_or(0) };
        let head = head.get(..whole).unwrap_or(head);
        // A preamble in prose may have more of another one than the rows, so what counts is where names are found.
        let found = [b',', b';', b'\t', b'|'].into_iter().find_map(|delimiter| Self::with(head, delimiter));
        let crlf = memchr::memmem::find(head, b"\r\n").is_some();
        Self { crlf, ..found.unwrap_or(Self { delimiter: b',', ..Self::default() }) }
    }

    fn with(head: &[u8], delimiter: u8) -> Option<Self> {
        let mut reader =
            ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(head);
        let mut records = reader.records().map_while(Result::ok);
        let columns = records.by_ref().take(MAX_PREAMBLE + 1).find_map(|record| Columns::recognise(&record))?;
        let mut evidence = Self { delimiter, ..Self::default() };
        let (mut days_first, mut months_first, mut commas, mut dots) = (false, false, false, false);
        for record in records {
            let at = |column: Option<usize>| column.and_then(|at| record.get(at)).unwrap_or("").trim();
            let dates = [columns.date, columns.start_date, columns.end_date, columns.start_time, columns.range];
            for text in dates.map(at) {
                match values::order_of(text) {
                    Some(Order::DayFirst) => days_first = true,
                    Some(Order::MonthFirst) => months_first = true,
                    None => {}
                }
            }
            evidence.timed |= [columns.date, columns.start_date].map(at).into_iter().any(has_time);
            for text in columns.usage.iter().map(|usage| at(Some(usage.at))).chain([at(columns.cost)]) {
                match values::point_of(text, delimiter == b';') {
                    Some(Point::Comma) => commas = true,
                    Some(Point::Dot) => dots = true,
                    None => {}
                }
            }
            if let (Some((hour, Hours::Unstated)), None) = (columns.hour, evidence.hours) {
                evidence.hours = hours(&record, hour);
            }
        }
        evidence.order_is_shown = days_first || months_first;
        evidence.order = if days_first && !months_first { Order::DayFirst } else { Order::MonthFirst };
        evidence.point = if commas && !dots { Point::Comma } else { Point::Dot };
        Some(evidence)
    }

    /// The columns as this file uses them.
    pub(super) fn apply(&self, mut columns: Columns) -> Columns {
        if self.timed && columns.start_time.is_none() && columns.hour.is_none() {
            if let Some(start) = columns.start_date.take() {
                columns.start_time = Some(start);
                columns.end_time = columns.end_time.or(columns.end_date.take());
            } else {
                columns.start_time = columns.date;
            }
        }
        if let (Some((at, Hours::Unstated)), Some(hours)) = (columns.hour, self.hours) {
            columns.hour = Some((at, hours));
        }
        columns
    }
}

/// Whether a date carries a time, other than a midnight that only fills it up.
fn has_time(text: &str) -> bool {
    // With an offset, the wall clock is what stands before it.
    let text = if values::instant(text).is_some() { text.get(..16).unwrap_or(text) } else { text };
    let midnight = jiff::civil::Time::midnight();
    values::split(text).is_some_and(|(_, time)| values::time(time).is_none_or(|time| time != midnight))
}

/// What the number of an hour can only count.
fn hours(record: &StringRecord, at: usize) -> Option<Hours> {
    match values::hour(record.get(at)?)? {
        0 => Some(Hours::Begin),
        24 => Some(Hours::End),
        _ => None,
    }
}
