//! Exact decimal numbers, to be shown.

use std::fmt;

/// `units × 10^exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// Integer.
    pub units: i128,
    /// Power of ten.
    pub exponent: i8,
}

impl Decimal {
    /// The product, exactly. `None` beyond 38 digits.
    pub fn times(self, other: Self) -> Option<Self> {
        Some(Self {
            units: self.units.checked_mul(other.units)?,
            exponent: self.exponent.checked_add(other.exponent)?,
        })
    }

    /// The sum, exactly. `None` beyond 38 digits.
    pub fn plus(self, other: Self) -> Option<Self> {
        let exponent = self.exponent.min(other.exponent);
        let raised = |decimal: Self| {
            let by = u32::try_from(i16::from(decimal.exponent) - i16::from(exponent)).ok()?;
            decimal.units.checked_mul(10i128.checked_pow(by)?)
        };
        Some(Self { units: raised(self)?.checked_add(raised(other)?)?, exponent })
    }

    /// Rounded half away from zero to `places` digits after the point.
    pub fn round(self, places: i8) -> Self {
        let drop = -i32::from(places) - i32::from(self.exponent);
        let Ok(drop) = u32::try_from(drop) else { return self };
        // Beyond 38 digits nothing is left.
        let Some(step) = 10i128.checked_pow(drop) else { return Self { units: 0, exponent: 0 } };
        let half = if self.units < 0 { -(step / 2) } else { step / 2 };
        Self { units: self.units.saturating_add(half) / step, exponent: -places }
    }
}

/// As in JSON, without an exponent and without zeros at the end of the fraction: `4.863`, `-0.5`,
/// `12000`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.units == 0 {
            return f.write_str("0");
        }
        if self.units < 0 {
            f.write_str("-")?;
        }
        let digits = self.units.unsigned_abs().to_string();
        let Ok(zeros) = usize::try_from(self.exponent) else {
            let places = usize::from(self.exponent.unsigned_abs());
            let padded = format!("{digits:0>width$}", width = places + 1);
            let (whole, fraction) = padded.split_at(padded.len() - places);
            f.write_str(whole)?;
            let fraction = fraction.trim_end_matches('0');
            return if fraction.is_empty() { Ok(()) } else { write!(f, ".{fraction}") };
        };
        f.write_str(&digits)?;
        (0..zeros).try_for_each(|_| f.write_str("0"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(units: i128, exponent: i8) -> String {
        Decimal { units, exponent }.to_string()
    }

    #[test]
    fn decimals_read_as_json_numbers() {
        assert_eq!(text(0, -3), "0");
        assert_eq!(text(4863, -3), "4.863");
        assert_eq!(text(-5, -1), "-0.5");
        assert_eq!(text(7, -5), "0.00007");
        assert_eq!(text(1200, -2), "12");
        assert_eq!(text(12, 3), "12000");
        assert_eq!(text(i128::MIN, 0), "-170141183460469231731687303715884105728");
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        let round = |units, exponent, places| Decimal { units, exponent }.round(places).to_string();
        assert_eq!(round(25, -1, 0), "3");
        assert_eq!(round(-25, -1, 0), "-3");
        assert_eq!(round(24, -1, 0), "2");
        assert_eq!(round(1_234_567, -6, 3), "1.235");
        assert_eq!(round(5, 2, 3), "500");
        assert_eq!(round(1, -100, 3), "0");
    }

    #[test]
    fn sums_are_exact() {
        let sum = Decimal { units: 4863, exponent: -3 }.plus(Decimal { units: 2, exponent: 1 });
        assert_eq!(sum.unwrap().to_string(), "24.863");
        assert_eq!(Decimal { units: 1, exponent: 100 }.plus(Decimal { units: 1, exponent: -100 }), None);
    }

    #[test]
    fn products_are_exact() {
        let product = Decimal { units: 4863, exponent: -3 }.times(Decimal { units: 179_064_208, exponent: -9 });
        assert_eq!(product.unwrap().to_string(), "0.870789243504");
        assert_eq!(Decimal { units: i128::MAX, exponent: 0 }.times(Decimal { units: 2, exponent: 0 }), None);
    }
}
