//! `connect greenbutton inspect FILE`.

use clap::Subcommand;
use greenbutton::inspect;

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
    // The library's sentences begin small, and without a full stop.
    inspect::file(file, zone.as_deref(), &mut std::io::stdout()).map_err(|error| format!("{error}."))
}
