//! Utilities' CSV and tab-separated exports, told by their column names.
//!
//! Two shapes are read: rows of an interval (a date, start and end time, usage), which become series, and rows
//! of a billing period (start and end date, or end date and number of days), which become bills. Rows before
//! the column names are looked through for the account.

mod columns;
mod evidence;
mod intervals;
mod rows;
mod values;

use std::io::{BufRead, Cursor, Read};

use csv::{ErrorKind, ReaderBuilder, StringRecord};

use crate::{
    error::{Error, LimitHit, NotGreenButton},
    finish,
    input::Guard,
    limits::{Limits, Options},
    model::Document,
    warning::{Place, WarningKind, Warnings},
};
use columns::Columns;
use evidence::Evidence;
use rows::Rows;

/// Rows before the column names in which an account and an address may stand.
const MAX_PREAMBLE: usize = 50;
/// What is looked through for how the file is written: about two weeks of quarter hours.
const HEAD_BYTES: u64 = 128 * 1024;

/// What stands above the column names.
#[derive(Default)]
struct Preamble {
    address: Option<String>,
    account: Option<String>,
    service: Option<String>,
}

impl Preamble {
    fn take(&mut self, record: &StringRecord) {
        let (Some(key), Some(value)) = (record.get(0), record.get(1)) else { return };
        let value = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
        match key.trim().trim_end_matches(':').to_lowercase().as_str() {
            "address" | "service address" => self.address = value,
            "account number" | "account" | "account no" | "account #" => self.account = value,
            "service" => self.service = value,
            _ => {}
        }
    }
}

/// Reads an export.
pub(crate) fn read(mut text: impl BufRead, options: &Options, warnings: &mut Warnings) -> Result<Document, Error> {
    let limits = &options.limits;
    let mut head = Vec::new();
    let taken = text.by_ref().take(HEAD_BYTES).read_to_end(&mut head);
    taken.map_err(|error| Error::from_io(error, Place::default()))?;
    let evidence = Evidence::of(&head, (head.len() as u64) < HEAD_BYTES);
    let guard = Guard::new(Cursor::new(head).chain(text), limits.token_bytes);
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(evidence.delimiter).from_reader(guard);

    let mut record = StringRecord::new();
    let mut preamble = Preamble::default();
    let mut before = 0;
    let columns = loop {
        if !next(&mut reader, &mut record, limits)? || before == MAX_PREAMBLE {
            return Err(Error::NotGreenButton(NotGreenButton::OtherText));
        }
        if let Some(columns) = Columns::recognise(&record) {
            break columns;
        }
        preamble.take(&record);
        before += 1;
    };

    let (line, _) = lines(&reader, &record, evidence.crlf);
    let mut rows = Rows::new(evidence, preamble, options.time_zone.as_ref(), warnings);
    rows.head(columns, &record, line);
    let mut count = 0;
    while next(&mut reader, &mut record, limits)? {
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        count += 1;
        let (line, more) = lines(&reader, &record, evidence.crlf);
        if count > limits.readings {
            let place = Place { line, ..Place::default() };
            return Err(Error::Limit { place, limit: "readings", allowed: limits.readings as u64 });
        }
        if more > 0 {
            rows.spans(line, more);
        }
        rows.add(&record, line);
    }
    let (mut document, places) = rows.finish();
    let scalable = vec![true; document.series.len()];
    finish::finish(&mut document, &places, &scalable, warnings);
    Ok(document)
}

/// Reads the next record; `false` at the end.
fn next<R: BufRead>(
    reader: &mut csv::Reader<Guard<R>>,
    record: &mut StringRecord,
    limits: &Limits,
) -> Result<bool, Error> {
    // The reader fetches a little ahead, which is far less than a token may have.
    reader.get_mut().next_token();
    let line = reader.position().line();
    let place = || Place { line, ..Place::default() };
    match reader.read_record(record) {
        Ok(found) => {
            // Bounds the work per row as well: `a,a,a,...` is many fields in few bytes.
            if record.len() > limits.attributes.max(256) {
                let allowed = limits.attributes.max(256) as u64;
                return Err(Error::Limit { place: place(), limit: "columns", allowed });
            }
            Ok(found)
        }
        Err(error) => match error.into_kind() {
            ErrorKind::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<LimitHit>()) {
                Some(hit) => Err(Error::Limit { place: place(), limit: hit.limit, allowed: hit.allowed }),
                None => Err(Error::Io(error)),
            },
            kind => Err(Error::Malformed { place: place(), reason: format!("{kind:?}") }),
        },
    }
}

/// The line on which the record begins, and how many lines more it has. The reader's own position of a record is
/// before the empty lines above it, and with CRLF before the end of the line above.
fn lines<R: BufRead>(reader: &csv::Reader<Guard<R>>, record: &StringRecord, crlf: bool) -> (u64, u64) {
    let more = memchr::memchr_iter(b'\n', record.as_slice().as_bytes()).count() as u64;
    let is_past = !crlf && !reader.get_ref().ended();
    (reader.position().line().saturating_sub(more + u64::from(is_past)), more)
}

/// A warning about a row.
fn warn(warnings: &mut Warnings, kind: WarningKind, group: usize, line: u64, column: &str, message: String) {
    warnings.add(kind, group, || (Place { line, path: column.to_owned(), file: None }, message));
}
