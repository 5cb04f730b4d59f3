//! Keyed hashes: what is stored of tokens and logins, and what marks that come back are checked by.
//!
//! What is stored of a token is `HMAC-SHA-256(pepper, token)`: a copy of the database opens
//! nothing. What must be read again is sealed by the [`crate::vault`], which keeps the pepper as well.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hmac;
use jiff::Timestamp;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::audit::Chain;
use crate::secret::Secret;
use crate::token::{Environment, Handle, Token};

/// Bytes of the pepper.
pub const PEPPER_BYTES: usize = 32;

/// A keyed hash of a token or login, as stored.
pub type Digest = [u8; 32];

/// The pepper. Cheap to share behind an `Arc`; `Debug` shows nothing.
pub struct Keys {
    pepper: hmac::Key,
    chain: Arc<Chain>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// With this pepper: random bytes that never change, for no digest would be found again.
    pub fn new(pepper: &[u8; PEPPER_BYTES]) -> Self {
        let pepper = hmac::Key::new(hmac::HMAC_SHA256, pepper);
        let chain = Arc::new(Chain::new(&digest(&pepper, b"audit log", b"")));
        Self { pepper, chain }
    }

    /// The audit log's chain.
    pub fn chain(&self) -> Arc<Chain> {
        self.chain.clone()
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

    /// What stands for the connect token of a run in documents of ours, which are no place for the token itself.
    pub fn run_key(&self, session: Uuid, handle: &Handle, environment: Environment) -> Token {
        Token::of_run(environment, handle, &self.digest(b"run", session.as_bytes()))
    }

    /// What the link to a run that was handed over at this time ends in: 22 characters.
    pub fn handed_mark(&self, session: Uuid, at: Timestamp) -> Secret {
        let digest = self.digest(b"handed", format!("{session}\n{}", at.as_millisecond()).as_bytes());
        Secret::new(crate::token::short(&digest))
    }

    /// What, after the user's id, opens a receipt: 22 characters.
    pub fn receipt_mark(&self, user: Uuid) -> Secret {
        Secret::new(crate::token::short(&self.digest(b"receipt", user.as_bytes())))
    }

    /// Mark of a cursor that a client brings back ([`crate::usage::page::Cursor`]).
    pub(crate) fn cursor_digest(&self, data: &[u8]) -> Digest {
        self.digest(b"cursor", data)
    }

    fn digest(&self, domain: &[u8], data: &[u8]) -> Digest {
        digest(&self.pepper, domain, data)
    }

    /// Stored form of a client's idempotency key.
    pub fn idempotency_key_digest(&self, client: Uuid, key: &str) -> Digest {
        self.digest(b"idempotency-key", format!("{client}\n{key}").as_bytes())
    }

    /// Stored form of a request: the same for the same endpoint and parameters, in whatever order.
    pub fn request_digest(&self, endpoint: &str, parameters: &[(&str, &str)]) -> Digest {
        let mut sorted = parameters.to_vec();
        sorted.sort_unstable();
        let mut text = Zeroizing::new(endpoint.as_bytes().to_vec());
        for part in sorted.iter().flat_map(|(name, value)| [name, value]) {
            // With its length, so that no two lists run together into the same bytes.
            text.extend_from_slice(&(part.len() as u64).to_be_bytes());
            text.extend_from_slice(part.as_bytes());
        }
        self.digest(b"request", &text)
    }
}

fn digest(pepper: &hmac::Key, domain: &[u8], data: &[u8]) -> Digest {
    let mut cx = hmac::Context::with_key(pepper);
    cx.update(domain);
    cx.update(&[0]);
    cx.update(data);
    let mut out = Digest::default();
    out.copy_from_slice(cx.sign().as_ref());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::{Environment, TokenKind};

    fn keys(byte: u8) -> Keys {
        Keys::new(&[byte; 32])
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
    fn a_request_is_told_by_its_endpoint_and_parameters() {
        let (k, id) = (keys(1), Uuid::from_u128(1));
        let asked = k.request_digest("/a", &[("x", "1"), ("y", "2")]);
        assert_eq!(asked, k.request_digest("/a", &[("y", "2"), ("x", "1")]));
        for (endpoint, parameters) in [
            ("/b", &[("x", "1"), ("y", "2")][..]),
            ("/a", &[("x", "1"), ("y", "3")]),
            ("/a", &[("x", "1")]),
            ("/a", &[("x", "1y2")]),
            ("/a", &[("x1", ""), ("y", "2")]),
        ] {
            assert_ne!(asked, k.request_digest(endpoint, parameters), "{endpoint} {parameters:?}");
        }
        assert_ne!(k.idempotency_key_digest(id, "k"), k.idempotency_key_digest(Uuid::from_u128(2), "k"));
    }
}
