//! `connect greenbutton inspect FILE`.

use std::fs::File;
use std::io::{self, Read, Write};

use clap::Subcommand;
use greenbutton::{Options, inspect, read_with};
use jiff::tz::TimeZone;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Say what a Green Button file (XML, CSV or zip) holds.
    Inspect {
        /// The file; `-` for the standard input.
        file: String,
        /// Time zone of a CSV export, which does not say; as America/New_York.
        #[arg(long)]
        zone: Option<String>,
    },
}

pub(crate) fn run(command: &Command) -> Result<(), String> {
    let Command::Inspect { file, zone } = command;
    let zone = zone.as_deref().map(TimeZone::get).transpose();
    let time_zone = zone.map_err(|_| "There is no such time zone; write it as America/New_York.".to_owned())?;
    let failed = |error: &dyn std::fmt::Display| format!("{file} could not be read: {error}.");
    let input: Box<dyn Read> = match file.as_str() {
        "-" => Box::new(io::stdin().lock()),
        path => Box::new(File::open(path).map_err(|error| failed(&error))?),
    };
    let options = Options { time_zone, ..Options::default() };
    let document = read_with(input, &options).map_err(|error| failed(&error))?;
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    match io::stdout().write_all(inspect::render(&document, columns.unwrap_or(80)).as_bytes()) {
        // A reader that has had enough (`| head`) is no failure.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("Writing failed: {error}.")),
        _ => Ok(()),
    }
}
