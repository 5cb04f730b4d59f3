//! `greenbutton inspect FILE`: says what a Green Button file holds.

use std::{
    fs::File,
    io::{self, Read, Write as _},
    process::ExitCode,
};

use greenbutton::{Options, inspect, read_with};

const USAGE: &str = "usage: greenbutton inspect FILE [--zone America/New_York]\n\
    Says what a Green Button file (XML, CSV or zip) holds. FILE may be - for the standard input.\n\
    --zone names the time zone of a CSV export, which does not say.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["inspect", file] => inspect_file(file, Options::default()),
        ["inspect", file, "--zone", zone] | ["inspect", "--zone", zone, file] => {
            match jiff::tz::TimeZone::get(zone) {
                Ok(zone) => inspect_file(file, Options { time_zone: Some(zone), ..Options::default() }),
                Err(_) => {
                    Err(format!("{zone:?} is no time zone that this system knows, such as America/New_York"))
                }
            }
        }
        ["--help" | "-h"] => show(&format!("{USAGE}\n")),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(io::stderr(), "{message}");
            ExitCode::FAILURE
        }
    }
}

fn inspect_file(file: &str, options: Options) -> Result<(), String> {
    let input: Box<dyn Read> = match file {
        "-" => Box::new(io::stdin().lock()),
        _ => Box::new(File::open(file).map_err(|error| format!("{file}: {error}"))?),
    };
    let document = read_with(input, &options).map_err(|error| format!("{file}: {error}"))?;
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    show(&inspect::render(&document, columns.unwrap_or(80)))
}

/// Prints; a reader that has had enough (`| head`) is no failure.
fn show(text: &str) -> Result<(), String> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("writing failed: {error}")),
        _ => Ok(()),
    }
}
