//! From the configuration to a service that runs.

use std::os::unix::net::UnixStream;
use std::sync::Arc;

use connect_core::audit::{Event, Kind};
use connect_core::clock::{Clock, SystemClock};
use connect_core::connector::Connector;
use connect_core::directory::{Directory, DirectoryError};
use connect_core::keys::Keys;
use connect_core::vault::{Purpose, Vault, VaultError};
use connect_mydata::{MyDataConfig, MyDataConnector};
use connect_portal::{PortalConfig, PortalConnector};
use connect_sandbox::SandboxConnector;
use connect_server::bootstrap::StartError;
use connect_server::config::{ConfigError, ConnectOptions};
use connect_server::process::{Hello, Remote};
use connect_server::service::{Fault, Service};
use connect_sqlite::{OpenError, SqliteStore};
use leptos::config::LeptosOptions;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::Web;

/// The service cannot start. Each message is one sentence for the person who starts it.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// `Leptos.toml` or the environment.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Keys, client, data directory.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The database.
    #[error("{0}.")]
    Database(#[from] OpenError),
    /// Where the sandbox's utility is.
    #[error("sandbox-utility is not right: {0}.")]
    Portal(#[from] connect_portal::ConfigError),
    /// The same, as the custodian of customers' data.
    #[error("sandbox-utility is not right: {0}.")]
    MyData(#[from] connect_mydata::ConfigError),
    /// The keys that the connectors' process gave.
    #[error("The keys of documents cannot be used: {0}.")]
    Vault(#[from] VaultError),
    /// Something still uses a part that must be handed over.
    #[error("The connectors' process could not be put together.")]
    Busy,
    /// The socket.
    #[error("The process of the connectors cannot be reached: {0}.")]
    Connectors(std::io::Error),
    /// The audit log: without it nothing is done.
    #[error("The audit log cannot be written: {0}.")]
    Audit(Fault),
    /// The built-in directory.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

/// The connectors that the configuration asks for.
pub fn connectors(connect: &ConnectOptions) -> Result<Vec<Arc<dyn Connector>>, Failed> {
    let mut connectors: Vec<Arc<dyn Connector>> = vec![Arc::new(SandboxConnector::new())];
    if !connect.sandbox_utility.is_empty() {
        connectors.push(Arc::new(PortalConnector::new(PortalConfig::sunrise(&connect.sandbox_utility))?));
        let back = format!("{}/greenbutton/callback", connect.public_url.trim_end_matches('/'));
        connectors.push(Arc::new(MyDataConnector::new(MyDataConfig::sunrise(&connect.sandbox_utility, &back))?));
    }
    Ok(connectors)
}

/// What `main` serves.
pub struct Started {
    /// State of the pages.
    pub web: Web,
    /// Resolves when the process of the connectors has ended: then this one cannot go on.
    pub ended: oneshot::Receiver<()>,
    /// That process.
    pub connectors: Arc<Remote>,
    /// What runs beside: they use the database until they are stopped.
    pub tasks: [JoinHandle<()>; 2],
}

/// Puts the web's side together, out of what the connectors' process has said.
pub async fn start(
    options: LeptosOptions,
    connect: &ConnectOptions,
    hello: Hello,
    stream: UnixStream,
) -> Result<Started, Failed> {
    let vault = Arc::new(Vault::new(Purpose::Documents, &hello.documents)?);
    let (side, ended) = Remote::new(stream, hello.ways, vault.clone()).map_err(Failed::Connectors)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let service = Service::new(
        Arc::new(SqliteStore::open(&connect.database())?),
        Keys::new(&hello.pepper),
        vault,
        clock,
        Arc::new(Directory::embedded()?),
        side.clone(),
        connect.settings(),
    );
    let address = connect.public_url.trim_end_matches('/').to_owned();
    let at = address.clone();
    let service = Arc::new(service.drawing(Box::new(move |page| crate::pages::draw(page, &at))));
    service.audit().note(Event::of(Kind::ServiceStarted)).await.map_err(Failed::Audit)?;
    let tasks =
        [tokio::spawn(service.audit().clone().run_forever()), tokio::spawn(service.clone().sweep_forever())];
    if !connect.rate_limits.0 {
        tracing::warn!("rate-limits is off: nobody is limited but in tries at utilities");
    }
    let secure = connect.public_url.starts_with("https://");
    let web = Web::new(service, options, hello.sandbox_client, secure);
    Ok(Started { web: Web { address, proxies: connect.proxies(), ..web }, ended, connectors: side, tasks })
}
