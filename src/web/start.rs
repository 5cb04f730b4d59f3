//! From the configuration to a service that runs.

use std::path::Path;
use std::sync::Arc;

use connect_core::clock::{Clock, SystemClock};
use connect_core::connector::Connector;
use connect_core::directory::{Directory, DirectoryError};
use connect_mydata::{MyDataConfig, MyDataConnector};
use connect_portal::{PortalConfig, PortalConnector};
use connect_sandbox::SandboxConnector;
use connect_server::bootstrap::{self, StartError};
use connect_server::config::{ConfigError, ConnectOptions};
use connect_server::service::Service;
use connect_sqlite::{OpenError, SqliteStore};
use leptos::config::LeptosOptions;

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
    /// The built-in directory.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

fn connectors(connect: &ConnectOptions) -> Result<Vec<Arc<dyn Connector>>, Failed> {
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
    /// Where the sandbox client's credentials are, for the start message.
    pub credentials: Option<std::path::PathBuf>,
}

/// Opens the data directory, making what is missing, and puts the service together.
pub async fn start(options: LeptosOptions, connect: &ConnectOptions) -> Result<Started, Failed> {
    let in_dir = |name: &str| Path::new(&connect.data_dir).join(name);
    let database = in_dir("connect.db");
    bootstrap::make_data_dir(&connect.data_dir)?;
    let keys = bootstrap::keys(&in_dir("master.key"), &database)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let service = Service::new(
        Arc::new(SqliteStore::open(&database)?),
        keys,
        clock,
        Directory::embedded()?,
        connectors(connect)?,
        connect.settings(),
    );
    let service = Arc::new(service.drawing(Box::new(crate::pages::draw)));
    tokio::spawn(service.clone().sweep_forever());
    tokio::spawn(service.clone().sync_forever());
    let (company, credentials) = if connect.quickstart {
        let path = in_dir("sandbox-client.env");
        (Some(bootstrap::sandbox_client(&service, &path).await?), Some(path))
    } else {
        (None, None)
    };
    Ok(Started {
        web: Web::new(service, options, company, connect.public_url.starts_with("https://")),
        credentials,
    })
}
