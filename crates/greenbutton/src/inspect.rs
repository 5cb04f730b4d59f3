//! A report of what a file holds, for a terminal.

mod chart;
mod file;

use std::{collections::HashMap, fmt::Write as _};

use rust_decimal::Decimal;

use crate::{
    bill::{Bill, Measurement},
    codes::{Service, currency_letters, quality_name, uom_symbol},
    local_time::civil,
    model::{Clock, Document, Format, Period, Series},
    warning::Warning,
};

pub use file::{InspectError, file};

/// The narrowest report.
const MIN_WIDTH: usize = 40;
/// Warnings and bills that are written out; the rest is counted.
const MAX_LISTED: usize = 20;

/// Writes the report, in lines of at most `width` characters (at least 40). It ends with a line break. Text from
/// the file is shortened and freed of control characters, so it cannot command the terminal.
pub fn render(document: &Document, width: usize) -> String {
    let width = width.max(MIN_WIDTH);
    let mut out = Out { text: String::new(), width };
    let format = match document.format {
        Format::Espi => "ESPI XML",
        Format::Csv => "CSV export",
        Format::Archive => "archive",
    };
    match &document.title {
        Some(title) => out.line(0, &format!("Green Button data: {format}, \"{title}\"")),
        None => out.line(0, &format!("Green Button data: {format}")),
    }
    let mut series: HashMap<Option<usize>, Vec<&Series>> = HashMap::new();
    let mut bills: HashMap<Option<usize>, Vec<&Bill>> = HashMap::new();
    document.series.iter().for_each(|one| series.entry(one.usage_point).or_default().push(one));
    document.bills.iter().for_each(|one| bills.entry(one.usage_point).or_default().push(one));
    for (at, point) in document.usage_points.iter().enumerate() {
        out.blank();
        let service = point.service.map_or_else(|| "service not stated".to_owned(), |service| service.to_string());
        let title = point.title.as_deref().or(point.delivery_point.as_deref()).or(point.href.as_deref());
        out.line(0, &format!("Usage point {}: {service}, {}", at + 1, title.unwrap_or("without a name")));
        if let Some(local) = point.local_time {
            let daylight = if local.dst.is_some() { ", with daylight saving" } else { "" };
            out.line(2, &format!("local time  UTC{}{daylight}", offset(local.offset)));
        }
        for series in series.remove(&Some(at)).unwrap_or_default() {
            write_series(&mut out, document, series);
        }
        write_bills(&mut out, bills.remove(&Some(at)).unwrap_or_default());
    }
    let loose = series.remove(&None).unwrap_or_default();
    let loose_bills = bills.remove(&None).unwrap_or_default();
    if !loose.is_empty() || !loose_bills.is_empty() {
        out.blank();
        out.line(0, "Of no usage point");
        for series in loose {
            write_series(&mut out, document, series);
        }
        write_bills(&mut out, loose_bills);
    }
    write_customers(&mut out, document);
    write_totals(&mut out, document);
    write_warnings(&mut out, &document.warnings, document.warnings_dropped);
    out.text
}

struct Out {
    text: String,
    width: usize,
}

impl Out {
    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line, shortened to the width and cleaned.
    fn line(&mut self, indent: usize, text: &str) {
        let room = self.width.saturating_sub(indent);
        let _ = writeln!(self.text, "{:indent$}{}", "", shorten(text, room));
    }

    /// A text over as many lines as it takes.
    fn paragraph(&mut self, indent: usize, hang: usize, text: &str) {
        let mut line = String::new();
        let mut indent_now = indent;
        for word in clean(text).split_whitespace() {
            let room = self.width.saturating_sub(indent_now);
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                self.line(indent_now, &line);
                line.clear();
                indent_now = hang;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(indent_now, &line);
    }
}

/// Without control characters, and without those that reorder text.
fn clean(text: &str) -> String {
    let reorders =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c.is_control() || reorders(c) { ' ' } else { c }).collect()
}

fn shorten(text: &str, room: usize) -> String {
    let text = clean(text);
    if text.chars().count() <= room {
        return text;
    }
    let mut short: String = text.chars().take(room.saturating_sub(1)).collect();
    short.push('…');
    short
}

fn offset(seconds: i32) -> String {
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs() / 60);
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

fn when(seconds: i64) -> String {
    civil(seconds).map_or_else(|| format!("second {seconds}"), |time| time.strftime("%Y-%m-%d %H:%M").to_string())
}

/// Thousands apart, for counts.
fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// All digits, and at least the cents.
fn digits(amount: Decimal) -> String {
    let mut amount = amount.normalize();
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    amount.to_string()
}

fn money(amount: Decimal, currency: Option<u16>) -> String {
    let amount = digits(amount);
    match currency {
        Some(code) => match currency_letters(code) {
            Some(letters) => format!("{amount} {letters}"),
            None => format!("{amount} (currency {code})"),
        },
        None => format!("{amount} (currency not stated)"),
    }
}

fn length(seconds: u32) -> String {
    match seconds {
        0 => "no stated length".to_owned(),
        s if s % 86_400 == 0 => counted(u64::from(s / 86_400), "day", "days"),
        s if s % 3600 == 0 => counted(u64::from(s / 3600), "hour", "hours"),
        s if s % 60 == 0 => counted(u64::from(s / 60), "minute", "minutes"),
        s => counted(u64::from(s), "second", "seconds"),
    }
}

fn write_series(out: &mut Out, document: &Document, series: &Series) {
    let kind = &series.reading_type;
    let flow = match (kind.flow, document.service_of(series)) {
        (Some(flow), _) => flow.to_string(),
        (None, Some(Service::Gas | Service::Water)) => "direction not stated".to_owned(),
        (None, _) => "direction not stated (delivered, received or net)".to_owned(),
    };
    out.line(2, &format!("Series: {}", series.title.as_deref().unwrap_or("readings")));
    let raw = match kind.uom {
        Some(code) => uom_symbol(code).map_or_else(|| format!("unknown unit {code}"), str::to_owned),
        None => "no unit".to_owned(),
    };
    let power =
        kind.power_of_ten.filter(|power| *power != 0).map(|power| format!(" × 10^{power}")).unwrap_or_default();
    let shown = series.unit.map(|unit| format!(", shown in {unit}")).unwrap_or_default();
    out.line(4, &format!("unit        {raw}{power}{shown}; {flow}"));

    let (mut shortest, mut longest) = (u32::MAX, 0);
    for reading in &series.readings {
        shortest = shortest.min(reading.duration);
        longest = longest.max(reading.duration);
    }
    let number = counted(series.readings.len() as u64, "reading", "readings");
    let lengths = match (series.readings.is_empty(), shortest == longest) {
        (true, _) => String::new(),
        (_, true) => format!(" of {}", length(longest)),
        (_, false) => format!(" of {} to {}", length(shortest), length(longest)),
    };
    let blocks = match series.blocks {
        0 => String::new(),
        blocks => format!(" in {}", counted(blocks as u64, "block", "blocks")),
    };
    out.line(4, &format!("readings    {number}{lengths}{blocks}"));
    if let Some((start, end)) = series.span() {
        let local = series.usage_point.and_then(|at| document.usage_points.get(at)?.local_time);
        let name = if series.clock == Clock::Local { "wall clock" } else { "UTC       " };
        out.line(4, &format!("{name}  {} to {}", when(start), when(end)));
        if let Some(local) = local {
            let at = |seconds: i64| when(seconds.saturating_add(i64::from(local.offset_at(seconds))));
            out.line(4, &format!("local       {} to {}", at(start), at(end)));
        }
        write_sum(out, series);
        chart::write(out, series, local);
    }
}

fn write_sum(out: &mut Out, series: &Series) {
    match (series.total(), series.unit) {
        (Some(total), Some(unit)) => out.line(4, &format!("total       {} {unit}", total.normalize())),
        _ if series.unit.is_none() => out.line(4, "total       none, the unit is not known"),
        _ => out.line(4, "total       none, these values are not to be summed"),
    }
    if let Some(cost) = series.cost() {
        out.line(4, &format!("cost        {}", money(cost, series.reading_type.currency)));
    }
    let mut qualities: Vec<(u16, u64)> = Vec::new();
    for code in series.readings.iter().flat_map(|reading| reading.qualities.codes()) {
        match qualities.iter_mut().find(|(known, _)| *known == code) {
            Some((_, number)) => *number += 1,
            None => qualities.push((code, 1)),
        }
    }
    qualities.sort_unstable();
    if !qualities.is_empty() {
        let name = |code| quality_name(code).map_or_else(|| format!("quality {code}"), str::to_owned);
        let list: Vec<String> =
            qualities.into_iter().map(|(code, number)| format!("{} {}", count(number), name(code))).collect();
        out.line(4, &format!("quality     {}", list.join(", ")));
    }
}

fn period(period: Option<Period>) -> String {
    match period {
        Some(Period::Utc { start, duration }) => {
            format!("{} to {} UTC", when(start), when(start.saturating_add(i64::from(duration))))
        }
        Some(Period::Days { start, end }) => {
            format!("{start} to {}", end.yesterday().map_or_else(|_| end.to_string(), |last| last.to_string()))
        }
        None => "period not stated".to_owned(),
    }
}

fn measure(measure: &Measurement) -> String {
    match (measure.quantity, measure.unit) {
        (Some(quantity), Some(unit)) => format!("{} {unit}", quantity.normalize()),
        _ => format!("raw value {}", measure.raw),
    }
}

fn write_bills(out: &mut Out, bills: Vec<&Bill>) {
    if bills.is_empty() {
        return;
    }
    out.line(2, &format!("Bills: {}", count(bills.len() as u64)));
    for bill in bills.iter().take(MAX_LISTED) {
        let mut parts = vec![period(bill.period)];
        parts.extend(bill.amount.map(|amount| money(amount, bill.currency)));
        if let (None, Some(amount)) = (bill.amount, bill.to_date) {
            parts.push(format!("{} to date", money(amount, bill.currency)));
        }
        parts.extend(bill.consumption.as_ref().map(measure));
        if bill.estimated {
            parts.push("estimated".to_owned());
        }
        out.paragraph(4, 6, &parts.join(", "));
        for item in bill.items.iter().take(MAX_LISTED) {
            let note = item.note.as_deref().unwrap_or("line");
            let amount = item.amount.map_or_else(|| "no amount".to_owned(), digits);
            let uncharged = if item.is_charge() { "" } else { " (not a charge)" };
            out.line(6, &format!("{amount:>12}  {note}{uncharged}"));
        }
    }
    if let Some(more) = bills.len().checked_sub(MAX_LISTED).filter(|more| *more > 0) {
        out.line(4, &format!("and {} more", count(more as u64)));
    }
}

/// Counts only: the records are personal.
fn write_customers(out: &mut Out, document: &Document) {
    let all = &document.customers;
    if all.is_empty() {
        return;
    }
    let kinds = [
        (all.customers.len(), "customer", "customers"),
        (all.accounts.len(), "account", "accounts"),
        (all.agreements.len(), "agreement", "agreements"),
        (all.locations.len(), "service location", "service locations"),
        (all.meters.len(), "meter", "meters"),
        (all.suppliers.len(), "supplier", "suppliers"),
        (all.statements.len(), "statement", "statements"),
    ];
    let present = kinds.iter().filter(|(number, _, _)| *number > 0);
    let list: Vec<String> = present.map(|(number, one, many)| counted(*number as u64, one, many)).collect();
    out.blank();
    out.paragraph(0, 2, &format!("Customer records: {}", list.join(", ")));
}

fn write_totals(out: &mut Out, document: &Document) {
    let totals = document.totals();
    if !totals.is_empty() {
        out.blank();
        out.line(0, "Totals");
    }
    for total in totals {
        let service = total.service.map_or_else(|| "service not stated".to_owned(), |service| service.to_string());
        let flow = total.flow.map_or_else(|| "direction not stated".to_owned(), |flow| flow.to_string());
        let readings = counted(total.readings, "reading", "readings");
        out.line(2, &format!("{service}, {flow}: {} {} from {readings}", total.quantity.normalize(), total.unit));
    }
}

fn write_warnings(out: &mut Out, warnings: &[Warning], dropped: u64) {
    if warnings.is_empty() {
        return;
    }
    out.blank();
    out.line(0, &format!("Warnings: {}", count(warnings.len() as u64)));
    for warning in warnings.iter().take(MAX_LISTED) {
        out.paragraph(2, 4, &warning.to_string());
    }
    let more = warnings.len().saturating_sub(MAX_LISTED) as u64 + dropped;
    if more > 0 {
        out.line(2, &format!("and {} more", count(more)));
    }
}
