//! Bills (`UsageSummary`, formerly `ElectricPowerUsageSummary`), and billing rows of CSV exports.

use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::{
    codes::{ItemKind, Unit},
    model::Period,
};

/// An amount with its unit, raw and normalised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measurement {
    /// The value as the file has it.
    pub raw: Decimal,
    /// Its power of ten.
    pub power_of_ten: i32,
    /// Its unit's code.
    pub uom: Option<u16>,
    /// The unit of `quantity`.
    pub unit: Option<Unit>,
    /// The value in `unit`, exact; `None` for an unknown unit or an out-of-range value.
    pub quantity: Option<Decimal>,
}

impl Measurement {
    /// Normalises a raw value.
    pub(crate) fn new(raw: Decimal, power_of_ten: i32, uom: Option<u16>) -> Self {
        let known = uom.and_then(Unit::from_uom);
        let quantity =
            known.and_then(|(_, shift)| crate::decimal::shift10(raw, power_of_ten.saturating_add(shift)));
        Self { raw, power_of_ten, uom, unit: known.map(|(unit, _)| unit), quantity }
    }
}

/// One bill. Amounts are in units of the currency (ESPI counts in hundred-thousandths).
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Bill {
    /// Index into [`Document::usage_points`](crate::Document::usage_points).
    pub usage_point: Option<usize>,
    /// The entry's `self` link.
    pub href: Option<String>,
    /// The entry's title, or the row's type.
    pub title: Option<String>,
    /// `billingPeriod`.
    pub period: Option<Period>,
    /// `billLastPeriod`: the amount of the bill.
    pub amount: Option<Decimal>,
    /// `billToDate`: the amount of the current period so far.
    pub to_date: Option<Decimal>,
    /// `costAdditionalLastPeriod`.
    pub additional: Option<Decimal>,
    /// `currency`, ISO 4217 numeric.
    pub currency: Option<u16>,
    /// `overallConsumptionLastPeriod`: what the bill is for.
    pub consumption: Option<Measurement>,
    /// A second measure of the same consumption (a volume beside therms), in CSV exports.
    pub consumption_also: Option<Measurement>,
    /// `currentBillingPeriodOverAllConsumption`.
    pub current_consumption: Option<Measurement>,
    /// `costAdditionalDetailLastPeriod`: the lines.
    pub items: Vec<LineItem>,
    /// `qualityOfReading`.
    pub quality: Option<u16>,
    /// Whether a note says that the consumption was estimated, or the quality is an estimate's.
    pub estimated: bool,
    /// `statusTimeStamp`.
    pub status_time: Option<Timestamp>,
    /// `commodity`.
    pub commodity: Option<u16>,
    /// `tariffProfile`.
    pub tariff: Option<String>,
    /// `readCycle`.
    pub read_cycle: Option<String>,
    /// `billingChargeSource/agencyName`.
    pub agency: Option<String>,
    /// The link to the bill's document, where there is one.
    pub statement: Option<String>,
    /// A note, in CSV exports.
    pub note: Option<String>,
}

/// A line of a bill.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct LineItem {
    /// `amount`, in units of the currency.
    pub amount: Option<Decimal>,
    /// `note`: the line's text.
    pub note: Option<String>,
    /// `measurement`: the usage that is charged.
    pub measurement: Option<Measurement>,
    /// `itemKind`.
    pub kind: Option<ItemKind>,
    /// `unitCost`, in units of the currency.
    pub unit_cost: Option<Decimal>,
    /// `itemPeriod`.
    pub period: Option<Period>,
}

/// Texts of lines that repeat or carry over amounts instead of charging something. Seen in feeds of Burlington
/// Hydro and Elexicon.
const NOT_CHARGES: [&str; 16] = [
    "balance forward",
    "balance brought forward",
    "previous balance",
    "opening balance",
    "closing balance",
    "account balance",
    "payments received",
    "payment received",
    "payments",
    "new charges",
    "new charges this period",
    "current charges",
    "total current charges",
    "total",
    "subtotal",
    "sub total",
];

impl LineItem {
    /// Whether the line charges something, rather than being a payment, a subtotal, a balance or information.
    pub fn is_charge(&self) -> bool {
        if matches!(self.kind, Some(ItemKind::Payment | ItemKind::Information)) {
            return false;
        }
        let Some(note) = &self.note else { return true };
        let words: Vec<String> = note.split_whitespace().map(str::to_lowercase).collect();
        let note = words.join(" ");
        !(NOT_CHARGES.contains(&note.as_str()) || note.ends_with("amount due") || note.ends_with("total due"))
    }
}

impl Bill {
    /// The sum of the lines that charge something; payments, subtotals and balances are not among them. `None`
    /// without such lines.
    pub fn itemised(&self) -> Option<Decimal> {
        let mut charges = self.items.iter().filter(|item| item.is_charge()).filter_map(|item| item.amount);
        let first = charges.next()?;
        charges.try_fold(first, Decimal::checked_add)
    }
}
