//! From rows to series and bills.

use std::collections::HashMap;

use csv::StringRecord;
use jiff::{Span, civil::Date, tz::TimeZone};
use rust_decimal::Decimal;

use super::{
    Preamble,
    columns::{Columns, UomPower, Usage, flow, unit},
    evidence::Evidence,
    values, warn,
};
use crate::{
    bill::{Bill, Measurement},
    codes::{Flow, Qualities, Service, Unit},
    decimal::shift10,
    model::{Document, Format, Period, Reading, ReadingType, Series, UsagePoint},
    warning::{Place, WHOLE_FILE, WarningKind, Warnings},
};

/// Why a row cannot be read: a column, and what is wrong with it.
pub(super) type Complaint = (&'static str, String);

/// What a series is of.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    usage_point: usize,
    kind: String,
    /// The row's own direction, as it stands.
    direction: String,
    column: usize,
    flow: Option<Flow>,
    unit: Option<UomPower>,
}

/// Makes a document, row by row.
pub(super) struct Rows<'a> {
    pub(super) columns: Columns,
    pub(super) evidence: Evidence,
    pub(super) zone: Option<&'a TimeZone>,
    pub(super) warnings: &'a mut Warnings,
    pub(super) document: Document,
    /// The first line whose date another order of day and month would make another day.
    pub(super) unclear_date: Option<u64>,
    places: Vec<Place>,
    keys: HashMap<Key, usize>,
    /// Usage points by what is supplied, account and meter.
    points: HashMap<[String; 3], usize>,
    preamble: Preamble,
    /// First and last day of each bill as the rows have them.
    days: Vec<(Date, Date)>,
}

pub(super) fn field(record: &StringRecord, at: Option<usize>) -> &str {
    at.and_then(|at| record.get(at)).unwrap_or("").trim()
}

impl<'a> Rows<'a> {
    pub(super) fn new(
        evidence: Evidence,
        preamble: Preamble,
        zone: Option<&'a TimeZone>,
        warnings: &'a mut Warnings,
    ) -> Self {
        Self {
            columns: Columns::default(),
            evidence,
            zone,
            warnings,
            document: Document::new(Format::Csv),
            unclear_date: None,
            places: Vec::new(),
            keys: HashMap::new(),
            points: HashMap::new(),
            preamble,
            days: Vec::new(),
        }
    }

    /// Takes the names of the columns from here on.
    pub(super) fn head(&mut self, columns: Columns, record: &StringRecord, line: u64) {
        self.columns = self.evidence.apply(columns);
        let skipped = &self.columns.skipped;
        if !skipped.is_empty() {
            let names: Vec<String> =
                skipped.iter().map(|at| format!("{:?}", short(field(record, Some(*at))))).collect();
            let message = format!("not known, and left out: {}", short(&names.join(", ")));
            warn(self.warnings, WarningKind::SkippedColumn, WHOLE_FILE, line, "column names", message);
        }
    }

    /// Names a row that has more lines than one: where the end of a quotation is missing, it has taken in others.
    pub(super) fn spans(&mut self, line: u64, more: u64) {
        let message = format!("a quoted field goes over {more} lines more; rows in it are not read as rows");
        warn(self.warnings, WarningKind::BadField, WHOLE_FILE, line, "", message);
    }

    pub(super) fn add(&mut self, record: &StringRecord, line: u64) {
        let mut filled = record.iter().filter(|field| !field.trim().is_empty());
        let is_alone = filled.next().is_some() && filled.next().is_none();
        if is_alone && self.columns.usage.iter().all(|usage| field(record, Some(usage.at)).is_empty()) {
            let message = "a line of text between the rows was left out".to_owned();
            warn(self.warnings, WarningKind::SkippedText, WHOLE_FILE, line, "", message);
            return;
        }
        if record.iter().any(|field| field.contains('\u{fffd}')) {
            let message = "bytes that are not in the file's encoding became U+FFFD".to_owned();
            warn(self.warnings, WarningKind::BadEncoding, WHOLE_FILE, line, "", message);
        }
        let result = match (self.columns.end_date, self.columns.start_time, self.columns.range) {
            (Some(_), None, None) => self.billing(record, line),
            _ => self.interval(record, line),
        };
        let Err((column, reason)) = result else { return };
        // Some exports name their columns again for each day or direction.
        if let Some(columns) = Columns::recognise(record) {
            self.head(columns, record, line);
            return;
        }
        self.document.tally.found += 1;
        self.document.tally.unreadable += 1;
        // Only the field itself is quoted: other fields may be a name or an account.
        let message = format!("{}; the row was left out", short(&reason));
        warn(self.warnings, WarningKind::UnreadableReading, WHOLE_FILE, line, column, message);
    }

    fn number(&self, text: &str) -> Result<Decimal, Complaint> {
        values::number(text, self.evidence.point).ok_or_else(|| {
            let point = match self.evidence.point {
                values::Point::Dot => "",
                values::Point::Comma => " with a decimal comma",
            };
            ("usage", format!("{text:?} is no number{point}"))
        })
    }

    fn cost(&mut self, record: &StringRecord, line: u64) -> Option<Decimal> {
        let text = field(record, self.columns.cost);
        if text.is_empty() {
            return None;
        }
        let cost = values::number(text, self.evidence.point);
        let cost = if self.columns.cost_in_cents { cost.and_then(|cost| shift10(cost, -2)) } else { cost };
        match cost {
            None => {
                let message = format!("the cost {text:?} cannot be read; it was left empty");
                warn(self.warnings, WarningKind::BadField, WHOLE_FILE, line, "cost", message);
            }
            Some(_) => {
                let message = "the export states no currency; costs are kept without one".to_owned();
                warn(self.warnings, WarningKind::MissingCurrency, WHOLE_FILE, line, "cost", message);
            }
        }
        cost
    }

    fn unit_of(&self, record: &StringRecord, usage: Usage) -> Option<UomPower> {
        usage.unit.or_else(|| unit(field(record, self.columns.units)))
    }

    fn usage_point(&mut self, record: &StringRecord, kind: &str) -> usize {
        let service = service(kind, self.columns.usage.first().and_then(|usage| self.unit_of(record, *usage)));
        let supplied = service.map_or_else(|| kind.to_owned(), |service| service.to_string());
        let (account, meter) = (field(record, self.columns.account), field(record, self.columns.meter));
        let key = [supplied, account.to_owned(), meter.to_owned()];
        if let Some(found) = self.points.get(&key) {
            return *found;
        }
        let at = self.document.usage_points.len();
        self.points.insert(key, at);
        let stated = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        self.document.usage_points.push(UsagePoint {
            title: self.preamble.address.clone(),
            service,
            delivery_point: stated(meter).or(self.preamble.service.clone()),
            account: stated(account).or(self.preamble.account.clone()),
            ..UsagePoint::default()
        });
        at
    }

    fn billing(&mut self, record: &StringRecord, line: u64) -> Result<(), Complaint> {
        let end_text = field(record, self.columns.end_date);
        let last = self.date(end_text, "end date", line)?;
        let first = match self.columns.start_date {
            Some(at) => self.date(field(record, Some(at)), "start date", line)?,
            None => {
                let text = field(record, self.columns.days);
                let days: i64 = text.parse().ok().filter(|days| (1..=3660).contains(days)).ok_or_else(|| {
                    ("days", format!("{text:?} is no number of days, and there is no start date"))
                })?;
                last.checked_sub(Span::new().days(days - 1)).map_err(|error| ("days", error.to_string()))?
            }
        };
        if first > last {
            return Err(("end date", "the period ends before it begins".to_owned()));
        }
        let mut measures = Vec::new();
        for usage in self.columns.usage.clone() {
            let text = field(record, Some(usage.at));
            if text.is_empty() {
                continue;
            }
            let raw = self.number(text)?;
            let unit = self.unit_of(record, usage);
            let measure = Measurement::new(raw, unit.map_or(0, |(_, power)| power), unit.map(|(uom, _)| uom));
            if measure.unit.is_none() {
                let message = "the usage has no unit that is known here; its raw value is kept".to_owned();
                warn(self.warnings, WarningKind::MissingUnit, WHOLE_FILE, line, "usage", message);
            }
            measures.push(measure);
        }
        // Energy is what is billed; a volume beside it is where it came from.
        measures.sort_by_key(|measure| !matches!(measure.unit, Some(Unit::KilowattHour | Unit::Therm)));
        let amount = self.cost(record, line);
        if measures.is_empty() && amount.is_none() {
            return Err(("usage", "neither usage nor cost".to_owned()));
        }
        let kind = field(record, self.columns.kind).to_owned();
        let note = Some(field(record, self.columns.notes)).filter(|note| !note.is_empty());
        let mut measures = measures.into_iter();
        let bill = Bill {
            usage_point: Some(self.usage_point(record, &kind)),
            title: Some(kind).filter(|kind| !kind.is_empty()),
            amount,
            consumption: measures.next(),
            consumption_also: measures.next(),
            estimated: note.is_some_and(values::says_estimated),
            note: note.map(str::to_owned),
            ..Bill::default()
        };
        self.document.bills.push(bill);
        self.days.push((first, last));
        Ok(())
    }

    fn interval(&mut self, record: &StringRecord, line: u64) -> Result<(), Complaint> {
        let when = self.when(record, line)?;
        let cost = self.cost(record, line);
        let kind = field(record, self.columns.kind).to_owned();
        let estimated = values::says_estimated(field(record, self.columns.notes));
        let mut any = false;
        for (nth, usage) in self.columns.usage.clone().into_iter().enumerate() {
            let text = field(record, Some(usage.at));
            if text.is_empty() {
                continue;
            }
            let raw = self.number(text)?;
            any = true;
            let at = self.series(record, &kind, usage, line);
            let (start, duration) = self.resolve(&when, at, line);
            let mut qualities = Qualities::default();
            if estimated {
                qualities.insert(8);
            }
            // A row has one cost, whatever the number of usage columns.
            let cost = if nth == 0 { cost } else { None };
            let reading = Reading {
                start,
                duration,
                raw,
                quantity: None,
                cost,
                qualities,
                tou: None,
                tier: None,
                cpp: None,
            };
            self.document.series[at].readings.push(reading);
            self.document.tally.found += 1;
        }
        if any { Ok(()) } else { Err(("usage", "no usage".to_owned())) }
    }

    fn series(&mut self, record: &StringRecord, kind: &str, usage: Usage, line: u64) -> usize {
        let unit = self.unit_of(record, usage);
        let direction = field(record, self.columns.direction);
        let flow = usage.flow.or_else(|| row_flow(direction));
        let usage_point = self.usage_point(record, kind);
        let (kind_of_row, direction) = (kind.to_owned(), direction.to_owned());
        let key = Key { usage_point, kind: kind_of_row, direction, column: usage.at, flow, unit };
        if let Some(found) = self.keys.get(&key) {
            return *found;
        }
        let at = self.document.series.len();
        let usage_point = Some(usage_point);
        let reading_type = ReadingType {
            uom: unit.map(|(uom, _)| uom),
            power_of_ten: unit.map(|(_, power)| power),
            flow,
            ..ReadingType::default()
        };
        let title = Some(kind.to_owned()).filter(|kind| !kind.is_empty());
        self.document.series.push(Series { usage_point, title, reading_type, ..Series::default() });
        self.places.push(Place { line, ..Place::default() });
        self.keys.insert(key, at);
        at
    }

    /// The document, and where each of its series begins.
    pub(super) fn finish(mut self) -> (Document, Vec<Place>) {
        if let (Some(line), false) = (self.unclear_date, self.evidence.order_is_shown) {
            let message = "no date of the file shows whether the month or the day comes first; taken as the month";
            warn(self.warnings, WarningKind::AmbiguousDate, WHOLE_FILE, line, "date", message.to_owned());
        }
        // Where a period begins on the day on which the one before it ends, ends are exclusive.
        let mut days = self.days.clone();
        days.sort_unstable();
        let touching = days.windows(2).filter(|pair| pair[1].0 == pair[0].1).count();
        let following = days.windows(2).filter(|pair| pair[0].1.tomorrow().ok() == Some(pair[1].0)).count();
        let exclusive = touching > following;
        for (bill, (start, last)) in self.document.bills.iter_mut().zip(&self.days) {
            let end = if exclusive { *last } else { last.tomorrow().unwrap_or(*last) };
            bill.period = Some(Period::Days { start: *start, end });
        }
        (self.document, self.places)
    }
}

/// The direction that a row states.
fn row_flow(text: &str) -> Option<Flow> {
    let text = text.to_lowercase();
    let mut words = text.split(|c: char| !c.is_alphabetic());
    words.find_map(|word| match word {
        "consumption" | "forward" => Some(Flow::Delivered),
        "reverse" => Some(Flow::Received),
        word => flow(word),
    })
}

fn short(text: &str) -> String {
    text.chars().take(120).collect()
}

fn service(kind: &str, unit: Option<UomPower>) -> Option<Service> {
    let kind = kind.to_lowercase();
    if kind.contains("electric") {
        Some(Service::Electricity)
    } else if kind.contains("gas") {
        Some(Service::Gas)
    } else if kind.contains("water") {
        Some(Service::Water)
    } else {
        match unit?.0 {
            72 | 71 | 73 | 38 => Some(Service::Electricity),
            169 => Some(Service::Gas),
            _ => None,
        }
    }
}
