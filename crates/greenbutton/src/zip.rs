//! Archives, as many utilities send them: each file inside is read by its content, all into one document.

use std::io::{Cursor, Read};

use zip::{CompressionMethod, ZipArchive, result::ZipError};

use crate::{
    error::{Error, LimitHit, NotGreenButton},
    input::{ByteLimit, Input, Kind},
    limits::Options,
    model::{Document, Format},
    read_text,
    warning::{Place, WHOLE_FILE, WarningKind, Warnings},
};

/// Files smaller than this may be compressed as well as they like.
const RATIO_FREE_BYTES: u64 = 1 << 20;
const RATIO: &str = "bytes out of each compressed byte (a zip bomb?)";

fn place(file: &str) -> Place {
    Place { file: Some(file.chars().take(200).collect()), ..Place::default() }
}

/// Reads an archive. `text_left` is what all files together may still unpack to.
pub(crate) fn read(
    input: impl Read,
    options: &Options,
    text_left: &mut u64,
    warnings: &mut Warnings,
) -> Result<Document, Error> {
    let limits = &options.limits;
    // The directory of an archive is at its end, so it has to be held.
    let mut bytes = Vec::new();
    let taken = input.take(limits.archive_bytes.saturating_add(1)).read_to_end(&mut bytes);
    taken.map_err(|error| Error::from_io(error, Place::default()))?;
    if bytes.len() as u64 > limits.archive_bytes {
        let allowed = limits.archive_bytes;
        return Err(Error::Limit { place: Place::default(), limit: "bytes of an archive", allowed });
    }
    let archive = |error: ZipError| Error::Archive { place: Place::default(), reason: error.to_string() };
    let mut archive_file = ZipArchive::new(Cursor::new(&bytes)).map_err(archive)?;
    // Spreadsheets are archives of XML, which would only be said to hold no usage.
    if archive_file.index_for_name("xl/workbook.xml").is_some()
        || archive_file.index_for_name("mimetype").is_some()
    {
        return Err(Error::NotGreenButton(NotGreenButton::Spreadsheet));
    }
    if archive_file.len() > limits.archive_files {
        let allowed = limits.archive_files as u64;
        return Err(Error::Limit { place: Place::default(), limit: "files in an archive", allowed });
    }

    let mut document = Document::new(Format::Archive);
    let mut read_files = 0;
    for at in 0..archive_file.len() {
        let file = archive_file.by_index(at).map_err(|error| Error::Archive {
            place: place(&format!("file {}", at + 1)),
            reason: error.to_string(),
        })?;
        let name = file.name().map_or_else(|_| format!("file {}", at + 1), |name| name.into_owned());
        if file.is_dir() || name.starts_with("__MACOSX/") {
            continue;
        }
        if !matches!(file.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            let reason = format!("it is compressed with {}, not with deflate", file.compression());
            return Err(Error::Archive { place: place(&name), reason });
        }
        // What the directory says is not believed: this bounds what really comes out.
        let most = file.compressed_size().saturating_mul(limits.archive_ratio).max(RATIO_FREE_BYTES);
        let mut ratio_left = most;
        let ratio = LimitHit { limit: RATIO, allowed: limits.archive_ratio };
        let bounded = ByteLimit::new(file, &mut ratio_left, ratio);
        let bounded = ByteLimit::new(bounded, text_left, LimitHit { limit: "bytes", allowed: limits.bytes });
        let mut own = Warnings::new(limits.warnings);
        // What the files before this one have used up is gone.
        let used = usize::try_from(document.tally.found).unwrap_or(usize::MAX);
        let mut rest = options.clone();
        rest.limits.readings = limits.readings.saturating_sub(used);
        match read_one(bounded, &rest, &mut own) {
            Ok(one) => {
                read_files += 1;
                merge(&mut document, one, &name);
                let (list, dropped) = own.into_parts();
                document.warnings_dropped += dropped;
                for mut warning in list {
                    warning.place.file = place(&name).file;
                    document.warnings.push(warning);
                }
            }
            Err(Error::NotGreenButton(kind)) => {
                warnings.add(WarningKind::SkippedFile, WHOLE_FILE - at, || {
                    (place(&name), format!("{kind}; the file was left out"))
                });
            }
            Err(Error::Empty) => warnings.add(WarningKind::SkippedFile, WHOLE_FILE - at, || {
                (place(&name), "the file is empty; it was left out")
            }),
            Err(error) => return Err(name_file(error, &name)),
        }
    }
    if read_files == 0 {
        return Err(Error::NotGreenButton(NotGreenButton::OtherZip));
    }
    let over = document.warnings.len().saturating_sub(limits.warnings);
    document.warnings.truncate(limits.warnings);
    document.warnings_dropped += over as u64;
    Ok(document)
}

fn read_one(file: impl Read, options: &Options, warnings: &mut Warnings) -> Result<Document, Error> {
    let input = Input::open(file)?;
    if input.kind == Kind::Zip {
        // An archive in an archive is how small files become huge ones.
        return Err(Error::NotGreenButton(NotGreenButton::OtherZip));
    }
    read_text(input, options, warnings)
}

/// Says which file of the archive an error is about.
fn name_file(error: Error, name: &str) -> Error {
    match error {
        Error::Io(error) => match Error::from_io(error, place(name)) {
            Error::Io(error) => Error::Archive { place: place(name), reason: error.to_string() },
            limit => limit,
        },
        Error::Malformed { place: at, reason } => Error::Malformed { place: inside(at, name), reason },
        Error::Dtd { place: at } => Error::Dtd { place: inside(at, name) },
        Error::Entity { place: at, name: entity } => Error::Entity { place: inside(at, name), name: entity },
        Error::Limit { place: at, limit, allowed } => Error::Limit { place: inside(at, name), limit, allowed },
        Error::WrongNamespace { place: at, element, found } => {
            Error::WrongNamespace { place: inside(at, name), element, found }
        }
        error => error,
    }
}

fn inside(at: Place, name: &str) -> Place {
    Place { file: place(name).file, ..at }
}

/// Appends one file's document; indices move by what is there already.
fn merge(document: &mut Document, mut one: Document, name: &str) {
    let base = document.usage_points.len();
    for series in &mut one.series {
        series.usage_point = series.usage_point.map(|at| at + base);
    }
    for bill in &mut one.bills {
        bill.usage_point = bill.usage_point.map(|at| at + base);
    }
    document.usage_points.append(&mut one.usage_points);
    document.series.append(&mut one.series);
    document.bills.append(&mut one.bills);
    let (all, own) = (&mut document.customers, &mut one.customers);
    all.customers.append(&mut own.customers);
    all.accounts.append(&mut own.accounts);
    all.agreements.append(&mut own.agreements);
    all.locations.append(&mut own.locations);
    all.meters.append(&mut own.meters);
    all.suppliers.append(&mut own.suppliers);
    all.statements.append(&mut own.statements);
    document.title = document.title.take().or(one.title).or_else(|| Some(name.to_owned()));
    document.updated = document.updated.take().or(one.updated);
    document.warnings.append(&mut one.warnings);
    document.warnings_dropped += one.warnings_dropped;
    let (sum, add) = (&mut document.tally, one.tally);
    sum.found += add.found;
    sum.kept += add.kept;
    sum.superseded += add.superseded;
    sum.duplicates += add.duplicates;
    sum.unreadable += add.unreadable;
}
