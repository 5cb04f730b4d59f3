//! Exact amounts.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

/// US dollars in hundred-thousandths, the unit of ESPI: 12.34 dollars are 1,234,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(pub i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// This many units of something at a price in hundred-thousandths per 1,000 units, rounded to
    /// whole cents, halves away from zero.
    pub(crate) fn of(units: i64, price: i64) -> Self {
        let exact = i128::from(units) * i128::from(price);
        let half = if exact < 0 { -500_000 } else { 500_000 };
        let cents = (exact + half) / 1_000_000;
        Self(i64::try_from(cents).unwrap_or(0) * 1000)
    }
}

impl fmt::Display for Money {
    /// As on a bill: `$1,234.50`, `-$3.00`, and the further digits of a price: `$0.17532`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (dollars, rest) = (self.0.unsigned_abs() / 100_000, self.0.unsigned_abs() % 100_000);
        let sign = if self.0 < 0 { "-" } else { "" };
        let fraction = format!("{rest:05}");
        let fraction = fraction.strip_suffix("000").unwrap_or(&fraction);
        write!(f, "{sign}${}.{fraction}", grouped(dollars))
    }
}

/// With a comma at every thousand.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_on_a_bill() {
        assert_eq!(Money(123_450_000).to_string(), "$1,234.50");
        assert_eq!(Money(-300_000).to_string(), "-$3.00");
        assert_eq!(Money(17_532).to_string(), "$0.17532");
        assert_eq!(grouped(1_000_000), "1,000,000");
        assert_eq!(grouped(999), "999");
    }

    #[test]
    fn amounts_are_whole_cents() {
        // 1,234.567 kWh at $0.17532 are $216.444…
        assert_eq!(Money::of(1_234_567, 17_532), Money(21_644_000));
        assert_eq!(Money::of(1_000, 500), Money(1_000));
        assert_eq!(Money::of(-1_000, 500), Money(-1_000));
    }
}
