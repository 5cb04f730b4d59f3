//! The connectors' side: whatever needs a customer's login at a utility.
//!
//! It alone can open what is sealed for credentials. The web's side reaches it through
//! [`ConnectorSide`], which takes secrets and gives none back: a fault in what reads the web's requests
//! (HTTP, HTML, files of strangers) then reaches no stored password. In the running program this is a process
//! of its own ([`crate::process`]); tests put both sides into one ([`together`]).

mod accounts;
mod logins;
mod opening;
mod rotation;
mod side;
mod sites;
mod sync;
mod tries;
mod turn;
mod ways;
mod wiped;

use std::collections::HashMap;
use std::sync::Arc;

use connect_core::clock::Clock;
use connect_core::connector::Connector;
use connect_core::directory::Directory;
use connect_core::keys::Keys;
use connect_core::store::{Access, Store, User};
use connect_core::token::Environment;
use connect_core::vault::{Keyring, Purpose, Vault, VaultError};
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::service::{Auditor, Service, Settings};
pub(crate) use accounts::{account_of, card_of, ending_of};
pub use opening::{OpenVaultError, open_vault};
pub use rotation::{RotateError, Rotated, rotate, sealed_under};
pub use side::{ConnectorSide, PdfAnswer, RunAt, Work};
pub use ways::Ways;

/// Everything that the connectors' side stands on. Shared behind an `Arc`.
pub struct Worker {
    store: Arc<dyn Store>,
    keys: Arc<Keys>,
    /// Opens credentials.
    vault: Arc<Vault>,
    /// Records each use of a credential.
    auditor: Arc<Auditor>,
    clock: Arc<dyn Clock>,
    directory: Arc<Directory>,
    connectors: HashMap<&'static str, Arc<dyn Connector>>,
    ways: Ways,
    desk: Arc<sync::SyncDesk>,
    tries: Arc<tries::Tries>,
    sites: Arc<sites::SiteDesk>,
    /// Ids of runs that have just changed, for requests that wait.
    changed: broadcast::Sender<Uuid>,
}

impl Worker {
    /// Puts the parts together. `vault` is the one for credentials.
    pub fn new(
        store: Arc<dyn Store>,
        keys: Keys,
        vault: Arc<Vault>,
        clock: Arc<dyn Clock>,
        directory: Arc<Directory>,
        connectors: Vec<Arc<dyn Connector>>,
    ) -> Self {
        let (changed, _) = broadcast::channel(1024);
        let keys = Arc::new(keys);
        let auditor = Arc::new(Auditor::new(store.clone(), &keys, clock.clone()));
        let tries = tries::Tries::new(store.clone(), keys.clone(), clock.clone(), auditor.clone());
        Self {
            tries: Arc::new(tries),
            sites: Arc::new(sites::SiteDesk::new(store.clone(), clock.clone())),
            auditor,
            store,
            keys,
            vault,
            clock,
            directory,
            ways: Ways::of(&connectors),
            connectors: connectors.into_iter().map(|c| (c.name(), c)).collect(),
            desk: Arc::default(),
            changed,
        }
    }

    /// Writes this side's share of the audit log.
    pub fn audit(&self) -> &Arc<Auditor> {
        &self.auditor
    }

    /// Takes up the keys of a rotation.
    pub fn replace_keys(&self, credentials: &[(u32, connect_core::vault::KeyBytes)]) -> Result<(), VaultError> {
        self.vault.replace(credentials)
    }

    /// The connector that signs in at this utility for a client of this environment.
    fn login_connector(&self, utility: u32, environment: Environment) -> Option<Arc<dyn Connector>> {
        let name = self.ways.login(self.directory.by_id(utility)?, environment)?;
        self.connectors.get(name).cloned()
    }

    /// The connector to the utility's consent.
    fn consent_connector(&self, utility: u32, environment: Environment) -> Option<Arc<dyn Connector>> {
        let name = self.ways.consent(self.directory.by_id(utility)?, environment)?;
        self.connectors.get(name.as_str()).cloned()
    }

    /// The connector that reads a user's data: of the way that the customer has linked by.
    fn connector_of_user(&self, user: &User, environment: Environment) -> Option<Arc<dyn Connector>> {
        match user.access {
            Access::Login => self.login_connector(user.utility, environment),
            Access::Consent => self.consent_connector(user.utility, environment),
            Access::File => None,
        }
    }
}

/// The keys of both sides, where one process has them all.
#[derive(Debug)]
pub struct Secrets {
    /// Of tokens.
    pub pepper: connect_core::vault::KeyBytes,
    /// For the connectors' side.
    pub credentials: Vault,
    /// For the web's side.
    pub documents: Vault,
}

impl Secrets {
    /// With this pepper, and vaults of this keyring.
    pub fn new(pepper: connect_core::vault::KeyBytes, ring: &Keyring) -> Result<Self, VaultError> {
        let vault = |purpose| ring.vault(purpose);
        Ok(Self { pepper, credentials: vault(Purpose::Credentials)?, documents: vault(Purpose::Documents)? })
    }
}

/// Both sides in one process, for tests and tools. There is no boundary between them then.
pub fn together(
    store: Arc<dyn Store>,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
    directory: Directory,
    connectors: Vec<Arc<dyn Connector>>,
    settings: Settings,
) -> (Service, Arc<Worker>) {
    let Secrets { pepper, credentials, documents } = secrets;
    let directory = Arc::new(directory);
    let worker = Arc::new(Worker::new(
        store.clone(),
        Keys::new(&pepper),
        Arc::new(credentials),
        clock.clone(),
        directory.clone(),
        connectors,
    ));
    let side = Arc::new(side::Local(worker.clone()));
    let service = Service::new(store, Keys::new(&pepper), Arc::new(documents), clock, directory, side, settings);
    (service, worker)
}
