//! Exact decimals: reading them from text and moving their point.

use rust_decimal::Decimal;

/// Moves the decimal point of `value` by `power` places to the right. `None` if the result has more digits than
/// a [`Decimal`] holds (96 bits, 28 places); it is never rounded.
pub(crate) fn shift10(value: Decimal, power: i32) -> Option<Decimal> {
    if value.is_zero() {
        return Some(Decimal::ZERO);
    }
    let mut mantissa = value.mantissa();
    let mut scale = i64::from(value.scale()) - i64::from(power);
    // Zeros at the end may be what is too much.
    while scale > 28 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    if let Ok(scale) = u32::try_from(scale) {
        return Decimal::try_from_i128_with_scale(mantissa, scale).ok();
    }
    let factor = 10i128.checked_pow(u32::try_from(scale.checked_neg()?).ok()?)?;
    Decimal::try_from_i128_with_scale(mantissa.checked_mul(factor)?, 0).ok()
}

/// Reads a plain decimal number (sign, digits, point). No exponent, no grouping, no rounding of long ones.
pub(crate) fn parse(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !plain {
        return None;
    }
    Decimal::from_str_exact(text.strip_prefix('+').unwrap_or(text)).ok()
}

/// Reads money as exports print it: currency signs, grouping commas, and brackets for negative amounts.
pub(crate) fn parse_money(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let (text, bracketed) = match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let plain: String = text.chars().filter(|c| !matches!(c, '$' | '£' | '€' | ',' | ' ' | '\u{a0}')).collect();
    let value = parse(&plain)?;
    Some(if bracketed { -value } else { value })
}

/// ESPI's money is counted in hundred-thousandths of the currency unit.
pub(crate) fn money(raw: Decimal) -> Option<Decimal> {
    shift10(raw, -5)
}

/// What to say of an amount that is no whole number of hundred-thousandths.
pub(crate) fn odd_money(name: &str, raw: Decimal) -> String {
    format!(
        "<{name}> is {raw}, no whole number of hundred-thousandths; read as such, but it may be in whole units"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_the_point_is_exact_or_refused() {
        let d = |text| parse(text).unwrap();
        assert_eq!(shift10(d("103513077"), -8), Some(d("1.03513077")));
        assert_eq!(shift10(d("2882"), 3), Some(d("2882000")));
        assert_eq!(shift10(d("1.5"), 0), Some(d("1.5")));
        assert_eq!(shift10(d("-1200"), -2), Some(d("-12")));
        assert_eq!(shift10(d("0"), 127), Some(Decimal::ZERO));
        assert_eq!(shift10(d("1"), 127), None);
        assert_eq!(shift10(d("1"), -29), None);
        assert_eq!(shift10(d("10"), -29), Some(d("0.0000000000000000000000000001")));
        assert_eq!(shift10(d("1"), i32::MIN), None);
    }

    #[test]
    fn numbers_are_plain_or_refused() {
        assert_eq!(parse(" 12.50 ").unwrap().to_string(), "12.50");
        for bad in ["", "-", "1e3", "1,000", "0x1", "NaN", "1.2.3", "--1", "1".repeat(40).as_str()] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert_eq!(parse_money("$1,234.50 "), parse("1234.50"));
        assert_eq!(parse_money("($3.20)"), parse("-3.20"));
        assert_eq!(parse_money("-$3.20"), parse("-3.20"));
    }
}
