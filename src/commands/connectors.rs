//! The connectors' process: opens the vault and does whatever needs a customer's login at a utility.

use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use connect::web::{Failed, connectors};
use connect_core::clock::{Clock, SystemClock};
use connect_core::directory::Directory;
use connect_core::origin::Origin;
use connect_core::store::Store;
use connect_core::vault::{KeyBytes, Keyring, Purpose};
use connect_server::bootstrap::{self, KeySource, SandboxClient, StartError};
use connect_server::config::ConnectOptions;
use connect_server::process::{Hello, Host, Teller, await_go, keep_to_oneself};
use connect_server::service::Service;
use connect_server::worker::{OpenVaultError, Secrets, Worker, open_vault, together};
use connect_sqlite::SqliteStore;

use super::options;
use super::serve::{SANDBOX_CLIENT, socket, stop};

/// How often to look for a version of the master key that a rotation has added.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Runs until the web's process ends. An error is one sentence for the person at the terminal.
pub(crate) fn connectors_process() -> Result<(), String> {
    let mut socket = socket()?;
    // The web's process has said why, if it does not go on.
    if !await_go(&mut socket).map_err(broken)? {
        return Ok(());
    }
    keep_to_oneself();
    let runtime =
        tokio::runtime::Runtime::new().map_err(|e| format!("The async runtime could not start: {e}."))?;
    runtime.block_on(run(options()?, socket))
}

fn broken(error: std::io::Error) -> String {
    format!("The web's process cannot be understood: {error}.")
}

async fn run(connect: ConnectOptions, socket: UnixStream) -> Result<(), String> {
    // Both processes get a terminal's signals. This one ends with the other, when that is through.
    let _signals = stop().map_err(|e| format!("Signals cannot be received: {e}."))?;
    let source = KeySource::find(&connect.data_dir, |name| std::env::var(name).ok());
    let Opened { worker, hello, store, ring } = open(&connect, &source).await.map_err(|e| e.to_string())?;
    let host = Host::greet(socket, &hello).await.map_err(broken)?;
    let worker = Arc::new(worker);
    tokio::spawn(worker.clone().sync_forever());
    tokio::spawn(worker.audit().clone().run_forever());
    tokio::spawn(watch_keys(store, source, ring.current(), worker.clone(), host.teller()));
    drop(hello);
    let audit = worker.audit().clone();
    let served = host.serve(worker).await.map_err(broken);
    // What is being counted at the end.
    if let Err(error) = audit.flush().await {
        tracing::error!(%error, "the audit log of the connectors' process could not be written");
    }
    served
}

struct Opened {
    worker: Worker,
    hello: Hello,
    store: Arc<dyn Store>,
    ring: Keyring,
}

async fn open(connect: &ConnectOptions, source: &KeySource) -> Result<Opened, Failed> {
    bootstrap::make_data_dir(&connect.data_dir)?;
    let ring = source.read_or_make(&connect.database())?;
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&connect.database())?);
    let vault_failed = |error: OpenVaultError| Failed::from(StartError::from(error));
    let pepper = open_vault(&*store, &ring, SystemClock.now()).await.map_err(vault_failed)?;
    let connectors = connectors(connect)?;
    let secrets = Secrets::new(pepper.clone(), &ring)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (service, worker) =
        together(store.clone(), secrets, clock, Directory::embedded()?, connectors, connect.settings());
    let sandbox_client = if connect.quickstart { Some(quickstart(&service, connect).await?) } else { None };
    let ways = worker.ways().clone();
    let hello = Hello { pepper, documents: ring.derive(Purpose::Documents)?, ways, sandbox_client };
    drop(service);
    let worker = Arc::into_inner(worker).ok_or(Failed::Busy)?;
    Ok(Opened { worker, hello, store, ring })
}

/// Whom the quickstart acts for. Its page stands at our own address and embeds Connect.
async fn quickstart(service: &Service, connect: &ConnectOptions) -> Result<SandboxClient, StartError> {
    let client = bootstrap::sandbox_client(service, &connect.data_dir.join(SANDBOX_CLIENT)).await?;
    match Origin::parse(connect.public_url.trim_end_matches('/')) {
        Ok(origin) if !origin.is_loopback() => {
            if let Err(error) = service.add_origin(client.uuid(), origin).await {
                tracing::warn!(%error, "the quickstart's own origin could not be registered");
            }
        }
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "the quickstart cannot show Connect at the public-url"),
    }
    Ok(client)
}

/// Takes up versions of the master key that came after the start, within [`LOOK_EVERY`].
async fn watch_keys(
    store: Arc<dyn Store>,
    source: KeySource,
    mut current: Option<u32>,
    worker: Arc<Worker>,
    teller: Teller,
) {
    let mut every = tokio::time::interval(LOOK_EVERY);
    loop {
        every.tick().await;
        let latest = match store.key_versions().await {
            Ok(versions) => versions.iter().map(|version| version.version).max(),
            Err(error) => {
                tracing::warn!(%error, "versions of the master key could not be looked for");
                continue;
            }
        };
        if latest <= current {
            continue;
        }
        match take_up(&*store, &source, &worker).await {
            Ok((version, documents)) => {
                if !teller.tell_documents(&documents).await {
                    return;
                }
                current = Some(version);
                tracing::info!(version, "a new version of the master key is in use");
            }
            Err(error) => tracing::error!("A new version of the master key could not be taken up. {error}"),
        }
    }
}

async fn take_up(
    store: &dyn Store,
    source: &KeySource,
    worker: &Worker,
) -> Result<(u32, Vec<(u32, KeyBytes)>), Failed> {
    let ring = source.read()?;
    open_vault(store, &ring, SystemClock.now()).await.map_err(StartError::from)?;
    let version = ring.current().unwrap_or(0);
    worker.replace_keys(&ring.derive(Purpose::Credentials)?)?;
    Ok((version, ring.derive(Purpose::Documents)?))
}
