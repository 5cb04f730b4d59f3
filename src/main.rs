//! The program: the server, and the commands of those who run it.
#![allow(clippy::print_stdout, reason = "the messages are for the person at the terminal")]

mod commands;

use std::process::ExitCode;

use clap::Parser;
use commands::Command;

/// Connect: customers link their utility login; without a command it serves.
#[derive(Parser)]
#[command(name = "connect", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("CONNECT_LOG").unwrap_or_else(|_| "info".into()),
        )
        .with_writer(std::io::stderr)
        .init();
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
