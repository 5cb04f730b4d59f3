//! Which column is what.

use csv::StringRecord;

/// A unit as ESPI would have it: `uom` and power of ten.
pub(super) type UomPower = (u16, i32);

/// A column of usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) at: usize,
    pub(super) unit: Option<UomPower>,
    pub(super) direction: Direction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Unstated,
    Import,
    Export,
}

/// The columns of an export, by position.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) kind: Option<usize>,
    pub(super) date: Option<usize>,
    pub(super) start_date: Option<usize>,
    pub(super) end_date: Option<usize>,
    pub(super) days: Option<usize>,
    pub(super) start_time: Option<usize>,
    pub(super) end_time: Option<usize>,
    pub(super) usage: Vec<Usage>,
    pub(super) units: Option<usize>,
    pub(super) cost: Option<usize>,
    pub(super) notes: Option<usize>,
    pub(super) account: Option<usize>,
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
        let dated = columns.date.or(columns.start_date).or(columns.end_date).or(columns.start_time);
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
        let (name, bracketed) = match name.split_once('(') {
            Some((name, rest)) => (name.trim().to_owned(), Some(rest.trim_end_matches(')').trim().to_owned())),
            None => (name, None),
        };
        let slot = match name.as_str() {
            "type" | "service type" => &mut self.kind,
            "date" | "usage date" | "read date" | "reading date" | "meter read date" => &mut self.date,
            "start date" | "bill start date" | "from date" | "from" | "period start" | "service start" => {
                &mut self.start_date
            }
            "end date" | "bill end date" | "to date" | "to" | "period end" | "service end" => &mut self.end_date,
            "days" | "number of days" | "days in bill" | "bill days" | "billing days" | "# of days"
            | "no. of days" | "# days" => &mut self.days,
            "start time" | "time" | "interval start" | "start datetime" | "usage start time" => {
                &mut self.start_time
            }
            "end time" | "interval end" | "end datetime" | "usage end time" => &mut self.end_time,
            "units" | "unit" | "uom" | "unit of measure" => &mut self.units,
            "cost" | "costs" | "charge" | "charges" | "amount" | "bill amount" | "total charges"
            | "total cost" | "charge amount" | "usage charge" | "billed amount" => &mut self.cost,
            "notes" | "note" | "comments" | "read type" | "reading type" => &mut self.notes,
            "account number" | "account" => &mut self.account,
            _ => {
                self.take_usage(at, &name, bracketed.as_deref());
                return;
            }
        };
        // The first column of a name counts.
        slot.get_or_insert(at);
    }

    fn take_usage(&mut self, at: usize, name: &str, bracketed: Option<&str>) {
        let direction = match name {
            "import" | "delivered" | "energy delivered" => Direction::Import,
            "export" | "received" | "energy received" => Direction::Export,
            "usage" | "consumption" | "energy" | "energy usage" | "electricity usage" | "gas usage"
            | "quantity" | "total usage" | "billed usage" => Direction::Unstated,
            _ => {
                // A column that is called like its unit: "Therms", "Usage kWh", "CCF Used".
                let words =
                    || name.split(' ').filter(|word| !matches!(*word, "usage" | "used" | "total" | "billed"));
                let mut found = words().map(unit);
                if let (Some(Some(unit)), None) = (found.next(), found.next()) {
                    self.usage.push(Usage { at, unit: Some(unit), direction: Direction::Unstated });
                }
                return;
            }
        };
        self.usage.push(Usage { at, unit: bracketed.and_then(unit), direction });
    }
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
