//! The vault: envelope encryption of what must be read again.
//!
//! Every item (a utility login, a login in progress, a session at a utility, a document) is sealed
//! with AES-256-GCM under a fresh data key of its own; the data key is sealed under a key that is derived
//! from a version of the master key for the item's purpose. Both are bound to the row that the item stands
//! in: its kind, its client and its id. So
//!
//! - what is moved to another row, column or client does not open;
//! - a new version of the master key seals the 32 bytes of each data key anew, never the items;
//! - an item is gone for good once its data key is overwritten, in a backup once the version of the
//!   master key that the backup needs is destroyed.
//!
//! A [`Vault`] has the keys of one [`Purpose`]. The one for credentials exists only in the process that runs the
//! connectors; the one for documents in the process that serves the web. Neither follows from the
//! other: they are derived (HKDF) from a master key that the web's process never has.

mod keyring;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{PoisonError, RwLock};

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use uuid::Uuid;
use zeroize::Zeroizing;

pub use keyring::{Before, Check, Keyring, KeyringError, new_pepper};

/// Bytes of every key here.
pub const KEY_BYTES: usize = 32;
/// First byte of a sealed item: the form that [`Vault::seal`] writes.
const FORM: u8 = 2;
/// Form, version, and the data key under seal.
const HEAD: usize = 1 + 4 + NONCE_LEN + KEY_BYTES + TAG;
const TAG: usize = 16;

/// A key in memory; wiped when dropped.
pub type KeyBytes = Zeroizing<[u8; KEY_BYTES]>;

/// What a vault's keys are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Utility logins, logins in progress, sessions at utilities: for the connectors alone.
    Credentials,
    /// Customers' files and bills, answers that may be repeated: for the web.
    Documents,
    /// The service's own secrets, as the pepper of its tokens.
    Service,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Credentials => b"vault: credentials",
            Self::Documents => b"vault: documents",
            Self::Service => b"vault: service",
        }
    }
}

/// Where sealed items stand: column by column. The names are part of what is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A user's login at the utility.
    Login,
    /// A user's session at the utility, with the cookies by which it knows the device.
    Session,
    /// A login in progress, beside its run.
    LoginState,
    /// A customer's file, beside its run.
    Upload,
    /// A bill's document.
    Document,
    /// An answer that is given again to a request that is repeated.
    Answer,
    /// A secret of the service itself.
    ServiceSecret,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Login,
        Self::Session,
        Self::LoginState,
        Self::Upload,
        Self::Document,
        Self::Answer,
        Self::ServiceSecret,
    ];

    /// Whose keys seal it.
    pub fn purpose(self) -> Purpose {
        match self {
            Self::Login | Self::Session | Self::LoginState => Purpose::Credentials,
            Self::Upload | Self::Document | Self::Answer => Purpose::Documents,
            Self::ServiceSecret => Purpose::Service,
        }
    }

    /// Its name, for operators and as part of the context.
    pub fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Session => "session",
            Self::LoginState => "login in progress",
            Self::Upload => "uploaded file",
            Self::Document => "bill document",
            Self::Answer => "repeatable answer",
            Self::ServiceSecret => "service secret",
        }
    }
}

/// What an item is bound to: its place. It opens nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// Its column.
    pub kind: Kind,
    /// The company whose customer it concerns; nil for what is the service's own.
    pub client: Uuid,
    /// Its row, in whatever way the column's rows are told apart.
    pub row: String,
}

impl Context {
    /// The place of something that has one id.
    pub fn of(kind: Kind, client: Uuid, row: Uuid) -> Self {
        Self { kind, client, row: row.to_string() }
    }

    /// The place of a bill's document.
    pub fn document(client: Uuid, user: Uuid, bill: Uuid) -> Self {
        Self { kind: Kind::Document, client, row: format!("{user}:{bill}") }
    }

    /// The place of an answer, by the digest of its key.
    pub fn answer(client: Uuid, key: &[u8; 32]) -> Self {
        let row = key.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { kind: Kind::Answer, client, row }
    }

    fn bytes(&self) -> Vec<u8> {
        format!("connect vault {FORM}\n{}\n{}\n{}", self.kind.name(), self.client, self.row).into_bytes()
    }

    /// For the data key, which is bound to the version of its key as well.
    fn key_bytes(&self, version: u32) -> Vec<u8> {
        let mut out = self.bytes();
        out.extend_from_slice(format!("\nkey {version}").as_bytes());
        out
    }
}

/// Sealing or opening failed. Says nothing of the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// Changed, moved to another row, or sealed with another key.
    #[error("a sealed item could not be opened: it was changed, moved, or sealed with another key")]
    Open,
    /// Sealed under a version of the master key that is not here.
    #[error("a sealed item needs version {0} of the master key, which is not here")]
    Version(u32),
    /// Not one of the kinds that this vault is for.
    #[error("this vault is not for such items")]
    Purpose,
    /// The cryptographic library or the random source failed.
    #[error("the cryptographic library refused the operation")]
    Library,
}

/// The keys of one purpose, by version of the master key they come from.
pub struct Vault {
    purpose: Purpose,
    keys: RwLock<Keys>,
}

struct Keys {
    by_version: BTreeMap<u32, RandomizedNonceKey>,
    /// The latest: new items are sealed under it.
    current: u32,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({:?}, …)", self.purpose)
    }
}

fn load(keys: &[(u32, KeyBytes)]) -> Result<Keys, VaultError> {
    let by_version: BTreeMap<_, _> =
        keys.iter().map(|(version, key)| Ok((*version, gcm(&**key)?))).collect::<Result<_, VaultError>>()?;
    let current = *by_version.keys().next_back().ok_or(VaultError::Library)?;
    Ok(Keys { by_version, current })
}

fn gcm(key: &[u8]) -> Result<RandomizedNonceKey, VaultError> {
    RandomizedNonceKey::new(&AES_256_GCM, key).map_err(|_| VaultError::Library)
}

impl Vault {
    /// A vault with these keys, at least one; the highest version is the current one.
    pub fn new(purpose: Purpose, keys: &[(u32, KeyBytes)]) -> Result<Self, VaultError> {
        Ok(Self { purpose, keys: RwLock::new(load(keys)?) })
    }

    /// Puts other keys in their place, as after a rotation.
    pub fn replace(&self, keys: &[(u32, KeyBytes)]) -> Result<(), VaultError> {
        let new = load(keys)?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    /// The version that new items are sealed under.
    pub fn current(&self) -> u32 {
        self.read().current
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Keys> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn belongs(&self, context: &Context) -> Result<(), VaultError> {
        if context.kind.purpose() == self.purpose { Ok(()) } else { Err(VaultError::Purpose) }
    }

    /// Seals `plain` for its place.
    pub fn seal(&self, context: &Context, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.belongs(context)?;
        let mut data_key = KeyBytes::default();
        SystemRandom::new().fill(&mut *data_key).map_err(|_| VaultError::Library)?;
        let mut out = Vec::with_capacity(HEAD + NONCE_LEN + plain.len() + TAG);
        self.wrap(context, &data_key, &mut out)?;
        append(&gcm(&*data_key)?, &context.bytes(), plain, &mut out)?;
        Ok(out)
    }

    /// Opens what [`Self::seal`] made for the same place. The plain text is wiped when dropped.
    pub fn open(&self, context: &Context, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        self.belongs(context)?;
        let data_key = self.unwrap(context, sealed)?;
        let item = sealed.get(HEAD..).ok_or(VaultError::Open)?;
        opened(&gcm(&data_key)?, &context.bytes(), item)
    }

    /// The same item with its data key under the current version; `None` if it is so already.
    pub fn rewrap(&self, context: &Context, sealed: &[u8]) -> Result<Option<Vec<u8>>, VaultError> {
        self.belongs(context)?;
        if version_of(sealed) == Some(self.current()) {
            return Ok(None);
        }
        let data_key = self.unwrap(context, sealed)?;
        let data_key: &[u8; KEY_BYTES] = data_key.as_slice().try_into().map_err(|_| VaultError::Open)?;
        let mut out = Vec::with_capacity(sealed.len());
        self.wrap(context, data_key, &mut out)?;
        out.extend_from_slice(sealed.get(HEAD..).ok_or(VaultError::Open)?);
        Ok(Some(out))
    }

    fn wrap(&self, context: &Context, data_key: &[u8; KEY_BYTES], out: &mut Vec<u8>) -> Result<(), VaultError> {
        let keys = self.read();
        let key = keys.by_version.get(&keys.current).ok_or(VaultError::Version(keys.current))?;
        out.push(FORM);
        out.extend_from_slice(&keys.current.to_be_bytes());
        append(key, &context.key_bytes(keys.current), data_key, out)
    }

    fn unwrap(&self, context: &Context, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let version = version_of(sealed).ok_or(VaultError::Open)?;
        let keys = self.read();
        let key = keys.by_version.get(&version).ok_or(VaultError::Version(version))?;
        opened(key, &context.key_bytes(version), sealed.get(5..HEAD).ok_or(VaultError::Open)?)
    }
}

/// The version of the master key that an item is sealed under, as its head says.
pub fn version_of(sealed: &[u8]) -> Option<u32> {
    let (&form, rest) = sealed.split_first()?;
    let version = rest.first_chunk::<4>().filter(|_| form == FORM)?;
    Some(u32::from_be_bytes(*version))
}

/// Nonce, cipher text and tag.
fn append(key: &RandomizedNonceKey, aad: &[u8], plain: &[u8], out: &mut Vec<u8>) -> Result<(), VaultError> {
    // Room for the tag from the start: growing would leave a copy of the plain text behind.
    let mut data = Zeroizing::new(Vec::with_capacity(plain.len() + TAG));
    data.extend_from_slice(plain);
    let nonce = key.seal_in_place_append_tag(Aad::from(aad), &mut *data).map_err(|_| VaultError::Library)?;
    out.extend_from_slice(nonce.as_ref());
    out.extend_from_slice(&data);
    Ok(())
}

fn opened(key: &RandomizedNonceKey, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let (nonce, data) = sealed.split_at_checked(NONCE_LEN).ok_or(VaultError::Open)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| VaultError::Open)?;
    let mut data = Zeroizing::new(data.to_vec());
    let plain = key.open_in_place(nonce, Aad::from(aad), &mut data).map_err(|_| VaultError::Open)?.len();
    data.truncate(plain);
    Ok(data)
}
