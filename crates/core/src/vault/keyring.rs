//! The master key, version by version, and what is derived from it.

use std::collections::BTreeMap;
use std::fmt;

use aws_lc_rs::aead::RandomizedNonceKey;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{KEY_BYTES, KeyBytes, Purpose, Vault, VaultError, append, gcm, opened};
use crate::keys::Keys;
use crate::secret::Secret;

/// What a database keeps of a version, to tell a key that is not its own. Nothing follows from it.
pub type Check = [u8; 32];

/// Fewest different bytes in a key. Of 32 random ones 16 are different but once in 10^11 keys.
const LEAST_DIFFERENT: usize = 16;
/// Most versions in a keyring.
const MOST_VERSIONS: usize = 100;

/// The master key's versions. `Debug` shows their numbers only.
pub struct Keyring(BTreeMap<u32, KeyBytes>);

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keyring").field(&self.0.keys()).finish()
    }
}

/// The text is no keyring, or not one to be trusted. Never shows any of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// A line that is not `VERSION:BASE64`.
    #[error("line {0} is not VERSION:KEY, with a key of 32 bytes in base64")]
    Line(usize),
    /// The same version twice.
    #[error("version {0} stands in it twice")]
    Twice(u32),
    /// Not random.
    #[error("the key of version {0} is weak: it must be 32 random bytes, not text or a pattern")]
    Weak(u32),
    /// No key.
    #[error("there is no key in it")]
    Empty,
    /// More than a hundred versions.
    #[error("there are more than {MOST_VERSIONS} versions in it")]
    TooMany,
    /// No random bytes.
    #[error("the system's random source failed")]
    Random,
}

struct Okm;

impl KeyType for Okm {
    fn len(&self) -> usize {
        KEY_BYTES
    }
}

fn expand(prk: &Prk, info: &[u8]) -> Result<KeyBytes, VaultError> {
    let mut out = KeyBytes::default();
    prk.expand(&[info], Okm).and_then(|okm| okm.fill(&mut *out)).map_err(|_| VaultError::Library)?;
    Ok(out)
}

impl Keyring {
    /// A keyring with a new random key, as version 1.
    pub fn generate() -> Result<Self, KeyringError> {
        let mut ring = Self(BTreeMap::new());
        ring.add_version()?;
        Ok(ring)
    }

    /// A new random key, as a line of a keyring.
    pub fn line(version: u32) -> Result<Secret, KeyringError> {
        let mut key = KeyBytes::default();
        SystemRandom::new().fill(&mut *key).map_err(|_| KeyringError::Random)?;
        let key = Zeroizing::new(STANDARD.encode(*key));
        Ok(Secret::new(format!("{version}:{}", &*key)))
    }

    /// Adds a new random key; its version.
    pub fn add_version(&mut self) -> Result<u32, KeyringError> {
        if self.0.len() == MOST_VERSIONS {
            return Err(KeyringError::TooMany);
        }
        let mut key = KeyBytes::default();
        SystemRandom::new().fill(&mut *key).map_err(|_| KeyringError::Random)?;
        let version = self.current().map_or(1, |latest| latest + 1);
        self.0.insert(version, key);
        Ok(version)
    }

    /// Takes a version away; whether it was there.
    pub fn remove(&mut self, version: u32) -> bool {
        self.0.remove(&version).is_some()
    }

    /// Reads a keyring: lines `VERSION:KEY` with the key in base64, `#` before comments, or spaces instead of
    /// lines; or 32 bytes as they are, which are version 1.
    pub fn parse(bytes: &[u8]) -> Result<Self, KeyringError> {
        let mut ring = BTreeMap::new();
        let text = std::str::from_utf8(bytes).ok().filter(|text| text.contains(':'));
        let Some(text) = text else {
            let key = <[u8; KEY_BYTES]>::try_from(bytes).map_err(|_| match bytes.trim_ascii() {
                [] => KeyringError::Empty,
                _ => KeyringError::Line(1),
            })?;
            ring.insert(1, strong(1, Zeroizing::new(key))?);
            return Ok(Self(ring));
        };
        for (at, line) in text.lines().enumerate() {
            let content = line.split('#').next().unwrap_or_default();
            for word in content.split_whitespace() {
                let wrong = || KeyringError::Line(at + 1);
                let (version, key) = word.split_once(':').ok_or_else(wrong)?;
                let version: u32 = version.parse().ok().filter(|version| *version > 0).ok_or_else(wrong)?;
                let mut bytes = KeyBytes::default();
                let length = STANDARD.decode_slice(key, &mut *bytes).map_err(|_| wrong())?;
                if length != KEY_BYTES {
                    return Err(wrong());
                }
                if ring.len() == MOST_VERSIONS {
                    return Err(KeyringError::TooMany);
                }
                if ring.insert(version, strong(version, bytes)?).is_some() {
                    return Err(KeyringError::Twice(version));
                }
            }
        }
        if ring.is_empty() { Err(KeyringError::Empty) } else { Ok(Self(ring)) }
    }

    /// As [`Self::parse`] reads it.
    pub fn text(&self) -> Secret {
        let mut out = Zeroizing::new(String::with_capacity(128 + self.0.len() * 64));
        out.push_str("# Master key of Connect, VERSION:KEY. Without it nothing that is sealed can be read.\n");
        for (version, key) in &self.0 {
            let key = Zeroizing::new(STANDARD.encode(**key));
            out.push_str(&Zeroizing::new(format!("{version}:{}\n", &*key)));
        }
        Secret::new(out.as_str())
    }

    /// The latest version.
    pub fn current(&self) -> Option<u32> {
        self.0.keys().next_back().copied()
    }

    /// All versions, rising.
    pub fn versions(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.keys().copied()
    }

    fn prk(key: &[u8; KEY_BYTES]) -> Prk {
        Salt::new(HKDF_SHA256, b"connect keys v1").extract(key)
    }

    /// The keys for a purpose, by version: what a process is given that must not have the master key.
    pub fn derive(&self, purpose: Purpose) -> Result<Vec<(u32, KeyBytes)>, VaultError> {
        self.0.iter().map(|(version, key)| Ok((*version, expand(&Self::prk(key), purpose.label())?))).collect()
    }

    /// The vault for a purpose.
    pub fn vault(&self, purpose: Purpose) -> Result<Vault, VaultError> {
        Vault::new(purpose, &self.derive(purpose)?)
    }

    /// What a database keeps of each version.
    pub fn checks(&self) -> Result<Vec<(u32, Check)>, VaultError> {
        let check = |key: &KeyBytes| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &*expand(&Self::prk(key), b"key check")?);
            let mut out = Check::default();
            out.copy_from_slice(hmac::sign(&key, b"connect").as_ref());
            Ok(out)
        };
        self.0.iter().map(|(version, key)| Ok((*version, check(key)?))).collect()
    }

    /// What databases of before the vault were made with. `None` without version 1.
    pub fn before(&self) -> Result<Option<Before>, VaultError> {
        let Some(key) = self.0.get(&1) else { return Ok(None) };
        let prk = Self::prk(key);
        Ok(Some(Before { pepper: expand(&prk, b"token pepper")?, seal: gcm(&*expand(&prk, b"seal")?)? }))
    }
}

/// The keys of a database of before the vault: of one master key, without versions.
pub struct Before {
    /// The pepper of its tokens, which stays.
    pub pepper: KeyBytes,
    seal: RandomizedNonceKey,
}

impl fmt::Debug for Before {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Before(…)")
    }
}

impl Before {
    /// Opens an item of then, by the context that it had.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        opened(&self.seal, context.as_bytes(), sealed)
    }

    /// Seals as it was done then: for the tests of what becomes of such a database.
    #[doc(hidden)]
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut out = Vec::new();
        append(&self.seal, context.as_bytes(), plain, &mut out)?;
        Ok(out)
    }
}

/// A new pepper ([`Keys::new`]).
pub fn new_pepper() -> Result<KeyBytes, VaultError> {
    let mut pepper = KeyBytes::default();
    SystemRandom::new().fill(&mut *pepper).map_err(|_| VaultError::Library)?;
    Ok(pepper)
}

impl Keys {
    /// Of the pepper as a vault keeps it; [`VaultError::Open`] if it has another length.
    pub fn of_sealed(pepper: &[u8]) -> Result<Self, VaultError> {
        pepper.try_into().map(Self::new).map_err(|_| VaultError::Open)
    }
}

fn strong(version: u32, key: KeyBytes) -> Result<KeyBytes, KeyringError> {
    let mut seen = [false; 256];
    key.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    let different = seen.iter().filter(|seen| **seen).count();
    let is_text = key.iter().all(|byte| (0x20..0x7f).contains(byte) || byte.is_ascii_whitespace());
    let steps = |key: &[u8; KEY_BYTES]| {
        key.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == key[1].wrapping_sub(key[0]))
    };
    if different < LEAST_DIFFERENT || is_text || steps(&key) { Err(KeyringError::Weak(version)) } else { Ok(key) }
}
