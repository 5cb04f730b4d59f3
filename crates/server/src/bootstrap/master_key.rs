//! Where the master key comes from.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use connect_core::secret::Secret;
use connect_core::vault::Keyring;
use zeroize::Zeroizing;

use super::{StartError, write_private};

/// Name of the file in the data directory.
pub(super) const FILE: &str = "master.key";
/// Holds the keyring itself. Only the connectors' process keeps it in its environment.
pub const TEXT_VARIABLE: &str = "CONNECT_MASTER_KEY";
/// Names a file with the keyring.
pub(super) const FILE_VARIABLE: &str = "CONNECT_MASTER_KEY_FILE";
/// Name of the credential that systemd passes (`LoadCredential=connect-master-key:…`).
pub(super) const CREDENTIAL: &str = "connect-master-key";

/// Where the master key comes from. `Debug` shows no key.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// From the environment.
    Text(Secret),
    /// From a file that somebody else looks after.
    Given(PathBuf),
    /// From systemd, which has put it into a directory that only the service sees.
    Credential(PathBuf),
    /// From the data directory: made on first start, and written by a rotation.
    Own(PathBuf),
}

impl KeySource {
    /// By the environment, else by systemd's credentials, else the file in the data directory.
    pub fn find(data_dir: &Path, env: impl Fn(&str) -> Option<String>) -> Self {
        let given = |name: &str| env(name).filter(|value| !value.is_empty());
        if let Some(text) = given(TEXT_VARIABLE) {
            return Self::Text(Secret::new(text));
        }
        if let Some(path) = given(FILE_VARIABLE) {
            return Self::Given(path.into());
        }
        let credential = given("CREDENTIALS_DIRECTORY").map(|dir| Path::new(&dir).join(CREDENTIAL));
        match credential.filter(|path| path.exists()) {
            Some(path) => Self::Credential(path),
            None => Self::Own(data_dir.join(FILE)),
        }
    }

    /// How it is called in messages.
    pub fn name(&self) -> String {
        match self {
            Self::Text(_) => TEXT_VARIABLE.to_owned(),
            Self::Given(path) | Self::Credential(path) | Self::Own(path) => path.display().to_string(),
        }
    }

    /// Reads the keyring.
    pub fn read(&self) -> Result<Keyring, StartError> {
        let bytes = match self {
            Self::Text(text) => Zeroizing::new(text.expose().as_bytes().to_vec()),
            Self::Given(path) | Self::Own(path) => read_private(path, true)?,
            Self::Credential(path) => read_private(path, false)?,
        };
        Keyring::parse(&bytes).map_err(|error| StartError::Key { path: self.name(), error })
    }

    /// Reads the keyring; in the data directory it is made if there is no database yet.
    pub fn read_or_make(&self, database: &Path) -> Result<Keyring, StartError> {
        let Self::Own(path) = self else { return self.read() };
        if path.exists() {
            return self.read();
        }
        if database.exists() {
            return Err(StartError::KeyMissing { key: self.name(), database: database.display().to_string() });
        }
        let ring = Keyring::generate().map_err(|error| StartError::Key { path: self.name(), error })?;
        self.write(&ring)?;
        Ok(ring)
    }

    /// Writes the keyring, whole or not at all. [`StartError::KeyNotOurs`] where somebody else looks after it.
    pub fn write(&self, ring: &Keyring) -> Result<(), StartError> {
        let Self::Own(path) = self else { return Err(StartError::KeyNotOurs { key: self.name() }) };
        write_private(path, ring.text().expose().as_bytes()).map_err(|error| StartError::File {
            path: self.name(),
            verb: "written",
            error,
        })
    }
}

fn read_private(path: &Path, ours: bool) -> Result<Zeroizing<Vec<u8>>, StartError> {
    let failed = |error: io::Error| StartError::File { path: path.display().to_string(), verb: "read", error };
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
    if mode & 0o077 != 0 && ours {
        return Err(StartError::KeyOpen { path: path.display().to_string() });
    }
    fs::read(path).map(Zeroizing::new).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dir() -> (tempfile::TempDir, KeySource, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let source = KeySource::find(dir.path(), |_| None);
        let database = dir.path().join("connect.db");
        (dir, source, database)
    }

    #[test]
    fn the_key_is_made_once_for_its_owner_alone() {
        let (dir, source, database) = dir();
        let made = source.read_or_make(&database).unwrap();
        let mode = fs::metadata(dir.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(&database, b"").unwrap();
        assert_eq!(source.read_or_make(&database).unwrap().checks().unwrap(), made.checks().unwrap());
        fs::remove_file(dir.path().join(FILE)).unwrap();
        let error = source.read_or_make(&database).unwrap_err().to_string();
        assert!(error.contains("is missing") && error.contains("put the key back"), "{error}");
    }

    #[test]
    fn a_key_that_others_can_read_or_guess_is_refused() {
        let (dir, source, database) = dir();
        source.read_or_make(&database).unwrap();
        let path = dir.path().join(FILE);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = source.read().unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        for (weak, words) in [
            (&[7u8; 32][..], "is weak"),
            (b"correct horse battery staple 123", "is weak"),
            (b"short", "line 1"),
            (b"", "no key"),
        ] {
            fs::write(&path, weak).unwrap();
            let error = source.read().unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn the_environment_comes_before_files_and_is_never_shown() {
        let dir = tempfile::tempdir().unwrap();
        let text = Keyring::generate().unwrap().text();
        let of = |name: &'static str, value: String| {
            KeySource::find(dir.path(), move |asked| (asked == name).then(|| value.clone()))
        };
        let source = of(TEXT_VARIABLE, text.expose().to_owned());
        assert_eq!(source.read().unwrap().current(), Some(1));
        assert_eq!(format!("{source:?}"), "Text(Secret(…))");
        assert!(matches!(source.write(&source.read().unwrap()), Err(StartError::KeyNotOurs { .. })));
        assert_eq!(of(FILE_VARIABLE, "/k".into()).name(), "/k");
        fs::write(dir.path().join(CREDENTIAL), text.expose()).unwrap();
        let source = of("CREDENTIALS_DIRECTORY", dir.path().display().to_string());
        assert_eq!(source.read().unwrap().current(), Some(1));
        assert!(matches!(source, KeySource::Credential(_)));
    }
}
