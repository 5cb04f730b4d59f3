//! The commands. An error is one sentence for the person at the terminal.

mod greenbutton;
mod notifications;
mod sandbox_utility;
mod serve;
mod utility;

use std::path::Path;

use clap::Subcommand;
use connect_server::config::ConnectOptions;

/// Where the configuration is, seen from the working directory.
const CONFIG: &str = "Leptos.toml";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Look into Green Button files.
    #[command(subcommand)]
    Greenbutton(greenbutton::Command),
    /// Serve Sunrise Power & Gas, the utility of the sandbox, as a web site of its own.
    SandboxUtility(sandbox_utility::Arguments),
    /// Switch utilities off and on, while the server runs.
    #[command(subcommand)]
    Utility(utility::Command),
}

pub(crate) async fn run(command: Option<Command>) -> Result<(), String> {
    match command {
        None => serve::serve().await,
        Some(Command::Greenbutton(command)) => greenbutton::run(&command),
        Some(Command::SandboxUtility(arguments)) => sandbox_utility::run(arguments).await,
        Some(Command::Utility(command)) => utility::run(command).await,
    }
}

/// Our own part of the configuration.
fn options() -> Result<ConnectOptions, String> {
    ConnectOptions::read(Path::new(CONFIG), |name| std::env::var(name).ok()).map_err(|e| e.to_string())
}
