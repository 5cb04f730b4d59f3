//! What is made on first start: the master key and a sandbox client.

mod master_key;

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, chown};
use std::path::Path;

use connect_core::secret::Secret;
use connect_core::token::Environment;
use connect_core::vault::KeyringError;
use uuid::Uuid;

use crate::service::{Fault, Service};
use crate::worker::OpenVaultError;
pub use master_key::{KeySource, TEXT_VARIABLE};

/// Name under which the quickstart's company appears in Connect.
pub const SANDBOX_COMPANY: &str = "Northwind Solar";

/// The service cannot start. The message is one sentence for the person who starts it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A file of the data directory.
    #[error("{path} could not be {verb}: {error}.")]
    File {
        /// The file.
        path: String,
        /// What was tried.
        verb: &'static str,
        /// Why it failed.
        error: io::Error,
    },
    /// The key is gone but the database is not.
    #[error(
        "The master key {key} is missing, but {database} was made with one: put the key back, or remove the database to start anew."
    )]
    KeyMissing {
        /// Where the key should be.
        key: String,
        /// The database.
        database: String,
    },
    /// What is there is no keyring, or a weak one.
    #[error("{path} does not hold a master key: {error}.")]
    Key {
        /// Where it should be.
        path: String,
        /// Why.
        error: KeyringError,
    },
    /// Others can read it.
    #[error("The master key {path} can be read by others: take their rights away with chmod 600.")]
    KeyOpen {
        /// The file.
        path: String,
    },
    /// It is not ours to write.
    #[error(
        "The master key comes from {key}, which is yours to change: add the new version there (`connect keys new` makes one), restart, and rotate."
    )]
    KeyNotOurs {
        /// Where it comes from.
        key: String,
    },
    /// The keyring is not this database's.
    #[error("The master key does not fit: {0}.")]
    Vault(#[from] OpenVaultError),
    /// The sandbox client.
    #[error("The sandbox client could not be made: {0}.")]
    Client(#[from] Fault),
}

/// The sandbox client's credentials, as the quickstart and a developer use them.
#[derive(Clone, Debug)]
pub struct SandboxClient {
    /// `Pelm-Client-Id`.
    pub id: String,
    /// `Pelm-Secret`.
    pub secret: Secret,
}

impl SandboxClient {
    /// The id as a row key.
    pub fn uuid(&self) -> Uuid {
        // It was read as one.
        Uuid::try_parse(&self.id).unwrap_or_default()
    }
}

/// Makes the data directory, for the owner alone.
pub fn make_data_dir(dir: &Path) -> Result<(), StartError> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|error| StartError::File {
        path: dir.display().to_string(),
        verb: "made",
        error,
    })
}

/// The sandbox client whose credentials are in the file at `path`; a new one is made if the file
/// is not there or the database does not take it: also after its secret was retired, for the quickstart must work.
pub async fn sandbox_client(service: &Service, path: &Path) -> Result<SandboxClient, StartError> {
    let file = |verb, error| StartError::File { path: path.display().to_string(), verb, error };
    match fs::read_to_string(path) {
        Ok(text) => {
            if let Some(client) = read_client(&text)
                && service.authenticate_client(&client.id, &client.secret).await?.is_some()
            {
                return Ok(client);
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(file("read", error)),
    }
    let (id, secret) = service.register_client(SANDBOX_COMPANY, Environment::Sandbox).await?;
    let client = SandboxClient { id: id.to_string(), secret };
    let text = zeroize::Zeroizing::new(format!(
        "# The sandbox client, made on first start. Sandbox data only; keep it off the web all the same.\n\
         PELM_CLIENT_ID={}\nPELM_SECRET={}\n",
        client.id,
        client.secret.expose()
    ));
    write_private(path, text.as_bytes()).map_err(|e| file("written", e))?;
    Ok(client)
}

fn read_client(text: &str) -> Option<SandboxClient> {
    let value = |name: &str| text.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix('=')).map(str::trim);
    let id = value("PELM_CLIENT_ID")?;
    Uuid::try_parse(id).ok()?;
    Some(SandboxClient { id: id.to_owned(), secret: Secret::new(value("PELM_SECRET")?) })
}

/// Writes a file that only its owner can read, whole or not at all. It stays its owner's: what root writes for
/// a service with a user of its own, that user must be able to read.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".new");
    let new = path.with_file_name(name);
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    if let Ok(old) = fs::metadata(path) {
        let made = file.metadata()?;
        if (old.uid(), old.gid()) != (made.uid(), made.gid()) {
            chown(&new, Some(old.uid()), Some(old.gid()))?;
        }
    }
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    // The name as well: what is sealed from now on hangs on it.
    fs::File::open(path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new(".")))?.sync_all()
}
