//! Bills.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Decimal, Scale};

/// Power of ten of amounts of money: 1e-5 of the currency's unit, as Green Button has it.
pub const MONEY_EXPONENT: i8 = -5;

/// A bill of an account. Dates are local days of the utility, without a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// The utility's own mark of it: a later fetch with the same one replaces this bill.
    pub remote_id: String,
    /// First day of the period.
    pub start: Date,
    /// Day after the last one of the period.
    pub end: Date,
    /// When it was written.
    pub statement_date: Option<Date>,
    /// When it is to be paid.
    pub due_date: Option<Date>,
    /// When it was paid.
    pub payment_date: Option<Date>,
    /// ISO 4217, as `USD`.
    pub currency: Option<String>,
    /// What is to be paid, balance of earlier bills included: may be negative. In 1e-5.
    pub total_amount_due: Option<i64>,
    /// What the period costs. In 1e-5.
    pub total_charges: Option<i64>,
    /// Parts of `total_charges`. No subtotals.
    pub charges: Vec<Charge>,
    /// Electricity of the period.
    pub electric_usage: Option<Amount>,
    /// Gas of the period.
    pub gas_usage: Option<Amount>,
    /// Whether there is a document.
    pub pdf: bool,
}

/// A bill as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBill {
    /// Identifier that clients see. Unique within a user.
    pub id: Uuid,
    /// Account that it belongs to.
    pub account_id: Uuid,
    /// The bill.
    pub bill: Bill,
}

/// An amount of energy as the source gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// Integer.
    pub raw: i64,
    /// What it means.
    pub scale: Scale,
}

/// A part of a bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// What for.
    pub kind: ChargeKind,
    /// As on the bill.
    pub text: String,
    /// In 1e-5 of the currency's unit.
    pub amount: i64,
}

/// What a charge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ChargeKind {
    /// Electricity.
    Electric,
    /// Gas.
    Gas,
    /// Anything else.
    Other,
}

impl Bill {
    /// Sum of the charges of a kind, in 1e-5; `None` when the bill itemises none of it.
    pub fn charges_of(&self, kind: ChargeKind) -> Option<i64> {
        let of_kind = self.charges.iter().filter(|charge| charge.kind == kind);
        of_kind.map(|charge| charge.amount).reduce(i64::saturating_add)
    }
}

/// An amount of money to be shown.
pub fn money(amount: i64) -> Decimal {
    Decimal { units: i128::from(amount), exponent: MONEY_EXPONENT }
}
