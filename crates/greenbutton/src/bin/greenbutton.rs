//! `greenbutton inspect FILE`: says what a Green Button file holds.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use greenbutton::inspect;

const USAGE: &str = "usage: greenbutton inspect FILE [--zone America/New_York]\n\
    Says what a Green Button file (XML, CSV or zip) holds. FILE may be - for the standard input.\n\
    --zone names the time zone of a CSV export, which does not say.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let inspect = |file, zone| inspect::file(file, zone, &mut io::stdout()).map_err(|error| error.to_string());
    let result = match arguments[..] {
        ["inspect", file] => inspect(file, None),
        ["inspect", file, "--zone", zone] | ["inspect", "--zone", zone, file] => inspect(file, Some(zone)),
        ["--help" | "-h"] => {
            let _ = writeln!(io::stdout(), "{USAGE}");
            Ok(())
        }
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
