//! Keys of the service: one master key, from which the others are derived.
//!
//! What is stored of a token is `HMAC-SHA-256(pepper, token)`: a copy of the database opens
//! nothing. What must be read again (logins in progress, utility credentials) is sealed with
//! AES-256-GCM, bound to the row it belongs to.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::token::{RandomError, Token};

/// Bytes of the master key.
pub const MASTER_KEY_BYTES: usize = 32;

/// A keyed hash of a token or login, as stored.
pub type Digest = [u8; 32];

/// The key could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The master key has the wrong length.
    #[error("the master key must be {MASTER_KEY_BYTES} bytes, not {0}")]
    Length(usize),
    /// Sealed bytes were changed, moved to another row, or sealed with another key.
    #[error("sealed data could not be opened: it was changed, moved, or sealed with another key")]
    Open,
    /// The library refused the operation.
    #[error("the cryptographic library refused the operation")]
    Library,
}

/// The keys in use. Cheap to share behind an `Arc`; `Debug` shows nothing.
pub struct Keys {
    pepper: hmac::Key,
    seal: RandomizedNonceKey,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

struct Okm;

impl KeyType for Okm {
    fn len(&self) -> usize {
        MASTER_KEY_BYTES
    }
}

impl Keys {
    /// Derives the working keys from the master key.
    pub fn derive(master: &[u8]) -> Result<Self, KeyError> {
        if master.len() != MASTER_KEY_BYTES {
            return Err(KeyError::Length(master.len()));
        }
        let prk = Salt::new(HKDF_SHA256, b"connect keys v1").extract(master);
        let expand = |info: &[u8]| -> Result<Zeroizing<[u8; MASTER_KEY_BYTES]>, KeyError> {
            let mut out = Zeroizing::new([0u8; MASTER_KEY_BYTES]);
            prk.expand(&[info], Okm).and_then(|okm| okm.fill(&mut *out)).map_err(|_| KeyError::Library)?;
            Ok(out)
        };
        Ok(Self {
            pepper: hmac::Key::new(hmac::HMAC_SHA256, &*expand(b"token pepper")?),
            seal: RandomizedNonceKey::new(&AES_256_GCM, &*expand(b"seal")?).map_err(|_| KeyError::Library)?,
        })
    }

    /// A new random master key.
    pub fn generate_master() -> Result<Zeroizing<[u8; MASTER_KEY_BYTES]>, RandomError> {
        let mut key = Zeroizing::new([0u8; MASTER_KEY_BYTES]);
        SystemRandom::new().fill(&mut *key).map_err(|_| RandomError)?;
        Ok(key)
    }

    /// The stored form of a token.
    pub fn token_digest(&self, token: &Token) -> Digest {
        self.digest(b"token", token.expose().as_bytes())
    }

    /// The stored form of a secret that a caller sent, whatever its shape: refusing a malformed
    /// one takes the same work as refusing a wrong one.
    pub fn secret_digest(&self, secret: &Secret) -> Digest {
        self.digest(b"token", secret.expose().as_bytes())
    }

    /// Identity of a utility login: the same for every spelling of the user name that a utility
    /// treats as equal (surrounding space, letter case).
    pub fn login_digest(&self, utility: u32, username: &str) -> Digest {
        let key = format!("{utility}\n{}", username.trim().to_lowercase());
        self.digest(b"login", key.as_bytes())
    }

    /// Identity of a customer's files of a utility: the next one belongs to the same link.
    pub fn file_digest(&self, utility: u32, user_ref: &str) -> Digest {
        self.digest(b"file", format!("{utility}\n{user_ref}").as_bytes())
    }

    /// Identity of a consent at a utility's own site, which tells no user name: the customer's.
    pub fn consent_digest(&self, utility: u32, user_ref: &str) -> Digest {
        self.digest(b"consent", format!("{utility}\n{user_ref}").as_bytes())
    }

    /// What the way to a utility's site and back is bound to: a run at a step. In hexadecimal.
    pub fn consent_state(&self, session: Uuid, step: u32) -> String {
        let digest = self.digest(b"consent-state", format!("{session}\n{step}").as_bytes());
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// What the browser that went with this state to a utility's site shows when it comes back.
    pub fn consent_proof(&self, state: &str) -> Secret {
        let digest = self.digest(b"consent-proof", state.as_bytes());
        Secret::new(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    /// Mark of a cursor that a client brings back ([`crate::usage::page::Cursor`]).
    pub(crate) fn cursor_digest(&self, data: &[u8]) -> Digest {
        self.digest(b"cursor", data)
    }

    fn digest(&self, domain: &[u8], data: &[u8]) -> Digest {
        let mut cx = hmac::Context::with_key(&self.pepper);
        cx.update(domain);
        cx.update(&[0]);
        cx.update(data);
        let mut out = [0u8; 32];
        out.copy_from_slice(cx.sign().as_ref());
        out
    }

    /// Seals `plain`; it can be opened only with the same `context` (kind and row id).
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut data = plain.to_vec();
        let nonce = self
            .seal
            .seal_in_place_append_tag(Aad::from(context.as_bytes()), &mut data)
            .map_err(|_| KeyError::Library)?;
        let mut out = Vec::with_capacity(NONCE_LEN + data.len());
        out.extend_from_slice(nonce.as_ref());
        out.extend_from_slice(&data);
        Ok(out)
    }

    /// Opens what [`Keys::seal`] made. The plain text is wiped when dropped.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let (nonce, data) = sealed.split_at_checked(NONCE_LEN).ok_or(KeyError::Open)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| KeyError::Open)?;
        let mut data = Zeroizing::new(data.to_vec());
        let plain = self
            .seal
            .open_in_place(nonce, Aad::from(context.as_bytes()), &mut data)
            .map_err(|_| KeyError::Open)?
            .len();
        data.truncate(plain);
        Ok(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::{Environment, TokenKind};

    fn keys(byte: u8) -> Keys {
        Keys::derive(&[byte; 32]).unwrap()
    }

    #[test]
    fn sealed_data_opens_only_unchanged_in_its_own_place_with_its_own_key() {
        let sealed = keys(1).seal("credentials:7", b"hunter2").unwrap();
        assert!(!sealed.windows(7).any(|w| w == b"hunter2"));
        assert_eq!(&*keys(1).open("credentials:7", &sealed).unwrap(), b"hunter2");
        assert!(keys(1).open("credentials:8", &sealed).is_err());
        assert!(keys(2).open("credentials:7", &sealed).is_err());
        for i in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[i] ^= 1;
            assert!(keys(1).open("credentials:7", &bad).is_err(), "byte {i}");
        }
        assert!(keys(1).open("credentials:7", &sealed[..5]).is_err());
    }

    #[test]
    fn digests_depend_on_the_key_and_the_token() {
        let a = Token::generate(TokenKind::Access, Environment::Sandbox).unwrap();
        let b = Token::generate(TokenKind::Access, Environment::Sandbox).unwrap();
        assert_eq!(keys(1).token_digest(&a), keys(1).token_digest(&a));
        assert_ne!(keys(1).token_digest(&a), keys(1).token_digest(&b));
        assert_ne!(keys(1).token_digest(&a), keys(2).token_digest(&a));
    }

    #[test]
    fn spellings_of_one_login_are_one_login() {
        let k = keys(1);
        assert_eq!(k.login_digest(1, " User@Pelm.com "), k.login_digest(1, "user@pelm.com"));
        assert_ne!(k.login_digest(1, "user@pelm.com"), k.login_digest(2, "user@pelm.com"));
    }

    #[test]
    fn a_short_master_key_is_refused() {
        assert!(matches!(Keys::derive(b"short"), Err(KeyError::Length(5))));
    }
}
