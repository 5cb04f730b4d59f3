#![doc = include_str!("../README.md")]
// Values and sums are exact; a float would be a mistake.
#![deny(clippy::float_arithmetic)]

mod bill;
mod codes;
mod csv;
mod customer;
mod decimal;
mod error;
mod finish;
mod input;
pub mod inspect;
mod limits;
mod local_time;
mod model;
mod warning;
mod xml;
#[cfg(feature = "zip")]
mod zip;

use std::io::Read;

pub use bill::{Bill, LineItem, Measurement};
pub use codes::{
    DELTA_DATA, Flow, ItemKind, Qualities, Service, Unit, currency_letters, quality_name, uom_symbol,
};
pub use customer::{Account, Address, Agreement, Customer, Customers, Meter, ServiceLocation, Statement};
pub use error::{Error, NotGreenButton};
pub use limits::{Limits, Options};
pub use local_time::{BadDstRule, DstRule, LocalTime};
pub use model::{Clock, Document, Format, Period, Reading, ReadingType, Series, Tally, Total, UsagePoint};
pub use warning::{Place, Warning, WarningKind};

use error::LimitHit;
use input::{ByteLimit, Input, Kind};
use warning::{WHOLE_FILE, Warnings};

/// Reads a Green Button file: ESPI XML, a utility's CSV export, or a zip archive of such files. What it is shows
/// from its content.
///
/// The text is streamed, never held as a whole; an archive is held compressed.
///
/// # Errors
///
/// See [`Error`]. What can be read in spite of an oddity is read, and named in [`Document::warnings`].
pub fn read(input: impl Read, limits: &Limits) -> Result<Document, Error> {
    read_with(input, &Options { limits: limits.clone(), time_zone: None })
}

/// As [`read`], with the zone of local times.
///
/// # Errors
///
/// See [`Error`].
pub fn read_with(input: impl Read, options: &Options) -> Result<Document, Error> {
    let limits = &options.limits;
    let mut warnings = Warnings::new(limits.warnings);
    let mut left = limits.bytes;
    let input = Input::open(ByteLimit::new(input, &mut left, LimitHit { limit: "bytes", allowed: limits.bytes }))?;
    let mut document = match input.kind {
        Kind::Zip => {
            #[cfg(feature = "zip")]
            {
                let mut text_left = limits.bytes;
                zip::read(input.reader, options, &mut text_left, &mut warnings)?
            }
            #[cfg(not(feature = "zip"))]
            return Err(Error::NotGreenButton(NotGreenButton::ZipUnsupported));
        }
        Kind::Xml | Kind::Text => read_text(input, options, &mut warnings)?,
    };
    let (own, dropped) = warnings.into_parts();
    document.warnings.extend(own);
    document.warnings_dropped += dropped;
    if document.has_data() {
        return Ok(document);
    }
    let points = document.usage_points.len();
    let found = match document.warnings.first() {
        Some(first) => {
            format!("{points} usage points, but no interval reading, bill or customer record ({first})")
        }
        None => format!("{points} usage points, but no interval reading, bill or customer record"),
    };
    Err(Error::NoReadings { found: format!("the file holds {found}") })
}

/// Reads what is no archive.
fn read_text(input: Input<impl Read>, options: &Options, warnings: &mut Warnings) -> Result<Document, Error> {
    if input.encoding_is_guessed {
        warnings.add(WarningKind::BadEncoding, WHOLE_FILE - 1, || {
            (Place::default(), "the file is not in UTF-8 and does not say its encoding; read as windows-1252")
        });
    }
    match input.kind {
        Kind::Xml => xml::read(input.into_text(), &options.limits, warnings),
        Kind::Text => csv::read(input.into_text(), options, warnings),
        Kind::Zip => Err(Error::NotGreenButton(NotGreenButton::OtherZip)),
    }
}
