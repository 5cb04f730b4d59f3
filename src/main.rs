//! The program: the server, and the commands of those who run it.
#![allow(clippy::print_stdout, reason = "the messages are for the person at the terminal")]

mod commands;

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use clap::Parser;
use commands::Command;
use connect::logs::{self, Format};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Connect: customers link their utility login; without a command it serves.
#[derive(Parser)]
#[command(name = "connect", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Err(message) = start_log() {
        eprintln!("{message}");
        return ExitCode::FAILURE;
    }
    match commands::run(arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            if !message.is_empty() {
                eprintln!("{message}");
            }
            ExitCode::FAILURE
        }
    }
}

/// The log, on standard error; as `CONNECT_LOG` and `CONNECT_LOG_FORMAT` say.
fn start_log() -> Result<(), String> {
    let format = Format::parse(std::env::var("CONNECT_LOG_FORMAT").ok().as_deref())?;
    let filter = match std::env::var("CONNECT_LOG") {
        Ok(text) => EnvFilter::try_new(&text)
            .map_err(|error| format!("The environment's CONNECT_LOG={text} is no log filter: {error}."))?,
        Err(_) => "info".into(),
    };
    let colours = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
    tracing_subscriber::registry().with(filter).with(logs::layer(format, colours, io::stderr)).init();
    logs::hook_panics();
    Ok(())
}
