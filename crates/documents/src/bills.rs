//! Bills, out of usage summaries.

use connect_core::connector::MeterKind;
use connect_core::usage::{Amount, Bill, Charge, ChargeKind, Scale, Unit};
use greenbutton::{Document, Measurement, Period, Service, currency_letters};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::OutOfRange;
use crate::numbers::{lowered, money, scale, whole};

/// Whether sums of a kind of meter are in this unit.
pub(crate) fn fits(kind: MeterKind, unit: Unit) -> bool {
    match kind {
        MeterKind::Electric => unit == Unit::WattHour,
        MeterKind::Gas => unit != Unit::WattHour,
    }
}

/// Adds to a bill what a summary says of one meter.
///
/// # Errors
///
/// When an amount cannot be kept exactly.
pub fn add_summary(bill: &mut Bill, document: &Document, summary: &greenbutton::Bill) -> Result<(), OutOfRange> {
    complete(bill, document, summary).ok_or(OutOfRange)
}

fn complete(bill: &mut Bill, document: &Document, summary: &greenbutton::Bill) -> Option<()> {
    let point = summary.usage_point.and_then(|place| document.usage_points.get(place));
    let kind = match point.and_then(|point| point.service) {
        Some(Service::Electricity) => ChargeKind::Electric,
        Some(Service::Gas) => ChargeKind::Gas,
        _ => ChargeKind::Other,
    };
    for item in summary.items.iter().filter(|item| item.is_charge()) {
        let Some(amount) = item.amount else { continue };
        let amount = money(amount.mantissa(), amount.scale())?;
        bill.charges.push(Charge { kind, text: item.note.clone().unwrap_or_default(), amount });
    }
    if bill.currency.is_none() {
        bill.currency = summary.currency.and_then(currency_letters).map(str::to_owned);
    }
    let usage = summary.consumption.as_ref();
    match kind {
        ChargeKind::Electric => add(&mut bill.electric_usage, MeterKind::Electric, usage),
        ChargeKind::Gas => add(&mut bill.gas_usage, MeterKind::Gas, usage),
        ChargeKind::Other => Some(()),
    }
}

/// Adds the amount of another meter. Amounts in units that cannot be added up are left as they are.
fn add(sum: &mut Option<Amount>, kind: MeterKind, more: Option<&Measurement>) -> Option<()> {
    let Some(more) = more else { return Some(()) };
    let (raw, exponent) = whole(more.raw.mantissa(), more.raw.scale(), more.power_of_ten)?;
    let Some(scale) = scale(more.uom, exponent).filter(|scale| fits(kind, scale.unit)) else { return Some(()) };
    let more = Amount { raw, scale };
    *sum = Some(match *sum {
        None => more,
        Some(old) if old.scale.unit != more.scale.unit => old,
        Some(old) => {
            let exponent = old.scale.exponent.min(more.scale.exponent);
            let raised = |amount: Amount| lowered(amount.raw, amount.scale.exponent, exponent);
            let raw = raised(old)?.checked_add(raised(more)?)?;
            Amount { raw, scale: Scale { exponent, ..scale } }
        }
    });
    Some(())
}

/// The bills that the summaries of these usage points make up: one for each period, marked by its days.
/// `points` are places in [`Document::usage_points`]; `None` stands for summaries of no point. A
/// summary without a period belongs to no bill, and one of a period that is not over is none yet.
///
/// # Errors
///
/// When an amount cannot be kept exactly.
pub fn bills_of(document: &Document, points: &[Option<usize>], zone: &TimeZone) -> Result<Vec<Bill>, OutOfRange> {
    let mut bills: Vec<Bill> = Vec::new();
    for summary in document.bills.iter().filter(|summary| points.contains(&summary.usage_point)) {
        let Some((start, end)) = summary.period.and_then(|period| days(period, zone)) else { continue };
        if summary.amount.is_none() && summary.consumption.is_none() && summary.items.is_empty() {
            continue;
        }
        let known = bills.iter().position(|bill| (bill.start, bill.end) == (start, end));
        let at = known.unwrap_or_else(|| {
            bills.push(empty(start, end));
            bills.len() - 1
        });
        let Some(bill) = bills.get_mut(at) else { continue };
        add_summary(bill, document, summary)?;
        if let Some(amount) = summary.amount {
            let amount = money(amount.mantissa(), amount.scale()).ok_or(OutOfRange)?;
            let sum = bill.total_charges.unwrap_or(0).checked_add(amount).ok_or(OutOfRange)?;
            bill.total_charges = Some(sum);
        }
    }
    bills.sort_by_key(|bill| bill.start);
    Ok(bills)
}

fn empty(start: Date, end: Date) -> Bill {
    Bill {
        remote_id: format!("{start}/{end}"),
        start,
        end,
        statement_date: None,
        due_date: None,
        payment_date: None,
        currency: None,
        total_amount_due: None,
        total_charges: None,
        charges: Vec::new(),
        electric_usage: None,
        gas_usage: None,
        pdf: false,
    }
}

/// First day and day after the last one of a period.
fn days(period: Period, zone: &TimeZone) -> Option<(Date, Date)> {
    match period {
        Period::Days { start, end } => Some((start, end)),
        Period::Utc { start, duration } => {
            let day = |second| Some(zone.to_datetime(Timestamp::from_second(second).ok()?).date());
            Some((day(start)?, day(start.checked_add(i64::from(duration))?)?))
        }
    }
}
