//! The commands. An error is one sentence for the person at the terminal.

mod audit;
mod client;
mod connectors;
mod greenbutton;
mod keys;
mod notifications;
mod sandbox_utility;
mod serve;
mod theme;
mod utility;

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use clap::Subcommand;
use connect_core::audit::{Actor, Event};
use connect_core::clock::{Clock, SystemClock};
use connect_core::directory::Directory;
use connect_core::keys::Keys;
use connect_core::vault::{KeyBytes, Keyring};
use connect_server::bootstrap::{KeySource, StartError};
use connect_server::config::ConnectOptions;
use connect_server::process::keep_to_oneself;
use connect_server::service::{Auditor, Service};
use connect_server::worker::{Secrets, open_vault, together};
use connect_sqlite::SqliteStore;

/// Where the configuration is, seen from the working directory.
const CONFIG: &str = "Leptos.toml";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Verify and list the audit log.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Register companies, change their secrets and origins, while the server runs.
    #[command(subcommand)]
    Client(client::Command),
    /// Look into Green Button files.
    #[command(subcommand)]
    Greenbutton(greenbutton::Command),
    /// The master key: show its versions, rotate it, retire an old version.
    #[command(subcommand)]
    Keys(keys::Command),
    /// The process that serves the web. Started by `connect`.
    #[command(hide = true)]
    WebProcess,
    /// The process that runs the connectors. Started by `connect`.
    #[command(hide = true)]
    ConnectorsProcess,
    /// Serve Sunrise Power & Gas, the utility of the sandbox, as a web site of its own.
    SandboxUtility(sandbox_utility::Arguments),
    /// Switch utilities off and on, while the server runs.
    #[command(subcommand)]
    Utility(utility::Command),
}

/// Carries out a command. An error is one sentence for the person at the terminal; an empty one has been said.
pub(crate) fn run(command: Option<Command>) -> Result<(), String> {
    match command {
        None => serve::launch(),
        Some(Command::WebProcess) => serve::web_process(),
        Some(Command::ConnectorsProcess) => connectors::connectors_process(),
        Some(Command::Audit(command)) => wait(audit::run(command)),
        Some(Command::Client(command)) => wait(client::run(command)),
        Some(Command::Greenbutton(command)) => greenbutton::run(&command),
        Some(Command::Keys(command)) => wait(keys::run(command)),
        Some(Command::SandboxUtility(arguments)) => wait(sandbox_utility::run(arguments)),
        Some(Command::Utility(command)) => wait(utility::run(command)),
    }
}

fn wait(command: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    let runtime =
        tokio::runtime::Runtime::new().map_err(|e| format!("The async runtime could not start: {e}."))?;
    runtime.block_on(command)
}

/// The database of a server that has been started before.
fn store(connect: &ConnectOptions) -> Result<SqliteStore, String> {
    let database = connect.database();
    if !database.is_file() {
        return Err(format!("{} does not exist: start the server once.", database.display()));
    }
    SqliteStore::open_as_it_is(&database).map_err(|error| format!("{error}."))
}

/// The database that a running server uses as well, opened with the master key.
struct Desk {
    store: Arc<SqliteStore>,
    source: KeySource,
    ring: Keyring,
    pepper: KeyBytes,
    options: ConnectOptions,
}

/// Opens it: the right key is shown before anything is changed.
async fn desk() -> Result<Desk, String> {
    keep_to_oneself();
    let options = options()?;
    let source = KeySource::find(&options.data_dir, |name| std::env::var(name).ok());
    let store = Arc::new(store(&options)?);
    let ring = source.read().map_err(|error| error.to_string())?;
    let pepper = open_vault(&*store, &ring, SystemClock.now()).await;
    let pepper = pepper.map_err(|error| StartError::from(error).to_string())?;
    Ok(Desk { store, source, ring, pepper, options })
}

impl Desk {
    /// Writes the audit log.
    fn auditor(&self) -> Auditor {
        Auditor::new(self.store.clone(), &Keys::new(&self.pepper), Arc::new(SystemClock))
    }

    /// Records an act of the person at the terminal, before it is done: there is none without a record.
    async fn note(&self, event: Event) -> Result<(), String> {
        let noted = self.auditor().note(event.by(operator())).await;
        noted.map_err(|error| format!("Nothing was changed, for it could not be recorded: {error}."))
    }

    /// The use cases on it, without connectors.
    fn service(&self) -> Result<Service, String> {
        let secrets = Secrets::new(self.pepper.clone(), &self.ring).map_err(|error| format!("{error}."))?;
        let directory = Directory::embedded().map_err(|error| error.to_string())?;
        let (service, _) = together(
            self.store.clone(),
            secrets,
            Arc::new(SystemClock),
            directory,
            Vec::new(),
            self.options.settings(),
        );
        Ok(service)
    }
}

/// Our own part of the configuration.
fn options() -> Result<ConnectOptions, String> {
    ConnectOptions::read(Path::new(CONFIG), |name| std::env::var(name).ok()).map_err(|e| e.to_string())
}

/// The person at the terminal, for the audit log: by the number of the system's user.
fn operator() -> Actor {
    // The owner of the process, where the system has such a folder.
    Actor::Operator(std::fs::metadata("/proc/self").ok().map(|process| process.uid()))
}
