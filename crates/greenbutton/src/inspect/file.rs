//! Reading a file and writing its report, as the commands do.

use std::{
    fs::File,
    io::{self, Read, Write},
};

use jiff::tz::TimeZone;

use super::render;
use crate::{Error, Options, read_with};

/// Why there is no report, in a sentence without its full stop.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The zone is not in the time zone database.
    #[error("there is no time zone {zone:?}; write it as America/New_York")]
    Zone {
        /// As it was given.
        zone: String,
    },
    /// The file cannot be opened.
    #[error("{file} could not be read: {source}")]
    Open {
        /// Its name.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// The file cannot be read as Green Button data.
    #[error("{file} could not be read: {source}")]
    Read {
        /// Its name.
        file: String,
        /// What is wrong.
        source: Box<Error>,
    },
    /// The report cannot be written.
    #[error("writing failed: {0}")]
    Write(#[source] io::Error),
}

/// Reads a file (`-` is the standard input) and writes its report, as wide as the environment variable `COLUMNS`
/// says or 80 characters. `zone` is that of a CSV export's local times.
///
/// # Errors
///
/// See [`InspectError`]. A reader that has had enough of the report (`| head`) is no error.
pub fn file(file: &str, zone: Option<&str>, out: &mut impl Write) -> Result<(), InspectError> {
    let time_zone = match zone {
        Some(zone) => {
            Some(TimeZone::get(zone).map_err(|_| InspectError::Zone { zone: zone.chars().take(80).collect() })?)
        }
        None => None,
    };
    let open = |source| InspectError::Open { file: file.to_owned(), source };
    let input: Box<dyn Read> = match file {
        "-" => Box::new(io::stdin().lock()),
        path => Box::new(File::open(path).map_err(open)?),
    };
    let document = read_with(input, &Options { time_zone, ..Options::default() })
        .map_err(|error| InspectError::Read { file: file.to_owned(), source: Box::new(error) })?;
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    match out.write_all(render(&document, columns.unwrap_or(80)).as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(InspectError::Write(error)),
        _ => Ok(()),
    }
}
