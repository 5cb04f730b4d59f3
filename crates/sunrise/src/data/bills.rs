//! Monthly bills, made from the readings by the published tariff.

use connect_core::connector::MeterKind;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::accounts::{Account, Flow, Meter};
use super::money::Money;
use super::readings::{Days, day_total, history, local_date, moved};
use super::tariff::{ELECTRIC, GAS, Price, Tariff};

/// Days from the end of a period to its bill. By then no reading of the period is an estimate.
const ISSUED_AFTER_DAYS: i32 = 5;
/// Days from a bill to the day on which it is due.
const DUE_AFTER_DAYS: i32 = 21;
/// Days before the due date on which these customers pay.
const PAID_BEFORE_DAYS: i32 = 3;

/// A bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// Identifier within the account: year and month of the period, `202610`.
    pub id: String,
    /// Number printed on the statement.
    pub number: String,
    /// First day of the period and the day after its last one.
    pub period: Days,
    /// Date of the statement.
    pub issued: Date,
    /// Day on which it is to be paid.
    pub due: Date,
    /// Day on which it was paid, if it was.
    pub paid: Option<Date>,
    /// The charges, by meter.
    pub sections: Vec<Section>,
    /// What was left to pay on the statement before; negative for a credit.
    pub previous_balance: Money,
    /// Payments since, negative.
    pub payments: Money,
    /// Sum of the sections.
    pub new_charges: Money,
    /// What is to be paid; negative for a credit.
    pub total_due: Money,
}

/// The charges for one meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The meter.
    pub meter: Meter,
    /// Name of the tariff.
    pub tariff: &'static str,
    /// Wh or thousandths of a therm to the customer.
    pub delivered: i64,
    /// Wh from the customer.
    pub received: i64,
    /// The items.
    pub lines: Vec<Line>,
}

/// A line of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is for.
    pub label: &'static str,
    /// How much of it: thousandths of a kWh or therm, or days with `per_day`.
    pub quantity: i64,
    /// Price of one unit, in hundred-thousandths of a dollar.
    pub price: Money,
    /// Whether the unit is a day.
    pub per_day: bool,
    /// The amount, in whole cents.
    pub amount: Money,
    /// What kind of item it is.
    pub kind: ItemKind,
}

/// Kinds of items, with their ESPI codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// Making the energy.
    GenerationFee = 1,
    /// Bringing it.
    DeliveryFee = 2,
    /// Other charges by amount.
    UsageFee = 3,
    /// Charges that do not depend on the amount.
    AdminFee = 4,
    /// Taxes.
    Tax = 5,
    /// Energy from the customer.
    GenerationCredit = 6,
}

impl Section {
    /// Sum of the lines.
    pub fn total(&self) -> Money {
        self.lines.iter().map(|line| line.amount).sum()
    }
}

/// The bills of an account that exist at `now`, oldest first.
pub fn bills(account: &Account, now: Timestamp) -> Vec<Bill> {
    let today = local_date(now);
    let days = history(account, now);
    let mut out: Vec<Bill> = Vec::new();
    let mut from = days.start;
    loop {
        let to = moved(from, 1.month(), 1);
        let issued = moved(to, ISSUED_AFTER_DAYS.days(), 1);
        if to > days.end || issued > today {
            return out;
        }
        let previous = out.last().map_or(Money::ZERO, |bill| bill.total_due);
        out.push(bill(account, Days { start: from, end: to }, issued, previous, now));
        from = to;
    }
}

fn bill(account: &Account, period: Days, issued: Date, previous_balance: Money, now: Timestamp) -> Bill {
    let sections: Vec<_> = account.meters.iter().map(|meter| section(account, meter, period, now)).collect();
    let new_charges = sections.iter().map(Section::total).sum();
    // A credit is not paid out: it goes on to the next bill.
    let payments = -previous_balance.max(Money::ZERO);
    let total_due = previous_balance + payments + new_charges;
    let due = moved(issued, DUE_AFTER_DAYS.days(), 1);
    let paid = moved(due, PAID_BEFORE_DAYS.days(), -1);
    let id = format!("{:04}{:02}", period.start.year(), period.start.month());
    let tail = account.number.get(account.number.len().saturating_sub(4)..).unwrap_or_default();
    Bill {
        number: format!("{tail}-{id}"),
        id,
        period,
        issued,
        due,
        paid: (total_due > Money::ZERO && paid <= local_date(now)).then_some(paid),
        sections,
        previous_balance,
        payments,
        new_charges,
        total_due,
    }
}

fn section(account: &Account, meter: &Meter, period: Days, now: Timestamp) -> Section {
    let tariff = match meter.kind {
        MeterKind::Electric => ELECTRIC,
        MeterKind::Gas => GAS,
    };
    let total = |flow| {
        let mut sum = 0;
        let mut date = period.start;
        while date < period.end {
            sum += day_total(account, meter, flow, date, now);
            date = moved(date, 1.day(), 1);
        }
        sum
    };
    let (delivered, received) = (total(Flow::Delivered), total(Flow::Received));
    let lines = lines(&tariff, meter, (period.end - period.start).get_days(), delivered, received);
    Section { meter: meter.clone(), tariff: tariff.name, delivered, received, lines }
}

fn lines(tariff: &Tariff, meter: &Meter, days: i32, delivered: i64, received: i64) -> Vec<Line> {
    let line = |price: &Price, quantity: i64| Line {
        label: price.label,
        quantity,
        price: Money(price.price),
        per_day: false,
        amount: Money::of(quantity, price.price),
        kind: price.kind,
    };
    let days = i64::from(days);
    let basic = Line {
        quantity: days,
        per_day: true,
        amount: Money::of(days * 1000, tariff.daily.price),
        ..line(&tariff.daily, 0)
    };
    let mut out = vec![basic];
    out.extend(tariff.usage.iter().map(|price| line(price, delivered)));
    out.extend(
        tariff
            .credit
            .iter()
            .filter(|_| meter.net)
            .map(|price| Line { amount: -Money::of(received, price.price), ..line(price, received) }),
    );
    out
}
