//! Numbers and codes of ESPI, as Connect keeps them.

use connect_core::usage::{MONEY_EXPONENT, Quality, Scale, Unit};
use greenbutton::Qualities;

/// Units of ESPI that are kept, by their codes (`uom`).
pub(crate) fn unit(uom: Option<u16>) -> Option<Unit> {
    Some(match uom? {
        72 => Unit::WattHour,
        169 => Unit::Therm,
        132 => Unit::Btu,
        119 => Unit::CubicFoot,
        42 => Unit::CubicMetre,
        _ => return None,
    })
}

/// How sure a reading is by its codes; the least sure one counts.
pub(crate) fn quality(codes: Qualities) -> Quality {
    let quality = |code| match code {
        12 => Quality::Projected,
        // Derived (11) is not among them: it is a share of what was measured.
        7..=10 | 13 | 15 | 16 => Quality::Estimated,
        17..=19 => Quality::Validated,
        _ => Quality::Measured,
    };
    codes.codes().map(quality).max().unwrap_or(Quality::Measured)
}

/// An exact decimal, given by its digits and places, times ten to `power`: as integer and power of ten.
pub(crate) fn whole(mantissa: i128, scale: u32, power: i32) -> Option<(i64, i8)> {
    let exponent = i64::from(power) - i64::from(scale);
    Some((i64::try_from(mantissa).ok()?, i8::try_from(exponent).ok()?))
}

/// The same number with another, lower power of ten.
pub(crate) fn lowered(raw: i64, from: i8, to: i8) -> Option<i64> {
    let by = u32::try_from(i16::from(from) - i16::from(to)).ok()?;
    raw.checked_mul(10i64.checked_pow(by)?)
}

/// The scale of a number of ESPI.
pub(crate) fn scale(uom: Option<u16>, exponent: i8) -> Option<Scale> {
    Some(Scale { unit: unit(uom)?, exponent })
}

/// A decimal amount in units of the currency, in 1e-5 of it.
pub(crate) fn money(mantissa: i128, scale: u32) -> Option<i64> {
    let (raw, exponent) = whole(mantissa, scale, 0)?;
    if exponent >= MONEY_EXPONENT {
        return lowered(raw, exponent, MONEY_EXPONENT);
    }
    let step = 10i64.checked_pow(u32::try_from(MONEY_EXPONENT - exponent).ok()?)?;
    (raw % step == 0).then_some(raw / step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_exact() {
        assert_eq!(whole(15, 1, -3), Some((15, -4)));
        assert_eq!(whole(i128::from(i64::MAX) + 1, 0, 0), None);
        assert_eq!(whole(1, 28, -127), None);
        assert_eq!(lowered(7, 0, -3), Some(7000));
        assert_eq!(lowered(7, -3, 0), None);
        assert_eq!(lowered(i64::MAX, 0, -1), None);
        assert_eq!(money(1234, 2), Some(1_234_000));
        assert_eq!(money(1_234_560, 6), Some(123_456));
        assert_eq!(money(1, 6), None);
    }

    #[test]
    fn the_least_sure_code_counts() {
        let of = |codes: &[u16]| {
            let mut all = Qualities::default();
            codes.iter().for_each(|code| assert!(all.insert(*code)));
            quality(all)
        };
        assert_eq!([of(&[]), of(&[0]), of(&[14]), of(&[11])], [Quality::Measured; 4]);
        assert_eq!([of(&[17]), of(&[18, 19])], [Quality::Validated; 2]);
        assert_eq!([of(&[8]), of(&[17, 8])], [Quality::Estimated; 2]);
        assert_eq!(of(&[12, 17]), Quality::Projected);
    }
}
