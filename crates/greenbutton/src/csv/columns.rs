//! Which column is what.

use csv::StringRecord;

use crate::codes::Flow;

/// A unit as ESPI would have it: `uom` and power of ten.
pub(super) type UomPower = (u16, i32);

/// A column of usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) at: usize,
    pub(super) unit: Option<UomPower>,
    pub(super) flow: Option<Flow>,
}

/// What an hour's number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hours {
    /// 0 to 23: the hour begins then.
    Begin,
    /// 1 to 24: the hour ends then.
    End,
    /// The column is called "Hour" and nothing else.
    Unstated,
}

/// The columns of an export, by position.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    pub(super) kind: Option<usize>,
    pub(super) date: Option<usize>,
    pub(super) start_date: Option<usize>,
    pub(super) end_date: Option<usize>,
    pub(super) days: Option<usize>,
    pub(super) start_time: Option<usize>,
    pub(super) end_time: Option<usize>,
    /// "2024-01-01 00:00 to 2024-01-01 00:15" in one.
    pub(super) range: Option<usize>,
    range_flow: Option<Flow>,
    pub(super) hour: Option<(usize, Hours)>,
    /// The length of the interval.
    pub(super) length: Option<usize>,
    pub(super) usage: Vec<Usage>,
    /// Which way the flow of the row went.
    pub(super) direction: Option<usize>,
    pub(super) units: Option<usize>,
    pub(super) cost: Option<usize>,
    pub(super) cost_in_cents: bool,
    pub(super) notes: Option<usize>,
    pub(super) account: Option<usize>,
    pub(super) meter: Option<usize>,
    /// Columns that may hold usage or money and are not read.
    pub(super) skipped: Vec<usize>,
}

impl Columns {
    /// The columns, if this record names at least a usage and a date.
    pub(super) fn recognise(record: &StringRecord) -> Option<Self> {
        let mut columns = Self::default();
        for (at, field) in record.iter().enumerate().take(256) {
            columns.take(at, field);
        }
        // "Read date" and a number of days: the date is the end of the period.
        if columns.days.is_some() && columns.end_date.is_none() && columns.start_date.is_none() {
            columns.end_date = columns.date.take();
        }
        if let Some(flow) = columns.range_flow {
            columns.usage.iter_mut().for_each(|usage| usage.flow = usage.flow.or(Some(flow)));
        }
        let dated = columns.date.or(columns.start_date).or(columns.end_date);
        let dated = dated.or(columns.start_time).or(columns.range);
        (dated.is_some() && !columns.usage.is_empty()).then_some(columns)
    }

    fn take(&mut self, at: usize, field: &str) {
        let words: Vec<String> = field
            .trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let name = words.join(" ").replace('_', " ");
        // "usage (kwh)": a name and its unit.
        let (name, bracketed) = match name.split_once(['(', '[']) {
            Some((name, rest)) => {
                (name.trim().to_owned(), Some(rest.trim_end_matches([')', ']']).trim().to_owned()))
            }
            None => (name, None),
        };
        let ways = ["date/time", "date time", "date and time", "date & time"];
        let name = ways.iter().fold(name, |name, way| name.replace(way, "datetime"));
        let slot = match name.as_str() {
            "type" | "service type" => &mut self.kind,
            "date" | "usage date" | "read date" | "reading date" | "meter read date" | "interval date" => {
                &mut self.date
            }
            "start date" | "bill start date" | "from date" | "from" | "period start" | "service start" => {
                &mut self.start_date
            }
            "end date" | "bill end date" | "to date" | "to" | "period end" | "service end" => &mut self.end_date,
            "days" | "number of days" | "days in bill" | "bill days" | "billing days" | "# of days"
            | "no. of days" | "# days" => &mut self.days,
            "start time"
            | "time"
            | "interval start"
            | "start datetime"
            | "usage start time"
            | "datetime"
            | "timestamp"
            | "interval start time"
            | "interval start datetime"
            | "interval datetime"
            | "usage datetime"
            | "reading start"
            | "start" => &mut self.start_time,
            "end time"
            | "interval end"
            | "end datetime"
            | "usage end time"
            | "interval end time"
            | "interval end datetime"
            | "reading end"
            | "end" => &mut self.end_time,
            "duration" | "interval length" | "interval duration" => &mut self.length,
            "units" | "unit" | "uom" | "unit of measure" => &mut self.units,
            "flow direction" | "direction" | "consumption surplusgeneration" => &mut self.direction,
            "cost" | "costs" | "charge" | "charges" | "amount" | "bill amount" | "total charges"
            | "total cost" | "charge amount" | "usage charge" | "billed amount" => {
                if self.cost.is_none() {
                    self.cost_in_cents = matches!(bracketed.as_deref(), Some("¢" | "cents" | "cent" | "c"));
                }
                &mut self.cost
            }
            "notes" | "note" | "comments" | "read type" | "reading type" | "reading quality" | "quality"
            | "estimated actual" | "estimated/actual" | "actual/estimated" => &mut self.notes,
            "account number" | "account" => &mut self.account,
            "meter" | "meter number" | "meter no" | "meter no." | "meter #" | "meter id" | "esiid" | "esi id"
            | "service point" | "service point id" | "premise" | "premise id" | "serial number" => &mut self.meter,
            "hour" | "hour ending" | "hour end" | "he" | "hour beginning" | "hour starting" => {
                let hours = match name.as_str() {
                    "hour" => Hours::Unstated,
                    "hour beginning" | "hour starting" => Hours::Begin,
                    _ => Hours::End,
                };
                self.hour.get_or_insert((at, hours));
                return;
            }
            _ => {
                self.take_usage(at, &name, bracketed.as_deref());
                return;
            }
        };
        // The first column of a name counts.
        slot.get_or_insert(at);
    }

    fn take_usage(&mut self, at: usize, name: &str, bracketed: Option<&str>) {
        // "Energy Delivered time period": a range, which says the direction of the usage beside it.
        if let Some(of) = name.strip_suffix("time period") {
            self.range.get_or_insert(at);
            self.range_flow = self.range_flow.or_else(|| of.split(' ').find_map(flow));
            return;
        }
        let found = usage(name, bracketed);
        match found {
            // The same usage a second time would be counted twice.
            Some((unit, flow)) if !self.usage.iter().any(|other| (other.unit, other.flow) == (unit, flow)) => {
                self.usage.push(Usage { at, unit, flow });
            }
            Some(_) => self.skipped.push(at),
            None if name.split([' ', '/']).any(may_matter) || bracketed.and_then(unit).is_some() => {
                self.skipped.push(at);
            }
            None => {}
        }
    }
}

/// Unit and direction of a column of usage that has this name.
fn usage(name: &str, bracketed: Option<&str>) -> Option<(Option<UomPower>, Option<Flow>)> {
    // "real energy in kilowatt-hours": the unit is the last word.
    let mut found = bracketed.and_then(|inside| unit(inside).or_else(|| unit(inside.rsplit(' ').next()?)));
    let (mut direction, mut is_usage) = (None, false);
    // A column that is called like its unit: "Therms", "Usage kWh", "CCF Used".
    for word in name.split([' ', ',', '/', ':']).filter(|word| !word.is_empty() && *word != "-") {
        if let Some(way) = flow(word) {
            if direction.is_some_and(|other| other != way) {
                return None;
            }
            (direction, is_usage) = (Some(way), true);
        } else if let (Some(unit), None) = (unit(word), found) {
            (found, is_usage) = (Some(unit), true);
        } else if matches!(word, "usage" | "used" | "consumption" | "consumed" | "quantity") {
            is_usage = true;
        } else if word == "energy" {
            is_usage |= name == "energy" || found.is_some();
        } else if !matches!(
            word,
            "total"
                | "billed"
                | "electricity"
                | "electric"
                | "gas"
                | "natural"
                | "water"
                | "interval"
                | "hourly"
                | "daily"
        ) {
            return None;
        }
    }
    is_usage.then_some((found, direction))
}

/// The direction that a word stands for, seen from the utility as in ESPI. What a utility's meter calls generation
/// is what it received.
pub(super) fn flow(word: &str) -> Option<Flow> {
    Some(match word {
        "import" | "imported" | "delivered" => Flow::Delivered,
        "export" | "exported" | "received" | "generation" | "generated" | "returned" => Flow::Received,
        "net" => Flow::Net,
        _ => return None,
    })
}

/// Whether a column with this word in its name may hold usage or money.
fn may_matter(word: &str) -> bool {
    let words = ["usage", "consumption", "reading", "demand", "cost", "charge", "charges", "peak", "value"];
    words.contains(&word) || unit(word).is_some_and(|_| word.len() > 1) || flow(word).is_some()
}

/// The unit that a name stands for.
pub(super) fn unit(name: &str) -> Option<UomPower> {
    Some(match name.trim().trim_end_matches('.').to_lowercase().as_str() {
        "wh" => (72, 0),
        "kwh" | "kilowatt hours" | "kilowatt-hours" => (72, 3),
        "mwh" => (72, 6),
        "w" => (38, 0),
        "kw" => (38, 3),
        "kvah" => (71, 3),
        "kvarh" => (73, 3),
        "therm" | "therms" | "thm" => (169, 0),
        "dth" | "dekatherm" | "dekatherms" | "decatherms" => (169, 1),
        "btu" => (132, 0),
        "mmbtu" => (132, 6),
        "ccf" | "hcf" => (119, 2),
        "mcf" => (119, 3),
        "cf" | "ft3" | "ft³" | "cubic feet" => (119, 0),
        "m3" | "m³" | "cubic meters" | "cubic metres" => (42, 0),
        "gj" => (31, 9),
        "mj" => (31, 6),
        "gal" | "gallon" | "gallons" => (128, 0),
        "l" | "litre" | "litres" | "liter" | "liters" => (134, 0),
        _ => return None,
    })
}
