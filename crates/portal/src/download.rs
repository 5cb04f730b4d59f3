//! Green Button files of the portal, and what their numbers are here.

use connect_core::connector::{ConnectorError, LoginContext, RemoteAccount};
use connect_core::usage::{Quality, Scale, Unit};
use greenbutton::{Document, Error, Qualities};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::PortalConnector;
use crate::http::Wanted;
use crate::jar::Jar;
use crate::marks::path;

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

/// An exact decimal as integer and power of ten.
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

/// Days, both included, in pieces of at most `longest`.
pub(crate) fn pieces(from: Date, to: Date, longest: i32) -> Vec<(Date, Date)> {
    let mut out = Vec::new();
    let mut start = from;
    while start <= to {
        let end = start.saturating_add((longest - 1).days()).min(to);
        out.push((start, end));
        let next = end.saturating_add(1.day());
        if next <= start {
            break;
        }
        start = next;
    }
    out
}

impl PortalConnector {
    /// The file of these days, both included. `None` when there is nothing in it.
    pub(crate) async fn download(
        &self,
        cx: LoginContext,
        jar: &mut Jar,
        account: &RemoteAccount,
        (from, to): (Date, Date),
    ) -> Result<Option<Document>, ConnectorError> {
        let reference = path::download(&account.account_number, from, to);
        let answer = self.fetch(cx, jar, &reference, Wanted::Xml).await?;
        if answer.is_page || !answer.status.is_success() {
            return Err(self.no_file(&answer, "Green Button download"));
        }
        let limits =
            greenbutton::Limits { bytes: self.config.limits.xml_bytes as u64, ..greenbutton::Limits::default() };
        // A year of quarter hours takes a while, in which others want to be served.
        let read = tokio::task::spawn_blocking(move || greenbutton::read(answer.body.as_slice(), &limits)).await;
        match read {
            Ok(Ok(document)) => {
                let unreadable = document.tally.unreadable;
                if unreadable > 0 {
                    tracing::warn!(unreadable, "readings of a Green Button file could not be read");
                }
                Ok(Some(document))
            }
            Ok(Err(Error::NoReadings { .. })) => Ok(None),
            Ok(Err(_)) | Err(_) => Err(ConnectorError::SiteChanged("Green Button file")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn pieces_cover_every_day_once() {
        let day = |d| date(2026, 1, d);
        assert_eq!(pieces(day(1), day(5), 2), [(day(1), day(2)), (day(3), day(4)), (day(5), day(5))]);
        assert_eq!(pieces(day(1), day(1), 400), [(day(1), day(1))]);
        assert_eq!(pieces(day(2), day(1), 400), []);
        assert_eq!(pieces(Date::MAX, Date::MAX, 1).len(), 1);
    }

    #[test]
    fn numbers_stay_exact() {
        assert_eq!(whole(15, 1, -3), Some((15, -4)));
        assert_eq!(whole(i128::from(i64::MAX) + 1, 0, 0), None);
        assert_eq!(whole(1, 28, -127), None);
        assert_eq!(lowered(7, 0, -3), Some(7000));
        assert_eq!(lowered(7, -3, 0), None);
        assert_eq!(lowered(i64::MAX, 0, -1), None);
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
